"""Measures how a proxy's cost grows: with connections while the work stays the same, and with the size of events.

Arguments: the executable, the folder of the load tools, the folder for the results, the number of rounds (their medians
are what counts). Sluice, nginx and HAProxy take turns on one core; the load and the upstream share another. Processor time
is the peer's own, from /proc; added times are differences to the upstream asked directly while the proxy holds the same
streams.
"""

import functools
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import growth_report

TOOLS = pathlib.Path(os.environ.get("BENCH_BIN", pathlib.Path.home() / ".cache/sluice-bench"))
PATH = "/v1/chat/completions"
OPEN_FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
# What Sluice lets no client's socket have; see DescriptorLimits.
KEPT_FILES = max(16, min(OPEN_FILES // 4, 4_096))
# Two descriptors a stream, and some for the rest.
MOST_STREAMS = min(10_000, (OPEN_FILES - KEPT_FILES - 200) // 2)
CONNECTIONS = [10, 100, 1_000, MOST_STREAMS]
SIZES = [1_000, 10_000, 100_000]
# Of all streams together, so that more connections bring no more work.
EVENTS_PER_SECOND = 1_000
SECONDS = 3
EVENTS_PER_STREAM = 16

SLUICE_CONF = """
[server]
listen = ["127.0.0.1:{port}"]
loops = 1

[[providers]]
name = "bench"
type = "openai"
url = "http://127.0.0.1:{upstream}/v1"
token = "sk-bench"
models = ["*"]
"""


def pinned(processor):
    return ["taskset", "-c", str(processor)] if os.cpu_count() > 1 else []


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Process:
    """A program that runs while the `with` block does, and leaves no child behind."""

    def __init__(self, command, processor, folder):
        self.log = open(folder / "log", "ab")
        self.process = subprocess.Popen(
            pinned(processor) + [str(part) for part in command], stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log, cwd=folder, start_new_session=True)
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.pid, number)
                self.process.wait(5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass
        self.log.close()


def sseload(port, *options):
    command = pinned(1) + [TOOLS / "sseload", "-P", port, "-u", PATH, "-m", "mock", *options]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=200)
    if not done.stdout.startswith("{"):
        sys.exit(f"sseload: {done.stderr[-500:]}")
    return json.loads(done.stdout)


def account(pid):
    """Processor seconds and resident KB of a process and its children."""
    done = subprocess.run([TOOLS / "sseload", "-A", "-p", str(pid)], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    return found["sched_s"], found["rss_kb"]


def counters(upstream_port):
    with urllib.request.urlopen(f"http://127.0.0.1:{upstream_port}/__stats", timeout=10) as answer:
        return json.load(answer)


def wait_for(what, condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"gave up waiting for {what}")
        time.sleep(0.05)


def answers(port):
    body = json.dumps({"model": "mock", "messages": [{"role": "user", "content": "hi"}]}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{PATH}", body, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def upstream(port, folder, *options):
    return Process([TOOLS / "upstream", "-p", port, *options], 1, folder)


def proxy(name, port, upstream_port, setup, folder):
    """Starts one of the peers; nginx and HAProxy as the shared bench does, but for as many connections as files allow."""
    binary, templates = setup
    if name == "sluice":
        conf = folder / "proxy.conf"
        conf.write_text(SLUICE_CONF.format(port=port, upstream=upstream_port))
        return Process([binary, "serve", "--config", conf], 0, folder)
    conf = folder / {"nginx": "nginx.conf", "haproxy": "haproxy.cfg"}[name]
    text = (templates / conf.name).read_text()
    for key, value in {"@PORT@": port, "@UP@": upstream_port, "@RUN@": folder}.items():
        text = text.replace(key, str(value))
    # nginx closes idle connections from fifteen sixteenths of its number on, so that is out of reach.
    limits = {
        "worker_connections": 4 * MOST_STREAMS, "worker_rlimit_nofile": OPEN_FILES, "maxconn": MOST_STREAMS + 50,
        "ulimit-n": OPEN_FILES}
    for key, value in limits.items():
        text = re.sub(rf"\b{key} \d+", f"{key} {value}", text)
    conf.write_text(text)
    path = os.environ["PATH"] + ":/usr/sbin"
    program = shutil.which(name, path=path)
    return Process(
        [program, "-c", conf, "-p", folder] if name == "nginx" else [program, "-f", conf, "-db"], 0, folder)


def added_time(port, upstream_port, *options):
    """Median and 99th percentile of the time to the first event, through the proxy less without it."""
    # In short turns, so that whatever else the machine does meets both.
    turns = [
        [sseload(one, *options, "-d", 1)["ttft_us"] for one in (port, upstream_port)] for _ in range(SECONDS)]
    return {
        key: statistics.median(through[key] - direct[key] for through, direct in turns) for key in ("p50", "p99")}


def warm_up(port):
    wait_for("the proxy", lambda: answers(port))
    sseload(port, "-c", 4, "-C", 4, "-d", 1)
    time.sleep(0.5)


def with_connections(count, port, upstream_port, pid):
    """Holds streams whose events add up to the same rate whatever their number."""
    warm_up(port)
    before = counters(upstream_port)
    idle = account(pid)[1]
    delay = 1000 * count / EVENTS_PER_SECOND
    # Started over one delay, their events are spread evenly over each.
    command = [
        TOOLS / "sseload", "-P", port, "-u", PATH, "-m", "mock", "-K", count, "-R", EVENTS_PER_SECOND,
        "-D", delay, "-d", 90]
    with tempfile.TemporaryDirectory() as scratch, Process(command, 1, pathlib.Path(scratch)):
        wait_for(
            f"{count} streams",
            lambda: counters(upstream_port)["streams"] - before["streams"] >= count, 60)
        time.sleep(1.5)
        start, (used, _) = counters(upstream_port), account(pid)
        time.sleep(SECONDS)
        end, (used_then, resident) = counters(upstream_port), account(pid)
        lost = end["streams_aborted"] - before["streams_aborted"]
        if lost:
            sys.exit(f"{lost} of {count} streams were lost")
        added = added_time(port, upstream_port, "-c", 16, "-r", 200, "-C", 2, "-D", 1)
    return {
        "cpu_event": (used_then - used) * 1e6 / (end["events"] - start["events"]),
        "kb_stream": (resident - idle) / count, "ttft50": added["p50"], "ttft99": added["p99"],
    }


def recorded_stream(size, folder):
    """A stream whose events are so many bytes long each."""
    def event(content):
        choice = {"index": 0, "delta": {"content": content}, "finish_reason": None}
        chunk = {"id": "chatcmpl-bench", "object": "chat.completion.chunk", "model": "mock", "choices": [choice]}
        return f"data: {json.dumps(chunk)}\n\n"

    text = event("x" * (size - len(event(""))))
    path = folder / "stream.txt"
    path.write_text(text * EVENTS_PER_STREAM + "data: [DONE]\n\n")
    return path


def with_size(port, upstream_port, pid):
    warm_up(port)
    begun, used = counters(upstream_port), account(pid)[0]
    sseload(port, "-c", 8, "-d", SECONDS)
    ended, used_then = counters(upstream_port), account(pid)[0]
    added = added_time(port, upstream_port, "-c", 8, "-r", 40)
    return {
        "cpu_event": (used_then - used) * 1e6 / (ended["events"] - begun["events"]),
        "ttft50": added["p50"], "ttft99": added["p99"],
    }


def measure(name, setup, step, *, stream_size=None):
    """Starts an upstream and a proxy, and has `step` measure it."""
    with tempfile.TemporaryDirectory(prefix="sluice-growth-") as scratch:
        folder = pathlib.Path(scratch)
        port, upstream_port = free_port(), free_port()
        options = ["-S", recorded_stream(stream_size, folder)] if stream_size else []
        with upstream(upstream_port, folder, *options):
            wait_for("the upstream", lambda: answers(upstream_port))
            with proxy(name, port, upstream_port, setup, folder) as running:
                return step(port, upstream_port, running.pid)


def medians(rounds):
    return {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}


def main(binary, shared, out, rounds):
    setup = (binary, shared / "peers")
    cases = [("connections", count, functools.partial(with_connections, count)) for count in CONNECTIONS]
    cases += [("sizes", size, with_size) for size in SIZES]
    found = {}
    for _ in range(rounds):
        for axis, step, how in cases:
            for name in growth_report.PEERS:
                figures = measure(name, setup, how, stream_size=step if axis == "sizes" else None)
                found.setdefault(axis, {}).setdefault(name, {}).setdefault(step, []).append(figures)
                print(f"{axis} {step}, {name}: {growth_report.line(figures)}", file=sys.stderr, flush=True)
    results = {
        axis: {name: {step: medians(all_rounds) for step, all_rounds in steps.items()} for name, steps in peers.items()}
        for axis, peers in found.items()}
    out.mkdir(parents=True, exist_ok=True)
    growth_report.write(results, out)


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:4]), int(sys.argv[4]))
