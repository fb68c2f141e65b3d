"""The token ids of files of Hugging Face are those of its library. scripts/tokenizer-files compares those of real models."""

import json
import os
import pathlib
import urllib.request

import pytest

from proxy import BINARY, Sluice, configuration, section, wait_until
from tokenizer_files import ADDED, FILES, differing, disagreeing, with_random_merges, written

TOOL = pathlib.Path(BINARY).parent / "SluiceTokensTool"


@pytest.mark.parametrize("added", [(), ADDED], ids=["plain", "added tokens"])
@pytest.mark.parametrize("name", FILES)
def test_ids_and_counts_are_those_of_the_library(tmp_path, name, added):
    assert os.access(TOOL, os.X_OK), f"{TOOL} is missing: swift build"
    found = list(differing(TOOL, written(tmp_path, name, added), 100, seed=1))
    assert not found, f"{len(found)} differ, the first is {found[0]}"


@pytest.mark.parametrize("in_order", [True, False])
def test_merges_that_nobody_trained_are_done_alike(tmp_path, in_order):
    for seed in range(40):
        path, texts = with_random_merges(tmp_path, seed, in_order)
        found = disagreeing(TOOL, path, texts)
        assert not found, f"seed {seed}: {len(found)} differ, the first is {found[0]!r}"


def small(path, words):
    """Writes a file whose words are single tokens."""
    letters = sorted({letter for word in words for letter in word})
    tokens, merges = list(letters), []
    for word in words:
        for end in range(2, len(word) + 1):
            if word[:end] not in tokens:
                tokens.append(word[:end])
                merges.append([word[:end - 1], word[end - 1]])
    file = {"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False},
            "model": {"type": "BPE", "vocab": {token: number for number, token in enumerate(tokens)}, "merges": merges}}
    # At once, as configurations are replaced.
    part = path.with_suffix(".part")
    part.write_text(json.dumps(file))
    part.rename(path)


def test_a_changed_file_is_read_again_and_a_broken_one_refused(tmp_path):
    path = tmp_path / "tokenizer.json"
    small(path, ["word"])
    text = configuration([{"name": "echo", "type": "echo"}]) + section(
        "[models]", {"name": "ours", "tokenizer": {"file": str(path), "name": "mine"}})
    with Sluice(text) as proxy:
        def counted():
            request = urllib.request.Request(
                f"{proxy.url}/v1/tokens/count", b'{"model": "ours", "input": "words"}', {"content-type": "application/json"})
            return json.load(urllib.request.urlopen(request))

        def lines(message):
            return [record for record in proxy.records() if record["message"] == message]

        # The letter "s" has no token, and is left out.
        assert counted() == {"tokens": 1, "tokenizer": "mine", "exact": True}
        assert wait_until(lambda: lines("access"))[0]["model"] == "ours"
        small(path, ["wo", "rds"])
        wait_until(lambda: counted()["tokens"] == 2, seconds=10)
        assert lines("configuration reloaded")[-1]["changed"] == ["tokenizers"]
        path.write_text("{")
        refused = wait_until(lambda: lines("configuration refused; the old one stays"), seconds=10)
        assert "tokenizer.json is no tokenizer.json" in refused[0]["error"]
        assert counted()["tokens"] == 2
