"""Rows F1 to F14 of the fault matrix: requests whose framing, fields or size is wrong, or odd and right.

Each runs against the whole proxy; what must hold after it is in faults.py.
"""

import json
import time

import pytest

from faults import CHAT, MEBIBYTE, Testbed, chat

LIMITS = {
    "max_target": "1KiB", "max_header_line": "2KiB", "max_headers": 20, "max_head": "8KiB", "max_body": "256KiB",
}

BODY = json.dumps(chat()).encode()
SMUGGLED = b"0\r\n\r\nGET /admin HTTP/1.1\r\nHost: x\r\n\r\n"
UPLOAD = "/v1/files"


@pytest.fixture(scope="module")
def testbed(upstream_process):
    with Testbed(upstream_process, LIMITS) as testbed:
        yield testbed


def head(*fields, line=f"POST {CHAT} HTTP/1.1", host="x"):
    lines = [line, *([f"Host: {host}"] if host is not None else []), *fields]
    return "".join(one + "\r\n" for one in lines).encode("latin-1") + b"\r\n"


def upload(*fields):
    """The head of a body that is passed on while it comes."""
    return head("Content-Type: application/octet-stream", *fields, line=f"POST {UPLOAD} HTTP/1.1")


def expect_refusal(client, statuses=(400,)):
    """One error in OpenAI's form, and the end of the connection."""
    answer = client.response()
    assert answer.complete and answer.status in statuses, answer.view()
    assert answer.get("connection") == "close"
    assert answer.json()["error"]["type"] and answer.json()["error"]["message"]
    rest = client.read_all(timeout=1)
    assert bytes(rest.data) == b"" and rest.end in ("fin", "rst"), (rest.data[:200], rest.end)
    return answer


def refuse(testbed, data, statuses=(400,)):
    """The same whether it comes at once or byte by byte."""
    for split in (None, "byte") if len(data) < 1000 else (None,):
        with testbed.client() as client:
            client.send(data, split)
            expect_refusal(client, statuses)


def named(*rows):
    return [pytest.param(*row[1:], id=row[0]) for row in rows]


# F1 to F5: where the body ends


@pytest.mark.parametrize("fields", [
    ("Content-Length: 5", "Transfer-Encoding: chunked"),
    ("Transfer-Encoding: chunked", "Content-Length: 5"),
    ("Transfer-Encoding: chunked", f"Content-Length: {len(SMUGGLED)}"),
], ids=["length-first", "coding-first", "whole-length"])
def test_f1_length_and_coding_together(testbed, fields):
    with testbed.survives():
        refuse(testbed, head(*fields) + SMUGGLED)
        refuse(testbed, upload(*fields) + SMUGGLED)


@pytest.mark.parametrize("fields", [
    (f"Content-Length: {len(BODY)}", f"Content-Length: {len(BODY)}"),
    (f"Content-Length: {len(BODY)}", f"Content-Length: {len(BODY) + 1}"),
    ("Content-Length: 0", f"Content-Length: {len(BODY)}"),
    (f"Content-Length: {len(BODY)}, {len(BODY)}",),
    (f"Content-Length: {len(BODY)},",),
], ids=["equal", "different", "zero-first", "list", "open-list"])
def test_f2_two_lengths(testbed, fields):
    with testbed.survives():
        refuse(testbed, head(*fields) + BODY)


@pytest.mark.parametrize("length", [
    "+5", "-1", "0x5", "5_0", "", "5a", "18446744073709551616", "18446744073709551615", "9223372036854775808",
    "5 5", "1e1", "5;", "\u0665",
])
def test_f3_a_length_that_is_no_number(testbed, length):
    with testbed.survives():
        # What counts nobody would accept may be refused as too large.
        refuse(testbed, head("Content-Type: application/json").removesuffix(b"\r\n")
               + b"Content-Length: " + length.encode() + b"\r\n\r\n" + BODY,
               (400, 413) if length.isdigit() and len(length) > 18 else (400,))


