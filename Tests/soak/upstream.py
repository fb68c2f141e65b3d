#!/usr/bin/env python3
"""The upstream of a soak: answers what a request asks for, or fails as it is asked to, and remembers whom it has seen.

The first line on standard output is the port. `GET /seen` gives what it saw as JSON.
"""

import asyncio
import collections
import json
import re
import socket
import struct

from kinds import EVENTS, LARGE

LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
USER = re.compile(rb'"user": ?"(soak-\d+):([a-z0-9-]+)"')
SECONDS_LATE = 0.15
SECONDS_BETWEEN_EVENTS = 0.005

seen = collections.Counter()
facts = collections.Counter()


def head(status, kind, extra=""):
    return f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{extra}\r\n".encode()


def document(name, text=""):
    body = json.dumps({
        "id": name, "object": "chat.completion", "model": "soak",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text or name}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}}).encode()
    return head(200, "application/json", f"Content-Length: {len(body)}\r\n") + body


def error(status, name):
    body = json.dumps({"error": {"message": name, "type": "soak", "code": "soaked"}}).encode()
    return head(status, "application/json", f"Content-Length: {len(body)}\r\n") + body


def chunk(data):
    return b"%x\r\n%b\r\n" % (len(data), data)


def events(name):
    """The chunks of a stream: its events, their end, `[DONE]`."""
    for number in range(EVENTS):
        delta = {"id": name, "choices": [{"index": 0, "delta": {"content": f"{number} "}, "finish_reason": None}]}
        yield chunk(b"data: %b\n\n" % json.dumps(delta).encode())
    last = {"id": name, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    yield chunk(b"data: %b\n\n" % json.dumps(last).encode())
    yield chunk(b"data: [DONE]\n\n")


STREAM_HEAD = head(200, "text/event-stream", "Transfer-Encoding: chunked\r\n")
PLAIN = {
    "garbage": b"\x01\x02 this is no HTTP\r\n\r\n", "half-head": b"HTTP/1.1 200 OK\r\nContent-",
    "web-page": head(200, "text/html", "Content-Length: 5\r\n") + b"<html",
    "bad-chunk": head(200, "application/json", "Transfer-Encoding: chunked\r\n") + b"zz\r\n{}\r\n",
    "short": head(200, "application/json", "Content-Length: 99\r\n") + b'{"half":',
}


class Connection(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.input, self.task, self.rest = transport, bytearray(), None, 0
        facts["connections"] += 1

    def data_received(self, data):
        if self.rest:
            # The rest of a request that was answered before it was read.
            took = min(self.rest, len(data))
            self.rest -= took
            data = data[took:]
        self.input += data
        if self.task is None or self.task.done():
            self.take()

    def connection_lost(self, _):
        if self.task and not self.task.done():
            facts["answers given up"] += 1
            self.task.cancel()

    def take(self):
        """Answers the next request, once it is whole."""
        end = self.input.find(b"\r\n\r\n")
        if end < 0:
            return
        length = LENGTH.search(self.input, 0, end + 4)
        whole = end + 4 + (int(length[1]) if length else 0)
        if self.input.startswith(b"GET /seen"):
            body = json.dumps({"seen": seen, "facts": facts}).encode()
            self.transport.write(head(200, "application/json", f"Content-Length: {len(body)}\r\n") + body)
            del self.input[:whole]
            return
        found = USER.search(self.input, end)
        early = found is not None and found[2] == b"early-400"
        if len(self.input) < whole and not early:
            return
        if found is None:
            facts["requests that nobody sent"] += 1
            return self.transport.abort()
        # Before the bytes go: a match only knows where they are.
        name, what = found[1].decode(), found[2].decode()
        self.rest = max(0, whole - len(self.input))
        del self.input[:whole]
        seen[name] += 1
        if not self.answer(name, what):
            self.task = asyncio.get_running_loop().create_task(self.answer_slowly(name, what))

    def reset(self):
        sock = self.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def answer(self, name, what):
        """Does what needs no time; false where it needs some."""
        write = self.transport.write
        match what:
            case "plain" | "large-request" | "in-body":
                write(document(name))
            case "large-answer":
                write(document(name, "x" * LARGE))
            case "interim":
                write(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + document(name))
            case "close":
                write(document(name).replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
                self.transport.close()
            case "stream":
                write(STREAM_HEAD + b"".join(events(name)) + b"0\r\n\r\n")
            case "fin":
                self.transport.close()
            case "rst":
                self.reset()
            case "garbage" | "half-head" | "web-page" | "bad-chunk" | "short":
                write(PLAIN[what])
                self.transport.close()
            case "error-429" | "error-500" | "early-400":
                write(error(int(what[-3:]), name))
            case "stream-error":
                first = next(events(name))
                told = b'data: {"error":{"message":"x","code":"soaked"}}\n\n'
                write(STREAM_HEAD + first + chunk(told) + b"0\r\n\r\n")
            case "stream-ended":
                write(STREAM_HEAD + next(events(name)) + b"0\r\n\r\n")
            case "stream-bad-chunk":
                write(STREAM_HEAD + next(events(name)) + b"-5\r\n")
                self.transport.close()
            case _:
                return False
        return True

    async def answer_slowly(self, name, what):
        write = self.transport.write
        match what:
            case "late":
                await asyncio.sleep(SECONDS_LATE)
                write(document(name))
            case "slow-stream":
                write(STREAM_HEAD)
                for event in events(name):
                    await asyncio.sleep(SECONDS_BETWEEN_EVENTS)
                    write(event)
                write(b"0\r\n\r\n")
            case "stream-cut":
                write(STREAM_HEAD + next(events(name)) + next(events(name))[:40])
                await asyncio.sleep(SECONDS_BETWEEN_EVENTS)
                self.transport.close()
            case "stream-rst":
                # What the other side has not read yet is lost with a reset.
                write(STREAM_HEAD + next(events(name)))
                await asyncio.sleep(SECONDS_LATE)
                self.reset()
            case "silent":
                await asyncio.sleep(3600)
            case "stream-silent":
                write(STREAM_HEAD + next(events(name)))
                await asyncio.sleep(3600)
            case _:
                facts["requests for nothing known"] += 1
                self.transport.abort()


async def main():
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
