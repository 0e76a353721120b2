"""The devices of a report, in groups: those that a catalogue cannot tell apart, and that are of one vendor.

A set of groups is an integer, a bit a group, as in `ccpp.matching.batch`, and every figure of a report is the sum of such a set: how many
devices it has, and what they weigh. Sums are exact, so that it does not matter in which order or in how many parts devices are counted.

Theory of operation
-------------------
What the devices of a group weigh is a whole number of some power of two, so the weights of all groups are planes of bits: the sum of a set
is the number of bits that it shares with each plane, times what the plane is worth. That takes as many operations as weights have bits,
whatever the number of groups.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import TYPE_CHECKING, NamedTuple

from ccpp.delivery import languages_of
from ccpp.matching.batch import columns_of
from ccpp.model import AttributeName
from ccpp.requirements.expression import Constraint, walk
from ccpp.situation import LANGUAGES, exception_for, kept_out, situation_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from ccpp.catalogue.model import Catalogue
    from ccpp.matching.batch import Columns
    from ccpp.model import ResolvedProfile, Scalar
    from ccpp.requirements.graph import RequirementGraph

VENDOR = AttributeName("HardwarePlatform", "Vendor")
MODEL = AttributeName("HardwarePlatform", "Model")


class Device(NamedTuple):
    """A profile and what it counts for, such as the devices in use of its model."""

    profile: ResolvedProfile
    weight: float = 1.0


class Share(NamedTuple):
    """How many devices, and what they weigh."""

    devices: int
    weight: float


class Sum(NamedTuple):
    """The same, exact: sums of parts come to the same, however they are taken."""

    devices: int
    weight: int | Fraction

    def plus(self, other: Sum) -> Sum:
        """Both together."""
        return Sum(self.devices + other.devices, self.weight + other.weight)

    @property
    def share(self) -> Share:
        """The nearest that a float comes to it."""
        return Share(self.devices, float(self.weight))


NOTHING = Sum(0, 0)


def summed(sums: Iterable[Sum]) -> Sum:
    """Some sums together."""
    devices: int = 0
    weight: int | Fraction = 0
    for one in sums:
        devices += one.devices
        weight += one.weight
    return Sum(devices, weight)


def asked(graph: RequirementGraph) -> tuple[AttributeName, ...]:
    """The attributes that requirements rest on, in order."""
    constraints = (part for name in graph for part in walk(graph[name]) if isinstance(part, Constraint))
    return tuple(sorted({name for one in constraints for name in one.attributes}))


def stated(profile: ResolvedProfile, name: AttributeName) -> str:
    """What a profile states of an attribute, as one text."""
    return ", ".join(map(str, profile.values(name) or ()))


def signatures(catalogue: Catalogue, at: datetime | None) -> Callable[[ResolvedProfile], tuple[object, ...]]:
    """A function to what decisions about a device rest on: devices of which it is equal get the same of everything.

    Beside the values that requirements ask for, with their types because `True == 1`, these are the languages, where variants speak any,
    and how rollouts and exceptions come out, where there are any.
    """
    names = asked(catalogue.requirements)
    variants = [variant for application in catalogue.applications.values() for variant in application.variants]
    spoken = (LANGUAGES,) if any(map(languages_of, variants)) else ()
    owners = (*((one.id, one.supply) for one in catalogue.applications.values()), *((one.id, one.supply) for one in variants))
    personal = [(name, supply) for name, supply in owners if supply.rollout or supply.exceptions]

    def signature(profile: ResolvedProfile) -> tuple[object, ...]:
        found = (profile.attributes.get(name) for name in (*names, *spoken))
        values: list[object] = [None if one is None else (type(one.value), one.value) for one in found]
        if personal:
            situation = situation_of(catalogue, profile, at=at)
            values += [
                (supply.rollout and kept_out(supply.rollout, name, situation), exception_for(supply.exceptions, situation))
                for name, supply in personal
            ]
        return tuple(values)

    return signature


class Population:
    """Devices in their order, the groups that they make under a catalogue, and the groups by columns; never changed after it is made."""

    def __init__(self, devices: Iterable[Device], catalogue: Catalogue, at: datetime | None = None) -> None:
        self.devices: Sequence[Device] = tuple(devices)
        signature = signatures(catalogue, at)
        numbers: dict[tuple[tuple[object, ...], str], int] = {}
        keys = [(signature(one.profile), stated(one.profile, VENDOR)) for one in self.devices]
        self.group_of: Sequence[int] = [numbers.setdefault(key, len(numbers)) for key in keys]
        members: list[list[int]] = [[] for _ in numbers]
        for place, group in enumerate(self.group_of):
            members[group].append(place)
        self.members: Sequence[Sequence[int]] = members
        self.signatures: Sequence[tuple[object, ...]] = [key for key, _ in numbers]
        sizes = list(map(len, members))
        weights = [sum(map(_exact, (self.devices[place].weight for place in one))) for one in members]
        self._unit = lcm(*(one.denominator for one in weights))
        self._counts = _planes(sizes)
        self._weights = self._counts if weights == sizes else _planes([int(one * self._unit) for one in weights])
        self.columns: Columns = columns_of(self.representative(group) for group in range(len(members)))

    @property
    def everything(self) -> int:
        """The set of all groups."""
        return (1 << len(self.members)) - 1

    def representative(self, group: int) -> ResolvedProfile:
        """The first device of a group, which stands for all."""
        return self.devices[self.members[group][0]].profile

    def sum(self, groups: int) -> Sum:
        """How many devices are in some groups, and what they weigh."""
        if not groups:
            return NOTHING
        devices = _counted(groups, self._counts)
        if self._weights is self._counts:
            return Sum(devices, devices)
        weight = _counted(groups, self._weights)
        return Sum(devices, weight if self._unit == 1 else _whole(Fraction(weight, self._unit)))

    @cached_property
    def languages(self) -> dict[tuple[Scalar, ...] | None, int]:
        """The groups by the languages that they ask for."""
        found: dict[tuple[Scalar, ...] | None, list[int]] = {}
        for group in range(len(self.members)):
            found.setdefault(self.representative(group).values(LANGUAGES), []).append(group)
        return {languages: set_of(groups) for languages, groups in found.items()}

    def vendors(self) -> dict[str, int]:
        """The groups of each vendor, as it is written."""
        found: dict[str, list[int]] = {}
        for group in range(len(self.members)):
            found.setdefault(stated(self.representative(group), VENDOR), []).append(group)
        return {vendor: set_of(groups) for vendor, groups in found.items()}


def _exact(weight: float) -> int | Fraction:
    return int(weight) if weight == int(weight) else Fraction(weight)


def _whole(weight: Fraction) -> int | Fraction:
    """Equal sums are one value, whatever they were made of."""
    return weight.numerator if weight.denominator == 1 else weight


def _planes(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Numbers by group as what a plane is worth, as a power of two, and the groups whose number has that bit."""
    found: dict[int, list[int]] = {}
    for number, groups in _places(numbers).items():
        for bit in positions(number):
            found.setdefault(bit, []).extend(groups)
    return [(bit, set_of(groups)) for bit, groups in found.items()]