def test_f3_leading_zeros_are_dropped(testbed):
    with testbed.survives(requests=1), testbed.client() as client:
        client.send(upload("Content-Length: 010") + b"0123456789" + head(line="GET /healthz HTTP/1.1"))
        assert client.response().status != 400
        assert client.response().body == b"ok\n"
        [seen] = testbed.seen()
        assert [value for name, value in seen["headers"] if name.lower() == "content-length"] == ["10"]
        assert seen["body_text"] == "0123456789"


CHUNKS = named(
    ("0x5", b"0x5\r\nhello\r\n0\r\n\r\n"), ("plus", b"+5\r\nhello\r\n0\r\n\r\n"),
    ("underscore", b"5_0\r\n" + b"x" * 80 + b"\r\n0\r\n\r\n"), ("negative", b"-1\r\nhello\r\n0\r\n\r\n"),
    ("empty", b"\r\nhello\r\n0\r\n\r\n"), ("space", b" \r\nhello\r\n0\r\n\r\n"),
    ("space-before", b" 5\r\nhello\r\n0\r\n\r\n"), ("space-behind", b"5 \r\nhello\r\n0\r\n\r\n"),
    ("cr-in-extension", b"5;\r\r\nhello\r\n0\r\n\r\n"), ("lf-in-extension", b"5;a\nb\r\nhello\r\n0\r\n\r\n"),
    ("17-digits", b"00000000000000005\r\nhello\r\n0\r\n\r\n"), ("overflow", b"ffffffffffffffff\r\nhello\r\n0\r\n\r\n"),
    ("bare-lf-behind-size", b"5\nhello\r\n0\r\n\r\n"), ("bare-lf-behind-data", b"5\r\nhello\n0\r\n\r\n"),
    ("bare-lf-at-end", b"5\r\nhello\r\n0\n\n"), ("bare-cr", b"5\rhello\r\n0\r\n\r\n"),
    ("longer", b"4\r\nhello\r\n0\r\n\r\n"), ("shorter", b"6\r\nhello\r\n0\r\n\r\n"),
    ("no-crlf-behind-data", b"5\r\nhello0\r\n\r\n"), ("long-extension", b"5;" + b"a" * 300 + b"\r\nhello\r\n0\r\n\r\n"),
    ("many-extensions", (b"1;" + b"a" * 200 + b"\r\n \r\n") * 100 + b"0\r\n\r\n"),
)


@pytest.mark.parametrize("chunks", CHUNKS)
def test_f5_a_body_that_is_held(testbed, chunks):
    with testbed.survives():
        # A size that no body may have is refused for that.
        statuses = (400, 413) if chunks.startswith(b"f") else (400,)
        refuse(testbed, head("Transfer-Encoding: chunked", "Content-Type: application/json") + chunks, statuses)


@pytest.mark.parametrize("chunks", CHUNKS)
def test_f5_a_body_that_is_passed_on(testbed, chunks):
    with testbed.survives(cut=range(3)):
        for begun in (b"", b"5\r\nbegun\r\n"):
            with testbed.client() as client:
                client.send(upload("Transfer-Encoding: chunked") + begun + chunks)
                if chunks.startswith(b"f"):
                    # Legal, and for ever incomplete.
                    client.half_close()
                answer = client.read_all(timeout=4)
                assert answer.end in ("fin", "rst") and b" 200 " not in answer.data, answer.data[:300]


@pytest.mark.parametrize("end", [b"", b"0", b"0\r\n", b"0\r\nX: y\r\n", b"0\r\n\r"])
def test_f5_a_last_chunk_that_is_not_whole(testbed, end):
    data = head("Transfer-Encoding: chunked", "Content-Type: application/json")
    data += b"%x\r\n%s\r\n" % (len(BODY), BODY) + end
    with testbed.survives():
        with testbed.client() as client:
            client.send(data)
            client.half_close()
            answer = client.response()
            assert answer.status == 400 or answer.end == "rst", answer.view()


