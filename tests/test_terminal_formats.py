"""Forms of terminal settings: each cell of README's table stands in what is written, and what was written can be read again."""

from __future__ import annotations

import json
import plistlib
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from conftest import ROOT, SUITE
from hypothesis import given
from hypothesis import strategies as st

from ccpp.errors import CcppError
from ccpp.model import Secret
from ccpp.provisioning.apns import read_android_apns
from ccpp.provisioning.autoconfiguration import ENTITLEMENTS, RCS, read_autoconfiguration
from ccpp.provisioning.connectivity.wbxml import decode_connectivity
from ccpp.provisioning.connectivity.xml import read_connectivity, write_connectivity
from ccpp.provisioning.formats import TERMINAL_FORMATS
from ccpp.provisioning.mobileconfig import read_mobileconfig
from ccpp.provisioning.settings import AccessPoint, Application, Credentials, Proxy, Settings, SettingsError, Validity
from ccpp.provisioning.terminal import Release, Terminal, build_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Every key item, each with a value of its own.
WHOLE: dict[str, Any] = {
    key: tuple(value) if isinstance(value, list) else value
    for key, value in json.loads((SUITE / "terminal" / "whole.json").read_text()).items()
}
TERMINAL = build_terminal(WHOLE)
#: What a form calls a value, where it is not what the key calls it.
SPELLINGS = {
    ("proxy/wap/connection", "connectivity document"): "CO-WSP",
    ("proxy/bank/secure", "connectivity document"): "CO-SEC-WSP",
    ("access/internet/authentication", "apns"): "2",
}
#: A column of README's table → the forms in it.
COLUMNS = {
    "connectivity document": ("wap-xml", "wap-wbxml"),
    "`mobileconfig`": ("mobileconfig",),
    "`apns`": ("apns",),
    "`rcs`, `entitlement`": ("rcs", "entitlement"),
}


def readme_rows() -> Iterator[tuple[str, str, str, str]]:
    """Key, column, form and cell."""
    text = (ROOT / "README.md").read_text()
    table = text[text.index("| key item | key |") :].split("\n\n")[0].splitlines()
    names = [cell.strip() for cell in table[0].strip("|").split("|")]
    for line in table[2:]:
        row = dict(zip(names, (cell.strip() for cell in line.strip("|").split("|")), strict=True))
        key = re.findall("`(.*?)`", row["key"])[0]
        for column, forms in COLUMNS.items():
            for form in forms:
                # The answer to a poll for entitlements has no account of RCS; the table speaks of the two together.
                yield key, column, form, "-" if form == "entitlement" else row[column].strip("`")


def leaves(form: str) -> Iterator[tuple[str, str]]:
    """Each value of a document with its path."""
    content = TERMINAL_FORMATS[form].make(TERMINAL).content
    if form == "mobileconfig":
        for payload in plistlib.loads(content)["PayloadContent"]:
            yield from plist_leaves(payload, payload["PayloadType"])
    elif form == "apns":
        for apn in ET.fromstring(content):  # noqa: S314  our own
            yield from ((f"apn/@{name}", value) for name, value in apn.attrib.items())
    else:
        xml = write_connectivity(decode_connectivity(content).document) if form == "wap-wbxml" else content
        yield from parm_leaves(ET.fromstring(xml), "")  # noqa: S314  our own


