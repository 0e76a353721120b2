"""The choice among the variants of an application.

A variant may be served where its requirement is satisfied, or, if it says that it may be served so, indeterminate; where it is live or the
subscriber tries drafts, the rollout has reached them, no exception is made for the model, nobody refuses it, and its parts fit. Among those:

1. any other before the application's fallback;
2. a satisfied requirement before an indeterminate one;
3. of ordered alternatives, the first;
4. the language that comes first, by the subscriber, else by the device's `CcppAccept-Language` (a variant that states none is behind those that match, before those that do not);
5. the media type that the subscriber accepts with the higher weight;
6. the higher sum of the weights of preferences that hold, those of the application, the variant, the operator and the subscriber;
7. the higher quality, then the more specific requirement, then the earlier in the catalogue.

A requirement is more specific the more distinct constraints it rests on, references followed.

The choice is a pure function of the verdicts and the situation, and every variant gets its reason as data; the words are one way to show it.
Variants that were not chosen never matter: without any of them the choice is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.catalogue.model import PLAIN, State
from ccpp.delivery import NOTHING_ELSE, Delivery, deliver, languages_of, speaks
from ccpp.model import Verdict
from ccpp.situation import ANY, exception_for, kept_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ccpp.catalogue.model import Application, Offer, Preference, Supply, Variant
    from ccpp.situation import Situation


class Cause(StrEnum):
    """What decided about a variant."""

    CHOSEN = "chosen"
    CHOSEN_UNCERTAIN = "chosen-uncertain"
    CHOSEN_BY_EXCEPTION = "chosen-by-exception"
    CHOSEN_FALLBACK = "chosen-fallback"
    UNSATISFIED = "unsatisfied"
    INDETERMINATE = "indeterminate"
    WITHDRAWN = "withdrawn"
    DRAFT = "draft"
    EXCLUDED = "excluded"
    NOT_ROLLED_OUT = "not-rolled-out"
    NOT_ACCEPTED = "not-accepted"
    REFUSED = "refused"
    INCOMPLETE = "incomplete"
    TOO_LARGE = "too-large"
    ONLY_FALLBACK = "only-fallback"
    LESS_CERTAIN = "less-certain"
    OUT_OF_ORDER = "out-of-order"
    OTHER_LANGUAGE = "other-language"
    LESS_ACCEPTED = "less-accepted"
    LESS_PREFERRED = "less-preferred"
    LOWER_QUALITY = "lower-quality"
    LESS_SPECIFIC = "less-specific"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a variant was chosen or not; `rival` is the chosen one that stands before a variant which would have fitted too.

    `detail` is what a person said of it, or a figure: why an exception was made, how far a rollout is.
    """

    variant: Variant
    verdict: Verdict
    cause: Cause
    rival: Variant | None = None
    detail: str = ""

    @property
    def text(self) -> str:
        """The reason in words."""
        return _SENTENCES[self.cause].format(variant=self.variant, rival=self.rival, detail=self.detail)


@dataclass(frozen=True, slots=True)
class Selection:
    """The chosen variant of an application, or none: the first of `ranked`, which holds all that may be served, best first.

    `reasons` has one for each variant, in the catalogue's order; `delivery` is what goes with the chosen one.
    """

    application: Application
    chosen: Variant | None
    ranked: tuple[Variant, ...]
    reasons: tuple[Reason, ...]
    delivery: Delivery = NOTHING_ELSE


class _Judged(NamedTuple):
    """A variant with its verdict and what bars it, if anything does; its rank and its delivery, if nothing does."""

    variant: Variant
    verdict: Verdict
    bar: tuple[Cause, str] | None
    included: str = ""
    delivery: Delivery = NOTHING_ELSE
    rank: tuple[float, ...] = ()


def select_variant(application: Application, verdicts: Mapping[str, Verdict], situation: Situation = ANY) -> Selection:
    """Choose among the variants of an application; `verdicts` are those of the requirements by name."""
    barred = None if application.supply is PLAIN else _supply_bar(application.supply, application.id, situation)
    judged = [
        _judge(variant, place, application, verdicts, situation, barred) for place, variant in enumerate(application.variants)
    ]
    ranked = sorted((one for one in judged if one.bar is None), key=lambda one: one.rank)
    best = ranked[0] if ranked else None
    return Selection(
        application=application,
        chosen=best.variant if best else None,
        ranked=tuple(one.variant for one in ranked),
        reasons=tuple(_reason(one, best, application) for one in judged),
        delivery=best.delivery if best else NOTHING_ELSE,
    )


def by_preference(application: Application) -> tuple[Variant, ...]:
    """The variants of an application, the one first that is chosen where all are satisfied, for anybody at any time."""
    wishes = (*application.supply.preferences, *(one for variant in application.variants for one in variant.supply.preferences))
    asked = {*(one.when for one in wishes), *(part.requirement for variant in application.variants for part in variant.parts)}
    verdicts = {name: Verdict.SATISFIED for name in asked if name}
    ranks = [
        _rank(variant, place, application, deliver(variant, application, verdicts, ANY), verdicts, ANY, uncertain=False)
        for place, variant in enumerate(application.variants)
    ]
    return tuple(variant for _, variant in sorted(zip(ranks, application.variants, strict=True), key=lambda pair: pair[0]))


