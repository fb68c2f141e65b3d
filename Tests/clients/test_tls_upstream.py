"""TLS towards providers: what is trusted, what is not, and how a failure looks."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading

import openai
import pytest

from certificates import Certificates
from conftest import STREAMS, TOOL, provider
from proxy import Sluice, configuration, wait_until

ASK = [{"role": "user", "content": "hello"}]
ANSWER = json.dumps({
    "id": "x", "object": "chat.completion", "created": 1, "model": "gpt-test",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "from TLS"}, "finish_reason": "stop"}],
}).encode()


@pytest.fixture(scope="module")
def certificates():
    return Certificates()


class Peer:
    """Answers every request over TLS, and counts connections and requests."""

    def __init__(self, pair, client_authority=None):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(pair["certificate"], pair["key"])
        if client_authority:
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(client_authority)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.connections, self.ended, self.requests, self.subjects = 0, 0, 0, []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain):
        try:
            with self.context.wrap_socket(plain, server_side=True) as connection:
                self.subjects.append(connection.getpeercert() and connection.getpeercert()["subject"])
                while connection.recv(65536):
                    self.requests += 1
                    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(ANSWER)}\r\n\r\n"
                    connection.sendall(head.encode() + ANSWER)
        except OSError:
            pass
        self.ended += 1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()


def conf(port, host="localhost", **keys):
    return configuration([{
        "name": "main", "type": "openai", "url": f"https://{host}:{port}/v1", "token": "sk-upstream",
        "models": ["gpt-test"], **keys}])


def ask(proxy):
    client = openai.OpenAI(base_url=proxy.url + "/v1", api_key="any", max_retries=0, timeout=15)
    return client.chat.completions.create(model="gpt-test", messages=ASK).choices[0].message.content


def refusal(text, environment=None):
    """The record of a request that fails; the client gets a plain 502."""
    with Sluice(text, environment=environment) as proxy:
        with pytest.raises(openai.APIStatusError) as caught:
            ask(proxy)
        assert caught.value.status_code == 502
        assert caught.value.code == "upstream_unreachable"
        assert "certificate" not in str(caught.value.body)
        return wait_until(lambda: [r for r in proxy.records() if r["message"] == "access"])[0]


def test_a_trusted_certificate_is_accepted(certificates):
    with Peer(certificates.make("good")) as peer:
        with Sluice(conf(peer.port, ca_file=str(certificates.authority))) as proxy:
            assert [ask(proxy) for _ in range(3)] == ["from TLS"] * 3
        assert peer.connections == 1


@pytest.mark.parametrize("name, names, days, complaint", [
    ("expired", "DNS:localhost", -1, "certificate has expired"),
    ("wrong-host", "DNS:other.example", 30, "no alternative certificate subject name matches"),
])
def test_a_certificate_that_does_not_hold_is_refused_once(certificates, name, names, days, complaint):
    with Peer(certificates.make(name, names, days=days)) as peer:
        record = refusal(conf(peer.port, ca_file=str(certificates.authority)))
        assert complaint in record["error_detail"]
        assert (peer.connections, peer.requests) == (record["attempts"], 0)
        assert peer.connections <= 3


def test_an_unknown_authority_is_refused_whatever_the_environment_says(certificates):
    with Peer(certificates.make("good")) as peer:
        trust = {"SSL_CERT_FILE": str(certificates.authority), "CURL_CA_BUNDLE": str(certificates.authority),
                 "SSL_CERT_DIR": str(certificates.folder)}
        record = refusal(conf(peer.port), environment=trust)
        assert "unable to get local issuer certificate" in record["error_detail"]
        assert peer.requests == 0


def test_a_certificate_is_shown_to_a_provider_that_asks(certificates):
    mine = certificates.make("sluice", "DNS:sluice")
    with Peer(certificates.make("good"), client_authority=certificates.authority) as peer:
        keys = {"ca_file": str(certificates.authority)}
        with Sluice(conf(peer.port, **keys, client_certificate=mine["certificate"], client_key=mine["key"])) as proxy:
            assert ask(proxy) == "from TLS"
        assert peer.subjects == [((("commonName", "sluice"),),)]
        # Without one the connection ends; in TLS 1.3 after the request has gone out, which must not go out again.
        with Sluice(conf(peer.port, **keys)) as proxy:
            with pytest.raises(openai.APIStatusError) as caught:
                ask(proxy)
            assert caught.value.status_code == 502
        assert peer.requests == 1
        assert peer.connections == 2


def test_files_are_read_once_and_again_when_they_change(certificates):
    mine = certificates.make("sluice", "DNS:sluice", into="changing")
    with Peer(certificates.make("good"), client_authority=certificates.authority) as peer:
        text = conf(
            peer.port, ca_file=str(certificates.authority), client_certificate=mine["certificate"],
            client_key=mine["key"], idle_timeout="10ms")
        with Sluice(text) as proxy:
            assert ask(proxy) == "from TLS"
            for file in mine.values():
                os.rename(file, file + ".away")
            wait_until(lambda: peer.ended == peer.connections)
            assert ask(proxy) == "from TLS"
            certificates.make("sluice-2", "DNS:sluice", into="changing")
            wait_until(lambda: any(r["message"] == "configuration reloaded" for r in proxy.records()), seconds=10)
            assert ask(proxy) == "from TLS"
        assert [subject[0][0][1] for subject in peer.subjects] == ["sluice", "sluice", "sluice-2"]


def test_files_that_cannot_be_used_are_refused(certificates, tmp_path):
    mine, other = certificates.make("sluice", "DNS:sluice"), certificates.make("other", "DNS:other")
    for keys, complaint in [
            ({"ca_file": mine["key"]}, "has no certificate in PEM form"),
            ({"ca_file": str(tmp_path / "none.pem")}, "none.pem cannot be read"),
            ({"ca_file": "/dev/zero"}, "/dev/zero is no regular file"),
            ({"client_certificate": mine["certificate"]}, "'client_certificate' and 'client_key' need each other"),
            ({"client_certificate": mine["certificate"], "client_key": other["key"]}, "is not the key of"),
    ]:
        with pytest.raises(AssertionError, match=complaint):
            Sluice(conf(1, **keys))


# nginx


NGINX = """
daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/p;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    server {{
        listen 127.0.0.1:{port} ssl; ssl_certificate {certificate}; ssl_certificate_key {key};
        ssl_protocols {protocols};
        location / {{ default_type application/json; return 200 '{answer}'; }}
    }}
}}
"""


@pytest.mark.parametrize("protocols", ["TLSv1.2", "TLSv1.3"])
def test_nginx_is_a_provider(certificates, tmp_path, protocols):
    nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    if not nginx:
        pytest.skip("nginx is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (tmp_path / "nginx.conf").write_text(NGINX.format(
        folder=tmp_path, port=port, protocols=protocols, answer=ANSWER.decode(), **certificates.make("nginx")))
    with subprocess.Popen([nginx, "-p", tmp_path, "-c", tmp_path / "nginx.conf", "-e", tmp_path / "error.log"]) as process:
        try:
            def listens():
                with socket.socket() as probe:
                    return probe.connect_ex(("127.0.0.1", port)) == 0
            wait_until(listens)
            with Sluice(conf(port, ca_file=str(certificates.authority))) as proxy:
                assert [ask(proxy) for _ in range(5)] == ["from TLS"] * 5
        finally:
            process.terminate()


# The scriptable upstream


@pytest.fixture(scope="module")
def secure_upstream(certificates):
    if not (TOOL / "upstream.py").exists():
        pytest.skip("SLUICE_SHARED has no scriptable upstream")
    sys.path.insert(0, str(TOOL))
    from upstream import Upstream

    pair = certificates.make("upstream")
    recordings = ["--recordings", str(STREAMS)] if STREAMS.is_dir() else []
    with Upstream("--tls", pair["certificate"], pair["key"], *recordings) as process:
        yield process


def test_streams_come_over_tls_on_both_sides(certificates, secure_upstream):
    pair = certificates.make("main")
    text = configuration(
        [provider(secure_upstream, ca_file=str(certificates.authority))],
        listen=["127.0.0.1:0", "tls:127.0.0.1:0"])
    text += f'[[server.certificates]]\ncertificate = "{pair["certificate"]}"\nkey = "{pair["key"]}"\n'
    trust = ssl.create_default_context(cafile=str(certificates.authority))
    with Sluice(text) as proxy, openai.OpenAI(
            base_url=f"https://localhost:{proxy.secure_ports[0]}/v1", api_key="any", max_retries=0,
            http_client=openai.DefaultHttpxClient(verify=trust)) as client:
        for _ in range(3):
            chunks = client.chat.completions.create(model="gpt-test", messages=ASK, stream=True)
            assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "Echo: hello"
        # A stream that is cut without TLS's farewell ends in an error on this side.
        secure_upstream.push({"chunks": 6, "text": "abcdef", "fault": "fin@event:3"})
        with pytest.raises(openai.APIError):
            list(client.chat.completions.create(model="gpt-test", messages=ASK, stream=True))
