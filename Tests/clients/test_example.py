"""The example package, a proxy with a processor of its own, serves with the file that lies beside it."""

import os
import re
import urllib.request

import openai
import pytest

from proxy import ROOT, Sluice

EXAMPLE = os.environ.get("SLUICE_EXAMPLE")
FILE = ROOT / "Examples/CustomProcessor/proxy.conf"


@pytest.mark.skipif(not EXAMPLE, reason="no example was built; scripts/test builds it")
def test_the_example_serves():
    text, listeners = re.subn(r"(?m)^listen\s*=.*$", 'listen = ["127.0.0.1:0"]', FILE.read_text())
    assert listeners == 1
    with Sluice(text, binary=EXAMPLE) as proxy:
        client = openai.OpenAI(base_url=proxy.url + "/v1", api_key="any", timeout=15, max_retries=0)
        model = client.models.list().data[0].id
        answer = client.chat.completions.create(
            model=model, messages=[{"role": "user", "content": "hello"}])
        assert answer.choices[0].message.content


@pytest.mark.skipif(not EXAMPLE, reason="no example was built; scripts/test builds it")
def test_the_examples_processor_refuses_long_prompts():
    text = re.sub(r"(?m)^listen\s*=.*$", 'listen = ["127.0.0.1:0"]', FILE.read_text())
    with Sluice(text, binary=EXAMPLE) as proxy:
        client = openai.OpenAI(base_url=proxy.url + "/v1", api_key="any", timeout=15, max_retries=0)

        def ask(prompt):
            return client.chat.completions.with_raw_response.create(
                model="echo", stream=True, messages=[{"role": "user", "content": prompt}])

        with pytest.raises(openai.BadRequestError) as refused:
            ask("one two three four five six")
        assert refused.value.code == "word_budget_exceeded"
        assert refused.value.param == "messages"
        answer = ask("one two three")
        assert answer.headers["x-word-budget-left"] == "2"
        chunks = list(answer.parse())
        assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "one two three"
        with urllib.request.urlopen(proxy.url + "/metrics", timeout=5) as metrics:
            assert "\nword_budget_answered_words_total 3\n" in metrics.read().decode()
