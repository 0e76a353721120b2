"""Laws of what explanations add: cores are minimal, residuals mean the same, and what is proposed flips the verdict."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from property.test_matching_laws import GRAPHS, PROFILES, VOCABULARIES, cut, profile_of

from ccpp.matching.definition import evaluate
from ccpp.matching.flipping import _rewritten, distance, profile_changes, requirement_changes, ways
from ccpp.matching.residual import ALWAYS, NEVER, core, missing, residual
from ccpp.model import ResolvedProfile, Verdict
from ccpp.requirements.expression import Constraint, Reference, walk
from ccpp.requirements.graph import RequirementGraph

TRUE, FALSE, UNKNOWN = Verdict.SATISFIED, Verdict.UNSATISFIED, Verdict.INDETERMINATE


def values_of(profile: ResolvedProfile) -> dict:
    return {name: profile.values(name) for name in profile.attributes}


@given(GRAPHS, PROFILES)
def test_a_core_is_sufficient_and_minimal(graph: RequirementGraph, profile: ResolvedProfile) -> None:
    verdict = evaluate(graph["a"], profile, graph)
    kept = core(graph["a"], profile, graph)
    assert evaluate(graph["a"], cut(profile, kept), graph) is verdict
    for name in kept:
        assert evaluate(graph["a"], cut(profile, kept - {name}), graph) is not verdict


@given(GRAPHS, PROFILES, PROFILES)
def test_a_residual_means_what_is_left(graph: RequirementGraph, profile: ResolvedProfile, more: ResolvedProfile) -> None:
    left = residual(graph["a"], profile, graph)
    extended = profile_of({**values_of(more), **values_of(profile)})
    assert evaluate(left, extended, graph) is evaluate(graph["a"], extended, graph)
    assert not any(isinstance(part, Reference) for part in walk(left))
    asked = {part.attribute for part in walk(left) if isinstance(part, Constraint)}
    assert set(missing(graph["a"], profile, graph)) == {name for name in asked if profile.values(name) is None}
    assert (left in (ALWAYS, NEVER)) is (evaluate(graph["a"], profile, graph) is not UNKNOWN)


@given(GRAPHS, PROFILES)
def test_nothing_stands_in_the_way_of_what_is_satisfied(graph: RequirementGraph, profile: ResolvedProfile) -> None:
    found = ways(graph["a"], profile, graph)
    satisfied = evaluate(graph["a"], profile, graph) is TRUE
    assert (found[:1] == [frozenset()]) is satisfied
    assert (distance(graph["a"], profile, graph) == 0) is (satisfied or not found)


@given(GRAPHS, PROFILES)
def test_a_proposed_profile_satisfies(graph: RequirementGraph, profile: ResolvedProfile) -> None:
    changes = profile_changes(graph["a"], profile, graph, VOCABULARIES.attributes)
    if changes is None:
        return
    changed = profile_of({**values_of(profile), **{change.attribute: change.after for change in changes}})
    assert evaluate(graph["a"], changed, graph) is TRUE
    assert all(change.before == profile.values(change.attribute) for change in changes)


@given(GRAPHS, PROFILES)
def test_a_proposed_requirement_is_satisfied(graph: RequirementGraph, profile: ResolvedProfile) -> None:
    changes = requirement_changes(graph["a"], profile, graph)
    if changes is None:
        return
    for way in ways(graph["a"], profile, graph):
        outcomes = {wish.constraint: wish.holds for wish in way}
        if outcomes.keys() == {change.constraint for change in changes}:
            made = {change.constraint: change for change in changes}
            assert evaluate(_rewritten(graph["a"], made, outcomes, graph), profile, graph) is TRUE
            return
    raise AssertionError


@given(st.integers(0, 3))
def test_counts(number: int) -> None:
    """One change for each of independent constraints that fail."""
    from ccpp.requirements.expression import All  # noqa: PLC0415

    names = [VOCABULARIES.named(name).name for name in ("BitsPerPixel", "NumberOfSoftKeys", "MmsMaxMessageSize")]
    constraints = tuple(Constraint(name, "minInclusive", 10) for name in names)
    profile = profile_of({name: (5 if position < number else 20,) for position, name in enumerate(names)})
    graph = RequirementGraph({"a": All(constraints)})
    assert distance(graph["a"], profile, graph) == number
    changes = profile_changes(graph["a"], profile, graph, VOCABULARIES.attributes)
    assert changes is not None
    assert [change.after for change in changes] == [(10,)] * number
    relaxed = requirement_changes(graph["a"], profile, graph)
    assert relaxed is not None
    assert [change.operand for change in relaxed] == [5] * number
