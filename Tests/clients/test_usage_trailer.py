"""What a stream used, in a trailer behind it, for clients that ask for one with `TE: trailers`."""

import openai

from test_curl import CHAT, connect, curl, raw_request, read_all

STREAM = {**CHAT, "stream": True}
FIELD = b"x-sluice-usage-source"


def exchange(proxy, te="TE: trailers\r\n", data=STREAM):
    """Head and body as they came."""
    head = f"content-type: application/json\r\nconnection: close, TE\r\n{te}"
    with connect(proxy) as connection:
        connection.sendall(raw_request(data=data, head=head))
        answer = read_all(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.lower(), body


def test_it_comes_behind_the_last_chunk(proxy, upstream):
    head, body = exchange(proxy)
    assert b"trailer: " + FIELD in head
    assert body.endswith(b"\r\n0\r\n" + FIELD + b": provider\r\n\r\n")
    assert FIELD not in body.partition(b"\r\n0\r\n")[0]


def test_whoever_does_not_ask_gets_none(proxy, upstream):
    head, body = exchange(proxy, te="")
    assert FIELD not in head and FIELD not in body
    assert body.endswith(b"\r\n0\r\n\r\n")


def test_an_answer_that_is_no_stream_has_it_in_its_head(proxy, upstream):
    head, body = exchange(proxy, data=CHAT)
    assert b"trailer:" not in head
    assert FIELD + b": provider" in head
    assert FIELD not in body


def test_the_connection_goes_on_behind_it(proxy, upstream):
    head = "content-type: application/json\r\nTE: trailers\r\n"
    with connect(proxy) as connection:
        connection.sendall(raw_request(data=STREAM, head=head) * 2)
        answer = b""
        while answer.count(b"0\r\n" + FIELD) < 2:
            piece = connection.recv(65536)
            assert piece, answer
            answer += piece
    assert answer.count(b"HTTP/1.1 200") == 2


def test_curl_reads_on_over_it(proxy, upstream):
    done = curl("-v", "-H", "TE: trailers", proxy.url + "/v1/chat/completions", data=STREAM)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(b"data: [DONE]\n\n")
    assert b"left intact" in done.stderr


def test_the_sdk_does_not_mind(proxy, upstream):
    with openai.OpenAI(
            base_url=proxy.url + "/v1", api_key="sk-client", timeout=15, max_retries=0,
            default_headers={"TE": "trailers"}) as client:
        for _ in range(2):
            stream = client.chat.completions.create(
                model="gpt-test", messages=[{"role": "user", "content": "hello"}], stream=True)
            text = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
            assert text == "Echo: hello"


def test_a_stream_that_the_client_cannot_be_told_of_has_none(proxy, upstream):
    done = curl("-0", "-i", "-H", "TE: trailers", proxy.url + "/v1/chat/completions", data=STREAM)
    assert FIELD not in done.stdout
