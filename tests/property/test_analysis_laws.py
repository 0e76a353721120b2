"""Laws of what is proved of requirements: no device drawn at random contradicts a proof, and every refutation is borne out."""

from __future__ import annotations

from random import Random

import pytest
from property.test_matching_laws import CONSTRAINTS, VALUES, VOCABULARIES

from ccpp.analysis.findings import Candidate, Kind, analyse_requirements
from ccpp.analysis.questions import Analysis, Answer
from ccpp.analysis.solving import Device
from ccpp.cells.counting import count_of
from ccpp.cells.points import boxes, number_points, passes
from ccpp.model import AttributeName, Container, Dimension, Scalar, Verdict
from ccpp.requirements.constraints import CONSTRAINT_KINDS
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Requirement
from ccpp.requirements.graph import RequirementGraph

ATTRIBUTES = VOCABULARIES.attributes


def _values(name: AttributeName) -> list[Scalar]:
    """Values of an attribute from the cases of the suite, what its constraints name, and what lies beside."""
    own = [one for one in CONSTRAINTS if one.attribute == name]
    tests = [(one.kind, one.operand) for one in own]
    found: dict[Scalar, None] = dict.fromkeys(VALUES[name])
    if ATTRIBUTES[name].datatype == "Number":
        found.update(
            dict.fromkeys(near for test in tests for point in number_points(test) for near in (point - 1, point) if near >= 0)
        )
    if ATTRIBUTES[name].datatype == "Dimension":
        found.update(dict.fromkeys(boxes(tests, 1)[::7]))
    for _, operand in tests:
        for value in operand if isinstance(operand, tuple) and not isinstance(operand, Dimension) else (operand,):
            if isinstance(value, str) and ATTRIBUTES[name].datatype == "Literal":
                found.update(dict.fromkeys((value, f"{value}x", f"x{value}", value[:-1] or "x")))
    return list(found)


POOL = {name: _values(name) for name in VALUES}


def drawn_device(random: Random) -> Device:
    stated = {}
    for name, values in POOL.items():
        if random.random() < 0.7:
            size = 1 if ATTRIBUTES[name].container is Container.NONE else random.randint(0, 4)
            stated[name] = tuple(random.sample(values, min(size, len(values))))
    return Device(stated)


def drawn_requirement(random: Random, pool: list[Constraint], depth: int) -> Requirement:
    kind = random.choice((All, Any, ExactlyOne, Not, Constraint, Constraint)) if depth else Constraint
    if kind is Constraint:
        return random.choice(pool)
    if kind is Not:
        return Not(drawn_requirement(random, pool, depth - 1))
    return kind(tuple(drawn_requirement(random, pool, depth - 1) for _ in range(random.randint(1, 3))))


def contradicted(
    analysis: Analysis, answer: Answer, requirement: Requirement, other: Requirement | None, device: Device
) -> bool:
    """Whether a device is one that there should not be."""
    return (
        answer.proved
        and analysis.verdict(requirement, device) is Verdict.SATISFIED
        and (other is None or analysis.verdict(other, device) is not Verdict.SATISFIED)
    )


def check(seed: int, questions: int, devices: int) -> None:
    random = Random(seed)  # noqa: S311  no secret
    names = sorted({one.attribute for one in CONSTRAINTS})
    for _ in range(questions):
        asked = random.sample(names, 2)
        pool = [one for one in CONSTRAINTS if one.attribute in asked]
        requirement, other = (drawn_requirement(random, pool, 2) for _ in range(2))
        for closed_world in (False, True):
            analysis = Analysis({}, ATTRIBUTES, closed_world=closed_world)
            for due in (None, other):
                answer = analysis.unsatisfiable(requirement) if due is None else analysis.implies(requirement, due)
                if answer.witness is not None:
                    assert analysis.verdict(requirement, answer.witness) is Verdict.SATISFIED
                    assert due is None or analysis.verdict(due, answer.witness) is not Verdict.SATISFIED
                for _ in range(devices if answer.proved else 0):
                    device = drawn_device(random)
                    assert not contradicted(analysis, answer, requirement, due, device), (requirement, due, device)


@pytest.mark.parametrize("seed", range(3))
def test_no_device_contradicts_a_proof(seed: int) -> None:
    check(seed, questions=60, devices=100)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10, 16))
def test_no_device_contradicts_a_proof_in_the_long_run(seed: int) -> None:
    check(seed, questions=200, devices=500)


def test_an_index_finds_what_pairs_taken_singly_show() -> None:
    """Each candidate that implies a better one is found beside the first such, by the index as by asking of every pair."""
    random = Random(3)  # noqa: S311  no secret
    names = sorted({one.attribute for one in CONSTRAINTS})[:4]
    pool = [one for one in CONSTRAINTS if one.attribute in names]
    graph = RequirementGraph({str(number): drawn_requirement(random, pool, 1) for number in range(40)})
    analysis = Analysis(graph, ATTRIBUTES)
    possible = [name for name in graph if not analysis.unsatisfiable(graph[name]).proved]
    expected = {
        later: next((one for one in possible[:at] if analysis.implies(graph[later], graph[one]).proved), None)
        for at, later in enumerate(possible)
    }
    findings = analyse_requirements(graph, ATTRIBUTES, {"all": [Candidate(name, name) for name in graph]})
    found = {one.subject: one.other for one in findings.found if one.kind in {Kind.SHADOWED, Kind.SAME}}
    assert set(found) == {later for later, one in expected.items() if one is not None}
    assert all(analysis.implies(graph[later], graph[other or ""]).proved for later, other in found.items())
    assert len(found) > 5


def test_counts_mean_what_constraints_mean() -> None:
    """So many values pass, or fail, exactly where the constraint holds; and its failing is the count turned round."""
    random = Random(5)  # noqa: S311  no secret
    for constraint in CONSTRAINTS:
        for _ in range(40):
            pool = POOL[constraint.attribute]
            values = tuple(random.sample(pool, random.randint(0, min(4, len(pool)))))
            for wanted in (True, False):
                count = count_of(constraint, holds=wanted)
                counted = sum(passes(count.test, value) is not count.failing for value in values)
                met = counted >= count.number if count.at_least else counted <= count.number
                assert met is (CONSTRAINT_KINDS[constraint.kind].holds(constraint.operand, values) is wanted), (
                    constraint,
                    values,
                )
