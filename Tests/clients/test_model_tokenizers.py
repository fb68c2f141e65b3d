"""Every model that tiktoken knows has the tokenizer here that it has there, or the estimate."""

import json
import urllib.request

import tiktoken.model

from proxy import Sluice

# Of encodings that are not built in. p50k_edit is p50k_base but for special tokens, which texts do not have.
INSTEAD = {"r50k_base": "estimate", "gpt2": "estimate", "p50k_edit": "p50k_base"}


def tokenizer(proxy, model):
    request = urllib.request.Request(
        proxy.url + "/v1/tokens/count", json.dumps({"model": model, "input": "hello"}).encode(),
        {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        told = json.load(answer)
    assert told["exact"] == (told["tokenizer"] != "estimate")
    return told["tokenizer"]


def test_models_have_the_tokenizers_that_tiktoken_says():
    expected = dict(tiktoken.model.MODEL_TO_ENCODING)
    for beginning, encoding in tiktoken.model.MODEL_PREFIX_TO_ENCODING.items():
        end = ":acme::1" if beginning.startswith("ft:") else "2099-01-01"
        expected[beginning + end] = encoding
    assert len(expected) > 50
    with Sluice('[server]\nlisten = ["127.0.0.1:0"]\n[[providers]]\ntype = "echo"\n') as proxy:
        found = {model: tokenizer(proxy, model) for model in expected}
    assert found == {model: INSTEAD.get(encoding, encoding) for model, encoding in expected.items()}
