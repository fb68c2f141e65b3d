"""Rows F53, F54, F55 and F58 of the fault matrix: keys that should go elsewhere, forged header lines, texts with two meanings."""

import hashlib
import json

import pytest

from faults import CHAT, CLIENT_KEY, UPSTREAM_KEY, Testbed, chat
from test_faults_process import Listener, request_bytes


@pytest.fixture(scope="module")
def testbed(upstream_process):
    url = upstream_process.url
    others = [
        # Models stand in the path.
        {"name": "azure", "type": "azure", "url": url, "token": "sk-azure", "models": ["path*"]},
        {"name": "own", "type": "openai", "url": url + "/v1", "token": {"client": True}, "models": ["own-key"]}]
    with Testbed(upstream_process, others=others) as testbed:
        yield testbed


def headers_of(record):
    return [(name.lower(), value) for name, value in record["headers"]]


def values(record, name):
    return [value for key, value in headers_of(record) if key == name]


# Whom it asks


def test_nothing_in_a_request_chooses_the_upstream(testbed):
    listener = Listener()
    there = f"http://127.0.0.1:{listener.port}"
    body = chat(
        api_base=there, base_url=there, url=there, endpoint=there, custom_llm_provider="openai", api_key="x", provider=there,
        extra_headers={"Host": "evil"}, metadata={"api_base": there}, litellm_params={"api_base": there})
    names = [
        "x-portkey-custom-host", "x-portkey-provider", "x-portkey-config", "helicone-target-url", "helicone-openai-api-base",
        "x-api-base", "openai-base-url", "x-forwarded-host", "x-original-url", "x-rewrite-url", "forwarded", "x-host",
        "cf-aig-endpoint", "x-litellm-api-base", "x-upstream-url"]
    with testbed.survives(requests=3):
        for path, host in ((CHAT, "test"), (f"{there}{CHAT}", there[7:]), (f"{CHAT}?api_base={there}", there[7:])):
            with testbed.client() as client:
                answer = client.ask("POST", path, {name: there for name in names}, body, host=host)
            assert answer.status == 200, answer.view()
        assert not listener.was_contacted()
        for record in testbed.seen():
            assert record["path"] == CHAT
            assert values(record, "authorization") == [f"Bearer {UPSTREAM_KEY}"]
            assert values(record, "host") == [testbed.upstream.url.removeprefix("http://")]
            assert not set(names) & {name for name, _ in headers_of(record)}
            # What the client wrote is the provider's to judge.
            assert record["json"] == body


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("stream", [False, True])
def test_redirects_are_not_followed(testbed, status, stream):
    listener = Listener()
    with testbed.survives(requests=1):
        testbed.upstream.push({"redirect": f"http://127.0.0.1:{listener.port}/latest/meta-data/", "status": status})
        answer = testbed.ask(chat(stream=stream))
        assert answer.status == 502 and answer.get("location") is None
        assert answer.json()["error"]["code"] == "bad_upstream_response"
        assert not listener.was_contacted()


# What it writes


NASTY = ["a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "a\0b", "a\r\n\r\nGET /admin HTTP/1.1\r\nHost: x\r\n\r\n",
         "a\u0085\u2028b", "../../admin", "a?b=c#d", "a%0d%0aX-Evil:%201"]


@pytest.mark.parametrize("text", NASTY)
def test_texts_of_a_body_write_no_header(testbed, text):
    with testbed.survives(requests=1):
        body = chat(text, user=text, metadata={"a": text, text: "b"}, safety_identifier=text)
        assert testbed.ask(body).status == 200
        [record] = testbed.seen()
        assert record["json"] == body and not values(record, "x-evil")


@pytest.mark.parametrize("text", NASTY)
def test_a_model_in_the_path_stays_in_its_place(testbed, text):
    model = "path/" + text
    with testbed.survives(requests=1):
        answer = testbed.ask(chat(model=model))
        assert answer.status == 200, answer.view()
        [record] = testbed.seen()
        path = record["target"].partition("?")[0]
        assert path.startswith("/openai/deployments/path%2F") and path.endswith("/chat/completions")
        assert path.count("/") == 5 and not values(record, "x-evil")