def variant_verdict(variant: Variant, verdicts: Mapping[str, Verdict]) -> Verdict:
    """The verdict of a variant's requirement; without one it fits every device."""
    return Verdict.SATISFIED if variant.requirement is None else verdicts[variant.requirement]


# What bars a variant.


def _judge(
    variant: Variant,
    place: int,
    application: Application,
    verdicts: Mapping[str, Verdict],
    situation: Situation,
    barred: tuple[Cause, str] | None,
) -> _Judged:
    verdict = variant_verdict(variant, verdicts)
    supply = variant.supply
    exception = exception_for(supply.exceptions, situation) if supply.exceptions else None
    included = exception.reason if exception and exception.included else ""
    if not included and not _may_serve(variant, verdict):
        return _Judged(variant, verdict, (Cause(verdict.value), ""))
    bar = barred or (None if supply is PLAIN else _supply_bar(supply, variant.id, situation))
    if bar:
        return _Judged(variant, verdict, bar)
    delivery = deliver(variant, application, verdicts, situation)
    bar = _delivery_bar(delivery) or _refusal_bar(variant, application, delivery, verdicts, situation)
    if bar:
        return _Judged(variant, verdict, bar)
    uncertain = not included and verdict is not Verdict.SATISFIED
    rank = _rank(variant, place, application, delivery, verdicts, situation, uncertain=uncertain)
    return _Judged(variant, verdict, None, included, delivery, rank)


def _may_serve(variant: Variant, verdict: Verdict) -> bool:
    return verdict is Verdict.SATISFIED or (verdict is Verdict.INDETERMINATE and variant.serve_indeterminate)


def _supply_bar(supply: Supply, owner: str, situation: Situation) -> tuple[Cause, str] | None:
    """What bars an application or a variant on the terms of its supply."""
    if supply.state is State.WITHDRAWN:
        return Cause.WITHDRAWN, owner
    if supply.state is State.DRAFT and not situation.subscriber.drafts:
        return Cause.DRAFT, owner
    exception = exception_for(supply.exceptions, situation)
    if exception and not exception.included:
        return Cause.EXCLUDED, exception.reason
    out = kept_out(supply.rollout, owner, situation) if supply.rollout else None
    return (Cause.NOT_ROLLED_OUT, out) if out else None


def _delivery_bar(delivery: Delivery) -> tuple[Cause, str] | None:
    if delivery.missing:
        return Cause.INCOMPLETE, delivery.missing
    return (Cause.TOO_LARGE, str(delivery.size)) if delivery.too_large else None


def _refusal_bar(
    variant: Variant, application: Application, delivery: Delivery, verdicts: Mapping[str, Verdict], situation: Situation
) -> tuple[Cause, str] | None:
    if accepted(variant.artefact.media_type, situation.subscriber.accepts) == 0:
        return Cause.NOT_ACCEPTED, variant.artefact.media_type
    for refusal in situation.refusals:
        if _holds(refusal.when, verdicts) and concerns(refusal.offer, variant, application, delivery):
            return Cause.REFUSED, refusal.reason
    return None


# What ranks those that nothing bars.


def _rank(
    variant: Variant,
    place: int,
    application: Application,
    delivery: Delivery,
    verdicts: Mapping[str, Verdict],
    situation: Situation,
    *,
    uncertain: bool,
) -> tuple[float, ...]:
    """Smaller is better; the sort is stable, so the catalogue's order decides what is left."""
    stated = (*situation.preferences, *application.supply.preferences, *variant.supply.preferences)
    return (
        variant.id == application.fallback,
        uncertain,
        place if application.ordered else 0,
        _language_rank(variant, situation.languages),
        -accepted(variant.artefact.media_type, situation.subscriber.accepts),
        -score(stated, variant, application, delivery, verdicts) if stated else 0,
        -variant.quality,
        -variant.specificity,
    )


#: What decides between two variants that may be served, in the order of `_rank`; if none of them does, the catalogue's order.
_RANKS = (
    Cause.ONLY_FALLBACK,
    Cause.LESS_CERTAIN,
    Cause.OUT_OF_ORDER,
    Cause.OTHER_LANGUAGE,
    Cause.LESS_ACCEPTED,
    Cause.LESS_PREFERRED,
    Cause.LOWER_QUALITY,
    Cause.LESS_SPECIFIC,
)


def _language_rank(variant: Variant, wanted: tuple[str, ...]) -> int:
    if not wanted:
        return 0
    spoken = languages_of(variant)
    found = (place for place, language in enumerate(wanted) if any(speaks(one, language) for one in spoken))
    return next(found, len(wanted) + bool(spoken))


