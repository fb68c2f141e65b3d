"""A client that goes away takes its upstream request with it, in every phase."""

import time

import openai
import pytest

from proxy import wait_until

ASK = [{"role": "user", "content": "hello"}]

# The proxy has 50 ms; the rest is for two Python processes on a busy machine.
SOON_MS = 250


def chat(client, **keys):
    return client.chat.completions.create(model="gpt-test", messages=ASK, **keys)


def aborted(upstream):
    """The record of the latest request, once its connection was closed by the proxy."""
    upstream.wait(request=-1, state="aborted", timeout_ms=3000)
    return upstream.request(-1)


def test_closing_a_stream_cancels_it_upstream(client, upstream):
    upstream.push({"chunks": 2000, "delay_ms": 20})
    stream = chat(client, stream=True)
    for _, _chunk in zip(range(3), stream):
        pass
    closed = time.monotonic() * 1000
    stream.close()
    record = aborted(upstream)
    assert record["aborted"]["phase"] == "reply"
    assert record["t"]["peer_close"] - closed < SOON_MS


@pytest.mark.parametrize("keys", [{}, {"stream": True}])
def test_giving_up_before_the_first_byte_cancels_it_upstream(once, upstream, keys):
    upstream.push({"ttft_ms": 60000}, times=-1)
    with pytest.raises(openai.APITimeoutError):
        chat(once.with_options(timeout=0.3), **keys)
    closed = time.monotonic() * 1000
    record = aborted(upstream)
    assert record["aborted"]["phase"] == "before_reply"
    assert record["t"]["peer_close"] - closed < SOON_MS
    assert len(upstream.requests("?raw=0&body=0")) == 1


def test_giving_up_within_a_plain_answer_cancels_it_upstream(once, upstream):
    upstream.push({"text_bytes": 200000, "fault": "stall@middle"})
    with pytest.raises(openai.APITimeoutError):
        chat(once.with_options(timeout=0.3))
    assert aborted(upstream)["aborted"]["phase"] == "reply"


def test_the_access_record_says_that_the_client_was_gone(client, proxy, upstream):
    upstream.push({"chunks": 2000, "delay_ms": 20})
    stream = chat(client, stream=True)
    next(iter(stream))
    before = len(proxy.records())
    stream.close()
    aborted(upstream)
    wait_until(lambda: any("client_gone" in str(line) for line in proxy.records()[before:]))


def test_the_proxy_serves_on_after_many_cancelled_streams(client, upstream):
    upstream.push({"chunks": 2000, "delay_ms": 20}, when={"stream": True}, times=-1)
    for _ in range(20):
        chat(client, stream=True).close()
    upstream.wait(in_flight=0)
    assert chat(client).choices[0].message.content == "Echo: hello"
