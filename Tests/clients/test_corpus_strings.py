"""The Big List of Naughty Strings in all places that a client can write to: it arrives as it was, or it is refused."""

import base64
import json
import re
import urllib.parse
import urllib.request

import pytest

from conftest import SHARED
from faults import CHAT, MEBIBYTE, Testbed, chat
from proxy import wait_until

FILE = SHARED / "corpora/strings/blns.json"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="SLUICE_SHARED has no naughty strings")

STRINGS = json.loads(FILE.read_text()) if FILE.exists() else []
CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
SAMPLE = re.compile(r'[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)*\})? \S+|#.*|')


@pytest.fixture(scope="module")
def testbed(upstream_process):
    with Testbed(upstream_process, models=["*"], forward_headers=["x-note"]) as testbed:
        yield testbed


def seen_since(testbed, before):
    return testbed.upstream.requests(f"?raw=0&since={before}")


def is_clean_refusal(answer, *statuses):
    """In OpenAI's form, and with nothing in its head that does not belong there."""
    names = {name.lower() for name, _ in answer.headers}
    return (answer.complete and answer.status in statuses and isinstance(answer.json()["error"]["message"], str)
            and names <= {"date", "content-type", "content-length", "connection", "x-sluice-request-id", "allow"})


@pytest.mark.parametrize("ascii", [True, False])
def test_as_content_user_and_metadata(testbed, ascii):
    with testbed.survives(requests=len(STRINGS)), testbed.client() as client:
        before = testbed.upstream.stats()["last_request"]
        for text in STRINGS:
            body = chat(text, user=text, metadata={text or "empty": text}, tools=[{"function": {"name": text}}])
            answer = client.ask("POST", CHAT, {}, json.dumps(body, ensure_ascii=ascii).encode())
            assert answer.status == 200, text
            if 0 < len(text) < 4000:
                assert answer.json()["choices"][0]["message"]["content"] == "Echo: " + text
            [record] = seen_since(testbed, before)
            before = record["id"]
            assert base64.b64decode(record["body_b64"]) == json.dumps(body, ensure_ascii=ascii).encode(), text


def test_as_a_model(upstream_process):
    refused = [text for text in STRINGS if not 0 < len(text.encode()) <= 1024]
    # The metrics of each model are kept, and /metrics is a text of ten megabytes then.
    with Testbed(upstream_process, models=["*"]) as testbed, testbed.survives(
            requests=len(STRINGS) - len(refused), memory=64 * MEBIBYTE), testbed.client() as client:
        testbed.upstream.push({"json": {"ok": True}}, times=-1)
        before = testbed.upstream.stats()["last_request"]
        for text in STRINGS:
            answer = client.ask("POST", CHAT, {}, {**chat(), "model": text})
            if text in refused:
                assert is_clean_refusal(answer, 400), text
                continue
            assert answer.status == 200, text
            [record] = seen_since(testbed, before)
            before = record["id"]
            assert record["json"]["model"] == text
        wait_until(lambda: set(STRINGS) - set(refused) <= {line.get("model") for line in testbed.proxy.records()})
        with urllib.request.urlopen(testbed.proxy.url + "/metrics", timeout=5) as metrics:
            lines = metrics.read().decode().split("\n")
        assert [line for line in lines if not SAMPLE.fullmatch(line)] == []


def test_as_an_unknown_model(upstream_process):
    with Testbed(upstream_process, models=["gpt-test"]) as testbed:
        with testbed.survives(), testbed.client() as client:
            for text in STRINGS:
                assert is_clean_refusal(client.ask("POST", CHAT, {}, {**chat(), "model": text}), 400, 404), text


@pytest.mark.parametrize("name", ["x-note", "user-agent", "authorization", "x-other"])
def test_as_the_value_of_a_header(testbed, name):
    """Of these the first two go on to the provider."""
    refused = [text for text in STRINGS if CONTROL.search(text.encode())]
    body = json.dumps(chat()).encode()
    with testbed.survives(requests=len(STRINGS) - len(refused), anomalies=["non-ascii-value"]):
        before = testbed.upstream.stats()["last_request"]
        client = testbed.client()
        for text in STRINGS:
            value = text.encode()
            client.send(f"POST {CHAT} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{name}: ".encode()
                        + value + b"\r\n\r\n" + body)
            answer = client.response()
            if text in refused:
                assert is_clean_refusal(answer, 400) and answer.get("connection") == "close", text
                client.close()
                client = testbed.client()
                continue
            assert answer.status == 200, (text, answer.view())
            [record] = seen_since(testbed, before)
            before = record["id"]
            seen = [seen.encode("latin-1") for key, seen in record["headers"] if key.lower() == name]
            if name in ("x-note", "user-agent"):
                assert seen == [value.strip(b" \t")], text
            else:
                assert value not in seen


@pytest.mark.parametrize("place", ["query", "path"])
def test_as_an_escaped_part_of_the_url(testbed, place):
    with testbed.survives(requests=range(len(STRINGS) + 1)), testbed.client() as client:
        testbed.upstream.push({"json": {"ok": True}}, times=-1)
        before, sent_on = testbed.upstream.stats()["last_request"], 0
        for text in STRINGS:
            escaped = urllib.parse.quote(text, safe="")
            below = f"/files?q={escaped}" if place == "query" else f"/files/{escaped}"
            answer = client.ask("GET", "/v1" + below)
            seen = seen_since(testbed, before)
            if answer.status == 200:
                assert [record["target"] for record in seen] == ["/v1" + below]
                before, sent_on = seen[0]["id"], sent_on + 1
            else:
                assert place == "path" and is_clean_refusal(answer, 400, 404) and seen == [], (text, answer.view())
                # Slashes and dots that hide, and nothing at all.
                assert re.search(r"%2f|%5c|%[01].|%7f|^$|^\.+$", escaped, re.I), text
        assert sent_on > 200


@pytest.mark.parametrize("place", ["query", "path"])
def test_as_a_part_of_the_url_as_it_is(testbed, place):
    with testbed.survives(requests=range(len(STRINGS))):
        testbed.upstream.push({"json": {"ok": True}}, times=-1)
        before, client = testbed.upstream.stats()["last_request"], testbed.client()
        for text in STRINGS:
            target = (b"/v1/files?q=" if place == "query" else b"/v1/files/") + text.encode()
            client.send(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = client.response()
            seen = seen_since(testbed, before)
            if answer.status == 200:
                assert [record["target"].encode("latin-1") for record in seen] == [target]
                # What could be read in two ways is refused.
                assert re.fullmatch(rb"[!-~]+", target) and b"#" not in target
                before = seen[0]["id"]
            else:
                assert is_clean_refusal(answer, 400, 404, 505) and seen == [], (text, answer.view())
            if answer.get("connection") == "close":
                client.close()
                client = testbed.client()
