"""Limits on tokens, as the official SDK and the upstream see them."""

import json
import subprocess

import openai
import pytest

from conftest import provider
from proxy import BINARY, Sluice, configuration, section

MODELS = [
    {"name": "gpt-4-limited", "tokenizer": "cl100k_base", "context_window": 60},
    {"name": "gpt-4-trimmed", "tokenizer": "cl100k_base", "context_window": 60},
    {"name": "gpt-4o-capped", "tokenizer": "o200k_base", "context_window": 128000, "max_completion_tokens": 16384},
]
LIMITS = [
    {"type": "token-limits", "models": ["gpt-4-limited"]},
    {"type": "token-limits", "models": ["gpt-4-trimmed"], "context_window": "trim"},
    {"type": "token-limits", "models": ["gpt-4o-capped"], "max_prompt_tokens": 50000, "max_completion_tokens": 100},
]


@pytest.fixture(scope="module")
def limited(upstream_process):
    text = configuration([provider(upstream_process)], processors=LIMITS)
    text += "".join(section("[models]", model) for model in MODELS)
    with Sluice(text) as running:
        yield running


@pytest.fixture
def client(limited, upstream):
    with openai.OpenAI(base_url=limited.url + "/v1", api_key="sk-client", timeout=15, max_retries=0) as client:
        yield client


def user(text):
    return {"role": "user", "content": text}


def seen(upstream):
    return [json.loads(record["body_text"]) for record in upstream.requests()]


@pytest.mark.parametrize("stream", [False, True])
def test_a_prompt_beyond_the_window_costs_nothing(client, upstream, stream):
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="gpt-4-limited", messages=[user("hello " * 54)], stream=stream)
    assert caught.value.code == "context_length_exceeded"
    assert caught.value.param == "messages"
    assert "maximum context length is 60 tokens. However, your messages resulted in 62 tokens" in str(caught.value)
    assert upstream.requests() == []


def test_prompt_and_completion_have_to_fit_together(client, upstream):
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="gpt-4-limited", messages=[user("hello")], max_tokens=53)
    assert "you requested 61 tokens (8 in the messages, 53 in the completion)" in str(caught.value)
    assert upstream.requests() == []
    client.chat.completions.create(model="gpt-4-limited", messages=[user("hello")], max_tokens=52)
    assert len(upstream.requests()) == 1


def test_a_completion_is_capped_on_the_way(client, upstream):
    for asked in ({}, {"max_tokens": 500}, {"max_completion_tokens": 500}, {"max_tokens": 5}):
        client.chat.completions.create(model="gpt-4o-capped", messages=[user("hello")], **asked)
    limits = [{key: body[key] for key in body if key.startswith("max_")} for body in seen(upstream)]
    assert limits == [{"max_tokens": 100}, {"max_tokens": 100}, {"max_completion_tokens": 100}, {"max_tokens": 5}]


def test_the_oldest_turns_are_trimmed(client, upstream):
    system = {"role": "system", "content": "Be brief."}
    call = {
        "role": "assistant", "content": None,
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}]}
    result = {"role": "tool", "tool_call_id": "c1", "content": "sunny " * 20}
    last = [user("and now?")]
    client.chat.completions.create(
        model="gpt-4-trimmed", messages=[system, user("what is it like?"), call, result, *last], max_tokens=20)
    assert [body["messages"] for body in seen(upstream)] == [[system, *last]]


def test_a_long_prompt_is_counted_off_the_loop(client, upstream):
    client.chat.completions.create(model="gpt-4o-capped", messages=[user("hello " * 40_000)])
    assert len(upstream.requests()) == 1
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="gpt-4o-capped", messages=[user("hello " * 50_000)])
    assert "The maximum prompt length here is 50000 tokens" in str(caught.value)
    assert len(upstream.requests()) == 1


def test_tokens_are_told_without_an_upstream(limited, client, upstream):
    answer = client.post(
        "/tokens/count", body={"model": "gpt-4o", "input": "How many tokens?"}, cast_to=object)
    assert answer == {"tokens": 4, "tokenizer": "o200k_base", "exact": True}
    with pytest.raises(openai.BadRequestError):
        client.post("/tokens/count", body={"model": "gpt-4o"}, cast_to=object)
    assert upstream.requests() == []


def command(*arguments, text=""):
    return subprocess.run(
        [str(BINARY), "tokens", *arguments], input=text, capture_output=True, text=True, timeout=60)


def test_the_command_line_tells_the_same(tmp_path, binary):
    text = tmp_path / "text"
    text.write_text("How many tokens?")
    assert command("--model", "gpt-4o", str(text)).stdout == "4\n"
    assert command("--tokenizer", "p50k_base", text="How many tokens?").stdout == "4\n"
    answer = command("--model", "llama", "--json", str(text))
    assert json.loads(answer.stdout) == {"tokens": 4, "tokenizer": "estimate", "exact": False}
    body = json.dumps({"model": "gpt-4", "messages": [user("hello")]})
    assert command("--request", text=body).stdout == "8\n"


@pytest.mark.parametrize("arguments, word", [
    ([], "--model"), (["--tokenizer", "o200k"], "there is no tokenizer"), (["--request"], "could not parse"),
    (["--model", "gpt-4o", "/no/such/file"], "/no/such/file"),
])
def test_a_wrong_command_says_why(arguments, word):
    answer = command(*arguments, text="x")
    assert answer.returncode != 0
    assert word in answer.stderr
    assert answer.stdout == ""
