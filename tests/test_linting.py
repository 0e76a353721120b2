"""Linting: each case of `tests/suite/catalogue_lint/` says in its head what is found, and each rule has a case."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccpp.catalogue.loading import load_catalogue
from ccpp.catalogue.model import Document
from ccpp.catalogue.shapes import FILE, catalogue_shapes
from ccpp.catalogue.terms import TERMS
from ccpp.linting.reports import lint, plain_lint, sarif
from ccpp.linting.rules import RULES
from ccpp.linting.structure import breaches
from ccpp.reading import read_profile
from ccpp.resolution import resolve
from ccpp.samples import CATALOGUE, devices, sample
from ccpp.vocabulary import load_vocabularies, vocabulary_folder

SUITE = Path(__file__).parent / "suite"
CASES = sorted((SUITE / "catalogue_lint").glob("*.ttl"))
VOCABULARIES = load_vocabularies()
AT = datetime(2026, 12, 1, tzinfo=UTC)
HEAD = "# expected: "


def expected(path: Path) -> list[str]:
    """What the head of a case says, where pySHACL is installed."""
    heads = [line.removeprefix(HEAD) for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(HEAD)]
    return [] if heads == ["nothing"] else heads


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_finds_what_its_head_says(path: Path) -> None:
    data = path.read_bytes()
    profiles = []
    if b"\n# profiles: the samples\n" in data:
        profiles = [resolve([read_profile(sample(name), uri=f"urn:{name}", vocabularies=VOCABULARIES)]) for name in devices()]
    if any(" structure: " in head for head in expected(path)):
        pytest.importorskip("pyshacl", reason="pyshacl is an extra")
    found = lint([Document(path.name, data)], VOCABULARIES, at=AT, profiles=profiles)
    assert [f"{one.line} {one.severity.value} {one.rule}: {one.message} ({one.hint})" for one in found] == expected(path)
    assert {one.source for one in found} <= {path.name}


def test_each_rule_has_a_case() -> None:
    heads = "\n".join(line for path in CASES for line in expected(path))
    assert set(re.findall(r"^\d+ \w+ ([a-z-]+):", heads, re.MULTILINE)) == set(RULES)


def test_sarif_and_json_say_the_same() -> None:
    path = SUITE / "catalogue_lint" / "unsatisfiable.ttl"
    found = lint([Document(path.name, path.read_bytes())], VOCABULARIES, at=AT)
    [run] = sarif(found)["runs"]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == set(RULES)
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert [(place["artifactLocation"]["uri"], place["region"]["startLine"]) for place in places] == [
        (one["source"], one["line"]) for one in plain_lint(found)
    ]
    assert [result["level"] for result in run["results"]] == [one["severity"] for one in plain_lint(found)]


# The shapes.


def test_the_shapes_that_ship_are_those_of_the_table() -> None:
    shapes = catalogue_shapes()
    assert (vocabulary_folder() / FILE).read_text(encoding="utf-8") == shapes
    for kind, terms in TERMS.items():
        assert f":{kind} a sh:NodeShape" in shapes
        for term, needed in terms.items():
            assert not needed or f"states no `cat:{term}`" in shapes


@pytest.mark.parametrize("path", [SUITE / "catalogue" / "whole.ttl", CATALOGUE], ids=["whole", "sample"])
def test_what_loads_conforms(path: Path | str) -> None:
    pytest.importorskip("pyshacl", reason="pyshacl is an extra")
    data = sample(path) if isinstance(path, str) else path.read_bytes()
    load_catalogue(data, source="c.ttl", vocabularies=VOCABULARIES)
    assert breaches([Document("c.ttl", data)]) == ()


@pytest.mark.long
@pytest.mark.parametrize("path", sorted((SUITE / "catalogue_errors").glob("*.ttl")), ids=lambda path: path.stem)
def test_no_broken_catalogue_takes_the_linter_down(path: Path) -> None:
    found = lint([Document(path.name, path.read_bytes())], VOCABULARIES, at=AT)
    assert found[0].severity.value == "error"
    assert found[0].message in path.read_text(encoding="utf-8").splitlines()[0]
