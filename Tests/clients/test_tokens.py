"""The token ids of made-up texts are those of tiktoken. scripts/compare-tokens compares more of them."""

import os
import pathlib

from proxy import BINARY
from token_texts import differences, tiktoken_with

TOOL = pathlib.Path(BINARY).parent / "SluiceTokensTool"


def test_ids_and_counts_are_those_of_tiktoken(tmp_path):
    assert os.access(TOOL, os.X_OK), f"{TOOL} is missing: swift build"
    found = list(differences(TOOL, tiktoken_with(tmp_path), 2000, seed=1))
    assert not found, f"{len(found)} differ, the first is {found[0]}"
