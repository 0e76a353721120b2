from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from catalogues import catalogue_of, situation_in, verdicts_of
from conftest import SUITE

from ccpp import planning
from ccpp.decision import Decision, decide
from ccpp.planning import plan

if TYPE_CHECKING:
    from ccpp.catalogue.model import Catalogue
    from ccpp.vocabulary import Vocabularies

CASES = json.loads((SUITE / "planning.json").read_bytes())


def decisions_of(case: dict[str, Any], catalogue: Catalogue, vocabularies: Vocabularies) -> dict[str, Decision]:
    situation = situation_in(case, catalogue, vocabularies)
    return {name: decide(one, verdicts_of(case), situation) for name, one in catalogue.applications.items()}


@pytest.mark.parametrize("case", [pytest.param(case, id=case["description"]) for case in CASES])
def test_planning_suite(case: dict[str, Any], vocabularies: Vocabularies) -> None:
    catalogue = catalogue_of(case, vocabularies)
    found = plan(case["wanted"], decisions_of(case, catalogue, vocabularies), catalogue, case.get("installed"))
    assert [[step.application.id, step.variant.id, list(step.needed_by)] for step in found.steps] == case["steps"]
    assert [one.text for one in found.obstacles] == case.get("obstacles", [])
    assert not found.gave_up


def ladder(rungs: int) -> dict[str, Any]:
    """Every rung has two variants, and each needs the next rung; the last one fits no device."""
    rungs_of = [
        {"id": f"r{n}", "variants": [{"id": f"r{n}-{side}", "needs": {"name": f"r{n + 1}"}} for side in "ab"]}
        for n in range(rungs)
    ]
    last = {"id": f"r{rungs}", "variants": [{"id": "last", "requirement": "#no"}]}
    return {"applications": [*rungs_of, last], "unsatisfied": ["no"], "wanted": ["r0"]}


def test_a_search_without_end_is_cut_short(vocabularies: Vocabularies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MAX_TRIES", 100)
    case = ladder(12)
    catalogue = catalogue_of(case, vocabularies)
    found = plan(["r0"], decisions_of(case, catalogue, vocabularies), catalogue)
    assert (found.steps, found.gave_up) == ((), True)


def test_a_plan_has_a_bound(vocabularies: Vocabularies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MAX_STEPS", 5)
    case = ladder(12)
    catalogue = catalogue_of(case, vocabularies)
    found = plan(["r0"], decisions_of(case, catalogue, vocabularies), catalogue)
    assert (found.steps, found.gave_up) == ((), True)
