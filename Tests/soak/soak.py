#!/usr/bin/env python3
"""A long run of good requests, failing upstreams and clients that give up, and whether the proxy's books balance after it.

    soak.py BINARY [--requests 200000] [--connections 64] [--faults 5] [--aborts 5] [--reload 10] [--seed 1]

Exit status 0 where every check holds.
"""

import argparse
import asyncio
import collections
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "clients"))

from clients import Crowd  # noqa: E402
from kinds import Deck  # noqa: E402
from proxy import Sluice, configuration, wait_until  # noqa: E402

SAMPLE = re.compile(r'^sluice_requests_total\{(.*)\} (\S+)$', re.MULTILINE)
MEBIBYTE = 1 << 20
# For each 100,000 requests, above these a run leaks: ten bytes a request, five in a long run. Allocators settle slowly: runs
# of 300,000 and 800,000 ended 8.5 MiB above their start, and their second halves grew by 493 and 266 KiB.
SLOPE_BYTES = MEBIBYTE
LONG = 500_000
LONG_SLOPE_BYTES = MEBIBYTE // 2
SLOPE_DESCRIPTORS = 10.0
# What each of the two loops opens at its first use, which may come late.
LATE_DESCRIPTORS = 4
# Whatever its length, a run ends with no more than this above its start; a shorter one is over before a slope means anything.
SETTLED = 50_000
GROWTH_BYTES = 12 * MEBIBYTE


