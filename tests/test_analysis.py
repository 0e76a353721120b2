"""What requirements are found to be whatever the device: by cases, by the command, and of many requirements at once."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING
from typing import Any as AnyType

import pytest
from click.testing import CliRunner
from conftest import SUITE

from ccpp.analysis.findings import Candidate, Findings, Kind, analyse_requirements
from ccpp.analysis.questions import Analysis, Outcome
from ccpp.cli import cli
from ccpp.errors import RequirementError
from ccpp.model import Verdict
from ccpp.requirements.expression import Any, Constraint
from ccpp.requirements.graph import RequirementGraph
from ccpp.requirements.shacl import read_requirements
from ccpp.requirements.turtle import parse_turtle

if TYPE_CHECKING:
    from pathlib import Path

    from ccpp.vocabulary import Vocabularies

PREFIXES = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix req: <urn:ccpp:requirement#> ."
    "@prefix prf: <http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20070511#> . @prefix : <urn:case#> . "
)
CASES = json.loads((SUITE / "analysis.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=[one["description"] for one in CASES])
def test_case(case: dict[str, AnyType], vocabularies: Vocabularies) -> None:
    """Each question of a case, in the world it is asked in; a refutation has a device that the definition bears out."""
    turtle = PREFIXES + " ".join(f":{name} a sh:NodeShape ; {shape} ." for name, shape in case["requirements"].items())
    graph = read_requirements(parse_turtle(turtle.encode(), RequirementError), vocabularies)
    for question, expected in case["questions"].items():
        words = question.split()
        analysis = Analysis(graph, vocabularies.attributes, closed_world="closed" in words)
        asked = [graph["urn:case#" + word] for word in words if word in case["requirements"]]
        method = next(word for word in words if word in {"unsatisfiable", "implies", "equivalent"})
        answer = getattr(analysis, method)(*asked)
        assert answer.outcome == expected, (question, answer)
        assert (answer.why is not None) is (answer.outcome is Outcome.UNDECIDED)
        if answer.outcome is Outcome.REFUTED:
            verdicts = [analysis.verdict(one, answer.witness) for one in asked]
            assert verdicts[0] is Verdict.SATISFIED or method == "equivalent"
            assert len(set(verdicts)) == len(asked)


SHAPES = SUITE / "analysis_shapes.ttl"


def found_in(findings: Findings) -> set[tuple[str, str, str | None]]:
    return {
        (str(one.kind), one.subject.rpartition("#")[2], one.other and one.other.rpartition("#")[2]) for one in findings.found
    }


ALONE = {("unsatisfiable", "Impossible", None), ("redundant", "Deep", None), ("redundant", "Either", None)}


def test_what_is_found_of_shapes(vocabularies: Vocabularies) -> None:
    graph = read_requirements(parse_turtle(SHAPES.read_bytes(), RequirementError), vocabularies)
    findings = analyse_requirements(graph, vocabularies.attributes)
    assert found_in(findings) == ALONE | {("same", "Either", "Deep")}
    assert findings.open == ()
    [impossible] = [one for one in findings.found if one.kind is Kind.UNSATISFIABLE]
    assert len(impossible.because) == 2  # and nothing of Java
    [deep] = [one for one in findings.found if one.subject == "urn:case#Deep"]
    assert deep.sentence.endswith("without its part: HardwarePlatform/BitsPerPixel is more than 4")


@pytest.mark.parametrize(
    ("better", "worse", "shadowed"),
    [
        (Candidate("b", "Java1"), Candidate("w", "Java2"), True),
        (Candidate("b", "Java2"), Candidate("w", "Java1"), False),
        (Candidate("b", None), Candidate("w", "Java2", uncertain=True), True),
        (Candidate("b", "Java1"), Candidate("w", "Java2", uncertain=True), False),
        (Candidate("b", "Java1", uncertain=True), Candidate("w", "Java2", uncertain=True), True),
        (Candidate("b", "Java1", terms=1), Candidate("w", "Java2", terms=2), False),
        (Candidate("b", "Java2"), Candidate("w", None), False),
        (Candidate("b", "Impossible"), Candidate("w", "Java2"), False),
    ],
)
def test_shadowed(better: Candidate, worse: Candidate, *, shadowed: bool, vocabularies: Vocabularies) -> None:
    graph = read_requirements(parse_turtle(SHAPES.read_bytes(), RequirementError), vocabularies)
    named = [
        one if one.requirement is None else one._replace(requirement="urn:case#" + one.requirement) for one in (better, worse)
    ]
    findings = analyse_requirements(graph, vocabularies.attributes, {"application": named})
    assert found_in(findings) == ALONE | ({("shadowed", "w", "b")} if shadowed else set())


@pytest.mark.parametrize("bound", ["findings.MAX_PAIRS", "index.MAX_ASKED"])
def test_what_takes_too_long_is_left_open_and_said(
    bound: str, vocabularies: Vocabularies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"ccpp.analysis.{bound}", 5)
    depth = vocabularies.named("BitsPerPixel").name
    graph = RequirementGraph({str(least): Constraint(depth, "minInclusive", least) for least in range(9, 0, -1)})
    findings = analyse_requirements(graph, vocabularies.attributes, {"app": [Candidate(name, name) for name in sorted(graph)]})
    assert [one.group for one in findings.open] == ["app"]
    assert "more than 5" in findings.open[0].why


def test_a_requirement_of_very_many_parts_is_left_open(vocabularies: Vocabularies) -> None:
    depth = vocabularies.named("BitsPerPixel").name
    graph = RequirementGraph({"a": Any(tuple(Constraint(depth, "hasValue", number) for number in range(1_000)))})
    [left] = analyse_requirements(graph, vocabularies.attributes).open
    assert (left.kind, left.why) == (Kind.REDUNDANT, "it has more than 60 constraints")


def test_the_command(tmp_path: Path) -> None:
    run = CliRunner().invoke(cli, ["requirements", "analyse", str(SHAPES)])
    assert run.exit_code == 1
    assert (
        "unsatisfiable: no device satisfies `urn:case#Impossible`: HardwarePlatform/ScreenSize is at least 240x320"
        in run.output
    )
    as_json = json.loads(CliRunner().invoke(cli, ["requirements", "analyse", str(SHAPES), "--format", "json"]).output)
    assert [one["kind"] for one in as_json["found"]].count("redundant") == 2
    assert as_json["undecided"] == []
    catalogue = files("ccpp") / "samples" / "catalogue.ttl"
    assert CliRunner().invoke(cli, ["requirements", "analyse", str(catalogue)]).exit_code == 0
    shadowing = tmp_path / "catalogue.ttl"
    shadowing.write_text(catalogue.read_text().replace("( :chess :mail", "( :shadows :chess :mail") + SHADOWING)
    run = CliRunner().invoke(cli, ["requirements", "analyse", str(shadowing)])
    assert run.exit_code == 1
    assert "`low` is never chosen: wherever it fits, `high` fits too and is preferred" in run.output


SHADOWING = """

:shadows a cat:Application ; rdfs:label "Shadows" ; cat:variants ( :low :high ) .
:Colour8 a sh:NodeShape ; sh:property [ sh:path prf:BitsPerPixel ; sh:minInclusive 8 ] .
:Colour16 a sh:NodeShape ; sh:property [ sh:path prf:BitsPerPixel ; sh:minInclusive 16 ] .
:low a cat:Variant ; rdfs:label "Low" ; cat:quality 0.5 ; cat:requirement :Colour16 ;
    cat:artefact [ cat:uri "https://apps.example/low.jar" ; cat:mediaType "application/java-archive" ] .
:high a cat:Variant ; rdfs:label "High" ; cat:quality 0.9 ; cat:requirement :Colour8 ;
    cat:artefact [ cat:uri "https://apps.example/high.jar" ; cat:mediaType "application/java-archive" ] .
"""
