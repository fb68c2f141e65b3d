"""See scripts/compare-tokens."""

import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Tests/clients"))
import sentence_pieces
from token_texts import ENCODINGS, differences, tiktoken_with


def main(tool, number, seed):
    start, found = time.monotonic(), 0
    with tempfile.TemporaryDirectory() as folder:
        tiktoken = tiktoken_with(folder)
        for name, text, expected, ids in differences(tool, tiktoken, number, seed):
            found += 1
            if found <= 10:
                print(f"{name}: {text!r}\n  tiktoken {expected}\n  here     {ids}")
    print(f"{number} texts in {len(ENCODINGS)} encodings ({', '.join(ENCODINGS)}) against tiktoken {tiktoken.__version__}: "
          f"{found} differences, {time.monotonic() - start:.0f} s")
    sys.exit(1 if found else 0)


def compare_models(tool, number, seed, models):
    import sentencepiece

    total = 0
    for model in map(pathlib.Path, models):
        start, found = time.monotonic(), 0
        for text, expected, ids in sentence_pieces.differences(tool, model.resolve(), number, seed):
            found += 1
            if found <= 10:
                print(f"{model}: {text!r}\n  library {expected}\n  here    {ids}")
        total += found
        print(f"{number} texts with {model} against sentencepiece {sentencepiece.__version__}: {found} differences, "
              f"{time.monotonic() - start:.0f} s")
    sys.exit(1 if total else 0)


if __name__ == "__main__":
    compare = compare_models if sys.argv[4:] else main
    compare(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *([sys.argv[4:]] if sys.argv[4:] else []))
