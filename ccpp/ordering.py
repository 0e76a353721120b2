"""Things in an order in which each comes after all that it needs, and a circle of them found."""

from __future__ import annotations

from collections.abc import Hashable
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

T = TypeVar("T", bound=Hashable)


class CircleError(ValueError, Generic[T]):
    """Things need each other in a circle: each of `path` the one after it, and the last one the first."""

    def __init__(self, path: tuple[T, ...]) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        return " → ".join(f"`{one}`" for one in (*self.path, self.path[0]))


def ordered(needs: Mapping[T, Iterable[T]]) -> list[T]:
    """The keys, each after those that it needs and otherwise as early as their own order allows; all that is needed is a key.

    Raises:
        CircleError: there is no such order; the path begins with the circle's first key.
    """
    names = list(needs)
    place = {name: index for index, name in enumerate(names)}
    sorter = TopologicalSorter(needs)
    try:
        sorter.prepare()
    except CycleError as error:
        circle = error.args[1][:0:-1]  # without the first, which is the last as well; each there is needed by the next
        first = circle.index(min(circle, key=place.__getitem__))
        raise CircleError((*circle[first:], *circle[:first])) from None
    found: list[T] = []
    ready: list[int] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heappush(ready, place[name])
        found.append(names[heappop(ready)])
        sorter.done(found[-1])
    return found
