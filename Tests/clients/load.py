"""Clients that keep coming: each request on a connection of its own, and every answer checked."""

import asyncio
import json
import threading
import time


class Load(threading.Thread):
    """Asks at a fixed rate, at each address in turn, until it is stopped. `failures` says what went wrong, and when."""

    def __init__(self, targets, plain_rate, stream_every, words):
        super().__init__(daemon=True)
        self.targets, self.plain_rate, self.stream_every, self.words = targets, plain_rate, stream_every, words
        self.failures, self.plain, self.streams = [], 0, 0
        self.longest_streams = 0.0
        self._ended = threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.finish()

    def finish(self):
        """Asks no more, and waits for what was asked."""
        self._ended.set()
        self.join(60)
        assert not self.is_alive(), "some answers never came"

    def run(self):
        asyncio.run(self._ask_until_ended())

    async def _ask_until_ended(self):
        tasks, number, start = [], 0, time.monotonic()
        while not self._ended.is_set():
            await asyncio.sleep(max(0, start + number / self.plain_rate - time.monotonic()))
            tasks.append(asyncio.create_task(self._ask(number, stream=number % self.stream_every == 0)))
            number += 1
        await asyncio.gather(*tasks)

    async def _ask(self, number, stream):
        target = self.targets[number // 2 % len(self.targets)]
        begun = time.monotonic()
        try:
            await asyncio.wait_for(self._exchange(target, number, stream), 30)
        except Exception as error:
            self.failures.append(f"{'stream' if stream else 'plain'} {number} at {target}: {error!r}")
        if stream:
            self.streams += 1
            self.longest_streams = max(self.longest_streams, time.monotonic() - begun)
        else:
            self.plain += 1

    async def _exchange(self, target, number, stream):
        text = f"number-{number} " + " ".join(f"w{word}" for word in range(self.words))
        body = json.dumps({
            "model": "slow" if stream else "fast", "stream": stream,
            "messages": [{"role": "user", "content": text}]})
        if isinstance(target, str):
            reader, writer = await asyncio.open_unix_connection(target)
        else:
            reader, writer = await asyncio.open_connection(*target)
        try:
            writer.write((
                "POST /v1/chat/completions HTTP/1.1\r\nhost: test\r\nconnection: close\r\n"
                f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}").encode())
            answer = (await reader.read(-1)).decode()
        finally:
            writer.close()
        assert answer.startswith("HTTP/1.1 200 "), answer[:200] or "closed without an answer"
        if stream:
            said = "".join(
                choice["delta"].get("content") or ""
                for line in answer.split("\n") if line.startswith("data: {")
                for choice in json.loads(line[6:])["choices"])
            assert "data: [DONE]" in answer, "the stream was cut"
        else:
            said = json.loads(answer.split("\r\n\r\n", 1)[1])["choices"][0]["message"]["content"]
        assert said == text, f"another answer: {said!r}"
