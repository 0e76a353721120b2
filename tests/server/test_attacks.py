"""What is tried against servers, beside what the tests of each way to say who one is try: each leads nowhere, and is answered."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from serving import N80, Ask

from ccpp.server.artefacts import Artefacts
from ccpp.server.composing import Recipe, make_composer
from ccpp.server.devices import Devices
from ccpp.server.limits import Buckets
from ccpp.server.stores import RepositoryStore
from ccpp.storage.fetching import Fetcher, FetchPolicy

if TYPE_CHECKING:
    from pathlib import Path

    from ccpp.server.service import Service

SECRET = b"the operator's secret"


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "..%2fsecret",
        "%2e%2e%2fsecret",
        "..%5csecret",
        "%252e%252e%252fsecret",
        "....//secret",
        "/etc/passwd",
        "%00secret",
        "chess.jar%00.txt",
        ".hidden",
        "..",
        ".",
        "",
        "chess.jar%20",
        "chess.jar%0a",
        "CON\\chess.jar",
        "a" * 5_000,
    ],
)
def test_no_name_of_an_artefact_leads_out_of_its_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "artefacts"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(SECRET)
    (folder / ".hidden").write_bytes(SECRET)
    assert Artefacts(str(folder)).find("https://apps.example/" + name) is None


@pytest.mark.parametrize(
    "path",
    ["/installs/../v1/audit", "/installs/..%2fx/artefact", "/%2e%2e/v1/audit", "//v1/audit", "/v1/audit/", "/v1/./audit"],
)
def test_no_path_leads_round_its_route(ask: Ask, path: str) -> None:
    assert ask("GET", path).status in {403, 404}


def fetching(service: Service, *hosts: str) -> tuple[Ask, list[str]]:
    """The service where fetching is switched on, and whatever it looks up or would connect to."""
    looked: list[str] = []

    def resolve(host: str) -> list[str]:
        looked.append(host)
        return ["10.0.0.7"]  # a name of outside that leads inside

    store = RepositoryStore("", Fetcher(FetchPolicy(hosts=hosts), resolve=resolve))
    devices = Devices(store, make_composer(Recipe(), service.vocabularies).compose)
    return Ask(replace(service, devices=devices)), looked


INSIDE = [
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1:8080/v1/audit",
    "http://[::1]/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://localhost/",
    "http://profiles.example@10.0.0.1/",
    "http://profiles.example:22/",
    "file:///etc/passwd",
    "gopher://profiles.example/",
    "https://profiles.example.evil.example/",
]


@pytest.mark.parametrize("uri", INSIDE)
def test_the_uri_of_a_profile_leads_nowhere_else(service: Service, uri: str) -> None:
    ask, looked = fetching(service, "profiles.example")
    for response in (
        ask("POST", "/v1/match", json.dumps({"uri": uri}).encode(), content_type="application/json"),
        ask("GET", "/applications", accept="application/json", x_wap_profile=f'"{uri}"'),
    ):
        assert response.status in {200, 404}  # as of a device that nobody knows
    assert looked == []


def test_a_name_of_outside_that_leads_inside_is_not_followed(service: Service) -> None:
    ask, looked = fetching(service, "profiles.example")
    response = ask("POST", "/v1/match", b'{"uri": "http://profiles.example/p.rdf"}', content_type="application/json")
    assert response.status == 404
    assert looked == ["profiles.example"]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "gzip, gzip", "identity, gzip"])
def test_nothing_that_is_sent_is_unpacked(ask: Ask, coding: str) -> None:
    """So no bomb goes off: a body in a coding is bytes that are no JSON."""
    body = json.dumps({"uri": N80}).encode()
    packed = zlib.compress(body) if coding == "deflate" else gzip.compress(body)
    response = ask("POST", "/v1/match", packed, content_type="application/json", content_encoding=coding)
    assert response.status in {400, 415}


ENTITIES = "".join(f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 12))
BOMB = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e0 "lol">{ENTITIES}]><r>&e11;</r>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>'


@pytest.mark.parametrize(
    "document", [BOMB, OUTSIDE, "<a>" * 100_000, "<a " + "".join(f'b{n}="" ' for n in range(20_000)) + "/>"]
)
def test_a_profile_that_is_a_bomb_is_refused(ask: Ask, document: str) -> None:
    for response in (
        ask("POST", "/v1/resolve", document.encode(), content_type="application/rdf+xml"),
        ask("POST", "/v1/resolve", json.dumps({"document": document}).encode(), content_type="application/json"),
    ):
        assert response.status in {413, 422}
        assert b"root:" not in response.body


@pytest.mark.parametrize(
    "body", [b"[" * 200_000, b'{"uri":' * 50_000, b'{"uri": ' + b"9" * 10_000 + b"}", b'"' + b"\\u0000" * 9_000 + b'"']
)
def test_json_that_is_deep_or_large_is_refused(ask: Ask, body: bytes) -> None:
    for path in ("/v1/match", "/v1/settings", "/v1/bootstrap", "/v1/credentials", "/v1/installs"):
        assert 400 <= ask("POST", path, body, content_type="application/json").status < 500


@pytest.mark.parametrize(
    "header",
    [
        "x-user",
        "x-role",
        "x-subscriber",
        "x-forwarded-user",
        "x-original-url",
        "x-http-method-override",
        "x-rewrite-url",
        "forwarded",
    ],
)
def test_no_header_gives_a_role(ask: Ask, header: str) -> None:
    for value in ("operator", "/v1/audit", "DELETE", "for=127.0.0.1"):
        assert ask("GET", "/v1/audit", b"", ((header, value),)).status == 403


def test_a_header_does_not_split_a_response(ask: Ask) -> None:
    """What the request names comes back in no header of its own."""
    response = ask("GET", "/applications/chess%0d%0aSet-Cookie:x", accept="application/json", x_wap_profile=f'"{N80}"')
    assert all("set-cookie" not in name.lower() and "\n" not in value for name, value in response.headers)


def test_one_time_passwords_are_not_guessed(service: Service) -> None:
    """Beside the three tries of each password: an address has ten, whosever passwords it tries."""
    ask = Ask(replace(service, failures=Buckets(0.2)))
    statuses = [ask("GET", f"/autoconfiguration?OTP={number:06}", cookie=f"ccpp-rcs={number}").status for number in range(12)]
    assert statuses == [511] * 10 + [429] * 2
