"""The choice among the variants of an application.

Among the variants whose requirement is satisfied: the higher quality, then the more specific requirement (the one that rests on more
distinct constraints), then the earlier in the catalogue. A variant whose requirement is indeterminate stands behind all satisfied ones,
and only if it says that it may be served so. The choice is a pure function of the verdicts, and every variant gets its reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccpp.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.catalogue.model import Application, Variant


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a variant was chosen or not: its verdict, and what decided among those that fit."""

    variant: Variant
    verdict: Verdict
    text: str


@dataclass(frozen=True, slots=True)
class Selection:
    """The chosen variant of an application, or none, with the reason of each variant in the catalogue's order."""

    application: Application
    chosen: Variant | None
    reasons: tuple[Reason, ...]


def select_variant(application: Application, verdicts: Mapping[str, Verdict]) -> Selection:
    """Choose among the variants of an application; `verdicts` are those of the requirements by name."""
    by_variant = {variant.id: variant_verdict(variant, verdicts) for variant in application.variants}
    fitting = [variant for variant in application.variants if _may_serve(variant, by_variant[variant.id])]
    ranked = sorted(fitting, key=lambda variant: _rank(variant, by_variant[variant.id]))
    chosen = ranked[0] if ranked else None
    reasons = tuple(
        Reason(variant, by_variant[variant.id], _reason(variant, by_variant[variant.id], chosen, by_variant))
        for variant in application.variants
    )
    return Selection(application, chosen, reasons)


def variant_verdict(variant: Variant, verdicts: Mapping[str, Verdict]) -> Verdict:
    """The verdict of a variant's requirement; without one it fits every device."""
    return Verdict.SATISFIED if variant.requirement is None else verdicts[variant.requirement]


def _may_serve(variant: Variant, verdict: Verdict) -> bool:
    return verdict is Verdict.SATISFIED or (verdict is Verdict.INDETERMINATE and variant.serve_indeterminate)


def _rank(variant: Variant, verdict: Verdict) -> tuple[bool, float, int]:
    """Smaller is better; the sort is stable, so the catalogue's order decides what is left."""
    return verdict is not Verdict.SATISFIED, -variant.quality, -variant.specificity


def _reason(variant: Variant, verdict: Verdict, chosen: Variant | None, verdicts: Mapping[str, Verdict]) -> str:
    if verdict is Verdict.UNSATISFIED:
        return "its requirement is not satisfied"
    if not _may_serve(variant, verdict):
        return "the device does not state all that it asks"
    if chosen is None or variant is chosen:
        return "fits best" if verdict is Verdict.SATISFIED else "fits as far as the device states"
    if _rank(variant, verdict)[0] != _rank(chosen, verdicts[chosen.id])[0]:
        return f"fits only as far as the device states, `{chosen.id}` surely"
    if variant.quality != chosen.quality:
        return f"fits, but its quality {variant.quality:g} is below the {chosen.quality:g} of `{chosen.id}`"
    if variant.specificity != chosen.specificity:
        return f"fits, but `{chosen.id}` is made for fewer devices ({chosen.specificity} constraints against {variant.specificity})"
    return f"fits as well as `{chosen.id}`, which stands before it in the catalogue"
