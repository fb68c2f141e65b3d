"""Small models of SentencePiece, of every kind, and what this project's and the library make of the same texts.

Run as a program it writes the fixtures of Tests/SluiceTokensTests, models with what the library makes of some texts:

  sentence_pieces.py Tests/SluiceTokensTests/Fixtures
"""

import json
import pathlib
import random
import sys

from token_texts import CODE, MARKS, ROOT, SPACES, WORDS, Texts, ids_by

USERS = ["<u>", "ab", "▁▁", "\n", "world", "The"]
# Replaced, and by which; "ab" and "a" begin in the same way, and "☠" becomes nothing.
RULES = {"Ａ": "A", "ﬁ": "fi", "é": "e\u0301", "a\u0301": "á", "\t": " ", "\u3000": " ", "…": "...", "½": " 1/2 ", "☠": "", "aß": "ass"}
KINDS = {
    "bpe": dict(model_type="bpe"),
    "bpe-llama": dict(
        model_type="bpe", byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False, split_digits=True,
        allow_whitespace_only_pieces=True),
    "bpe-plain": dict(
        model_type="bpe", byte_fallback=True, add_dummy_prefix=False, remove_extra_whitespaces=False, normalization_rule_name="nfkc"),
    "bpe-users": dict(
        model_type="bpe", user_defined_symbols=USERS, control_symbols=["<c>"], normalization_rule_name="nmt_nfkc_cf"),
    "bpe-sentences": dict(model_type="bpe", split_by_whitespace=False, split_by_unicode_script=False, split_by_number=False),
    "bpe-unused": dict(model_type="bpe", byte_fallback=True, unused=5),
    "bpe-suffix": dict(model_type="bpe", treat_whitespace_as_suffix=True),
    "unigram": dict(model_type="unigram"),
    "unigram-llama": dict(
        model_type="unigram", byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False),
    "unigram-users": dict(
        model_type="unigram", user_defined_symbols=USERS, control_symbols=["<c>"], normalization_rule_name="nfkc_cf"),
    "unigram-sentences": dict(model_type="unigram", split_by_whitespace=False),
    "unigram-unused": dict(model_type="unigram", unused=5),
    "unigram-suffix": dict(model_type="unigram", treat_whitespace_as_suffix=True),
    "unigram-rules": dict(model_type="unigram", character_coverage=0.98, user_defined_symbols=USERS, rules=RULES),
}


def lines():
    """What models are trained on."""
    rand = random.Random(1)
    yield from (line.strip() for line in (ROOT / "README.md").read_text().splitlines() if line.strip())
    for _ in range(300):
        yield " ".join(rand.choice(WORDS) for _ in range(10))
        yield "".join(rand.choice(CODE + WORDS[:20]) for _ in range(20)).replace("\n", " ").replace("\r", " ")
    yield from ["a    b  x   ", "def  f(x):    return   1 \t\t x"] * 20


def train(kind, folder, **options):
    """The path of a new model."""
    import sentencepiece

    options = {**KINDS[kind], **options}
    rules, unused = options.pop("rules", None), options.pop("unused", 0)
    if rules:
        table = pathlib.Path(folder) / "rules.tsv"
        points = lambda text: " ".join(f"{ord(letter):X}" for letter in text)
        table.write_text("".join(f"{points(text)}\t{points(other)}\n" for text, other in rules.items()))
        options.update(normalization_rule_name="", normalization_rule_tsv=str(table))
    path = pathlib.Path(folder) / f"{kind}.model"
    with open(path, "wb") as model:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=lines(), model_writer=model, hard_vocab_limit=False, minloglevel=2, num_threads=1,
            **{"vocab_size": 1500, **options})
    if unused:
        path.write_bytes(without(path.read_bytes(), unused))
    return path


def without(model, step):
    """The same model, of whose pieces every `step`th that is normal is marked as unused."""
    result, offset, normal = b"", 0, 0
    while model[offset] == 0x0A:
        end = offset + 2 + model[offset + 1]
        assert model[offset + 1] < 120, "the length has more than one byte"
        piece = model[offset + 2:end]
        if b"\x18" not in piece[-2:]:
            normal += 1
            piece += b"\x18\x05" if normal % step == 0 else b""
        result += b"\x0A" + bytes([len(piece)]) + piece
        offset = end
    return result + model[offset:]


class Pieces:
    """The texts of a model's pieces, for token_texts.Texts."""

    def __init__(self, processor):
        self.processor = processor

    def decode_single_token_bytes(self, number):
        return self.processor.id_to_piece(number % self.processor.get_piece_size()).replace("▁", " ").encode()


def differences(tool, model, number, seed):
    """Each text on which the two do not agree, with both lists of ids."""
    import sentencepiece

    processor = sentencepiece.SentencePieceProcessor(model_file=str(model))
    texts = [text for text, _ in zip(Texts(seed, [Pieces(processor)]), range(number))]
    for text, (count, ids) in zip(texts, ids_by(tool, model, texts)):
        expected = processor.encode(text)
        if ids != expected or count != len(expected):
            yield text, expected, ids


def write_fixtures(folder):
    import sentencepiece

    cases = ["", " ", "   ", "a", "Hello, world!", " leading and  double   spaces ", "▁", "a▁b", "▁▁▁", "1234 5678", "\n\n", "\t\tx", "é",
             "e\u0301", "a\u0301", "ﬁne Ａ½ x", "☠", "aßaa", "…", "日本語のテキスト", "Ωx☃☃☃ ☃", "👩‍💻👍🏽", "<s></s><unk>", "<0x0A>", "<u>ab</u>",
             "The world", "abab ab", "\u3000x\u3000\u3000y", "a\0b", "unfathomableness " * 3, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
             "-" * 70, "." * 67 + "x", "".join(SPACES), "".join(MARKS), " ".join(WORDS), "".join(CODE)]
    with open(folder / "sentence-pieces.jsonl", "w") as output:
        for kind, options in (("bpe-llama", {"vocab_size": 700}), ("unigram-rules", {"vocab_size": 500})):
            path = train(kind, folder, **options)
            processor = sentencepiece.SentencePieceProcessor(model_file=str(path))
            for text in cases:
                output.write(json.dumps({"model": path.name, "text": text, "ids": processor.encode(text)}) + "\n")
    (folder / "rules.tsv").unlink()


if __name__ == "__main__":
    write_fixtures(pathlib.Path(sys.argv[1]))
