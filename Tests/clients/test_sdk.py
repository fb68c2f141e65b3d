"""The official openai SDK, unchanged but for its base_url, does its ordinary work."""

import asyncio
import json

import openai

ASK = [{"role": "user", "content": "Say it."}]
TEXT = "Grüße, one two three, half a sentence and a face 🙂 to cut in two."
TOOLS = [{"type": "function", "function": {
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}}]
CALL = {"tool_calls": [{"name": "get_weather", "arguments": {"city": "Paris"}}]}


def text_of(chunks):
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


def test_a_chat_completion_arrives_whole(client, upstream):
    upstream.push({"text": TEXT})
    answer = client.chat.completions.create(model="gpt-test", messages=ASK, temperature=0.5)
    assert answer.choices[0].message.content == TEXT
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens > 0
    [seen] = upstream.requests()
    assert seen["path"] == "/v1/chat/completions"
    assert seen["json"]["temperature"] == 0.5
    assert seen["anomalies"] == []


def test_the_providers_key_goes_upstream_and_the_clients_does_not(client, upstream):
    client.chat.completions.create(
        model="gpt-test", messages=ASK, extra_headers={"Cookie": "a=b", "X-Api-Key": "mine"})
    [seen] = upstream.requests()
    headers = {name.lower(): value for name, value in seen["headers"]}
    assert headers["authorization"] == "Bearer sk-upstream"
    assert "cookie" not in headers and "x-api-key" not in headers
    assert headers["x-stainless-lang"] == "python"


def test_a_stream_arrives_chunk_by_chunk(client, upstream):
    upstream.push({"text": TEXT, "chunks": 12})
    chunks = list(client.chat.completions.create(model="gpt-test", messages=ASK, stream=True))
    assert text_of(chunks) == TEXT
    assert len(chunks) >= 12
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_usage_is_hidden_from_a_client_that_did_not_ask_for_it(client, upstream):
    chunks = list(client.chat.completions.create(model="gpt-test", messages=ASK, stream=True))
    assert all(c.usage is None and c.choices for c in chunks)
    [seen] = upstream.requests()
    assert seen["json"]["stream_options"]["include_usage"] is True


def test_usage_reaches_a_client_that_asked_for_it(client, upstream):
    upstream.push({"usage": {"input": 11, "output": 31}})
    chunks = list(client.chat.completions.create(
        model="gpt-test", messages=ASK, stream=True, stream_options={"include_usage": True}))
    assert chunks[-1].choices == []
    assert chunks[-1].usage.prompt_tokens == 11
    assert chunks[-1].usage.completion_tokens == 31


def test_tools_are_called(client, upstream):
    upstream.push(CALL)
    answer = client.chat.completions.create(model="gpt-test", messages=ASK, tools=TOOLS)
    [call] = answer.choices[0].message.tool_calls
    assert call.function.name == "get_weather"
    assert json.loads(call.function.arguments) == {"city": "Paris"}
    assert answer.choices[0].finish_reason == "tool_calls"
    assert upstream.requests()[0]["json"]["tools"] == TOOLS


def test_tools_are_called_in_a_stream(client, upstream):
    upstream.push(CALL)
    name, arguments = "", ""
    for chunk in client.chat.completions.create(
            model="gpt-test", messages=ASK, tools=TOOLS, stream=True):
        for call in chunk.choices[0].delta.tool_calls or []:
            name += call.function.name or ""
            arguments += call.function.arguments or ""
    assert name == "get_weather"
    assert json.loads(arguments) == {"city": "Paris"}


def test_the_sdks_own_accumulator_understands_the_stream(client, upstream):
    upstream.push({"text": TEXT, "chunks": 5})
    with client.chat.completions.stream(model="gpt-test", messages=ASK) as stream:
        stream.until_done()
        final = stream.get_final_completion()
    assert final.choices[0].message.content == TEXT


def test_embeddings(client, upstream):
    answer = client.embeddings.create(model="text-embedding-3-small", input=["a", "b"])
    assert [row.index for row in answer.data] == [0, 1]
    assert len(answer.data[0].embedding) == len(answer.data[1].embedding) > 0
    assert upstream.requests()[0]["path"] == "/v1/embeddings"


def test_models_are_listed_and_retrieved(client):
    assert "gpt-test" in [model.id for model in client.models.list()]
    assert client.models.retrieve("gpt-test").id == "gpt-test"


def test_responses(client, upstream):
    upstream.push({"text": TEXT})
    answer = client.responses.create(model="gpt-test", input="hello there")
    assert answer.output_text == TEXT


def test_responses_in_a_stream(client, upstream):
    upstream.push({"text": TEXT, "chunks": 4})
    events = list(client.responses.create(model="gpt-test", input="hello there", stream=True))
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == TEXT
    assert events[-1].type == "response.completed"


def test_completions(client, upstream):
    upstream.push({"text": TEXT})
    answer = client.completions.create(model="gpt-test", prompt="once upon")
    assert answer.choices[0].text == TEXT


def test_completions_in_a_stream(client, upstream):
    upstream.push({"text": TEXT, "chunks": 4})
    chunks = list(client.completions.create(model="gpt-test", prompt="once upon a time", stream=True))
    assert "".join(c.choices[0].text for c in chunks if c.choices) == TEXT


def test_moderations(client):
    answer = client.moderations.create(model="omni-moderation-latest", input="hello")
    assert answer.results[0].flagged is False


def test_a_file_is_uploaded_to_the_default_provider(client, upstream):
    upstream.push({"json": {
        "id": "file-1", "object": "file", "bytes": 3, "created_at": 1, "filename": "a.jsonl",
        "purpose": "batch", "status": "processed"}})
    answer = client.files.create(file=("a.jsonl", b'{"a":1}\n'), purpose="batch")
    assert answer.id == "file-1"
    [seen] = upstream.requests()
    assert seen["path"] == "/v1/files"
    assert '{"a":1}\n' in seen["body_text"] and "a.jsonl" in seen["body_text"]


def test_a_file_is_deleted(client, upstream):
    upstream.push({"json": {"id": "file-1", "object": "file", "deleted": True}})
    assert client.files.delete("file-1").deleted
    [seen] = upstream.requests()
    assert (seen["method"], seen["path"]) == ("DELETE", "/v1/files/file-1")


def test_the_model_field_of_a_multipart_body_chooses_the_provider(client, upstream):
    upstream.push({"json": {"text": "spoken"}})
    sound = bytes(range(256)) * 400
    answer = client.audio.transcriptions.create(model="whisper-1", file=("a.wav", sound))
    assert answer.text == "spoken"
    [seen] = upstream.requests()
    assert seen["path"] == "/second/v1/audio/transcriptions"
    assert seen["model"] == "whisper-1"
    assert seen["body_len"] > len(sound)


def test_the_async_client_holds_many_streams_at_once(proxy, upstream):
    upstream.push({"delay_ms": 5}, times=-1)

    async def one(client, number):
        stream = await client.chat.completions.create(
            model="gpt-test", stream=True, messages=[{"role": "user", "content": f"stream {number}"}])
        return text_of([chunk async for chunk in stream])

    async def all_of_them():
        async with openai.AsyncOpenAI(base_url=proxy.url + "/v1", api_key="sk-client") as client:
            return await asyncio.gather(*(one(client, number) for number in range(30)))

    assert asyncio.run(all_of_them()) == [f"Echo: stream {number}" for number in range(30)]
    assert len(upstream.requests("?raw=0&body=0")) == 30
