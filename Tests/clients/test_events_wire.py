"""Server-sent events in every legal form, cut at every place: what the client gets is what the provider sent."""

import base64
import itertools
import json

import pytest

from faults import CHAT, MEBIBYTE, Testbed, chat

LIMIT = 64 << 10
CHUNK = json.dumps({"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "ü 🙂"}}]},
                   ensure_ascii=False)
STOP = '{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}'

# A stage that looks at each event for a model's name and changes none of these, as they have none.
LOOKING = {"type": "rewrite-model", "restore_name": True, "aliases": {"gpt-alias": "gpt-test"}}


def lines(*texts, eol="\n"):
    """Each text is a line, and its end."""
    return "".join(text + eol for text in texts)


def stream(*events, eol="\n"):
    """Events of one or more lines, then [DONE], with such line ends."""
    blocks = [*events, ("data: [DONE]",)]
    return "".join(lines(*block, "", eol=eol) for block in blocks)


PLAIN = ((f"data: {CHUNK}",), (f"data: {STOP}",))
FORMS = {
    "lf": stream(*PLAIN),
    "crlf": stream(*PLAIN, eol="\r\n"),
    "cr": stream(*PLAIN, eol="\r"),
    "mixed": "data: a\n\r\ndata: b\r\n\ndata: c\r\r\ndata: d\n\rdata: e\r\n\rdata: [DONE]\n\n",
    "mixed in one event": "event: x\rdata: 1\ndata: 2\r\n\r\ndata: [DONE]\r\r",
    "mark": "\ufeff" + stream(*PLAIN),
    "mark and crlf": "\ufeff" + stream(*PLAIN, eol="\r\n"),
    "comments": stream((": ping",), (":",), (": a", f"data: {STOP}", ": b"), ("::::",)),
    "comments of openrouter": stream((": OPENROUTER PROCESSING",), *PLAIN),
    "empty fields": stream(("data:",), ("data: ",), ("event:", "data: x"), ("id:", "retry:", "data: y")),
    "no colon": stream(("data",), ("data", "data"), ("event", "data: x"), ("unknown",)),
    "no space": stream((f"data:{CHUNK}",), (f"data:{STOP}",)).replace("data: [", "data:["),
    "two spaces": stream((f"data:  {STOP}",), ("data:\tx",)),
    "ids": stream(("id: 1", "data: x"), ("id", "data: y"), ("id: \x00", "data: z"), ("id: ü",)),
    "retry": stream(("retry: 3000",), ("retry: soon", "data: x"), ("retry: -1",)),
    "events": stream(("event: a", "data: x"), ("data: y", "event: b"), ("event: only",)),
    "unknown fields": stream(("foo: bar", "data: x"), (" data: indented",), ("DATA: x",), ("data : x",)),
    "lines of data": stream(("data: {", 'data: "a": 1', "data: }"), ("data: a", "data: ", "data: b")),
    "blank lines": "\n\n\n" + stream(*PLAIN) .replace("\n\n", "\n\n\n\n"),
    "blank lines with cr": "\r\r\n\n" + stream(*PLAIN, eol="\r").replace("\r\r", "\r\r\r"),
    "controls": stream(("data: \x01\x0b\x0c\x1e\x85\u2028\u2029",), ("data: a\x00b",)),
    "error-like": stream(('data: {"errors": 1, "text": "error"}',), ("event: ping", "data: {}")),
    "behind the end": stream(*PLAIN) + stream(("data: more",)),
}
BYTES = {name: text.encode() for name, text in FORMS.items()}
BYTES["no utf-8"] = stream(("data: XXX",), *PLAIN).encode().replace(b"XXX", b"\xff\xc3\x28\xed\xa0\x80")
BODY = chat(stream=True, stream_options={"include_usage": True}, model="gpt-alias")


@pytest.fixture(scope="module", params=["passed on", "looked at"])
def testbed(request, upstream_process):
    with Testbed(
            upstream_process, {"max_event": f"{LIMIT >> 10}KiB"}, models=["gpt-test", "gpt-alias"],
            processors=[LOOKING] if request.param == "looked at" else ()) as testbed:
        yield testbed


def in_base64(data):
    return {"b64": base64.b64encode(data).decode()}


def fetch(testbed, client, data, **scenario):
    testbed.upstream.push({"events": [in_base64(data)], **scenario})
    answer = client.ask("POST", CHAT, {}, BODY)
    assert answer.status == 200 and answer.complete, answer.view()
    return answer.body


@pytest.mark.parametrize("name", BYTES)
def test_each_form_arrives_as_it_was_however_it_is_cut(testbed, name):
    data = BYTES[name]
    splits = ["none", "byte", "newline", "utf8", {"random": 1, "max": 7}, {"sizes": [1, 2, 3], "cycle": True}]
    with testbed.survives(requests=len(splits)), testbed.client() as client:
        for split in splits:
            assert fetch(testbed, client, data, split=split) == data, split


@pytest.mark.parametrize("name", ["lf", "crlf", "cr", "mixed", "mark and crlf", "comments", "blank lines with cr"])
def test_each_form_arrives_as_it_was_cut_at_each_byte(testbed, name):
    # The end of the first event and the beginning of the second have all that matters.
    data = BYTES[name].replace(CHUNK.encode(), b"ab")
    with testbed.survives(requests=len(data) - 1), testbed.client() as client:
        wrong = [at for at in range(1, len(data))
                 if fetch(testbed, client, data, split=[at], piece_delay_ms=1) != data]
        assert wrong == []


def test_each_event_leaves_when_its_blank_line_has_come(testbed):
    """And not before: a line end that may be half of one is not waited for."""
    for eol in ("\n", "\r\n", "\r"):
        event = f"data: 1{eol}{eol}".encode()
        with testbed.survives(requests=1), testbed.client() as client:
            rest = f"data: {STOP}{eol}{eol}data: [DONE]{eol}{eol}".encode()
            testbed.upstream.push({
                "events": [in_base64(event), in_base64(b"data: half"), in_base64(eol.encode() * 2 + rest)],
                "fault": [f"hold:first@byte:{len(event)}", f"hold:half@byte:{len(event) + 10}"], "split": "event"})
            client.send(f"POST {CHAT} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(json.dumps(BODY))}\r\n\r\n".encode()
                        + json.dumps(BODY).encode())
            testbed.upstream.wait(held="first")
            assert client.read(event).end == "found"
            testbed.upstream.release("first")
            testbed.upstream.wait(held="half")
            assert b"half" not in client.read(timeout=0.2).data
            testbed.upstream.release("half")
            assert client.read(b"[DONE]").data.count(b"data: half" + eol.encode() * 2) == 1
            assert client.read(b"0\r\n\r\n").end == "found"


SIZES = list(itertools.chain(
    range(1, 4), range(8190, 8195), range(16382, 16387), range(32766, 32770), range(LIMIT - 2, LIMIT + 1)))


@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"], ids=repr)
def test_events_of_sizes_around_buffers_arrive_as_they_were(testbed, eol):
    end = 2 * eol
    with testbed.survives(requests=2 * len(SIZES)), testbed.client() as client:
        for size in SIZES:
            event = ("data: " + "x" * (size - 6 - len(end)) + end) if size > 10 else "x" * size + end
            data = (event + f"data: {STOP}{end}data: [DONE]{end}").encode()
            for split in ("none", 4096):
                assert fetch(testbed, client, data, split=split) == data, (size, split)


@pytest.mark.parametrize("split", ["none", 1000])
@pytest.mark.parametrize("shape", ["whole", "endless", "many lines"])
def test_an_event_above_the_limit_ends_in_an_error_event(testbed, shape, split):
    first = b"data: before\n\n"
    huge = {
        "whole": b"data: " + b"x" * (LIMIT - 7) + b"\n\n",
        "endless": b"data: " + b"x" * (2 * LIMIT),
        "many lines": b"data: x\n" * (LIMIT // 8 + 1) + b"\n",
    }[shape]
    with testbed.survives(requests=1), testbed.client() as client:
        body = fetch(testbed, client, first + huge, split=split)
        assert body.startswith(first) and b"xxx" not in body
        events = body[len(first):].split(b"\n\n")
        assert json.loads(events[0].removeprefix(b"data: "))["error"]["message"]
        # The SDK reads errors in events; whoever does not is told of the end.
        assert events[1:] in ([b""], [b"data: [DONE]", b""])


def test_a_large_stream_of_small_events_costs_no_memory(testbed):
    count = 20_000
    data = b"".join(b"data: %d\n\n" % number for number in range(count)) + b"data: [DONE]\n\n"
    before = testbed.holdings().memory
    with testbed.survives(requests=1), testbed.client() as client:
        assert fetch(testbed, client, data, split={"sizes": [1000, 17, 4096], "cycle": True}) == data
        assert testbed.holdings().memory < before + 4 * MEBIBYTE


@pytest.mark.parametrize("tail", [
    b"data: half", b"data: half\n", b"data: half\r\n", b"event: x\n", b": comment", b"z", b"\xe2\x82", b"data: half\r\n\x00"])
def test_what_is_behind_the_last_blank_line_is_no_event(testbed, tail):
    """Such a stream was cut, and must not end as if it were whole."""
    first = f"data: {CHUNK}\n\n".encode()
    with testbed.survives(requests=1), testbed.client() as client:
        body = fetch(testbed, client, first + tail, then="fin")
        assert body.startswith(first) and tail not in body[len(first):]
        assert b'"error"' in body[len(first):]