@pytest.mark.parametrize("name", ["OpenAI-Organization", "User-Agent", "X-Request-Id", "X-Stainless-Lang"])
@pytest.mark.parametrize("value", ["a\rX-Evil: 1", "a\nX-Evil: 1", "a\0b", "a\x7fb", "a\x01b"], ids=repr)
def test_a_control_character_in_a_field_is_refused(testbed, name, value):
    with testbed.survives():
        body = json.dumps(chat()).encode()
        head = f"POST {CHAT} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        with testbed.client() as client:
            client.send(head.encode() + f"{name}: {value}\r\n\r\n".encode("latin-1") + body)
            answer = client.response()
        assert answer.status == 400 and answer.get("connection") == "close", answer.view()


@pytest.mark.parametrize("query, passes", [
    ("a=b%0d%0aX-Evil:%201", True), ("a=%00", True), ("a=b#c", False), ("a=b\x01", False), ("a=\x7f", False), ("a=b c", False)],
    ids=repr)
def test_a_query_writes_no_header(testbed, query, passes):
    with testbed.survives(requests=1 if passes else 0):
        with testbed.client() as client:
            client.send(request_bytes(chat(), path=f"{CHAT}?{query}"))
            answer = client.response()
        assert answer.status == (200 if passes else 400), answer.view()
        for record in testbed.seen():
            assert record["query"] == query and not values(record, "x-evil")


