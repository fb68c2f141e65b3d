"""Every recorded stream that an OpenAI route carries arrives byte for byte, however it was cut on the way."""

import concurrent.futures
import http.client
import json
import re

import pytest

from conftest import STREAMS, provider
from proxy import Sluice, configuration

ROUTES = {
    "openai-chat": "/v1/chat/completions",
    "openai-completions": "/v1/completions",
    "openai-responses": "/v1/responses",
}

# The upstream hands out some 60,000 single bytes a second: every byte of all recordings takes about a minute.
WORKERS = 8


def recordings():
    """The index lines of the streams, by folder."""
    found = {}
    index = STREAMS / "index.jsonl"
    for line in index.read_text().splitlines() if index.exists() else []:
        entry = json.loads(line)
        if entry["kind"] != "sse" or entry["status"] != 200:
            continue
        route = ROUTES.get(entry["dialect"])
        if route is None and entry["dialect"] == "openai-other":
            route = entry["path"]
        if route:
            folder = entry["file"].split("/")[0]
            found.setdefault(folder, []).append({**entry, "route": route})
    return found


RECORDINGS = recordings()


SPLITS = {
    "byte": lambda _: "byte",
    "random": lambda length: {"random": length, "max": 64},
    "event": lambda _: "event",
    "none": lambda _: "none",
}


@pytest.fixture(scope="module")
def replaying(upstream_process):
    with Sluice(configuration(
            [provider(upstream_process, models=["scenario:*"])], default_provider="main")) as proxy:
        yield proxy


def fetch(proxy, entry, scenario):
    """Status, body and how the framing ended, through one connection of its own."""
    body = {"model": f"scenario:{scenario}", "stream": True}
    if entry["dialect"] != "openai-responses":
        # Whoever asks for usage gets the recorded usage chunk; it would be hidden from others.
        body["stream_options"] = {"include_usage": True}
        body["messages" if "chat" in entry["route"] else "prompt"] = []
    else:
        body["input"] = "x"
    connection = http.client.HTTPConnection(proxy.host, proxy.port, timeout=20)
    try:
        connection.request(
            "POST", entry["route"], json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        try:
            return answer.status, answer.read(), None
        except (http.client.HTTPException, OSError) as error:
            return answer.status, getattr(error, "partial", b""), error
    finally:
        connection.close()


def is_complete(entry, body):
    """Whether the recording says itself that it is over; if not, the proxy adds an error event by design."""
    facts = json.loads((STREAMS / entry["meta"]).read_text())["facts"]
    return bool(entry["ends_with_done"] or facts.get("finish_reasons")
                or b"event: response.completed" in body or b"event: response.incomplete" in body
                or b"event: response.failed" in body)


def verdict(entry, body, status, received, error):
    """None where all is as it must be, else what is wrong."""
    if error is not None or status != 200:
        return f"status {status}, {error!r}, {received[:200]!r}"
    if received == body:
        return None if is_complete(entry, body) else "an unfinished stream ended like a finished one"
    # What stands behind the last blank line is no event, and must not be passed on as one.
    events = body[:max((match.end() for match in re.finditer(rb"\r?\n\r?\n", body)), default=0)]
    if not received.startswith(events):
        at = next((i for i, (a, b) in enumerate(zip(received, body)) if a != b), min(len(received), len(body)))
        return f"differs at byte {at} of {len(body)}: {received[at - 20:at + 40]!r} for {body[at - 20:at + 40]!r}"
    added = received[len(events):]
    if is_complete(entry, body) and events == body:
        return f"something was added: {added[:200]!r}"
    return None if b'"error"' in added else f"no error event at the end of a cut stream: {added[:200]!r}"


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("folder", sorted(RECORDINGS) or [pytest.param("none", marks=pytest.mark.skip(
    reason="SLUICE_SHARED has no recorded streams"))])
def test_recorded_streams_arrive_unchanged(replaying, upstream, folder, split):
    entries = RECORDINGS[folder]
    bodies = [(STREAMS / entry["file"]).read_bytes() for entry in entries]
    for number, (entry, body) in enumerate(zip(entries, bodies)):
        upstream.define(f"r{number}", {
            "replay": entry["file"].removesuffix(".sse"), "split": SPLITS[split](len(body))})

    def one(number):
        return verdict(entries[number], bodies[number], *fetch(replaying, entries[number], f"r{number}"))

    with concurrent.futures.ThreadPoolExecutor(WORKERS) as workers:
        verdicts = list(workers.map(one, range(len(entries))))
    wrong = [f"{entry['file']}: {what}" for entry, what in zip(entries, verdicts) if what]
    assert wrong == [], f"{len(wrong)} of {len(entries)}:\n" + "\n".join(wrong)
