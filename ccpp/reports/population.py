"""The devices of a report, in groups: those that state the same of all that a catalogue asks cannot be told apart by it.

A set of groups is an integer, a bit a group, as in `ccpp.matching.batch`, and every figure of a report is the share of such a set: how
many devices it has, and what they weigh.
"""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING, NamedTuple

from ccpp.matching.batch import columns_of
from ccpp.requirements.expression import Constraint, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ccpp.catalogue.model import Catalogue
    from ccpp.matching.batch import Columns
    from ccpp.model import AttributeName, ResolvedProfile
    from ccpp.requirements.graph import RequirementGraph


class Device(NamedTuple):
    """A profile and what it counts for, such as the devices in use of its model."""

    profile: ResolvedProfile
    weight: float = 1.0


class Share(NamedTuple):
    """How many devices, and what they weigh."""

    devices: int
    weight: float


def asked(graph: RequirementGraph) -> tuple[AttributeName, ...]:
    """The attributes that requirements rest on, in order."""
    constraints = (part for name in graph for part in walk(graph[name]) if isinstance(part, Constraint))
    return tuple(sorted({name for one in constraints for name in one.attributes}))


class Population:
    """Devices in their order, the groups that they make under a catalogue, and the groups by columns; never changed after it is made."""

    def __init__(self, devices: Iterable[Device], catalogue: Catalogue) -> None:
        self.devices: Sequence[Device] = tuple(devices)
        names = asked(catalogue.requirements)
        numbers: dict[tuple[object, ...], int] = {}
        self.group_of: Sequence[int] = [
            numbers.setdefault(_signature(one.profile, names), len(numbers)) for one in self.devices
        ]
        members: list[list[int]] = [[] for _ in numbers]
        for place, group in enumerate(self.group_of):
            members[group].append(place)
        self.members: Sequence[Sequence[int]] = members
        self._shares = [Share(len(one), fsum(self.devices[place].weight for place in one)) for one in members]
        self.columns: Columns = columns_of(self.representative(group) for group in range(len(members)))

    @property
    def everything(self) -> int:
        """The set of all groups."""
        return (1 << len(self.members)) - 1

    @property
    def total(self) -> Share:
        """All devices."""
        return Share(len(self.devices), fsum(one.weight for one in self.devices))

    def representative(self, group: int) -> ResolvedProfile:
        """The first device of a group, which stands for all."""
        return self.devices[self.members[group][0]].profile

    def share(self, groups: int) -> Share:
        """How many devices are in some groups, and what they weigh; the sum is exact, so that the order of devices does not matter."""
        shares = [self._shares[group] for group in positions(groups)]
        return Share(sum(one.devices for one in shares), fsum(one.weight for one in shares))

    def share_of(self, places: Iterable[int]) -> Share:
        """The same for devices by their places."""
        weights = [self.devices[place].weight for place in places]
        return Share(len(weights), fsum(weights))


def _signature(profile: ResolvedProfile, names: Sequence[AttributeName]) -> tuple[object, ...]:
    """What a profile states of some attributes; with types, because `True == 1`."""
    found = (profile.attributes.get(name) for name in names)
    return tuple([None if one is None else (type(one.value), one.value) for one in found])


def positions(groups: int) -> Iterator[int]:
    """The members of a set, in order."""
    while groups:
        bit = groups & -groups
        yield bit.bit_length() - 1
        groups ^= bit
