"""Rows F27 to F44 of the fault matrix: what an upstream can do to a proxy, and what its client sees of it.

Each runs against the whole proxy; what must hold after it is in faults.py.

| row | fault | here or in |
|---|---|---|
| F27 | refused, no route, name unknown | `test_no_connection`, `test_another_provider` |
| F28 | a connect that hangs | `test_a_connect_that_hangs` |
| F29, F30 | no answer, or its first bytes only | `test_an_answer_that_is_none` |
| F32 | broken framing, garbage, endless heads | `test_an_answer_that_is_none`, `test_a_broken_document`, `test_an_answer_that_is_odd` |
| F33 | a body that is cut | `test_a_broken_document`, `test_a_cut_answer` |
| F35 | an answer before the request's end | `test_an_answer_before_the_request_is_sent` |
| F36 | interim answers, a switch of protocols | `test_an_answer_that_is_odd`, `test_an_answer_that_is_none` |
| F37 | errors, web pages, empty answers | `test_an_error_status` and the two below it, `test_an_answer_that_is_none` |
| F38 | streams cut into pieces, late events | `test_replay.py`, `test_events_are_not_held_back`, `test_bytes_are_not_text` |
| F39 | cut streams | `test_a_cut_stream`, `test_a_line_without_end`; over TLS in `test_faults_process.py` |
| F40 | silence, heartbeats | `test_silence`, `test_silence_in_mid_stream`, `test_a_silent_stream_gets_heartbeats` and those below it |
| F43 | codings, wrong types | `test_a_coded_stream`, `test_a_stream_of_another_type`, `test_a_document_for_a_stream` |
| F44 | usage | `test_usage_is_shown_to_whom_asked`, `test_usage_beside_choices_is_no_chunk_to_hide` |
| F45, F50, F59 | signals, logs, environment | `test_faults_process.py` |
| F53, F54, F55, F58 | forged addresses, header injection, twin headers, hostile JSON | `test_faults_trust.py` |
"""

import gzip
import json
import re
import socket
import statistics
import time

import openai
import pytest

from faults import CHAT, CLIENT_KEY, UPSTREAM_KEY, Testbed, chat
from proxy import wait_until

BOTH = pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])


def closed_port():
    """A port that refuses: nobody listens, and nobody else gets it while the socket lives."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    return holder


HOLDER = closed_port()


def other(name, url, *models, **keys):
    return {"name": name, "type": "openai", "url": url, "token": UPSTREAM_KEY, "models": list(models), **keys}


@pytest.fixture(scope="module")
def testbed(upstream_process):
    dead = f"http://127.0.0.1:{HOLDER.getsockname()[1]}/v1"
    url = upstream_process.url + "/v1"
    with Testbed(upstream_process, others=[
            other("refused", dead, "refused", "refused-or-main"),
            other("no-route", "http://224.0.0.1:1/v1", "no-route", "no-route-or-main"),
            other("unknown", "http://no-such-host.invalid/v1", "unknown", "unknown-or-main"),
            other("second", url, "refused-or-main", "no-route-or-main", "unknown-or-main"),
            other("silent", url, "no-usage", stream_usage=False)]) as testbed:
        yield testbed


def ask(testbed, scenario, stream=False, **keys):
    """Whatever the proxy makes of one request that meets the scenario."""
    if scenario is not None:
        testbed.upstream.push(scenario)
    return testbed.ask(chat(**({"stream": True} if stream else {}), **keys))


def expect_error(answer, status, code=None):
    """One whole answer with an error that OpenAI's clients understand, and no secret in it."""
    assert answer.complete and answer.status == status, answer.view()
    assert answer.get("content-type").startswith("application/json")
    error = answer.json()["error"]
    assert error["message"] and (code is None or error["code"] == code), error
    for secret in (UPSTREAM_KEY, CLIENT_KEY, "127.0.0.1", "invalid/", "<html"):
        assert secret not in answer.body.decode() and secret not in str(answer.headers)
    return error


