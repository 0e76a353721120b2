"""Counting devices under a catalogue: what each gets, and everything of a report that is a sum over devices.

A `Counter` is made once for a catalogue and counts any number of populations, each apart; `ccpp.reports.tally` puts them together. It
remembers what verdicts come to, since devices are alike.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from ccpp.delivery import languages_of
from ccpp.matching.definition import FALSE, TRUE, UNKNOWN
from ccpp.reports.blame import outcomes_of
from ccpp.reports.goals import Goals
from ccpp.reports.model import DeviceRow, Gets, Outcome
from ccpp.reports.offers import Offers, Outcomes, constraints_of, on_offer
from ccpp.reports.population import MODEL, VENDOR, Population, findings, positions, set_of, stated
from ccpp.reports.tally import DIGESTS, MAX_GROUPS, Tally, Vendor
from ccpp.reports.what_if import ORDERED, Counted, kept
from ccpp.selection import Cause, select_variant
from ccpp.situation import LANGUAGES, situation_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from ccpp.catalogue.model import Application, Catalogue
    from ccpp.model import Verdict
    from ccpp.reports.population import Device
    from ccpp.reports.tally import Kept, Key
    from ccpp.requirements.expression import Constraint
    from ccpp.selection import Selection

#: What keeps a variant from a device that it does not fit.
_UNFIT = frozenset({Cause.UNSATISFIED, Cause.INDETERMINATE})
#: Groups of a part that are looked into for what blocks an application: so many, shared by all applications, but so many at least.
MAX_LOOKED, LEAST_LOOKED = 200_000, 100
#: Constraints of which reach by threshold is counted: those of the first applications; a curve each is more than anybody looks at.
MAX_CURVES = 1_000
#: Combinations of verdicts of which it is remembered what they come to.
MAX_REMEMBERED = 500_000


class Counts(NamedTuple):
    """What counting came to: the sums, and who gets what, the groups of each application by what they get of it."""

    tally: Tally
    population: Population
    chosen: Mapping[str, Mapping[Gets, int]]

    def rows(self, limit: int | None = None) -> list[DeviceRow]:
        """What each device gets, an entry an application; of the first so many devices."""
        devices = self.population.devices[:limit]
        groups = self.population.group_of[: len(devices)]
        wanted = set_of(groups)
        got: dict[int, list[Gets]] = {group: [] for group in positions(wanted)}
        for gets in self.chosen.values():
            for one, of in gets.items():
                for group in positions(of & wanted):
                    got[group].append(one)
        shared = {group: tuple(one) for group, one in got.items()}
        return [
            DeviceRow(one.profile.uri, stated(one.profile, VENDOR), stated(one.profile, MODEL), one.weight, shared[group])
            for one, group in zip(devices, groups, strict=True)
        ]


class Counter:
    """Counts devices under a catalogue, at a time."""

    def __init__(self, catalogue: Catalogue, at: datetime | None = None) -> None:
        self.catalogue = catalogue
        self.at = at
        self._outcomes = Outcomes(catalogue.requirements)
        self._deciders = [_Decider(one, catalogue, at) for one in catalogue.applications.values()]
        self.goals = Goals(catalogue)
        self.constraints = {name: constraints_of(one, catalogue.requirements) for name, one in catalogue.applications.items()}
        self._looked = max(MAX_LOOKED // max(len(catalogue.applications), 1), LEAST_LOOKED)
        drawn = [
            (name, number) for name, of in self.constraints.items() for number, one in enumerate(of) if one.kind in ORDERED
        ]
        self.drawn: Sequence[Key] = drawn[:MAX_CURVES]

    def count(self, devices: Iterable[Device]) -> Counts:
        """Count some devices, read once."""
        catalogue = self.catalogue
        population = Population(devices, catalogue, self.at)
        counted = Counted(population, {})
        offers = Offers(catalogue.requirements, self._outcomes.of(population.columns), population.everything)
        chosen = {one.application.id: one.gets(population, offers) for one in self._deciders}
        served = {name: _served(gets) for name, gets in chosen.items()}
        anything = 0
        for groups in served.values():
            anything |= groups
        missing = {name: population.everything & ~offers.application(one) for name, one in catalogue.applications.items()}
        looked = {
            name: groups if len(population.members) <= self._looked else _first(groups, self._looked)
            for name, groups in missing.items()
        }
        variants = [one for application in catalogue.applications.values() for one in application.variants]
        tally = Tally(
            total=population.sum(population.everything),
            served=population.sum(anything),
            weighted=any(one.weight != 1 for one in population.devices),
            digest=sum(map(_digest, population.devices)) % DIGESTS,
            groups=_told_apart(population),
            quality=findings(population.devices),
            vendors={
                vendor: Vendor(population.sum(groups), tuple(population.sum(groups & one) for one in served.values()))
                for vendor, groups in population.vendors().items()
            },
            gets={name: {one: population.sum(groups) for one, groups in gets.items()} for name, gets in chosen.items()},
            fits={one.id: population.sum(offers.variant(one)) for one in variants},
            outcomes={
                name: {said: population.sum(part) for said, part in outcomes_of(self.constraints[name], groups, offers).items()}
                for name, groups in looked.items()
            },
            unlooked={name: population.sum(groups & ~looked[name]) for name, groups in missing.items()},
            stated={one.attribute: frozenset(counted.values(one.attribute)) for _, one in self._drawn()},
            kept=dict(self._kept(counted, offers)),
            plan=self.goals.count(counted, chosen, offers),
        )
        return Counts(tally, population, chosen)

    def _drawn(self) -> Iterator[tuple[Key, Constraint]]:
        return ((key, self.constraints[key[0]][key[1]]) for key in self.drawn)

    def _kept(self, counted: Counted, offers: Offers) -> Iterator[tuple[Key, Kept]]:
        for key, constraint in self._drawn():
            yield key, kept(constraint, self.catalogue.applications[key[0]], counted, offers)


def _served(gets: Mapping[Gets, int]) -> int:
    served = 0
    for one, groups in gets.items():
        if one.outcome is Outcome.SERVED:
            served |= groups
    return served


def _first(groups: int, count: int) -> int:
    """The first so many of some groups."""
    found = 0
    for number, group in enumerate(positions(groups)):
        if number == count:
            break
        found |= 1 << group
    return found


def _digest(device: Device) -> int:
    """A device and its weight as a number: the sum of such numbers names devices, whatever their order."""
    return int.from_bytes(sha256(f"{device.profile.digest} {device.weight!r}".encode()).digest(), "big")


def _told_apart(population: Population) -> frozenset[bytes] | None:
    found = frozenset(sha256(repr(one).encode("utf-8", "replace")).digest()[:12] for one in population.signatures)
    return found if len(found) <= MAX_GROUPS else None


# Decisions.


class _Decider:
    """Decides about one application, for all groups that the same verdicts come out for at once."""

    def __init__(self, application: Application, catalogue: Catalogue, at: datetime | None) -> None:
        self.application = application
        self._catalogue = catalogue
        self._at = at
        supplies = (application.supply, *(one.supply for one in application.variants))
        self._personal = any(one.rollout or one.exceptions for one in supplies)
        self._spoken = any(map(languages_of, application.variants))
        self._live = {one.id for one in on_offer(application)}
        self._names = _consulted(application, catalogue)
        self._known: dict[tuple[object, ...], Gets] = {}

    def gets(self, population: Population, offers: Offers) -> dict[Gets, int]:
        """The groups that get something of the application, by what it is."""
        classes: list[tuple[tuple[Verdict, ...], int]] = [((), population.everything)] if population.everything else []
        for name in self._names:
            holds, may_hold = offers.named(name)
            classes = [
                ((*verdicts, verdict), part)
                for verdicts, groups in classes
                for verdict, part in (
                    (TRUE, groups & holds),
                    (UNKNOWN, groups & may_hold & ~holds),
                    (FALSE, groups & ~may_hold),
                )
                if part
            ]
        found: dict[Gets, int] = {}
        for verdicts, groups in classes:
            for part in self._alike(groups, population):
                got = self._get(verdicts, part, population)
                found[got] = found.get(got, 0) | part
        return found

    def _alike(self, groups: int, population: Population) -> Iterable[int]:
        """Groups of which one may stand for all: each for itself where rollouts or exceptions count, else those that ask for the same languages."""
        if self._personal:
            return [1 << group for group in positions(groups)]
        if not self._spoken:
            return [groups]
        found: dict[object, int] = {}
        for languages, part in population.languages.items():
            found[languages] = groups & part
        return [part for part in found.values() if part]

    def _get(self, verdicts: tuple[Verdict, ...], groups: int, population: Population) -> Gets:
        profile = population.representative((groups & -groups).bit_length() - 1)
        asks = profile.values(LANGUAGES) if self._spoken else None
        key = (asks, *verdicts)
        if self._personal or key not in self._known:
            situation = situation_of(self._catalogue, profile, at=self._at)
            got = _gets(select_variant(self.application, dict(zip(self._names, verdicts, strict=True)), situation), self._live)
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            self._known[key] = got
            return got
        return self._known[key]


def _consulted(application: Application, catalogue: Catalogue) -> tuple[str, ...]:
    """The requirements on which the choice among the variants of an application rests."""
    supplies = (application.supply, *(variant.supply for variant in application.variants))
    preferences = (*catalogue.preferences, *(one for supply in supplies for one in supply.preferences))
    parts = (part for variant in application.variants for part in variant.parts)
    asked = {
        *(variant.requirement for variant in application.variants),
        *(one.when for one in preferences),
        *(one.when for one in catalogue.refusals),
        *(part.requirement for part in parts),
    }
    return tuple(sorted(name for name in asked if name))


def _gets(selection: Selection, live: set[str]) -> Gets:
    """What a selection comes to; what is not on offer is indeterminate to nobody."""
    if selection.chosen is not None:
        cause = next(one.cause for one in selection.reasons if one.variant is selection.chosen)
        return Gets(Outcome.SERVED, selection.chosen.id, len(selection.ranked) == 1, cause.value)
    causes = {one.cause for one in selection.reasons if one.variant.id in live}
    if Cause.INDETERMINATE in causes:
        return Gets(Outcome.INDETERMINATE, None, alone=False, cause=Cause.INDETERMINATE.value)
    barred = next((one.cause for one in selection.reasons if one.cause not in _UNFIT), None)
    return Gets(Outcome.UNSERVED, None, alone=False, cause=(barred or Cause.UNSATISFIED).value)
