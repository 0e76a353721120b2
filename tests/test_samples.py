"""The sample devices: the answers that the catalogue's head promises, and pySHACL's on samples and on real profiles."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import pyshacl
import pytest
import rdflib
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.processor import SPARQLProcessor

from ccpp.catalogue.loading import load_catalogue
from ccpp.decision import decide_all
from ccpp.demo import sample_profiles
from ccpp.errors import ProfileError
from ccpp.matching.definition import ClosedWorld, evaluate
from ccpp.model import Verdict
from ccpp.reading import read_profile
from ccpp.requirements.rdf import profile_graph
from ccpp.resolution import resolve
from ccpp.samples import CATALOGUE, sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccpp.catalogue.model import Catalogue
    from ccpp.model import ResolvedProfile
    from ccpp.vocabulary import Vocabularies

SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")
#: Real profiles that pySHACL is asked about, in shards, some of them in every run.
REAL = 200
SHARDS, ORDINARY = 8, 1


@pytest.fixture(autouse=True, scope="module")
def _parsed_once() -> Iterator[None]:
    """pySHACL has rdflib parse the text of a validator anew for each value; its answer does not depend on that."""
    original, prepare = SPARQLProcessor.query, lru_cache(maxsize=None)(prepareQuery)

    def query(self: SPARQLProcessor, text: str, *arguments: object, **named: object) -> object:
        return original(self, prepare(text), *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SPARQLProcessor, "query", query)
        yield


@pytest.fixture(scope="module")
def catalogue(vocabularies: Vocabularies) -> Catalogue:
    return load_catalogue(sample(CATALOGUE), source=CATALOGUE, vocabularies=vocabularies)


@pytest.fixture(scope="module")
def samples(vocabularies: Vocabularies) -> dict[str, ResolvedProfile]:
    return dict(sample_profiles(vocabularies))


def promised() -> list[tuple[str, dict[str, str | None]]]:
    """The table at the head of the catalogue, which a person wrote: device number → application → variant."""
    rows = re.findall(r"^#   (\d\d) \w+ +(\S+)(?: \(.*?\))? +(\S+) +(\S+)", sample(CATALOGUE).decode(), re.MULTILINE)
    names = ("chess", "mail", "player")
    return [
        (
            number,
            {
                name: None if answer.startswith("none") else answer.rstrip(";,")
                for name, answer in zip(names, answers, strict=True)
            },
        )
        for number, *answers in rows
    ]


@pytest.mark.parametrize(("number", "answers"), promised(), ids=[number for number, _ in promised()])
def test_each_device_gets_what_the_catalogue_promises(
    number: str, answers: dict[str, str | None], catalogue: Catalogue, samples: dict[str, ResolvedProfile]
) -> None:
    profile = next(profile for name, profile in samples.items() if name.startswith(number) and "+" not in name)
    decisions = decide_all(profile, catalogue)
    chosen = {name: decision.selection.chosen.id if decision.selection.chosen else None for name, decision in decisions.items()}
    assert chosen == answers


def test_the_table_is_whole() -> None:
    assert [number for number, _ in promised()] == [f"{number:02}" for number in range(1, 11)]


@pytest.mark.parametrize(
    ("name", "application", "variant"),
    [
        ("03-borealis-b610.rdf + diff-borealis-b610.rdf", "player", "player-download"),
        ("07-delta-n80.rdf + override-delta-n80.rdf", "chess", "chess-large"),
    ],
)
def test_the_diff_and_the_override_each_change_one_answer(
    name: str, application: str, variant: str, catalogue: Catalogue, samples: dict[str, ResolvedProfile]
) -> None:
    before = decide_all(samples[name.partition(" + ")[0]], catalogue)
    after = decide_all(samples[name], catalogue)
    changed = {key for key in after if after[key].selection.chosen != before[key].selection.chosen}
    assert changed == {application}
    assert after[application].selection.chosen is not None
    assert after[application].selection.chosen.id == variant


def conforming(profile: ResolvedProfile, shapes: rdflib.Graph, names: list[str]) -> dict[str, bool]:
    """pySHACL's answer for each named shape: one run, a copy of the profile as the focus node of each shape."""
    data, targets = rdflib.Graph(), rdflib.Graph()
    asked = set(shapes.objects(None, SH.path))
    focus = {name: rdflib.URIRef(f"urn:focus:{index}") for index, name in enumerate(names)}
    for name, node in focus.items():
        targets.add((rdflib.URIRef(name), SH.targetNode, node))
        for _, predicate, value in profile_graph(profile):
            if predicate in asked:
                data.add((node, predicate, value))
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes + targets)
    failed = set(report.objects(None, SH.focusNode))
    return {name: focus[name] not in failed for name in names}


def assert_same_as_pyshacl(profile: ResolvedProfile, catalogue: Catalogue, shapes: rdflib.Graph) -> None:
    names = list(catalogue.requirements)
    theirs = conforming(profile, shapes, names)
    closed = catalogue.matcher.match(profile, closed_world=True)
    opened = catalogue.matcher.match(profile)
    for name in names:
        requirement = catalogue.requirements[name]
        assert (closed[name] is Verdict.SATISFIED) is theirs[name], name
        assert closed[name] is evaluate(requirement, ClosedWorld(profile), catalogue.requirements)
        assert opened[name] is evaluate(requirement, profile, catalogue.requirements)
        if opened[name] is not Verdict.INDETERMINATE:
            assert opened[name] is closed[name]


@pytest.fixture(scope="module")
def shapes(root: Path) -> rdflib.Graph:
    graph = rdflib.Graph().parse(data=sample(CATALOGUE), format="turtle", publicID="urn:ccpp:this")
    return graph.parse(root / "vocabularies" / "requirements.ttl")


def test_samples_are_judged_as_by_pyshacl(
    samples: dict[str, ResolvedProfile], catalogue: Catalogue, shapes: rdflib.Graph
) -> None:
    for profile in samples.values():
        assert_same_as_pyshacl(profile, catalogue, shapes)


@pytest.mark.parametrize(
    "shard", [pytest.param(shard, marks=[pytest.mark.long] if shard >= ORDINARY else []) for shard in range(SHARDS)]
)
def test_real_profiles_are_judged_as_by_pyshacl(
    shard: int, real_profiles: list[Path], catalogue: Catalogue, shapes: rdflib.Graph, vocabularies: Vocabularies
) -> None:
    chosen = real_profiles[:: len(real_profiles) // (REAL + 10)]
    compared = 0
    for path in chosen[shard::SHARDS]:
        try:
            profile = resolve([read_profile(path.read_bytes(), uri=path.as_uri(), vocabularies=vocabularies)])
        except ProfileError:
            continue
        assert_same_as_pyshacl(profile, catalogue, shapes)
        compared += 1
    assert compared >= REAL // SHARDS