def request_bytes(body):
    from rawclient import request
    return request("POST", CHAT, {"Authorization": f"Bearer {CLIENT_KEY}"}, body)


def events(body):
    """The events of a stream, which must consist of whole ones."""
    assert body.endswith(b"\n\n"), body[-200:]
    return body.decode().split("\n\n")[:-1]


def expect_cut(answer, code, whole=1):
    """At least `whole` events, then one that tells of an error, then the end."""
    assert answer.status == 200 and answer.complete, answer.view()
    *before, last = events(answer.body.replace(b": ping\n", b""))
    assert len(before) >= whole
    assert json.loads(last.removeprefix("data: "))["error"]["code"] == code
    for event in before:
        assert "error" not in json.loads(event.removeprefix("data: "))


# No connection


@BOTH
@pytest.mark.parametrize("model", ["refused", "no-route", "unknown"])
def test_no_connection(testbed, model, stream):
    with testbed.survives():
        begun = time.monotonic()
        answer = ask(testbed, None, stream, model=model)
        assert time.monotonic() - begun < 1
        expect_error(answer, 502, "upstream_unreachable")


@pytest.mark.parametrize("model", ["refused-or-main", "no-route-or-main", "unknown-or-main"])
def test_another_provider(testbed, model):
    with testbed.survives(requests=1):
        assert ask(testbed, None, model=model).json()["choices"]


@BOTH
def test_a_connect_that_hangs(testbed, stream):
    with testbed.survives():
        testbed.upstream.close_connections()
        testbed.upstream.listener("hang")
        begun = time.monotonic()
        answer = ask(testbed, None, stream)
        assert 0.9 < time.monotonic() - begun < 2.5
        expect_error(answer, 504, "upstream_connect_timeout")
        testbed.upstream.listener("open")


# No answer


NO_ANSWER = [
    # Accepted, read, and then nothing: whether it was worked on nobody can tell.
    "no-reply-fin", "no-reply-rst", "rst-mid-head", "fin-mid-head", "fin-at-head",
    # No HTTP, or HTTP that two readers could read differently.
    "garbage", "http09", "big-header", "many-headers", "negative-status", "dup-cl-same", "dup-cl-different", "cl-te", "te-gzip",
    {"status": "99"}, {"raw_head": "HTTP/1.1 200 OK\r\nbroken\r\n\r\n"}, {"raw_head": "HTTP/2.0 200 OK\r\n\r\n"},
    {"raw_head": "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n"},
    # What nobody asked for.
    "status-101", {"informational": 9 * [103]}, "redirect", "html-200", {"status": 204}, {"status": 205},
]
WORKED_ON = ("no-reply-fin", "no-reply-rst", "rst-mid-head", "fin-mid-head", "fin-at-head")


@BOTH
@pytest.mark.parametrize("scenario", NO_ANSWER, ids=str)
def test_an_answer_that_is_none(testbed, scenario, stream):
    is_cut = scenario == "fin-at-head"
    with testbed.survives(requests=0 if is_cut else 1, cut=1 if is_cut else 0):
        testbed.upstream.close_connections("idle")
        answer = ask(testbed, scenario, stream)
        code = "upstream_connection_lost" if scenario in WORKED_ON else "bad_upstream_response"
        expect_error(answer, 502, code)
        # It may have been paid for: no SDK is to try again.
        assert answer.get("x-should-retry") == "false"
        assert answer.get("location") is None
        [record] = testbed.seen()
        if scenario not in ("html-200", {"status": 204}, {"status": 205}, "redirect"):
            # What is out of step is not used again.
            testbed.upstream.wait(conn=record["conn"], state="closed")


