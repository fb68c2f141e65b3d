"""See scripts/bench-tokens."""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Tests/clients"))
from token_texts import tiktoken_with

KINDS = ("english", "code", "cjk")
ENCODINGS = ("cl100k_base", "o200k_base", "p50k_base")
SIZE = 3_000_000
MASK = (1 << 64) - 1


def made_of(pieces, seed, size):
    """A text of at least `size` bytes, by SplitMix64."""
    parts, length = [], 0
    while length < size:
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        number = ((seed ^ seed >> 30) * 0xBF58476D1CE4E5B9) & MASK
        number = ((number ^ number >> 27) * 0x94D049BB133111EB) & MASK
        parts.append(pieces[(number ^ number >> 31) % len(pieces)])
        length += len(parts[-1].encode())
    return "".join(parts)


def seconds(work):
    """Processor time of this thread: others may be busy on the machine."""
    start = time.thread_time()
    result = work()
    return time.thread_time() - start, result


def loading(tool):
    """How long the first use of each vocabulary takes, in milliseconds: the median of five processes."""
    for name in ENCODINGS:
        times = [float(subprocess.check_output([tool, "load", name]).split()[0]) for _ in range(5)]
        yield f"{name} {statistics.median(times) * 1000:.0f} ms"


def compared(tool, encoding, text, rounds):
    """MB/s of tiktoken, of counting and of encoding here."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(text.encode())
        file.flush()
        times = []
        encoding.encode_ordinary(text[:1000])
        for _ in range(rounds):
            theirs, ids = seconds(lambda: encoding.encode_ordinary(text))
            line = subprocess.check_output([tool, "measure", encoding.name, "1", file.name]).split()
            assert int(line[2]) == len(ids), f"{encoding.name}: {int(line[2])} tokens, tiktoken has {len(ids)}"
            times.append((theirs, float(line[0]), float(line[1])))
    return [len(text.encode()) / statistics.median(column) / 1e6 for column in zip(*times)]


def main(tool, pieces, rounds):
    pieces = json.loads(pathlib.Path(pieces).read_text())["pieces"]
    print("first use:", ", ".join(loading(tool)))
    print(f"{'':22}{'tiktoken':>10}{'count':>10}{'':7}{'encode':>10}{'':7}   MB/s, medians of {rounds} rounds")
    with tempfile.TemporaryDirectory() as folder:
        tiktoken = tiktoken_with(folder)
        for name in ENCODINGS:
            encoding = tiktoken.get_encoding(name)
            for kind in KINDS:
                theirs, count, encode = compared(tool, encoding, made_of(pieces[kind], 1, SIZE), rounds)
                print(f"{name:14}{kind:8}{theirs:10.1f}{count:10.1f}{count / theirs:6.1f}x{encode:10.1f}{encode / theirs:6.1f}x")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
