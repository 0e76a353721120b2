"""Settings: to a document and back, held against themselves, and silent about secrets."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from ccpp.model import Secret
from ccpp.provisioning.connectivity.document import Characteristic, Parm
from ccpp.provisioning.connectivity.mapping import document_to_settings, settings_to_document
from ccpp.provisioning.connectivity.rules import validate_connectivity
from ccpp.provisioning.connectivity.wbxml import decode_connectivity, encode_connectivity
from ccpp.provisioning.connectivity.xml import read_connectivity
from ccpp.provisioning.settings import (
    QOS_BITS,
    QOS_PARMS,
    AccessPoint,
    Application,
    Context,
    Credentials,
    Gateway,
    Port,
    Proxy,
    Resource,
    Server,
    Settings,
    SettingsError,
    Validity,
    check_settings,
)

VECTORS = json.loads((Path(__file__).parent / "suite" / "connectivity" / "vectors.json").read_text())
GPRS = AccessPoint(
    "gprs", "Packets", "internet.example", "APN", ("GSM-GPRS",), internet=True,
    dns=("192.0.2.53",),
    qos=tuple((key, f"{QOS_BITS.get(key, 8):02X}") for key in QOS_PARMS),
    credentials=(Credentials("CHAP", "user", Secret("hunter2")), Credentials("PAP", "", Secret(""))),
    validity=(Validity("001", ("01", "02"), 3600),),
)  # fmt: skip
MODEM = AccessPoint("modem", "Dial", "+155501000", "E164", ("GSM-CSD",), call_type="ANALOG-MODEM", link_speed="9600", linger=60)
PROXY = Proxy(
    "wap.example", "Gateway", (Gateway("px1", "192.0.2.17", ("gprs", "modem"), "IPV4", (Port(9203, ("CO-SEC-WSP",)),), "gw.example"),),
    "http://home.example/", Credentials("HTTP-BASIC", "me", Secret("hunter2")), ("example",), trusted=True, push=True,
    ports=(Port(9201, ("CO-WSP",)),), credentials=(Credentials("HTTP-DIGEST", "me", Secret("hunter2")),), provider="operator.example",
)  # fmt: skip
BROWSER = Application(
    "w2", "Browser", proxies=("wap.example",), resources=(Resource("http://home.example/", "Home", home=True),)
)
MANAGEMENT = Application(
    "w7", "Management", "dm.example", ("https://dm.example/",), access_points=("gprs",),
    credentials=(
        Credentials("HTTP-DIGEST", "device", Secret("hunter2"), "APPSRV", Secret("bm9uY2U=")),
        Credentials("HTTP-BASIC", "server", Secret("hunter2"), "CLIENT"),
    ),
)  # fmt: skip
SYNCHRONISATION = Application(
    "w5", "Contacts", addresses=("http://sync.example/",), proxies=("wap.example",), accept="text/x-vcard",
    resources=(Resource("./contacts", accept="text/x-vcard", credentials=Credentials("BASIC", "me", Secret("hunter2"))),),
)  # fmt: skip
MESSAGES = Application("w4", "MMS", addresses=("http://mms.example/",), proxies=("wap.example",))
OUTBOX = Application(
    "25", "Mail", access_points=("INTERNET",), servers=(Server("smtp.example", "ALPHA", (Port(587),)),),
    credentials=(Credentials("LOGIN", "user", Secret("hunter2")),), parms=(("FROM", "user@mail.example"),), protocol="SMTP",
)  # fmt: skip
INBOX = Application("143", "Mail", access_points=("INTERNET",), servers=(Server("imap.example", ports=(Port(993),)),))
RCS = Application("ap2002", "RCS", access_points=("gprs",))
WHOLE = Settings(
    (GPRS, MODEM), (PROXY,), (BROWSER, MANAGEMENT, SYNCHRONISATION, MESSAGES, OUTBOX, INBOX, RCS),
    Context("Acme", "http://tps.example/", 0, ("wap.example",), "001", ("01", "02")), "terminal-1",
)  # fmt: skip

#: Key item → the place of its parm and the value it has in `WHOLE`.
KEY_DATA = {
    "home page": ("PXLOGICAL", Parm("STARTPAGE", "http://home.example/")),
    "connection type": ("PXLOGICAL/PORT", Parm("SERVICE", "CO-WSP")),
    "security": ("PXLOGICAL/PXPHYSICAL/PORT", Parm("SERVICE", "CO-SEC-WSP")),
    "bearer": ("NAPDEF", Parm("BEARER", "GSM-GPRS")),
    "dial-up number": ("NAPDEF", Parm("NAP-ADDRESS", "+155501000")),
    "APN": ("NAPDEF", Parm("NAP-ADDRESS", "internet.example")),
    "gateway address": ("PXLOGICAL/PXPHYSICAL", Parm("PXADDR", "192.0.2.17")),
    "PPP authentication": ("NAPDEF/NAPAUTHINFO", Parm("AUTHTYPE", "CHAP")),
    "PPP user name": ("NAPDEF/NAPAUTHINFO", Parm("AUTHNAME", "user")),
    "PPP password": ("NAPDEF/NAPAUTHINFO", Parm("AUTHSECRET", "hunter2")),
    "QoS": ("NAPDEF", Parm("DELIVERY-ORDER", "18")),
}


@pytest.mark.parametrize("settings", [WHOLE, Settings(), Settings((MODEM,)), Settings((GPRS, MODEM), (PROXY,))])
def test_settings_come_back(settings: Settings) -> None:
    document = settings_to_document(settings)
    assert document_to_settings(document) == (settings, ())
    assert document_to_settings(decode_connectivity(encode_connectivity(document)).document).settings == settings


def test_what_is_written_breaks_no_rule() -> None:
    assert validate_connectivity(settings_to_document(WHOLE)) == []


@pytest.mark.parametrize("item", KEY_DATA)
def test_each_key_item_stands_in_the_document(item: str) -> None:
    path, parm = KEY_DATA[item]
    found = settings_to_document(WHOLE).characteristics
    kind, *rest = path.split("/")
    found = tuple(one for one in found if one.type == kind)
    for kind in rest:
        found = tuple(inner for one in found for inner in one.within(kind))
    assert any(parm in one.parms for one in found)


def test_what_settings_do_not_hold_is_named() -> None:
    mapped = document_to_settings(read_connectivity(VECTORS["xml"].encode()).document)
    assert mapped.settings.proxies[0].home_page == "http://home.example.net/"
    extra = settings_to_document(WHOLE)
    vendor = Characteristic("VENDORCONFIG", (Parm("NAME", "Torch"), Parm("COLOUR", "red")))
    extra = extra._replace(characteristics=(*extra.characteristics, vendor))
    lost = ("/VENDORCONFIG[Torch]", "/VENDORCONFIG[Torch] COLOUR=red", "/VENDORCONFIG[Torch] NAME=Torch")
    assert document_to_settings(extra).unmapped == lost


def test_no_secret_shows() -> None:
    assert "hunter2" not in repr(WHOLE) + str(Secret("hunter2")) + repr(settings_to_document(WHOLE))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (Settings((MODEM, MODEM)), "defined 2 times"),
        (Settings((replace(MODEM, id="INTERNET"),)), "reserved"),
        (Settings((), (PROXY,)), "uses the access point `gprs`"),
        (Settings((), (), (BROWSER,)), "uses the proxy `wap.example`"),
        (Settings((GPRS, MODEM), (replace(PROXY, gateways=()),)), "has no gateway"),
        (Settings((GPRS, MODEM), (replace(PROXY, ports=(Port(65_536),)),)), "the port 65536"),
        (Settings(applications=(replace(INBOX, servers=(Server("a", ports=(Port(-1),)),)),)), "the port -1"),
        (Settings((replace(MODEM, qos=(("delivery_order", "28"),)),)), "QoS"),
        (Settings(context=Context(allowed=256)), "256 further contexts"),
        (Settings(context=Context(proxies=("nowhere",))), "the context` uses the proxy `nowhere`"),
        (Settings((replace(MODEM, qos=(("delivery_order", "soon"),)),)), "QoS"),
    ],
)
def test_contradictions_are_one_error(settings: Settings, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        check_settings(settings)


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        (Settings((replace(MODEM, bearers=("PIGEON",)),)), "value"),
        (Settings((replace(GPRS, validity=(Validity(networks=("01",)),)),)), "needs"),
        (Settings((GPRS, MODEM), (replace(PROXY, domains=("a", "b", "c", "d", "e")),)), "repeated"),
    ],
)
def test_no_document_is_written_that_breaks_a_rule(settings: Settings, rule: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_to_document(settings)
    assert f"`{rule}`" in str(caught.value)


def test_every_quality_that_the_standard_names_can_be_stated(shared: Path) -> None:
    rows = list(csv.DictReader((shared / "reference" / "qos_values.csv").read_text().splitlines()))
    keys = {parm: key for key, parm in QOS_PARMS.items()}
    for row in rows:
        check_settings(Settings((replace(MODEM, qos=((keys[row["parm"]], row["hex"]),)),)))
    assert len(rows) > 100