@pytest.mark.parametrize("scenario", [
    {"framing": "chunked", "fault": "bad_chunk:zz@byte:5"}, {"framing": "chunked", "fault": "bad_chunk:-5@byte:5"},
    {"framing": "chunked", "fault": "bad_chunk:fffffffffffffffff@byte:5"}, "cl-long",
    {"framing": "chunked", "fault": "fin@before_end"}, {"framing": "chunked", "fault": "rst@middle"},
    {"framing": "content-length", "content_length": "12abc"}, {"framing": "content-length", "content_length": "-1"}],
    ids=str)
def test_a_broken_document(testbed, scenario):
    with testbed.survives(requests=1):
        answer = ask(testbed, scenario)
        expect_error(answer, 502)
        assert answer.get("x-should-retry") == "false"


@BOTH
@pytest.mark.parametrize("scenario", [
    "early-hints", "continue-first", "no-reason", "http10", "close-delimited", "chunk-ext", "trailers", "extra-bytes",
    "second-reply", "lying-keep-alive", "wire-bytes", {"chunk_zeros": 5, "framing": "chunked"}], ids=str)
def test_an_answer_that_is_odd(testbed, scenario, stream):
    with testbed.survives(requests=1):
        answer = ask(testbed, scenario, stream)
        assert answer.complete and answer.status == 200 and answer.interim == [], answer.view()
        assert b"hello" in answer.body
        assert answer.body.endswith(b"data: [DONE]\n\n") or not stream
        assert answer.trailers == [] and answer.get("x-checksum") is None


# Cut answers


@pytest.mark.parametrize("scenario", [
    {"framing": "content-length", "content_length": {"add": 10}, "then": "fin"},
    {"framing": "chunked", "fault": "fin@before_end"},
    {"framing": "chunked", "fault": "rst@before_end"}, {"framing": "chunked", "fault": "bad_chunk:zz@byte:2000000"}],
    ids=str)
def test_a_cut_answer(testbed, scenario):
    """Too large to be held until it is whole: the client has the beginning, and must not take it for all."""
    with testbed.survives(requests=1):
        answer = ask(testbed, {**scenario, "body": {"repeat": "x", "n": 3_000_000}})
        assert answer.status == 200 and not answer.complete, answer.view()


@pytest.mark.parametrize("scenario, code", [
    ("fin-mid-event", "upstream_connection_lost"), ("fin-mid", "upstream_connection_lost"),
    ("rst-mid", "upstream_connection_lost"), ("clean-end", "upstream_stream_cut"),
    ("clean-end-fin", "upstream_stream_cut"), ("clean-end-mid-event", "upstream_stream_cut"),
    ("chunk-size", "bad_upstream_response"), ("chunk-negative", "bad_upstream_response"),
    ("chunk-huge", "bad_upstream_response"),
    ({"framing": "close", "chunks": 10, "fault": "fin@middle+20"}, "upstream_stream_cut"),
])
def test_a_cut_stream(testbed, scenario, code):
    with testbed.survives(requests=1):
        expect_cut(ask(testbed, scenario, stream=True), code)


def test_a_cut_stream_raises_in_the_sdk(testbed):
    with testbed.survives(requests=1):
        testbed.upstream.push("fin-mid-event")
        with openai.OpenAI(base_url=testbed.proxy.url + "/v1", api_key=CLIENT_KEY) as client:
            with pytest.raises(openai.APIError):
                list(client.chat.completions.create(**chat(stream=True)))


def test_a_line_without_end(testbed):
    with Testbed(testbed.upstream, server={"max_event": "64KiB"}) as small:
        with small.survives(requests=1):
            expect_cut(ask(small, "endless-line", stream=True), "bad_upstream_response")
            small.upstream.wait(request=-1, state="aborted")


# Early answers


