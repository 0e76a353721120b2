"""A terminal's settings from layers: real operators' data, accounts, and what a device's profile rules out."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from conftest import SUITE
from hypothesis import given
from hypothesis import strategies as st

from ccpp.catalogue.loading import load_catalogue
from ccpp.catalogue.model import Layer, Setting
from ccpp.errors import CcppError, UsageError
from ccpp.model import Rule, Secret
from ccpp.normalisation import load_normalisation
from ccpp.plain import plain_configuration
from ccpp.provisioning import DOCUMENTS
from ccpp.provisioning.choosing import choose_form, format_rules
from ccpp.provisioning.connectivity.mapping import settings_to_document
from ccpp.provisioning.formats import TERMINAL_FORMATS, terminal_choice
from ccpp.provisioning.operators import load_operators, network_of, operators_of
from ccpp.provisioning.serviceproviders import LICENCE, SOURCE, read_serviceproviders
from ccpp.provisioning.subscriber import read_subscriber
from ccpp.provisioning.tailoring import (
    BEARERS,
    Capabilities,
    capabilities_of,
    catalogue_layers,
    fit,
    operator_layer,
    operator_of,
    tailor,
)
from ccpp.provisioning.terminal import ITEMS, build_terminal, form_of
from ccpp.reading import read_profile
from ccpp.resolution import resolve
from ccpp.samples import devices, sample
from ccpp.vocabulary import vocabulary_folder

if TYPE_CHECKING:
    from ccpp.model import ResolvedProfile
    from ccpp.vocabulary import Vocabularies

OPERATORS = load_operators()
DEBIAN = Path("/usr/share/mobile-broadband-provider-info")
debian = pytest.mark.skipif(not DEBIAN.is_dir(), reason="no mobile-broadband-provider-info")
WHOLE = {
    key: tuple(value) if isinstance(value, list) else value
    for key, value in json.loads((SUITE / "terminal" / "whole.json").read_text()).items()
}


def layer(name: str, *, rule: Rule | None = None, **stated: Any) -> Layer:  # noqa: ANN401  any value
    return Layer(name, tuple(Setting(key.replace("__", "/"), value, rule) for key, value in stated.items()))


def device(name: str, vocabularies: Vocabularies) -> ResolvedProfile:
    return resolve([read_profile(sample(name), uri=f"urn:{name}", vocabularies=vocabularies)])


# Operators.


@debian
def test_the_shipped_operators_are_those_of_debian() -> None:
    assert read_serviceproviders((DEBIAN / "serviceproviders.xml").read_bytes()) == OPERATORS


def test_the_shipped_operators_are_counted_in_readme() -> None:
    assert len(OPERATORS) == 635
    assert sum(len(one.access) for one in OPERATORS) == 1_286
    text = (vocabulary_folder() / "networks" / "operators.json").read_text()
    assert text.startswith(json.dumps({"source": SOURCE, "licence": LICENCE})[:-1])
    assert "hunter2" not in repr(OPERATORS)
    assert "'1111'" not in repr(OPERATORS)  # a password in the data


@debian
@pytest.mark.parametrize("part", range(8))
def test_android_lists_are_those_that_the_data_come_with(part: int) -> None:
    """Debian ships the same data as Android's list, made by another program."""
    names = ("mcc", "mnc", "apn", "user", "password", "mmsc", "mmsproxy", "mmsport")
    rows = list(ET.parse(DEBIAN / "apns-conf.xml").iter("apn"))  # noqa: S314  Debian's
    theirs = {tuple(one.get(name) or None for name in names) for one in rows}
    for operator in OPERATORS[part::40]:
        centreless = {one.apn for one in operator.access if "mms" in one.use and not one.mmsc}  # which it writes in another way
        terminal = tailor([operator_layer(operator)], Capabilities()).terminal
        for one in ET.fromstring(TERMINAL_FORMATS["apns"].make(terminal).content):  # noqa: S314  our own
            # It lists an operator's first network alone, and MMS on access points for MMS only.
            if (one.get("mcc") or "") + (one.get("mnc") or "") == operator.networks[0] and one.get("apn") not in centreless:
                mine = tuple(one.get(name) or None for name in names)
                assert {mine, (*mine[:5], None, None, None)} & theirs, mine


