"""HTTPS towards clients: the SDK, curl, reloads, and what a scanner says."""

import json
import os
import re
import select
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.request

import openai
import pytest

from certificates import Certificates
from proxy import BINARY, Sluice, configuration, section, wait_until

ECHO = {"type": "echo", "models": ["echo"]}
ASK = [{"role": "user", "content": "Hello, TLS: a b c d e f g h"}]


@pytest.fixture(scope="module")
def certificates():
    return Certificates()


def conf(pairs, tls=None, providers=(ECHO,), **server):
    """A proxy with a plain and a secure listener; `pairs` are certificates with their keys."""
    text = configuration(providers, server=server, listen=["127.0.0.1:0", "tls:127.0.0.1:0"])
    text += section("server.tls", tls) if tls else ""
    return text + "".join(section("[server.certificates]", pair) for pair in pairs)


@pytest.fixture(scope="module")
def secure(certificates):
    pairs = [certificates.make("main"), certificates.make("main-rsa", key="rsa"),
             certificates.make("other", "DNS:other.example,DNS:*.wild.example")]
    with Sluice(conf(pairs)) as running:
        yield running


def url(proxy, host="localhost"):
    return f"https://{host}:{proxy.secure_ports[0]}"


def curl(proxy, certificates, *arguments, host="localhost", path="/healthz"):
    return subprocess.run(
        ["curl", "-sS", "--max-time", "10", "--cacert", str(certificates.authority),
         "--resolve", f"{host}:{proxy.secure_ports[0]}:127.0.0.1", *arguments, url(proxy, host) + path],
        capture_output=True, text=True, timeout=15)


def context(certificates, **keys):
    made = ssl.create_default_context(cafile=str(certificates.authority))
    for key, value in keys.items():
        setattr(made, key, value)
    return made


def connect(proxy, certificates, name="localhost", **keys):
    plain = socket.create_connection(("127.0.0.1", proxy.secure_ports[0]), timeout=10)
    return context(certificates, **keys).wrap_socket(plain, server_hostname=name)


def sdk(proxy, certificates):
    return openai.OpenAI(
        base_url=url(proxy) + "/v1", api_key="any", max_retries=0,
        http_client=openai.DefaultHttpxClient(verify=context(certificates)))


def served_name(proxy, certificates, name="localhost"):
    with connect(proxy, certificates, name) as connection:
        subject = dict(part[0] for part in connection.getpeercert()["subject"])
        return subject["commonName"]


def ask(connection, path="/healthz"):
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return connection.recv(65536).split(b"\r\n")[0]


# Clients


def test_the_sdk_speaks_https(secure, certificates):
    with sdk(secure, certificates) as client:
        answer = client.chat.completions.create(model="echo", messages=ASK)
        assert answer.choices[0].message.content == ASK[0]["content"]
        for _ in range(3):
            chunks = client.chat.completions.create(model="echo", messages=ASK, stream=True)
            text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
            assert text == ASK[0]["content"]
        with pytest.raises(openai.NotFoundError):
            client.chat.completions.create(model="nobody's", messages=ASK)


def test_curl_speaks_https_and_the_log_says_so(secure, certificates):
    done = curl(secure, certificates, "-v")
    assert done.stdout == "ok\n"
    assert "SSL connection using TLSv1.3" in done.stderr
    assert re.search(r"ALPN.*http/1\.1", done.stderr)
    assert curl(secure, certificates, "--tls-max", "1.2", "--http1.1").stdout == "ok\n"
    records = wait_until(lambda: [
        record for record in secure.records() if record.get("route") == "/healthz" and "tls" in record])
    assert {"1.2", "1.3"} <= {record["tls"] for record in records}


