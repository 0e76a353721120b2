"""A catalogue in service, with what was decided with it. Another catalogue is another `Live`, with nothing remembered.

Decisions are remembered by all they rest on: the content of the profile; where the catalogue has rollouts or exceptions by time, the minute;
where a rollout reaches some only, whose device it is; and everything about a subscriber of whom more is known than a name.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ccpp.decision import choose_all
from ccpp.plain import plain_match
from ccpp.server.memory import Memory
from ccpp.server.steps import call

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccpp.catalogue.model import Catalogue, Supply
    from ccpp.decision import Decision
    from ccpp.model import ResolvedProfile, Verdict
    from ccpp.server.devices import Device
    from ccpp.server.steps import Steps
    from ccpp.situation import Subscriber

#: Devices whose decisions are remembered as they are answered, by digest: profiles of equal content share them.
MAX_WRITTEN = 10_000
#: Decisions that are remembered, each of a device and an application, some twenty objects that the garbage collector walks through.
MAX_DECISIONS = 10_000

#: Devices whose decisions are remembered however many applications there are.
_LEAST = 16

#: Seconds of which every moment is decided as their beginning: a period of the catalogue begins so much later at most.
_MOMENT = 60


def to_json(value: Any) -> bytes:  # noqa: ANN401  JSON
    """A value as JSON, without needless white space."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


class When(NamedTuple):
    """For whom and when something is decided: seconds since 1970, and the subscriber, where it is known."""

    time: float
    subscriber: Subscriber | None = None


class Check(Protocol):
    """Who looks at each new decision; see `ccpp.server.checking`."""

    def check(
        self, profile: ResolvedProfile, live: Live, decided: Mapping[str, Decision], when: When, *, closed_world: bool
    ) -> None:
        """Look at one decision."""


class Live:
    """A catalogue that decisions are made with; `number` is its version where it is kept in the database."""

    def __init__(self, catalogue: Catalogue, number: int = 0, checker: Check | None = None) -> None:
        self.catalogue = catalogue
        self._checker = checker
        self.number = number
        supplies = tuple(_supplies(catalogue))
        self._timed = any(map(_has_periods, supplies))
        self._by_name = any(one.rollout is not None for one in supplies)
        self._decided: Memory[tuple[object, ...], Mapping[str, Decision]] = Memory(
            max(_LEAST, MAX_DECISIONS // max(1, len(catalogue.applications)))
        )
        self._written: Memory[tuple[object, ...], bytes] = Memory(MAX_WRITTEN)

    def until(self, when: When) -> float:
        """Until when a decision of that time stands, the catalogue staying as it is."""
        return (when.time // _MOMENT + 1) * _MOMENT if self._timed else float("inf")

    def _key(self, profile: ResolvedProfile | Device, when: When, *, closed_world: bool) -> tuple[object, ...]:
        moment = when.time // _MOMENT if self._timed else None
        name = profile.uri if self._by_name else None
        return profile.digest, closed_world, moment, name, None if when.subscriber is None else repr_of(when.subscriber)

    def decisions(self, profile: ResolvedProfile, when: When, *, closed_world: bool = False) -> Steps[Mapping[str, Decision]]:
        """What a device gets of each application; a step only where that was not decided before."""
        key = self._key(profile, when, closed_world=closed_world)
        found = self._decided.get(key)
        if found is None:
            verdicts = yield from call(self._match, profile, closed_world=closed_world)
            decided = yield from call(self._choose, verdicts, profile, when, closed_world=closed_world)
            found = self._decided.put(key, decided)
        return found

    def _match(self, profile: ResolvedProfile, *, closed_world: bool) -> Mapping[str, Verdict]:
        return self.catalogue.matcher.match(profile, closed_world=closed_world)

    def _choose(
        self, verdicts: Mapping[str, Verdict], profile: ResolvedProfile, when: When, *, closed_world: bool
    ) -> Mapping[str, Decision]:
        decided = choose_all(verdicts, profile, self.catalogue, subscriber=when.subscriber, at=self.at(when))
        if self._checker is not None:
            self._checker.check(profile, self, decided, when, closed_world=closed_world)
        return decided

    def at(self, when: When) -> datetime | None:
        """The moment that something is decided at: where the catalogue has no periods none, so that it stands for ever."""
        return datetime.fromtimestamp(when.time // _MOMENT * _MOMENT, UTC) if self._timed else None

    def match(self, device: Device, when: When, *, closed_world: bool = False) -> Steps[bytes]:
        """The same as the JSON of `ccpp match`."""
        key = (device.uri, *self._key(device, when, closed_world=closed_world))
        found = self._written.get(key)
        if found is None:
            profile = device.profile
            decided = yield from self.decisions(profile, when, closed_world=closed_world)
            found = self._written.put(key, to_json(plain_match(profile, self.catalogue, decided)))
        return found


def repr_of(subscriber: Subscriber) -> tuple[object, ...]:
    """All that is known of a subscriber, as a key: no print has the settings, so they are named one by one."""
    settings = tuple(
        (name, *((one.key, getattr(one.value, "value", one.value)) for one in made))
        for name, made in subscriber.settings.items()
    )
    return repr(subscriber), settings


def _supplies(catalogue: Catalogue) -> Iterator[Supply]:
    for application in catalogue.applications.values():
        yield application.supply
        yield from (variant.supply for variant in application.variants)


def _has_periods(supply: Supply) -> bool:
    rollout = supply.rollout
    return bool(rollout and (rollout.start or rollout.until)) or any(one.until for one in supply.exceptions)