@pytest.mark.parametrize("scenario, status", [
    ({"read": "none", "error": {"status": 401}}, 401), ({"read": 10, "error": {"status": 413}}, 413),
    ({"read": 100_000, "error": {"status": 413}, "then": "rst"}, 413),
    ({"read": "none", "error": {"status": 429}, "retry_after": 3, "then": "fin"}, 429),
], ids=str)
@pytest.mark.parametrize("path", [CHAT, "/v1/files"])
def test_an_answer_before_the_request_is_sent(testbed, scenario, status, path):
    # The allocator may keep one block of the body's size for the next one.
    with testbed.survives(cut=1, memory=24 << 20):
        testbed.upstream.push(scenario)
        begun = time.monotonic()
        body = chat("x" * 12_000_000) if path == CHAT else b"x" * 12_000_000
        headers = {} if path == CHAT else {"Content-Type": "application/octet-stream"}
        with testbed.client(timeout=5) as client:
            answer = client.ask("POST", path, headers, body)
        assert time.monotonic() - begun < 3
        # A reset can destroy what stands before it.
        assert answer.status == status or (scenario.get("then") == "rst" and answer.status == 502), answer.view()
        assert answer.json()["error"]["message"]


# Errors


@BOTH
@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504, 529])
def test_an_error_status(testbed, status, stream):
    with testbed.survives(requests=1):
        answer = ask(testbed, {"error": {"status": status}, "retry_after": 7, "ratelimit": True}, stream)
        expect_error(answer, status)
        assert answer.get("retry-after") == "7"
        assert [name for name, _ in answer.headers if name.lower().startswith("x-ratelimit-")]
        assert answer.get("x-should-retry") is None


@pytest.mark.parametrize("style", ["html", "text", "empty", "anthropic", "gemini", "ollama", "vllm"])
@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_error_in_other_words(testbed, status, style):
    with testbed.survives(requests=1):
        answer = ask(testbed, {"error": {"status": status, "style": style}, "retry_after": "date:+3"})
        assert answer.complete and answer.status == status
        assert answer.get("retry-after").endswith("GMT")
        assert answer.json()["error"]


def test_a_key_in_an_error_is_taken_out(testbed):
    with testbed.survives(requests=2):
        for status in (401, 500):
            answer = ask(testbed, {"error": {"status": status, "echo_key": True}})
            expect_error(answer, status)


# Silence


@BOTH
@pytest.mark.parametrize("scenario", [
    "no-reply-stall", {"fault": "stall@wire:20"}, {"informational": [103], "ttft_ms": 9000}], ids=str)
def test_silence(testbed, scenario, stream):
    with testbed.survives(requests=1):
        begun = time.monotonic()
        answer = ask(testbed, scenario, stream)
        assert 1.3 < time.monotonic() - begun < 4
        expect_error(answer, 504, "upstream_timeout")
        assert answer.get("x-should-retry") == "false"
        testbed.upstream.wait(request=-1, state="aborted")


def test_silence_in_mid_stream(testbed):
    with testbed.survives(requests=1):
        expect_cut(ask(testbed, "stall-mid", stream=True), "upstream_timeout", whole=3)
        testbed.upstream.wait(request=-1, state="aborted")


# Events


def test_events_are_not_held_back(testbed):
    with testbed.survives(requests=1):
        testbed.upstream.push({"chunks": 40, "delay_ms": 15, "text": "t" * 40})
        with testbed.client() as client:
            client.send(request_bytes(chat(stream=True)))
            answer = client.response()
        arrived = [ms for ms, _ in answer.times]
        sent = testbed.seen()[0]["event_ms"]
        assert len(arrived) >= 40
        delays = [min((at - ms for at in arrived if at >= ms - 1), default=999) for ms in sent[:-1]]
        assert statistics.median(delays) < 5 and sorted(delays)[-4] < 20, delays


@pytest.mark.parametrize("split", ["utf8", "newline", {"random": 7, "max": 40}], ids=str)
def test_bytes_are_not_text(testbed, split):
    text = "Grüße 你好 🙂🏳️‍🌈 \u2028 ok"
    with testbed.survives(requests=1):
        answer = ask(testbed, {"text": text, "chunks": 6, "split": split, "piece_delay_ms": 1}, stream=True)
        pieces = [json.loads(event[6:]) for event in events(answer.body)[:-1]]
        assert "".join(piece["choices"][0]["delta"].get("content") or "" for piece in pieces if piece["choices"]) == text


