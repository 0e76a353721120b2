"""What requirements are found to be whatever the device: by cases, by the command, and of many requirements at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from conftest import SUITE

from ccpp.analysis.questions import Analysis, Outcome
from ccpp.errors import RequirementError
from ccpp.model import Verdict
from ccpp.requirements.shacl import read_requirements
from ccpp.requirements.turtle import parse_turtle

if TYPE_CHECKING:
    from ccpp.vocabulary import Vocabularies

PREFIXES = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix req: <urn:ccpp:requirement#> ."
    "@prefix prf: <http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20070511#> . @prefix : <urn:case#> . "
)
CASES = json.loads((SUITE / "analysis.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=[one["description"] for one in CASES])
def test_case(case: dict[str, Any], vocabularies: Vocabularies) -> None:
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
