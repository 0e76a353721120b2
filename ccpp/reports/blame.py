"""Which constraints stand between an application and the devices it does not reach, alone and together; and what is to be learnt of them.

Theory of operation
-------------------
Groups that no variant on offer fits, and for which the application's constraints come out alike, make a class; there are few. For each
class, going down the requirements gives the smallest sets of constraints to waive, as masks of bits; what waiving a set reaches is then
one pass over the classes. The best sets of a size are found by trying all where these are few, else by adding one constraint at a time
to the best found: greedy, and the report says which, and where a class has more small sets than are looked at.
"""

from __future__ import annotations

from functools import reduce
from itertools import combinations
from math import comb, lcm
from operator import and_, or_
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.matching.definition import FALSE, TRUE, UNKNOWN
from ccpp.matching.flipping import phrase
from ccpp.reports.model import BlockingRow, JointRow, LearnRow, Search
from ccpp.reports.offers import constraints_of, on_offer
from ccpp.reports.population import NOTHING, heaviest, positions, set_of, summed
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Reference, Requirement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ccpp.catalogue.model import Application
    from ccpp.model import Verdict
    from ccpp.reports.offers import Offers
    from ccpp.reports.population import Share, Sum
    from ccpp.requirements.graph import RequirementGraph

#: Sets of constraints that are looked at for one class: the smallest of them.
MAX_WAYS = 64
#: Sets of one size of which every one is tried; beyond, the search is greedy.
MAX_TRIED = 3_000
#: Constraints of the largest set that is reported.
LARGEST = 3


class Ways(NamedTuple):
    """The smallest sets of constraints to waive, as masks, those of few constraints first: `(0,)` where nothing has to be, `()` where nothing helps.

    `whole` where none of up to `LARGEST` constraints is missing because there are too many.
    """

    masks: tuple[int, ...]
    whole: bool = True


class _Class(NamedTuple):
    """Groups for which the constraints come out alike, what would have to be waived for them, and which constraints are open."""

    sum: Sum
    ways: tuple[int, ...]
    unknown: int


#: How a constraint comes out, as a letter of an outcome.
LETTERS = MappingProxyType({"T": TRUE, "F": FALSE, "U": UNKNOWN})


def outcomes_of(constraints: Sequence[Constraint], groups: int, offers: Offers) -> dict[str, int]:
    """Some groups by how constraints come out for them, a letter each."""
    found = {"": groups} if groups else {}
    for one in constraints:
        holds, may_hold = offers.outcomes[one]
        found = {
            said + letter: part
            for said, before in found.items()
            for letter, part in (("T", before & holds), ("U", before & may_hold & ~holds), ("F", before & ~may_hold))
            if part
        }
    return found


class Blame:
    """What is to blame for the reach of one application; `outcomes` are those of the devices that no variant on offer fits."""

    def __init__(self, application: Application, graph: RequirementGraph, outcomes: Mapping[str, Sum]) -> None:
        self._application = application
        self._graph = graph
        self._constraints = constraints_of(application, graph)
        self._whole = True
        self._classes = list(self._classified(outcomes))
        self._by_ways: dict[tuple[int, ...], Sum] = {}
        for one in self._classes:
            near = tuple([way for way in one.ways if way.bit_count() <= LARGEST])
            if near:
                self._by_ways[near] = self._by_ways.get(near, NOTHING).plus(one.sum)

    def _classified(self, outcomes: Mapping[str, Sum]) -> Iterator[_Class]:
        names = [one.requirement for one in on_offer(self._application) if one.requirement]
        ways_of = [_Ways(name, self._graph, self._constraints) for name in names]
        for said, found in outcomes.items():
            ways = _smallest([one.of(said) for one in ways_of])
            self._whole = self._whole and ways.whole
            yield _Class(found, ways.masks, sum(1 << number for number, letter in enumerate(said) if letter == "U"))

    def _share(self, holds: Callable[[_Class], bool]) -> Share:
        return summed(one.sum for one in self._classes if holds(one)).share

    def _said(self, number: int) -> str:
        constraint = self._constraints[number]
        return f"{constraint.attribute} {phrase(constraint)}"

    def _involved(self) -> list[int]:
        """The constraints that are in some way."""
        every = 0
        for one in self._classes:
            for way in one.ways:
                every |= way
        return [number for number in range(len(self._constraints)) if every >> number & 1]

    def blocking(self) -> list[BlockingRow]:
        """Every constraint that blocks, the worst first."""
        rows = [
            BlockingRow(
                self._application.id,
                self._said(number),
                self._share(lambda one, bit=1 << number: bit in one.ways),  # type: ignore[misc]
                self._share(lambda one, bit=1 << number: bool(one.ways) and all(way & bit for way in one.ways)),  # type: ignore[misc]
                self._share(lambda one, bit=1 << number: any(way & bit for way in one.ways)),  # type: ignore[misc]
            )
            for number in self._involved()
        ]
        return sorted(rows, key=lambda row: (-row.alone.weight, -row.necessary.weight, -row.involved.weight, row.constraint))

    def reached(self, waived: int) -> Share:
        """Who would be fitted were these constraints waived, as a mask of `LARGEST` at most."""
        return summed(found for ways, found in self._by_ways.items() if any(not way & ~waived for way in ways)).share

    def joint(self) -> list[JointRow]:
        """For each size the set of constraints of which waiving reaches most, as long as a larger set reaches more."""
        numbers = self._involved()
        rows: list[JointRow] = []
        best, most = 0, self.reached(0)
        for size in range(1, min(LARGEST, len(numbers)) + 1):
            every = comb(len(numbers), size) <= MAX_TRIED
            trials = _every(numbers, size) if every else [best | 1 << number for number in numbers if not best >> number & 1]
            best = self._best(sorted(trials))
            reached = self.reached(best)
            if reached.weight > most.weight:
                names = tuple(self._said(number) for number in numbers if best >> number & 1)
                search = Search.GREEDY if not every else Search.EXACT if self._whole else Search.LIMITED
                rows.append(JointRow(self._application.id, names, reached, search))
                most = reached
        return rows

    def _best(self, trials: Sequence[int]) -> int:
        """The set of constraints of which waiving reaches most, the first of several; by sets of trials, a bit a trial."""
        everything = (1 << len(trials)) - 1
        waiving = [
            set_of([place for place, mask in enumerate(trials) if mask >> number & 1])
            for number in range(len(self._constraints))
        ]
        unit = lcm(*(found.weight.denominator for found in self._by_ways.values()))
        reaching = (
            (
                reduce(or_, [reduce(and_, [waiving[number] for number in positions(way)], everything) for way in ways]),
                found.weight,
            )
            for ways, found in self._by_ways.items()
        )
        most = heaviest(((members, int(weight * unit)) for members, weight in reaching), everything)
        return trials[(most & -most).bit_length() - 1]

    def learn(self) -> list[LearnRow]:
        """The attributes that are not stated and of which a value might serve, the most useful first."""
        open_: list[tuple[Sum, list[frozenset[str]]]] = []
        for one in self._classes:
            sets = [self._attributes(way) for way in one.ways if not way & ~one.unknown]
            if sets:
                open_.append((one.sum, sets))
        names = sorted({name for _, sets in open_ for each in sets for name in each})
        rows = []
        for name in names:
            alone = summed(found for found, sets in open_ if frozenset({name}) in sets).share
            involved = summed(found for found, sets in open_ if any(name in each for each in sets)).share
            rows.append(LearnRow(self._application.id, name, alone, involved))
        return sorted(rows, key=lambda row: (-row.alone.weight, -row.involved.weight, row.attribute))

    def _attributes(self, way: int) -> frozenset[str]:
        """What the constraints of a way rest on."""
        chosen = (one for number, one in enumerate(self._constraints) if way >> number & 1)
        return frozenset(str(name) for one in chosen for name in one.attributes)


