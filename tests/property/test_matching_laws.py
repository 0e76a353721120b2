"""Laws of verdicts, matchers and explanations, on requirements and profiles drawn from the cases of the suite."""

from __future__ import annotations

import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from sys import getswitchinterval, setswitchinterval
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph

from ccpp.datatypes import DATATYPES
from ccpp.matching.arrow import columns_of_codes
from ccpp.matching.batch import BLOCK, BatchMatcher, columns_of
from ccpp.matching.compiler import compile_matcher
from ccpp.matching.definition import ClosedWorld, evaluate, negation
from ccpp.matching.explanation import changes, explain, render_explanation
from ccpp.matching.normal import normal_form
from ccpp.model import Resolved, ResolvedProfile, Status, Verdict
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Reference, Requirement
from ccpp.requirements.graph import RequirementGraph
from ccpp.requirements.shacl import read_requirements
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccpp.model import AttributeName, Scalar

VOCABULARIES = load_vocabularies()
PREFIXES = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix req: <urn:ccpp:requirement#> . "


def load_pool() -> tuple[list[Constraint], dict[AttributeName, list[Scalar]]]:
    """The constraints of the suite, and the values it states of each attribute."""
    folder = Path(__file__).parent.parent / "suite" / "constraints"
    groups = [group for path in sorted(folder.glob("*.json")) for group in json.loads(path.read_bytes())]
    turtle = PREFIXES
    values: dict[AttributeName, list[Scalar]] = {}
    for number, group in enumerate(groups):
        attribute = VOCABULARIES.named(group["attribute"])
        turtle += f"<urn:{number}> a sh:PropertyShape ; sh:path <{attribute.uri}> ; {group['constraint']} . "
        read = DATATYPES[attribute.datatype].read
        values.setdefault(attribute.name, []).extend(read(raw).value for test in group["tests"] for raw in test["stated"])
    graph = read_requirements(Graph().parse(data=turtle, format="turtle"), VOCABULARIES)
    return sorted({one for name in graph for one in graph.constraints(name)}, key=repr), values


CONSTRAINTS, VALUES = load_pool()


def profile_of(stated: dict[AttributeName, tuple[Scalar, ...]]) -> ResolvedProfile:
    resolved = {name: Resolved(VOCABULARIES.attributes[name], values, Status.OK, (), ()) for name, values in stated.items()}
    return ResolvedProfile("urn:device", resolved, (), "")


def cut(profile: ResolvedProfile, names: Iterable[AttributeName]) -> ResolvedProfile:
    """The profile with no attributes but these."""
    return profile._replace(attributes={name: one for name, one in profile.attributes.items() if name in set(names)})


def requirements(names: list[str]) -> st.SearchStrategy[Requirement]:
    leaves: st.SearchStrategy[Requirement] = st.sampled_from(CONSTRAINTS)
    if names:
        leaves |= st.sampled_from(names).map(Reference)
    return st.recursive(
        leaves,
        lambda inner: (
            inner.map(Not)
            | st.lists(inner, max_size=3)
            .map(tuple)
            .flatmap(lambda items: st.sampled_from([All(items), Any(items), ExactlyOne(items)]))
        ),
        max_leaves=8,
    )


PROFILES = st.fixed_dictionaries(
    {},
    optional={name: st.lists(st.sampled_from(values), max_size=3, unique=True).map(tuple) for name, values in VALUES.items()},
).map(profile_of)
GRAPHS = st.fixed_dictionaries({"c": requirements([]), "b": requirements(["c"]), "a": requirements(["b", "c"])}).map(
    RequirementGraph
)


@given(GRAPHS, st.lists(PROFILES, min_size=1, max_size=3))
def test_the_matcher_means_what_the_definition_means(graph: RequirementGraph, profiles: list[ResolvedProfile]) -> None:
    matcher = compile_matcher(graph)
    for profile in (*profiles, *profiles):
        closed = ClosedWorld(profile)
        assert matcher.match(profile) == {name: evaluate(graph[name], profile, graph) for name in graph}
        assert matcher.match(profile, closed_world=True) == {name: evaluate(graph[name], closed, graph) for name in graph}


def test_a_matcher_that_has_seen_many_profiles_still_means_the_same() -> None:
    random = Random(7)  # noqa: S311  no secret
    graph = RequirementGraph({str(number): constraint for number, constraint in enumerate(CONSTRAINTS)})
    matcher = compile_matcher(graph)
    for _ in range(500):
        stated = {name: tuple(random.sample(values, min(len(values), random.randint(0, 3)))) for name, values in VALUES.items()}
        profile = profile_of(stated)
        assert matcher.match(profile) == {name: evaluate(graph[name], profile, graph) for name in graph}


