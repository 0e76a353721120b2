"""Terminal provisioning over HTTP: whose settings are told to whom, in which form, and how a bare terminal is bootstrapped."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from descriptors import certified
from serving import N80, Ask

from ccpp.provisioning.bootstrap import Secret, Security, imsi_semi_octets, verify_mac
from ccpp.provisioning.connectivity.wbxml import decode_connectivity
from ccpp.provisioning.push import decode_push
from ccpp.provisioning.sms import decode_segment, reassemble
from ccpp.server.message import Identity, Role
from ccpp.storage.database import subscribers

if TYPE_CHECKING:
    from ccpp.server.message import Request
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps

IMSI, PIN = "262011234567890", "4711"
ACCOUNT = f"""imsi = "{IMSI}"
[access.internet]
name = "Packets"
apn = "internet.example"
authentication = "PAP"
user = "alice"
password = "very-secret-password"
"""
XML, WBXML = "text/vnd.wap.connectivity-xml", "application/vnd.wap.connectivity-wbxml"


def as_subscriber(request: Request, _service: Service) -> Steps[Identity]:
    yield from ()
    name = request.header("authorization")
    roles = {Role.DEVICE, Role.PROVISIONING_SERVER} | ({Role.OPERATOR} if name == "operator" else set())
    return Identity(name or "nobody", frozenset(roles), name if name and name != "operator" else None)


@pytest.fixture
def told(service: Service) -> Ask:
    keys = subscribers.open_keys(service.database, b"k" * 32, 1.0)
    subscriber = subscribers.Subscriber(IMSI, {}, {"account": ACCOUNT, "pin": PIN})
    subscribers.put_subscriber(service.database, keys, subscriber, 1.0, "test")
    return Ask(replace(service, authenticate=as_subscriber, keys=keys))


@pytest.mark.parametrize(("accept", "media_type"), [(XML, XML), (WBXML, WBXML), (f"{XML};q=0.1, {WBXML}", WBXML)])
def test_a_subscriber_is_told_their_own_settings_in_the_form_they_take(told: Ask, accept: str, media_type: str) -> None:
    response = told("GET", "/settings", authorization=IMSI, accept=accept, x_wap_profile=f'"{N80}"')
    assert dict(response.headers)["Content-Type"] == media_type
    assert dict(response.headers)["Cache-Control"] == "no-store"
    assert b"internet.example" in response.body
    assert b"very-secret-password" in response.body
    if media_type == WBXML:
        decode_connectivity(response.body)


def test_nobody_is_told_another_s(told: Ask, ask: Ask) -> None:
    assert ask("GET", "/settings").status == 403
    assert ask("GET", "/autoconfiguration").status == 511
    assert told("GET", "/settings", authorization="somebody").status == 404
    body = json.dumps({"uri": N80, "subscriber": IMSI}).encode()
    for who, status in (("somebody", 403), (IMSI, 200), ("operator", 200)):
        response = told("POST", "/v1/settings", body, authorization=who, content_type="application/json")
        assert response.status == status
        assert (b"very-secret-password" in response.body) == (status == 200)


def test_a_configuration_profile_is_signed_where_there_is_a_signer(service: Service) -> None:
    signer, _ = certified()
    body = {"uri": N80, "account": ACCOUNT, "form": "mobileconfig"}
    plain, signed = (
        Ask(one)("POST", "/v1/settings", json.dumps(body).encode(), content_type="application/json").body
        for one in (service, replace(service, signer=signer))
    )
    assert signed == signer.wrap(plain)


def bootstrapped(ask: Ask, status: int = 200, **more: str) -> Any:  # noqa: ANN401  JSON
    return ask.json("/v1/bootstrap", {"uri": N80, "account": ACCOUNT, **more}, status)


@pytest.mark.parametrize("security", ["NETWPIN", "USERPIN", "USERNETWPIN"])
def test_a_bare_terminal_is_bootstrapped_by_short_messages(ask: Ask, security: str) -> None:
    made = bootstrapped(ask, security=security, pin=PIN)
    received = reassemble(decode_segment(bytes.fromhex(data)) for data in reversed(made["messages"])).data
    assert received == b64decode(made["push"])
    push = decode_push(received)
    assert push.document == b64decode(made["document"])
    secret = Secret(pin=PIN, network=imsi_semi_octets(IMSI))
    assert verify_mac(Security[security], secret, push.document, push.media_type.mac)
    assert not verify_mac(Security[security], Secret(pin="0815", network=b"x"), push.document, push.media_type.mac)
    assert made["contentType"].startswith(f"{WBXML}; SEC={int(Security[security])}; MAC=")


def test_the_number_that_a_user_is_told_proves_the_document(ask: Ask) -> None:
    made = bootstrapped(ask, security="USERPINMAC")
    assert "MAC" not in made["contentType"]
    assert verify_mac(Security.USERPINMAC, Secret(pin=made["tell"]), b64decode(made["document"]), None)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"security": "USERPIN"}, "a PIN is 4 decimal digits"),
        ({"security": "USERPIN", "pin": "123"}, "a PIN is 4 decimal digits"),
        ({"security": "USERPIN", "pin": "12ab"}, "a PIN is 4 decimal digits"),
        ({"security": "USERPIN", "pin": "7777"}, "tries first"),
        ({"security": "USERPIN", "pin": "1234"}, "tries first"),
        ({"security": "USERPIN", "pin": "9876"}, "tries first"),
        ({"security": "NONE"}, "is not sealed by `NONE`"),
        ({"security": "NETWPIN", "account": "network = '26201'"}, "needs the IMSI"),
        ({"account": "not toml"}, "TOML"),
        ({"account": 'network = "26201"\n[access.a]\nname = "A"'}, "access/a"),
    ],
)
def test_the_policy_is_held_to(ask: Ask, more: dict[str, str], said: str) -> None:
    problem = bootstrapped(ask, 400, **more)
    assert said in problem["detail"]
    assert more.get("pin", "-") not in problem["detail"]


def test_what_nobody_knows_is_said(ask: Ask) -> None:
    assert ask.json("/v1/settings", {"uri": N80}, 400)["detail"] == "nobody is named"
    assert ask.json("/v1/settings", {"uri": N80, "account": ACCOUNT, "form": "fax"}, 400)["hint"].startswith("known are")
    assert ask("POST", "/v1/settings", b"[]", content_type="application/json").status == 400
    assert ask.json("/v1/settings", {"uri": N80, "account": 7}, 400)["detail"] == "`account` is no text"