def _every(numbers: Sequence[int], size: int) -> list[int]:
    return [sum(1 << number for number in chosen) for chosen in combinations(numbers, size)]


class _Ways:
    """What would have to be waived of one requirement, remembered by how its own constraints come out."""

    def __init__(self, name: str, graph: RequirementGraph, constraints: Sequence[Constraint]) -> None:
        self._requirement = graph[name]
        self._graph = graph
        of = graph.constraints(name)
        self._own = [(number, one) for number, one in enumerate(constraints) if one in of]
        self._known: dict[str, Ways] = {}

    def of(self, said: str) -> Ways:
        """The ways where the constraints of the application come out so."""
        own = "".join([said[number] for number, _ in self._own])
        if own not in self._known:
            outcomes = {one: (1 << number, LETTERS[said[number]]) for number, one in self._own}
            self._known[own] = _Waiving(self._graph, outcomes).ways(self._requirement, wanted=True)
        return self._known[own]


class _Waiving:
    """What would have to be waived, where the constraints come out as they do; a waived constraint is taken as it is wanted."""

    def __init__(self, graph: Mapping[str, Requirement], outcomes: Mapping[Constraint, tuple[int, Verdict]]) -> None:
        self._graph = graph
        self._outcomes = outcomes

    def ways(self, requirement: Requirement, *, wanted: bool) -> Ways:
        """The ways to have a requirement come out as wanted."""
        match requirement:
            case Constraint():
                bit, verdict = self._outcomes[requirement]
                return Ways((0 if verdict is (TRUE if wanted else FALSE) else bit,))
            case Reference(name):
                return self.ways(self._graph[name], wanted=wanted)
            case Not(item):
                return self.ways(item, wanted=not wanted)
            case All(items) | Any(items):
                parts = [self.ways(item, wanted=wanted) for item in items]
                return _together(parts) if isinstance(requirement, All) is wanted else _smallest(parts)
            case ExactlyOne(items):
                return self._exactly_one(items, wanted=wanted)

    def _exactly_one(self, items: Sequence[Requirement], *, wanted: bool) -> Ways:
        if wanted:
            choices = [[self.ways(item, wanted=item is chosen) for item in items] for chosen in items]
        else:
            choices = [[self.ways(item, wanted=False) for item in items]]
            choices += [[self.ways(one, wanted=True), self.ways(other, wanted=True)] for one, other in combinations(items, 2)]
        return _smallest(list(map(_together, choices)))


_NOTHING = Ways((0,))


def _together(parts: Iterable[Ways]) -> Ways:
    """One way of each part, in every combination."""
    found = _NOTHING
    for part in parts:
        if part != _NOTHING:
            found = part if found == _NOTHING else _smallest([_both(found, part)])
    return found


def _both(left: Ways, right: Ways) -> Ways:
    return Ways(tuple({one | other for one in left.masks for other in right.masks}), left.whole and right.whole)


def _smallest(parts: Sequence[Ways]) -> Ways:
    """The masks of all parts that contain no other, and not too many of them."""
    found: list[int] = []
    whole = all(part.whole for part in parts)
    for mask in sorted({mask for part in parts for mask in part.masks}, key=lambda mask: (mask.bit_count(), mask)):
        if not any(not one & ~mask for one in found):
            if len(found) == MAX_WAYS:
                return Ways(tuple(found), whole and mask.bit_count() > LARGEST)
            found.append(mask)
    return Ways(tuple(found), whole)
