"""Expectations: the shipped ones are met and are the table in the catalogue's head; failures say why; coverage counts."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from conftest import SUITE

from ccpp.catalogue.loading import load_catalogue
from ccpp.errors import ExpectationError
from ccpp.expectations import MAX_EXPECTATIONS, NONE, Expectation, at_bound, check, coverage, junit, load_expectations
from ccpp.model import Dimension
from ccpp.reading import read_profile
from ccpp.requirements.expression import Constraint
from ccpp.resolution import resolve
from ccpp.samples import CATALOGUE, EXPECTATIONS, devices, sample
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from ccpp.model import ResolvedProfile

VOCABULARIES = load_vocabularies()
LOADED = load_catalogue(sample(CATALOGUE), source=CATALOGUE, vocabularies=VOCABULARIES)
ERRORS = json.loads((SUITE / "expectation_errors.json").read_text())


def device(name: str) -> ResolvedProfile:
    return resolve([read_profile(sample(name), uri=f"urn:{name}", vocabularies=VOCABULARIES)])


def expect(application: str, variant: str, **settings: object) -> Expectation:
    return Expectation("e", "p", None, None, application, variant, settings)


def test_the_shipped_expectations_are_the_table_in_the_catalogues_head() -> None:
    listed = load_expectations(sample(EXPECTATIONS), source=EXPECTATIONS)
    rows = re.findall(
        r"^#   (\d\d) \S+ +(\S+)(?: \([^)]*\))? +(\S+) +(none|\S+?)[,;]?(?: .*)?$", sample(CATALOGUE).decode(), re.MULTILINE
    )
    promised = {
        (number, application): variant
        for number, *chosen in rows
        for application, variant in zip(LOADED.applications, chosen, strict=True)
    }
    plain = {
        (one.profile.removeprefix("devices/")[:2], one.application): one.variant
        for one in listed
        if one.diff is None and one.override is None and not one.settings
    }
    assert plain == promised
    assert len(plain) == len(devices()) * len(LOADED.applications)


@pytest.mark.parametrize(
    ("expectation", "failures"),
    [
        (expect("chess", "chess-medium"), ()),
        (expect("player", "player-high"), ()),
        (expect("chess", "chess-large"), ("gets `chess-medium`, not `chess-large`: its requirement is not satisfied",)),
        (expect("chess", NONE), ("gets `chess-medium`, not `none`: fits best",)),
        (expect("chess", "chess-huge"), ("gets `chess-medium`, not `chess-huge`: there is no variant `chess-huge`",)),
        (expect("chat", "x"), ("there is no application `chat`",)),
        (expect("chess", "chess-medium", server="chess.example:5000"), ()),
        (expect("chess", "chess-medium", server=1), ("setting `server` is 'chess.example:5000', not 1",)),
        (expect("chess", "chess-medium", other="x"), ("setting `other` is None, not 'x'",)),
    ],
)
def test_what_is_not_as_expected_is_said(expectation: Expectation, failures: tuple[str, ...]) -> None:
    assert check(expectation, device("07-delta-n80.rdf"), LOADED).failures == failures


def test_coverage_counts_what_comes_out_both_ways() -> None:
    nothing = coverage([], LOADED)
    assert nothing.variants == ()
    assert len(nothing.conditions_missed) == nothing.conditions
    assert len(nothing.constraints_missed) == nothing.constraints
    one = coverage([(expect("chess", "chess-medium"), device("07-delta-n80.rdf"))], LOADED)
    assert one.variants == ("chess-medium",)
    every = coverage(
        [(expect(application, NONE), device(name)) for name in devices() for application in LOADED.applications], LOADED
    )
    assert every.variants_missed == ()
    assert every.conditions_missed == ()


def test_junit_is_read_by_an_xml_parser() -> None:
    results = [check(expect("chess", variant), device("07-delta-n80.rdf"), LOADED) for variant in ("chess-medium", "<chess>")]
    root = ET.fromstring(junit(results, 'a "name" & more').encode())  # noqa: S314  our own
    assert (root.get("tests"), root.get("failures"), root.get("name")) == ("2", "1", 'a "name" & more')
    assert "there is no variant `<chess>`" in str(root.findtext("testcase/failure"))


@pytest.mark.parametrize("case", ERRORS, ids=[case["description"] for case in ERRORS])
def test_a_file_that_cannot_be_used(case: dict[str, str]) -> None:
    with pytest.raises(ExpectationError, match=case["error"]) as caught:
        load_expectations(case["text"].encode(), source="expectations.toml")
    assert caught.value.source == "expectations.toml"
    assert caught.value.hint


def test_a_file_past_the_bound() -> None:
    with pytest.raises(ExpectationError, match="more than"):
        load_expectations(b"#" * (MAX_EXPECTATIONS + 1), source="e")


@pytest.mark.parametrize(
    ("kind", "operand", "at"),
    [
        ("minInclusive", 24, True),
        ("minInclusive", 16, False),
        ("maxInclusive", 24, True),
        ("minExclusive", 24, True),
        ("maxExclusive", 32, False),
    ],
)
def test_a_bound_is_touched_where_a_device_states_it(kind: str, operand: int, at: bool) -> None:  # noqa: FBT001  a verdict
    n80 = device("07-delta-n80.rdf")
    depth = VOCABULARIES.named("BitsPerPixel").name
    assert n80.values(depth) == (24,)
    assert at_bound(Constraint(depth, kind, operand), n80) is at


def test_dimensions_and_versions_have_bounds_too() -> None:
    n80 = device("07-delta-n80.rdf")
    screen, java = (VOCABULARIES.named(name).name for name in ("ScreenSize", "JavaPlatform"))
    assert at_bound(Constraint(screen, "dimensionAtLeast", Dimension(176, 208)), n80)
    assert not at_bound(Constraint(screen, "dimensionAtMost", Dimension(176, 220)), n80)
    assert at_bound(Constraint(java, "versionAtLeast", "MIDP/2.1"), n80)
    assert not at_bound(Constraint(java, "versionAtLeast", "MIDP/2.0"), n80)


def test_a_character_that_xml_has_not_is_no_end_of_a_report() -> None:
    one = check(expect("chess", "chess-large", server="\x00"), device("07-delta-n80.rdf"), LOADED)
    assert ET.fromstring(junit([one], "c")).attrib["failures"] == "1"  # noqa: S314  our own
