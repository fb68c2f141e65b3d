"""Answers of the llhttp corpus, given by the upstream: what is none is never passed on as if it were whole."""

import base64
import json
import re

import pytest

from conftest import SHARED
from faults import Testbed

FILE = SHARED / "corpora/http1/llhttp/cases.jsonl"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="SLUICE_SHARED has no HTTP corpora")

CASES = [case for line in (FILE.read_text().splitlines() if FILE.exists() else [])
         if (case := json.loads(line))["type"].startswith("response")]


@pytest.fixture(scope="module")
def testbed(upstream_process):
    with Testbed(upstream_process) as testbed:
        yield testbed


def answered(testbed, case, **scenario):
    """What the client gets where the upstream answers with a case's bytes and closes."""
    testbed.upstream.push({"raw": {"b64": case["input_base64"]}, **scenario})
    return testbed.ask(path="/v1/files/x", method="GET")


def without_line_ends(data):
    # llhttp's own log leaves them out of bodies.
    return re.sub(rb"[\r\n]", b"", data)


@pytest.mark.parametrize("split", ["none", "byte"])
def test_what_is_no_answer_is_an_error_of_the_provider(testbed, split):
    chosen = [case for case in CASES if case["expect"] == "reject"]
    assert len(chosen) > 20
    with testbed.survives(requests=len(chosen)):
        wrong = []
        for case in chosen:
            answer = answered(testbed, case, wire_split=split)
            if answer.complete and answer.status != 502:
                wrong.append((case["id"], answer.status, answer.body))
        assert wrong == []


@pytest.mark.parametrize("split", ["none", "byte"])
def test_an_answer_is_passed_on_as_it_was(testbed, split):
    """The first one with its body; what follows it answers nothing."""
    chosen = [case for case in CASES if case["expect"] == "accept" and case["messages"][0].get("complete")
              and re.match(rb"(\r\n)?HTTP/1\.[01] (200|404|500)", base64.b64decode(case["input_base64"]))]
    assert len(chosen) > 8
    with testbed.survives(requests=len(chosen)):
        for case in chosen:
            answer = answered(testbed, case, wire_split=split)
            status = int(re.search(rb" (\d{3})", base64.b64decode(case["input_base64"]))[1])
            expected = case["messages"][0]["body"].get("text", "").encode()
            if status == 200:
                assert answer.status == 200 and answer.complete, (case["id"], answer.view())
                assert without_line_ends(answer.body) == expected, case["id"]
            else:
                assert answer.status in (status, 502) and answer.complete, (case["id"], answer.view())


def test_other_answers_do_no_harm(testbed):
    chosen = [case for case in CASES if case["expect"] not in ("accept", "reject")]
    with testbed.survives(requests=len(chosen)):
        for case in chosen:
            answer = answered(testbed, case)
            assert answer.status is not None and answer.status >= 200, case["id"]
