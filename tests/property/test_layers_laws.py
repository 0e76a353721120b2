"""Laws of matchers that change or remember: a layer answers as if all were compiled anew, and the first satisfied is the first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from property.test_matching_laws import CONSTRAINTS, GRAPHS, PROFILES

from ccpp.matching.compiler import compile_matcher
from ccpp.matching.layers import LayeredMatcher, RememberingMatcher
from ccpp.model import ResolvedProfile, Verdict
from ccpp.requirements.graph import RequirementGraph


@given(GRAPHS, GRAPHS, PROFILES, st.booleans())
def test_a_replaced_application_answers_as_if_all_were_compiled(
    before: RequirementGraph,
    after: RequirementGraph,
    profile: ResolvedProfile,
    closed_world: bool,  # noqa: FBT001
) -> None:
    base = LayeredMatcher(compile_matcher(before))
    renamed = RequirementGraph({"new": after["c"], "a": after["c"]})
    layered = base.replace("application", ["a"], compile_matcher(renamed)).replace("other", ["b"], None)
    found = layered.match(profile, closed_world=closed_world)
    whole = compile_matcher(before).match(profile, closed_world=closed_world)
    over = compile_matcher(renamed).match(profile, closed_world=closed_world)
    assert dict(found) == {"c": whole["c"], **over}
    assert "b" not in found
    assert len(found) == 3
    again = layered.replace("application", [], None).match(profile, closed_world=closed_world)
    assert set(again) == {"c"}


@given(GRAPHS, PROFILES, st.booleans())
def test_the_first_satisfied_is_the_first(graph: RequirementGraph, profile: ResolvedProfile, closed_world: bool) -> None:  # noqa: FBT001
    matcher = compile_matcher(graph)
    for names in (["a", "b", "c"], ["c", "b", "a"], ["b"]):
        for _ in range(2):
            verdicts = matcher.match(profile, closed_world=closed_world)
            expected = next((name for name in names if verdicts[name] is Verdict.SATISFIED), None)
            assert matcher.choice(names).first(profile, closed_world=closed_world) == expected
            assert matcher.choice(names).among(verdicts) == expected


@given(GRAPHS, PROFILES)
def test_what_is_remembered_is_what_was_found(graph: RequirementGraph, profile: ResolvedProfile) -> None:
    matcher = RememberingMatcher(compile_matcher(graph), limit=1)
    for digest in ("one", "two", "one"):
        for closed_world in (False, True):
            expected = dict(matcher.matcher.match(profile, closed_world=closed_world))
            assert dict(matcher.match(profile._replace(digest=digest), closed_world=closed_world)) == expected
    assert [len(known) for known in matcher._known] == [1, 1]


def test_a_known_digest_is_not_matched_again() -> None:
    graph = RequirementGraph({"a": CONSTRAINTS[0]})
    matcher = RememberingMatcher(compile_matcher(graph))
    profile = ResolvedProfile("urn:device", {}, (), "sha256:x")
    assert matcher.match(profile) is matcher.match(profile)