@pytest.mark.parametrize("part", range(10))
def test_every_operator_gives_working_defaults(part: int) -> None:
    for operator in OPERATORS[part::100]:
        settings = tailor([operator_layer(operator)], Capabilities()).terminal.settings
        assert len(settings.access_points) == len(operator.access)
        assert settings_to_document(settings).characteristics


@pytest.mark.long
@pytest.mark.parametrize("part", range(8))
def test_every_operator_and_plan_gives_working_defaults(part: int) -> None:
    for operator in OPERATORS[part::8]:
        for plan in (None, "prepaid", "postpaid"):
            settings_to_document(tailor([operator_layer(operator, plan)], Capabilities()).terminal.settings)


def test_an_imsi_begins_with_two_or_three_digits_of_a_network() -> None:
    assert network_of("262011234567890", OPERATORS) == "26201"
    assert network_of("310410123456789", OPERATORS) == "310410"
    assert network_of("999991234567890", OPERATORS) is None
    with pytest.raises(UsageError, match="an IMSI that is none"):
        network_of("26201x", OPERATORS)


def test_the_likeliest_operator_comes_first() -> None:
    vodafone, *guests = operators_of("26202", OPERATORS)
    assert vodafone.name == "Vodafone"
    assert {"Bild Mobil"} <= {one.name for one in guests}
    account = read_subscriber(b'network = "26202"\noperator = "bild mobil"')
    assert operator_of(account, OPERATORS) in guests
    with pytest.raises(UsageError, match="no `Nobody` is known on the network 26202"):
        operator_of(read_subscriber(b'network = "26202"\noperator = "Nobody"'), OPERATORS)
    with pytest.raises(UsageError, match="no operator is known on the network 99999"):
        operator_of(read_subscriber(b'network = "99999"'), OPERATORS)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<a/>", "the root is `a`"),
        (b'<serviceproviders format="1.0"/>', "format 2.0"),
        (
            b'<serviceproviders format="2.0"><country code="x"><provider><gsm><network-id mcc="1"/></gsm></provider></country></serviceproviders>',
            "a `network-id` without `mnc`",
        ),
        (b"nothing", "not well-formed XML"),
    ],
)
def test_what_is_no_list_of_providers(data: bytes, message: str) -> None:
    with pytest.raises(CcppError, match=message):
        read_serviceproviders(data)


# Layers.


def test_layers_merge_by_the_rules_and_say_where_values_are_from() -> None:
    low = layer("network", access__a__apn="low", access__a__dns=("192.0.2.1",), access__a__user="all")
    low = Layer(
        "network",
        (*low.settings[:1], Setting("access/a/dns", ("192.0.2.1",), Rule.APPEND), Setting("access/a/user", "all", Rule.LOCKED)),
    )
    high = layer(
        "subscriber",
        access__a__apn="high",
        access__a__dns=("192.0.2.2",),
        access__a__user="me",
        access__a__password="hunter2",  # noqa: S106  not real
    )
    tailored = tailor([low, high], Capabilities())
    [point] = tailored.terminal.settings.access_points
    assert (point.address, point.dns, point.credentials[0].name) == ("high", ("192.0.2.1", "192.0.2.2"), "all")
    assert point.credentials[0].secret == Secret("hunter2")
    assert [one.layer for one in tailored.configured["access/a/apn"].losers] == ["network"]
    assert "hunter2" not in f"{tailored} {plain_configuration(tailored.configured)}"