@pytest.mark.parametrize("seed", range(10))
def test_index_and_batch_mean_what_the_definition_means_on_many_pairs(seed: int) -> None:
    """Ten graphs of 40 requirements, 50 profiles each: 20,000 pairs, in both worlds, on every engine."""
    random = Random(seed)  # noqa: S311  no secret

    def drawn(depth: int, names: list[str]) -> Requirement:
        kind = random.choice((All, Any, ExactlyOne, Not, Reference, Constraint)) if depth else Constraint
        if kind is Constraint or (kind is Reference and not names):
            return random.choice(CONSTRAINTS)
        if kind is Reference:
            return Reference(random.choice(names))
        if kind is Not:
            return Not(drawn(depth - 1, names))
        return kind(tuple(drawn(depth - 1, names) for _ in range(random.randint(0, 3))))

    definitions: dict[str, Requirement] = {}
    for number in range(40):
        definitions[str(number)] = drawn(3, list(definitions)[-3:])
    graph = RequirementGraph(definitions)
    matcher, batch = compile_matcher(graph), BatchMatcher(graph)
    choices = [matcher.choice(random.sample(list(graph), 10)) for _ in range(4)]
    profiles = [
        profile_of(
            {
                name: tuple(random.sample(values, min(len(values), random.randint(0, 3))))
                for name, values in VALUES.items()
                if random.random() < 0.7
            }
        )
        for _ in range(50)
    ]
    for closed_world in (False, True):
        [block] = batch.match_all(profiles, closed_world=closed_world)
        for position, profile in enumerate(profiles):
            world = ClosedWorld(profile) if closed_world else profile
            meant = {name: evaluate(graph[name], world, graph) for name in graph}
            verdicts = matcher.match(profile, closed_world=closed_world)
            assert verdicts == meant
            for choice in choices:
                first = next((name for name in choice.names if meant[name] is Verdict.SATISFIED), None)
                assert choice.first(profile, closed_world=closed_world) == choice.among(verdicts) == first
            assert {name: block.verdict(name, position) for name in graph} == meant


def test_threads_share_a_matcher(monkeypatch: pytest.MonkeyPatch) -> None:
    """What columns remember is found and thrown away by eight threads at once, and no verdict is another for it."""
    monkeypatch.setattr("ccpp.matching.columns.MAX_REMEMBERED", 2)
    random = Random(9)  # noqa: S311  no secret
    graph = RequirementGraph({str(number): constraint for number, constraint in enumerate(CONSTRAINTS)})
    matcher = compile_matcher(graph)
    profiles = [
        profile_of({name: tuple(random.sample(values, min(len(values), 2))) for name, values in VALUES.items()})
        for _ in range(40)
    ]
    choice = matcher.choice(graph)
    meant = [{name: evaluate(graph[name], profile, graph) for name in graph} for profile in profiles]
    first = [next((name for name in graph if verdicts[name] is Verdict.SATISFIED), None) for verdicts in meant]

    def work(order: int) -> None:
        for at in Random(order).choices(range(len(profiles)), k=200):  # noqa: S311  no secret
            assert matcher.match(profiles[at]) == meant[at]
            assert choice.first(profiles[at]) == first[at]

    before = getswitchinterval()
    setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(work, range(8)))
    finally:
        setswitchinterval(before)


@given(GRAPHS, PROFILES)
def test_a_requirement_means_the_same_with_its_references_written_out(
    graph: RequirementGraph, profile: ResolvedProfile
) -> None:
    assert evaluate(graph.expand("a"), profile, {}) is evaluate(graph["a"], profile, graph)


@given(GRAPHS, PROFILES)
def test_the_closed_world_decides_everything_and_reverses_nothing(graph: RequirementGraph, profile: ResolvedProfile) -> None:
    opened, closed = evaluate(graph["a"], profile, graph), evaluate(graph["a"], ClosedWorld(profile), graph)
    assert closed is not Verdict.INDETERMINATE
    assert opened in {closed, Verdict.INDETERMINATE}


@given(GRAPHS, PROFILES, st.data())
def test_more_knowledge_never_reverses_a_verdict(
    graph: RequirementGraph, profile: ResolvedProfile, data: st.DataObject
) -> None:
    kept = data.draw(st.sets(st.sampled_from(sorted(profile.attributes)))) if profile.attributes else set()
    before, after = evaluate(graph["a"], cut(profile, kept), graph), evaluate(graph["a"], profile, graph)
    assert before in {after, Verdict.INDETERMINATE}


@given(st.lists(requirements([]), max_size=3).map(tuple), PROFILES)
def test_de_morgan(items: tuple[Requirement, ...], profile: ResolvedProfile) -> None:
    negated = tuple(Not(item) for item in items)
    assert evaluate(Not(All(items)), profile, {}) is evaluate(Any(negated), profile, {})
    assert evaluate(Not(Any(items)), profile, {}) is evaluate(All(negated), profile, {})