def fetch(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def slope(points):
    """Of the straight line that comes nearest to points (x, y): change of y for each 1 of x."""
    if len(points) < 2:
        return 0.0
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


class Watch:
    """Looks at the process from time to time: memory, descriptors, processor time."""

    def __init__(self, process, crowd):
        self.folder, self.crowd = pathlib.Path(f"/proc/{process.pid}"), crowd
        self.samples = []

    def look(self):
        text = (self.folder / "status").read_text()
        memory = int(re.search(r"^RssAnon:\s+(\d+) kB", text, re.MULTILINE)[1]) * 1024
        return memory, len(os.listdir(self.folder / "fd"))

    def open_files(self):
        """What the descriptors are, by kind."""
        found = collections.Counter()
        for name in os.listdir(self.folder / "fd"):
            try:
                found[re.sub(r"\d{3,}", "", os.readlink(self.folder / "fd" / name))] += 1
            except FileNotFoundError:
                pass
        return found

    def processor_seconds(self):
        fields = (self.folder / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def run(self):
        while True:
            await asyncio.sleep(1)
            self.samples.append((self.crowd.number, *self.look()))

    def course(self):
        """Memory at ten moments of the run."""
        step = max(1, len(self.samples) // 10)
        return " ".join(f"{memory / MEBIBYTE:.1f}" for _, memory, _ in self.samples[::step])

    def slopes(self):
        """Change of memory and descriptors for each 100,000 requests. The first half is for filling caches and pools."""
        late = self.samples[len(self.samples) // 2:]
        return (
            slope([(done / 100_000, memory) for done, memory, _ in late]),
            slope([(done / 100_000, count) for done, _, count in late]))


async def reload_often(proxy, seconds):
    """Alternates between two files that mean the same, as a mounted configuration would be changed."""
    text, count = proxy.conf.read_text(), 0
    while seconds:
        await asyncio.sleep(seconds)
        count += 1
        proxy.rewrite(f"# {count}\n{text}")
        proxy.signal(signal.SIGHUP)


async def load(proxy, crowd, watch, options):
    aside = [asyncio.create_task(watch.run()), asyncio.create_task(reload_often(proxy, options.reload))]
    began = time.monotonic()
    await crowd.run(options.connections, options.requests, Deck(options.seed, options.faults, options.aborts))
    took = time.monotonic() - began
    for task in aside:
        if task.done():
            task.result()
        task.cancel()
    return took


def proxy_counts(port):
    """Chat requests by outcome, and what is in flight beside the question itself."""
    metrics = fetch(port, "/metrics")
    outcomes = collections.Counter()
    for labels, count in SAMPLE.findall(metrics):
        labels = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        if labels["route"].endswith("chat/completions"):
            outcomes[labels["outcome"]] += int(float(count))

    def gauge(name):
        return int(float(re.search(rf"^{re.escape(name)} (\S+)$", metrics, re.MULTILINE)[1]))

    return (
        outcomes, gauge("sluice_requests_in_flight") - 1, gauge("sluice_client_connections") - 1,
        gauge('sluice_upstream_connections{state="in_use"}'), gauge("sluice_log_lines_dropped_total"))


class Checks:
    """The table at the end."""

    def __init__(self):
        self.rows, self.failed = [], 0

    def add(self, holds, name, detail):
        self.failed += not holds
        self.rows.append(("ok" if holds else "FAILED", name, detail))

    def show(self):
        width = max(len(name) for _, name, _ in self.rows)
        for mark, name, detail in self.rows:
            print(f"{mark:7} {name:{width}}  {detail}")


def settle(proxy, watch, base):
    """Waits until nothing is under way any more."""
    def is_quiet():
        _, in_flight, clients, in_use, _ = proxy_counts(proxy.port)
        return in_flight == clients == in_use == 0
    try:
        wait_until(is_quiet, 10, every=0.1)
        # Idle connections to the upstream are closed after two seconds.
        wait_until(lambda: watch.look()[1] <= base[1] + LATE_DESCRIPTORS, 6, every=0.1)
    except AssertionError:
        pass


def check(proxy, crowd, watch, base, upstream_port):
    checks, tally = Checks(), crowd.tally
    outcomes, in_flight, clients, in_use, dropped = proxy_counts(proxy.port)
    total = sum(outcomes.values())
    sent = tally["well"] + tally["faults"] + tally["aborts begun"]
    told = ", ".join(f"{name} {count:,}" for name, count in sorted(outcomes.items()))
    checks.add(not crowd.wrong, "every answer is the one that was asked for", f"{len(crowd.wrong)} wrong")
    checks.add(
        sent <= total <= sent + tally["aborts perhaps"], "started = finished + failed + cancelled",
        f"{total:,} = {told}; clients began {sent:,} and perhaps {tally['aborts perhaps']:,}")
    checks.add(
        outcomes["upstream_error"] == tally["faults"], "every fault of the upstream, and nothing else, is one",
        f"{outcomes['upstream_error']:,} of {tally['faults']:,}")
    checks.add(
        tally["well"] <= outcomes["completed"] <= tally["well"] + tally["aborts"], "what was well was completed",
        f"{outcomes['completed']:,} for {tally['well']:,}, and {tally['aborts']:,} given up")
    checks.add(
        set(outcomes) <= {"completed", "upstream_error", "client_gone"} or outcomes["refused"] <= tally["aborts: in-body"],
        "nothing was refused or aborted", told)
    checks.add(in_flight == clients == in_use == 0, "nothing is in flight", f"{in_flight}, {clients}, {in_use}")
    upstream = json.loads(fetch(upstream_port, "/seen"))
    seen, facts = upstream["seen"], upstream["facts"]
    doubled = [name for name, count in seen.items() if count > 1]
    missing = [name for name in crowd.certain if name not in seen]
    checks.add(not doubled, "no request reached the upstream twice", f"{len(seen):,} seen, {len(doubled)} twice")
    checks.add(not missing, "every request reached the upstream", f"{len(missing)} missing")
    odd = [name for name in facts if name.startswith("requests")]
    checks.add(not odd, "the upstream saw nothing that nobody sent", str({name: facts[name] for name in odd}))
    memory, descriptors = watch.look()
    grows, opens = watch.slopes()
    is_short = crowd.number < SETTLED
    most = LONG_SLOPE_BYTES if crowd.number >= LONG else SLOPE_BYTES
    checks.add(
        memory < base[0] + GROWTH_BYTES and (is_short or grows < most), "memory is flat",
        f"{base[0] / MEBIBYTE:.1f} MiB at first, {memory / MEBIBYTE:.1f} at last, "
        f"most {max((one[1] for one in watch.samples), default=0) / MEBIBYTE:.1f}, {grows / 1024:+.0f} KiB for 100,000 requests")
    checks.add(
        descriptors <= base[1] + LATE_DESCRIPTORS and (is_short or opens < SLOPE_DESCRIPTORS), "descriptors are flat",
        f"{base[1]} at first, {descriptors} at last, {opens:+.2f} for 100,000 requests" + (
            f": {dict(watch.open_files())}" if descriptors > base[1] + LATE_DESCRIPTORS else ""))
    return checks, total, dropped


def check_log(proxy, checks, total, dropped):
    """After the end: each request has left its line."""
    lines = proxy.records()
    records = [line for line in lines if str(line.get("route", "")).endswith("chat/completions")]
    checks.add(
        total - dropped <= len(records) <= total, "every request left a line",
        f"{len(records):,} lines of {total:,}, {dropped:,} dropped")
    bad = collections.Counter(line["message"] for line in lines if line["level"] in ("error", "critical"))
    checks.add(not bad, "the log has no errors", str(dict(bad)))


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=os.path.abspath)
    parser.add_argument("--requests", type=int, default=200_000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--faults", type=float, default=5, help="of a hundred requests so many meet a fault of the upstream")
    parser.add_argument("--aborts", type=float, default=5, help="of a hundred requests so many are given up by their clients")
    parser.add_argument("--reload", type=float, default=10, help="seconds between two reloads of the file; 0 for none")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main():
    options = arguments()
    upstream = subprocess.Popen([sys.executable, HERE / "upstream.py"], stdout=subprocess.PIPE, text=True)
    dead = socket.socket()
    try:
        upstream_port = int(upstream.stdout.readline())
        dead.bind(("127.0.0.1", 0))
        provider = {"type": "openai", "token": "sk-soak", "idle_timeout": "2s"}
        text = configuration([
            {"name": "main", "url": f"http://127.0.0.1:{upstream_port}/v1", "models": ["soak"], **provider},
            {"name": "dead", "url": f"http://127.0.0.1:{dead.getsockname()[1]}/v1", "models": ["dead"], **provider}],
            # Long enough for an upstream and clients that have to wait for a processor.
            server={
                "first_byte_timeout": "3s", "stream_idle_timeout": "3s", "header_timeout": "10s", "body_timeout": "10s"})
        with Sluice(text, binary=options.binary) as proxy:
            return run(proxy, upstream_port, options)
    finally:
        dead.close()
        upstream.kill()
        upstream.wait()


def run(proxy, upstream_port, options):
    crowd = Crowd(proxy.host, proxy.port)
    watch = Watch(proxy.process, crowd)
    # What the first requests need for good is no growth.
    asyncio.run(crowd.run(options.connections, 2000, Deck(0, 0, 0)))
    time.sleep(3)
    base, spent = watch.look(), watch.processor_seconds()
    took = asyncio.run(load(proxy, crowd, watch, options))
    spent = watch.processor_seconds() - spent
    settle(proxy, watch, base)
    checks, total, dropped = check(proxy, crowd, watch, base, upstream_port)
    proxy.signal()
    code = proxy.wait()
    checks.add(code == 0, "it ends as it should", f"exit status {code}")
    check_log(proxy, checks, total, dropped)
    print(
        f"{options.requests:,} requests in {took:.0f} s ({options.requests / took:,.0f} a second), "
        f"{spent / options.requests * 1e6:.0f} µs of the proxy's processor time each")
    print(
        f"{crowd.tally['well']:,} well, {crowd.tally['faults']:,} faults of the upstream, {crowd.tally['aborts']:,} given up, "
        f"{crowd.tally['connections']:,} connections, slowest plain answer {crowd.slowest * 1000:.0f} ms")
    print(f"MiB over the run: {watch.course()}\n")
    checks.show()
    for line in crowd.wrong[:20]:
        print(f"wrong: {line}")
    print(f"\n{'FAILED' if checks.failed else 'ok'}: {checks.failed} of {len(checks.rows)} checks failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