def test_the_first_access_point_that_is_stated_comes_first() -> None:
    stated = layer("x", **{"access__b-2__apn": "b2", "access__b__apn": "b", "access__a__apn": "a"})
    assert [one.id for one in tailor([stated], Capabilities()).terminal.settings.access_points] == ["b-2", "b", "a"]


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({"access/a/colour": "red"}, "`access/a/colour` is no key"),
        ({"nothing": "x"}, "access/ID/"),
        ({"access/a": "x"}, "is no key"),
        ({"application/w2/": "x"}, "is no key"),
        ({"access/a/name": "x"}, "has 0 of what it needs one of"),
        ({"access/a/apn": "x", "access/a/number": "+1"}, "has 2 of what it needs one of"),
        ({"access/a/apn": ("x", "y")}, "the value of `access/a/apn` is no text"),
        ({"access/a/apn": "x", "access/a/linger": "soon"}, "is no number"),
        ({"access/a/apn": "x", "access/a/linger": -1}, "is no number"),
        ({"access/a/apn": "x", "access/a/internet": "yes"}, "is no flag"),
        ({"access/a/apn": "x", "access/a/bearer": (1,)}, "is no list"),
        ({"access/a/apn": "x", "access/a/password": 5}, "is no secret"),
        ({"proxy/a/connection": "http"}, "state address"),
        ({"proxy/a/address": "h", "proxy/a/connection": "http", "proxy/a/secure": True}, "no such connection as `http`"),
        ({"proxy/a/address": "h", "proxy/a/access": "nowhere"}, "`a-1` uses the access point `nowhere`"),
        ({"access/a/apn": "x", "access/a/traffic-class": "61"}, "QoS"),
    ],
)
def test_what_is_no_settings_is_one_error(stated: dict[str, Any], message: str) -> None:
    with pytest.raises(CcppError) as raised:
        build_terminal(stated)
    assert message in str(raised.value)


#: Two values of each form; and of the items that take only some.
TWO: dict[str, tuple[Any, Any]] = {
    "text": ("one", "two"),
    "number": (5, 6),
    "flag": (False, True),
    "list": ((), ("x",)),
    "secret": (Secret("one"), Secret("two")),
    "connection": ("temporary", "continuous"),
    "traffic-class": ("20", "60"),
    "delivery-order": ("08", "10"),
    "residual-ber": ("10", "20"),
    "transfer-delay": ("04", "08"),
}
TWO |= {
    item: ("01", "02")
    for item in ITEMS["access"]
    if item.startswith(("delivery-err", "max-", "guaranteed-", "sdu-", "traffic-handl"))
}
BASE = {"access/x/apn": "x", "proxy/x/address": "h", "proxy/x/access": ("x",)}


@pytest.mark.parametrize(("kind", "item"), [(kind, item) for kind, items in ITEMS.items() for item in items])
def test_every_item_has_an_effect(kind: str, item: str) -> None:
    """A key that is accepted and then ignored would be a lie."""
    key = f"{kind}/{item}" if kind in {"context", "release"} else f"{kind}/x/{item}"
    base = {"access/x/address": "1", **BASE} if item == "address-type" else BASE
    if item in {"number", "address", "address-type"}:
        base = {one: value for one, value in base.items() if one != "access/x/apn" or kind != "access"}
    if key == "proxy/x/access":
        base = {**BASE, "proxy/y/address": "h", "access/y/apn": "y"}
        key = "proxy/y/access"
    one, other = (("x",), ("y",)) if key == "proxy/y/access" else TWO.get(item, TWO[form_of(key)])
    assert build_terminal(base | {key: one}) != build_terminal(base | {key: other})


CATALOGUE = b"""
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix req: <urn:ccpp:requirement#> .
@prefix cat: <urn:ccpp:catalogue#> .
@prefix prf: <http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20070511#> .
<#shop> a cat:Catalogue ; rdfs:label "Shop" ; cat:applications ( <#a> ) ; cat:terminalSettings ( <#internet> <#android> ) .
<#a> a cat:Application ; rdfs:label "A" ; cat:variants ( <#v> ) .
<#v> a cat:Variant ; rdfs:label "V" ; cat:artefact [ cat:uri "http://a.example/" ; cat:mediaType "text/html" ] .
<#internet> a cat:TerminalSettings ; rdfs:label "Internet" ;
    cat:declares [ cat:key "access/internet/apn" ; cat:type cat:Text ], [ cat:key "access/internet/password" ; cat:type cat:Text ; cat:secret true ],
        [ cat:key "access/internet/dns" ; cat:type cat:Text ], [ cat:key "context/server" ; cat:type cat:Uri ] ;
    cat:setting [ cat:key "access/internet/apn" ; cat:value "shop.example" ; cat:rule cat:Locked ],
        [ cat:key "access/internet/password" ; cat:value "hunter2" ], [ cat:key "context/server" ; cat:value "http://tps.example/" ] ;
    cat:when [ cat:requirement <#Java> ; cat:setting [ cat:key "access/internet/dns" ; cat:value "192.0.2.53" ; cat:rule cat:Append ] ] .
<#android> a cat:TerminalSettings ; rdfs:label "Android" ; cat:requirement <#Android> ;
    cat:setting [ cat:key "access/android/apn" ; cat:value "android.example" ] .
<#Java> a sh:NodeShape ; sh:property [ sh:path prf:JavaEnabled ; sh:hasValue true ] .
<#Android> a sh:NodeShape ; sh:property [ sh:path prf:OSName ; sh:minCount 1 ; sh:pattern "^android" ; sh:flags "i" ] .
"""


