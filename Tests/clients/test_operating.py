"""Signals, reloads, draining, and the server without any file."""

import json
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

import openai
import pytest

from conftest import provider
from proxy import BINARY, Sluice, configuration, wait_until

ASK = [{"role": "user", "content": "a b c d e f g h i j k l"}]


def sdk(proxy):
    return openai.OpenAI(base_url=proxy.url + "/v1", api_key="sk-client", max_retries=0)


def models(proxy):
    with urllib.request.urlopen(proxy.url + "/v1/models", timeout=5) as answer:
        return {model["id"] for model in json.loads(answer.read())["data"]}


def is_ready(proxy):
    try:
        with urllib.request.urlopen(proxy.url + "/readyz", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def accepts(proxy):
    try:
        socket.create_connection((proxy.host, proxy.port), timeout=2).close()
        return True
    except OSError:
        return False


class Reader(threading.Thread):
    """Reads one stream to its end in the background."""

    def __init__(self, client):
        super().__init__(daemon=True)
        self.chunks, self.error, self.client = [], None, client
        self.begun = threading.Event()
        self.start()
        assert self.begun.wait(5), f"no first event: {self.error}"

    def run(self):
        try:
            for chunk in self.client.chat.completions.create(
                    model="gpt-test", messages=ASK, stream=True):
                self.chunks.append(chunk)
                self.begun.set()
        except Exception as error:
            self.error = error

    def text(self):
        self.join(10)
        assert not self.is_alive()
        return "".join(c.choices[0].delta.content or "" for c in self.chunks if c.choices)


TEXT = "a b c d e f g h i j k l"
HELD = {"text": TEXT, "chunks": 12, "fault": "hold:gate@event:3"}

# A held stream must not run into the idle time.
PATIENT = {"stream_idle_timeout": "60s"}


def patient(upstream, server=None, **keys):
    return configuration([provider(upstream, **keys)], server={**PATIENT, **(server or {})})


# Without a file


def test_without_a_file_it_echoes():
    with Sluice(arguments=["--listen", "127.0.0.1:0"]) as proxy:
        client = sdk(proxy)
        answer = client.chat.completions.create(model="gpt-4.1", messages=ASK)
        assert answer.choices[0].message.content == ASK[0]["content"]
        assert answer.choices[0].finish_reason == "stop"
        assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
        chunks = list(client.chat.completions.create(model="gpt-4.1", messages=ASK, stream=True))
        text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        assert text == ASK[0]["content"]
        assert len(chunks) > 5 and len({chunk.id for chunk in chunks}) == 1
        with pytest.raises(openai.BadRequestError):
            client.chat.completions.create(model="gpt-4.1", messages="no list")


# Checking


@pytest.mark.parametrize("change, named", [
    (("listen =", "lisen ="), "listen"),
    (("[[providers]]", "[[provider]]"), "providers"),
    (('token = "sk-upstream"', 'token = "${SLUICE_TEST_NOT_SET}"'), "SLUICE_TEST_NOT_SET"),
    (('loops = 2', 'loops = "two"'), "loops"),
])
def test_a_wrong_file_is_refused_with_the_name_of_what_is_wrong(tmp_path, change, named):
    conf = tmp_path / "proxy.conf"
    text = configuration([{
        "name": "main", "type": "openai", "url": "http://127.0.0.1:1/v1", "token": "sk-upstream",
        "models": ["m"]}])
    assert change[0] in text
    conf.write_text(text.replace(*change))
    for command in ("check", "serve"):
        done = subprocess.run(
            [BINARY, command, "--config", conf], capture_output=True, text=True, timeout=10)
        assert done.returncode not in (0, None) and done.returncode > 0
        assert named in done.stderr + done.stdout
    conf.write_text(text)
    done = subprocess.run([BINARY, "check", "--config", conf], capture_output=True, text=True, timeout=10)
    assert done.returncode == 0, done.stderr
    assert "main" in done.stdout
    assert "sk-upstream" not in done.stdout + done.stderr


# Reloading


@pytest.mark.parametrize("how", ["signal", "file"])
def test_a_new_file_takes_effect_without_dropping_a_stream(upstream, how):
    with Sluice(patient(upstream)) as proxy:
        upstream.push(HELD)
        reader = Reader(sdk(proxy))
        proxy.rewrite(patient(upstream, models=["gpt-test", "brand-new"]))
        if how == "signal":
            proxy.signal(signal.SIGHUP)
        wait_until(lambda: "brand-new" in models(proxy), 10)
        upstream.release()
        assert reader.text() == TEXT
        assert reader.error is None


@pytest.mark.parametrize("bad", ["this is no TOML [", "[server]\nlisten = 5\n"])
def test_a_bad_file_is_refused_whole_and_the_old_one_serves_on(upstream, bad):
    with Sluice(configuration([provider(upstream)])) as proxy:
        before = len(proxy.records())
        proxy.rewrite(bad)
        proxy.signal(signal.SIGHUP)
        wait_until(lambda: [
            line for line in proxy.records()[before:] if line["level"] in ("error", "warning")])
        assert "gpt-test" in models(proxy)
        answer = sdk(proxy).chat.completions.create(model="gpt-test", messages=ASK)
        assert answer.choices[0].message.content == "Echo: " + ASK[0]["content"]
        assert is_ready(proxy)


# Ending


def test_a_running_stream_finishes_before_the_process_ends(upstream):
    with Sluice(patient(upstream)) as proxy:
        upstream.push(HELD)
        reader = Reader(sdk(proxy))
        assert is_ready(proxy)
        proxy.signal()
        wait_until(lambda: not is_ready(proxy))
        wait_until(lambda: not accepts(proxy))
        assert proxy.process.poll() is None
        upstream.release()
        assert reader.text() == TEXT
        assert reader.error is None
        assert proxy.wait() == 0


def test_a_stream_that_outlives_the_drain_time_ends_with_an_error(upstream):
    with Sluice(patient(upstream, {"drain_timeout": "500ms"})) as proxy:
        upstream.push(HELD)
        reader = Reader(sdk(proxy))
        proxy.signal()
        reader.text()
        assert isinstance(reader.error, openai.APIError)
        assert proxy.wait() == 0


def test_a_second_signal_ends_it_at_once(upstream):
    with Sluice(patient(upstream, {"drain_timeout": "60s"})) as proxy:
        upstream.push(HELD)
        Reader(sdk(proxy))
        proxy.signal()
        wait_until(lambda: not accepts(proxy))
        assert proxy.process.poll() is None
        start = time.monotonic()
        proxy.signal()
        proxy.wait(5)
        assert time.monotonic() - start < 2


def test_an_idle_server_ends_at_the_first_signal(upstream):
    with Sluice(configuration([provider(upstream)])) as proxy:
        with socket.create_connection((proxy.host, proxy.port), timeout=5):
            start = time.monotonic()
            proxy.signal()
            assert proxy.wait() == 0
            assert time.monotonic() - start < 2


# Logging


def test_each_request_leaves_one_access_record(upstream):
    with Sluice(configuration([provider(upstream)])) as proxy:
        sdk(proxy).chat.completions.create(model="gpt-test", messages=ASK)
        found = wait_until(lambda: [
            line for line in proxy.records() if line.get("model") == "gpt-test"])
        assert len(found) == 1
        assert str(found[0]["status"]) == "200"
        assert found[0]["provider"] == "main"
        assert "sk-upstream" not in proxy.log() and "sk-client" not in proxy.log()


def test_memory_of_a_large_body_is_given_back(tmp_path):
    body = json.dumps({"model": "echo", "messages": [{"role": "user", "content": "x" * (6 << 20)}]}).encode()
    with Sluice(configuration([{"type": "echo"}], server={"max_body": "16MiB"})) as proxy:
        def anonymous():
            status = pathlib.Path(f"/proc/{proxy.process.pid}/status").read_text()
            return int(re.search(r"^RssAnon:\s+(\d+) kB", status, re.MULTILINE)[1]) / 1024

        def ask(body):
            request = urllib.request.Request(
                proxy.url + "/v1/chat/completions", body, {"content-type": "application/json"})
            with urllib.request.urlopen(request, timeout=30) as answer:
                return len(answer.read())

        ask(body.replace(b"x" * (6 << 20), b"x"))
        before = anonymous()
        assert ask(body) > 6 << 20
        # Less than the least that one body needs.
        wait_until(lambda: anonymous() < before + 4, 10, every=0.1)
