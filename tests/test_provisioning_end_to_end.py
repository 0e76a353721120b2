"""From settings to a configured terminal: in short messages, and on a card that moves from one terminal to another."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from generated_settings import SETTINGS
from hypothesis import given, settings
from hypothesis import strategies as st

from ccpp.cli import cli
from ccpp.commands.document import document as group
from ccpp.model import Secret as Password
from ccpp.provisioning.bootstrap import CONTENT_TYPE, MediaType, Secret, Security, compute_mac, imsi_semi_octets, user_pin_mac
from ccpp.provisioning.card.files import Access
from ccpp.provisioning.card.image import read_image, write_image
from ccpp.provisioning.card.layout import Place, Storage, make_card
from ccpp.provisioning.connectivity.mapping import document_to_settings, settings_to_document
from ccpp.provisioning.connectivity.wbxml import decode_connectivity, encode_connectivity
from ccpp.provisioning.connectivity.xml import write_connectivity
from ccpp.provisioning.push import Push, encode_push
from ccpp.provisioning.settings import AccessPoint, Application, Context, Credentials, Gateway, Port, Proxy, Resource, Settings
from ccpp.provisioning.sms import encode_segment, segment
from ccpp.provisioning.user_agent.simulated import Terminal, insert_card, receive, settings_of
from ccpp.provisioning.user_agent.supporting import Capabilities

if TYPE_CHECKING:
    from pathlib import Path

IMSI, PIN = "001010123456789", "1234"
GERMAN = "262021234567890"
SECRET = Secret(pin=PIN, network=imsi_semi_octets(IMSI))
SUBSCRIBER = Settings(
    (
        AccessPoint(
            "packets", "Packets", "internet.example", "APN", ("GSM-GPRS",), internet=True,
            qos=(("traffic_class", "60"), ("max_bitrate_dnlink", "40")),
            credentials=(Credentials("CHAP", "subscriber", Password("hunter2")),),
        ),
        AccessPoint("dial", "Dial", "+155501000", "E164", ("GSM-CSD",), call_type="ANALOG-MODEM", link_speed="9600"),
    ),
    (
        Proxy(
            "wap.example", "Gateway", (Gateway("px", "192.0.2.17", ("packets", "dial"), "IPV4", (Port(9203, ("CO-SEC-WSP",)),)),),
            "http://home.example/", trusted=True,
        ),
    ),
    (Application("w2", "Browser", proxies=("wap.example",), resources=(Resource("http://home.example/", home=True),)),),
    Context("Operator", "http://tps.example/", 1),
)  # fmt: skip


def messages(data: bytes, security: Security) -> list[bytes]:
    """The short messages of a bootstrap."""
    mac = None if security is Security.USERPINMAC else compute_mac(security, SECRET, data)
    push = encode_push(Push(MediaType(CONTENT_TYPE, security, mac), data))
    return [encode_segment(part) for part in segment(push, reference=7)]


def sent(stated: Settings, security: Security, seed: int) -> Terminal:
    """A new terminal after the short messages of a bootstrap, shuffled, one of them twice."""
    data = encode_connectivity(settings_to_document(stated))
    parts = messages(data, security)
    parts = [*parts[:-1], parts[0], parts[-1]] if len(parts) > 1 else parts
    Random(seed).shuffle(parts)  # noqa: S311  an order, no secret
    terminal = Terminal(IMSI)
    codes = []
    for part in parts:
        typed = user_pin_mac(data, "73914") if security is Security.USERPINMAC else PIN
        terminal, remarks = receive(terminal, part, pin=typed)
        codes += [remark.code for remark in remarks]
    assert codes.count("accepted") == 1
    return terminal


@pytest.mark.parametrize("security", Security)
@pytest.mark.parametrize("seed", range(5))
def test_a_subscriber_is_bootstrapped_by_short_messages(security: Security, seed: int) -> None:
    terminal = sent(SUBSCRIBER, security, seed)
    number = 0 if security is Security.USERNETWPIN else 1
    assert settings_of(terminal, number) == SUBSCRIBER


@given(SETTINGS, st.integers(0, 99))
@settings(max_examples=12)
def test_whatever_settings_arrive_as_they_were_sent(stated: Settings, seed: int) -> None:
    assert settings_of(sent(stated, Security.USERNETWPIN, seed)) == stated


@pytest.mark.parametrize("kind", ["sim", "usim", "wim"])
def test_a_card_takes_its_settings_to_another_terminal(kind: str, tmp_path: Path) -> None:
    document = encode_connectivity(settings_to_document(SUBSCRIBER))
    file = tmp_path / "card.json"
    file.write_bytes(write_image(make_card(Storage({Place.BOOTSTRAP: document}), kind)))
    holder = frozenset({Access.CHV1, Access.PIN_G})
    for capabilities in (Capabilities(), Capabilities(further=0)):
        terminal = insert_card(Terminal("", capabilities, verified=holder), IMSI, read_image(file.read_bytes()))
        assert settings_of(terminal) == SUBSCRIBER
    assert settings_of(insert_card(terminal, "001010000000001")) == Settings()


def test_a_terminal_without_a_bearer_takes_what_it_can() -> None:
    card = make_card(Storage({Place.BOOTSTRAP: encode_connectivity(settings_to_document(SUBSCRIBER))}))
    held = settings_of(Terminal(IMSI, Capabilities(bearers=frozenset({"GSM-CSD"})), card))
    assert [point.id for point in held.access_points] == ["dial"]
    assert held.proxies[0].gateways[0].access_points == ("dial",)


def test_what_a_user_adds_travels_with_the_card() -> None:
    """Config1 is the holder's: what stands there has less priority than Bootstrap, and goes where the card goes."""
    mine = Settings((AccessPoint("mine", "Mine", "mine.example", "APN", ("GSM-GPRS",)),))
    documents = {Place.BOOTSTRAP: SUBSCRIBER, Place.CONFIG1: mine}
    card = make_card(Storage({place: encode_connectivity(settings_to_document(one)) for place, one in documents.items()}))
    held = settings_of(Terminal(IMSI, card=card))
    assert [point.id for point in held.access_points] == ["packets", "dial", "mine"]
    assert held.proxies == SUBSCRIBER.proxies


