"""RCS autoconfiguration over HTTP (RCC.14): by the network, by a password in a short message, by a token; and what nobody is told."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from centre import PASSWORD, Centre
from serving import Ask

from ccpp.provisioning.autoconfiguration import read_autoconfiguration
from ccpp.provisioning.sms import decode_segment
from ccpp.server.gateways.smpp import Centre as Address
from ccpp.server.gateways.smpp import SmppGateway
from ccpp.server.message import ANONYMOUS, Identity, Role
from ccpp.server.observing import Observer
from ccpp.server.sending import Sender
from ccpp.storage.database.subscribers import Subscriber, open_keys, put_subscriber
from ccpp.storage.database.tables import CHALLENGE, CLIENT_TOKEN, OUTBOX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccpp.server.message import Request, Response
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps

NUMBER, PORT = "+358401234567", "37273"
ACCOUNT = """[release]
version = 7
validity = 1209600
title = "New terms"
message = "Do you agree?"
accept = true
reject = true
[application.ap2002]
"SERVICES/ChatAuth" = "1"
"""


def by_network(request: Request, _service: Service) -> Steps[Identity]:
    """The network says whose client it is, where it knows."""
    yield from ()
    known = request.header("x-network-subscriber")
    if known == "operator":
        return Identity("operator", frozenset(Role))
    return Identity("network", frozenset({Role.DEVICE}), known) if known else ANONYMOUS


class Client:
    """An RCS client: it keeps cookie and token, and the clock goes on as it is told."""

    def __init__(self, ask: Ask, imsi: str) -> None:
        self.ask, self.imsi, self.cookie, self.token = ask, imsi, "", ""

    def poll(self, status: int = 200, more: tuple[tuple[str, str], ...] = (), **told: str) -> Response:
        query = "&".join(f"{key}={value}" for key, value in {"vers": "0", "rcs_profile": "UP_2.4", **told}.items())
        fields = (*more, ("cookie", self.cookie)) if self.cookie else more
        response = self.ask("GET", f"/autoconfiguration?{query}", more=fields)
        assert response.status == status, response.body
        for name, value in response.headers:
            if name == "Set-Cookie":
                self.cookie = value.partition(";")[0]
        return response

    def by_password(self, centre: Centre, sender: Sender) -> str:
        """Ask for a password, and read it off the short message."""
        before = len(centre.taken)
        assert self.poll(IMSI=self.imsi, SMS_port=PORT).body == b""
        sender.turn()
        [taken] = centre.taken[before:]
        assert taken.to == NUMBER.lstrip("+")
        segment = decode_segment(taken.user_data)
        assert segment.destination == int(PORT)
        return segment.payload.decode()


@pytest.fixture
def imsi(request: pytest.FixtureRequest) -> str:
    """A subscriber of this test's own."""
    return f"262{sum(request.node.name.encode()) % 10**6:06}{len(request.node.name):06}"


@pytest.fixture
def asked(service: Service, imsi: str) -> Ask:
    keys = open_keys(service.database, b"k" * 32, 1.0)
    options = replace(service.options, gateway="smpp://ccpp@127.0.0.1:1")
    subscriber = Subscriber(imsi, {}, {"account": f'imsi = "{imsi}"\n{ACCOUNT}', "msisdn": NUMBER})
    put_subscriber(service.database, keys, subscriber, 1.0, "test")
    with service.database.writing() as connection:
        connection.execute(OUTBOX.delete())
    return Ask(replace(service, authenticate=by_network, keys=keys, options=options, stranger=ANONYMOUS))


@pytest.fixture
def centre() -> Iterator[Centre]:
    with Centre() as made:
        yield made


@pytest.fixture
def sender(asked: Ask, centre: Centre) -> Iterator[Sender]:
    gateway = SmppGateway(Address("127.0.0.1", centre.port, "ccpp", PASSWORD, answer=5.0))
    yield Sender(asked.service, gateway, Observer(lines=False), clock=lambda: 1.0e9)
    gateway.close()


def test_the_network_says_whose_client_it_is(asked: Ask, imsi: str) -> None:
    client = Client(asked, imsi)
    response = client.poll(more=(("x-network-subscriber", imsi),))
    assert dict(response.headers)["Cache-Control"] == "no-store"
    found = read_autoconfiguration(response.body)
    assert (found.release.version, found.release.validity) == (7, 1_209_600)
    assert (found.release.message, found.release.accept, found.release.reject) == ("Do you agree?", True, True)
    assert found.settings.applications[0].parms == (("SERVICES/ChatAuth", "1"),)
    token = found.release.token.value if found.release.token else ""
    # Elsewhere the token says it, and no new one is given.
    again = read_autoconfiguration(client.poll(token=token).body)
    assert (again.release.version, again.release.token) == (7, None)


def test_a_password_says_whose_client_it_is(asked: Ask, imsi: str, centre: Centre, sender: Sender) -> None:
    client = Client(asked, imsi)
    client.poll(511)
    password = client.by_password(centre, sender)
    assert re.fullmatch("[0-9]{6}", password)
    found = read_autoconfiguration(client.poll(OTP=password).body)
    assert found.release.version == 7
    assert found.release.token
    client.poll(511, OTP=password)  # once
    assert read_autoconfiguration(client.poll(token=found.release.token.value).body).release.version == 7
    with asked.service.database.reading() as connection:
        kept = repr(connection.execute(CHALLENGE.select()).all()) + repr(connection.execute(CLIENT_TOKEN.select()).all())
    assert password not in kept
    assert found.release.token.value not in kept


