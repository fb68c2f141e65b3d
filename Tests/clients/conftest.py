"""What the client tests share: the scriptable upstream, one proxy in front of it, SDK clients."""

import os
import pathlib
import sys

import openai
import pytest

from proxy import BINARY, ROOT, Sluice, configuration

SHARED = pathlib.Path(os.environ.get("SLUICE_SHARED", ROOT / "../shared")).resolve()
TOOL = SHARED / "tools/upstream"
STREAMS = SHARED / "corpora/streams"


@pytest.fixture(scope="session", autouse=True)
def binary():
    assert os.access(BINARY, os.X_OK), f"{BINARY} is missing: swift build, or set SLUICE_BINARY"


@pytest.fixture(scope="session")
def upstream_process():
    if not (TOOL / "upstream.py").exists():
        pytest.skip("SLUICE_SHARED has no scriptable upstream")
    sys.path.insert(0, str(TOOL))
    from upstream import Upstream

    recordings = ["--recordings", str(STREAMS)] if STREAMS.is_dir() else []
    with Upstream(*recordings) as process:
        yield process


@pytest.fixture
def upstream(upstream_process):
    """The upstream with an empty memory."""
    upstream_process.reset()
    return upstream_process


def provider(upstream, **keys):
    """The table of a provider that is the upstream; `keys` change or add to it."""
    return {
        "name": "main", "type": "openai", "url": upstream.url + "/v1", "token": "sk-upstream",
        "models": ["gpt-test", "gpt-4*", "text-*", "omni-*", "scenario:*"], **keys,
    }


@pytest.fixture(scope="session")
def proxy(upstream_process):
    """One proxy for all tests that need no settings of their own."""
    second = provider(
        upstream_process, name="second", url=upstream_process.url + "/second/v1", models=["whisper-1"])
    text = configuration(
        [provider(upstream_process), second], default_provider="main",
        listen=["127.0.0.1:0", "unix:{folder}/sluice.sock"])
    with Sluice(text) as running:
        yield running
        assert running.process.poll() is None, f"the proxy died:\n{running.log()[-4000:]}"


@pytest.fixture
def client(proxy, upstream):
    """The official SDK as anyone would use it: nothing but the address is ours (and an end to the patience)."""
    with openai.OpenAI(base_url=proxy.url + "/v1", api_key="sk-client", timeout=15) as client:
        yield client


@pytest.fixture
def once(client):
    """The same without the SDK's own retries."""
    return client.with_options(max_retries=0)
