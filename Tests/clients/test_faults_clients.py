"""Rows F16 to F24 of the fault matrix: clients that are slow, rude or too many.

Each runs against the whole proxy; what must hold after it is in faults.py.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import threading
import time

import pytest

from faults import CHAT, MEBIBYTE, Testbed, chat
from proxy import SERVER, wait_until

HEADER_TIMEOUT = BODY_TIMEOUT = WRITE_TIMEOUT = 2.0
assert SERVER["header_timeout"] == SERVER["body_timeout"] == "2s"
# A client that leaves is to be noticed upstream within this time.
SOON_MS = 250

BODY = json.dumps(chat()).encode()
STREAM = json.dumps(chat(stream=True)).encode()


@pytest.fixture(scope="module")
def testbed(upstream_process):
    with Testbed(upstream_process, {"write_timeout": "2s"}) as testbed:
        yield testbed


def post(body, path=CHAT, size=None, kind="application/json"):
    return (f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body) if size is None else size}\r\n\r\n").encode() + body


class Others(threading.Thread):
    """Clients that do nothing wrong, one request after another, and how long each took."""

    def __init__(self, testbed):
        super().__init__(daemon=True)
        self.testbed, self.seconds, self.error = testbed, [], None
        self.ended = threading.Event()

    def run(self):
        try:
            with self.testbed.client() as client:
                while not self.ended.wait(0.02):
                    begun = time.monotonic()
                    assert client.ask("GET", "/healthz").status == 200
                    self.seconds.append(time.monotonic() - begun)
        except BaseException as error:
            self.error = error

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.join(10)

    def expect_unaffected(self):
        assert self.error is None, self.error
        assert len(self.seconds) > 20
        # The middle one tells of the proxy, the slowest of the machine too.
        assert statistics.median(self.seconds) < 0.05 and max(self.seconds) < 0.5, sorted(self.seconds)[-9:]


def slowhttptest(testbed, folder, *arguments):
    """Three hundred slow clients; how many seconds it took until the proxy had closed all of them."""
    if not shutil.which("slowhttptest"):
        pytest.skip("slowhttptest is not installed")
    with Others(testbed) as others:
        begun = time.monotonic()
        done = subprocess.run(
            ["slowhttptest", *arguments, "-c", "300", "-r", "600", "-l", "8", "-p", "3", "-v", "1",
             "-u", testbed.proxy.url + CHAT],
            capture_output=True, text=True, timeout=30, cwd=folder, check=False)
        took = time.monotonic() - begun
    others.expect_unaffected()
    assert "No open connections left" in done.stdout, done.stdout[-2000:]
    assert not re.search(r"service available:\S*\s+\S*NO", done.stdout)

    def codes():
        return [record["status"] for record in testbed.proxy.records() if record.get("error_code") == "request_timeout"]

    # The log is written behind the requests.
    wait_until(lambda: len(codes()) >= 300)
    assert set(codes()) == {408}
    return took


# F16, F17: slow requests


def test_f16_slow_heads(testbed, tmp_path):
    with testbed.survives():
        assert slowhttptest(testbed, tmp_path, "-H", "-i", "1", "-x", "1") < HEADER_TIMEOUT + 3


def test_f16_each_ends_at_the_header_timeout(testbed):
    with testbed.survives():
        clients = [testbed.client() for _ in range(50)]
        begun = time.monotonic()
        for client in clients:
            client.send(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nA: ")
        while time.monotonic() < begun + 1.2:
            time.sleep(0.2)
            for client in clients:
                # Bytes buy no time.
                client.send(b"x")
        for client in clients:
            answer = client.response(timeout=3)
            assert answer.status == 408 and answer.get("connection") == "close"
            assert client.read_all(timeout=1).end == "fin"
        assert HEADER_TIMEOUT - 0.1 < time.monotonic() - begun < HEADER_TIMEOUT + 1


def test_f17_slow_bodies(testbed, tmp_path):
    with testbed.survives():
        # A byte in three seconds is below what a body may take between two reads.
        took = slowhttptest(testbed, tmp_path, "-B", "-f", "application/json", "-s", "8192", "-i", "3", "-x", "1")
        assert took < BODY_TIMEOUT + 3


@pytest.mark.parametrize("path, cut", [(CHAT, 0), ("/v1/files", 1)], ids=["held", "passed-on"])
def test_f17_a_body_that_stops_half_way(testbed, path, cut):
    kind = "application/json" if path == CHAT else "application/octet-stream"
    with testbed.survives(cut=cut), testbed.client() as client:
        client.send(post(BODY[:20], path, 100, kind))
        answer = client.response()
        assert answer.status == 408 and answer.get("connection") == "close"
        assert answer.json()["error"]["code"] == "request_timeout"
        assert client.read_all(timeout=1).end == "fin"
        if cut:
            assert testbed.upstream.request(-1)["aborted"]["phase"] == "body"


# F18, F19: slow readers


def test_f18_a_slow_reader_holds_back_its_upstream_and_nobody_else(upstream_process):
    size = 50_000_000
    # Far fewer events than bytes: the stand-in for the upstream is slow with small ones.
    piece = b"data: " + b"x" * 49_992 + b"\n\n"
    with Testbed(upstream_process, {"write_timeout": "30s"}) as testbed, testbed.survives(requests=2):
        testbed.upstream.push({
            "events": [piece.decode()] * (size // len(piece)) + ["data: [DONE]\n\n"], "sndbuf": 16384})
        with testbed.client(rcvbuf=4096) as client, Others(testbed) as others:
            client.send(post(STREAM))
            # Twice the stream's idle limit.
            got = client.slow_read(100, 0.1, timeout=3)
            assert got.end == "timeout", (got.end, bytes(got.data[-300:]))
            testbed.upstream.wait(blocked_ms=1000)
            now = testbed.holdings()
            # The high-water mark is 256 KiB.
            assert now.memory < testbed.base.memory + 2 * MEBIBYTE and now.upstreams_in_use == 1
            assert testbed.ask(chat("another", stream=True)).complete
            others.ended.set()
            # Who reads on gets all that was held back, and what follows.
            client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, MEBIBYTE)
            client.buf[:0] = got.data
            body = client.response(timeout=30, body_limit=10 * MEBIBYTE).body
            client.rst()
        others.expect_unaffected()
        assert len(body) >= 10 * MEBIBYTE and body == (piece * (size // len(piece)))[:len(body)]


@pytest.mark.parametrize("version", ["HTTP/1.1", "HTTP/1.0"])
def test_f19_a_reader_that_stops_for_ever(testbed, version):
    with testbed.survives(requests=1):
        testbed.upstream.push({"base": "large", "text_bytes": 20_000_000, "sndbuf": 16384})
        with testbed.client(rcvbuf=4096) as client:
            client.send(post(STREAM).replace(b"HTTP/1.1", version.encode()))
            assert client.read(b"data: ").end == "found"
            stopped = time.monotonic()
            testbed.upstream.wait(request=-1, state="aborted", timeout_ms=8000)
            assert WRITE_TIMEOUT - 0.5 < time.monotonic() - stopped < 3 * WRITE_TIMEOUT
            wait_until(lambda: testbed.holdings().clients == 0)
            # What ends there has not ended well, for HTTP/1.0 neither.
            rest = client.read_all(timeout=5)
            assert rest.end == "rst" or (version == "HTTP/1.1" and not rest.data.endswith(b"0\r\n\r\n")), rest.end


# F20, F21: clients that go away


def leave(client, how):
    left = time.monotonic() * 1000
    if how == "reset":
        client.rst()
    elif how == "close":
        client.close()
    else:
        client.half_close()
    return left


@pytest.mark.parametrize("how", ["reset", "close", "half-close"])
@pytest.mark.parametrize("phase, scenario, body", [
    ("before-the-first-token", {"ttft_ms": 60000}, STREAM),
    ("mid-stream", {"chunks": 20, "usage": "every", "fault": "stall@event:5"}, STREAM),
    ("plain", {"ttft_ms": 60000}, BODY),
    ("within-a-plain-answer", {"text_bytes": 200000, "fault": "stall@middle"}, BODY),
])
def test_f20_a_client_that_leaves_takes_its_request_along(testbed, how, phase, scenario, body):
    with testbed.survives(requests=1):
        testbed.upstream.push(scenario)
        before = len(testbed.proxy.records())
        client = testbed.client()
        client.send(post(body))
        testbed.upstream.wait(request=-1, state="complete")
        if phase == "mid-stream":
            for _ in range(5):
                assert client.read(b"\n\n").end == "found"
        elif phase == "within-a-plain-answer":
            testbed.upstream.wait(stalled=1)
        left = leave(client, how)
        testbed.upstream.wait(request=-1, state="aborted", timeout_ms=2000)
        assert testbed.upstream.request(-1)["t"]["peer_close"] - left < SOON_MS
        [record] = wait_until(lambda: [
            one for one in testbed.proxy.records()[before:] if one.get("outcome") == "client_gone"])
        assert record["status"] == 499
        if phase == "mid-stream":
            assert record["completion_tokens"] > 0 and record["prompt_tokens"] > 0


@pytest.mark.parametrize("how", ["reset", "close"])
def test_f20_a_client_that_leaves_before_its_turn_asks_for_nothing(testbed, how):
    """The second of two pipelined requests waits for the first."""
    with testbed.survives(requests=1):
        testbed.upstream.push({"ttft_ms": 60000})
        client = testbed.client()
        client.send(post(BODY) + post(BODY))
        testbed.upstream.wait(request=-1, state="complete")
        left = leave(client, how)
        testbed.upstream.wait(request=-1, state="aborted", timeout_ms=2000)
        assert testbed.upstream.request(-1)["t"]["peer_close"] - left < SOON_MS


@pytest.mark.parametrize("how", ["reset", "close"])
def test_f20_a_client_that_leaves_during_the_dial_asks_for_nothing(upstream_process, how):
    with Testbed(upstream_process, {"connect_timeout": "30s"}) as testbed, testbed.survives():
        testbed.upstream.close_connections("all")
        wait_until(lambda: testbed.holdings().upstreams_in_use == 0)
        testbed.upstream.listener("hang")
        client = testbed.client()
        client.send(post(BODY))
        wait_until(lambda: testbed.holdings().in_flight == 1)
        leave(client, how)
        wait_until(lambda: testbed.holdings().in_flight == 0, 1)
        testbed.upstream.listener("open")


@pytest.mark.parametrize("body", [BODY, STREAM], ids=["plain", "stream"])
def test_f20_a_client_that_leaves_frees_its_place_at_the_provider(upstream_process, body):
    with Testbed(upstream_process, max_in_flight=1) as testbed, testbed.survives(requests=2):
        testbed.upstream.push({"ttft_ms": 60000})
        with testbed.client() as client:
            client.send(post(body))
            testbed.upstream.wait(request=-1, state="complete")
            assert testbed.ask().json()["error"]["code"] == "provider_busy"
            client.rst()
        # At most the time in which the loop hears of it.
        wait_until(lambda: testbed.ask().status == 200, 0.5)


def processor_seconds(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_f21_a_half_closed_client_is_served_without_a_spin_where_the_file_allows_it(upstream_process):
    with Testbed(upstream_process, {"allow_half_close": True}) as testbed, testbed.survives(requests=3):
        testbed.upstream.push({"ttft_ms": 1000}, times=3)
        with testbed.client() as client:
            client.send(post(BODY) * 2 + post(STREAM))
            client.half_close()
            before = processor_seconds(testbed.proxy.process)
            for _ in range(3):
                answer = client.response()
                assert answer.status == 200 and answer.complete
            assert processor_seconds(testbed.proxy.process) - before < 0.5
            assert client.read_all().end == "fin"


# F22: connections without a request


@pytest.mark.parametrize("beginning", [b"", b"P", b"\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"], ids=repr)
def test_f22_connect_and_say_nothing(testbed, beginning):
    with testbed.survives():
        clients = [testbed.client() for _ in range(20)]
        begun = time.monotonic()
        for client in clients:
            client.send(beginning)
        for client in clients:
            assert client.read_all(timeout=HEADER_TIMEOUT + 1).end == "fin"
        took = time.monotonic() - begun
        assert took < HEADER_TIMEOUT + 0.5
        # What can become no request is not waited for.
        assert took > HEADER_TIMEOUT - 0.2 or beginning.startswith(b"\x16")


# F24: no descriptors left


@contextlib.contextmanager
def crowd(testbed, count):
    """So many connections, of which the kernel holds what the proxy does not accept."""
    connections = []
    try:
        for _ in range(count):
            connection = socket.socket()
            connections.append(connection)
            connection.setblocking(False)
            connection.connect_ex((testbed.proxy.host, testbed.proxy.port))
        yield connections
    finally:
        for connection in connections:
            connection.close()


def expect_one_line(testbed, before):
    lines = [line for line in testbed.proxy.records()[before:] if "descriptors" in line["message"]]
    assert len(lines) == 1, lines


def test_f24_descriptors_are_exhausted(upstream_process):
    # The heads are waited for: nobody's timeout frees a descriptor.
    limits = {"header_timeout": "60s"}
    with Testbed(upstream_process, limits, prefix=["prlimit", "--nofile=64"]) as testbed:
        with testbed.survives(requests=1):
            before = len(testbed.proxy.records())
            client = testbed.client()
            assert client.ask("GET", "/healthz").status == 200
            with crowd(testbed, 200):
                wait_until(lambda: [
                    line for line in testbed.proxy.records()[before:] if "descriptors" in line["message"]])
                used, begun = processor_seconds(testbed.proxy.process), time.monotonic()
                time.sleep(1.5)
                share = (processor_seconds(testbed.proxy.process) - used) / (time.monotonic() - begun)
                assert share < 0.2, f"{share:.0%} of a processor"
                for path in ("/healthz", "/readyz", "/metrics"):
                    assert testbed.ask(path=path, method="GET", timeout=1).status == 200
                # Others are told, and may try again.
                answer = testbed.ask(timeout=1)
                assert answer.status == 503 and answer.get("retry-after") == "1" and answer.get("connection") == "close"
                assert answer.json()["error"]["code"] == "proxy_overloaded"
                # Who is in is served on.
                assert client.ask("POST", CHAT, {}, chat()).status == 200
            released = time.monotonic()
            wait_until(lambda: testbed.ask(path="/healthz", method="GET", timeout=1).status == 200, 2)
            assert time.monotonic() - released < 1
            expect_one_line(testbed, before)


def test_f24_a_worker_at_the_wrong_moment(upstream_process):
    """Dispatch opens a file for each of its workers, once a second as long as there are any, and traps where it cannot."""
    limits = {"header_timeout": "60s"}
    with Testbed(upstream_process, limits, prefix=["prlimit", "--nofile=64"], list_models=False) as testbed:
        with testbed.survives():
            before = len(testbed.proxy.records())
            with crowd(testbed, 200):
                wait_until(lambda: [
                    line for line in testbed.proxy.records()[before:] if "descriptors" in line["message"]])
                # Reading the file again is work for one.
                for _ in range(5):
                    testbed.proxy.signal(signal.SIGHUP)
                    time.sleep(0.5)
                assert testbed.proxy.process.poll() is None


def test_f24_upstreams_take_what_clients_leave_and_no_more(upstream_process):
    with Testbed(upstream_process, prefix=["prlimit", "--nofile=64"], list_models=False) as testbed:
        with testbed.survives(requests=range(5, 30)):
            testbed.upstream.push({"ttft_ms": 60000}, times=-1)
            clients = [testbed.client() for _ in range(24)]
            for client in clients:
                client.send(post(BODY))
            time.sleep(0.5)
            assert max(int(name) for name in os.listdir(f"/proc/{testbed.proxy.process.pid}/fd")) < 56
            told = [data for client in clients if (data := client.recv(timeout=0.01))]
            # Those that found no place are told, and nobody else is disturbed.
            assert len(told) >= 3 and {data[:12] for data in told} <= {b"HTTP/1.1 502", b"HTTP/1.1 503"}, told
            assert testbed.ask(path="/healthz", method="GET", timeout=1).status == 200
            for _ in range(3):
                testbed.proxy.signal(signal.SIGHUP)
                time.sleep(0.4)
            assert testbed.proxy.process.poll() is None


def test_f24_accepting_fails_for_want_of_descriptors(testbed, tmp_path):
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    with testbed.survives():
        before = len(testbed.proxy.records())
        trace = tmp_path / "trace"
        with subprocess.Popen(
                ["strace", "-f", "-p", str(testbed.proxy.process.pid), "-e", "trace=accept4", "-o", str(trace),
                 "-e", "inject=accept4:error=EMFILE"], stderr=subprocess.PIPE) as strace:
            line = strace.stderr.readline().decode()
            if "attached" not in line:
                strace.wait(5)
                pytest.skip("strace may not trace here")
            time.sleep(0.3)
            with crowd(testbed, 20):
                wait_until(lambda: [
                    one for one in testbed.proxy.records()[before:] if "descriptors" in one["message"]])
                used, begun = processor_seconds(testbed.proxy.process), time.monotonic()
                calls = trace.read_text().count("EMFILE")
                time.sleep(1.5)
                # Each of two loops may try four times a second.
                assert trace.read_text().count("EMFILE") - calls <= 16
                share = (processor_seconds(testbed.proxy.process) - used) / (time.monotonic() - begun)
                assert share < 0.2, f"{share:.0%} of a processor"
            strace.terminate()
            strace.stderr.read()
        released = time.monotonic()
        assert testbed.ask(path="/healthz", method="GET").status == 200
        assert time.monotonic() - released < 1
        expect_one_line(testbed, before)
