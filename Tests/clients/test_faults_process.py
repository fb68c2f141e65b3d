"""Rows F45, F50 and F59 of the fault matrix: signals under load, logs that cannot be written, a hostile environment."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

from conftest import provider
from faults import CHAT, CLIENT_KEY, UPSTREAM_KEY, RawClient, Testbed, chat
from proxy import Sluice, configuration, wait_until

PATIENT = {"stream_idle_timeout": "60s", "first_byte_timeout": "60s"}


def request_bytes(body=None, method="POST", path=CHAT):
    from rawclient import request
    return request(method, path, {"Authorization": f"Bearer {CLIENT_KEY}"}, body)


def connect(proxy):
    return RawClient(proxy.host, proxy.port, timeout=10)


def is_refused(proxy):
    try:
        socket.create_connection((proxy.host, proxy.port), timeout=2).close()
        return False
    except ConnectionError:
        return True


# Signals


class Crowd:
    """Twenty streams that are held in the middle, five requests without an answer, twenty connections that do nothing."""

    def __init__(self, proxy, upstream):
        self.upstream = upstream
        held = {"chunks": 6, "fault": "hold:gate@event:3"}
        upstream.push(held, when={"stream": True}, times=-1)
        upstream.push({"fault": "hold:gate@request"}, when={"stream": False}, times=-1)
        self.streams = [connect(proxy) for _ in range(20)]
        self.plain = [connect(proxy) for _ in range(5)]
        self.idle = [connect(proxy) for _ in range(20)]
        for client in self.streams:
            client.send(request_bytes(chat(stream=True)))
        for client in self.plain:
            client.send(request_bytes(chat()))
        for client in self.idle[:10]:
            client.send(request_bytes(method="GET", path="/healthz"))
            assert client.response().status == 200
        upstream.wait(held="gate", count=25)

    def answers(self, clients):
        """All answers, which must not have to wait for each other."""
        found = []
        threads = [threading.Thread(target=lambda one=one: found.append(one.response(timeout=8))) for one in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert len(found) == len(clients)
        return found

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.upstream.release()
        for client in self.streams + self.plain + self.idle:
            client.close()


def test_what_is_under_way_finishes(upstream):
    with Sluice(configuration([provider(upstream)], server=PATIENT)) as proxy, Crowd(proxy, upstream) as crowd:
        # A request that was sent behind a stream before the signal is answered too.
        crowd.streams[0].send(request_bytes(method="GET", path="/healthz"))
        proxy.signal()
        wait_until(lambda: is_refused(proxy))
        for client in crowd.idle:
            assert client.recv(timeout=2) is None and client.ended == "fin"
        assert proxy.process.poll() is None
        upstream.release()
        for answer in crowd.answers(crowd.streams):
            assert answer.complete and answer.body.endswith(b"data: [DONE]\n\n")
        for answer in crowd.answers(crowd.plain):
            assert answer.complete and answer.status == 200 and answer.json()["choices"]
            assert answer.get("connection") == "close"
        last = crowd.streams[0].response()
        assert last.status == 200 and last.get("connection") == "close"
        assert proxy.wait() == 0
        stopped = proxy.records()[-1]
        assert stopped["message"] == "stopped" and int(stopped.get("interrupted", 0)) == 0
        assert len([one for one in proxy.records() if one.get("outcome") == "completed"]) == 36


def test_what_outlives_the_drain_time_hears_of_it(upstream):
    settings = {**PATIENT, "drain_timeout": "700ms"}
    with Sluice(configuration([provider(upstream)], server=settings)) as proxy, Crowd(proxy, upstream) as crowd:
        begun = time.monotonic()
        proxy.signal()
        for answer in crowd.answers(crowd.streams):
            last = answer.body.decode().split("\n\n")[-2]
            assert answer.complete and json.loads(last.removeprefix("data: "))["error"]
        for answer in crowd.answers(crowd.plain):
            assert answer.complete and answer.status == 503 and answer.json()["error"]
        assert proxy.wait() == 0
        assert 0.6 < time.monotonic() - begun < 3
        assert int(proxy.records()[-1]["interrupted"]) == 25
        upstream.wait(in_flight=0)


def test_a_second_signal_ends_all_at_once(upstream):
    with Sluice(configuration([provider(upstream)], server=PATIENT)) as proxy, Crowd(proxy, upstream) as crowd:
        proxy.signal()
        wait_until(lambda: is_refused(proxy))
        begun = time.monotonic()
        proxy.signal()
        assert proxy.wait() == 1
        assert time.monotonic() - begun < 1
        for answer in crowd.answers(crowd.streams):
            assert not answer.complete
        last = proxy.records()[-1]
        assert (last["message"], last["signal"]) == ("giving up what is left at a second signal", "SIGTERM")


def test_signals_that_mean_nothing_change_nothing(upstream):
    # A file that is read again has models asked for again.
    with Testbed(upstream, list_models=False) as testbed, testbed.survives(requests=1):
        for number in (signal.SIGPIPE, signal.SIGHUP, signal.SIGHUP, signal.SIGCHLD, signal.SIGWINCH):
            testbed.proxy.signal(number)
        assert testbed.ask().status == 200


# Logs


def with_log(target):
    """Has the proxy write its log to `target`."""
    return ["bash", "-c", f'exec "$@" 2>{target}', "bash"]


def pipe_in(tmp_path):
    """A pipe for a log, and the end to read it from."""
    pipe = tmp_path / "log"
    os.mkfifo(pipe)
    return pipe, os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)


def answers_both(testbed):
    """A plain request and a stream."""
    assert testbed.ask().status == 200
    assert testbed.ask(chat(stream=True)).body.endswith(b"data: [DONE]\n\n")


def ends_well(testbed):
    testbed.proxy.signal()
    assert testbed.proxy.wait() == 0


def dropped(testbed):
    answer = testbed.ask(path="/metrics", method="GET")
    return int(float(re.search(r"^sluice_log_lines_dropped_total (\S+)$", answer.body.decode(), re.MULTILINE)[1]))


def burden(testbed, count):
    """So many requests that each leave a line, by a few connections, and how long the slowest answer took."""
    slowest = 0
    batch = request_bytes(method="GET", path="/healthz") * 50
    with testbed.client() as client:
        for _ in range(count // 50):
            begun = time.monotonic()
            client.send(batch)
            for _ in range(50):
                assert client.response().status == 200
            slowest = max(slowest, time.monotonic() - begun)
    return slowest


def test_a_full_disk_costs_lines_only(upstream):
    with Testbed(upstream, prefix=with_log("/dev/full")) as testbed:
        with testbed.survives(requests=2):
            answers_both(testbed)
            assert wait_until(lambda: dropped(testbed)) > 0
        ends_well(testbed)


def test_a_log_whose_reader_leaves_costs_lines_only(upstream, tmp_path):
    pipe, reader = pipe_in(tmp_path)
    with Testbed(upstream, prefix=with_log(pipe)) as testbed:
        assert os.read(reader, 100)
        os.close(reader)
        with testbed.survives(requests=2):
            answers_both(testbed)
            assert wait_until(lambda: dropped(testbed)) > 0
        ends_well(testbed)


def test_a_log_whose_reader_stands_still_costs_lines_only(upstream, tmp_path):
    pipe, reader = pipe_in(tmp_path)
    try:
        with Testbed(upstream, prefix=with_log(pipe)) as testbed:
            # The lines that wait are memory in use: about a megabyte.
            with testbed.survives(requests=2, memory=16 << 20):
                # Pipe and queue hold some 5,000 lines.
                slowest = burden(testbed, 8000)
                assert slowest < 1
                answers_both(testbed)
                assert dropped(testbed) > 0
            begun = time.monotonic()
            testbed.proxy.signal()
            # It gives the log a moment, and ends all the same.
            assert testbed.proxy.wait() == 0
            assert time.monotonic() - begun < 6
    finally:
        os.close(reader)


def test_a_reader_that_comes_back_reads_on(upstream, tmp_path):
    pipe, reader = pipe_in(tmp_path)
    with Testbed(upstream, prefix=with_log(pipe)) as testbed:
        burden(testbed, 8000)
        lost = dropped(testbed)
        assert lost > 0
        os.set_blocking(reader, True)
        lines = []

        def read():
            with open(reader, encoding="utf-8") as log:
                lines.extend(log)

        thread = threading.Thread(target=read)
        thread.start()
        wait_until(lambda: any("were lost" in line for line in lines))
        # As long as what waited is being written, there is no room for more.
        wait_until(lambda: testbed.ask(chat(model="gpt-4-back")) and any("gpt-4-back" in line for line in lines))
        ends_well(testbed)
        thread.join(5)
    records = [json.loads(line) for line in lines]
    [note] = [record for record in records if record["message"] == "log lines were lost"]
    assert int(note["count"]) >= lost
    assert records[-1]["message"] == "stopped"


# The environment


class Listener:
    """Waits for somebody who should not come."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]

    def was_contacted(self):
        try:
            self.socket.accept()[0].close()
            return True
        except BlockingIOError:
            return False


