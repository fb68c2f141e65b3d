"""What goes wrong upstream arrives at the SDK as the exception its users catch, and is billed once."""

import openai
import pytest

ASK = [{"role": "user", "content": "hello"}]


def chat(client, **keys):
    return client.chat.completions.create(model="gpt-test", messages=ASK, **keys)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status, kind", [
    (400, openai.BadRequestError),
    (401, openai.AuthenticationError),
    (403, openai.PermissionDeniedError),
    (404, openai.NotFoundError),
    (409, openai.ConflictError),
    (422, openai.UnprocessableEntityError),
    (429, openai.RateLimitError),
    (500, openai.InternalServerError),
    (503, openai.InternalServerError),
])
def test_a_status_raises_its_exception(once, upstream, status, kind, stream):
    upstream.push({"error": {"status": status, "message": "as told"}}, times=-1)
    with pytest.raises(kind) as caught:
        chat(once, stream=stream)
    assert type(caught.value) is kind
    assert caught.value.status_code == status
    assert caught.value.body, "the body is not OpenAI's error JSON"


def test_a_rate_limit_says_when_to_come_back(once, upstream):
    upstream.push({"error": {"status": 429}, "retry_after": 7, "ratelimit": True})
    with pytest.raises(openai.RateLimitError) as caught:
        chat(once)
    headers = caught.value.response.headers
    assert headers["retry-after"] == "7"
    assert any(name.startswith("x-ratelimit-") for name in headers)


def test_an_unknown_model_is_not_found(client, upstream):
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="nobody-serves-this", messages=ASK)
    assert caught.value.code == "model_not_found"
    assert upstream.requests() == []


def test_an_unknown_model_is_not_retrieved(client):
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("nobody-serves-this")


def test_html_from_upstream_is_not_passed_off_as_an_answer(once, upstream):
    upstream.push("html-502")
    with pytest.raises(openai.InternalServerError) as caught:
        chat(once)
    assert "<html" not in caught.value.response.text.lower()


@pytest.mark.parametrize("cut", [
    "rst@event:3", "fin@event:3", "fin@event:3+20", "end@event:3", "end@event:3+20"])
def test_a_cut_stream_raises_and_does_not_look_complete(client, upstream, cut):
    upstream.push({"chunks": 12, "fault": cut})
    seen = []
    with pytest.raises(openai.APIError):
        for chunk in chat(client, stream=True):
            seen.append(chunk)
    assert 1 <= len(seen) <= 4
    assert len(upstream.requests("?raw=0&body=0")) == 1


@pytest.mark.parametrize("keys", [{}, {"stream": True}])
@pytest.mark.parametrize("fault", ["fin@request", "rst@request"])
def test_a_post_that_may_have_been_worked_on_goes_out_once(client, upstream, fault, keys):
    """The SDK would try three times; x-should-retry: false holds it back."""
    upstream.push({"fault": fault}, times=-1)
    with pytest.raises(openai.InternalServerError) as caught:
        chat(client, **keys)
    assert caught.value.status_code == 502
    assert caught.value.response.headers["x-should-retry"] == "false"
    assert len(upstream.requests("?raw=0&body=0")) == 1


def test_the_sdk_retries_what_the_provider_lets_it_retry(client, upstream):
    upstream.push({"error": {"status": 503}, "retry_after_ms": 1})
    assert chat(client).choices[0].message.content == "Echo: hello"
    assert len(upstream.requests("?raw=0&body=0")) == 2


def test_silence_before_the_first_byte_is_a_gateway_timeout_and_not_retried(client, upstream):
    upstream.push({"fault": "stall@request"}, times=-1)
    with pytest.raises(openai.InternalServerError) as caught:
        chat(client)
    assert caught.value.status_code == 504
    assert len(upstream.requests("?raw=0&body=0")) == 1


def test_silence_in_the_middle_of_a_stream_raises(client, upstream):
    upstream.push({"chunks": 12, "fault": "stall@event:3"})
    with pytest.raises(openai.APIError) as caught:
        list(chat(client, stream=True))
    assert not isinstance(caught.value, openai.APITimeoutError)
    upstream.wait(request=-1, state="aborted", timeout_ms=2000)


def test_an_error_event_of_the_provider_reaches_the_client(client, upstream):
    upstream.push({"chunks": 12, "fault": "error_event@event:3"})
    with pytest.raises(openai.APIError):
        list(chat(client, stream=True))