@given(requirements([]), PROFILES)
def test_double_negation(item: Requirement, profile: ResolvedProfile) -> None:
    verdict = evaluate(item, profile, {})
    assert evaluate(Not(Not(item)), profile, {}) is verdict
    assert evaluate(Not(item), profile, {}) is negation(verdict)


@given(
    st.lists(requirements([]), max_size=4).flatmap(lambda items: st.tuples(st.just(items), st.permutations(items))), PROFILES
)
def test_the_order_of_items_never_matters(
    orders: tuple[list[Requirement], list[Requirement]], profile: ResolvedProfile
) -> None:
    first, second = (tuple(order) for order in orders)
    for connective in (All, Any, ExactlyOne):
        assert evaluate(connective(first), profile, {}) is evaluate(connective(second), profile, {})


@given(GRAPHS, PROFILES)
def test_an_explanation_is_sufficient(graph: RequirementGraph, profile: ResolvedProfile) -> None:
    explanation = explain(graph["a"], profile, graph)
    assert explanation.verdict is evaluate(graph["a"], profile, graph)
    assert evaluate(graph["a"], cut(profile, explanation.cited), graph) is explanation.verdict
    closed = explain(graph["a"], profile, graph, world=ClosedWorld(profile))
    assert evaluate(graph["a"], ClosedWorld(cut(profile, closed.cited)), graph) is closed.verdict


@given(GRAPHS, PROFILES)
def test_an_explanation_can_be_shown(graph: RequirementGraph, profile: ResolvedProfile) -> None:
    explanation = explain(graph["a"], profile, graph)
    shown = render_explanation(explanation)
    assert len(shown.splitlines()) >= 1
    assert all(sentence.split()[0] in {"state", "change"} for sentence in changes(explanation))


@given(GRAPHS, st.lists(PROFILES, min_size=1, max_size=5))
def test_the_batch_means_what_the_definition_means(graph: RequirementGraph, profiles: list[ResolvedProfile]) -> None:
    matcher = BatchMatcher(graph)
    for closed_world in (False, True):
        [block] = matcher.match_all(profiles, closed_world=closed_world)
        for position, profile in enumerate(profiles):
            world = ClosedWorld(profile) if closed_world else profile
            assert {name: block.verdict(name, position) for name in graph} == {
                name: evaluate(graph[name], world, graph) for name in graph
            }
        chosen = block.first(graph)
        for position, profile in enumerate(profiles):
            verdicts = compile_matcher(graph).match(profile, closed_world=closed_world)
            first = next((name for name in graph if verdicts[name] is Verdict.SATISFIED), None)
            assert [name for name in graph if chosen[name] >> position & 1] == ([first] if first else [])


@given(GRAPHS, st.lists(PROFILES, min_size=1, max_size=5))
def test_dictionary_coded_profiles_mean_the_same(graph: RequirementGraph, profiles: list[ResolvedProfile]) -> None:
    coded = {}
    for name in {name for profile in profiles for name in profile.attributes}:
        stated = [profile.values(name) for profile in profiles]
        values = list(dict.fromkeys(one for one in stated if one is not None))
        coded[name] = (np.array([-1 if one is None else values.index(one) for one in stated], np.int32), values)
    matcher = BatchMatcher(graph)
    for closed_world in (False, True):
        block = matcher.match(columns_of(profiles), closed_world=closed_world)
        assert matcher.match(columns_of_codes(len(profiles), coded), closed_world=closed_world) == block


def test_any_number_of_profiles_goes_block_by_block() -> None:
    graph = RequirementGraph({"a": CONSTRAINTS[0]})
    blocks = list(BatchMatcher(graph).match_all(profile_of({}) for _ in range(BLOCK + 1)))
    assert [block.profiles for block in blocks] == [BLOCK, 1]


@given(GRAPHS, st.lists(PROFILES, min_size=1, max_size=3))
def test_a_matcher_can_be_handed_to_another_process(graph: RequirementGraph, profiles: list[ResolvedProfile]) -> None:
    matcher = compile_matcher(graph)
    before = [dict(matcher.match(profile)) for profile in profiles]
    other = pickle.loads(pickle.dumps(matcher))  # noqa: S301  our own
    assert [dict(other.match(profile)) for profile in profiles] == before


@given(GRAPHS, PROFILES, st.sampled_from([1, 2, 64]))
def test_normal_form_means_the_same(graph: RequirementGraph, profile: ResolvedProfile, bound: int) -> None:
    """And what it is too large for still counts: clauses and rest together mean what the requirement means."""
    form = normal_form(graph["a"], graph, bound=bound)
    clauses = [Any(tuple(Not(one) if negated else one for one, negated in clause)) for clause in form.clauses]
    assert evaluate(All((*clauses, *form.rest)), profile, graph) is evaluate(graph["a"], profile, graph)
