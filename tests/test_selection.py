from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from catalogues import catalogue_of, situation_in, verdicts_of

from ccpp.catalogue.model import Application, Artefact, Variant
from ccpp.model import Verdict
from ccpp.selection import Cause, select_variant

if TYPE_CHECKING:
    from ccpp.vocabulary import Vocabularies

CASES = json.loads((Path(__file__).parent / "suite" / "selection.json").read_bytes())
#: Choices that rest on more than verdicts: a catalogue in JSON, a subscriber, a device, a time.
CHOICES = json.loads((Path(__file__).parent / "suite" / "choice.json").read_bytes())
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
    Cause.CHOSEN_BY_EXCEPTION: "fits by exception",
    Cause.CHOSEN_FALLBACK: "is what there is",
    Cause.WITHDRAWN: "`",
    Cause.DRAFT: "`",
    Cause.EXCLUDED: "not for this model: ",
    Cause.NOT_ROLLED_OUT: "not rolled out here: ",
    Cause.NOT_ACCEPTED: "the subscriber does not accept",
    Cause.REFUSED: "refused: ",
    Cause.INCOMPLETE: "its part `",
    Cause.TOO_LARGE: "takes ",
    Cause.ONLY_FALLBACK: "is the fallback",
    Cause.OUT_OF_ORDER: "fits, but `",
    Cause.OTHER_LANGUAGE: "fits, but `",
    Cause.LESS_ACCEPTED: "fits, but the subscriber accepts",
    Cause.LESS_PREFERRED: "fits, but `",
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
    assert any(text.startswith(BEGINNINGS[cause]) for case in (*CASES, *CHOICES) for text in case["reasons"].values())


@pytest.mark.parametrize("case", [pytest.param(case, id=case["description"]) for case in CHOICES])
def test_choice_suite(case: dict[str, Any], vocabularies: Vocabularies) -> None:
    catalogue = catalogue_of(case, vocabularies)
    selection = select_variant(catalogue.applications["app"], verdicts_of(case), situation_in(case, catalogue, vocabularies))
    assert [variant.id for variant in selection.ranked] == case["ranked"]
    assert {reason.variant.id: reason.text for reason in selection.reasons} == case["reasons"]
    delivery = selection.delivery
    assert [part.id for part in delivery.parts] == case.get("parts", [])
    assert {part.id: why for part, why in delivery.left_out} == case.get("leftOut", {})
    assert "size" not in case or delivery.size == case["size"]