def test_bytes_that_are_no_text_pass(testbed):
    with testbed.survives(requests=1):
        answer = ask(testbed, "invalid-utf8", stream=True)
        assert b"\xff\xc3\x28" in answer.body and answer.body.endswith(b"data: [DONE]\n\n")


# Heartbeats


@pytest.fixture(scope="module")
def beating(upstream_process):
    with Testbed(upstream_process, server={"heartbeat": "200ms"}) as beating:
        yield beating


@pytest.mark.parametrize("scenario", [
    {"chunks": 4, "fault": "stall:900@event:2"}, {"chunks": 4, "fault": "stall:900@event:2+30"},
    {"chunks": 4, "ttft_ms": 900, "headers_first": True}, {"chunks": 4, "ttft_ms": 900}], ids=str)
def test_a_silent_stream_gets_heartbeats(beating, scenario):
    with beating.survives(requests=1):
        beating.upstream.push({"created": 7, **scenario})
        answer = beating.ask(chat(stream=True))
        assert answer.status == 200 and answer.get("content-type").startswith("text/event-stream")
        text = answer.body.decode()
        # Each stands on a line of its own at the beginning of an event.
        assert 3 <= text.count(": ping\n") <= 5
        assert re.fullmatch(r"(?:(?:: ping\n)*data: [^\n]*\n\n)+", text), text
        times = [ms for ms, _ in answer.times]
        assert max(later - earlier for earlier, later in zip(times, times[1:])) < 400
        rest = text.replace(": ping\n", "")
        assert rest.endswith("data: [DONE]\n\n")


def test_heartbeats_are_no_sign_of_life_of_the_upstream(beating):
    with beating.survives(requests=2):
        begun = time.monotonic()
        expect_cut(ask(beating, {"chunks": 9, "fault": "stall@event:3"}, stream=True), "upstream_timeout", whole=3)
        answer = ask(beating, "no-reply-stall", stream=True)
        assert time.monotonic() - begun < 6
        assert answer.status == 200
        [event] = events(answer.body.replace(b": ping\n", b""))
        assert json.loads(event[6:])["error"]["code"] == "upstream_timeout"
        beating.upstream.wait(request=-1, state="aborted")


def test_comments_of_the_upstream_count_as_heartbeats(beating):
    with beating.survives(requests=1):
        answer = ask(
            beating, {"chunks": 4, "ttft_ms": 900, "headers_first": True, "heartbeat_ms": 50, "comment": ": theirs\n\n"},
            stream=True)
        assert b": theirs\n\n" in answer.body and b": ping\n" not in answer.body


def test_plain_answers_and_bodies_get_no_heartbeats(beating):
    with beating.survives(requests=2):
        for scenario in ({"ttft_ms": 700}, {"fault": "stall:700@middle"}):
            answer = ask(beating, scenario)
            assert answer.json()["choices"]


def test_an_error_behind_heartbeats_is_an_event(beating):
    with beating.survives(requests=1):
        answer = ask(beating, {"ttft_ms": 700, "error": {"status": 429}}, stream=True)
        assert answer.status == 200 and answer.complete
        [event] = events(answer.body.replace(b": ping\n", b""))
        assert json.loads(event[6:])["error"]["code"] == "upstream_status_429"


def test_the_sdk_does_not_see_heartbeats(beating):
    with beating.survives(requests=2):
        with openai.OpenAI(base_url=beating.proxy.url + "/v1", api_key=CLIENT_KEY) as client:
            for scenario in (
                    {"text": "abcdef", "chunks": 6, "sse_ids": True, "fault": "stall:500@event:3"},
                    {"text": "abcdef", "chunks": 6, "ttft_ms": 700}):
                beating.upstream.push(scenario)
                chunks = list(client.chat.completions.create(**chat(stream=True)))
                assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "abcdef"


