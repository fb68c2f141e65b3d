#!/usr/bin/env python3
"""Makes first inputs for scripts/fuzz out of the shared corpora: fuzz_seeds.py CORPORA FOLDER

FOLDER gets a folder for each target; what the corpora do not have is left out.
"""
import base64
import hashlib
import json
import pathlib
import sys

LONGEST = 8 << 10


class Seeds:
    def __init__(self, corpora, folder):
        self.corpora, self.folder = corpora, folder

    def add(self, target, data):
        if 0 < len(data) <= LONGEST:
            folder = self.folder / target
            folder.mkdir(parents=True, exist_ok=True)
            (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)

    def request(self, data):
        self.add("request-head", data)
        self.add("requests", data)
        self.body(data)

    def response(self, data):
        self.add("response-head", data)
        self.add("answer", data)
        self.body(data)

    def body(self, data):
        head, _, body = data.partition(b"\r\n\r\n")
        if b"chunked" in head.lower():
            self.add("body", body)

    def messages(self):
        for line in self.lines("http1/llhttp/cases.jsonl"):
            data = base64.b64decode(line["input_base64"])
            {"request": self.request, "response": self.response}.get(line["type"], len)(data)
        cases = self.corpora / "http1/gunicorn/expected.json"
        for case in json.loads(cases.read_text()).values() if cases.exists() else []:
            self.request(base64.b64decode(case["input_base64"]))

    def streams(self):
        for path in sorted((self.corpora / "streams").rglob("*.sse")):
            data = path.read_bytes()
            self.add("events", data[:LONGEST])
            self.add("events", data[-2048:])
        for path in sorted((self.corpora / "streams").rglob("*.json")):
            if path.name.endswith(".meta.json") or path.stat().st_size > LONGEST:
                continue
            data = path.read_bytes()
            self.add("json", data)
            try:
                document = json.loads(data)
            except ValueError:
                continue
            if isinstance(document, dict) and "usage" in document:
                self.add("usage", data)
                self.add("usage", json.dumps(document["usage"]).encode())

    def texts(self):
        for path in sorted((self.corpora / "json/test_parsing").glob("*.json")):
            self.add("json", path.read_bytes())

    def lines(self, name):
        path = self.corpora / name
        return map(json.loads, path.read_text().splitlines()) if path.exists() else []


seeds = Seeds(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
seeds.messages()
seeds.streams()
seeds.texts()
