"""Requests of the llhttp and gunicorn corpora and spellings of Transfer-Encoding, against the whole proxy.

The corpora's paths are none of the proxy's, most requests name no host, and some methods are not served. So each is
sent as it is, and once more as a request that would be forwarded if nothing else were wrong.
"""

import base64
import json
import re

import pytest

from conftest import SHARED
from faults import CHAT, Testbed

FOLDER = SHARED / "corpora/http1"
HERE = FOLDER.is_dir()
pytestmark = pytest.mark.skipif(not HERE, reason="SLUICE_SHARED has no HTTP corpora")

LINE = re.compile(rb"([!-~]+) ([!-~]+) HTTP/(1\.[01])\r\n")


class Case:
    def __init__(self, name, fields):
        self.name, self.fields = name, fields
        self.input = base64.b64decode(fields["input_base64"])
        self.expect = fields["expect"]
        self.expect_unchanged = fields.get("proxy_expect") or self.expect
        self.messages = [
            message for message in fields.get("messages") or fields.get("requests") or []
            if message.get("headers_complete") is not False]

    def forwardable(self, route="/v1/files/{}"):
        """The bytes with a host, a method and a path that are served; None where there is no first line to change."""
        host = b"" if b"\nhost:" in self.input.lower() else b"Host: added.example\r\n"

        def change(match):
            method, target, version = match.groups()
            method = method if method in (b"GET", b"DELETE") else b"POST"
            absolute = re.match(rb"(https?://([^/?#]+))(.*)", target)
            query = re.search(rb"\?[^#]*", target)
            target = route.format(re.sub(r"\W+", "-", self.name)).encode() + (query[0] if query else b"")
            added = host
            if absolute:
                target = absolute[1] + target
                added = host and b"Host: " + absolute[2] + b"\r\n"
            return method + b" " + target + b" HTTP/" + version + b"\r\n" + added

        changed = self.input.removeprefix(b"\r\n")
        is_odd = not re.match(rb"[A-Z]+ /[!-~]* HTTP/1\.[01]\r\n", changed)
        if self.expect == "reject" and (is_odd or self.fields.get("error", {}).get("class") == "method"):
            # A change would mend what is wrong with it.
            return None
        lines = {self.first_line(message) for message in self.messages}
        if all(LINE.fullmatch(line) and line in changed for line in lines) and lines:
            for line in lines:
                changed = changed.replace(line, change(LINE.fullmatch(line)))
            return changed
        return change(match) + changed[match.end():] if (match := LINE.match(changed)) else None

    @staticmethod
    def first_line(message):
        return message["method"].encode() + b" " + spelled(message["target"]) + f" HTTP/{message.get('version')}\r\n".encode()


def spelled(value):
    return value["text"].encode() if "text" in value else base64.b64decode(value.get("base64", ""))


def cases():
    if not HERE:
        return []
    found = [json.loads(line) for line in (FOLDER / "llhttp/cases.jsonl").read_text().splitlines()]
    llhttp = [Case(one["id"], one) for one in found if one["type"].startswith("request")]
    gunicorn = json.loads((FOLDER / "gunicorn/expected.json").read_text())
    return llhttp + [Case(f"gunicorn {name}", fields) for name, fields in gunicorn.items()]


CASES = cases()


@pytest.fixture(scope="module")
def testbed(upstream_process):
    with Testbed(upstream_process) as testbed:
        yield testbed


def answers(testbed, data, count=None, split=None, patience=0.3):
    """`count` answers, or all up to the close; where nothing more comes the client closes its side, to see what follows."""
    found = []
    with testbed.client() as client:
        client.send(data, split)
        while count is None or len(found) < count:
            answer = client.response(timeout=patience)
            if answer.end == "timeout" and count is None and patience < 1:
                client.half_close()
                patience = 1
                continue
            if not answer.complete:
                return found, answer.end
            found.append(answer)
    return found, "more"


