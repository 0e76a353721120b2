"""The run of a report: partitions given to an engine, parts taken back in order and put together, whatever happens to a worker.

Theory of operation
-------------------
Parts are put together in the order of their partitions, so that what comes out does not depend on who was quicker. A partition that
came to nothing is given out again; one that does so twice is taken apart, until the one place is alone that brings a worker to its end:
it is reported, and everything else is counted. While that goes on nothing else is under way, so that no other partition suffers from it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from ccpp.errors import UsageError
from ccpp.reports.engines import Died, counted_or_died
from ccpp.reports.parts import joined, nothing_of
from ccpp.storage.partitions import Failed
from ccpp.storage.populations import is_quick, recalled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ccpp.reports.engines import Engine
    from ccpp.reports.kept_parts import PartFolder
    from ccpp.reports.parts import Part, Task
    from ccpp.storage.partitions import Partition
    from ccpp.storage.readings import Readings

#: How often a partition is tried before it is taken apart.
TRIES = 2
#: Places that may bring workers to their end before it is the program that is at fault.
MAX_POISON = 100


class Counted(NamedTuple):
    """A partition and what it came to."""

    partition: Partition
    part: Part


class Run:
    """A run under a task by an engine; `readings` are those of runs before, `kept` the parts of one that was ended."""

    def __init__(self, task: Task, engine: Engine, readings: Readings | None = None, kept: PartFolder | None = None) -> None:
        self._task = task
        self._engine = engine
        self._readings = readings
        self._kept = kept
        self._poison = 0

    def parts(self, partitions: Iterable[Partition]) -> Iterator[Counted]:
        """The part of each partition, in order.

        Raises:
            UsageError: nothing can be counted, or too much goes wrong.
        """
        waiting: deque[tuple[int, Partition, object]] = deque()
        for number, partition in enumerate(partitions):
            waiting.append(self._begun(number, recalled(partition, self._readings)))
            if len(waiting) > self._engine.ahead:
                yield self._ended(*waiting.popleft())
        while waiting:
            yield self._ended(*waiting.popleft())

    def _begun(self, number: int, partition: Partition) -> tuple[int, Partition, object]:
        """A partition on its way; what is there already is its own handle, and what is quick is done at once and not worth keeping."""
        before = self._kept.get(number, partition) if self._kept else None
        if before is not None:
            return number, partition, _There(before)
        if is_quick(partition):
            try:
                return number, partition, _There(counted_or_died(self._task, partition))
            except Died:
                pass
        return number, partition, self._engine.start(partition)

    def _ended(self, number: int, partition: Partition, handle: object) -> Counted:
        part = handle.part if isinstance(handle, _There) else self._tried(partition, handle)
        if self._readings:
            self._readings.keep(part.fresh)
        if self._kept and not isinstance(handle, _There):
            self._kept.put(number, partition, part)
        return Counted(partition, part._replace(fresh=()))

    def _tried(self, partition: Partition, handle: object) -> Part:
        for attempt in range(TRIES):
            try:
                return self._engine.result(handle if attempt == 0 else self._engine.start(partition))
            except Died as died:
                reason = str(died)
        if partition.size > 1:
            left, right = (self._tried(half, self._engine.start(half)) for half in partition.halves())
            return joined(self._task, left, right)
        self._poison += 1
        if self._poison > MAX_POISON:
            raise UsageError(
                f"more than {MAX_POISON} places cannot be counted, the last for this reason: {reason}", source=partition.place
            )
        return nothing_of(self._task, Failed(partition.place, f"cannot be counted: {reason}"))


class _There(NamedTuple):
    """A part that is there already."""

    part: Part
