"""What is counted of devices: sums that can be added up, so that any number of devices can be counted in parts, by whoever is at hand.

`merged` is associative, and a tally of all devices is the same in however many parts it was counted; as long as they are few enough for
all of the test plan to be looked at (`ccpp.reports.goals`), which the tally says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from ccpp.reports.population import Sum

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ccpp.model import AttributeName, Scalar, Value
    from ccpp.reports.model import Gets

#: Groups that are told apart by number; of more it is only said that there are more. One takes 100 bytes.
MAX_GROUPS = 200_000
#: Where the digests of devices are added up.
DIGESTS = 1 << 256

K = TypeVar("K")
V = TypeVar("V")

Key: TypeAlias = tuple[str, int]
"""A constraint of an application: which application, and which of its constraints in their order."""


class Vendor(NamedTuple):
    """The devices of a vendor, and those of them that get each application, in the catalogue's order."""

    total: Sum
    served: tuple[Sum, ...]


class Kept(NamedTuple):
    """Whom an application fits by what they state of one attribute: if a threshold is met, and if it is not; `always` is whoever it fits anyway."""

    always: Sum
    by_value: Mapping[Value, tuple[Sum, Sum]]


class Plan(NamedTuple):
    """Devices to test with: the first of each kind, as its name and the goals that it meets (bits).

    `nearest` is the stated value that is nearest to a threshold on a side of it, by goal. `partial` where not all devices were looked
    at, and `most` is the largest number of goals that one meets.
    """

    candidates: tuple[tuple[str, int], ...]
    nearest: Mapping[int, Scalar]
    partial: bool
    most: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What is counted of some devices under a catalogue at a time; by application, variant, attribute or vendor.

    `outcomes` has whom no variant on offer fits, by how the constraints come out (a letter each: T, F or U); `unlooked` are those that
    were too many to look into. `groups` are digests of what is told apart, `None` beyond `MAX_GROUPS`.
    """

    total: Sum
    served: Sum
    weighted: bool
    digest: int
    groups: frozenset[bytes] | None
    quality: Mapping[str, tuple[int, int]]
    vendors: Mapping[str, Vendor]
    gets: Mapping[str, Mapping[Gets, Sum]]
    fits: Mapping[str, Sum]
    outcomes: Mapping[str, Mapping[str, Sum]]
    unlooked: Mapping[str, Sum]
    stated: Mapping[AttributeName, frozenset[Value]]
    kept: Mapping[Key, Kept]
    plan: Plan


def merged(left: Tally, right: Tally, plans: Callable[[Plan, Plan], Plan]) -> Tally:
    """Both together; `plans` knows how plans of tests are joined."""
    return Tally(
        total=left.total.plus(right.total),
        served=left.served.plus(right.served),
        weighted=left.weighted or right.weighted,
        digest=(left.digest + right.digest) % DIGESTS,
        groups=_groups(left.groups, right.groups),
        quality=_each(left.quality, right.quality, lambda one, other: (one[0] + other[0], one[1] + other[1])),
        vendors=_each(left.vendors, right.vendors, joined_vendors),
        gets=_each(left.gets, right.gets, _sums),
        fits=_sums(left.fits, right.fits),
        outcomes=_each(left.outcomes, right.outcomes, _sums),
        unlooked=_sums(left.unlooked, right.unlooked),
        stated=_each(left.stated, right.stated, frozenset.union),
        kept=_each(left.kept, right.kept, _kept),
        plan=plans(left.plan, right.plan),
    )


def all_merged(tallies: Iterable[Tally], plans: Callable[[Plan, Plan], Plan]) -> Tally | None:
    """All together, in their order; `None` of none."""
    remaining = iter(tallies)
    first = next(remaining, None)
    return None if first is None else reduce(lambda left, right: merged(left, right, plans), remaining, first)


def _each(left: Mapping[K, V], right: Mapping[K, V], add: Callable[[V, V], V]) -> dict[K, V]:
    found = dict(left)
    for key, value in right.items():
        found[key] = add(found[key], value) if key in found else value
    return found


def _sums(left: Mapping[K, Sum], right: Mapping[K, Sum]) -> Mapping[K, Sum]:
    return _each(left, right, Sum.plus)


def _pairs(left: tuple[Sum, Sum], right: tuple[Sum, Sum]) -> tuple[Sum, Sum]:
    return left[0].plus(right[0]), left[1].plus(right[1])


def _kept(left: Kept, right: Kept) -> Kept:
    return Kept(left.always.plus(right.always), _each(left.by_value, right.by_value, _pairs))


def joined_vendors(left: Vendor, right: Vendor) -> Vendor:
    """Both together."""
    served = tuple(one.plus(other) for one, other in zip(left.served, right.served, strict=True))
    return Vendor(left.total.plus(right.total), served)


def _groups(left: frozenset[bytes] | None, right: frozenset[bytes] | None) -> frozenset[bytes] | None:
    if left is None or right is None:
        return None
    found = left | right
    return found if len(found) <= MAX_GROUPS else None
