from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ccpp.catalogue.model import Application, Artefact, Variant
from ccpp.model import Verdict
from ccpp.selection import Cause, select_variant

CASES = json.loads((Path(__file__).parent / "suite" / "selection.json").read_bytes())
ARTEFACT = Artefact("https://apps.example/a.jar", "application/java-archive")

#: Cause → how its sentence begins; the suite has a case of each.
BEGINNINGS = {
    Cause.CHOSEN: "fits best",
    Cause.CHOSEN_UNCERTAIN: "fits as far as",
    Cause.UNSATISFIED: "its requirement is not",
    Cause.INDETERMINATE: "the device does not state",
    Cause.LESS_CERTAIN: "fits only as far as",
    Cause.LOWER_QUALITY: "fits, but its quality",
    Cause.LESS_SPECIFIC: "fits, but `",
    Cause.LATER: "fits as well as",
}


def application_of(case: dict[str, Any]) -> tuple[Application, dict[str, Verdict]]:
    """An application with the variants of a case, each with a requirement of its own name."""
    variants = tuple(
        Variant(
            id=one["id"],
            label=one["id"],
            artefact=ARTEFACT,
            requirement=one["id"] if one["verdict"] else None,
            quality=one.get("quality", 1.0),
            layers=(),
            serve_indeterminate=one.get("serve", False),
            specificity=one.get("specificity", 0),
        )
        for one in case["variants"]
    )
    verdicts = {one["id"]: Verdict(one["verdict"]) for one in case["variants"] if one["verdict"]}
    return Application("app", "App", "", variants, ()), verdicts


@pytest.mark.parametrize("case", [pytest.param(case, id=case["description"]) for case in CASES])
def test_selection_suite(case: dict[str, Any]) -> None:
    application, verdicts = application_of(case)
    selection = select_variant(application, verdicts)
    assert [variant.id for variant in selection.ranked] == case["ranked"]
    assert (selection.chosen.id if selection.chosen else None) == next(iter(case["ranked"]), None)
    assert {reason.variant.id: reason.text for reason in selection.reasons} == case["reasons"]
    assert [reason.variant for reason in selection.reasons] == list(application.variants)
    assert selection.application is application


@pytest.mark.parametrize("case", [pytest.param(case, id=case["description"]) for case in CASES])
def test_reasons_are_data(case: dict[str, Any]) -> None:
    selection = select_variant(*application_of(case))
    for reason in selection.reasons:
        assert reason.text.startswith(BEGINNINGS[reason.cause])
        lost = reason.variant in selection.ranked and reason.variant is not selection.chosen
        assert reason.rival is (selection.chosen if lost else None)


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_a_case(cause: Cause) -> None:
    assert any(text.startswith(BEGINNINGS[cause]) for case in CASES for text in case["reasons"].values())
