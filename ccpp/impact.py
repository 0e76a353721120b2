"""What a catalogue does to devices: how many get which variant; and what a change of it does: who gains, loses or changes what, and why."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from ccpp.decision import Decision, decide_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from ccpp.catalogue.model import Catalogue
    from ccpp.model import ResolvedProfile
    from ccpp.situation import Subscriber


class Effect(StrEnum):
    """What becomes of one device and one application."""

    GAINED = "gained"
    LOST = "lost"
    VARIANT = "other-variant"
    CONFIGURATION = "other-configuration"


class Affected(NamedTuple):
    """A device that gets something else of an application; `before` and `after` are the decisions, `None` where there is no application."""

    profile: str
    application: str
    effect: Effect
    before: Decision | None
    after: Decision | None

    @property
    def variants(self) -> tuple[str | None, str | None]:
        """The variant chosen before and after."""
        before, after = (one and one.selection.chosen for one in (self.before, self.after))
        return before.id if before else None, after.id if after else None

    @property
    def reason(self) -> str:
        """Why the variant chosen before is not chosen any more; else why the new one is, or which settings differ."""
        before, after = self.variants
        if self.effect is Effect.CONFIGURATION and self.before and self.after:
            old, new = self.before.configuration, self.after.configuration
            return "settings " + ", ".join(key for key in dict.fromkeys((*old, *new)) if old.get(key) != new.get(key))
        if self.after is None:
            return "the application is gone"
        reasons = {reason.variant.id: reason.text for reason in self.after.selection.reasons}
        if before is not None and before == after:
            return f"`{after}` is delivered otherwise"
        if before is not None:
            return f"`{before}` " + reasons.get(before, "is gone")
        return f"`{after}` " + reasons[after] if after else ""


class Distribution:
    """How many devices get which variant of each application, in the catalogue's order; counted one device at a time."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.profiles = 0
        self.counts: dict[str, dict[str | None, int]] = {
            name: dict.fromkeys((*(variant.id for variant in application.variants), None), 0)
            for name, application in catalogue.applications.items()
        }

    def count(self, decisions: Mapping[str, Decision]) -> None:
        """One more device, with what was decided for it."""
        self.profiles += 1
        for name, decision in decisions.items():
            chosen = decision.selection.chosen
            self.counts[name][chosen.id if chosen else None] += 1

    def plain(self) -> dict[str, Any]:
        """The counts as JSON; who gets nothing of an application is under `none`."""
        applications = {
            name: {variant or "none": number for variant, number in counts.items()} for name, counts in self.counts.items()
        }
        return {"profiles": self.profiles, "applications": applications}


def impact(
    before: Catalogue,
    after: Catalogue,
    profiles: Iterable[ResolvedProfile],
    *,
    closed_world: bool = False,
    subscriber: Subscriber | None = None,
    at: datetime | None = None,
) -> Iterator[Affected]:
    """Each device and application whose decision differs between two catalogues, device by device, for a subscriber and at a time."""
    for profile in profiles:
        old, new = (
            decide_all(profile, one, closed_world=closed_world, subscriber=subscriber, at=at) for one in (before, after)
        )
        for application in dict.fromkeys((*old, *new)):
            effect = effect_of(old.get(application), new.get(application))
            if effect is not None:
                yield Affected(profile.uri, application, effect, old.get(application), new.get(application))


def effect_of(before: Decision | None, after: Decision | None) -> Effect | None:
    """What changed from one decision to another, `None` if nothing did that a device would notice."""
    old, new = (one and one.selection.chosen for one in (before, after))
    if not old or not new:
        return None if old is new or not (old or new) else Effect.LOST if old else Effect.GAINED
    assert before is not None  # noqa: S101  it has a chosen variant
    assert after is not None  # noqa: S101
    if old.id != new.id or old.artefact != new.artefact or before.selection.delivery.parts != after.selection.delivery.parts:
        return Effect.VARIANT
    same = values(before) == values(after)
    return None if same else Effect.CONFIGURATION


def values(decision: Decision) -> Mapping[str, object]:
    """The settings in force, by key, with their types: `1` and `true` are two values."""
    return {key: (type(setting.value).__name__, setting.value) for key, setting in decision.configuration.items()}
