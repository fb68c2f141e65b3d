"""The clients of a soak: many connections that ask, judge what they get, and give up in every phase."""

import asyncio
import collections
import json
import socket
import struct
import time

from kinds import EVENTS, LARGE

PATIENCE = 15.0


class Link(asyncio.Protocol):
    """One connection: what came, and whether it has ended."""

    def connection_made(self, transport):
        self.transport, self.input, self.ended, self.news = transport, bytearray(), False, None

    def data_received(self, data):
        self.input += data
        self.wake()

    def connection_lost(self, _):
        self.ended = True
        self.wake()

    def wake(self):
        if self.news and not self.news.done():
            self.news.set_result(None)

    async def more(self):
        """Waits for further bytes, or the end."""
        if not self.ended:
            self.news = asyncio.get_running_loop().create_future()
            await self.news

    async def until(self, count):
        while len(self.input) < count and not self.ended:
            await self.more()
        return len(self.input) >= count

    async def answer(self):
        """Status, body without its framing, and whether the body is whole; status 0 where the connection ended first."""
        while (end := self.input.find(b"\r\n\r\n")) < 0:
            if self.ended:
                return 0, b"", False
            await self.more()
        head = bytes(self.input[:end + 4]).lower()
        del self.input[:end + 4]
        status = int(head[9:12])
        if b"\r\ntransfer-encoding: chunked" in head:
            body, whole = await self.chunks()
        else:
            length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
            whole = await self.until(length)
            body = bytes(self.input[:length])
            del self.input[:length]
        if b"\r\nconnection: close" in head:
            self.transport.close()
            self.ended = True
        return status, body, whole

    async def chunks(self):
        body = bytearray()
        while True:
            while (end := self.input.find(b"\r\n")) < 0:
                if self.ended:
                    return bytes(body), False
                await self.more()
            size = int(self.input[:end], 16)
            if not await self.until(end + 2 + size + 2):
                return bytes(body), False
            body += self.input[end + 2:end + 2 + size]
            del self.input[:end + 2 + size + 2]
            if size == 0:
                return bytes(body), True

    def give_up(self, how):
        """Leaves without a word (`rst`), orderly (`fin`), or says that it will send no more (`half`)."""
        if self.ended:
            return
        if how == "half":
            try:
                self.transport.write_eof()
            except OSError:
                # A reset has come that the event loop does not know of yet.
                self.transport.abort()
            return
        if how == "rst":
            sock = self.transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()
        self.ended = True


def request(name, kind):
    body = json.dumps({
        "model": kind.model, "user": f"{name}:{kind.name}", "stream": kind.stream,
        "messages": [{"role": "user", "content": "s" * kind.sends}]}).encode()
    return (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: soak\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n").encode(), body


def judge(name, kind, status, body, whole):
    """None, or what is wrong with an answer."""
    if not whole or status != kind.status:
        return f"status {status} for {kind.status}, {'whole' if whole else 'cut'}: {body[:200]!r}"
    if kind.error is not None:
        last = body.rstrip(b"\n").rpartition(b"\n")[2].removeprefix(b"data: ") if kind.stream else body
        try:
            code = json.loads(last)["error"]["code"]
        except (ValueError, KeyError, TypeError):
            return f"no error at the end: {body[-200:]!r}"
        if kind.error and code != kind.error:
            return f"{code} for {kind.error}"
        return "a failed stream ends with [DONE]" if b"[DONE]" in body else None
    if kind.stream:
        if body.count(b'"' + name.encode() + b'"') != EVENTS + 1 or not body.endswith(b"data: [DONE]\n\n"):
            return f"not this stream, or not all of it: {body[-300:]!r}"
    elif json.loads(body)["id"] != name or (kind.name == "large-answer" and len(body) < LARGE):
        return f"another answer: {body[:200]!r}"
    return None


class Crowd:
    """All clients together, and their ledger."""

    def __init__(self, host, port):
        self.host, self.port = host, port
        self.deck, self.left, self.number = None, 0, 0
        self.tally = collections.Counter()
        self.wrong = []
        self.slowest = 0.0
        # Names of requests that the upstream must have seen exactly once.
        self.certain = set()

    async def run(self, connections, count, deck):
        self.left, self.deck = count, deck
        await asyncio.gather(*(self.client() for _ in range(connections)))

    async def client(self):
        link = None
        while self.left > 0:
            self.left -= 1
            self.number += 1
            name = f"soak-{self.number}"
            kind, gives_up = self.deck.deal()
            if link is None or link.ended:
                _, link = await asyncio.get_running_loop().create_connection(Link, self.host, self.port)
                self.tally["connections"] += 1
            try:
                async with asyncio.timeout(PATIENCE):
                    if gives_up:
                        await self.abandon(link, name, kind)
                        link = None
                    else:
                        await self.ask(link, name, kind)
            except TimeoutError:
                self.wrong.append(f"{name} {kind.name}: nothing within {PATIENCE} s")
                link.give_up("rst")
        if link:
            link.give_up("fin")

    async def ask(self, link, name, kind):
        begun = time.monotonic()
        link.transport.writelines(request(name, kind))
        group = "well" if kind.error is None else "faults"
        status, body, whole = await link.answer()
        verdict = judge(name, kind, status, body, whole)
        self.tally[group] += 1
        self.tally[f"{group}: {kind.name}"] += 1
        if kind.model != "dead":
            self.certain.add(name)
        if verdict:
            self.wrong.append(f"{name} {kind.name}: {verdict}")
        elif kind.name == "plain":
            self.slowest = max(self.slowest, time.monotonic() - begun)

    async def abandon(self, link, name, kind):
        """Gives up somewhere. Counted as `begun` where the proxy must have seen the head, else as `perhaps`."""
        random = self.deck.random
        how = random.choice(["rst", "fin", "half"])
        head, body = request(name, kind)
        self.tally["aborts"] += 1
        self.tally[f"aborts: {kind.name}"] += 1
        counts = "perhaps"
        if kind.name == "at-connect":
            counts = None
        elif kind.name == "in-head":
            link.transport.write(head[:random.randrange(1, len(head) - 2)])
            counts = None
        elif kind.name == "in-body":
            link.transport.write(head + body[:random.randrange(0, len(body) - 1)])
        else:
            link.transport.write(head + body)
            if kind.name in ("slow-stream", "large-answer") and random.random() < 0.9:
                await link.until(random.randrange(1, 900))
                counts = "begun"
        await asyncio.sleep(random.choice([0, 0, 0.001, 0.02]))
        link.give_up(how)
        if counts:
            self.tally[f"aborts {counts}"] += 1
        if how == "half":
            # The proxy takes it for gone, and closes.
            while not link.ended:
                await link.more()
