"""Bodies around the sizes at which they are read in another way: they arrive as they were sent, and the request behind each is in step."""

import hashlib
import json
import random

import pytest

from faults import CHAT, CLIENT_KEY, Testbed, chat

BEGINNING = 16 << 10
AT_ONCE = 256 << 10


@pytest.fixture(scope="module")
def testbed(upstream_process):
    with Testbed(upstream_process, {"max_body": "1MiB"}) as testbed:
        yield testbed


def request(size, seed):
    """A whole request whose body has `size` bytes, and the hash of that."""
    bare = len(json.dumps(chat("")))
    letters = random.Random(seed).choices("abcdefghijklmnopqrstuvwxyz 0123456789", k=size - bare)
    body = json.dumps(chat("".join(letters))).encode()
    assert len(body) == size
    head = (
        f"POST {CHAT} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {CLIENT_KEY}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {size}\r\n\r\n").encode()
    return head + body, hashlib.sha256(body).hexdigest(), len(head)


@pytest.mark.parametrize("size", [
    pytest.param(size, id=name) for name, size in {
        "whole read": BEGINNING - len(request(1000, 0)[0]) + 1000 + len("16384") - len("1000"),
        "one byte more": BEGINNING + 1, "two reads": 40_000, "100 KB": 100_000, "below the limit": AT_ONCE - 1,
        "the limit": AT_ONCE, "above the limit": AT_ONCE + 1, "well above": 2 * AT_ONCE}.items()])
@pytest.mark.parametrize("pieces", [1, 2, 7])
def test_a_body_arrives_as_it_was_sent(testbed, size, pieces):
    before = len(testbed.upstream.requests("?raw=0&body=0"))
    first, first_hash, _ = request(size, size)
    second, second_hash, _ = request(700, size + 1)
    data = first + second + first
    with testbed.client() as client:
        step = -(-len(data) // pieces)
        for start in range(0, len(data), step):
            client.send(data[start:start + step])
        for _ in range(3):
            answer = client.response()
            assert answer.complete and answer.status == 200, answer.view()
    seen = testbed.upstream.requests("?raw=0&body=0")[before:]
    assert [record["body_sha256"] for record in seen] == [first_hash, second_hash, first_hash]


def test_a_body_that_ends_early_is_not_sent(testbed):
    before = len(testbed.upstream.requests("?raw=0&body=0"))
    data, _, head = request(100_000, 3)
    with testbed.client() as client:
        client.send(data[:head + 60_000])
        client.half_close()
        assert client.read_all().end in ("fin", "rst")
    testbed.expect_alive()
    assert len(testbed.upstream.requests("?raw=0&body=0")) == before + 1


def test_a_body_above_its_limit_is_refused_however_it_is_read(testbed):
    with Testbed(testbed.upstream, {"max_body": "64KiB"}) as small:
        with small.client() as client:
            client.send(request(100_000, 5)[0])
            answer = client.response()
            assert answer.status == 413


def test_a_client_that_leaves_with_its_request_costs_no_other_connection_a_byte(testbed):
    data, _, head = request(100_000, 7)
    for _ in range(50):
        with testbed.client() as client:
            # All of it is there when the proxy looks.
            client.send(data[:head + 30_000])
            client.half_close()
    testbed.expect_alive()