def test_a_client_without_a_port_is_sent_a_text(asked: Ask, imsi: str, centre: Centre, sender: Sender) -> None:
    client = Client(asked, imsi)
    client.poll(IMSI=imsi)
    sender.turn()
    [taken] = centre.taken
    assert (taken.esm_class, taken.coding) == (0, 0)
    [password] = re.findall(rb"^([0-9]{6}) is your code", taken.user_data)
    assert client.poll(OTP=password.decode()).body


def test_a_password_is_tried_three_times_by_its_own_client(asked: Ask, imsi: str, centre: Centre, sender: Sender) -> None:
    client, other = Client(asked, imsi), Client(asked, imsi)
    password = client.by_password(centre, sender)
    other.poll(511, OTP=password)  # it came without the cookie
    wrong = "000000" if password != "000000" else "111111"  # noqa: S105  none of ours
    for _ in range(3):
        client.poll(511, OTP=wrong)
    client.poll(511, OTP=password)


def test_passwords_and_tokens_have_an_end(
    asked: Ask, imsi: str, centre: Centre, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ccpp.server import rcs  # noqa: PLC0415  whose times are shortened

    monkeypatch.setattr(rcs, "_SECONDS", 0.0)
    client = Client(asked, imsi)
    client.poll(IMSI=imsi)
    client.poll(511, OTP="123456")
    monkeypatch.undo()
    monkeypatch.setattr(rcs, "_TOKEN_SECONDS", 0.0)
    password = client.by_password(centre, sender)
    token = read_autoconfiguration(client.poll(OTP=password).body).release.token
    assert token
    client.poll(511, token=token.value)


def test_so_many_passwords_and_no_more(asked: Ask, imsi: str) -> None:
    for whose in (imsi, "262990000000000"):
        for _ in range(3):
            Client(asked, whose).poll(IMSI=whose)
        refused = Client(asked, whose).poll(503, IMSI=whose)
        assert dict(refused.headers)["Retry-After"] == "600"


def test_nobody_finds_out_who_is_a_subscriber(asked: Ask, imsi: str, centre: Centre, sender: Sender) -> None:
    known, unknown = Client(asked, imsi), Client(asked, "262990000000001")
    answers = [client.poll(IMSI=client.imsi, SMS_port=PORT) for client in (known, unknown)]
    shown = [[(name, re.sub("=[^;]*", "", value, count=1)) for name, value in one.headers] for one in answers]
    assert shown[0] == shown[1]
    assert [one.body for one in answers] == [b"", b""]
    while sender.turn():
        pass
    assert len(centre.taken) == 1
    problems = [json.loads(client.poll(511, OTP="000000x").body) for client in (known, unknown)]
    assert problems[0] == problems[1]


def test_the_number_of_a_request_is_nobody_s(asked: Ask, imsi: str, centre: Centre, sender: Sender) -> None:
    Client(asked, imsi).poll(IMSI=imsi, msisdn="%2B4990012345")
    sender.turn()
    assert [one.to for one in centre.taken] == [NUMBER.lstrip("+")]


def test_a_client_is_told_to_ask_now(asked: Ask, imsi: str, centre: Centre, sender: Sender) -> None:
    path = f"/v1/subscribers/{imsi}/autoconfiguration"
    operator = (("x-network-subscriber", "operator"),)
    assert asked("POST", path, more=(("x-network-subscriber", imsi),)).status == 403
    message = json.loads(asked("POST", path, more=operator).body)
    assert (message["state"], message["parts"]) == ("queued", 1)
    sender.turn()
    segment = decode_segment(centre.taken[0].user_data)
    assert (segment.destination, segment.payload) == (37_273, f"{imsi}-rcscfg".encode())
    assert asked("POST", path.replace(imsi, "nobody"), more=operator).status == 404


@pytest.mark.parametrize(
    ("stated", "vers", "version", "applications"),
    [("7", "0", 7, 1), ("7", "6", 7, 1), ("7", "7", 7, 0), ("0", "7", 0, 0), ("-1", "7", -1, 0), ("-2", "-2", -2, 0)],
)
def test_versions(asked: Ask, imsi: str, stated: str, vers: str, version: int, applications: int) -> None:
    """A client of this version hears that it holds; 0 switches off, what is less deletes."""
    account = f'imsi = "{imsi}"\n' + ACCOUNT.replace("version = 7", f"version = {stated}")
    subscriber = Subscriber(imsi, {}, {"account": account})
    put_subscriber(asked.service.database, asked.service.keys, subscriber, 2.0, "test")
    found = read_autoconfiguration(Client(asked, imsi).poll(more=(("x-network-subscriber", imsi),), vers=vers).body)
    assert (found.release.version, len(found.settings.applications)) == (version, applications)
    assert (found.release.message is None) == (vers == "7" == stated)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"vers": "seven"}, 400),
        ({"IMSI": "262990000000002", "SMS_port": "70000"}, 400),
        ({"IMSI": "262990000000002", "SMS_port": "²"}, 400),
        ({"IMSI": "0"}, 511),
        ({"token": "none"}, 511),
        ({"OTP": "123456"}, 511),
    ],
)
def test_what_cannot_be_is_said(asked: Ask, told: dict[str, str], status: int) -> None:
    Client(asked, "").poll(status, **told)


def test_who_has_no_such_settings_is_refused(asked: Ask, imsi: str) -> None:
    subscriber = Subscriber(imsi, {}, {"account": f'imsi = "{imsi}"\n[access.a]\nname = "A"\napn = "a.example"\n'})
    put_subscriber(asked.service.database, asked.service.keys, subscriber, 2.0, "test")
    for who in (imsi, "262990000000003"):
        Client(asked, who).poll(403, more=(("x-network-subscriber", who),))
