"""A report as values: a row a line of its tables. Every share is of the devices of the report, and of what they weigh."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccpp.reports.against import Comparison
    from ccpp.reports.population import Share
    from ccpp.reports.tables import Table


class Outcome(StrEnum):
    """What becomes of one device and one application."""

    SERVED = "served"
    INDETERMINATE = "indeterminate"
    UNSERVED = "unserved"

    @property
    def mark(self) -> str:
        """The outcome as one sign, so that no table rests on colour alone."""
        return {"served": "✓", "indeterminate": "?", "unserved": "✗"}[self]


class Gets(NamedTuple):
    """What a device gets of an application: the variant, whether no other one could be served instead, and what decided."""

    outcome: Outcome
    variant: str | None
    alone: bool
    cause: str


class ApplicationRow(NamedTuple):
    """One application: who is served, who might be, who is not."""

    application: str
    label: str
    served: Share
    indeterminate: Share
    unserved: Share


class VariantRow(NamedTuple):
    """One variant: whom it fits, who gets it, and who of those would get nothing of its application without it."""

    application: str
    variant: str
    fits: Share
    chosen: Share
    lost: Share


class CauseRow(NamedTuple):
    """Why devices get nothing of an application: the nearest that any variant came."""

    application: str
    cause: str
    share: Share


class BlockingRow(NamedTuple):
    """One constraint that stands between an application and devices that no variant on offer fits.

    `alone` are those that would be reached were it waived and nothing else, `necessary` those that cannot be reached unless it is, and
    `involved` those for which it is in some smallest set of constraints to waive.
    """

    application: str
    constraint: str
    alone: Share
    necessary: Share
    involved: Share


class Search(StrEnum):
    """How a set of constraints was found: among all of its size, by adding to the best of a size less, or among all as far as looked at."""

    EXACT = "exact"
    GREEDY = "greedy"
    LIMITED = "limited"


class JointRow(NamedTuple):
    """Constraints that block together: who would be reached were all of them waived."""

    application: str
    constraints: tuple[str, ...]
    reached: Share
    search: Search


class LearnRow(NamedTuple):
    """An attribute that indeterminate devices do not state: those that could be served if it alone were known, and if it were too."""

    application: str
    attribute: str
    alone: Share
    involved: Share


class Point(NamedTuple):
    """Reach with another threshold: how many stated values it is away from the present one (negative is laxer), and whom it fits."""

    threshold: str
    steps: int
    reach: Share


class Curve(NamedTuple):
    """The reach of an application as a function of one threshold, everything else as it is; points from small to large thresholds."""

    application: str
    constraint: str
    threshold: str
    points: tuple[Point, ...]


class RelaxationRow(NamedTuple):
    """A change of one threshold that nothing reaches more with for as small a step: `gained` is who is fitted then and is not now."""

    application: str
    constraint: str
    threshold: str
    steps: int
    gained: Share


class TestRow(NamedTuple):
    """A device to test with, and what it is the first in the list to exercise."""

    device: str
    exercises: tuple[str, ...]


class TestPlan(NamedTuple):
    """Devices that exercise everything that some device exercises; no list is shorter than `at_least`."""

    rows: tuple[TestRow, ...]
    goals: int
    at_least: int

    @property
    def optimal(self) -> bool:
        """Whether it is proved that no shorter list will do."""
        return len(self.rows) == self.at_least


class QualityRow(NamedTuple):
    """A finding about the profiles themselves: how often, in how many devices."""

    code: str
    severity: str
    meaning: str
    findings: int
    devices: int


class DeviceRow(NamedTuple):
    """What one device gets, an entry an application in the report's order."""

    device: str
    vendor: str
    model: str
    weight: float
    gets: tuple[Gets, ...]


class Unreadable(NamedTuple):
    """A place that held no profile, and why."""

    place: str
    reason: str


class VendorRow(NamedTuple):
    """The devices of a vendor, and those of them that get each application, in the report's order."""

    vendor: str
    total: Share
    served: tuple[Share, ...]


class Header(NamedTuple):
    """What the report is of: where the profiles came from, their number, weight and digest, and the catalogue.

    `served` get something; `groups` cannot be told apart by the catalogue, `None` where they are too many to count; `unlooked` were too
    many to look into for what blocks an application, at most.
    """

    profiles: str
    total: Share
    served: Share
    groups: int | None
    profiles_digest: str
    catalogue: str
    catalogue_digest: str
    weighted: bool
    made: str
    unlooked: Share


@dataclass(frozen=True)
class CompatibilityReport:
    """Everything that a report says; `comparison` is what differs from another report it is held against."""

    header: Header
    applications: Sequence[ApplicationRow]
    variants: Sequence[VariantRow]
    causes: Sequence[CauseRow]
    blocking: Sequence[BlockingRow]
    joint: Sequence[JointRow]
    learn: Sequence[LearnRow]
    curves: Sequence[Curve]
    relaxations: Sequence[RelaxationRow]
    tests: TestPlan
    quality: Sequence[QualityRow]
    unreadable: Sequence[Unreadable]
    vendors: Sequence[VendorRow]
    devices: Sequence[DeviceRow]
    comparison: Comparison | None = None

    @cached_property
    def tables(self) -> Sequence[Table]:
        """All tables, of which every form is written."""
        from ccpp.reports.tables import tables  # noqa: PLC0415  tables are made of reports

        return tables(self)

    def table(self, name: str) -> Table:
        """The table of that name.

        Raises:
            KeyError: there is none.
        """
        return {one.name: one for one in self.tables}[name]

    def _repr_html_(self) -> str:
        """The report as notebooks show it: in short, and who gets each application."""
        from ccpp.reports.page import fragment  # noqa: PLC0415  the page is made of reports

        return fragment(self)