def plist_leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401  a property list
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from plist_leaves(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from plist_leaves(inner, path)
    else:
        yield path, str(value)


def parm_leaves(element: ET.Element, path: str) -> Iterator[tuple[str, str]]:
    for child in element:
        if child.tag == "parm":
            yield f"{path}{child.get('name')}", child.get("value", "")
        else:
            yield from parm_leaves(child, f"{path}{child.get('type')}/")


@pytest.mark.parametrize(("key", "column", "form", "cell"), list(readme_rows()))
def test_each_cell_of_the_table_is_true(key: str, column: str, form: str, cell: str) -> None:
    stated = WHOLE[key][0] if isinstance(WHOLE[key], tuple) else WHOLE[key]
    usual = SPELLINGS.get((key, "connectivity document"), str(stated))
    value = SPELLINGS.get((key, column.strip("`")), usual)
    found = list(leaves(form))
    if cell == "-":
        assert value not in {written for _, written in found}
    else:
        assert (cell, value) in found


def test_the_table_has_every_form() -> None:
    assert {form for _, _, form, _ in readme_rows()} == set(TERMINAL_FORMATS)


def test_a_form_names_what_it_leaves_out() -> None:
    left_out = {name: row.make(TERMINAL).left_out for name, row in TERMINAL_FORMATS.items()}
    assert left_out["wap-xml"] == left_out["wap-wbxml"] == ("application ap2001: Ext/GSMA/x",)
    for form in ("mobileconfig", "apns"):
        assert {"access point modem: no APN", "access point internet: QoS", "proxy wap", "proxy bank"} <= set(left_out[form])
    assert "application w4" in left_out["mobileconfig"]
    assert "application w4" not in left_out["apns"]
    assert "application ap2001" in left_out["entitlement"]


@pytest.mark.parametrize(
    ("form", "settings", "message"),
    [
        ("mobileconfig", Settings(), "no access point by APN and no home page"),
        ("apns", Settings(), "no access point by APN"),
        ("apns", Settings((AccessPoint("a", "A", "apn", "APN"),)), "`a` states no MCC and MNC"),
        ("rcs", Settings(), "no RCS application"),
        ("entitlement", Settings(), "no entitlement application"),
        ("entitlement", Settings(applications=(Application("ap2004"),)), "ap2004/EntitlementStatus` is not stated"),
        ("rcs", Settings(applications=(Application("ap2002", name="\x00"),)), "0x0"),
    ],
)
def test_what_a_form_cannot_be_made_of(form: str, settings: Settings, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        TERMINAL_FORMATS[form].make(Terminal(settings))


@pytest.mark.parametrize("version", [0, -1, -2, -3, -4])
def test_a_client_that_is_to_switch_off_is_told_nothing_else(version: int) -> None:
    content = TERMINAL_FORMATS["rcs"].make(Terminal(TERMINAL.settings, Release(version=version))).content
    assert read_connectivity(content).document.within("APPLICATION") == ()
    assert read_autoconfiguration(content).release.version == version


def test_a_profile_of_equal_content_has_equal_identifiers() -> None:
    once, again = (TERMINAL_FORMATS["mobileconfig"].make(TERMINAL).content for _ in range(2))
    other = TERMINAL_FORMATS["mobileconfig"].make(build_terminal(WHOLE | {"access/internet/apn": "other"})).content
    assert once == again
    assert plistlib.loads(once)["PayloadUUID"] != plistlib.loads(other)["PayloadUUID"]
    assert plistlib.loads(once)["PayloadIdentifier"] == plistlib.loads(other)["PayloadIdentifier"]


def test_a_home_page_without_a_scheme_is_of_http() -> None:
    proxies = tuple(
        Proxy(name, name, (), home_page=page) for name, page in (("a", "home.example/a"), ("b", "http://home.example/a"))
    )
    profile = plistlib.loads(TERMINAL_FORMATS["mobileconfig"].make(Terminal(Settings(proxies=proxies))).content)
    assert [(one["Label"], one["URL"]) for one in profile["PayloadContent"]] == [("b", "http://home.example/a")]


# Round trips, where there is a reader.

TEXTS = st.text("aZ09 .-é&<\"'", min_size=1, max_size=8)
SECRETS = st.builds(Secret, TEXTS)
CREDENTIALS = st.just(()) | st.tuples(
    st.builds(Credentials, st.sampled_from(["PAP", "CHAP"]), st.none() | TEXTS, st.none() | SECRETS)
)
VALIDITY = st.tuples(st.builds(Validity, st.just("001"), st.tuples(st.sampled_from(["01", "02"]))))


@st.composite
def points(draw: st.DrawFn) -> AccessPoint:
    name = draw(TEXTS)
    return AccessPoint(
        name, name, draw(TEXTS), "APN", internet=draw(st.booleans()), credentials=draw(CREDENTIALS), validity=draw(VALIDITY)
    )


POINTS = st.lists(points(), min_size=1, max_size=3, unique_by=lambda one: one.id)


@given(POINTS)
def test_a_list_of_access_points_comes_back(written: list[AccessPoint]) -> None:
    content = TERMINAL_FORMATS["apns"].make(Terminal(Settings(tuple(written)))).content
    read = read_android_apns(content)
    # A list has no access point that is for nothing: one that reaches no Internet and is for no MMS is a default one there.
    assert [(one.name, one.address, one.credentials, one.validity) for one in read] == [
        (one.name, one.address, one.credentials, one.validity) for one in sorted(written, key=lambda one: not one.internet)
    ]


@given(POINTS)
def test_a_configuration_profile_comes_back(written: list[AccessPoint]) -> None:
    content = TERMINAL_FORMATS["mobileconfig"].make(Terminal(Settings(tuple(written)))).content
    assert [(one.address, one.credentials) for one in read_mobileconfig(content)] == [
        (one.address, one.credentials) for one in sorted(written, key=lambda one: not one.internet)
    ]


NAMES = st.sampled_from(["ChatAuth", "ftAuth", "SERVICES/ChatAuth", "SERVICES/A/b", "Ext/GSMA/x", "OTHER/y"])
APPLICATIONS = st.builds(
    Application,
    st.sampled_from(RCS),
    st.none() | TEXTS,
    addresses=st.sampled_from([(), ("192.0.2.1",), ("2001:db8::1", "sbc.example")]),
    credentials=CREDENTIALS,
    parms=st.lists(st.tuples(NAMES, TEXTS), max_size=4, unique_by=lambda parm: parm[0]).map(tuple),
)
RELEASES = st.builds(
    Release,
    st.integers(1, 2**31),
    st.integers(0, 2**31),
    st.none() | SECRETS,
    title=TEXTS,
    message=TEXTS,
    accept=st.booleans(),
    reject=st.booleans(),
)


def ordered(terminal: Terminal) -> Any:  # noqa: ANN401  whatever compares
    """A terminal whose parms are in the order of their names, because a document groups them."""
    return terminal.release, [
        (one.id, one.name, one.addresses, one.credentials, sorted(one.parms)) for one in terminal.settings.applications
    ]


@given(st.lists(APPLICATIONS, min_size=1, max_size=2, unique_by=lambda one: one.id), RELEASES)
def test_an_autoconfiguration_comes_back(applications: list[Application], release: Release) -> None:
    terminal = Terminal(Settings(applications=tuple(applications)), release)
    assert ordered(read_autoconfiguration(TERMINAL_FORMATS["rcs"].make(terminal).content)) == ordered(terminal)


@pytest.mark.parametrize("identifier", ENTITLEMENTS)
def test_an_entitlement_comes_back(identifier: str) -> None:
    one = Application(
        identifier, "Voice", parms=(("EntitlementStatus", "1"), ("ServiceFlow_URL", "https://flow.example/?a=1&b=2"))
    )
    terminal = Terminal(Settings(applications=(one,)), Release(2, 86_400, Secret("hunter2")))
    assert read_autoconfiguration(TERMINAL_FORMATS["entitlement"].make(terminal).content) == terminal


WRITTEN = [TERMINAL_FORMATS[name].make(TERMINAL).content for name in ("apns", "mobileconfig", "rcs")]


@given(st.sampled_from(WRITTEN), st.integers(0, 10_000), st.binary(max_size=6), st.integers(0, 6))
def test_damaged_bytes_give_settings_or_one_error(written: bytes, place: int, inserted: bytes, removed: int) -> None:
    place %= len(written)
    data = written[:place] + inserted + written[place + removed :]
    for read in (read_android_apns, read_mobileconfig, read_autoconfiguration):
        try:
            read(data)
        except CcppError as error:
            assert "hunter2" not in str(error)  # noqa: PT017  that is the test


@given(st.binary(max_size=40), st.sampled_from([b"", b"bplist00", b"<apns>", b"<plist>"]))
def test_any_bytes_give_settings_or_one_error(data: bytes, head: bytes) -> None:
    for read in (read_android_apns, read_mobileconfig, read_autoconfiguration):
        try:
            read(head + data)
        except CcppError as error:
            assert str(error)  # noqa: PT017  that is the test