def test_the_catalogue_stands_between_the_network_and_the_subscriber(vocabularies: Vocabularies) -> None:
    catalogue = load_catalogue(CATALOGUE, source="shop.ttl", vocabularies=vocabularies)
    account = read_subscriber(
        b'[access.internet]\napn = "mine.example"\ndns = ["192.0.2.54"]\n[context]\nserver = "http://mine.example/"'
    )
    phone, droid = (device(name, vocabularies) for name in ("07-delta-n80.rdf", "09-echo-droid.rdf"))
    for profile, points, servers in (
        (phone, ["internet"], ("192.0.2.53", "192.0.2.54")),
        (droid, ["internet", "android"], ("192.0.2.54",)),
    ):
        layers = [*catalogue_layers(catalogue, catalogue.matcher.match(profile)), account.layer]
        tailored = tailor(layers, Capabilities())
        settings = tailored.terminal.settings
        assert [one.id for one in settings.access_points] == points
        assert (settings.access_points[0].address, settings.access_points[0].dns) == ("shop.example", servers)
        assert settings.context is not None
        assert settings.context.server == "http://mine.example/"
        assert [one.layer for one in tailored.configured["access/internet/apn"].losers] == ["subscriber"]
        assert "hunter2" not in f"{tailored} {plain_configuration(tailored.configured)}"


# Accounts.


def test_an_account_in_toml() -> None:
    account = read_subscriber(
        b'imsi = "262011234567890"\nplan = "prepaid"\n[access.internet]\nuser = "alice"\npassword = "hunter2"\n'
        b'[rules]\n"access/internet/user" = "Locked"\n'
    )
    assert account.layer.settings == (
        Setting("access/internet/user", "alice", Rule.LOCKED),
        Setting("access/internet/password", Secret("hunter2")),
    )
    assert account.imsi == Secret("262011234567890")
    assert "hunter2" not in repr(account)
    assert "262011234567890" not in repr(account)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'x = "hunter2', "not TOML"),
        (b"\xff", "not UTF-8 at byte 0"),
        (b"imsi = 262", "`imsi` is no text"),
        (b'[access.a]\npassword = ["hunter2"]', "the value of `access/a/password` is no secret"),
        (b'rules = "hunter2"', "`rules` is no table"),
        (b'[access.a]\napn = "x"\n[rules]\n"access/a/apn" = "Maybe"', "`access/a/apn` has no such rule"),
        (b'[access.a]\napn = "x"\n[rules]\n"access/a/apn" = "Append"', "holds one value"),
        (b'[rules]\n"access/a/apn" = "Locked"', "a rule for `access/a/apn`, which is not stated"),
        (b"a = " + b"[" * 5_000, "not TOML"),
        (b".".join([b"[a"] + [b"a"] * 20) + b"]\nb = 1", "tables inside tables"),
        (b"#" * 70_000, "more than 65536"),
    ],
)
def test_what_is_no_account_is_one_error_without_a_value(data: bytes, message: str) -> None:
    with pytest.raises(CcppError, match=message) as raised:
        read_subscriber(data)
    assert "hunter2" not in str(raised.value)


@given(st.binary(max_size=60), st.sampled_from([b"", b"[access.a]\n", b'imsi = "']))
def test_any_bytes_give_an_account_or_one_error(data: bytes, head: bytes) -> None:
    try:
        read_subscriber(head + data)
    except CcppError as error:
        assert str(error)  # noqa: PT017  that is the test


# Devices.


