"""Secrets planted in every field are told to those whose they are, and stand nowhere else: in no log, figure, span, record, page, error or file."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from serving import N80, Process, confided, refuses_in_silence

from ccpp.server.asgi import App
from ccpp.server.message import Identity, Role
from ccpp.server.observing import Observer
from ccpp.server.options import Options, print_options
from ccpp.server.problems import Refused
from ccpp.server.routes import ROUTES, Routes
from ccpp.server.starting import make_service, prepare
from ccpp.server.tracing import Tracer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccpp.server.message import Request
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps

#: What is planted, by where. None of it is a part of anything else, and the punctuation makes its encodings differ.
PLANTED = {
    "operator's key": b64encode(b"key-Planted-0123456789-32-bytes!").decode(),
    "password of an access": "pass/Planted+1~Qz",
    "user's PIN": "83920157",
    "PIN of a bootstrap": "60417295",
    "another secret": "note=Planted&2 Qz",
    "token of an operator": "token-Planted-3Qz",
    "token that is nobody's": "token-Planted-4Qz",
    "password of the database": "db-Planted-5Qz",
    "secret of the gateway": "gw-Planted-6Qz",
}
IMSI = "262011234567890"
ACCOUNT = f"""imsi = "{IMSI}"
[access.internet]
name = "Packets"
apn = "internet.example"
authentication = "PAP"
user = "alice"
password = "{PLANTED["password of an access"]}"
"""
JSON = "application/json"


def encodings(text: str) -> Iterator[bytes]:
    """A text as it might stand somewhere: plain, percent, JSON, hexadecimal, and in base64 whatever stands before it."""
    raw = text.encode()
    yield from (raw, quote(text, safe="").encode(), json.dumps(text)[1:-1].encode(), raw[::-1])
    yield from (raw.hex().encode(), raw.hex().upper().encode(), text.encode("utf-16-le"))
    for before in range(3):
        # The characters at both ends depend on what stands beside.
        yield b64encode(b"\0" * before + raw)[-(-before * 4 // 3) : -4].strip(b"=")


class Asked(NamedTuple):
    """A request; `secret` where the answer is for whoever the secrets are."""

    method: str
    path: str
    body: bytes = b""
    who: str = PLANTED["token of an operator"]
    secret: bool = False
    media_type: str = JSON


def as_json(**values: object) -> bytes:
    return json.dumps(values).encode()


SECRETS = {"account": ACCOUNT, "pin": PLANTED["user's PIN"], "note": PLANTED["another secret"]}
SUBSCRIBER = f"/v1/subscribers/{IMSI}"
PIN, NOBODY = PLANTED["PIN of a bootstrap"], PLANTED["token that is nobody's"]
ASKED = (
    Asked("PUT", SUBSCRIBER, as_json(facts={"languages": ["fi"]}, secrets=SECRETS)),
    Asked("GET", SUBSCRIBER),
    Asked("GET", "/settings", who=IMSI, secret=True),
    Asked("GET", "/autoconfiguration", who=IMSI, secret=True),
    Asked("POST", "/v1/settings", as_json(uri=N80, subscriber=IMSI), secret=True),
    Asked("POST", "/v1/bootstrap", as_json(uri=N80, account=ACCOUNT, security="USERPIN", pin=PIN), secret=True),
    Asked("POST", "/v1/bootstrap", as_json(uri=N80, account=ACCOUNT, security="USERPINMAC"), secret=True),
    Asked("POST", "/v1/bootstrap", as_json(uri=N80, subscriber=IMSI, security="NETWPIN"), secret=True),
    # What goes wrong.
    Asked("POST", "/v1/bootstrap", as_json(uri=N80, account=ACCOUNT, security="USERPIN", pin=PIN + "x")),
    Asked("POST", "/v1/bootstrap", as_json(uri=N80, account=ACCOUNT, security="NONE", pin=PIN)),
    Asked("POST", "/v1/bootstrap", as_json(uri=N80, account=ACCOUNT.replace("[access", "[[access"), pin=PIN)),
    Asked("POST", "/v1/settings", as_json(uri=N80, account=ACCOUNT + "]")),
    Asked("POST", "/v1/settings", as_json(uri=N80, account=ACCOUNT.replace("PAP", "NONSENSE"))),
    Asked("PUT", SUBSCRIBER + "2", as_json(facts={"languages": 3}, secrets=SECRETS)),
    Asked("PUT", SUBSCRIBER + "2", as_json(facts={}, secrets={"pin": [PLANTED["user's PIN"]]})),
    Asked("PUT", SUBSCRIBER + "2", as_json(facts={}, secrets=SECRETS)[:-9]),
    Asked("GET", "/applications", who=NOBODY),
    Asked("GET", "/pages", who=NOBODY),
    Asked("GET", SUBSCRIBER, who=IMSI),
    # What is told to others.
    Asked("POST", "/v1/installs", as_json(uri=N80, application="chess")),
    Asked("GET", "/applications", who=IMSI),
    Asked("GET", "/pages"),
    Asked("GET", "/pages/decisions"),
    Asked("GET", "/pages/audit"),
    Asked("GET", "/v1/audit"),
    Asked("GET", "/metrics"),
    Asked("GET", "/readyz"),
    Asked("DELETE", SUBSCRIBER),
)


def by_token(request: Request, _service: Service) -> Steps[Identity]:
    """An operator by the one token, a subscriber by their number; nobody else."""
    yield from ()
    said = request.header("authorization") or ""
    if said == IMSI:
        return Identity(said, frozenset({Role.DEVICE}), said)
    if said != PLANTED["token of an operator"]:
        raise Refused(401, "nobody is called so")
    return Identity("operator", frozenset(Role))


class Kept:
    """Everything that a server tells and keeps, but for the answers to those whose secrets they are."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.spans = InMemorySpanExporter()
        self.statuses: list[int] = []
        self.answers: list[tuple[str, bytes]] = []
        self.told: list[bytes] = []

    def everything(self, folder: Path) -> dict[str, bytes]:
        """By where it stands."""
        spans = "\n".join(span.to_json() for span in self.spans.get_finished_spans())
        files = {path.name: path.read_bytes() for path in folder.glob("server.sqlite*")}
        answers = {f"answer to {what}": content for what, content in self.answers}
        return {"log": b"".join(self.lines), "spans": spans.encode(), **files, **answers}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("secrets")


