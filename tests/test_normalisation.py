"""Spellings and derived attributes: every family by its cases, what is recorded, what is refused, and what is derived."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from conftest import ROOT, SUITE

from ccpp.cli import cli
from ccpp.datatypes import DATATYPES
from ccpp.derivation import (
    DERIVATIONS,
    compile_derivations,
    load_derivations,
    read_derivations,
    serialise,
)
from ccpp.derivation import MAX_REMEMBERED as MAX_DERIVATIONS
from ccpp.errors import CcppError, VocabularyError
from ccpp.matching.definition import evaluate
from ccpp.model import Container, Kind, Origin, Profile, Resolved, ResolvedProfile, Stated, Status, Value, Verdict
from ccpp.normalisation import MAX_VALUE, MAX_VALUES, Normalisation, load_families, load_normalisation, read_family
from ccpp.normalisation.families import FOLDS, FORMS, MAX_FAMILY, PLACES, version
from ccpp.normalisation.index import MAX_REMEMBERED, MAX_TEXT
from ccpp.plain import plain_profile, plain_value
from ccpp.reading import read_profile
from ccpp.requirements.expression import Constraint
from ccpp.requirements.graph import RequirementGraph
from ccpp.resolution import resolve
from ccpp.samples import devices, sample
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from pathlib import Path

VOCABULARIES = load_vocabularies()
FAMILIES = load_families()
NORMALISATION = load_normalisation(VOCABULARIES)
DERIVED = load_derivations(VOCABULARIES, NORMALISATION)
CASES = json.loads((SUITE / "normalisation.json").read_text())
SPELLINGS = [(case, stated) for case in CASES["spellings"] for stated in case["spellings"]]


def profile_of(attributes: dict[str, str | list[str]]) -> ResolvedProfile:
    """A profile that one document states, each value in its datatype and container."""
    resolved = {}
    for text, raw in attributes.items():
        attribute = VOCABULARIES.named(text)
        readings = [DATATYPES[attribute.datatype].read(one) for one in ([raw] if isinstance(raw, str) else raw)]
        value: Value = tuple(reading.value for reading in readings) if isinstance(raw, list) else readings[0].value
        status = readings[0].status if readings else Status.OK
        origin = Origin("device.rdf", Kind.EXPLICIT, 7, attribute.uri)
        stated = Stated(attribute, value, status, raw if isinstance(raw, str) else tuple(raw), origin)
        resolved[attribute.name] = Resolved(attribute, value, status, (stated,), ())
    return ResolvedProfile("urn:device", resolved, (), "sha256:stated")


# Spellings.


@pytest.mark.parametrize(("case", "stated"), SPELLINGS, ids=[f"{case['family']}: {stated}" for case, stated in SPELLINGS])
def test_spelling(case: dict[str, Any], stated: str) -> None:
    due = case["spellings"][stated]
    profile = profile_of({case["attribute"]: [stated] if isinstance(due, list) else stated})
    [resolved] = NORMALISATION.normalise(profile).attributes.values()
    assert plain_value(resolved.value) == due
    assert [one.stated for one in resolved.mappings] == ([] if due in (stated, [stated]) else [stated])


def test_every_family_has_cases_and_requirements_that_measure_it() -> None:
    assert {case["family"] for case in CASES["spellings"]} == {family.name for family in FAMILIES}
    for family in FAMILIES:
        assert family.plain, family.name
        for name, value in family.plain:
            assert NORMALISATION.canonical(name, value) == (value,)


def test_every_row_is_reached() -> None:
    """A row whose spelling another row takes first is dead; a row that maps a text is the one that the mapping names."""
    for family in FAMILIES:
        own = Normalisation([family], VOCABULARIES)
        several = any(VOCABULARIES.attributes[name].container is not Container.NONE for name in family.attributes)
        for row in family.rows:
            if "{" in row.spelling or row.spelling.startswith(";") or (len(row.canonical) != 1 and not several):
                continue
            found = [own.canonical(name, row.spelling) for name in family.attributes]
            assert row.canonical in found, f"{family.name}:{row.line}"


def test_folds_forms_and_places_are_used() -> None:
    assert {family.fold for family in FAMILIES} == set(FOLDS)
    assert {family.form for family in FAMILIES} - {""} == set(FORMS)
    assert {place for place in PLACES for family in FAMILIES for row in family.rows if f"{{{place}}}" in row.spelling} == set(
        PLACES
    )


def test_a_bag_keeps_the_first_of_equal_members_and_a_seq_keeps_all() -> None:
    profile = NORMALISATION.normalise(
        profile_of(
            {
                "NetworkCharacteristics/SecuritySupport": ["SSL", "TLS-1.0", "TLS1.0", "TLS/SSL"],
                "SoftwarePlatform/CcppAccept-Language": ["en_GB", "de", "en-GB"],
            }
        )
    )
    assert profile.values(VOCABULARIES.named("SecuritySupport").name) == ("SSL", "TLS1.0", "TLS")
    assert profile.values(VOCABULARIES.named("CcppAccept-Language").name) == ("en-GB", "de", "en-GB")


def test_what_is_recorded() -> None:
    before = profile_of(
        {"SoftwarePlatform/JavaPlatform": ["MIDP", "Profile/MIDP-2.0"], "HardwarePlatform/Keyboard": "PhoneKeyPad"}
    )
    after = NORMALISATION.normalise(before)
    platforms = after.attributes[VOCABULARIES.named("JavaPlatform").name]
    [mapped] = platforms.mappings
    assert (mapped.stated, mapped.canonical, mapped.family) == ("Profile/MIDP-2.0", ("MIDP/2.0",), "java-platforms")
    rows = {row.line: row.spelling for family in FAMILIES if family.name == "java-platforms" for row in family.rows}
    assert rows[mapped.row or 0] == "Profile {known}"
    assert after.digest == before.digest
    assert platforms.winners == before.attributes[platforms.attribute.name].winners
    form = plain_profile(after)["attributes"]
    assert form["SoftwarePlatform/JavaPlatform"]["stated"] == ["MIDP", "Profile/MIDP-2.0"]
    assert form["HardwarePlatform/Keyboard"]["stated"] == "PhoneKeyPad"
    assert form["HardwarePlatform/Keyboard"]["mappings"][0]["to"] == ["PhoneKeypad"]
    assert "mappings" not in plain_profile(before)["attributes"]["HardwarePlatform/Keyboard"]


def test_what_several_statements_said_is_shown() -> None:
    name = "SoftwarePlatform/CcppAccept-Charset"
    stated = [one for text in ("utf8", "UTF-8") for one in profile_of({name: [text]}).attributes.values()]
    documents = [Profile("urn:device", "device.rdf", one.winners, ()) for one in stated]
    shown = plain_profile(NORMALISATION.normalise(resolve(documents)))["attributes"][name]
    assert (shown["rule"], shown["value"], shown["stated"]) == ("Append", ["UTF-8"], ["utf8", "UTF-8"])


def test_normalising_again_changes_nothing() -> None:
    for case in CASES["spellings"]:
        due = next(iter(case["spellings"].values()))
        texts = list(case["spellings"])
        once = NORMALISATION.normalise(profile_of({case["attribute"]: texts if isinstance(due, list) else texts[0]}))
        assert NORMALISATION.normalise(once) == once


def test_families_can_be_left_out() -> None:
    without = Normalisation([family for family in FAMILIES if family.name != "vendors"], VOCABULARIES)
    profile = profile_of({"HardwarePlatform/Vendor": "Huawei", "HardwarePlatform/Keyboard": "PhoneKeyPad"})
    values = {name.name: resolved.value for name, resolved in without.normalise(profile).attributes.items()}
    assert values == {"Vendor": "Huawei", "Keyboard": "PhoneKeypad"}
    assert without.canonical(VOCABULARIES.named("Vendor").name, "Huawei") == ("Huawei",)


def test_a_profile_of_which_nothing_is_known_is_the_same_object() -> None:
    profile = profile_of({"HardwarePlatform/Model": "N80"})
    assert NORMALISATION.normalise(profile) is profile


def test_a_single_value_in_a_container_may_become_several() -> None:
    profile = profile_of({"NetworkCharacteristics/SecuritySupport": "TLS/SSL", "WapCharacteristics/DrmClass": "None"})
    values = {name.name: resolved.value for name, resolved in NORMALISATION.normalise(profile).attributes.items()}
    assert values == {"SecuritySupport": ("TLS", "SSL"), "DrmClass": ()}


@pytest.mark.parametrize("case", CASES["errors"], ids=[case["description"] for case in CASES["errors"]])
def test_refused(case: dict[str, str]) -> None:
    with pytest.raises(VocabularyError) as error:
        Normalisation([read_family(case["text"], "bad")], VOCABULARIES)
    assert str(error.value) == case["message"]


def test_a_family_is_bounded() -> None:
    with pytest.raises(VocabularyError, match="more than"):
        read_family("#" * (MAX_FAMILY + 1), "bad")
    with pytest.raises(VocabularyError, match="field larger than"):
        read_family('"' + "x" * 200_000 + '"', "bad")


def test_a_patterns_result_that_is_not_final_is_not_used() -> None:
    family = read_family("@attribute,HardwarePlatform/Vendor\nA {number},B {number}\nB {number},C {number}", "loop")
    own = Normalisation([family], VOCABULARIES)
    vendor = VOCABULARIES.named("Vendor").name
    assert own.canonical(vendor, "A 1") == ("A 1",)
    assert own.canonical(vendor, "B 1") == ("C 1",)


def test_hostile_texts_cost_and_fill_little() -> None:
    profiles = VOCABULARIES.named("BluetoothProfile").name
    for text in (
        "Headset Profile " * 30,
        "Headset " + "Profile " * 50,
        "a/" * 200,
        ";" * 500,
        'a/b;x="' + "\\" * 400,
        "x" * (MAX_TEXT + 1),
        "1.1.1.1 " * 60,
        "\ud800 Profile",
    ):
        for name in (profiles, *(family.attributes[0] for family in FAMILIES)):
            assert NORMALISATION.canonical(name, text)
    own = Normalisation(FAMILIES, VOCABULARIES)
    for number in range(MAX_REMEMBERED + 10):
        own.canonical(profiles, f"{number}")
    assert len(own._spellers[profiles][0].seen) <= MAX_REMEMBERED
    for number in range(MAX_VALUES + 10):
        own.normalise(profile_of({"HardwarePlatform/Vendor": f"{number}"}))
    own.normalise(profile_of({"HardwarePlatform/BluetoothProfile": ["x" * MAX_VALUE, "y"]}))
    assert len(own._seen) <= MAX_VALUES
    assert max(len(str(value)) for _, value in own._seen) <= MAX_VALUE


@pytest.mark.parametrize(
    ("text", "due"),
    [("2", "2.0"), ("2.00", "2.0"), ("1.2.1", "1.2.1"), ("1.2.0.0", "1.2"), ("4.01", "4.01"), ("0", "0.0"), ("1.10", "1.10")],
)
def test_versions_are_written_one_way(text: str, due: str) -> None:
    assert version(text) == due


# Derived attributes.


@pytest.mark.parametrize("case", CASES["derivations"], ids=[case["description"] for case in CASES["derivations"]])
def test_derivation(case: dict[str, Any]) -> None:
    profile = profile_of(case["stated"])
    after = DERIVED.derive(profile)
    derived = {str(name): resolved for name, resolved in after.attributes.items() if name not in profile.attributes}
    assert {name: plain_value(resolved.value) for name, resolved in derived.items()} == case["derived"]
    assert {resolved.status for resolved in derived.values()} <= {Status(case.get("status", "ok"))}
    for name, resolved in derived.items():
        assert resolved.attribute == VOCABULARIES.named(name)
        assert {one.origin.document for one in resolved.winners} == {"device.rdf"}
    assert after.digest == profile.digest
    assert DERIVED.derive(after) == after


def test_every_derivation_is_used() -> None:
    assert {one.function for one in DERIVED.derivations} == set(DERIVATIONS)
    cited = {name for case in CASES["derivations"] for name in case["derived"]}
    assert {str(one.attribute.name) for one in DERIVED.derivations} == cited


def test_the_winners_are_the_statements_it_follows_from() -> None:
    profile = profile_of({"PushCharacteristics/Push-MsgSize": "10", "PushCharacteristics/Push-MaxPushReq": "2"})
    total = DERIVED.derive(profile).attributes[VOCABULARIES.named("Push-TotalMsgSize").name]
    assert {one.attribute.name.name for one in total.winners} == {"Push-MsgSize", "Push-MaxPushReq"}


def test_what_is_remembered_of_derivations_is_bounded() -> None:
    own = load_derivations(VOCABULARIES, NORMALISATION)
    for number in range(MAX_DERIVATIONS + 10):
        own.derive(profile_of({"HardwarePlatform/ScreenSize": f"{number}x1", "HardwarePlatform/PixelAspectRatio": []}))
    many = [f"MIDP/2.{number}" for number in range(1_000)]
    derived = own.derive(profile_of({"SoftwarePlatform/JavaPlatform": many}))
    assert derived.values(VOCABULARIES.named("JavaProfileVersion").name) == ("2.999",)
    assert max(len(group.seen) for group in own._groups.values()) <= MAX_DERIVATIONS
    assert max(len(str(key)) for group in own._groups.values() for key in group.seen) < 1_000


def test_a_requirement_can_ask_for_it() -> None:
    name = VOCABULARIES.named("ScreenWidth").name
    wide = Constraint(name, "minInclusive", operand=300)
    graph = RequirementGraph({})
    profile = profile_of({"HardwarePlatform/ScreenSize": "320x240"})
    assert evaluate(wide, profile, graph) is Verdict.INDETERMINATE
    assert evaluate(wide, DERIVED.derive(profile), graph) is Verdict.SATISFIED


def test_the_compiled_form_of_the_derivations_is_that_of_the_turtle() -> None:
    folder = ROOT / "vocabularies"
    compiled = compile_derivations((folder / "derived.ttl").read_bytes())
    assert (folder / "derivations.json").read_text() == serialise(compiled)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"attribute": "ScreenWidth", "from": ["ScreenSize"], "derivation": "guess", "of": ""}, "unknown derivation `guess`"),
        (
            {"attribute": "ScreenWidht", "from": ["ScreenSize"], "derivation": "product", "of": ""},
            "unknown attribute `ScreenWidht`",
        ),
    ],
)
def test_unknown_derivations_are_refused(row: dict[str, Any], message: str) -> None:
    with pytest.raises(VocabularyError, match=message):
        read_derivations([row], VOCABULARIES)


@pytest.mark.parametrize(
    ("turtle", "message"),
    [
        (b"<", "not Turtle"),
        (b'<urn:a> <urn:ccpp:vocabulary#derivation> "product" .', "needs one derivation and its sources"),
        (b"<urn:a> <urn:ccpp:vocabulary#derivedFrom> <urn:b> .", "needs one derivation and its sources"),
    ],
)
def test_incomplete_derivations_are_refused(turtle: bytes, message: str) -> None:
    with pytest.raises(VocabularyError, match=message):
        compile_derivations(turtle)


# The command.


def run(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(cli, ["spellings", *arguments])
    assert result.exit_code == status, result.output
    return result.stdout


def test_the_command_counts(tmp_path: Path) -> None:
    for device in devices():
        (tmp_path / device).write_bytes(sample(f"devices/{device}"))
    counts = json.loads(run(str(tmp_path), "--format", "json"))
    assert counts["profiles"] == len(list(devices()))
    assert {one["family"] for one in counts["requirements"]} == {family.name for family in FAMILIES}
    for one in counts["requirements"]:
        assert one["stated"] <= one["commonest_stated"] <= one["normalised"] <= counts["profiles"]
    assert "as stated" in run(str(tmp_path))


def test_the_command_lists() -> None:
    assert "java-platforms" in run()
    assert "MIDP" in run("--family", "java-platforms")
    [family] = json.loads(run("--family", "security", "--format", "json"))
    assert {"line": family["rows"][0]["line"], "spelling": "TLS", "canonical": ["TLS"]} == family["rows"][0]
    with pytest.raises(CcppError, match="unknown family `nope`"):
        CliRunner().invoke(cli, ["spellings", "--family", "nope"], catch_exceptions=False, standalone_mode=False)


# Real profiles.


def test_real_profiles_say_more_than_they_spell(real_profiles: list[Path]) -> None:
    """On a sample: nothing is unlearnt, every mapping is final, what is derived agrees with its source."""
    java = VOCABULARIES.named("JavaPlatform").name
    before = after = 0
    for path in real_profiles[::10]:
        try:
            profile = resolve([read_profile(path.read_bytes(), uri=path.as_uri(), vocabularies=VOCABULARIES)])
        except CcppError:
            continue
        done = DERIVED.derive(NORMALISATION.normalise(profile))
        assert set(profile.attributes) <= set(done.attributes)
        assert NORMALISATION.normalise(done) == done
        assert DERIVED.derive(profile).attributes.keys() == done.attributes.keys()
        before += "MIDP/2.0" in (profile.values(java) or ())
        after += "MIDP/2.0" in (done.values(java) or ())
    assert after > 3 * before > 0


_ROW = re.compile(
    r"^\| [^|]+ \| `([\w-]+)` has `([^`]+)` \| ([\d,]+) \| ([\d,]+) `([^`]+)` \| ([\d,]+) \| (\d+) \|$", re.MULTILINE
)


@pytest.mark.long
def test_readmes_figures_are_those_of_the_real_profiles(shared: Path) -> None:
    """Every row of README's table, by a fresh count of the command's own; each family has one."""
    result = CliRunner().invoke(cli, ["spellings", str(shared / "profiles"), "--format", "json"])
    counted = {}
    for one in json.loads(result.stdout)["requirements"]:
        figures = (one["stated"], one["commonest_stated"], one["commonest"], one["normalised"], one["spellings"])
        counted[one["attribute"].partition("/")[2], one["value"]] = one["family"], figures
    claimed = {
        (attribute, value): (
            *(int(number.replace(",", "")) for number in (stated, most)),
            commonest,
            int(reached.replace(",", "")),
            int(times),
        )
        for attribute, value, stated, most, commonest, reached, times in _ROW.findall((ROOT / "README.md").read_text())
    }
    assert claimed == {key: counted[key][1] for key in claimed}
    assert {counted[key][0] for key in claimed} == {family.name for family in FAMILIES}
