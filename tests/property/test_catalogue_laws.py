"""Laws of catalogues and of the choice in a situation: losers and strangers never matter, the way of writing does not, and a plan is found
exactly where trying everything finds one."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

from catalogues import VERDICTS, catalogue_of, named, situation_in, verdicts_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import BNode, Graph, URIRef

from ccpp.catalogue.dependencies import meets
from ccpp.catalogue.documents import read_document
from ccpp.catalogue.loading import load_documents
from ccpp.catalogue.model import Document, Provided
from ccpp.decision import decide
from ccpp.errors import CatalogueError
from ccpp.model import Verdict
from ccpp.planning import plan, provisions
from ccpp.selection import select_variant
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rdflib.term import Node

    from ccpp.catalogue.model import Application, Catalogue, Need, Variant

VOCABULARIES = load_vocabularies()
BUDGET = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

NAMES = ("yes", "no", "maybe")
KNOWN = {"satisfied": ["yes"], "unsatisfied": ["no"], "indeterminate": ["maybe"]}
requirements = st.sampled_from([f"#{name}" for name in NAMES])
languages = st.sampled_from(["en", "fi", "sv", "en-GB"])
media_types = st.sampled_from(["text/html", "text/plain", "application/java-archive"])
shares = st.sampled_from([0, 0.25, 0.5, 1])
rollouts = st.fixed_dictionaries({}, optional={"share": shares, "allow": st.just("me"), "from": st.just("2026-12-01")})
exceptions = st.fixed_dictionaries(
    {"effect": st.sampled_from(["Include", "Exclude"]), "model": st.sampled_from(["N80", "V*"]), "reason": st.just("tried")},
    optional={"until": st.just("2026-12-01")},
)
offers = {"mediaType": st.sampled_from(["text/*", "*"]), "language": languages, "largerThan": st.integers(0, 30)}
preferences = st.fixed_dictionaries({"weight": shares}, optional={"requirement": requirements, **offers})
refusals = st.fixed_dictionaries({"reason": st.just("too much")}, optional={"requirement": requirements, **offers})
artefacts = st.fixed_dictionaries({"mediaType": media_types}, optional={"size": st.integers(0, 20)})


def parts(number: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"id": st.just(f"p{number}"), "artefact": artefacts},
        optional={"requirement": requirements, "language": languages, "needed": st.booleans()},
    )


def variants(number: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"id": st.just(f"v{number}"), "artefact": artefacts, "quality": shares},
        optional={
            "requirement": requirements,
            "serveIndeterminate": st.booleans(),
            "language": st.lists(languages, unique=True, min_size=1),
            "state": st.sampled_from(["Draft", "Live", "Withdrawn"]),
            "rollout": rollouts,
            "exception": st.lists(exceptions, max_size=2),
            "prefers": st.lists(preferences, max_size=2),
            "budget": st.integers(0, 40),
            "parts": st.tuples(*(parts(10 * number + one) for one in range(2))).map(list),
        },
    )


cases = st.fixed_dictionaries(
    {
        "variants": st.integers(1, 4).flatmap(lambda count: st.tuples(*(variants(one) for one in range(count))).map(list)),
        "application": st.fixed_dictionaries(
            {},
            optional={"choice": st.sampled_from(["Best", "Ordered"]), "fallback": st.just("#v0"), "budget": st.integers(0, 40)},
        ),
        "catalogue": st.fixed_dictionaries(
            {}, optional={"prefers": st.lists(preferences, max_size=2), "refusal": st.lists(refusals, max_size=2)}
        ),
        "subscriber": st.fixed_dictionaries(
            {},
            optional={
                "id": st.sampled_from(["me", "you"]),
                "languages": st.lists(languages, unique=True),
                "accept": st.dictionaries(st.sampled_from(["text/*", "text/html", "*/*"]), shares, min_size=1),
                "drafts": st.booleans(),
                "budget": st.integers(0, 40),
            },
        ),
    },
    optional={
        "device": st.fixed_dictionaries({"Model": st.sampled_from(["N80", "V3", "T1"])}),
        "at": st.sampled_from(["2026-11-30T00:00:00Z", "2026-12-02T00:00:00Z"]),
    },
).map(lambda case: case | KNOWN)


@BUDGET
@given(cases)
def test_losers_never_matter_and_strangers_neither(case: dict[str, Any]) -> None:
    catalogue = catalogue_of(case, VOCABULARIES)
    application, verdicts = catalogue.applications["app"], verdicts_of(case)
    situation = situation_in(case, catalogue, VOCABULARIES)
    selection = select_variant(application, verdicts, situation)
    for variant in application.variants:
        if variant is not selection.chosen:
            rest = tuple(one for one in application.variants if one is not variant)
            assert select_variant(replace(application, variants=rest), verdicts, situation).chosen is selection.chosen
    stranger = replace(application.variants[0], id="stranger", requirement="never", supply=type(application.supply)())
    more = replace(application, variants=(stranger, *application.variants))
    after = select_variant(more, verdicts | {"never": Verdict.UNSATISFIED}, situation)
    assert (after.chosen, after.ranked, after.delivery) == (selection.chosen, selection.ranked, selection.delivery)
    assert after.reasons[1:] == selection.reasons


@BUDGET
@given(cases)
def test_a_delivery_keeps_its_promises(case: dict[str, Any]) -> None:
    catalogue = catalogue_of(case, VOCABULARIES)
    application = catalogue.applications["app"]
    selection = select_variant(application, verdicts_of(case), situation_in(case, catalogue, VOCABULARIES))
    delivery, chosen = selection.delivery, selection.chosen
    if chosen is None:
        return
    budgets = (application.supply.budget, chosen.supply.budget, case["subscriber"].get("budget"))
    assert all((delivery.size or 0) <= budget for budget in budgets if budget is not None)
    assert {*delivery.parts} | {part for part, _ in delivery.left_out} == {*chosen.parts}
    assert {part for part in chosen.parts if part.needed and not part.language} <= {*delivery.parts}
    assert sum(bool(part.language) for part in delivery.parts) <= 1
    assert all(part.requirement in {None, "urn:ccpp:this#yes"} for part in delivery.parts)


# Ways of writing.


def described(graph: Graph, subject: Node, into: Graph) -> None:
    """What is said of a node, with the blank nodes that belong to it."""
    for triple in graph.triples((subject, None, None)):
        into.add(triple)
        if isinstance(triple[2], BNode):
            described(graph, triple[2], into)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases, st.randoms(use_true_random=False), st.integers(1, 3))
def test_neither_syntax_nor_files_nor_their_order_matter(case: dict[str, Any], random: Any, count: int) -> None:  # noqa: ANN401
    document = {
        "id": "#catalogue",
        "type": "Catalogue",
        "label": "Catalogue",
        **case["catalogue"],
        "requirements": [
            {"id": f"#{name}", "type": "NodeShape", "property": {"path": "prf:ColorCapable", "hasValue": name == "yes"}}
            for verdict in VERDICTS
            for name in case[verdict]
        ],
        "applications": [named("app", "Application", {**case["application"], "variants": case["variants"]})],
    }
    json_document = Document("whole.json", json.dumps(document).encode())
    graph = read_document(json_document)
    files = [Graph() for _ in range(count)]
    for subject in sorted({one for one in graph.subjects() if isinstance(one, URIRef)}):
        described(graph, subject, random.choice(files))
    turtle = [Document(f"{number}.ttl", file.serialize(format="turtle", encoding="utf-8")) for number, file in enumerate(files)]
    random.shuffle(turtle)
    assert load_documents(turtle, VOCABULARIES).digest == load_documents([json_document], VOCABULARIES).digest


# Plans.

provided = st.fixed_dictionaries({"name": st.sampled_from(["x", "y"]), "version": st.sampled_from(["1", "2", "3"])})


def needs(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    bounds = {"atLeast": st.sampled_from(["1", "2"]), "below": st.just("3")}
    return st.fixed_dictionaries({"name": st.sampled_from(names)}, optional=bounds)


def packages(number: int) -> st.SearchStrategy[dict[str, Any]]:
    """Needs lead to later applications and to what the last ones provide, so that few go round in a circle."""
    above = [f"a{other}" for other in range(number + 1, 4)] + (["x", "y"] if number < 2 else [])
    variant = st.fixed_dictionaries(
        {
            "quality": shares,
            "version": st.sampled_from(["1", "2"]),
            **({"needs": st.lists(needs(above), min_size=1, max_size=2)} if number < 2 else {}),
        },
        optional={
            "requirement": st.sampled_from(["#yes", "#yes", "#no"]),
            **({"needs": st.lists(needs(above), max_size=2)} if number == 2 else {}),
            "conflicts": needs([f"a{other}" for other in range(4) if other != number]),
            **({"provides": provided} if number >= 2 else {}),
        },
    )
    return st.lists(variant, min_size=1, max_size=2).map(
        lambda found: {"id": f"a{number}", "variants": [{"id": f"a{number}v{place}", **one} for place, one in enumerate(found)]}
    )


worlds = st.tuples(*(packages(number) for number in range(4))).map(lambda found: {"applications": list(found), **KNOWN})


def possible(
    wanted: Sequence[str], ranked: dict[str, tuple[Variant, ...]], catalogue: Catalogue, there: list[Provided]
) -> bool:
    """Whether some choice of at most one variant of each application is a plan: by trying them all."""
    return any(
        is_plan(dict(zip(ranked, chosen, strict=True)), wanted, catalogue, there)
        for chosen in product(*((None, *variants) for variants in ranked.values()))
    )


def is_plan(chosen: dict[str, Variant | None], wanted: Sequence[str], catalogue: Catalogue, there: list[Provided]) -> bool:
    taken = [(catalogue.applications[name], variant) for name, variant in chosen.items() if variant]
    offers = {application.id: provisions(application, variant) for application, variant in taken}

    def met(need: Need, among: Sequence[Provided]) -> bool:
        return any(one.name == need.name and meets(one.version, need) for one in among)

    def sound(application: Application, variant: Variant) -> bool:
        others = [one for name, offered in offers.items() if name != application.id for one in offered]
        everything = [*others, *offers[application.id], *there]
        asked = (*application.supply.needs, *variant.supply.needs)
        excluded = (*application.supply.conflicts, *variant.supply.conflicts)
        return all(met(one, everything) for one in asked) and not any(met(one, [*others, *there]) for one in excluded)

    return all(chosen[name] for name in wanted) and all(sound(*one) for one in taken)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(worlds, st.sampled_from([["a0"], ["a1", "a0"], ["a3", "a2", "a1"]]), st.booleans())
def test_a_plan_is_found_where_there_is_one(world: dict[str, Any], wanted: list[str], there: bool) -> None:  # noqa: FBT001
    try:
        catalogue = catalogue_of(world, VOCABULARIES)
    except CatalogueError:
        return  # dangling, or in a circle
    verdicts = verdicts_of(world)
    decisions = {name: decide(one, verdicts) for name, one in catalogue.applications.items()}
    installed = {"x": "2"} if there else {}
    found = plan(wanted, decisions, catalogue, installed)
    ranked = {name: decision.selection.ranked for name, decision in decisions.items()}
    offers = [Provided(name, version) for name, version in installed.items()]
    assert bool(found.steps) is possible(wanted, ranked, catalogue, offers)
    assert bool(found.steps) is not bool(found.obstacles)
    if found.steps:
        chosen = {step.application.id: step.variant for step in found.steps}
        assert is_plan(dict.fromkeys(catalogue.applications) | chosen, wanted, catalogue, offers)
        place = {step.application.id: number for number, step in enumerate(found.steps)}
        assert all(place[one] > number for number, step in enumerate(found.steps) for one in step.needed_by)