def test_by_the_command_line(tmp_path: Path) -> None:
    """XML in, short messages and a card out, each of which configures a terminal alike."""
    xml, image = tmp_path / "settings.xml", tmp_path / "card.json"
    xml.write_bytes(write_connectivity(settings_to_document(SUBSCRIBER)))
    run = CliRunner().invoke
    secrets = ["--method", "USERNETWPIN", "--pin", PIN, "--imsi", IMSI]
    listed = json.loads(run(group, ["sms", str(xml), *secrets, "--format", "json"]).stdout)["messages"]
    terminal = Terminal(IMSI)
    for one in reversed(listed):
        terminal, _ = receive(terminal, bytes.fromhex(one), pin=PIN)
    assert run(group, ["card", str(xml), "--output", str(image)]).exit_code == 0
    other = Terminal(IMSI, card=read_image(image.read_bytes()))
    assert settings_of(terminal) == settings_of(other) == SUBSCRIBER


def test_a_real_device_of_a_real_network_is_configured(shared: Path, tmp_path: Path) -> None:
    """A subscriber's account and a device's profile in, the operator's own data between; short messages and a card out."""
    account, out, image = tmp_path / "alice.toml", tmp_path / "out", tmp_path / "card.json"
    account.write_text(
        f'imsi = "{GERMAN}"\n[access.internet]\nuser = "alice"\npassword = "hunter2"\n'
        '[application.w2]\nhome-page = "http://home.example/"\naccess = ["internet"]\n'
    )
    profile = shared / "profiles" / "3c21806e0b8cf3c1724e7d184691bd4a.rdf"
    run = CliRunner().invoke
    made = run(cli, ["settings", str(profile), "--account", str(account), "--as", "wap-wbxml", "--output", str(out)])
    assert made.exit_code == 0, made.output
    assert "hunter2" not in made.output
    (file,) = out.iterdir()
    expected = document_to_settings(decode_connectivity(file.read_bytes()).document).settings
    assert expected.access_points[0].credentials[0].secret == Password("hunter2")
    listed = json.loads(
        run(cli, ["document", "sms", str(file), "--method", "NETWPIN", "--imsi", GERMAN, "--format", "json"]).stdout
    )
    terminal = Terminal(GERMAN)
    for one in reversed(listed["messages"]):
        terminal, _ = receive(terminal, bytes.fromhex(one))
    assert run(cli, ["document", "card", str(file), "--kind", "usim", "--output", str(image)]).exit_code == 0
    for held in (settings_of(terminal, 1), settings_of(Terminal(GERMAN, card=read_image(image.read_bytes())))):
        assert held == expected