def accepted(media_type: str, accepts: Sequence[tuple[str, float]]) -> float:
    """The weight with which a media type is accepted: that of the most specific range that covers it. RFC 9110 §12.5.1."""
    if not accepts:
        return 1.0
    ranges = dict(accepts)
    essence = media_type.partition(";")[0].strip().lower()
    candidates = (essence, essence.partition("/")[0] + "/*", "*/*")
    return next((ranges[one] for one in candidates if one in ranges), 0.0)


def score(
    preferences: Iterable[Preference],
    variant: Variant,
    application: Application,
    delivery: Delivery,
    verdicts: Mapping[str, Verdict],
) -> float:
    """What the preferences that hold are worth together."""
    worth = sum(
        one.weight for one in preferences if _holds(one.when, verdicts) and concerns(one.offer, variant, application, delivery)
    )
    return round(worth, 9)  # so that 0.1 + 0.2 is 0.3, in whichever order they were added


def concerns(offer: Offer, variant: Variant, application: Application, delivery: Delivery) -> bool:
    """Whether a variant is what an offer speaks of."""
    return (
        (offer.media_type is None or fnmatchcase(variant.artefact.media_type.casefold(), offer.media_type.casefold()))
        and (offer.language is None or any(speaks(one, offer.language) for one in languages_of(variant)))
        and (offer.domain is None or application.domain is offer.domain)
        and (offer.larger_than is None or (delivery.size or 0) > offer.larger_than)
    )


def _holds(when: str | None, verdicts: Mapping[str, Verdict]) -> bool:
    return when is None or verdicts[when] is Verdict.SATISFIED


# Reasons.


def _reason(one: _Judged, best: _Judged | None, application: Application) -> Reason:
    if one.bar is not None or best is None:
        cause, detail = one.bar or (Cause.LATER, "")
        return Reason(one.variant, one.verdict, cause, detail=detail)
    if one is best:
        return Reason(one.variant, one.verdict, _chosen(one, application), detail=one.included)
    pairs = zip(_RANKS, one.rank, best.rank, strict=True)
    cause, mine, theirs = next((pair for pair in pairs if pair[1] != pair[2]), (Cause.LATER, 0, 0))
    return Reason(one.variant, one.verdict, cause, best.variant, _figures(cause, -mine, -theirs))


def _figures(cause: Cause, mine: float, theirs: float) -> str:
    return f"{mine:g} against {theirs:g}" if cause in {Cause.LESS_ACCEPTED, Cause.LESS_PREFERRED} else ""


def _chosen(one: _Judged, application: Application) -> Cause:
    if one.included:
        return Cause.CHOSEN_BY_EXCEPTION
    if one.variant.id == application.fallback:
        return Cause.CHOSEN_FALLBACK
    return Cause.CHOSEN if one.verdict is Verdict.SATISFIED else Cause.CHOSEN_UNCERTAIN


#: Cause → the sentence that says it.
_SENTENCES = MappingProxyType(
    {
        Cause.CHOSEN: "fits best",
        Cause.CHOSEN_UNCERTAIN: "fits as far as the device states",
        Cause.CHOSEN_BY_EXCEPTION: "fits by exception: {detail}",
        Cause.CHOSEN_FALLBACK: "is what there is where nothing else fits",
        Cause.UNSATISFIED: "its requirement is not satisfied",
        Cause.INDETERMINATE: "the device does not state all that it asks",
        Cause.WITHDRAWN: "`{detail}` is withdrawn",
        Cause.DRAFT: "`{detail}` is a draft",
        Cause.EXCLUDED: "not for this model: {detail}",
        Cause.NOT_ROLLED_OUT: "not rolled out here: {detail}",
        Cause.NOT_ACCEPTED: "the subscriber does not accept {detail}",
        Cause.REFUSED: "refused: {detail}",
        Cause.INCOMPLETE: "{detail}",
        Cause.TOO_LARGE: "takes {detail} bytes, more than may be downloaded",
        Cause.ONLY_FALLBACK: "is the fallback, and `{rival.id}` fits",
        Cause.LESS_CERTAIN: "fits only as far as the device states, `{rival.id}` surely",
        Cause.OUT_OF_ORDER: "fits, but `{rival.id}` stands before it in the order of alternatives",
        Cause.OTHER_LANGUAGE: "fits, but `{rival.id}` speaks a language that is preferred",
        Cause.LESS_ACCEPTED: "fits, but the subscriber accepts `{rival.id}` rather ({detail})",
        Cause.LESS_PREFERRED: "fits, but `{rival.id}` is preferred ({detail})",
        Cause.LOWER_QUALITY: "fits, but its quality {variant.quality:g} is below the {rival.quality:g} of `{rival.id}`",
        Cause.LESS_SPECIFIC: "fits, but `{rival.id}` asks more of a device (constraints: {rival.specificity} against {variant.specificity})",
        Cause.LATER: "fits as well as `{rival.id}`, which stands before it in the catalogue",
    }
)