@pytest.fixture(scope="module")
def options(demo_options: Options, folder: Path) -> Options:
    return replace(demo_options, database=f"sqlite:///{folder / 'server.sqlite'}", key=PLANTED["operator's key"])


@pytest.fixture(scope="module")
def kept(options: Options) -> Iterator[Kept]:
    """After every request, the server still being there."""
    prepare(options)
    found = Kept()
    observer = Observer(write=found.lines.append)
    service = make_service(options, observer, by_token)
    app = App(options, Routes(ROUTES), lambda _observer: service, observer, tracer=Tracer(found.spans, at_once=True))
    app._service = service

    async def scenario() -> None:
        for one in ASKED:
            await ask(app, one, found)

    asyncio.run(scenario())
    observer.flush()
    yield found
    for end in service.ending:
        end()


async def ask(app: App, asked: Asked, found: Kept) -> None:
    content = [b""]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": asked.body, "more_body": False}

    async def send(message: Any) -> None:  # noqa: ANN401  ASGI
        if message["type"] == "http.response.start":
            found.statuses.append(message["status"])
            content.extend(name + b": " + value for name, value in message["headers"])
        else:
            content.append(message["body"])

    said = {"content-type": asked.media_type, "content-length": str(len(asked.body)), "authorization": asked.who}
    headers = [(name.encode(), value.encode()) for name, value in {**said, "x-wap-profile": f'"{N80}"'}.items()]
    scope = {"type": "http", "method": asked.method, "path": asked.path, "query_string": b"", "scheme": "http"}
    await app({**scope, "headers": headers}, receive, send)
    if asked.secret:
        found.told.append(b"\n".join(content))
    else:
        found.answers.append((f"{asked.method} {asked.path} as {asked.who[:12]}", b"\n".join(content)))


def test_the_requests_did_what_they_were_made_for(kept: Kept) -> None:
    """Else nothing would be found because nothing was done."""
    statuses = dict(zip(ASKED, kept.statuses, strict=True))
    assert {statuses[one] for one in ASKED if one.secret and one.path != "/autoconfiguration"} == {200}
    assert max(kept.statuses) < 500
    assert statuses[ASKED[0]] == 204
    assert PLANTED["password of an access"].encode() in b"".join(kept.told)
    assert {status for one, status in statuses.items() if one.who == NOBODY} == {401}


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_secret_stands_nowhere(what: str, kept: Kept, folder: Path) -> None:
    everything = kept.everything(folder)
    assert len(everything["log"]) > 1_000
    assert len(everything["spans"]) > 1_000
    assert len(everything["server.sqlite"]) > 10_000
    found = [(place, form) for place, content in everything.items() for form in encodings(PLANTED[what]) if form in content]
    assert found == []


def test_the_search_finds_what_is_there() -> None:
    """In each encoding, whatever stands before it in base64."""
    for text in PLANTED.values():
        for written in (text, quote(text, safe=""), json.dumps(text), text.encode().hex(), text.encode().hex().upper()):
            assert any(form in written.encode() for form in encodings(text))
        for before in ("", "a", "ab", "abc"):
            assert any(form in b64encode(f"{before}{text}, and more".encode()) for form in encodings(text))


def test_options_are_printed_without_secrets(options: Options) -> None:
    database = f"postgresql://ccpp:{PLANTED['password of the database']}@db.example/ccpp"
    told = replace(options, database=database, gateway_secret=PLANTED["secret of the gateway"])
    for printed in (print_options(told), repr(told)):
        assert not [form for text in PLANTED.values() for form in encodings(text) if form in printed.encode()]


def test_a_server_that_writes_down_what_it_was_told_is_found_out(tmp_path: Path) -> None:
    """What every test that starts a server looks for when it ends it (`serving.Process`)."""
    bearer = PLANTED["token of an operator"]
    log = tmp_path / "log"
    log.write_text(f'{{"authorization":"Bearer {bearer}"}}\n')
    process = subprocess.Popen([sys.executable, "-c", ""])
    with pytest.raises(AssertionError, match="a secret stands in log"):
        Process(0, process, log, confided({"Authorization": f"Bearer {bearer}"})).stop()
    with pytest.raises(AssertionError, match="an error repeats a credential"):
        refuses_in_silence(401, f"no such token: {bearer}".encode(), confided({"authorization": f"Bearer {bearer}"}))
