"""A proxy that is put through faults, and what must hold after each of them.

    with testbed.survives(requests=1):
        ...provoke the fault, see what the client gets...

Leaving the block checks the rest: the process lives, an ordinary request is answered within a second, nothing of the
fault is in flight or open, memory is back, the upstream saw exactly the requests that were expected and each of them as
a clean proxy sends it, and the log is whole and keeps secrets.
"""

import contextlib
import dataclasses
import http.client
import json
import pathlib
import re
import sys
import time

from conftest import TOOL, provider
from proxy import Sluice, configuration, wait_until

sys.path.insert(0, str(TOOL))
try:
    from rawclient import RawClient
except ImportError:
    # Whoever would need it is skipped for want of the upstream.
    RawClient = None

CHAT = "/v1/chat/completions"
UPSTREAM_KEY = "sk-upstream-3b9d1c70"
CLIENT_KEY = "sk-client-84aa02fe"
# By this the upstream's records tell the request after the fault from those of the fault.
ORDINARY = "all is well"
MEBIBYTE = 1 << 20
# What rows with large bodies leave with the allocator, which gives it to the next ones.
KEPT_BYTES = 64 * MEBIBYTE


def chat(content="hello", **keys):
    """The body of a chat request."""
    return {"model": "gpt-test", "messages": [{"role": "user", "content": content}], **keys}


@dataclasses.dataclass
class Holdings:
    """What a proxy has open at one moment; the look at it and pooled connections to upstreams do not count."""

    descriptors: int
    memory: int
    clients: int
    in_flight: int
    upstreams_in_use: int


class Testbed:
    """A proxy in front of the scriptable upstream. `others` are tables of further providers, further arguments are keys
    of the upstream's."""

    # The class is no test, whatever its name begins with.
    __test__ = False

    def __init__(
            self, upstream, server=None, log=None, processors=(), environment=None, prefix=(), others=(), **keys):
        self.upstream, self.opened = upstream, []
        self.upstream.reset()
        self.proxy = Sluice(
            configuration(
                [provider(upstream, **{"token": UPSTREAM_KEY, **keys}), *others], server, processors,
                default_provider="main", log=log),
            environment=environment, prefix=prefix)
        try:
            # What the first requests need for good is no leak.
            for body in 8 * [chat(ORDINARY), chat(ORDINARY, stream=True)]:
                assert self.ask(body).status == 200
            self.base = self.holdings()
        except BaseException:
            self.proxy.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.proxy.stop()

    # Asking

    def client(self, **keys):
        """A connection of one's own; the end of `survives` closes what a test that failed has left open."""
        client = RawClient(self.proxy.host, self.proxy.port, **keys)
        self.opened.append(client)
        return client

    def ask(self, body=None, path=CHAT, method="POST", headers=None, timeout=5.0):
        """One request on a connection of its own, and its answer."""
        with self.client(timeout=timeout) as client:
            return client.ask(
                method, path, {"Authorization": f"Bearer {CLIENT_KEY}", **(headers or {})},
                chat() if body is None and method == "POST" else body, timeout)

    def seen(self):
        """The upstream's records of this fault, oldest first."""
        return [
            record for record in self.upstream.requests("?raw=0&marks=1")
            if ORDINARY not in (record.get("body_text") or "")]

    # Looking

    def holdings(self):
        connection = http.client.HTTPConnection(self.proxy.host, self.proxy.port, timeout=5)
        try:
            connection.request("GET", "/metrics")
            metrics = connection.getresponse().read().decode()
            process = pathlib.Path(f"/proc/{self.proxy.process.pid}")
            open_now = len(list((process / "fd").iterdir()))
            memory = re.search(r"^RssAnon:\s+(\d+) kB$", (process / "status").read_text(), re.MULTILINE)
        finally:
            connection.close()

        def value(name):
            return int(float(re.search(rf"^{re.escape(name)} (\S+)$", metrics, re.MULTILINE)[1]))

        return Holdings(
            descriptors=open_now - 1 - value('sluice_upstream_connections{state="idle"}'),
            memory=int(memory[1]) * 1024,
            clients=value("sluice_client_connections") - 1,
            in_flight=value("sluice_requests_in_flight") - 1,
            upstreams_in_use=value('sluice_upstream_connections{state="in_use"}'))

    # The conditions

    @contextlib.contextmanager
    def survives(self, requests=0, cut=0, anomalies=(), memory=8 * MEBIBYTE, seconds=4.0):
        """`requests` came whole to the upstream and `cut` others did not, each a number or a range of them, and with
        none of the upstream's `anomalies` but these; what is open and in memory (but for `memory` bytes, which
        allocators keep, and KEPT_BYTES over all rows) is back after at most `seconds`."""
        before = self.holdings().memory
        self.upstream.reset()
        logged = self.proxy.log_path.stat().st_size
        try:
            yield self
        finally:
            for client in self.opened:
                client.close()
            self.opened.clear()
        self.expect_alive()
        self.expect_base(min(max(before, self.base.memory) + memory, self.base.memory + KEPT_BYTES), seconds)
        self.expect_seen(requests, cut, anomalies)
        self.expect_log(logged)

    def expect_alive(self):
        code = self.proxy.process.poll()
        assert code is None, f"the proxy ended with {code}:\n{self.proxy.log()[-4000:]}"
        # What the fault left in the upstream's queue is not for this request.
        self.upstream.call("DELETE", "/queue")
        begun = time.monotonic()
        answer = self.ask(chat(ORDINARY), timeout=5)
        took = time.monotonic() - begun
        assert answer.status == 200 and answer.complete, answer.view()
        assert ORDINARY in answer.json()["choices"][0]["message"]["content"]
        assert took < 1, f"an ordinary request took {took:.3f} s"

    def expect_base(self, most_memory, seconds):
        last = None

        def is_back():
            nonlocal last
            last = self.holdings()
            return (
                last.clients == last.in_flight == last.upstreams_in_use == 0
                and last.descriptors <= self.base.descriptors
                and last.memory <= most_memory)

        try:
            wait_until(is_back, seconds, every=0.05)
        except AssertionError:
            raise AssertionError(
                f"something was left: {last}, at first: {self.base}, allowed: {most_memory} bytes") from None

    def expect_seen(self, requests, cut, anomalies):
        records = self.seen()
        whole = [record for record in records if record["complete"]]
        told = [(one["id"], one["method"], one["path"], one["complete"], one.get("parse_error")) for one in records]
        for count, expected in ((len(whole), requests), (len(records) - len(whole), cut)):
            assert count in expected if isinstance(expected, range) else count == expected, f"the upstream saw {len(told)}: {told[:9]}"
        odd = [(one["path"], one["anomalies"]) for one in records if set(one["anomalies"]) - set(anomalies)]
        assert odd == [], odd
        assert self.upstream.stats().get("scenario_errors", 0) == 0, "the test's scenario is wrong"

    def expect_log(self, logged):
        with open(self.proxy.log_path, "rb") as log:
            log.seek(logged)
            lines = log.read().split(b"\n")[:-1]
        for line in lines:
            json.loads(line)
        text = b"\n".join(lines).decode()
        assert UPSTREAM_KEY not in text and CLIENT_KEY not in text
