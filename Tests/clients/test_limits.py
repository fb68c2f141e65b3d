"""`rate-limits` with real clients: budgets that hold, two processes on one Redis, and a Redis that goes and comes back."""

import asyncio
import json
import shutil
import socket
import subprocess
import time

import pytest

from proxy import Sluice, section, configuration, wait_until

ECHO = {"name": "echo", "type": "echo", "models": ["echo"], "delay": "20ms"}
# Money for a million tokens of the prompt, of its cached part, and of the completion.
PRICES = {"name": "echo", "input_price": 1000.0, "cached_input_price": 1000.0, "output_price": 1000.0}
WORDS = "one two three four five six seven eight nine ten"
COMPLETION = 40
needs_redis = pytest.mark.skipif(not shutil.which("redis-server"), reason="redis-server is not installed")


class Redis:
    """A server of its own, without a file; `restart` makes it forget everything."""

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL)
        wait_until(lambda: self.answers())

    def answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


def settings(limits, redis=None, on_failure="closed"):
    text = configuration([ECHO], processors=[{"type": "rate-limits", "key": "global", **limits}])
    text += section("[models]", PRICES)
    if redis:
        text += section("redis", {"url": redis.url, "on_failure": on_failure})
    return text


def body(stream):
    return json.dumps({
        "model": "echo", "stream": stream, "max_tokens": COMPLETION,
        "messages": [{"role": "user", "content": WORDS}]}).encode()


async def ask(proxy, stream=True, leaves=False):
    """One request on a connection of its own.

    The status, or None of a client that left."""
    reader, writer = await asyncio.open_connection(proxy.host, proxy.port)
    try:
        text = body(stream)
        writer.write(
            b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nconnection: close\r\n"
            b"content-length: %d\r\n\r\n" % len(text) + text)
        await writer.drain()
        if leaves:
            # In the middle of a stream, or while an answer may still be made.
            await (reader.readuntil(b"\r\n") if stream else asyncio.sleep(0.005))
            return None
        head = await reader.readuntil(b"\r\n")
        await reader.read(-1)
        return int(head.split()[1])
    finally:
        writer.close()


def exchanges(proxies):
    return [record for proxy in proxies for record in proxy.records() if record["message"] == "access"]


async def crowd(proxies, count=500):
    """Many requests at once, half of them streams; a third of the clients leave."""
    jobs = [ask(proxies[n % len(proxies)], stream=n % 2 == 0, leaves=n % 3 == 0) for n in range(count)]
    return await asyncio.gather(*jobs, return_exceptions=True)


def check_budget(proxies, budget, statuses):
    told = [status for status in statuses if status is not None]
    assert set(told) == {200, 429}
    wait_until(lambda: len(exchanges(proxies)) >= len(statuses), 15)
    records = exchanges(proxies)
    spent = sum(record.get("cost", 0) for record in records)
    # A prompt of ten words takes no more than its letters, a completion no more than it may.
    reservation = (len(WORDS) + COMPLETION) * 1000 / 1e6
    assert spent <= budget + reservation
    assert spent >= budget * 0.5
    left = [record for record in records if record["outcome"] == "client_gone"]
    assert left
    assert all("usage_source" in record for record in records if record["status"] == 200)


def test_a_budget_holds_against_a_crowd():
    # Fifty requests of about sixty tokens each.
    with Sluice(settings({"budget_per_day": 3.0})) as proxy:
        check_budget([proxy], 3.0, asyncio.run(crowd([proxy])))


@needs_redis
def test_two_processes_hold_one_budget_against_a_crowd():
    with Redis() as redis:
        text = settings({"budget_per_day": 3.0}, redis)
        with Sluice(text) as first, Sluice(text) as second:
            check_budget([first, second], 3.0, asyncio.run(crowd([first, second])))


@needs_redis
def test_places_of_clients_that_left_are_free_again():
    with Redis() as redis:
        with Sluice(settings({"concurrent_requests": 5}, redis)) as proxy:
            asyncio.run(crowd([proxy], 100))
            wait_until(lambda: len(exchanges([proxy])) >= 100)
            wait_until(lambda: asyncio.run(crowd([proxy], 4))[1] == 200)
            # All five at once.
            statuses = asyncio.run(all_of(proxy, 5))
            assert statuses == [200] * 5


async def all_of(proxy, count):
    return await asyncio.gather(*[ask(proxy) for _ in range(count)])


async def traffic(proxy, seconds):
    """Statuses with their times, of clients that ask again and again."""
    end = time.monotonic() + seconds
    seen = []

    async def client():
        while time.monotonic() < end:
            status = await ask(proxy, stream=False)
            seen.append((time.monotonic(), status))
            await asyncio.sleep(0.01)

    await asyncio.gather(*[client() for _ in range(10)])
    return seen


@needs_redis
@pytest.mark.parametrize("on_failure, statuses", [("closed", {200, 503}), ("open", {200})])
def test_redis_is_killed_and_restarted_under_load(on_failure, statuses):
    with Redis() as redis:
        text = settings({"requests_per_minute": 1_000_000}, redis, on_failure)
        with Sluice(text) as proxy:
            times = {}

            async def play():
                load = asyncio.create_task(traffic(proxy, 4))
                await asyncio.sleep(1)
                await asyncio.to_thread(redis.kill)
                times["killed"] = time.monotonic()
                await asyncio.sleep(1)
                await asyncio.to_thread(redis.start)
                times["back"] = time.monotonic()
                return await load

            seen = asyncio.run(play())
            assert {status for _, status in seen} == statuses
            # The longest pause between two looks for it is two seconds.
            late = {status for at, status in seen if at > times["back"] + 2.2 and at < times["back"] + 10}
            before = {status for at, status in seen if at < times["killed"] - 0.1}
            assert before == {200}
            assert not late or late == {200}
            wait_until(lambda: asyncio.run(ask(proxy)) == 200)


def test_the_sdk_understands_a_refusal():
    import openai

    with Sluice(settings({"requests_per_minute": 1})) as proxy:
        with openai.OpenAI(base_url=proxy.url + "/v1", api_key="sk", max_retries=0, timeout=15) as client:
            messages = [{"role": "user", "content": WORDS}]
            raw = client.chat.completions.with_raw_response.create(model="echo", messages=messages)
            assert raw.headers["x-ratelimit-remaining-requests"] == "0"
            assert raw.headers["x-sluice-usage-source"] == "provider"
            with pytest.raises(openai.RateLimitError) as caught:
                client.chat.completions.create(model="echo", messages=messages)
            assert caught.value.code == "rate_limit_exceeded"
            assert 55 <= int(caught.value.response.headers["retry-after"]) <= 61