def forward_everything(testbed):
    """Whatever is asked at the upstream, it answers shortly."""
    testbed.upstream.push({"json": {"ok": True}}, when={"path": "/v1/files*"}, times=-1)


def judge_refusal(testbed, name, data, may_stay=False):
    """None, or what is wrong: the last answer refuses and the connection ends."""
    for split in (None, "byte") if len(data) < 2000 else (None,):
        found, end = answers(testbed, data, split=split)
        if end not in ("fin", "rst"):
            return f"{name} (split {split}): the connection stays: {end}, {[one.status for one in found]}"
        if found and found[-1].status < 400:
            return f"{name} (split {split}): {[one.status for one in found]}"
        if found and found[-1].get("connection") != "close" and not may_stay:
            return f"{name} (split {split}): {found[-1].status} without a close"
    return None


def whole_at_upstream(testbed, suffix=""):
    return [one for one in testbed.seen() if one["complete"] and one["path"].endswith(suffix)]


@pytest.mark.parametrize("source", ["llhttp", "gunicorn"])
def test_what_must_be_refused_is_refused_as_it_is(testbed, source):
    chosen = [one for one in CASES if one.expect_unchanged == "reject" and one.name.startswith("gunicorn") == (source != "llhttp")]
    assert len(chosen) > 50
    with testbed.survives():
        forward_everything(testbed)
        # A method that nobody serves is no reason to end a connection whose framing is right.
        assert [wrong for one in chosen if (wrong := judge_refusal(
            testbed, one.name, one.input, "p:method-not-served" in one.fields.get("house", [])))] == []


@pytest.mark.parametrize("route", [CHAT, "/v1/files/{}"])
def test_what_must_be_refused_is_refused_where_it_would_be_forwarded(testbed, route):
    chosen = [one for one in CASES if one.expect == "reject"]
    # Of a body that is passed on while it comes, the beginning may have gone.
    with testbed.survives(requests=range(9), cut=0 if route == CHAT else range(100)):
        forward_everything(testbed)
        wrong = []
        for one in chosen:
            if data := one.forwardable(route):
                wrong.append(judge_refusal(testbed, one.name, data))
        assert "\n".join(filter(None, wrong)) == ""
        assert [seen["path"] for seen in whole_at_upstream(testbed)] == []


@pytest.mark.parametrize("split", [None, "byte"])
def test_what_must_be_accepted_reaches_the_upstream_once(testbed, split):
    chosen = [one for one in CASES if one.expect == "accept"]
    assert len(chosen) > 80
    with testbed.survives(requests=range(200), cut=range(9)):
        forward_everything(testbed)
        wrong = []
        for one in chosen:
            data = one.forwardable()
            assert data, one.name
            before = len(whole_at_upstream(testbed))
            count = len([message for message in one.messages if message.get("complete", True)])
            found, end = answers(testbed, data, count, split, patience=2)
            seen = whole_at_upstream(testbed)[before:]
            if [answer.status for answer in found] != [200] * count or len(seen) != count:
                wrong.append(f"{one.name}: {[answer.status for answer in found]}, {end}, upstream {len(seen)}: {data[:200]}")
            else:
                wrong += [f"{one.name}: {what}" for message, record in zip(one.messages, seen)
                          if (what := differs(message, record))]
        assert wrong == []


def differs(message, record):
    """None where the upstream got the message as a clean proxy sends it."""
    body = base64.b64decode(record["body_b64"])
    # llhttp's own log leaves line ends out.
    if re.sub(rb"[\r\n]", b"", body) != re.sub(rb"[\r\n]", b"", spelled(message["body"])):
        return f"the body is {body[:80]!r} for {message['body']}"
    names = [name.lower() for name, _ in record["headers"]]
    if ("content-length" in names) and ("transfer-encoding" in names) or record["anomalies"] or record["trailers"]:
        return f"{record['anomalies']} {names}"
    if message["body_bytes"] and not {"content-length", "transfer-encoding"} & set(names):
        return "a body without a framing"
    return None


