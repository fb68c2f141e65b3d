"""curl and a bare socket: framing, sockets and routes that the SDK never shows."""

import json
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from conftest import provider
from proxy import Sluice, configuration

CHAT = {"model": "gpt-test", "messages": [{"role": "user", "content": "hello"}]}


def curl(*arguments, data=None):
    """The finished curl; its standard error holds what `-v` says."""
    body = json.dumps(data).encode() if isinstance(data, dict) else data
    if body is not None:
        arguments = (*arguments, "-H", "Content-Type: application/json", "--data-binary", "@-")
    return subprocess.run(
        ["curl", "-sS", "--max-time", "10", *arguments], input=body, capture_output=True, timeout=15)


def raw_request(path="/v1/chat/completions", data=None, method="POST", head=""):
    body = b"" if data is None else json.dumps(data).encode()
    length = f"Content-Length: {len(body)}\r\n" if data is not None else ""
    return f"{method} {path} HTTP/1.1\r\nHost: x\r\n{head}{length}\r\n".encode() + body


def connect(proxy):
    return socket.create_connection((proxy.host, proxy.port), timeout=5)


def read_all(connection):
    data = b""
    while piece := connection.recv(65536):
        data += piece
    return data


def test_curl_gets_the_answer(proxy, upstream):
    done = curl(proxy.url + "/v1/chat/completions", data=CHAT)
    assert json.loads(done.stdout)["choices"][0]["message"]["content"] == "Echo: hello"


def test_curl_gets_each_event_when_it_happens(proxy, upstream):
    upstream.push({"chunks": 6, "text": "abcdef", "delay_ms": 100})
    with subprocess.Popen(
            ["curl", "-sSN", "--max-time", "10", proxy.url + "/v1/chat/completions",
             "-d", json.dumps({**CHAT, "stream": True}), "-H", "Content-Type: application/json"],
            stdout=subprocess.PIPE) as process:
        times = [time.monotonic() for line in process.stdout if line.startswith(b"data:")]
    assert process.returncode == 0
    gaps = [later - earlier for earlier, later in zip(times, times[1:])]
    assert len(times) >= 7
    assert sum(gap > 0.05 for gap in gaps) >= 5, f"events came in a lump: {gaps}"


def test_an_http_1_0_client_gets_an_answer_without_chunks(proxy, upstream):
    done = curl("-0", "-i", proxy.url + "/v1/chat/completions", data={**CHAT, "stream": True})
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head.lower()
    assert b" 200 " in head
    assert body.endswith(b"data: [DONE]\n\n")


def test_the_unix_socket_serves(proxy, upstream):
    path = proxy.folder / "sluice.sock"
    done = curl("--unix-socket", str(path), "http://any/v1/chat/completions", data=CHAT)
    assert json.loads(done.stdout)["choices"][0]["message"]["content"] == "Echo: hello"


def test_a_large_body_is_asked_for_before_it_is_sent(proxy, upstream):
    text = "x" * 2_000_000
    body = {"model": "gpt-test", "messages": [{"role": "user", "content": text}]}
    done = curl(
        "-v", "-H", "Expect: 100-continue", proxy.url + "/v1/chat/completions", data=body)
    assert b"HTTP/1.1 100 Continue" in done.stderr
    assert b"HTTP/1.1 200 OK" in done.stderr
    [seen] = upstream.requests("?raw=0&body=0")
    assert seen["body_len"] == len(json.dumps(body))


def test_a_multipart_model_behind_the_file_is_found(proxy, upstream, tmp_path):
    sound = tmp_path / "a.wav"
    sound.write_bytes(bytes(range(256)) * 200)
    upstream.push({"json": {"text": "spoken"}})
    done = curl("-F", f"file=@{sound}", "-F", "model=whisper-1", proxy.url + "/v1/audio/transcriptions")
    assert json.loads(done.stdout) == {"text": "spoken"}
    assert upstream.requests("?raw=0&body=0")[0]["path"] == "/second/v1/audio/transcriptions"


def test_a_half_closed_client_counts_as_gone(proxy, upstream):
    upstream.push({"ttft_ms": 60000})
    with connect(proxy) as connection:
        connection.sendall(raw_request(data=CHAT))
        upstream.wait(heads=1)
        connection.shutdown(socket.SHUT_WR)
        upstream.wait(request=-1, state="aborted", timeout_ms=2000)
        # A reset, so that nothing can be taken for the end of an answer.
        with pytest.raises(ConnectionResetError):
            read_all(connection)


