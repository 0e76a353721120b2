"""A report held against another one, of other devices or another catalogue: who gets more or less of what, by application, variant and vendor.

Shares are compared, since populations differ in size; devices that both list are compared one by one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ccpp.reports.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ccpp.reports.model import CompatibilityReport, Gets, Header
    from ccpp.reports.population import Share


class ChangeRow(NamedTuple):
    """The share of one thing before and now, from 0 to 1; `None` where there is no such thing."""

    application: str
    what: str
    before: float | None
    now: float | None

    @property
    def difference(self) -> float:
        """How much more it is now; what is not there has no share."""
        return (self.now or 0.0) - (self.before or 0.0)


class MovedRow(NamedTuple):
    """A device that gets something else of an application than before: the variants, or the outcomes where it gets none."""

    device: str
    application: str
    before: str
    now: str


class Comparison(NamedTuple):
    """What is different from before; `before` is what the other report is of. Only what differs has a row, but every application has one."""

    before: Header
    applications: tuple[ChangeRow, ...]
    variants: tuple[ChangeRow, ...]
    vendors: tuple[ChangeRow, ...]
    devices: tuple[MovedRow, ...]


def held_against(now: CompatibilityReport, before: CompatibilityReport) -> CompatibilityReport:
    """A report with what is different from another one.

    Shares of applications are of those who are served, of variants of those who get them, of vendors of those of its devices that
    are served.
    """
    vendors = _changes(dict(_by_vendor(before)), dict(_by_vendor(now)))
    comparison = Comparison(
        before.header,
        tuple(_changes(dict(_served(before)), dict(_served(now)))),
        tuple(_differing(_changes(dict(_chosen(before)), dict(_chosen(now))))),
        tuple(sorted(_differing(vendors), key=lambda row: (-abs(row.difference), row.application, row.what))),
        tuple(_moved(before, now)),
    )
    return replace(now, comparison=comparison)


def _part(share: Share, of: Share) -> float:
    return share.weight / of.weight if of.weight else 0.0


def _served(report: CompatibilityReport) -> Iterator[tuple[tuple[str, str], float]]:
    for row in report.applications:
        yield (row.application, row.label), _part(row.served, report.header.total)


def _chosen(report: CompatibilityReport) -> Iterator[tuple[tuple[str, str], float]]:
    for row in report.variants:
        yield (row.application, row.variant), _part(row.chosen, report.header.total)


def _by_vendor(report: CompatibilityReport) -> Iterator[tuple[tuple[str, str], float]]:
    for vendor in report.vendors:
        for application, served in zip(report.applications, vendor.served, strict=True):
            yield (application.application, vendor.vendor), _part(served, vendor.total)


def _changes(before: dict[tuple[str, str], float], now: dict[tuple[str, str], float]) -> list[ChangeRow]:
    """Everything that is in one or the other, what is now first."""
    return [ChangeRow(*key, before.get(key), now.get(key)) for key in dict.fromkeys((*now, *before))]


def _differing(rows: Iterable[ChangeRow]) -> Iterator[ChangeRow]:
    return (row for row in rows if row.before != row.now)


def _moved(before: CompatibilityReport, now: CompatibilityReport) -> Iterator[MovedRow]:
    """The devices of both, in the order of now; a name that several devices have is not one to compare by."""
    known = _by_device(before)
    places = {row.application: place for place, row in enumerate(before.applications)}
    for device, gets in _by_device(now).items():
        if device in known:
            for row, got in zip(now.applications, gets, strict=True):
                place = places.get(row.application)
                old = "no such application" if place is None else _name(known[device][place])
                if old != _name(got):
                    yield MovedRow(device, row.application, old, _name(got))


def _by_device(report: CompatibilityReport) -> dict[str, tuple[Gets, ...]]:
    found: dict[str, tuple[Gets, ...]] = {}
    several: set[str] = set()
    for row in report.devices:
        several |= {row.device} & found.keys()
        found[row.device] = row.gets
    return {device: gets for device, gets in found.items() if device not in several}


def _name(gets: Gets) -> str:
    return gets.variant if gets.outcome is Outcome.SERVED and gets.variant else gets.outcome.value
