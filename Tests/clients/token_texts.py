"""Made-up texts that try tokenizers, and what this project's and tiktoken make of them."""

import os
import pathlib
import random
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENCODINGS = ("cl100k_base", "o200k_base", "o200k_harmony", "p50k_base")

WORDS = (
    "the quick brown fox jumps over lazy dog's unfathomableness I'll we've THEY'RE don't D'Ll x'S it'ſ O'Reilly naïve Straße "
    "ǅungla ΑΘΗΝΑ ὈΔΥΣΣΕΎΣ ὀδυσσεύς Привет МОСКВА мир їжак שלום עולם السلام عليكم سلام नमस्ते दुनिया ภาษาไทย 今天天气很好 我们去公园 "
    "東京タワー ひらがな カタカナ 한국어 안녕하세요 გამარჯობა Հայերեն ᏣᎳᎩ አማርኛ ខ្មែរ မြန်မာ தமிழ் తెలుగు ʰˀˤ ªº ⅷ ⓐ 𝔘𝔫𝔦 𐐀𐐨 ﬁ "
    "camelCaseName SCREAMING_CASE HTTPServer2 iPhone15ProMax").split()
CODE = (
    "def f(x): return x|class A<T> {|    |\t|\t\t|\n|\r\n|\n\n|\r| = | => |();|// |/* */|#include <stdio.h>|\"key\": |[0, 1, 2]|&&|!==|"
    "->|::|<div class=\"a\">|</div>|https://example.org/a/b?c=d#e|$HOME/.config|0xDEADBEEF|1e-9|...|___|--flag|%s\\n").split("|")
EMOJI = ("😀 👩‍💻 👨‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 👍🏽 ☺️ ❤️‍🔥 1️⃣ 🫠 \u200d \ufe0f").split(" ")
SPACES = [" ", "  ", "   ", "\n", "\r\n", "\t", "\u00a0", "\u2003", "\u3000", "\u2028", "\u0085", "\v", "\f", "\u200b", "\ufeff", " \n", "\n "]
DIGITS = ["0", "1", "42", "999", "1234567", "٣", "४", "²", "½", "Ⅷ", "一", "𝟗", ".", ",", "-"]
MARKS = ["\u0301", "\u0308", "\u093f", "\u0e31", "\u20dd", "\u0489", "\U000e0100", "a", "A", "'s", "'S", " ", "!", "ſ", "Z", "あ", "ʰ", "\n"]
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|fim_prefix|>", "<|", "|>", "<|endofprompt|>", "<|return|>", "assistant", "\n"]
CONTRACTIONS = ["'", "s", "S", "t", "T", "ll", "LL", "lL", "ve", "VE", "re", "Re", "d", "m", "ſ", "’", "a", "A", " ", "é", "1", "\u0301"]


class Texts:
    """The same texts for the same seed."""

    def __init__(self, seed, encodings):
        self.random = random.Random(seed)
        self.encodings = encodings

    def __iter__(self):
        kinds = [kind for name, kind in sorted(vars(Texts).items()) if name.startswith("made_of_")]
        while True:
            yield self.random.choice(kinds)(self)

    def length(self, limit):
        """Mostly short, now and then up to the limit."""
        return int(limit ** self.random.random())

    def joined(self, parts, limit=60, space=""):
        return space.join(self.random.choice(parts) for _ in range(self.length(limit)))

    def point(self):
        while True:
            top = self.random.choice((0x80, 0x250, 0x800, 0x3000, 0x10000, 0x20000, 0x110000))
            point = self.random.randrange(top)
            if not 0xD800 <= point < 0xE000:
                return chr(point)

    def made_of_words(self):
        return self.joined(WORDS, 80, " ")

    def made_of_words_without_spaces(self):
        return self.joined(WORDS, 60)

    def made_of_code(self):
        return self.joined(CODE + WORDS[:20], 120)

    def made_of_emoji(self):
        return self.joined(EMOJI + [" ", "a"], 60)

    def made_of_spaces(self):
        return self.joined(SPACES + ["a", "1", "!", "é"], 60)

    def made_of_digits(self):
        return self.joined(DIGITS + [" "], 60)

    def made_of_marks(self):
        return self.joined(MARKS, 40)

    def made_of_special_tokens(self):
        return self.joined(SPECIAL, 20)

    def made_of_contractions(self):
        return self.joined(CONTRACTIONS, 40)

    def made_of_any_code_points(self):
        return "".join(self.point() for _ in range(self.length(200)))

    def made_of_one_block(self):
        start = self.random.choice((0x80, 0x400, 0x600, 0x900, 0xE00, 0x1100, 0x1E00, 0x2000, 0x3040, 0x4E00, 0xAC00, 0xFF00, 0x1F600))
        return "".join(chr(start + self.random.randrange(0x100)) for _ in range(self.length(100)))

    def made_of_runs(self):
        parts = [*"aAbz =-_#*.\n\t0é中😀\u200d\u0301'/", "ab", "aA", "a ", "\r\n", "'s", " a"]
        return "".join(self.random.choice(parts) * self.length(400) for _ in range(self.length(6)))

    def made_of_ascii(self):
        return "".join(chr(self.random.randrange(32, 127)) for _ in range(self.length(200)))

    def made_of_few_letters(self):
        """Long words, in which many tokens overlap."""
        letters = self.random.choice(("ab", "abc", "ing", "tion", "etaoin", "ABab", "中国人", "がをに", "абв", "اله"))
        return "".join(self.random.choice(letters) for _ in range(self.length(300)))

    def made_of_tokens(self):
        """Tokens in an order in which nobody meets them."""
        encoding = self.random.choice(self.encodings)
        ids = (self.random.randrange(50000) for _ in range(self.length(40)))
        return b"".join(map(encoding.decode_single_token_bytes, ids)).decode("utf-8", "ignore")

    def made_of_all(self):
        return "".join(next(iter(self))[:50] for _ in range(self.length(8)))


def tiktoken_with(folder):
    """The module, which finds its vocabularies in `folder`; they are written there from what the executable carries."""
    sys.path.insert(0, str(ROOT / "scripts"))
    import vocabularies

    vocabularies.unpack_into(pathlib.Path(folder))
    os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
    import tiktoken

    return tiktoken


def ids_by(tool, name, texts):
    """For each text what the tool counts and its ids."""
    frames = b"".join(struct.pack("<I", len(data)) + data for data in (text.encode() for text in texts))
    output = subprocess.run([tool, "ids", name], input=frames, stdout=subprocess.PIPE, check=True).stdout
    numbers, offset, found = memoryview(output).cast("I"), 0, []
    for _ in texts:
        length, count = numbers[offset], numbers[offset + 1]
        found.append((count, numbers[offset + 2:offset + 2 + length].tolist()))
        offset += 2 + length
    assert offset == len(numbers)
    return found


def differences(tool, tiktoken, number, seed):
    """Each encoding and text on which the two do not agree, with both lists of ids."""
    encodings = {name: tiktoken.get_encoding(name) for name in ENCODINGS}
    texts = [text for text, _ in zip(Texts(seed, list(encodings.values())), range(number))]
    for name, encoding in encodings.items():
        for text, (count, ids) in zip(texts, ids_by(tool, name, texts)):
            expected = encoding.encode_ordinary(text)
            if ids != expected or count != len(expected):
                yield name, text, expected, ids