def test_the_environment_names_no_proxy_and_no_credential(upstream, tmp_path):
    listener = Listener()
    url = f"http://127.0.0.1:{listener.port}"
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login thief password netrc-secret\ndefault login a password b\n")
    names = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy"]
    environment = {**{name: url for name in names}, "no_proxy": "", "HOME": str(tmp_path), "NETRC": str(tmp_path / ".netrc")}
    bare = {**provider(upstream), "name": "bare", "models": ["bare"]}
    del bare["token"]
    with Testbed(upstream, environment=environment, others=[bare]) as testbed:
        with testbed.survives(requests=2):
            assert testbed.ask().status == 200
            assert testbed.ask(chat(model="bare")).status == 200
            assert not listener.was_contacted()
            first, second = ({name.lower(): value for name, value in one["headers"]} for one in testbed.seen())
            assert first["authorization"] == f"Bearer {UPSTREAM_KEY}"
            assert "authorization" not in second and "proxy-authorization" not in second


def certificate(folder):
    """A certificate for 127.0.0.1 that nobody trusts, and its key."""
    paths = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-out", paths[0], "-keyout", paths[1]],
        check=True, capture_output=True)
    return paths


def know(testbed, model):
    """What the first connections over TLS need for good, on each loop, is no leak."""
    for _ in range(8):
        assert testbed.ask(chat(model=model)).status == 200
    wait_until(lambda: testbed.holdings().clients == 0)
    testbed.base = testbed.holdings()


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
def test_the_environment_names_no_authority(upstream, tmp_path):
    from upstream import Upstream
    cert, key = certificate(tmp_path)
    secrets = tmp_path / "secrets"
    environment = {
        "SSL_CERT_FILE": str(cert), "SSL_CERT_DIR": str(tmp_path), "CURL_CA_BUNDLE": str(cert),
        "SSLKEYLOGFILE": str(secrets)}
    subprocess.run(["openssl", "rehash", str(tmp_path)], check=False, capture_output=True)
    with Upstream("--tls", cert, key) as secure:
        url = f"https://127.0.0.1:{secure.port}/v1"
        others = [
            {"name": "distrusted", "type": "openai", "url": url, "token": "sk-any", "models": ["distrusted"]},
            {"name": "trusted", "type": "openai", "url": url, "token": "sk-any", "models": ["trusted"], "ca_file": str(cert)}]
        with Testbed(upstream, environment=environment, others=others) as testbed:
            know(testbed, "trusted")
            with testbed.survives():
                refused = testbed.ask(chat(model="distrusted"))
                assert refused.status == 502 and refused.json()["error"]["code"] == "upstream_unreachable"
                assert len(secure.requests("?model=distrusted")) == 0
                assert testbed.ask(chat(model="trusted")).status == 200
            assert not secrets.exists(), "the keys of connections were written to a file"


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
@pytest.mark.parametrize("scenario, is_whole", [
    # TLS tells a cut from an end, also where nothing else does.
    ({"framing": "close", "then": "fin", "notify": False}, False),
    ({"framing": "close", "then": "fin", "notify": True}, True),
    ({"framing": "chunked", "chunks": 9, "fault": "fin@event:4"}, False)], ids=str)
def test_an_end_without_tls_farewell_is_a_cut(upstream, tmp_path, scenario, is_whole):
    from upstream import Upstream
    cert, key = certificate(tmp_path)
    with Upstream("--tls", cert, key) as secure:
        others = [{
            "name": "secure", "type": "openai", "url": f"https://127.0.0.1:{secure.port}/v1", "token": "sk-any",
            "models": ["secure"], "ca_file": str(cert)}]
        with Testbed(upstream, others=others) as testbed:
            know(testbed, "secure")
            with testbed.survives():
                secure.push(scenario)
                plain = testbed.ask(chat(model="secure")) if "chunks" not in scenario else None
                if plain:
                    assert plain.status == (200 if is_whole else 502), plain.view()
                secure.push(scenario)
                answer = testbed.ask(chat(model="secure", stream=True))
                if "chunks" in scenario:
                    assert b'"error"' in answer.body and b"[DONE]" not in answer.body