def test_events_arrive_when_they_happen(certificates):
    pair = certificates.make("main")
    with Sluice(conf([pair], providers=[{**ECHO, "delay": "100ms"}])) as proxy:
        body = json.dumps({"model": "echo", "stream": True, "messages": ASK})
        with subprocess.Popen(
                ["curl", "-sSN", "--cacert", str(certificates.authority), url(proxy) + "/v1/chat/completions",
                 "-H", "content-type: application/json", "-d", body], stdout=subprocess.PIPE) as process:
            times = [time.monotonic() for line in process.stdout if line.startswith(b"data:")]
        gaps = [later - earlier for earlier, later in zip(times, times[1:])]
        assert sum(gap > 0.05 for gap in gaps) >= 8, f"events came in a lump: {gaps}"


def test_the_name_chooses_the_certificate(secure, certificates):
    assert served_name(secure, certificates) == "main"
    assert served_name(secure, certificates, "other.example") == "other"
    assert served_name(secure, certificates, "a.wild.example") == "other"
    refused = curl(secure, certificates, host="unknown.example")
    assert refused.returncode == 60


def test_http_on_the_secure_port_is_told_so(secure, certificates):
    done = subprocess.run(
        ["curl", "-sS", "-i", "--max-time", "10", f"http://127.0.0.1:{secure.secure_ports[0]}/v1/models"],
        capture_output=True, text=True)
    head, _, body = done.stdout.partition("\n\n")
    assert head.startswith("HTTP/1.1 400")
    error = json.loads(body)["error"]
    assert error["code"] == "tls_required" and error["type"] == "invalid_request_error"


def test_https_on_the_plain_port_is_closed(secure, certificates):
    done = subprocess.run(
        ["curl", "-sS", "--max-time", "10", f"https://127.0.0.1:{secure.port}/healthz"],
        capture_output=True, text=True)
    assert done.returncode == 35
    assert "wrong version number" in done.stderr


def test_http_2_alone_is_refused(secure, certificates):
    made = context(certificates)
    made.set_alpn_protocols(["h2"])
    with pytest.raises(ssl.SSLError, match="(?i)no.application.protocol"):
        plain = socket.create_connection(("127.0.0.1", secure.secure_ports[0]), timeout=10)
        made.wrap_socket(plain, server_hostname="localhost")


@pytest.mark.parametrize("beginning", [b"", b"\x16", bytes.fromhex("16030102000100")])
def test_a_handshake_that_does_not_end_is_closed(secure, beginning):
    with socket.create_connection(("127.0.0.1", secure.secure_ports[0]), timeout=10) as connection:
        start = time.monotonic()
        connection.sendall(beginning)
        assert connection.recv(1000) == b""
        assert 1.5 < time.monotonic() - start < 5


def test_silence_behind_the_handshake_is_closed(secure, certificates):
    with connect(secure, certificates) as connection:
        start = time.monotonic()
        assert connection.recv(1000).startswith(b"HTTP/1.1 408 ")
        # An orderly end; a cut would raise.
        assert connection.recv(1000) == b""
        assert 1.5 < time.monotonic() - start < 5


def test_sessions_are_resumed(secure, certificates):
    made = context(certificates)
    session, resumed = None, []
    for _ in range(4):
        plain = socket.create_connection(("127.0.0.1", secure.secure_ports[0]), timeout=10)
        with made.wrap_socket(plain, server_hostname="localhost", session=session) as connection:
            assert ask(connection) == b"HTTP/1.1 200 OK"
            session = connection.session
            resumed.append(connection.session_reused)
    assert resumed == [False, True, True, True]


def test_clients_show_certificates(certificates):
    pair, mine = certificates.make("main"), certificates.make("team-blue", "DNS:blue")
    with Sluice(conf([pair], tls={"client_ca": str(certificates.authority)})) as proxy:
        with_it = ("--cert", mine["certificate"], "--key", mine["key"])
        assert curl(proxy, certificates, *with_it).stdout == "ok\n"
        without = curl(proxy, certificates)
        assert without.returncode != 0 and "certificate required" in without.stderr
        record = wait_until(lambda: [r for r in proxy.records() if "client_subject" in r])[0]
        assert record["client_subject"] == "CN=team-blue"
        # The plain listener is asked, as TLS would want a certificate.
        assert subprocess.run([BINARY, "health", "--address", f"127.0.0.1:{proxy.port}"]).returncode == 0


