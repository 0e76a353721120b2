"""What a constraint asks of the values of one attribute, as counts; and whether some values meet several such counts at once."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.cells.points import TooMany, named_by
from ccpp.cells.standins import ANYTHING, stand_ins
from ccpp.model import Container

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ccpp.cells.points import Test
    from ccpp.cells.standins import StandIn
    from ccpp.model import Attribute, Scalar
    from ccpp.requirements.expression import Constraint, Operand

#: Values that the counts of one question may ask for together.
MAX_COPIES = 16
#: Sets of values that are tried for one question.
MAX_TRIALS = 2_000


class Count(NamedTuple):
    """At least so many values, or at most, pass a test; with `failing`, fail it."""

    test: Test
    failing: bool
    at_least: bool
    number: int


class Found(NamedTuple):
    """Values that meet some counts; or why it is not known whether any do; or neither, where none do."""

    values: tuple[Scalar, ...] | None
    open: str | None = None


def count_of(constraint: Constraint, *, holds: bool) -> Count:
    """What a constraint on one attribute asks for, or what its failing comes to."""
    row = _COUNTS.get(constraint.kind)
    count = (row or _every)(constraint.kind, constraint.operand)
    if holds:
        return count
    step = -1 if count.at_least else 1
    return count._replace(at_least=not count.at_least, number=count.number + step)


def _some(kind: str, operand: Operand) -> Count:
    return Count((kind, operand), failing=False, at_least=True, number=1)


def _every(kind: str, operand: Operand) -> Count:
    return Count((kind, operand), failing=True, at_least=False, number=0)


def _counts(*, at_least: bool) -> Callable[[str, Operand], Count]:
    return lambda _, number: Count(ANYTHING, failing=False, at_least=at_least, number=number)  # type: ignore[arg-type]


def _qualified(*, at_least: bool) -> Callable[[str, Operand], Count]:
    return lambda _, operand: Count(operand[1], failing=False, at_least=at_least, number=operand[0])  # type: ignore[arg-type, index]


def _all_of(_kind: str, due: Operand) -> Count:
    """Values are distinct, so that all of a list are there where as many of the list are."""
    return Count(("in", due), failing=False, at_least=True, number=len(set(due)))  # type: ignore[arg-type]


#: Kind → what it counts; a kind without a row asks something of every value: at most none fails.
_COUNTS: Mapping[str, Callable[[str, Operand], Count]] = MappingProxyType(
    {
        **dict.fromkeys(("hasValue", "hasAny", "mediaType", "language", "versionAtLeast", "versionAtMost"), _some),
        "hasAll": _all_of,
        "minCount": _counts(at_least=True),
        "maxCount": _counts(at_least=False),
        "qualifiedMinCount": _qualified(at_least=True),
        "qualifiedMaxCount": _qualified(at_least=False),
    }
)


def copies_for(counts: Iterable[Count]) -> int:
    """How many values of one cell the counts may need; those that are named one by one are there anyway."""
    return max(1, sum(one.number for one in counts if one.at_least and (one.failing or not named_by(one.test))))


def values_for(counts: Iterable[Count], attribute: Attribute, *, may_lack: bool) -> Found:
    """Values of an attribute that meet all counts; `may_lack` says that one which takes a single value may have none."""
    wanted = list(counts)
    single = attribute.container is Container.NONE
    if single:
        wanted.append(Count(ANYTHING, failing=False, at_least=False, number=1))
        if not may_lack:
            wanted.append(Count(ANYTHING, failing=False, at_least=True, number=1))
    copies = 1 if single else copies_for(wanted)
    if copies > MAX_COPIES:
        return Found(None, f"{attribute.name} is asked for more than {MAX_COPIES} values")
    try:
        return _met(wanted, stand_ins([one.test for one in wanted], attribute.datatype, copies), attribute)
    except TooMany as error:
        return Found(None, f"{attribute.name}: {error}")


class Asked(NamedTuple):
    """Sets of stand-ins as bits, each with the number of them that is the least, or the most."""

    least: tuple[tuple[int, int], ...]
    most: tuple[tuple[int, int], ...]


def asked_of(counts: Sequence[Count], counting: Sequence[Sequence[bool]]) -> Asked:
    """The counts over values that are bits; `counting` tells of each count which values it counts."""
    masks = [(one, bits(row)) for one, row in zip(counts, counting, strict=True)]
    return Asked(
        tuple((mask, one.number) for one, mask in masks if one.at_least),
        tuple((mask, one.number) for one, mask in masks if not one.at_least),
    )


def _met(wanted: Sequence[Count], present: Sequence[StandIn], attribute: Attribute) -> Found:
    asked = asked_of(wanted, [[(one.test in it.passed) is not one.failing for it in present] for one in wanted])
    for allowed in (bits(it.value is not None for it in present), bits(True for _ in present)):
        chosen = Search(asked).find(0, allowed)
        if chosen is not None:
            values = [it.value for at, it in enumerate(present) if chosen >> at & 1]
            known = tuple(value for value in values if value is not None)
            return Found(known) if len(known) == len(values) else Found(None, f"{attribute.name} is asked for by patterns")
    return Found(None)


def bits(chosen: Iterable[bool]) -> int:
    """What is chosen, as bits."""
    return sum(1 << at for at, one in enumerate(chosen) if one)


class Search:
    """Bits with so many of some masks, and no more than so many of others; tried one bit more at a time."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.trials = 0

    def find(self, chosen: int, allowed: int) -> int | None:
        """Bits that are enough and not too many, those chosen among them and the others allowed; `None` where there are none.

        Raises:
            TooMany: it takes too long.
        """
        self.trials += 1
        if self.trials > MAX_TRIALS:
            raise TooMany(f"more than {MAX_TRIALS} sets of values")
        for mask, number in self.asked.most:
            taken = (chosen & mask).bit_count()
            if taken > number:
                return None
            if taken == number:
                allowed &= ~mask
        lacking = [
            (mask & allowed & ~chosen, number - (chosen & mask).bit_count())
            for mask, number in self.asked.least
            if (chosen & mask).bit_count() < number
        ]
        if not lacking:
            return chosen
        candidates, number = min(lacking, key=lambda one: one[0].bit_count() - one[1])
        if candidates.bit_count() == number:
            return self.find(chosen | candidates, allowed)
        while candidates.bit_count() >= number:
            bit = candidates & -candidates
            found = self.find(chosen | bit, allowed)
            if found is not None:
                return found
            candidates &= ~bit
            allowed &= ~bit
        return None
