"""The smallest set of devices to test with, so that everything that a device can exercise is exercised once.

Theory of operation
-------------------
What is to be exercised are goals: every variant that some device gets, every branch of a configuration that is taken and not taken with
it, and both sides of every threshold, by the devices that are nearest to it. Which devices exercise which goals is a set cover. It is
reduced first: a goal that comes with another needs no thought, a device that does no more than another is not needed, and one that alone
does something is. What is left is solved exactly by branch and bound where that takes few steps, else greedily. Goals of which no device
does two need a device each, and that is the lower bound.
"""

from __future__ import annotations

from functools import reduce
from heapq import heapify, heappop, heapreplace
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from ccpp.reports.population import set_of, transposed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Steps of the exact search; 20,000 take about a second.
MAX_STEPS = 20_000


class Cover(NamedTuple):
    """Candidates that together exercise every goal, and how many it takes at least."""

    chosen: tuple[int, ...]
    at_least: int


def cover(goals: Iterable[int]) -> Cover:
    """A smallest set of candidates that meets every goal; goals are the sets of candidates (bits) that exercise them, none empty."""
    required = _minimal(goals)
    useful = _useful(required)
    required = _minimal([mask & useful for mask in required])
    chosen = sorted({mask.bit_length() - 1 for mask in required if mask.bit_count() == 1})
    taken = sum(1 << one for one in chosen)
    left = [mask for mask in required if not mask & taken]
    found = _greedy(left)
    bound = len(_apart(left))
    if len(found) > bound:
        search = _Search(found)
        search.run(left, ())
        found = list(search.best)
        bound = len(found) if search.finished else bound
    return Cover(tuple(sorted((*chosen, *found))), len(chosen) + bound)


def few(candidates: Sequence[int]) -> tuple[int, ...]:
    """Candidates, given as the goals (bits) that each meets, that together meet all goals: each time one that meets most of what is left.

    What a candidate adds only falls, so a candidate is looked at again only when it comes first by what it added before.
    """
    left = 0
    for goals in candidates:
        left |= goals
    waiting = [(-goals.bit_count(), number) for number, goals in enumerate(candidates)]
    heapify(waiting)
    chosen = []
    while left:
        before, number = waiting[0]
        adds = (candidates[number] & left).bit_count()
        if adds == -before:
            heappop(waiting)
            chosen.append(number)
            left &= ~candidates[number]
        else:
            heapreplace(waiting, (-adds, number))
    return tuple(chosen)


def _useful(goals: Sequence[int]) -> int:
    """The candidates that meet something which no other candidate meets all of and more; of those that meet the same, the first."""
    first: dict[int, int] = {}
    for candidate, met in transposed(goals, reduce(or_, goals, 0)).items():
        first.setdefault(met, candidate)
    largest: list[int] = []
    for met in sorted(first, key=lambda met: (-met.bit_count(), met)):
        if not any(not met & ~one for one in largest):
            largest.append(met)
    return set_of([first[met] for met in largest])


def _minimal(masks: Iterable[int]) -> list[int]:
    """The goals that are not met whenever another one is."""
    found: list[int] = []
    for mask in sorted(set(masks), key=lambda mask: (mask.bit_count(), mask)):
        if not any(not one & ~mask for one in found):
            found.append(mask)
    return found


def _counts(goals: Sequence[int]) -> dict[int, int]:
    """How many goals each candidate meets."""
    counts: dict[int, int] = {}
    for mask in goals:
        rest = mask
        while rest:
            bit = rest & -rest
            rest ^= bit
            counts[bit] = counts.get(bit, 0) + 1
    return counts


def _greedy(goals: Sequence[int]) -> list[int]:
    """Each time the candidate that meets most of what is left."""
    left, chosen = list(goals), []
    while left:
        counts = _counts(left)
        best = max(counts, key=lambda bit: (counts[bit], -bit))
        chosen.append(best.bit_length() - 1)
        left = [mask for mask in left if not mask & best]
    return chosen


def _apart(goals: Sequence[int]) -> list[int]:
    """Goals of which no candidate meets two, taken as they come, those of few candidates first."""
    found: list[int] = []
    met = 0
    for mask in sorted(goals, key=lambda mask: (mask.bit_count(), mask)):
        if not mask & met:
            found.append(mask)
            met |= mask
    return found


class _Search:
    """Branch and bound: the goal that fewest candidates meet is met by each of them in turn."""

    def __init__(self, best: Sequence[int]) -> None:
        self.best: Sequence[int] = best
        self._steps = 0

    @property
    def finished(self) -> bool:
        """Whether everything was tried that could be better."""
        return self._steps <= MAX_STEPS

    def run(self, goals: Sequence[int], chosen: tuple[int, ...]) -> None:
        """Look for something better than the best among what extends the chosen ones."""
        self._steps += 1
        if not self.finished or len(chosen) + len(_apart(goals)) >= len(self.best):
            return
        if not goals:
            self.best = chosen
            return
        counts = _counts(goals)
        fewest = min(goals, key=lambda mask: (mask.bit_count(), mask))
        bits = sorted((bit for bit in counts if bit & fewest), key=lambda bit: (-counts[bit], bit))
        for bit in bits:
            self.run([mask for mask in goals if not mask & bit], (*chosen, bit.bit_length() - 1))
