"""One running `sluice serve` with a proxy.conf made for the test."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("SLUICE_BINARY", ROOT / ".build/debug/sluice"))

# Short times, so that what must end ends within a test's patience.
SERVER = {
    "loops": 2,
    "header_timeout": "2s",
    "body_timeout": "2s",
    "connect_timeout": "1s",
    "first_byte_timeout": "1500ms",
    "stream_idle_timeout": "1500ms",
    "drain_timeout": "5s",
}


def wait_until(condition, seconds=5.0, every=0.01):
    """What `condition` returns as soon as that is true; an assertion error after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"this did not come true in {seconds} s: {condition}"
        time.sleep(every)


def toml(value):
    """A TOML value; JSON's spelling is TOML's for all but tables."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def section(name, keys):
    return f"[{name}]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in keys.items()) + "\n"


def configuration(providers, server=None, processors=(), default_provider=None, listen=None, log=None):
    """The text of a proxy.conf; `providers` and `processors` are lists of tables."""
    text = f"default_provider = {toml(default_provider)}\n\n" if default_provider else ""
    text += section("server", {"listen": listen or ["127.0.0.1:0"], **SERVER, **(server or {})})
    text += section("log", {"format": "json", "level": "info", "access": True, **(log or {})})
    text += "".join(section("[providers]", provider) for provider in providers)
    text += "".join(section("[processors]", processor) for processor in processors)
    return text


class Sluice:
    """Starts the proxy and waits until it is ready; leaving the `with` block ends it."""

    def __init__(self, text=None, arguments=(), environment=None, binary=BINARY, prefix=()):
        self.home = tempfile.TemporaryDirectory(prefix="sluice-test-")
        self.folder = pathlib.Path(self.home.name)
        self.conf = self.folder / "proxy.conf"
        self.log_path = self.folder / "log"
        ready = self.folder / "ready"
        # A program that takes the place of itself by the proxy, such as prlimit, keeps the process ID.
        command = [*prefix, str(binary), "serve", "--ready-file", str(ready)]
        if text is not None:
            self.conf.write_text(text.replace("{folder}", str(self.folder)))
            command += ["--config", str(self.conf)]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [*command, *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                env={**os.environ, **(environment or {})})
        try:
            self.addresses = self._wait_ready(ready)
        except BaseException:
            self.stop()
            raise
        tcp = [address for address in self.addresses if not address.startswith(("unix:", "tls:"))]
        self.host, port = tcp[0].rsplit(":", 1)
        self.port = int(port)
        self.url = f"http://{self.host}:{self.port}"
        self.secure_ports = [
            int(address.rsplit(":", 1)[1]) for address in self.addresses if address.startswith("tls:")]

    def _wait_ready(self, path):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if path.exists() and (text := path.read_text()).endswith("\n"):
                return text.split()
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise AssertionError(f"sluice is not ready (exit {self.process.poll()}):\n{self.log()}")

    def log(self):
        return self.log_path.read_text(errors="replace")

    def records(self):
        """The log as objects; a last line that is still being written is left out."""
        return [json.loads(line) for line in self.log().split("\n")[:-1]]

    def rewrite(self, text):
        """Replaces the file in one step, as an editor or a mounted configuration does."""
        new = self.folder / "proxy.conf.new"
        new.write_text(text.replace("{folder}", str(self.folder)))
        new.replace(self.conf)

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait(self, seconds=10):
        """The exit code."""
        return self.process.wait(seconds)

    def stop(self):
        if self.process.poll() is None:
            # Two signals end it at once.
            for _ in range(2):
                self.process.send_signal(signal.SIGTERM)
                try:
                    self.process.wait(0.3)
                    break
                except subprocess.TimeoutExpired:
                    pass
            else:
                self.process.kill()
                self.process.wait()
        self.home.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