def test_health_speaks_tls(secure):
    for address in (f"tls:127.0.0.1:{secure.secure_ports[0]}", f"127.0.0.1:{secure.port}"):
        assert subprocess.run([BINARY, "health", "--address", address]).returncode == 0


def test_health_says_why_tls_fails(secure, certificates):
    for address, reason in [
            (f"tls:127.0.0.1:{secure.port}", "TLS failed: wrong version number"),
            (f"https://127.0.0.1:{secure.port}/healthz", f'write "tls:127.0.0.1:{secure.port}"'),
            ("127.0.0.1:1", "127.0.0.1:1 does not answer: Connection refused")]:
        done = subprocess.run([BINARY, "health", "--address", address], capture_output=True, text=True)
        assert done.returncode != 0 and reason in done.stderr, done.stderr
    asking = conf([certificates.make("asking")], tls={"client_ca": str(certificates.authority)})
    with Sluice(asking) as proxy:
        done = subprocess.run(
            [BINARY, "health", "--address", f"tls:127.0.0.1:{proxy.secure_ports[0]}"], capture_output=True, text=True)
        assert done.returncode != 0 and "certificate required" in done.stderr, done.stderr


def scrape(proxy):
    with urllib.request.urlopen(proxy.url + "/metrics", timeout=5) as answer:
        return answer.read().decode()


def test_handshakes_are_counted(secure, certificates):
    served_name(secure, certificates)
    text = scrape(secure)
    count = re.search(r'sluice_tls_handshakes_total\{version="1.3",resumed="false"\} (\d+)', text)
    assert int(count[1]) > 0


# Configuration


def check(folder, text):
    (folder / "proxy.conf").write_text(text)
    return subprocess.run(
        [BINARY, "check", "--config", folder / "proxy.conf"], capture_output=True, text=True, timeout=10)


def test_check_shows_certificates(certificates, tmp_path):
    pairs = [certificates.make("main"), certificates.make("old", "DNS:old.example", days=-1)]
    done = check(tmp_path, conf(pairs, tls={"minimum": "1.3", "client_ca": str(certificates.authority)}))
    assert f"tls         1.3 alone; clients' certificates required, of {certificates.authority}\n" in done.stdout
    assert done.returncode == 0
    assert re.search(r"certificate localhost, 127\.0\.0\.1 \(ECDSA 256\), expires on 20\d\d-\d\d-\d\d\n", done.stdout)
    assert re.search(r"certificate old\.example \(ECDSA 256\), expired on 20\d\d-\d\d-\d\d\n", done.stdout)


def test_what_cannot_be_served_is_refused(certificates, tmp_path):
    one, two = certificates.make("one"), certificates.make("two")
    mixed = {"certificate": one["certificate"], "key": two["key"]}
    assert "two.key is not the key of the certificate in" in check(tmp_path, conf([mixed])).stderr
    missing = {**one, "key": str(tmp_path / "none.key")}
    assert "none.key cannot be read" in check(tmp_path, conf([missing])).stderr
    assert "needs a [[server.certificates]] section" in check(tmp_path, conf([])).stderr
    text = conf([one], tls={"minimum": "1.1"})
    assert 'expected one of "1.2", "1.3", found "1.1"' in check(tmp_path, text).stderr
    text = conf([one], tls={"client_ca": one["key"]})
    assert "has no certificate in PEM form" in check(tmp_path, text).stderr
    text = conf([one], tls={"client_certificates": "optional"})
    assert "needs 'client_ca'" in check(tmp_path, text).stderr


