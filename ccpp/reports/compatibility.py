"""A report out of devices and a catalogue: what each device gets, counted every way that a decision about applications may need."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ccpp.diagnostics import DIAGNOSTICS
from ccpp.reports.blame import Blame
from ccpp.reports.counting import Counter
from ccpp.reports.model import (
    ApplicationRow,
    CauseRow,
    CompatibilityReport,
    Header,
    Outcome,
    QualityRow,
    VariantRow,
    VendorRow,
)
from ccpp.reports.population import NOTHING, summed
from ccpp.reports.tally import joined_vendors
from ccpp.reports.what_if import curve, relaxations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from ccpp.catalogue.model import Application, Catalogue
    from ccpp.reports.model import Curve, DeviceRow, Gets, Unreadable
    from ccpp.reports.population import Device, Sum
    from ccpp.reports.tally import Tally, Vendor


#: Where the sentence of a finding has what differs from one to the next.
_PLACES = re.compile(r"\{\d\}")


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
    counter = Counter(catalogue, at)
    counts = counter.count(devices)
    return report_of(counts.tally, counts.rows(), counter, readings)


def report_of(tally: Tally, devices: Sequence[DeviceRow], counter: Counter, readings: Readings) -> CompatibilityReport:
    """The report of devices that were counted, in one part or in many; `devices` are those that are listed."""
    catalogue = counter.catalogue
    applications = list(catalogue.applications.values())
    blames = [Blame(one, catalogue.requirements, tally.outcomes[one.id]) for one in applications]
    drawn = list(_curves(tally, counter))
    return CompatibilityReport(
        header=_header(tally, counter, readings.source),
        applications=[_application_row(one, tally.gets[one.id]) for one in applications],
        variants=[row for one in applications for row in _variant_rows(one, tally)],
        causes=[row for one in applications for row in _cause_rows(one, tally.gets[one.id])],
        blocking=[row for one in blames for row in one.blocking()],
        joint=[row for one in blames for row in one.joint()],
        learn=[row for one in blames for row in one.learn()],
        curves=drawn,
        relaxations=relaxations(drawn),
        tests=counter.goals.plan(tally.plan),
        quality=_quality(tally),
        unreadable=tuple(readings.unreadable),
        vendors=_vendors(tally),
        devices=devices,
    )


def _curves(tally: Tally, counter: Counter) -> Iterator[Curve]:
    for name, number in counter.drawn:
        constraint = counter.constraints[name][number]
        drawn = curve(constraint, name, tally.stated[constraint.attribute], tally.kept[name, number])
        if drawn:
            yield drawn


# Rows.


def _header(tally: Tally, counter: Counter, source: str) -> Header:
    catalogue, at = counter.catalogue, counter.at
    return Header(
        profiles=source,
        total=tally.total.share,
        served=tally.served.share,
        groups=None if tally.groups is None else len(tally.groups),
        profiles_digest=f"sha256:{tally.digest:064x}",
        catalogue=catalogue.label or catalogue.source,
        catalogue_digest=catalogue.digest,
        weighted=tally.weighted,
        made=f"{at:%Y-%m-%d %H:%M} UTC" if at else "",
        unlooked=max((one.share for one in tally.unlooked.values()), default=NOTHING.share),
    )


def _application_row(application: Application, gets: Mapping[Gets, Sum]) -> ApplicationRow:
    shares = [
        summed(found for one, found in gets.items() if one.outcome is outcome).share
        for outcome in (Outcome.SERVED, Outcome.INDETERMINATE, Outcome.UNSERVED)
    ]
    return ApplicationRow(application.id, application.label, *shares)


def _variant_rows(application: Application, tally: Tally) -> Iterator[VariantRow]:
    gets = tally.gets[application.id]
    for variant in application.variants:
        chosen = summed(found for one, found in gets.items() if one.variant == variant.id)
        lost = summed(found for one, found in gets.items() if one.variant == variant.id and one.alone)
        yield VariantRow(application.id, variant.id, tally.fits[variant.id].share, chosen.share, lost.share)


def _cause_rows(application: Application, gets: Mapping[Gets, Sum]) -> list[CauseRow]:
    found: dict[str, Sum] = {}
    for one, groups in gets.items():
        if one.outcome is not Outcome.SERVED:
            found[one.cause] = found.get(one.cause, NOTHING).plus(groups)
    rows = [CauseRow(application.id, cause, one.share) for cause, one in found.items()]
    return sorted(rows, key=lambda row: (-row.share.weight, row.cause))


def _quality(tally: Tally) -> list[QualityRow]:
    rows = [
        QualityRow(code, DIAGNOSTICS[code].severity.value, _PLACES.sub("…", DIAGNOSTICS[code].sentence), often, devices)
        for code, (often, devices) in tally.quality.items()
    ]
    return sorted(rows, key=lambda row: (-row.devices, row.code))


def _vendors(tally: Tally) -> list[VendorRow]:
    """The vendors, however they spell their names, those of most devices first."""
    found: dict[str, Vendor] = {}
    for written, one in tally.vendors.items():
        name = " ".join(written.split()).title() or "not stated"
        found[name] = joined_vendors(found[name], one) if name in found else one
    rows = [VendorRow(name, one.total.share, tuple(served.share for served in one.served)) for name, one in found.items()]
    return sorted(rows, key=lambda row: (-row.total.devices, row.vendor))