def test_f5_a_last_chunk_that_never_comes(testbed):
    with testbed.survives(), testbed.client() as client:
        client.send(head("Transfer-Encoding: chunked", "Content-Type: application/json")
                    + b"%x\r\n%s\r\n0\r\n" % (len(BODY), BODY))
        expect_refusal(client, (408,))


# F7: fields


@pytest.mark.parametrize("lines", [
    "A: b\r\n c", "A: b\r\n\tc", "A : b", "A\t: b", ": b", "Ab", "", "A: b\x00c", "A: b\rc", "A: b\x7fc", "A: b\x01c",
    "A: b\nB: c", "A: b\n", "A\x00: b", "A b: c", "A\x80: b", "(A): b", "A\u0000", "\rA: b", "A: b\r\r",
], ids=repr)
def test_f7_a_field_that_is_none(testbed, lines):
    data = f"POST {CHAT} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(BODY)}\r\n{lines}\r\n\r\n".encode("latin-1") + BODY
    if lines == "":
        # An empty line ends the head: the body begins with CRLF, and something is left over.
        data = data.replace(b"Content-Length", b"Content-Length ")
    with testbed.survives():
        refuse(testbed, data)


@pytest.mark.parametrize("start", [
    b" POST %s HTTP/1.1\r\nHost: x\r\n", b"POST %s HTTP/1.1\r\n Host: x\r\n", b"POST  %s HTTP/1.1\r\nHost: x\r\n",
    b"POST %s HTTP/1.1 \r\nHost: x\r\n", b"POST %s HTTP/1.1\nHost: x\r\n", b"POST %s HTTP/1.1\rHost: x\r\n",
    b"POST\t%s HTTP/1.1\r\nHost: x\r\n", b"\r\n\r\n\r\nPOST %s HTTP/1.1\r\nHost: x\r\n", b"\nPOST %s HTTP/1.1\r\nHost: x\r\n",
    b"POST %s\x00 HTTP/1.1\r\nHost: x\r\n", b"POST %s\x7f HTTP/1.1\r\nHost: x\r\n", b"POST %s#f HTTP/1.1\r\nHost: x\r\n",
    b"POST %s http/1.1\r\nHost: x\r\n", b"POST %s HTTP/1.1.1\r\nHost: x\r\n", b"POST %s\r\nHost: x\r\n",
    b"PO(ST %s HTTP/1.1\r\nHost: x\r\n",
], ids=repr)
def test_f7_a_first_line_that_is_none(testbed, start):
    with testbed.survives():
        refuse(testbed, start.replace(b"%s", CHAT.encode()) + b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY))


@pytest.mark.parametrize("version, status", [("HTTP/2.0", 505), ("HTTP/1.2", None), ("HTTP/0.9", 505), ("HTTP/9.9", 505)])
def test_f7_another_version(testbed, version, status):
    data = head(f"Content-Length: {len(BODY)}", "Content-Type: application/json", line=f"POST {CHAT} {version}") + BODY
    if status is None:
        # RFC 9110 section 2.5: a higher minor version is read as the highest one that is known.
        with testbed.survives(requests=range(2)), testbed.client() as client:
            client.send(data)
            assert client.response().status in (200, 400, 505)
    else:
        with testbed.survives():
            refuse(testbed, data, (400, 505))


# F8: trailers


def trailers(lines):
    return (head("Transfer-Encoding: chunked", "Content-Type: application/json", "Trailer: X-Sum")
            + b"%x\r\n%s\r\n0\r\n" % (len(BODY), BODY) + lines + b"\r\n")