def test_a_client_that_leaves_between_heartbeats_is_noticed(beating):
    with beating.survives(requests=1):
        beating.upstream.push({"ttft_ms": 60000})
        with beating.client() as client:
            client.send(request_bytes(chat(stream=True)))
            client.read(until=b": ping\n")
            client.rst()
        beating.upstream.wait(request=-1, state="aborted", timeout_ms=1000)


# Codings and types


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_coded_stream(testbed, coding):
    """Not asked for. The client gets it with its name, and can tell when it is cut."""
    with testbed.survives(requests=2):
        answer = ask(testbed, {"encoding": coding, "chunks": 5}, stream=True)
        if answer.status == 200:
            assert answer.get("content-encoding") == coding and answer.complete
            if coding == "gzip":
                assert gzip.decompress(answer.body).endswith(b"data: [DONE]\n\n")
            cut = ask(testbed, {"encoding": coding, "chunks": 5, "fault": "rst@event:3"}, stream=True)
            assert not cut.complete
        else:
            # Not every Python has every coding.
            testbed.upstream.call("POST", "/reset", {"keep_scenarios": True})
            pytest.skip(f"the upstream has no {coding}")


@pytest.mark.parametrize("scenario", ["wrong-type", "no-type"])
def test_a_stream_of_another_type(testbed, scenario):
    with testbed.survives(requests=1):
        answer = ask(testbed, scenario, stream=True)
        assert answer.status == 200 and answer.get("content-type").startswith("text/event-stream")
        assert answer.body.endswith(b"data: [DONE]\n\n") and b"hello" in answer.body


def test_a_document_for_a_stream(testbed):
    """It is passed on as what it is."""
    with testbed.survives(requests=1):
        answer = ask(testbed, "json-for-stream", stream=True)
        assert answer.status == 200 and answer.get("content-type").startswith("application/json")
        assert "hello" in answer.json()["choices"][0]["message"]["content"]


# Usage


ASKED = [({"stream_options": {"include_usage": True}}, True), ({}, False), ({"stream_options": {}}, False),
         ({"stream_options": {"include_usage": False}}, False), ({"stream_options": None}, False)]


@pytest.mark.parametrize("keys, asked", ASKED, ids=str)
@pytest.mark.parametrize("model", ["gpt-test", "no-usage"])
def test_usage_is_shown_to_whom_asked(testbed, keys, asked, model):
    with testbed.survives(requests=1):
        logged = len(testbed.proxy.records())
        answer = ask(testbed, {"usage": "auto"}, stream=True, model=model, **keys)
        pieces = [json.loads(event[6:]) for event in events(answer.body)[:-1]]
        usages = [piece["usage"] for piece in pieces if piece.get("usage")]
        assert len(usages) == (1 if asked else 0), answer.body
        [record] = wait_until(lambda: [
            line for line in testbed.proxy.records()[logged:] if line.get("model") == model and "outcome" in line])
        if asked or model == "gpt-test":
            told = testbed.seen()[0]["json"]["stream_options"]
            assert told["include_usage"] is True
            assert record["completion_tokens"] > 0 and record["prompt_tokens"] > 0
            assert record["usage_source"] == "provider"
        else:
            assert testbed.seen()[0]["json"].get("stream_options") == keys.get("stream_options")
            # Nobody told, so the proxy counted. Models that it has no vocabulary of are estimated.
            assert record["usage_source"] == "estimated" and record["completion_tokens"] > 0
        if usages:
            assert usages[0]["completion_tokens"] == record["completion_tokens"]


def test_usage_beside_choices_is_no_chunk_to_hide(testbed):
    with testbed.survives(requests=1):
        answer = ask(testbed, "usage-with-choices", stream=True)
        pieces = [json.loads(event[6:]) for event in events(answer.body)[:-1]]
        assert [piece for piece in pieces if piece.get("usage") and piece["choices"]]
        assert "stop" in [choice["finish_reason"] for piece in pieces for choice in piece["choices"]]
