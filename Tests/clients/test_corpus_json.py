"""JSONTestSuite against the whole proxy: what is JSON is forwarded byte for byte, what is none is refused."""

import base64

import pytest

from conftest import SHARED
from faults import CHAT, Testbed

FOLDER = SHARED / "corpora/json/test_parsing"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="SLUICE_SHARED has no JSON corpora")

BEGIN, END = b'{ "model" : "gpt-test","messages": [{"role":"user","content":"x"}] ,"x":', b' ,"temperature":1.0 }'
# JSON that is not understood, and read for its model only.
OTHER = "/v1/moderations"


def documents(prefix):
    found = {path.name: path.read_bytes() for path in sorted(FOLDER.glob(prefix + "*.json"))}
    assert len(found) > 10
    return found


@pytest.fixture(scope="module")
def testbed(upstream_process):
    with Testbed(upstream_process) as testbed:
        yield testbed


def post(testbed, client, body, path=CHAT):
    """The answer, and what the upstream got of the request: None when it was not asked."""
    before = testbed.upstream.stats()["last_request"]
    answer = client.ask("POST", path, {}, body)
    seen = testbed.upstream.requests(f"?raw=0&since={before}")
    assert len(seen) <= 1
    return answer, base64.b64decode(seen[0]["body_b64"]) if seen else None


def is_refusal(answer):
    return (answer.complete and answer.status == 400 and answer.get("content-type") == "application/json"
            and answer.json()["error"]["type"] == "invalid_request_error" and answer.json()["error"]["message"])


@pytest.mark.parametrize("path, begin, end", [(CHAT, BEGIN, END), (OTHER, b"", b"")], ids=["member", "whole"])
def test_what_must_be_accepted_is_forwarded_byte_for_byte(testbed, path, begin, end):
    found = documents("y_")
    with testbed.survives(requests=len(found)), testbed.client() as client:
        testbed.upstream.push({"json": {"ok": True}}, times=-1)
        wrong = []
        for name, document in found.items():
            answer, seen = post(testbed, client, begin + document + end, path)
            if answer.status != 200 or seen != begin + document + end:
                wrong.append((name, answer.status, seen))
        assert wrong == []


@pytest.mark.parametrize("path, begin, end", [
    (CHAT, b"", b""), (OTHER, b"", b""), ("/v1/embeddings", b"", b""), (CHAT, BEGIN, END)],
    ids=["chat", "other", "embeddings", "member"])
def test_what_must_be_refused_is_refused(testbed, path, begin, end):
    with testbed.survives(), testbed.client() as client:
        wrong = []
        for name, document in documents("n_").items():
            if path == OTHER and document == b"":
                # No body at all is a request of its own kind.
                continue
            answer, seen = post(testbed, client, begin + document + end, path)
            if not is_refusal(answer) or seen is not None:
                wrong.append((name, answer.status, answer.body[:200], seen))
        assert wrong == []


@pytest.mark.parametrize("path, begin, end", [(CHAT, BEGIN, END), (OTHER, b"", b"")], ids=["member", "whole"])
def test_what_is_free_is_refused_or_forwarded_unchanged(testbed, path, begin, end):
    with testbed.survives(requests=range(100)), testbed.client() as client:
        testbed.upstream.push({"json": {"ok": True}}, times=-1)
        wrong = []
        for name, document in documents("i_").items():
            answer, seen = post(testbed, client, begin + document + end, path)
            if not (seen is None and is_refusal(answer) or seen == begin + document + end and answer.status == 200):
                wrong.append((name, answer.status, answer.body[:200], seen))
        assert wrong == []
