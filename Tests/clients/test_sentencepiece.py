"""The token ids of made-up texts are those of SentencePiece, with models of every kind. scripts/compare-tokens compares more of them."""

import os
import pathlib

import pytest

from proxy import BINARY
from sentence_pieces import KINDS, differences, train

TOOL = pathlib.Path(BINARY).parent / "SluiceTokensTool"


@pytest.mark.parametrize("kind", KINDS)
def test_ids_and_counts_are_those_of_sentencepiece(tmp_path, kind):
    assert os.access(TOOL, os.X_OK), f"{TOOL} is missing: swift build"
    found = list(differences(TOOL, train(kind, tmp_path), 1000, seed=1))
    assert not found, f"{len(found)} differ, the first is {found[0]}"