def test_a_half_closed_client_is_served_where_the_file_allows_it(upstream):
    text = configuration([provider(upstream)], server={"allow_half_close": True})
    with Sluice(text) as proxy, connect(proxy) as connection:
        upstream.push({"ttft_ms": 200})
        connection.sendall(raw_request(data=CHAT))
        connection.shutdown(socket.SHUT_WR)
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"hello" in answer


def test_twenty_pipelined_requests_are_answered_in_order(proxy, upstream):
    def ask(number, head=""):
        message = {"role": "user", "content": f"number {number}."}
        return raw_request(data={"model": "gpt-test", "messages": [message]}, head=head)

    with connect(proxy) as connection:
        requests = [ask(number) for number in range(19)] + [ask(19, "Connection: close\r\n")]
        connection.sendall(b"".join(requests))
        answers = read_all(connection).decode()
    assert re.findall(r"number (\d+)\.", answers) == [str(number) for number in range(20)]
    assert len(upstream.requests("?raw=0&body=0")) == 20


def test_head_brings_no_body_and_the_connection_goes_on(proxy):
    with connect(proxy) as connection:
        connection.sendall(raw_request("/v1/models", method="HEAD"))
        connection.sendall(raw_request("/healthz", method="GET", head="Connection: close\r\n"))
        answers = read_all(connection)
    heads = re.findall(rb"^HTTP/1\.1 (\d{3}) ", answers, re.MULTILINE)
    if len(heads) == 1:  # refused with a close
        assert heads[0] in (b"405", b"501") and answers.endswith(b"\r\n\r\n")
    else:
        first, _, rest = answers.partition(b"\r\n\r\n")
        assert rest.startswith(b"HTTP/1.1 200 "), f"HEAD had a body: {answers!r}"


@pytest.mark.parametrize("method, path, statuses", [
    ("GET", "/v1/chat/completions", {405}),
    ("PUT", "/v1/chat/completions", {405}),
    ("POST", "/healthz", {405}),
    ("OPTIONS", "*", {200, 204, 405, 501}),
    ("TRACE", "/v1/models", {405, 501}),
    ("BREW", "/v1/models", {405, 501}),
])
def test_a_wrong_method_is_refused(proxy, upstream, method, path, statuses):
    with connect(proxy) as connection:
        connection.sendall(raw_request(path, method=method, head="Connection: close\r\n"))
        answer = read_all(connection)
    status = int(answer.split(b" ")[1])
    assert status in statuses
    if status == 405:
        head, _, body = answer.partition(b"\r\n\r\n")
        assert b"\r\nallow:" in head.lower()
        assert json.loads(body)["error"]["type"] == "invalid_request_error"
    assert upstream.requests() == []


def test_an_unknown_route_is_not_found(proxy):
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(proxy.url + "/nothing/here", timeout=5)
    assert caught.value.code == 404
    assert json.loads(caught.value.read())["error"]["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"model":"gpt-test"', b'{"model":1}'])
def test_a_body_that_is_no_request_is_refused(proxy, upstream, body):
    done = curl("-w", "%{http_code}", proxy.url + "/v1/chat/completions", data=body)
    assert done.stdout[-3:] == b"400"
    assert json.loads(done.stdout[:-3])["error"]["type"] == "invalid_request_error"
    assert upstream.requests() == []


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_it_says_that_it_is_well(proxy, path):
    with urllib.request.urlopen(proxy.url + path, timeout=5) as answer:
        assert answer.status == 200


def test_metrics_count_requests(proxy, upstream):
    def read():
        with urllib.request.urlopen(proxy.url + "/metrics", timeout=5) as answer:
            assert answer.headers["content-type"].startswith("text/plain")
            return answer.read().decode()

    curl(proxy.url + "/v1/chat/completions", data=CHAT)
    first = read()
    sample = re.compile(r'[a-zA-Z_:][a-zA-Z0-9_:]*(\{.*\})? [-+0-9.eE]+(inf|Inf|NaN)?$|#')
    assert [line for line in first.splitlines() if line and not sample.match(line)] == []
    assert any(line.startswith("gen_ai_") and "gpt-test" in line for line in first.splitlines())
    curl(proxy.url + "/v1/chat/completions", data=CHAT)
    assert read() != first
