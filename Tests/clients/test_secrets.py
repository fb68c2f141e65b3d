"""Keys of clients and secrets of providers: who is let in, and that no secret is ever seen outside."""

import contextlib
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import openai
import pytest

from proxy import BINARY, Sluice, configuration, section, wait_until

# Each marks one way that a secret takes into the proxy.
CANARY = {
    "fixed": "sk-canary-fixed-0001", "variable": "sk-canary-variable-0002", "file": "sk-canary-file-0003",
    "command": "sk-canary-command-0004", "oauth": "canary-oauth-secret-0005", "access": "canary-access-token-0006",
    "sealed": "sk-canary-sealed-0007", "header": "canary-header-0008", "wrong": "slk-9999999999-canary-wrong-0009",
}


def run(*arguments, text="", environment=None):
    done = subprocess.run(
        [BINARY, *arguments], input=text, capture_output=True, text=True, timeout=30,
        env={**os.environ, **(environment or {})})
    return done


def output(*arguments, **more):
    done = run(*arguments, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def new_key(*arguments):
    """A new key and its hash."""
    lines = output("key", "new", *arguments).splitlines()
    return lines[0], json.loads(re.search(r'^keys = (\[.*\])$', "\n".join(lines), re.M)[1])[0]


class Upstream(http.server.ThreadingHTTPServer):
    """Answers as the model says, and repeats the credential it got wherever it can."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen, self.token_status = [], 200
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, text, kind="application/json"):
        body = text.encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(500, json.dumps({"error": {"message": f"no list for {self.headers['authorization']}"}}))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        self.server.seen.append((self.path, dict(self.headers), body))
        if self.path == "/token":
            token = {"access_token": CANARY["access"], "expires_in": 300}
            error = {"error": "invalid_client", "error_description": body}
            return self.answer(self.server.token_status, json.dumps(token if self.server.token_status == 200 else error))
        key = (self.headers["authorization"] or "").removeprefix("Bearer ")
        fault = json.loads(body)["model"].split("/")[-1]
        if fault == "ok":
            return self.answer(200, json.dumps({"object": "chat.completion", "choices": []}))
        if fault.isdigit():
            error = {"message": f"Incorrect API key provided: {key}", "type": "x", "code": key}
            return self.answer(int(fault), json.dumps({"error": error}))
        if fault == "html":
            return self.answer(500, f"<h1>{key}</h1>", "text/html")
        if fault == "silent":
            return time.sleep(3)
        if fault == "garbage":
            self.wfile.write(f"{key}\r\n\r\n".encode())
        if fault in ("cut", "error"):
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            self.wfile.write(b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n')
            if fault == "error":
                error = {"message": f"Incorrect API key provided: {key}", "code": key}
                self.wfile.write(f"data: {json.dumps({'error': error})}\n\n".encode())
        self.close_connection = True


@pytest.fixture(scope="module")
def upstream():
    with contextlib.closing(socket.socket()) as refused:
        refused.bind(("127.0.0.1", 0))
        server = Upstream()
        server.refused = refused.getsockname()[1]
        yield server
        server.shutdown()
        server.server_close()


def post(proxy, key, model="ok", stream=False, headers=None, path="/v1/chat/completions"):
    """Status, header fields and body."""
    connection = http.client.HTTPConnection(proxy.host, proxy.port, timeout=15)
    body = json.dumps({"model": model, "stream": stream, "messages": []})
    fields = {"content-type": "application/json", **({"authorization": f"Bearer {key}"} if key else {}), **(headers or {})}
    connection.request("POST", path, body, fields)
    answer = connection.getresponse()
    try:
        text = answer.read().decode()
    except http.client.IncompleteRead as error:
        text = error.partial.decode()
    connection.close()
    return answer.status, str(answer.headers), text


def get(proxy, path, key=None):
    connection = http.client.HTTPConnection(proxy.host, proxy.port, timeout=15)
    connection.request("GET", path, headers={"authorization": f"Bearer {key}"} if key else {})
    answer = connection.getresponse()
    return answer.status, str(answer.headers), answer.read().decode()


# No secret is seen outside


FAULTS = ["ok", "400", "401", "403", "429", "500", "html", "silent", "garbage", "cut", "error", "close"]


def providers(upstream, sealed, port=None):
    """One provider for each source of a credential; their models begin with the source's name."""
    def one(name, token, **keys):
        return {"name": name, "type": "openai", "url": upstream.url + "/v1", "token": token, "models": [name + "/*"], "list_models": True, **keys}

    oauth = {"token_url": upstream.url + "/token", "client_id": "me", "client_secret": CANARY["oauth"]}
    return [
        one("fixed", CANARY["fixed"], headers={"x-secret": CANARY["header"]}),
        one("variable", "${CANARY_VARIABLE}"), one("file", {"file": "token"}),
        one("command", {"command": ["/bin/sh", "-c", f"echo {CANARY['command']}; echo {CANARY['command']} >&2"]}),
        one("failing", {"command": ["/bin/sh", "-c", f"echo {CANARY['command']} >&2; exit 7"]}),
        one("oauth", oauth), one("sealed", sealed),
        one("refused", CANARY["fixed"], url=f"http://127.0.0.1:{upstream.refused}/v1"),
    ]


def test_no_secret_leaves_the_proxy_whatever_fails(upstream, tmp_path):
    quick, quick_hash = new_key()
    slow, slow_hash = new_key("--argon2")
    ended, ended_hash = new_key()
    secret_key = output("secret", "new-key").strip()
    environment = {"CANARY_VARIABLE": CANARY["variable"], "SLUICE_SECRET_KEY": secret_key}
    sealed = output("secret", "encrypt", text=CANARY["sealed"] + "\n", environment=environment).strip()
    secrets = [*CANARY.values(), quick, slow, ended, secret_key, sealed, quick_hash, slow_hash, ended_hash]
    (tmp_path / "token").write_text(CANARY["file"])
    tables = providers(upstream, sealed)
    for table in tables:
        if isinstance(table["token"], dict) and "file" in table["token"]:
            table["token"] = {"file": str(tmp_path / "token")}
    clients = "".join(section("[clients]", keys) for keys in [
        {"name": "quick", "keys": [quick_hash]}, {"name": "slow", "keys": [slow_hash], "models": ["fixed/*"]},
    ]) + f'[[clients]]\nname = "ended"\nkeys = ["{ended_hash}"]\nexpires = 2020-01-01\n'
    text = configuration(tables, log={"level": "trace"}) + clients
    outside = []

    with Sluice(text, environment=environment) as proxy:
        for key in (quick, slow):
            for fault in FAULTS:
                outside.append(post(proxy, key, "fixed/" + fault))
        assert outside[0][0] == 200 and outside[len(FAULTS)][0] == 200
        for fault in FAULTS:
            outside.append(post(proxy, quick, "fixed/" + fault, stream=True))
        for source in ("variable", "file", "command", "failing", "oauth", "sealed", "refused"):
            answers = {fault: post(proxy, quick, f"{source}/{fault}") for fault in ("ok", "401", "500", "garbage")}
            assert (answers["ok"][0] == 200) == (source not in ("failing", "refused")), answers["ok"]
            outside += answers.values()
        upstream.token_status = 401
        outside.append(post(proxy, quick, "oauth/401"))
        outside.append(post(proxy, quick, "oauth/ok"))
        upstream.token_status = 200
        # What a stranger gets, and what comes of a key in the wrong place.
        refused = [
            post(proxy, None), post(proxy, CANARY["wrong"]), post(proxy, quick + "x"), post(proxy, ended),
            post(proxy, slow[:-1]), post(proxy, None, headers={"authorization": "Basic " + CANARY["wrong"]}),
            post(proxy, None, headers={"cookie": quick}), post(proxy, quick, headers={"x-api-key": CANARY["wrong"]}),
        ]
        assert [answer[0] for answer in refused] == [401] * (len(refused) - 1) + [400]
        outside += refused
        outside.append(post(proxy, slow, "sealed/ok"))
        assert outside[-1][0] == 403
        for path in ("/metrics", "/healthz", "/readyz", "/v1/models"):
            outside.append(get(proxy, path, quick))
        outside.append(get(proxy, "/v1/models"))
        assert outside[-1][0] == 401

        # Bad reloads, with secrets where they do not belong.
        right = next(line for line in text.splitlines() if sealed in line)
        flipped = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
        wrong = [
            text.replace(sealed, flipped), text.replace(sealed, "enc:v1:00000000:" + sealed.split(":")[3]),
            text.replace(f'"{quick_hash}"', f'"{quick}"'), text.replace('name = "quick"', f'name = "{quick}"\nx = 1'),
            text.replace(right, f"token = {CANARY['sealed']}"), text.replace(right, f'token = "{CANARY["sealed"]} "'),
            text + f'{CANARY["fixed"]} = 1\n', text.replace('type = "openai"', f'type = "{CANARY["fixed"]}"'),
            text.replace('level = "trace"', f'level = "{CANARY["fixed"]}"'), text + f'[{CANARY["wrong"]}]\n',
            text.replace("[server]", f'[server]\nlisten_more = "{CANARY["wrong"]}"'),
            text.replace('listen = ["127.0.0.1:0"]', f'listen = ["{CANARY["wrong"]}"]'),
            text.replace("expires = 2020-01-01", f'expires = "{CANARY["fixed"]}"'),
            text.replace('header_timeout = "2s"', f'header_timeout = "{CANARY["fixed"]}"'),
        ]
        for index, bad in enumerate(wrong):
            assert bad != text, index
            lines = proxy.log().count("configuration refused")
            proxy.rewrite(bad)
            proxy.signal(signal.SIGHUP)
            wait_until(lambda: proxy.log().count("configuration refused") > lines)
            for command in ("check", "serve"):
                done = run(command, "--config", proxy.conf, environment=environment)
                assert done.returncode != 0, (index, done.stdout)
                outside.append((command, index, done.stdout + done.stderr))
        for keys in ({"SLUICE_SECRET_KEY": ""}, {"SLUICE_SECRET_KEY": CANARY["wrong"]}, {"CANARY_VARIABLE": ""}):
            proxy.rewrite(text)
            done = run("check", "--config", proxy.conf, environment={**environment, **keys})
            assert done.returncode != 0
            outside.append(("check", keys, done.stdout + done.stderr))
        done = run("check", "--config", proxy.conf, environment=environment)
        assert done.returncode == 0, done.stderr
        outside.append(("check", "good", done.stdout + done.stderr))
        assert post(proxy, quick, "sealed/ok")[0] == 200

        command_line = pathlib.Path(f"/proc/{proxy.process.pid}/cmdline").read_text()
        outside += [("log", 0, proxy.log()), ("arguments", 0, command_line), get(proxy, "/metrics")]
        records = proxy.records()
    for answer in outside:
        for secret in secrets:
            if secret == CANARY["wrong"] and answer[1] in ({"SLUICE_SECRET_KEY": CANARY["wrong"]},):
                answer = (answer[0], "", answer[2])
            assert secret not in f"{answer}", answer

    # The right credential, and it alone, came to each provider.
    for _, headers, body in upstream.seen:
        for key in (quick, slow, ended, CANARY["wrong"]):
            assert key not in f"{headers}{body}"
    sent = {}
    for path, headers, body in upstream.seen:
        if path != "/token":
            sent.setdefault(json.loads(body)["model"].split("/")[0], set()).add(headers.get("authorization"))
    assert sent == {
        "fixed": {"Bearer " + CANARY["fixed"]}, "variable": {"Bearer " + CANARY["variable"]},
        "file": {"Bearer " + CANARY["file"]}, "command": {"Bearer " + CANARY["command"]},
        "oauth": {"Bearer " + CANARY["access"]}, "sealed": {"Bearer " + CANARY["sealed"]},
    }
    names = {record.get("client_name") for record in records if record["message"] == "access"}
    assert names == {None, "quick", "slow", "ended"}


# Keys


def keyed(tmp_path, *lines, open_to=None):
    text = '[[providers]]\ntype = "echo"\nmodels = ["echo", "other"]\n' + "\n".join(lines)
    return f'[server]\nlisten = ["{open_to or "127.0.0.1"}:0"]\n' + text


def test_the_sdk_asks_with_a_key(tmp_path):
    key, hash = new_key("--client", "blue")
    text = keyed(tmp_path, "[[clients]]", 'name = "blue"', f'keys = ["{hash}"]', 'models = ["echo"]', open_to="0.0.0.0")
    with Sluice(text) as proxy:
        def sdk(api_key, **more):
            return openai.OpenAI(
                base_url=f"http://127.0.0.1:{proxy.port}/v1", api_key=api_key, max_retries=0, timeout=15, **more)

        ask = [{"role": "user", "content": "a b c"}]
        client = sdk(key)
        assert client.chat.completions.create(model="echo", messages=ask).choices[0].message.content == "a b c"
        assert "".join(
            chunk.choices[0].delta.content or "" for chunk in
            client.chat.completions.create(model="echo", messages=ask, stream=True) if chunk.choices) == "a b c"
        assert [model.id for model in client.models.list()] == ["echo"]
        with pytest.raises(openai.PermissionDeniedError) as denied:
            client.chat.completions.create(model="other", messages=ask)
        assert denied.value.code == "model_not_found"
        for wrong in (key[:-1], "sk-any"):
            with pytest.raises(openai.AuthenticationError) as refused:
                sdk(wrong).chat.completions.create(model="echo", messages=ask)
            assert refused.value.code == "invalid_api_key"
            assert refused.value.type == "invalid_request_error"
        with pytest.raises(openai.BadRequestError):
            sdk(key, default_headers={"x-api-key": "another"}).models.list()
        azure = openai.AzureOpenAI(
            azure_endpoint=f"http://127.0.0.1:{proxy.port}", base_url=None, api_key=key, api_version="v1",
            max_retries=0, timeout=15)
        with pytest.raises(openai.APIStatusError) as other:
            azure.chat.completions.create(model="echo", messages=ask)
        # Its paths are not ours, but its key was taken.
        assert other.value.status_code == 404


def test_a_refused_upload_is_not_read(tmp_path):
    key, hash = new_key()
    with Sluice(keyed(tmp_path, "[[clients]]", 'name = "blue"', f'keys = ["{hash}"]')) as proxy:
        with socket.create_connection((proxy.host, proxy.port), timeout=5) as client:
            client.sendall(
                b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
                b"content-length: 1000000\r\nexpect: 100-continue\r\n\r\n")
            answer = client.recv(65536)
        assert answer.startswith(b"HTTP/1.1 401 ")
        assert b"www-authenticate: Bearer" in answer
        assert b"100 Continue" not in answer


def test_a_reload_takes_keys_over_and_forgets_those_that_went(tmp_path):
    key, hash = new_key("--argon2")
    other, other_hash = new_key()
    def text(hash):
        return keyed(tmp_path, "[[clients]]", 'name = "blue"', f'keys = ["{hash}"]')
    with Sluice(text(hash)) as proxy:
        assert [post(proxy, one, "echo")[0] for one in (key, key, other)] == [400, 400, 401]
        proxy.rewrite(text(other_hash))
        proxy.signal(signal.SIGHUP)
        wait_until(lambda: post(proxy, other, "echo")[0] == 400)
        assert post(proxy, key, "echo")[0] == 401


def test_half_a_configuration_is_not_taken_for_one(tmp_path):
    key, hash = new_key()
    whole = keyed(tmp_path, "[[clients]]", 'name = "blue"', f'keys = ["{hash}"]')
    open_part = whole[:whole.index("[[clients]]")]
    with Sluice(whole) as proxy:
        assert post(proxy, None, "echo")[0] == 401
        statuses = set()
        for _ in range(3):
            # As an editor writes that does not replace the file. What stands there for a moment would be a valid one.
            with open(proxy.conf, "w") as file:
                file.write(open_part)
                file.flush()
                ends = time.monotonic() + 0.7
                while time.monotonic() < ends:
                    statuses.add(post(proxy, None, "echo")[0])
                file.write(whole[len(open_part):])
            ends = time.monotonic() + 0.5
            while time.monotonic() < ends:
                statuses.add(post(proxy, None, "echo")[0])
        assert statuses == {401}


def test_a_flood_of_wrong_keys_holds_nobody(tmp_path):
    key, hash = new_key("--argon2")
    quick, quick_hash = new_key()
    text = keyed(tmp_path, "[[clients]]", 'name = "blue"', f'keys = ["{hash}", "{quick_hash}"]')
    with Sluice(text) as proxy:
        assert post(proxy, key, "echo")[0] == 400
        statuses, stop = [], threading.Event()

        def flood(number):
            count = 0
            while not stop.is_set():
                count += 1
                wrong = key[:15] + f"{number:02}{count:050}"
                statuses.append(post(proxy, wrong, "echo")[0])

        threads = [threading.Thread(target=flood, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(statuses) > 20)
        for one in (key, quick) * 5:
            start = time.monotonic()
            assert post(proxy, one, "echo")[0] == 400
            assert time.monotonic() - start < 2
        stop.set()
        for thread in threads:
            thread.join()
        assert set(statuses) <= {401, 503} and 401 in statuses


# Commands


def test_an_address_for_strangers_needs_clients_or_a_word(tmp_path):
    conf = tmp_path / "proxy.conf"
    conf.write_text('[server]\nlisten = ["0.0.0.0:0"]\n[[providers]]\ntype = "echo"\n')
    for arguments in (["check", "--config", conf], ["serve", "--config", conf], ["serve", "--listen", "0.0.0.0:0"]):
        done = run(*arguments)
        assert done.returncode != 0
        assert "[[clients]]" in done.stderr and "open = true" in done.stderr
    conf.write_text(conf.read_text().replace("[server]", "[server]\nopen = true"))
    assert "0.0.0.0:0" in output("check", "--config", conf)
    # What the image brings along.
    dockerfile = (pathlib.Path(__file__).parents[2] / "Dockerfile").read_text()
    lines = re.search(r"printf '%s\\n' \\\n(.*?)>/etc/sluice/proxy.conf", dockerfile, re.S)[1]
    conf.write_text("\n".join(re.findall(r"'([^']*)'", lines)) + "\n")
    assert "0.0.0.0:8080" in output("check", "--config", conf)


def test_keys_are_hashed_from_standard_input(tmp_path):
    key, hash = new_key()
    assert output("key", "hash", text=key + "\n").strip() == hash
    assert output("key", "hash", text=key).strip() == hash
    slow = output("key", "hash", "--argon2", text=key).strip()
    assert slow.startswith(key[4:14] + ":$argon2id$v=19$")
    for text, flag in (("", []), ("short", []), ("with a space in its middle", []), ("sk-0123456789abcdefghijklm", ["--argon2"])):
        done = run("key", "hash", *flag, text=text)
        assert done.returncode != 0 and (not text or text not in done.stderr)


def test_secrets_are_encrypted_rotated_and_decrypted(tmp_path):
    ids = {}
    for _ in range(2):
        made = run("secret", "new-key")
        ids[made.stdout.strip()] = re.fullmatch("the key's ID is ([0-9a-f]{8})\n", made.stderr)[1]
    old, new = ids
    (tmp_path / "key").write_text(old + "\n")
    conf = tmp_path / "proxy.conf"
    conf.write_text('[secrets]\nkey = { file = "key" }\n')
    value = output("secret", "encrypt", "--config", conf, text="sk-canary\n").strip()
    assert re.fullmatch(r"enc:v1:[0-9a-f]{8}:[\w-]+", value)
    text = f'# kept\n[secrets]\nkey = {{ file = "key" }}\n\n[[providers]]\ntype = "openai"\ntoken   =  "{value}" # why\n'
    conf.write_text(text)
    conf.chmod(0o600)
    output("check", "--config", conf)
    (tmp_path / "key").write_text(f"{new}\n{old}\n")
    assert output("secret", "rotate", "--config", conf).startswith("1 encrypted anew under ")
    renewed = conf.read_text()
    assert value not in renewed and re.sub("enc:v1:[^\"]*", value, renewed) == text
    assert conf.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key", "proxy.conf"]
    (tmp_path / "key").write_text(new)
    output("check", "--config", conf)
    value = re.search('enc:v1:[^"]*', renewed)[0]
    assert output("secret", "decrypt", "--reveal", "--config", conf, text=value) == "sk-canary\n"
    done = run("secret", "decrypt", "--config", conf, text=value)
    assert done.returncode != 0 and "canary" not in done.stdout + done.stderr
    (tmp_path / "key").write_text(old)
    for command in (["check"], ["secret", "rotate"]):
        done = run(*command, "--config", conf)
        assert done.returncode != 0
        assert f"needs the secret key {ids[new]}; here is {ids[old]}" in done.stderr
    assert conf.read_text() == renewed
    assert run("secret", "encrypt", "--config", conf, text="").returncode != 0
    again = run("secret", "encrypt", "--config", conf, text=value + "\n")
    assert again.returncode != 0 and "is encrypted already" in again.stderr and not again.stdout


FREED = """
#include <unistd.h>
int OPENSSL_atexit(void (*handler)(void));
static void freed(void) { if (write(2, "freed\\n", 6)) {} }
__attribute__((constructor)) static void early(void) { OPENSSL_atexit(freed); }
"""


def test_the_end_of_the_process_frees_nothing_that_loops_still_use(tmp_path):
    compiler = shutil.which("cc") or shutil.which("clang")
    if not compiler:
        pytest.skip("needs a C compiler")
    (tmp_path / "freed.c").write_text(FREED)
    subprocess.run(
        [compiler, "-shared", "-fPIC", tmp_path / "freed.c", "-o", tmp_path / "freed.so", "-lcrypto"], check=True)
    key = output("secret", "new-key").split()[0]
    environment = {"SLUICE_SECRET_KEY": key}
    sealed = output("secret", "encrypt", text="sk-1", environment=environment).strip()
    # The first thing that is asked of libcrypto is to decrypt.
    text = configuration([{"name": "a", "type": "openai", "url": "http://127.0.0.1:1", "token": sealed}])
    with Sluice(text, environment={**environment, "LD_PRELOAD": str(tmp_path / "freed.so")}) as proxy:
        proxy.signal()
        assert proxy.wait() == 0
        assert "freed" not in proxy.log()


def test_programs_for_tokens_get_no_key_of_secrets(tmp_path):
    key = output("secret", "new-key").split()[0]
    seen = tmp_path / "seen"
    token = {"command": ["/bin/sh", "-c", f"env > {seen}.new; mv {seen}.new {seen}; echo sk-1"]}
    text = configuration([{
        "name": "a", "type": "openai", "url": "http://127.0.0.1:1", "token": token, "models": ["m"]}])
    keys = {"SLUICE_SECRET_KEY": key, "ANOTHER_NAME": f"{key},{key}", "OF_USE": "yes"}
    with Sluice(text, environment=keys) as proxy:
        post(proxy, None, model="m")
        wait_until(seen.exists)
    environment = seen.read_text()
    assert key not in environment and "SLUICE_SECRET_KEY" not in environment
    assert "OF_USE=yes" in environment
