"""What goes along with a variant: features whose requirements hold, the pack of one language, within what may be downloaded.

A feature is left out where the device does not meet what it asks, the last ones first where the whole is too large, and the language pack
after them. What is `needed` is never left out: then the variant does not go.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ccpp.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ccpp.catalogue.model import Application, Part, Variant
    from ccpp.situation import Situation


@dataclass(frozen=True, slots=True)
class Delivery:
    """The parts that go with a variant, in the variant's order, those left out with the reason, and the bytes of all whose size is known.

    `missing` says why the variant cannot be delivered, where it cannot.
    """

    parts: tuple[Part, ...] = ()
    left_out: tuple[tuple[Part, str], ...] = ()
    size: int | None = None
    missing: str | None = None
    too_large: bool = False


#: A variant by itself, of a size that does not count.
NOTHING_ELSE = Delivery()


def deliver(variant: Variant, application: Application, verdicts: Mapping[str, Verdict], situation: Situation) -> Delivery:
    """What is delivered of a variant; `verdicts` are those of the requirements by name."""
    budgets = (application.supply.budget, variant.supply.budget, situation.subscriber.budget)
    budget = min((one for one in budgets if one is not None), default=None)
    if not variant.parts and budget is None:
        return _alone(variant.artefact.size)
    left_out: dict[Part, str] = {}
    for part in variant.parts:
        if part.requirement is not None and verdicts[part.requirement] is not Verdict.SATISFIED:
            left_out[part] = "its requirement is not satisfied"
    fitting = [part for part in variant.parts if part not in left_out]
    pack = _pack(variant, [part for part in fitting if part.language], situation.languages)
    left_out |= {part: "another language" for part in fitting if part.language and part is not pack}
    if budget is not None:
        for part in _dispensable(fitting, pack):
            if (_size(variant, left_out) or 0) > budget:
                left_out[part] = f"with it, more than {budget} bytes"
    size = _size(variant, left_out)
    parts = tuple(part for part in variant.parts if part not in left_out)
    return Delivery(
        parts,
        tuple(left_out.items()),
        size,
        _missing(variant, left_out, pack),
        budget is not None and (size or 0) > budget,
    )


@lru_cache(maxsize=1_024)
def _alone(size: int | None) -> Delivery:
    """A variant without parts, as nearly all are: made once for each size, for it is made for every variant of every decision."""
    return Delivery(size=size)


def _pack(variant: Variant, packs: Sequence[Part], languages: Iterable[str]) -> Part | None:
    """The language pack: that of the first language that the variant does not speak by itself; one that is needed, if there is none."""
    for language in languages:
        if any(speaks(own, language) for own in variant.languages):
            return None
        for pack in packs:
            if speaks(pack.language or "", language):
                return pack
    return next((pack for pack in packs if pack.needed), None)


def speaks(stated: str, wanted: str) -> bool:
    """Whether something in one language serves who wants another: `en-GB` serves `en`, and `en` serves `en-GB`. RFC 4647."""
    one, other = stated.casefold(), wanted.casefold()
    return other in {"*", one} or one.startswith(other + "-") or other.startswith(one + "-")


def languages_of(variant: Variant) -> tuple[str, ...]:
    """What a variant speaks by itself or with a pack."""
    return (*variant.languages, *(part.language for part in variant.parts if part.language))


def _dispensable(fitting: Sequence[Part], pack: Part | None) -> list[Part]:
    features = [part for part in reversed(fitting) if not part.language and not part.needed]
    return [*features, *([pack] if pack and not pack.needed else [])]


def _size(variant: Variant, left_out: Mapping[Part, str]) -> int | None:
    artefacts = (variant.artefact, *(part.artefact for part in variant.parts if part not in left_out))
    sizes = [artefact.size for artefact in artefacts if artefact.size is not None]
    return sum(sizes) if sizes else None


def _missing(variant: Variant, left_out: Mapping[Part, str], pack: Part | None) -> str | None:
    for part in variant.parts:
        if part.needed and not part.language and part in left_out:
            return f"its part `{part.id}` does not fit: {left_out[part]}"
    if pack is None and any(part.needed and part.language for part in variant.parts) and not _speaks_itself(variant, left_out):
        return "none of its language packs fits"
    return None


def _speaks_itself(variant: Variant, left_out: Mapping[Part, str]) -> bool:
    return bool(variant.languages) and all(left_out.get(part) == "another language" for part in variant.parts if part.language)