def test_f8_trailers_are_dropped(testbed):
    with testbed.survives(requests=1), testbed.client() as client:
        client.send(trailers(b"X-Sum: 1\r\nX-Scenario: status-500\r\n") + head(line="GET /healthz HTTP/1.1"))
        assert client.response().status == 200
        assert client.response().body == b"ok\n"
        [seen] = testbed.seen()
        assert "x-sum" not in json.dumps(seen["headers"]).lower() and seen["trailers"] == []


@pytest.mark.parametrize("line", [
    b"Content-Length: 5\r\n", b"Host: y\r\n", b"Authorization: Bearer x\r\n", b"Transfer-Encoding: chunked\r\n",
    b": x\r\n", b"A : b\r\n", b"A: b\x00\r\n", b" A: b\r\n", b"A: b\n",
], ids=repr)
def test_f8_forbidden_trailers(testbed, line):
    with testbed.survives():
        refuse(testbed, trailers(line))


def test_f8_a_mebibyte_of_trailers(testbed):
    with testbed.survives():
        refuse(testbed, trailers(b"X-A: bcdef\r\n" * (MEBIBYTE // 12)), (400, 431))


# F9: Host


@pytest.mark.parametrize("host", [
    None, "", "x\r\nHost: x", "x\r\nHost: y", "a\x00b", "user@h", "a b", "a,b", "a/b", "h:99999999", "[::1", "a\tb", "h:x",
], ids=repr)
def test_f9_a_host_that_is_none(testbed, host):
    with testbed.survives():
        refuse(testbed, head(f"Content-Length: {len(BODY)}", host=host) + BODY)


def test_f9_another_host_in_the_target(testbed):
    with testbed.survives():
        refuse(testbed, head(f"Content-Length: {len(BODY)}", line=f"POST http://a{CHAT} HTTP/1.1", host="b") + BODY)


@pytest.mark.parametrize("host", ["x", "127.0.0.1:1", "[::1]:80", "admin.internal", "localhost"], ids=repr)
def test_f9_the_host_decides_nothing(testbed, host):
    with testbed.survives(requests=1), testbed.client() as client:
        client.send(head(f"Content-Length: {len(BODY)}", "Content-Type: application/json", host=host) + BODY)
        client.send(head(line="GET /admin HTTP/1.1", host=host))
        assert client.response().status == 200
        assert client.response().status == 404
        [seen] = testbed.seen()
        assert [value for name, value in seen["headers"] if name.lower() == "host"] \
            == [f"127.0.0.1:{testbed.upstream.port}"]


# F11: limits


def padded(size):
    """A chat request's body of that size."""
    return json.dumps(chat("x" * (size - len(json.dumps(chat(""))))), ).encode()


def of_size(what, excess):
    """A request whose `what` is so many above its limit."""
    fields = [f"Content-Length: {len(BODY)}", "Content-Type: application/json"]
    if what == "target":
        query = "?" + "q" * (1024 + excess - len(CHAT) - 1)
        return head(*fields, line=f"POST {CHAT}{query} HTTP/1.1") + BODY
    if what == "header line":
        return head(*fields, "a: " + "v" * (2048 + excess - 3)) + BODY
    if what == "header count":
        return head(*fields, *["a: b"] * (20 + excess - 3)) + BODY
    if what == "head":
        fields += ["a: " + "v" * 1500] * 5
        return head(*fields, "b: " + "v" * (8192 + excess - len(head(*fields, "b: ")))) + BODY
    body = padded((256 << 10) + excess)
    if what == "length":
        return head(f"Content-Length: {len(body)}", "Content-Type: application/json") + body
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(body[at:at + 5000]), body[at:at + 5000]) for at in range(0, len(body), 5000))
    return head("Transfer-Encoding: chunked", "Content-Type: application/json") + chunks + b"0\r\n\r\n"


@pytest.mark.parametrize("what, status", [
    ("target", 414), ("header line", 431), ("header count", 431), ("head", 431), ("length", 413), ("chunks", 413)])
def test_f11_one_below_at_and_one_above(testbed, what, status):
    with testbed.survives(requests=2):
        for excess in (-1, 0):
            with testbed.client() as client:
                client.send(of_size(what, excess))
                assert client.response().status == 200, excess
        with testbed.client() as client:
            client.send(of_size(what, 1))
            expect_refusal(client, (status,))


def test_f11_the_refusal_comes_before_the_body(testbed):
    with testbed.survives():
        refuse(testbed, head("Content-Length: 1000000000", "Content-Type: application/json"), (413,))


@pytest.mark.parametrize("framing", ["Content-Length: 100000000", "Transfer-Encoding: chunked"])
def test_f11_what_is_sent_all_the_same_costs_no_memory(testbed, framing):
    before = testbed.holdings().memory
    with testbed.survives(), testbed.client() as client:
        client.send(head(framing, "Content-Type: application/json"))
        if framing.startswith("T"):
            client.send(b"5f5e100\r\n")
        for _ in range(160):
            if not client.send(b" " * 65536):
                break
        # 10 MiB were sent; holding them would show.
        assert testbed.holdings().memory < before + 2 * MEBIBYTE
        assert client.response().status == 413


# F12: leave to send a body


def expecting(size=len(BODY), what="100-continue", version="HTTP/1.1", path=CHAT):
    return head(
        f"Expect: {what}", "Content-Type: application/json", f"Content-Length: {size}", line=f"POST {path} {version}")


def test_f12_leave_is_given_to_who_waits(testbed):
    with testbed.survives(requests=2), testbed.client() as client:
        for _ in range(2):
            client.send(expecting())
            assert client.read(b"\r\n\r\n").data == b"HTTP/1.1 100 Continue\r\n\r\n"
            client.send(BODY)
            answer = client.response()
            assert answer.status == 200 and answer.interim == []
        assert all("expect" not in json.dumps(seen["headers"]).lower() for seen in testbed.seen())


@pytest.mark.parametrize("version", ["HTTP/1.1", "HTTP/1.0"])
def test_f12_no_leave_is_given_to_who_does_not_wait(testbed, version):
    with testbed.survives(requests=1), testbed.client() as client:
        client.send(expecting(version=version) + BODY)
        answer = client.response()
        assert answer.status == 200 and answer.interim == []


def test_f12_an_old_client_gets_none(testbed):
    with testbed.survives(requests=1), testbed.client() as client:
        client.send(expecting(version="HTTP/1.0"))
        assert client.read(b"\r\n", timeout=0.3).end == "timeout"
        client.send(BODY)
        answer = client.response()
        assert answer.status == 200 and answer.interim == []


@pytest.mark.parametrize("data, status", [
    (expecting(what="tea"), 417), (expecting(what="100-continue, tea"), 417), (expecting(size=1 << 30), 413),
    (expecting(path="/nothing"), 404)], ids=["unknown", "list", "too-large", "no-route"])
def test_f12_nothing_is_asked_for_that_is_refused(testbed, data, status):
    with testbed.survives(), testbed.client() as client:
        client.send(data)
        assert expect_refusal(client, (status,)).interim == []


# F13: methods, and answers without a body


@pytest.mark.parametrize("line, statuses", [
    ("OPTIONS *", (405,)), (f"OPTIONS {CHAT}", (405,)), (f"TRACE {CHAT}", (405, 501)), (f"BREW {CHAT}", (405, 501)),
    ("PUT /v1/files", (405,)), ("PATCH /v1/files", (405,)), (f"GET {CHAT}", (405,)), ("CONNECT x:1", (405, 501)),
    ("CONNECT /v1/files", (400, 405, 501)), ("PRI *", (400, 405, 501, 505)), (f"post {CHAT}", (405, 501)),
])
def test_f13_methods_that_are_not_served(testbed, line, statuses):
    host = "x:1" if line == "CONNECT x:1" else "x"
    with testbed.survives(), testbed.client() as client:
        client.send(head(line=f"{line} HTTP/1.1", host=host) + head(line="GET /healthz HTTP/1.1"))
        answer = client.response()
        assert answer.complete and answer.status in statuses, answer.view()
        if answer.status == 405:
            assert answer.get("allow")
        if answer.get("connection") != "close":
            assert client.response().body == b"ok\n"
        else:
            assert client.read_all(timeout=1).data == b""


@pytest.mark.parametrize("path", ["/healthz", "/v1/models", CHAT])
def test_f13_head_has_no_body(testbed, path):
    with testbed.survives(), testbed.client() as client:
        client.send(head(line=f"HEAD {path} HTTP/1.1") + head(line="GET /healthz HTTP/1.1"))
        answer = client.response("HEAD")
        assert answer.status in (200, 405)
        if answer.get("connection") == "close":
            assert client.read_all(timeout=1).data == b""
        else:
            assert client.response().body == b"ok\n"


@pytest.mark.parametrize("path, status, expected", [
    # A chat that is answered with nothing is an upstream's error, and so is a 304 that nobody asked for.
    (CHAT, 204, 502), (CHAT, 205, 502), (CHAT, 304, 502),
    ("/v1/files/x", 204, 204), ("/v1/files/x", 205, 205), ("/v1/files/x", 304, 502)])
def test_f13_answers_without_a_body_keep_the_framing(testbed, path, status, expected):
    with testbed.survives(requests=1), testbed.client() as client:
        testbed.upstream.push({"status": status, "body": ""})
        client.send(head(f"Content-Length: {len(BODY)}", "Content-Type: application/json", line=f"POST {path} HTTP/1.1")
                    + BODY + head(line="GET /healthz HTTP/1.1"))
        answer = client.response()
        assert answer.complete and answer.status == expected, answer.view()
        assert expected == 502 or answer.body == b""
        assert client.response().body == b"ok\n"


# F14: requests one behind the other


def test_f14_twenty_in_one_segment_and_garbage_behind(testbed):
    def ask(number):
        body = json.dumps(chat(f"number {number}.", stream=number == 0)).encode()
        return head(f"Content-Length: {len(body)}", "Content-Type: application/json") + body

    with testbed.survives(requests=20), testbed.client() as client:
        testbed.upstream.push({"text": "number 0.", "chunks": 9, "delay_ms": 220}, when={"stream": True})
        begun = time.monotonic()
        client.send(b"".join(map(ask, range(20))) + b"garbage\r\n\r\n")
        for number in range(20):
            answer = client.response()
            assert answer.complete and answer.status == 200, (number, answer.view())
            if number == 0:
                assert time.monotonic() - begun > 1.5 and answer.body.endswith(b"data: [DONE]\n\n")
            else:
                assert answer.json()["choices"][0]["message"]["content"] == f"Echo: number {number}."
        expect_refusal(client)
        order = [record["json"]["messages"][0]["content"] for record in testbed.seen()]
        assert order == [f"number {number}." for number in range(20)]


def test_f14_reading_pauses_behind_a_stream(testbed):
    one = head(f"Content-Length: {len(BODY)}", "Content-Type: application/json") + BODY
    before = testbed.holdings().memory
    with testbed.survives(requests=1):
        testbed.upstream.push({"ttft_ms": 60000})
        with testbed.client(sndbuf=65536) as client:
            client.send(head(f"Content-Length: {len(BODY)}", "Content-Type: application/json") + BODY)
            client.timeout = 0.5
            pushed = 0
            with pytest.raises(TimeoutError):
                for _ in range(64 * MEBIBYTE // len(one) // 100):
                    client.send(one * 100)
                    pushed += 100 * len(one)
            assert pushed < 16 * MEBIBYTE
            assert testbed.holdings().memory < before + 2 * MEBIBYTE
            client.rst()