def test_certificates_that_nobody_serves_are_pointed_out(certificates, tmp_path):
    text = configuration([ECHO], listen=["127.0.0.1:0"]) + section("[server.certificates]", certificates.make("main"))
    assert "certificate none is used: no address in 'listen' begins with \"tls:\"" in check(tmp_path, text).stdout
    with Sluice(text) as proxy:
        assert log_lines(proxy, "certificates are not used: no listening address begins with tls:")


def log_lines(proxy, message):
    return [record for record in proxy.records() if record["message"] == message]


def test_an_expired_certificate_is_served_with_a_warning(certificates):
    pair = certificates.make("expired", days=-1)
    with Sluice(conf([pair])) as proxy:
        warning = log_lines(proxy, "clients will refuse a certificate")[0]
        assert warning["level"] == "warning" and warning["reason"].startswith("expired on ")
        assert warning["names"] == "localhost, 127.0.0.1"
        assert "certificate has expired" in curl(proxy, certificates).stderr


def test_a_changed_certificate_is_served_and_open_connections_live(certificates):
    pair = certificates.make("first", into="changing")
    with Sluice(conf([pair])) as proxy:
        with connect(proxy, certificates) as open_connection:
            assert ask(open_connection) == b"HTTP/1.1 200 OK"
            assert served_name(proxy, certificates) == "first"
            certificates.make("second", into="changing")
            wait_until(lambda: served_name(proxy, certificates) == "second", seconds=10)
            assert ask(open_connection) == b"HTTP/1.1 200 OK"
        reloads = log_lines(proxy, "configuration reloaded")
        assert [line["changed"] for line in reloads] == [["certificates"]]


def test_a_key_that_does_not_match_leaves_the_old_certificate(certificates):
    pair = certificates.make("first", into="mixed")
    with Sluice(conf([pair])) as proxy:
        key = open(pair["key"]).read()
        certificates.make("second", into="mixed")
        next_key = open(pair["key"]).read()
        with open(pair["key"], "w") as file:
            file.write(key)
        refused = wait_until(lambda: log_lines(proxy, "configuration refused; the old one stays"), seconds=10)
        assert "is not the key of the certificate in" in refused[0]["error"]
        assert key.split("\n")[1] not in proxy.log()
        assert served_name(proxy, certificates) == "first"
        # The rest of the pair comes.
        with open(pair["key"], "w") as file:
            file.write(next_key)
        wait_until(lambda: served_name(proxy, certificates) == "second", seconds=10)
        assert len(log_lines(proxy, "configuration refused; the old one stays")) == 1


def test_a_certificate_that_is_missing_is_taken_when_it_comes(certificates):
    with Sluice(conf([certificates.make("first")])) as proxy:
        late = {"certificate": str(proxy.folder / "late.pem"), "key": str(proxy.folder / "late.key")}
        proxy.rewrite(conf([late]))
        refused = wait_until(lambda: log_lines(proxy, "configuration refused; the old one stays"), seconds=10)
        assert "late.pem cannot be read" in refused[0]["error"]
        assert served_name(proxy, certificates) == "first"
        made = certificates.make("second")
        for name in ("key", "certificate"):
            shutil.copy(made[name], late[name])
        wait_until(lambda: served_name(proxy, certificates) == "second", seconds=10)
        assert log_lines(proxy, "configuration reloaded")[-1]["changed"] == ["certificates", "server"]
        metrics = scrape(proxy)
        assert 'sluice_configuration_reloads_total{outcome="accepted"} 1' in metrics
        assert 'sluice_configuration_reloads_total{outcome="refused"}' in metrics
        shown = re.findall(r'^sluice_tls_certificate_expiry_timestamp_seconds\{(.*)\} (\d+)$', metrics, re.M)
        assert [labels for labels, _ in shown] == [f'name="localhost",file="{late["certificate"]}"']
        assert 29 < (int(shown[0][1]) - time.time()) / 86_400 < 31