def test_what_is_not_whole_is_not_sent_on_as_whole(testbed):
    chosen = [one for one in CASES if one.expect == "incomplete" or (one.expect == "accept" and any(
        message.get("complete") is False for message in one.messages))]
    assert chosen
    with testbed.survives(requests=range(9), cut=range(50)):
        forward_everything(testbed)
        for one in chosen:
            for data in filter(None, (one.input, one.forwardable())):
                found, end = answers(testbed, data)
                assert end in ("fin", "rst"), one.name
                whole = [message for message in one.messages if message.get("complete", True)]
                answered = [answer for answer in found if answer.status < 400]
                assert len(answered) <= len(whole), (one.name, [answer.status for answer in found])


def test_what_is_a_matter_of_limits_is_accepted_or_refused_as_such(testbed):
    chosen = [one for one in CASES if one.expect == "by-limit"]
    with testbed.survives(requests=range(20)):
        forward_everything(testbed)
        for one in chosen:
            found, _ = answers(testbed, one.forwardable() or one.input, 1, patience=3)
            assert found and found[0].status in (200, 414, 431), (one.name, [answer.status for answer in found])


def test_what_may_be_either_reaches_the_upstream_clean_or_not_at_all(testbed):
    chosen = [one for one in CASES if one.expect == "either"]
    with testbed.survives(requests=range(100), cut=range(100)):
        forward_everything(testbed)
        for one in chosen:
            for data in filter(None, (one.input, one.forwardable())):
                found, _ = answers(testbed, data, 1, patience=2)
                assert all(answer.status != 500 for answer in found), one.name


def test_input_without_a_verdict_does_no_harm(testbed):
    decided = {"accept", "reject", "either", "incomplete", "by-limit"}
    chosen = [one for one in CASES if one.expect not in decided]
    assert chosen
    # What others read leniently must not arrive in a form that needs lenience.
    with testbed.survives(requests=range(200), cut=range(200)):
        forward_everything(testbed)
        for one in chosen:
            for data in filter(None, (one.input, one.forwardable())):
                answers(testbed, data, 1, patience=0.1)


@pytest.mark.parametrize("route", [CHAT, "/v1/files/x"])
def test_every_spelling_of_transfer_encoding_is_understood_or_refused(testbed, route):
    table = json.loads((FOLDER / "smuggling-headers.json").read_text())
    head = f"POST {route} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode()
    wrong = []
    with testbed.survives(requests=range(200), cut=range(200)):
        forward_everything(testbed)
        for spelling in table["spellings"]:
            field = base64.b64decode(spelling["te_field_base64"]) + b"\r\n"
            length = spelling["content_length_key"].encode() + b" %d\r\n"
            for probe in table["probes"]:
                body = base64.b64decode(probe["body_base64"])
                both = head + field + length % probe["content_length"] + b"\r\n" + body
                wrong += verdict(testbed, spelling, "with_content_length", both)
            # A well formed body, so that what is accepted shows at the upstream.
            wrong += verdict(testbed, spelling, "alone", head + field + b'\r\n2\r\n{}\r\n0\r\n\r\n')
        assert wrong == []


def verdict(testbed, spelling, form, data):
    before = len(whole_at_upstream(testbed))
    expected = spelling[form]
    if expected == "reject":
        wrong = [what for what in [judge_refusal(testbed, spelling["id"], data)] if what]
        return wrong + [f"{spelling['id']} {form}: sent on" for _ in whole_at_upstream(testbed)[before:]]
    found, end = answers(testbed, data, 1, patience=2)
    seen = whole_at_upstream(testbed)[before:]
    if expected == "either":
        # It counts as no coding at all, so without a length there is no body.
        sent = [one for one in seen if one["body_len"] not in (0, 5, 6)]
        return [f"{spelling['id']} {form}: {one['body_len']} bytes sent on" for one in sent]
    understood = 400 if data.startswith(b"POST " + CHAT.encode()) else 200
    if [one.status for one in found] != [understood]:
        return [f"{spelling['id']} {form}: {[one.status for one in found]} {end}"]
    return []
