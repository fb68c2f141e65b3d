"""The example package, a proxy with a processor of its own, serves with the file that lies beside it."""

import os
import re

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
