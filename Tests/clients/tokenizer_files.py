"""Files of Hugging Face that try their reader, and what this project's and Hugging Face's library make of texts with them."""

import json
import random

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from token_texts import CODE, WORDS, Texts, ids_by

SPACE = r"\s*[\r\n]+|\s+(?!\S)|\s+"
CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
HEAD, TAIL = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"


def words(numbers):
    """As Llama 3 and Qwen 2 have it."""
    return CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|" + numbers + r"| ?[^\s\p{L}\p{N}]+[\r\n]*|" + SPACE


def cases(numbers, behind):
    """As GPT-4o, Llama 4 and Mistral Nemo have it."""
    before = r"[^\r\n\p{L}\p{N}]?"
    return (f"{before}{HEAD}*{TAIL}+{behind}|{before}{HEAD}+{TAIL}*{behind}|{numbers}"
            r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|" + SPACE)


LLAMA_3 = words(r"\p{N}{1,3}")
QWEN_2 = words(r"\p{N}")
GPT_4O = cases(r"\p{N}{1,3}", CONTRACTIONS + "?")
TEKKEN = cases(r"\p{N}", "")
DEEPSEEK = (r"\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+",
            r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|""" + SPACE)


def split(pattern, behavior="isolated", invert=False):
    return pre_tokenizers.Split(Regex(pattern), behavior, invert)


def bytes_only(add_prefix_space=False, use_regex=False):
    return pre_tokenizers.ByteLevel(add_prefix_space=add_prefix_space, use_regex=use_regex)


def after(*steps):
    return pre_tokenizers.Sequence([*steps, bytes_only()])


BEHAVIORS = ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous")

# By name: the steps before the model, and what the model is made with.
FILES = {
    "gpt-2": dict(pre=bytes_only(use_regex=True)),
    "gpt-2 with a space before": dict(pre=bytes_only(add_prefix_space=True, use_regex=True)),
    "bytes alone": dict(pre=bytes_only()),
    "llama-3": dict(pre=after(split(LLAMA_3)), model=dict(ignore_merges=True)),
    "llama-3 inverted": dict(pre=after(split(LLAMA_3, "removed", True))),
    "qwen-2": dict(normalizer=normalizers.NFC(), pre=after(split(QWEN_2))),
    "gpt-4o": dict(pre=after(split(GPT_4O))),
    "tekken": dict(pre=after(split(TEKKEN)), model=dict(ignore_merges=True)),
    "deepseek": dict(normalizer=normalizers.Sequence([]), pre=after(*map(split, DEEPSEEK))),
    "starcoder": dict(pre=pre_tokenizers.Sequence([pre_tokenizers.Digits(True), bytes_only(use_regex=True)])),
    "falcon": dict(pre=pre_tokenizers.Sequence([
        pre_tokenizers.Punctuation("contiguous"), bytes_only(use_regex=True), pre_tokenizers.Digits(False),
        split("[0-9][0-9][0-9]")])),
    "nfkc": dict(normalizer=normalizers.NFKC(), pre=bytes_only(use_regex=True)),
    "nfd and accents": dict(normalizer=normalizers.Sequence([
        normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase()]), pre=bytes_only(use_regex=True)),
    "nfkd and strip": dict(normalizer=normalizers.Sequence([normalizers.NFKD(), normalizers.Strip()]), pre=bytes_only()),
    "replace": dict(normalizer=normalizers.Sequence([
        normalizers.Replace(Regex(r"\s{2,}"), " "), normalizers.Replace("a", "bb")]), pre=bytes_only(use_regex=True)),
    "byte-level normalizer": dict(normalizer=normalizers.ByteLevel(), pre=split("Ġ?[^Ġ]+")),
    "llama-2": dict(normalizer=normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]), pre=None,
                    model=dict(byte_fallback=True, fuse_unk=True, unk_token="<unk>"), bytes=True),
    "metaspace": dict(pre=pre_tokenizers.Metaspace(), model=dict(unk_token="<unk>"), alphabet="few"),
    "metaspace first": dict(pre=pre_tokenizers.Metaspace(prepend_scheme="first", split=False), model=dict(unk_token="<unk>", fuse_unk=True)),
    "whitespace": dict(pre=pre_tokenizers.Whitespace(), model=dict(unk_token="<unk>")),
    "whitespace split": dict(pre=pre_tokenizers.WhitespaceSplit(), model=dict(unk_token="<unk>")),
    "unknown is left out": dict(pre=pre_tokenizers.WhitespaceSplit(), alphabet="few"),
    "some bytes": dict(pre=bytes_only(use_regex=True), alphabet="few"),
    "delimiter": dict(pre=pre_tokenizers.Sequence([pre_tokenizers.CharDelimiterSplit("e"), bytes_only()])),
    **{f"split {behavior}": dict(pre=after(split(r"[aeiou\s]|\d+", behavior))) for behavior in BEHAVIORS},
    **{f"split {behavior} inverted": dict(pre=after(split(r"\w+|[^\w\s]+", behavior, True))) for behavior in BEHAVIORS},
    **{f"split of text {behavior}": dict(pre=after(pre_tokenizers.Split("a ", behavior, False))) for behavior in BEHAVIORS},
    **{f"punctuation {behavior}": dict(pre=after(pre_tokenizers.Punctuation(behavior))) for behavior in BEHAVIORS},
}

ADDED = [
    AddedToken("<special>", special=True), AddedToken("<|im_start|>", special=True, normalized=False),
    AddedToken("<tool_call>", normalized=False), AddedToken("</tool_call>", normalized=True),
    AddedToken("word", single_word=True, normalized=False), AddedToken("<left>", lstrip=True, normalized=False),
    AddedToken("<right>", rstrip=True), AddedToken("<both>", lstrip=True, rstrip=True, single_word=True),
    AddedToken("<spe", normalized=False), AddedToken("ÉT", normalized=True), AddedToken("<tool", normalized=False),
]


def written(folder, name, added=()):
    """The path of a file made by training on a few texts."""
    file = FILES[name]
    tokenizer = Tokenizer(models.BPE(**file.get("model", {})))
    if file.get("normalizer") is not None:
        tokenizer.normalizer = file["normalizer"]
    if file["pre"] is not None:
        tokenizer.pre_tokenizer = file["pre"]
    is_bytewise = "ByteLevel" in f"{file['pre']!r}{file.get('normalizer')!r}" or name == "byte-level normalizer"
    special = [f"<0x{byte:02X}>" for byte in range(256)] if file.get("bytes") else []
    if "unk_token" in file.get("model", {}):
        special.append("<unk>")
    alphabet = pre_tokenizers.ByteLevel.alphabet() if is_bytewise and file.get("alphabet") != "few" else []
    trainer = trainers.BpeTrainer(
        vocab_size=1400, show_progress=False, initial_alphabet=alphabet, special_tokens=special,
        limit_alphabet=60 if file.get("alphabet") == "few" else 1000)
    texts = [" ".join(random.Random(seed).choices(WORDS + CODE, k=400)) for seed in range(30)]
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_tokens(list(added))
    path = folder / f"{name.replace(' ', '-')}.json"
    tokenizer.save(str(path))
    if special:
        # What was special for training are ordinary tokens of such files.
        file = json.loads(path.read_text())
        file["added_tokens"] = [token for token in file["added_tokens"] if not token["content"].startswith("<0x")]
        path.write_text(json.dumps(file))
    return path


class Vocabulary:
    """What made-up texts ask of an encoding."""

    def __init__(self, tokenizer):
        self.tokenizer = tokenizer

    def decode_single_token_bytes(self, number):
        return (self.tokenizer.decode([number % self.tokenizer.get_vocab_size()]) or "").encode()


def differing(tool, path, number, seed):
    """The texts on which the two do not agree, with both lists of ids."""
    tokenizer = tokenizers.Tokenizer.from_file(str(path))
    tokenizer.encode_special_tokens = True
    texts = [text for text, _ in zip(Texts(seed, [Vocabulary(tokenizer)]), range(number))]
    added = [token.content for token in tokenizer.get_added_tokens_decoder().values()]
    if added:
        chosen = random.Random(seed)
        parts = added + ADDED_PARTS
        texts += ["".join(chosen.choices(parts, k=chosen.randrange(12))) for _ in range(number // 4)]
    for text, (count, ids) in zip(texts, ids_by(tool, str(path), texts)):
        expected = tokenizer.encode(text, add_special_tokens=False).ids
        if ids != expected or count != len(expected):
            yield text, expected, ids


ADDED_PARTS = ["a", " ", "  ", "\n", "\u3000", "é", "_", "words", "É", "<", "1", "!", "\u0301"]


def with_random_merges(folder, seed, in_order):
    """The path of a file whose merges nobody trained: some never happen, some come before what they are made of, or twice."""
    chosen = random.Random(seed)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens, merges = list("abc"), []
    for _ in range(chosen.randrange(5, 60)):
        left, right = chosen.choice(tokens), chosen.choice(tokens)
        if len(left + right) <= 12:
            merges.append((left, right))
            tokens.append(left + right)
    if not in_order:
        for _ in range(chosen.randrange(1, 6)):
            one, other = chosen.randrange(len(merges)), chosen.randrange(len(merges))
            merges[one], merges[other] = merges[other], merges[one]
        merges += chosen.choices(merges, k=chosen.randrange(3))
    numbers = list(range(len(letters) + len(set(tokens))))
    chosen.shuffle(numbers)
    vocab = {token: numbers.pop() for token in dict.fromkeys(letters + tokens)}
    # A token that merging never makes.
    vocab["abcabcab"] = len(letters) + len(set(tokens)) + 5
    tokenizer = Tokenizer(models.BPE(vocab, merges, ignore_merges=chosen.random() < 0.3))
    tokenizer.pre_tokenizer = bytes_only(use_regex=True)
    path = folder / "random-merges.json"
    tokenizer.save(str(path))
    return path, ["".join(chosen.choices("aabbc", k=chosen.randrange(40))) for _ in range(150)]


def disagreeing(tool, path, texts):
    """The texts whose ids are not those of Hugging Face's library."""
    tokenizer = tokenizers.Tokenizer.from_file(str(path))
    found = zip(texts, ids_by(tool, str(path), texts))
    return [text for text, (_, ids) in found if ids != tokenizer.encode(text, add_special_tokens=False).ids]