def test_capabilities_are_those_that_profiles_state(vocabularies: Vocabularies) -> None:
    normalisation = load_normalisation(vocabularies)
    found = {name: capabilities_of(device(name, vocabularies), vocabularies, normalisation) for name in devices()}
    assert found["07-delta-n80.rdf"].bearers is not None
    assert "GSM-GPRS" in found["07-delta-n80.rdf"].bearers
    assert {one.wap for one in found.values()} >= {1, 2}


def test_every_bearer_of_the_table_is_a_canonical_spelling(vocabularies: Vocabularies) -> None:
    normalisation = load_normalisation(vocabularies)
    name = vocabularies.named("SupportedBearers").name
    assert all(normalisation.canonical(name, bearer) == (bearer,) for bearer in BEARERS)


@pytest.mark.parametrize(
    ("capabilities", "gone"),
    [
        (Capabilities(), set()),
        (Capabilities(frozenset({"GSM-GPRS", "GSM-CSD"}), 2), set()),
        (Capabilities(frozenset({"GSM-GPRS"})), {"access point modem"}),
        (
            Capabilities(frozenset({"GSM-CSD"})),
            {
                "access point internet",
                "access point mms",
                "proxy bank",
                "proxy web",
                "proxy mms",
                "application w2",
                "application w4",
            },
        ),
        (
            Capabilities(frozenset(), 2),
            {f"access point {one}" for one in ("internet", "modem", "mms")}
            | {f"proxy {one}" for one in ("wap", "bank", "web", "mms")}
            | {"application w2", "application w4"},
        ),
        (
            Capabilities(None, 1),
            {"proxy web", "proxy mms", *(f"application {one}" for one in ("w2", "w4", "ap2001", "ap2003"))},
        ),
    ],
)
def test_what_a_device_cannot_use_goes_and_what_rests_on_it(capabilities: Capabilities, gone: set[str]) -> None:
    settings = build_terminal(WHOLE).settings
    fitted, dropped = fit(settings, capabilities)
    assert {one.what for one in dropped} == gone
    assert all(one.reason for one in dropped)
    settings_to_document(fitted)
    assert fit(fitted, capabilities) == (fitted, ())


@pytest.mark.parametrize(
    ("name", "form"),
    [("07-delta-n80.rdf", "wap-wbxml"), ("09-echo-droid.rdf", "apns"), ("01-aurora-a100.rdf", "wap-wbxml")],
)
def test_a_device_gets_the_form_that_its_profile_asks_for(name: str, form: str, vocabularies: Vocabularies) -> None:
    choice = terminal_choice(device(name, vocabularies), format_rules(vocabularies))
    assert (choice[-1].form, choice[-1].taken) == (form, True)
    assert all(one.text for one in choice)
    assert not any(one.taken for one in choice[:-1])


@pytest.mark.long
def test_real_profiles_take_the_forms_that_readme_counts(real_profiles: list[Path], vocabularies: Vocabularies) -> None:
    rules, normalisation = format_rules(vocabularies), load_normalisation(vocabularies)
    terminal = tailor([operator_layer(operators_of("26202", OPERATORS)[0])], Capabilities()).terminal
    counted: Counter[str] = Counter()
    for path in real_profiles:
        try:
            profile = resolve([read_profile(path.read_bytes(), uri=path.name, vocabularies=vocabularies)])
        except CcppError:
            continue
        form = terminal_choice(profile, rules)[-1].form
        capabilities = capabilities_of(profile, vocabularies, normalisation)
        settings, _ = fit(terminal.settings, capabilities)
        counted.update([form, choose_form(DOCUMENTS, profile, rules)[-1].form])
        counted["bearers known"] += capabilities.bearers is not None
        if settings.access_points:
            assert TERMINAL_FORMATS[form].make(replace(terminal, settings=settings)).content
        else:
            counted["none for GSM"] += 1
    assert counted == {
        "wap-wbxml": 1_747, "apns": 401, "wap-xml": 23, "jad": 1_296, "dd": 626, "manifest": 249, "bearers known": 1_892, "none for GSM": 32
    }  # fmt: skip


def test_the_rules_are_about_forms_that_there_are(vocabularies: Vocabularies) -> None:
    assert {name.partition("#")[2] for name in format_rules(vocabularies)} <= {*TERMINAL_FORMATS, "jad", "jnlp", "dd"}
    assert form_of("application/ap2002/SERVICES/ChatAuth") == "text"
