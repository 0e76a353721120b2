"""README is true: its code runs, its commands are those there are, and it names what a reader would look up."""

from __future__ import annotations

import re
from dataclasses import Field, fields
from typing import TYPE_CHECKING, Any

import pytest
import rdflib
from conftest import ROOT

from ccpp.catalogue.loading import load_catalogue
from ccpp.catalogue.terms import TERMS
from ccpp.cli import COMMANDS
from ccpp.diagnostics import DIAGNOSTICS
from ccpp.requirements.constraints import CONSTRAINT_KINDS, REQ, SH
from ccpp.requirements.shacl import read_requirements
from ccpp.server.options import PREFIX, Options

if TYPE_CHECKING:
    from ccpp.vocabulary import Vocabularies

README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", blocks("python"))
def test_python_runs(block: str) -> None:
    exec(compile(block, "README.md", "exec"), {})  # noqa: S102  that is the test


@pytest.mark.parametrize("block", blocks("turtle"))
def test_requirements_load(block: str, vocabularies: Vocabularies) -> None:
    assert read_requirements(rdflib.Graph().parse(data=block, format="turtle"), vocabularies)


def catalogues() -> list[object]:
    """The examples of the language of catalogues, each with the ending of its syntax."""
    found = [(text, "ttl") for text in blocks("turtle") if "cat:Catalogue" in text] + [
        (text, "yaml") for text in blocks("yaml")
    ]
    return [pytest.param(*one, id=one[1]) for one in found]


@pytest.mark.parametrize(("block", "ending"), catalogues())
def test_catalogues_load(block: str, ending: str, vocabularies: Vocabularies) -> None:
    loaded = load_catalogue(block.encode(), source=f"readme.{ending}", vocabularies=vocabularies)
    assert "chess-java" in [variant.id for variant in loaded.applications["chess"].variants]


@pytest.mark.parametrize("term", sorted({term for terms in TERMS.values() for term in terms}))
def test_every_term_of_a_catalogue_is_listed(term: str) -> None:
    assert f"`{term}`" in README[README.index("## Catalogues") : README.index("## Terminal settings")]


def test_the_commands_are_those_there_are() -> None:
    shown = {command for block in blocks("console") for command in re.findall(r"^ccpp (\w+)", block, re.MULTILINE)}
    assert shown | {"demo"} == set(COMMANDS)


@pytest.mark.parametrize("code", DIAGNOSTICS)
def test_every_finding_is_listed(code: str) -> None:
    assert f"| `{code}` | {DIAGNOSTICS[code].severity.value} | {DIAGNOSTICS[code].reference} |" in README


ITEMS = [f"T-{number:02}" for number in range(1, 50)]
AMBIGUITIES = re.findall(r"^\| (T-\d\d) \| ([^|]+) \| ([^|]+) \| ([^|]*) ?\|$", README, re.MULTILINE)


def test_every_known_ambiguity_is_decided() -> None:
    assert [item for item, *_ in AMBIGUITIES] == ITEMS


@pytest.mark.parametrize("item", ITEMS)
def test_every_decision_has_its_case(item: str) -> None:
    cases = [*ROOT.glob("tests/suite/**/*.json"), *ROOT.glob("tests/**/test_*.py")]
    assert any(item in path.read_text() for path in cases if path.name != "test_documentation.py")


@pytest.mark.parametrize(("item", "codes"), [(item, codes) for item, _, _, codes in AMBIGUITIES])
def test_every_decision_names_codes_that_exist(item: str, codes: str) -> None:
    assert item
    assert set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", codes)) <= set(DIAGNOSTICS)


@pytest.mark.parametrize("kind", CONSTRAINT_KINDS.values(), ids=list(CONSTRAINT_KINDS))
def test_every_constraint_is_listed(kind: object) -> None:
    parameter = kind.parameter  # type: ignore[attr-defined]
    assert f"`{parameter.replace(SH, 'sh:').replace(REQ, 'req:')}`" in README


@pytest.mark.parametrize("option", fields(Options), ids=lambda option: option.name)
def test_every_option_of_the_server_is_listed(option: Field[Any]) -> None:
    """In a table of what it is called where, what it is if nothing is said, and what it does."""
    default = option.default if isinstance(option.default, tuple) else [option.default]
    shown = " ".join(f"`{str(one).lower() if isinstance(one, bool) else one}`" for one in default if one != "")
    row = f"| `{option.name}` | `{PREFIX}{option.name.upper()}` | {shown} | {option.metadata['text']} |"
    assert re.sub(" +", " ", row) in README, row


def test_the_two_commands_are_one_line_each() -> None:
    assert len(re.findall(r"^python3 -m venv .venv && .*$", README, re.MULTILINE)) == 2
