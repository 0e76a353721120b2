"""The choice among the variants of an application.

Among the variants whose requirement is satisfied: the higher quality, then the more specific requirement, then the earlier in the
catalogue. A requirement is more specific the more distinct constraints it rests on, references followed. A variant whose requirement is
indeterminate stands behind all satisfied ones, and only if it says that it may be served so.

The choice is a pure function of the verdicts, and every variant gets its reason as data; the words are one way to show it. Variants that
were not chosen never matter: without any of them the choice is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from ccpp.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.catalogue.model import Application, Variant


class Cause(StrEnum):
    """What decided about a variant."""

    CHOSEN = "chosen"
    CHOSEN_UNCERTAIN = "chosen-uncertain"
    UNSATISFIED = "unsatisfied"
    INDETERMINATE = "indeterminate"
    LESS_CERTAIN = "less-certain"
    LOWER_QUALITY = "lower-quality"
    LESS_SPECIFIC = "less-specific"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a variant was chosen or not; `rival` is the chosen one that stands before a variant which would have fitted too."""

    variant: Variant
    verdict: Verdict
    cause: Cause
    rival: Variant | None = None

    @property
    def text(self) -> str:
        """The reason in words."""
        return _SENTENCES[self.cause].format(variant=self.variant, rival=self.rival)


@dataclass(frozen=True, slots=True)
class Selection:
    """The chosen variant of an application, or none: the first of `ranked`, which holds all that may be served, best first.

    `reasons` has one for each variant, in the catalogue's order.
    """

    application: Application
    chosen: Variant | None
    ranked: tuple[Variant, ...]
    reasons: tuple[Reason, ...]


def select_variant(application: Application, verdicts: Mapping[str, Verdict]) -> Selection:
    """Choose among the variants of an application; `verdicts` are those of the requirements by name."""
    judged = [(variant, variant_verdict(variant, verdicts)) for variant in application.variants]
    ranked = sorted((one for one in judged if _may_serve(*one)), key=lambda one: _rank(*one))
    best = ranked[0] if ranked else None
    return Selection(
        application=application,
        chosen=best[0] if best else None,
        ranked=tuple(variant for variant, _ in ranked),
        reasons=tuple(_reason(variant, verdict, best) for variant, verdict in judged),
    )


def by_preference(application: Application) -> tuple[Variant, ...]:
    """The variants of an application, the one first that is chosen where all are satisfied."""
    return tuple(sorted(application.variants, key=lambda variant: _rank(variant, Verdict.SATISFIED)))


def variant_verdict(variant: Variant, verdicts: Mapping[str, Verdict]) -> Verdict:
    """The verdict of a variant's requirement; without one it fits every device."""
    return Verdict.SATISFIED if variant.requirement is None else verdicts[variant.requirement]


def _may_serve(variant: Variant, verdict: Verdict) -> bool:
    return verdict is Verdict.SATISFIED or (verdict is Verdict.INDETERMINATE and variant.serve_indeterminate)


def _rank(variant: Variant, verdict: Verdict) -> tuple[bool, float, int]:
    """Smaller is better; the sort is stable, so the catalogue's order decides what is left."""
    return verdict is not Verdict.SATISFIED, -variant.quality, -variant.specificity


#: What decides between two variants that may be served, in the order of `_rank`; if none of them does, the catalogue's order.
_RANKS = (Cause.LESS_CERTAIN, Cause.LOWER_QUALITY, Cause.LESS_SPECIFIC)


def _reason(variant: Variant, verdict: Verdict, best: tuple[Variant, Verdict] | None) -> Reason:
    if best is None or not _may_serve(variant, verdict):
        return Reason(variant, verdict, Cause(verdict.value))
    if variant is best[0]:
        return Reason(variant, verdict, Cause.CHOSEN if verdict is Verdict.SATISFIED else Cause.CHOSEN_UNCERTAIN)
    pairs = zip(_RANKS, _rank(variant, verdict), _rank(*best), strict=True)
    cause = next((cause for cause, mine, theirs in pairs if mine != theirs), Cause.LATER)
    return Reason(variant, verdict, cause, best[0])


#: Cause → the sentence that says it.
_SENTENCES = MappingProxyType(
    {
        Cause.CHOSEN: "fits best",
        Cause.CHOSEN_UNCERTAIN: "fits as far as the device states",
        Cause.UNSATISFIED: "its requirement is not satisfied",
        Cause.INDETERMINATE: "the device does not state all that it asks",
        Cause.LESS_CERTAIN: "fits only as far as the device states, `{rival.id}` surely",
        Cause.LOWER_QUALITY: "fits, but its quality {variant.quality:g} is below the {rival.quality:g} of `{rival.id}`",
        Cause.LESS_SPECIFIC: "fits, but `{rival.id}` asks more of a device (constraints: {rival.specificity} against {variant.specificity})",
        Cause.LATER: "fits as well as `{rival.id}`, which stands before it in the catalogue",
    }
)
