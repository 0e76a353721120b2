"""A report out of devices and a catalogue: what each device gets, counted every way that a decision about applications may need."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from ccpp.delivery import languages_of
from ccpp.diagnostics import DIAGNOSTICS
from ccpp.model import AttributeName, Verdict
from ccpp.reports.blame import Blame
from ccpp.reports.goals import test_plan
from ccpp.reports.model import (
    ApplicationRow,
    CauseRow,
    CompatibilityReport,
    DeviceRow,
    Gets,
    Header,
    Outcome,
    QualityRow,
    VariantRow,
)
from ccpp.reports.offers import Offers, on_offer, outcomes
from ccpp.reports.population import Population
from ccpp.reports.what_if import curves, relaxations
from ccpp.selection import Cause, select_variant
from ccpp.situation import LANGUAGES, situation_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from ccpp.catalogue.model import Application, Catalogue
    from ccpp.reports.model import Unreadable
    from ccpp.reports.population import Device
    from ccpp.selection import Selection

VENDOR = AttributeName("HardwarePlatform", "Vendor")
MODEL = AttributeName("HardwarePlatform", "Model")

#: What keeps a variant from a device that it does not fit.
_UNFIT = frozenset({Cause.UNSATISFIED, Cause.INDETERMINATE})


class Readings(NamedTuple):
    """Where devices came from, and the places there that held none."""

    source: str
    unreadable: Sequence[Unreadable] = ()


def report(
    devices: Iterable[Device], catalogue: Catalogue, readings: Readings, *, at: datetime | None = None
) -> CompatibilityReport:
    """The compatibility report of some devices under a catalogue.

    Args:
        devices: resolved profiles and their weights, read once.
        catalogue: the applications; a device is decided about as its owner would be whom nothing is known of.
        readings: where the devices came from.
        at: the time of the decisions, for rollouts and exceptions; without one, whatever has a period is within it.
    """
    population = Population(devices, catalogue)
    known = outcomes(catalogue.requirements, population.columns)
    offers = Offers(catalogue.requirements, known, population.everything)
    decided = decide(population, catalogue, offers, at)
    applications = list(catalogue.applications.values())
    blames = [Blame(one, catalogue.requirements, population, offers) for one in applications]
    drawn = [curve for one in applications for curve in curves(one, catalogue.requirements, population, offers)]
    return CompatibilityReport(
        header=_header(population, catalogue, readings.source, at),
        applications=[_application_row(one, decided.gets[one.id], population) for one in applications],
        variants=[row for one in applications for row in _variant_rows(one, decided.gets[one.id], population, offers)],
        causes=[row for one in applications for row in _cause_rows(one, decided.gets[one.id], population)],
        blocking=[row for one in blames for row in one.blocking()],
        joint=[row for one in blames for row in one.joint()],
        learn=[row for one in blames for row in one.learn()],
        curves=drawn,
        relaxations=relaxations(drawn),
        tests=test_plan(population, catalogue, decided, offers),
        quality=_quality(population),
        unreadable=tuple(readings.unreadable),
        devices=[_device_row(place, population, decided) for place in range(len(population.devices))],
    )


# Decisions.


@dataclass(frozen=True, slots=True)
class Decided:
    """What every device gets of every application, by place, and the verdicts of each group."""

    gets: Mapping[str, Sequence[Gets]]
    verdicts: Sequence[Mapping[str, Verdict]]


def decide(population: Population, catalogue: Catalogue, offers: Offers, at: datetime | None = None) -> Decided:
    """Decide about every device; about a group once, where an application is not given to some of its devices and not to others."""
    sets = {name: offers.sets(requirement) for name, requirement in catalogue.requirements.items()}
    verdicts = [
        {name: _verdict(holds >> group & 1, may_hold >> group & 1) for name, (holds, may_hold) in sets.items()}
        for group in range(len(population.members))
    ]
    gets = {
        name: list(_decided(application, population, catalogue, verdicts, at))
        for name, application in catalogue.applications.items()
    }
    return Decided(gets, verdicts)


def _verdict(holds: int, may_hold: int) -> Verdict:
    return Verdict.SATISFIED if holds else Verdict.INDETERMINATE if may_hold else Verdict.UNSATISFIED


def _decided(
    application: Application,
    population: Population,
    catalogue: Catalogue,
    verdicts: Sequence[Mapping[str, Verdict]],
    at: datetime | None,
) -> Iterator[Gets]:
    personal = any(one.rollout or one.exceptions for one in (application.supply, *(v.supply for v in application.variants)))
    live = {variant.id for variant in on_offer(application)}
    names = _consulted(application, catalogue)
    spoken = any(languages_of(variant) for variant in application.variants)
    known: dict[object, Gets] = {}
    for place, (device, group) in enumerate(zip(population.devices, population.group_of, strict=True)):
        asks = device.profile.values(LANGUAGES) if spoken else None
        key = place if personal else (asks, *[verdicts[group][name] for name in names])
        if key not in known:
            situation = situation_of(catalogue, device.profile, at=at)
            known[key] = _gets(select_variant(application, verdicts[group], situation), live)
        yield known[key]


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


# Rows.


def _header(population: Population, catalogue: Catalogue, source: str, at: datetime | None) -> Header:
    content = "".join(sorted(f"{one.profile.digest} {one.weight!r}\n" for one in population.devices))
    return Header(
        source,
        population.total,
        len(population.members),
        "sha256:" + sha256(content.encode()).hexdigest(),
        catalogue.label or catalogue.source,
        catalogue.digest,
        any(one.weight != 1 for one in population.devices),
        f"{at:%Y-%m-%d %H:%M} UTC" if at else "",
    )


def _application_row(application: Application, gets: Sequence[Gets], population: Population) -> ApplicationRow:
    shares = [
        population.share_of(place for place, one in enumerate(gets) if one.outcome is outcome)
        for outcome in (Outcome.SERVED, Outcome.INDETERMINATE, Outcome.UNSERVED)
    ]
    return ApplicationRow(application.id, application.label, *shares)


def _variant_rows(
    application: Application, gets: Sequence[Gets], population: Population, offers: Offers
) -> Iterator[VariantRow]:
    for variant in application.variants:
        chosen = [place for place, one in enumerate(gets) if one.variant == variant.id]
        lost = population.share_of(place for place in chosen if gets[place].alone)
        fits = population.share(offers.variant(variant))
        yield VariantRow(application.id, variant.id, fits, population.share_of(chosen), lost)


def _cause_rows(application: Application, gets: Sequence[Gets], population: Population) -> list[CauseRow]:
    places: dict[str, list[int]] = {}
    for place, one in enumerate(gets):
        if one.outcome is not Outcome.SERVED:
            places.setdefault(one.cause, []).append(place)
    rows = [CauseRow(application.id, cause, population.share_of(found)) for cause, found in places.items()]
    return sorted(rows, key=lambda row: (-row.share.weight, row.cause))


def _quality(population: Population) -> list[QualityRow]:
    findings: Counter[str] = Counter()
    devices: Counter[str] = Counter()
    for one in population.devices:
        codes = [finding.code for finding in one.profile.diagnostics]
        findings.update(codes)
        devices.update(set(codes))
    rows = [
        QualityRow(code, DIAGNOSTICS[code].severity.value, DIAGNOSTICS[code].sentence, findings[code], count)
        for code, count in devices.items()
    ]
    return sorted(rows, key=lambda row: (-row.devices, row.code))


def _device_row(place: int, population: Population, decided: Decided) -> DeviceRow:
    device = population.devices[place]
    vendor, model = (", ".join(map(str, device.profile.values(name) or ())) for name in (VENDOR, MODEL))
    gets = tuple(found[place] for found in decided.gets.values())
    return DeviceRow(device.profile.uri, vendor, model, device.weight, gets)