def test_what_is_for_one_connection_or_for_the_proxy_stays_there(testbed):
    fields = [
        ("Connection", "authorization, x-stainless-lang, keep-alive"), ("Keep-Alive", "timeout=5"), ("Proxy-Connection", "close"),
        ("Proxy-Authorization", "Basic x"), ("Proxy-Authenticate", "x"), ("TE", "trailers"), ("Upgrade", "h2c"),
        ("Trailer", "x"), ("X_Api_Key", "twin"), ("X-Api-Key", "k"), ("Api_Key", "twin"), ("Cookie", "session=1"),
        ("X-Forwarded-For", "1.2.3.4"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil"), ("X-Real-IP", "1.2.3.4"),
        ("Via", "1.1 x"), ("X-Stainless-Lang", "python"), ("Authorization", f"Bearer {CLIENT_KEY}")]
    with testbed.survives(requests=1):
        testbed.upstream.push({
            "set_cookie": ["session=upstream-secret; Path=/"],
            "headers": {"Server": "theirs", "Via": "1.1 them", "Keep-Alive": "timeout=9", "Proxy-Authenticate": "x",
                        "X-Request-Id": "req-7", "Alt-Svc": "h3", "Strict-Transport-Security": "max-age=1"}})
        from rawclient import request
        with testbed.client() as client:
            client.send(request("POST", CHAT, fields, chat()))
            answer = client.response()
        assert answer.status == 200 and answer.get("x-request-id") == "req-7"
        for name in ("set-cookie", "keep-alive", "proxy-authenticate", "alt-svc", "via", "strict-transport-security"):
            assert answer.get(name) is None, name
        assert answer.get("server") != "theirs"
        [record] = testbed.seen()
        assert values(record, "authorization") == [f"Bearer {UPSTREAM_KEY}"]
        allowed = {"host", "authorization", "content-type", "content-length", "accept", "user-agent", "accept-encoding"}
        assert {name for name, _ in headers_of(record)} <= allowed


@pytest.mark.parametrize("fields", [
    [("Authorization", "Bearer sk-one"), ("Authorization", "Bearer sk-two")],
    [("Authorization", "Bearer sk-one"), ("authorization", "Bearer sk-one")],
    [("Authorization", "Bearer sk-one"), ("Api-Key", "sk-two")],
    [("Authorization", "Bearer sk-one, Bearer sk-two")], [("Authorization", "Basic eDp5")], []], ids=str)
def test_a_client_says_who_it_is_once(testbed, fields):
    with testbed.survives():
        from rawclient import request
        with testbed.client() as client:
            client.send(request("POST", CHAT, fields, chat(model="own-key")))
            answer = client.response()
        assert answer.status in (400, 401), answer.view()
        assert "sk-one" not in answer.body.decode()


# What it understands


def ask_raw(testbed, body):
    with testbed.client() as client:
        return client.ask("POST", CHAT, None, body)


CHAT_TEXT = '{"model":"gpt-test","messages":[{"role":"user","content":"hello"}]%s}'


@pytest.mark.parametrize("body", [
    # Deeper than anybody nests, in an array, in objects, and without an end.
    (CHAT_TEXT % (',"x":' + "[" * 128 + "]" * 128)).encode(),
    (CHAT_TEXT % (',"x":' + "[" * 100_000 + "]" * 100_000)).encode(),
    (CHAT_TEXT % (',"x":' + '{"a":' * 100_000 + "1" + "}" * 100_000)).encode(),
    b"[" * 100_000, b'{"a":' * 100_000,
    # Who reads which of them?
    b'{"model":"gpt-test","model":"gpt-4.1","messages":[]}', b'{"model":"gpt-test","mod\\u0065l":"gpt-4.1","messages":[]}',
    b'{"model":"gpt-test","stream":false,"stream":true,"messages":[]}',
    b'{"model":"gpt-test","stream":false,"stre\\u0061m":true,"messages":[]}',
    # More than a document.
    (CHAT_TEXT % "").encode() + b"x", (CHAT_TEXT % "").encode() * 2, (CHAT_TEXT % "").encode() + b"\0",
    # Other encodings of text.
    (CHAT_TEXT % "").encode("utf-16"), (CHAT_TEXT % "").encode("utf-16-le"), (CHAT_TEXT % "").encode("utf-32"),
    (CHAT_TEXT % ',"user":"\xff"').encode("latin-1"), (CHAT_TEXT % "").encode("cp037"),
    # A surrogate alone is no text: as raw bytes, and in the model's name as an escape.
    (CHAT_TEXT % ',"user":"').encode() + b'\xed\xa0\x80"}', b'{"model":"\\ud800","messages":[]}',
    b'{"model":"gpt-test\\u0000","messages":[]}', b'{"model":null,"messages":[]}', b'{"model":["gpt-test"],"messages":[]}',
    b"", b" ", b"null", b"[]", b'"gpt-test"', b"NaN", b'{"model":"gpt-test","messages":[NaN]}',
    b'{"model":"gpt-test","stream":"true","messages":[]}',
], ids=lambda body: repr(body[:24]))
def test_json_that_is_none_or_means_two_things_is_refused(testbed, body):
    with testbed.survives():
        answer = ask_raw(testbed, body)
        assert answer.complete and 400 <= answer.status < 500, answer.view()
        assert answer.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("body", [
    (CHAT_TEXT % (',"x":1.' + "1" * 10_000_000)).encode(), (CHAT_TEXT % ',"x":1e999999,"y":-0.0,"z":1E+2').encode(),
    (CHAT_TEXT % ',"user":"\\ud800","x":"\\udc00\\ud800"').encode(), (CHAT_TEXT % ',"seed":1,"seed":2').encode(),
    (CHAT_TEXT % (',"x":' + "[" * 127 + "]" * 127)).encode(), b" \r\n\t" + (CHAT_TEXT % "").encode() + b"\n \n",
], ids=lambda body: repr(body[-24:]))
def test_json_that_means_one_thing_passes_as_it_came(testbed, body):
    with testbed.survives(requests=1, memory=48 << 20):
        answer = ask_raw(testbed, body)
        assert answer.status == 200, answer.view()
        [record] = testbed.seen()
        assert record["body_len"] == len(body) and record["body_sha256"] == hashlib.sha256(body).hexdigest()


def test_a_byte_order_mark_is_refused_or_passes_as_it_came(testbed):
    """RFC 8259 section 8.1: it must not be sent, and may be ignored."""
    body = b"\xef\xbb\xbf" + (CHAT_TEXT % "").encode()
    testbed.upstream.reset()
    answer = ask_raw(testbed, body)
    passes = answer.status == 200
    assert passes or answer.status == 400
    with testbed.survives(requests=1 if passes else 0):
        assert ask_raw(testbed, body).status == answer.status