def test_a_certificate_that_vanishes_is_told_of_once_and_served_on(certificates):
    pair = certificates.make("first", into="vanishing")
    with Sluice(conf([pair])) as proxy:
        os.remove(pair["certificate"])
        gone = "a file is gone; what was read of it stays in use"
        assert wait_until(lambda: log_lines(proxy, gone), seconds=10)[0]["file"] == pair["certificate"]
        assert served_name(proxy, certificates) == "first"
        certificates.make("second", into="vanishing")
        wait_until(lambda: served_name(proxy, certificates) == "second", seconds=10)
        assert len(log_lines(proxy, gone)) == 1
        assert not log_lines(proxy, "configuration refused; the old one stays")


def test_a_stream_lives_through_a_change(certificates):
    pair = certificates.make("first", into="streaming")
    with Sluice(conf([pair], providers=[{**ECHO, "delay": "300ms"}])) as proxy:
        with sdk(proxy, certificates) as client:
            chunks = iter(client.chat.completions.create(model="echo", messages=ASK, stream=True))
            next(chunks)
            certificates.make("second", into="streaming")
            proxy.signal(1)
            wait_until(lambda: served_name(proxy, certificates) == "second", seconds=5)
            text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
            assert text == ASK[0]["content"]


# Load


def hello(certificates):
    """The first message of a client, which may be sent by many."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context(certificates).wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def test_a_flood_of_handshakes_does_not_hold_up_a_stream(certificates):
    # A key that makes each handshake a matter of milliseconds.
    pair = certificates.make("flood", key="large")
    with Sluice(conf([pair], providers=[{**ECHO, "delay": "1ms"}], loops=1, header_timeout="60s")) as proxy:
        words = " ".join("word" for _ in range(20_000))
        body = json.dumps({"model": "echo", "stream": True, "messages": [{"role": "user", "content": words}]})
        stream = socket.create_connection((proxy.host, proxy.port), timeout=10)
        stream.sendall(
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        stream.recv(65536)
        first = hello(certificates)
        clients = [socket.create_connection(("127.0.0.1", proxy.secure_ports[0]), timeout=60) for _ in range(100)]
        for client in clients:
            client.sendall(first)
        received, waiting = 0, set(clients)
        while waiting:
            ready, _, _ = select.select([stream, *waiting], [], [], 60)
            assert ready
            if stream in ready:
                received += len(stream.recv(65536)) > 0
            for client in waiting.intersection(ready):
                assert client.recv(65536)
                waiting.remove(client)
        # Without turns the stream would come in a burst for every 64 of them.
        assert received > 20


# A scanner


def test_sslyze_finds_nothing(secure, certificates, tmp_path):
    report = tmp_path / "report.json"
    done = subprocess.run(
        [sys.executable, "-m", "sslyze", "--mozilla_config=intermediate", "--certinfo_ca_file",
         str(certificates.authority), f"--json_out={report}", f"localhost:{secure.secure_ports[0]}"],
        capture_output=True, text=True, timeout=120)
    verdict = done.stdout.partition("COMPLIANCE AGAINST")[2]
    complaints = re.findall(r"^ +\* (.*)", verdict, re.M)
    # The authority of this test is no public one, which the scanner asks for as well.
    assert [one for one in complaints if not one.startswith("certificate_path_validation:")] == [], verdict
    found = json.loads(report.read_text())["server_scan_results"][0]["scan_result"]

    def result(name):
        assert found[name]["status"] == "COMPLETED", found[name]
        return found[name]["result"]

    accepted = result("tls_1_2_cipher_suites")["accepted_cipher_suites"]
    assert len(accepted) == 6
    assert len(result("tls_1_3_cipher_suites")["accepted_cipher_suites"]) == 3
    groups = {one["name"] for one in result("elliptic_curves")["supported_curves"]}
    assert groups == {"X25519", "secp256r1", "secp384r1"}
    assert result("tls_fallback_scsv")["supports_fallback_scsv"]
    assert result("session_renegotiation")["supports_secure_renegotiation"]