def _places(numbers: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for place, number in enumerate(numbers):
        found.setdefault(number, []).append(place)
    return found


def _counted(groups: int, planes: Iterable[tuple[int, int]]) -> int:
    found = 0
    for bit, plane in planes:
        found += (groups & plane).bit_count() << bit
    return found


def heaviest(weighed: Iterable[tuple[int, int]], everything: int) -> int:
    """The places of which the sets that they are in weigh most together; sums are added bit by bit, for all places at once."""
    planes: list[int] = []
    for members, weight in weighed:
        for bit in positions(weight):
            carry, plane = members, bit
            while carry:
                planes += [0] * (plane + 1 - len(planes))
                planes[plane], carry = planes[plane] ^ carry, planes[plane] & carry
                plane += 1
    for plane in reversed(planes):
        everything = everything & plane or everything
    return everything


def set_of(places: Sequence[int]) -> int:
    """Places as a set; by way of bytes, because adding bit after bit to a long integer copies it each time."""
    packed = bytearray(max(places) // 8 + 1) if places else bytearray()
    for place in places:
        packed[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(packed, "little")


def positions(groups: int) -> Iterator[int]:
    """The members of a set, in order."""
    for place, byte in enumerate(groups.to_bytes((groups.bit_length() + 7) // 8, "little")):
        if byte:
            yield from [place * 8 + bit for bit in _BITS[byte]]


#: The bits of each byte, by number.
_BITS = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


def transposed(sets: Sequence[int], places: int) -> dict[int, int]:
    """For each of some places the sets that it is in, as a mask: a matrix of bits the other way, eight columns at a time."""
    found = dict.fromkeys(positions(places), 0)
    width = (places.bit_length() + 7) // 8
    for first in range(0, len(sets), _ROWS):
        rows = b"".join([(one & places).to_bytes(width, "little") for one in reversed(sets[first : first + _ROWS])])
        column, byte = b"", -1
        for place in found:
            if place >> 3 != byte:
                byte = place >> 3
                column = rows[byte::width]
            found[place] |= int(column.translate(_DIGITS[place & 7]), 2) << first
    return found


#: Sets that are transposed together: as many as stay in the processor's cache.
_ROWS = 2_048
#: For each bit what a byte has there, as a digit.
_DIGITS = tuple(bytes(b"01"[byte >> bit & 1] for byte in range(256)) for bit in range(8))


def findings(devices: Iterable[Device]) -> dict[str, tuple[int, int]]:
    """How often each finding is made about the profiles, and about how many of them."""
    often: Counter[str] = Counter()
    of: Counter[str] = Counter()
    for one in devices:
        codes = [finding.code for finding in one.profile.diagnostics]
        often.update(codes)
        of.update(set(codes))
    return {code: (often[code], count) for code, count in of.items()}
