"""A report as tables, for whoever counts on with it: each a name, columns and rows of plain values. Every format writes these same tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from ccpp.reports.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ccpp.reports.against import ChangeRow, Comparison
    from ccpp.reports.model import CompatibilityReport, DeviceRow, Gets
    from ccpp.reports.population import Share

TEXT, NUMBER, SHARE = "text", "number", "share"


class Column(NamedTuple):
    """A column and what stands in it: text, a number, or a share from 0 to 1 of all devices by weight."""

    name: str
    kind: str = TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """One table; `about` says in a sentence how to read it. No tuple, because what takes Arrow would take a tuple for columns."""

    name: str
    title: str
    about: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Any, ...]]

    def to_arrow(self) -> Any:  # noqa: ANN401  a `pyarrow.Table`
        """The table for pandas, Polars and whoever else takes Arrow.

        Raises:
            UsageError: the extra `arrow` is missing.
        """
        from ccpp.reports.parquet import arrow_table  # noqa: PLC0415  of an extra

        return arrow_table(self)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The same by Arrow's PyCapsule interface, which `pyarrow.table`, `polars.DataFrame` and others take."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def _repr_html_(self) -> str:
        """The table as notebooks show it."""
        from ccpp.reports.page import table_html  # noqa: PLC0415  the page is made of tables

        return table_html(self)


class _Shares:
    """Shares as cells: the devices, what they weigh where the report has weights, and the part of all."""

    def __init__(self, report: CompatibilityReport) -> None:
        self._weighted = report.header.weighted
        self._total = report.header.total.weight

    def columns(self, *names: str) -> tuple[Column, ...]:
        """The columns of some shares."""
        return tuple(column for name in names for column in self._columns(name))

    def _columns(self, name: str) -> tuple[Column, ...]:
        weight = (Column(f"{name} weight", NUMBER),) if self._weighted else ()
        return (Column(f"{name} devices", NUMBER), *weight, Column(f"{name} share", SHARE))

    def cells(self, *shares: Share) -> tuple[float, ...]:
        """The cells of some shares."""
        return tuple(cell for share in shares for cell in self._cells(share))

    def _cells(self, share: Share) -> tuple[float, ...]:
        part = round(share.weight / self._total, 6) if self._total else 0.0
        return (share.devices, *((share.weight,) if self._weighted else ()), part)


def tables(report: CompatibilityReport) -> list[Table]:
    """All tables of a report."""
    shares = _Shares(report)
    return [*(make(report, shares) for make in _TABLES), *(compared(report.comparison) if report.comparison else ())]


def _applications(report: CompatibilityReport, shares: _Shares) -> Table:
    return Table(
        "applications",
        "Applications",
        "Who gets each application. Indeterminate: no variant is served, and one might be if the device stated more.",
        (Column("application"), Column("label"), *shares.columns("served", "indeterminate", "unserved")),
        [
            (one.application, one.label, *shares.cells(one.served, one.indeterminate, one.unserved))
            for one in report.applications
        ],
    )


def _variants(report: CompatibilityReport, shares: _Shares) -> Table:
    return Table(
        "variants",
        "Variants",
        "Whom each variant fits, who gets it, and who of these would get nothing of its application without it.",
        (Column("application"), Column("variant"), *shares.columns("fits", "chosen", "lost without")),
        [(one.application, one.variant, *shares.cells(one.fits, one.chosen, one.lost)) for one in report.variants],
    )


def _causes(report: CompatibilityReport, shares: _Shares) -> Table:
    return Table(
        "causes",
        "Why not served",
        "Why devices get nothing of an application, each counted once.",
        (Column("application"), Column("cause"), *shares.columns("not served")),
        [(one.application, one.cause, *shares.cells(one.share)) for one in report.causes],
    )


def _blocking(report: CompatibilityReport, shares: _Shares) -> Table:
    return Table(
        "blocking",
        "Blocking constraints",
        "What keeps devices that no variant fits. Alone: reached were only this waived. Necessary: not reached unless it is."
        " Involved: in some smallest set of constraints to waive.",
        (Column("application"), Column("constraint"), *shares.columns("alone", "necessary", "involved")),
        [(one.application, one.constraint, *shares.cells(one.alone, one.necessary, one.involved)) for one in report.blocking],
    )


def _joint(report: CompatibilityReport, shares: _Shares) -> Table:
    return Table(
        "joint",
        "Joint blame",
        "The constraints of which waiving all together reaches most, by size. Exact: no set of that size reaches more. Greedy: the best set of"
        " a size less, and one more. Limited: some devices could be reached in more ways than were looked at.",
        (Column("application"), Column("constraints"), Column("search"), *shares.columns("reached")),
        [(one.application, " + ".join(one.constraints), one.search.value, *shares.cells(one.reached)) for one in report.joint],
    )


def _learn(report: CompatibilityReport, shares: _Shares) -> Table:
    return Table(
        "learn",
        "Attributes to learn",
        "What is not stated and might serve. Alone: it may be enough to know this one attribute.",
        (Column("application"), Column("attribute"), *shares.columns("alone", "involved")),
        [(one.application, one.attribute, *shares.cells(one.alone, one.involved)) for one in report.learn],
    )


def _curves(report: CompatibilityReport, shares: _Shares) -> Table:
    return Table(
        "what_if",
        "Reach by threshold",
        "Whom an application fits with another threshold, everything else as it is. Steps: stated values away, laxer below 0.",
        (Column("application"), Column("constraint"), Column("threshold"), Column("steps", NUMBER), *shares.columns("reach")),
        [
            (curve.application, curve.constraint, point.threshold, point.steps, *shares.cells(point.reach))
            for curve in report.curves
            for point in curve.points
        ],
    )


def _relaxations(report: CompatibilityReport, shares: _Shares) -> Table:
    return Table(
        "relaxations",
        "Best relaxations",
        "Changes of one threshold that gain more than any of the application as small. Steps: stated values away.",
        (Column("application"), Column("constraint"), Column("threshold"), Column("steps", NUMBER), *shares.columns("gained")),
        [(one.application, one.constraint, one.threshold, one.steps, *shares.cells(one.gained)) for one in report.relaxations],
    )


def _tests(report: CompatibilityReport, _shares: _Shares) -> Table:
    plan = report.tests
    proof = "proved smallest" if plan.optimal else f"no list is shorter than {plan.at_least}"
    return Table(
        "tests",
        "Devices to test with",
        f"{len(plan.rows)} devices exercise {plan.goals} goals ({proof}): every variant that is given, its configuration with and"
        " without each condition, and both sides of each threshold.",
        (Column("device"), Column("new goals", NUMBER), Column("exercises")),
        [(one.device, len(one.exercises), "; ".join(one.exercises)) for one in plan.rows],
    )


def _quality(report: CompatibilityReport, _shares: _Shares) -> Table:
    return Table(
        "quality",
        "Quality of the profiles",
        "What was found wrong with the profiles themselves.",
        (Column("code"), Column("severity"), Column("meaning"), Column("findings", NUMBER), Column("devices", NUMBER)),
        [tuple(one) for one in report.quality],
    )


def _unreadable(report: CompatibilityReport, _shares: _Shares) -> Table:
    rows = [tuple(one) for one in report.unreadable]
    return Table("unreadable", "Not read", "Places that held no profile.", (Column("place"), Column("reason")), rows)


def _devices(report: CompatibilityReport, _shares: _Shares) -> Table:
    weight = (Column("weight", NUMBER),) if report.header.weighted else ()
    applications = tuple(Column(one.application) for one in report.applications)
    return Table(
        "devices",
        "Devices",
        "What each device gets of each application.",
        (Column("device"), Column("vendor"), Column("model"), *weight, *applications),
        _DeviceRows(report),
    )


class _DeviceRows(Sequence[tuple[Any, ...]]):
    """The rows of devices, each made when it is looked at: they may have millions of cells, and not every form has them."""

    def __init__(self, report: CompatibilityReport) -> None:
        self._devices = report.devices
        self._weighted = report.header.weighted

    def _row(self, one: DeviceRow) -> tuple[Any, ...]:
        return (one.device, one.vendor, one.model, *((one.weight,) if self._weighted else ()), *map(said, one.gets))

    def __len__(self) -> int:
        return len(self._devices)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return map(self._row, self._devices)

    @overload
    def __getitem__(self, place: int) -> tuple[Any, ...]: ...
    @overload
    def __getitem__(self, place: slice) -> list[tuple[Any, ...]]: ...
    def __getitem__(self, place: int | slice) -> tuple[Any, ...] | list[tuple[Any, ...]]:
        return self._row(self._devices[place]) if isinstance(place, int) else list(map(self._row, self._devices[place]))


def said(gets: Gets) -> str:
    """What a device gets, as a cell: the variant, else the outcome."""
    return gets.variant if gets.outcome is Outcome.SERVED and gets.variant else gets.outcome.value


_CHANGE = (Column("before share", SHARE), Column("now share", SHARE), Column("difference", SHARE))


def compared(found: Comparison) -> list[Table]:
    """The tables of what differs from another report."""
    return [
        Table(
            "compared_applications",
            "Applications, before and now",
            "Who is served, as a share of all devices of each report.",
            (Column("application"), Column("label"), *_CHANGE),
            list(map(_change, found.applications)),
        ),
        Table(
            "compared_variants",
            "Variants that more or fewer get",
            "Who gets each, as a share of all devices of each report.",
            (Column("application"), Column("variant"), *_CHANGE),
            list(map(_change, found.variants)),
        ),
        Table(
            "compared_vendors",
            "Vendors of whose devices more or fewer are served",
            "As a share of the vendor's devices in each report, what differs most first.",
            (Column("application"), Column("vendor"), *_CHANGE),
            list(map(_change, found.vendors)),
        ),
        Table(
            "compared_devices",
            "Devices that get something else",
            "Of the devices that are listed in both reports.",
            (Column("device"), Column("application"), Column("before"), Column("now")),
            [tuple(one) for one in found.devices],
        ),
    ]


def _change(row: ChangeRow) -> tuple[Any, ...]:
    return (row.application, row.what, *(round(one or 0.0, 6) for one in (row.before, row.now, row.difference)))


_TABLES: Iterable[Callable[[CompatibilityReport, _Shares], Table]] = (
    _applications,
    _variants,
    _causes,
    _blocking,
    _joint,
    _learn,
    _relaxations,
    _curves,
    _tests,
    _quality,
    _unreadable,
    _devices,
)
