"""The run of a report: partitions given to an engine, parts taken back in order and put together, whatever happens to a worker.

Theory of operation
-------------------
Parts are put together in the order of their partitions, so that what comes out does not depend on who was quicker. A partition that
came to nothing is given out again; one that does so twice is taken apart, until the one place is alone that brings a worker to its end:
it is reported, and everything else is counted. While that goes on nothing else is under way, so that no other partition suffers from it.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from ccpp.errors import UsageError
from ccpp.reports.engines import Died, counted_or_died
from ccpp.reports.kept_parts import KeptParts
from ccpp.reports.parts import Part, joined, nothing_of
from ccpp.storage.partitions import Failed, Rows
from ccpp.storage.populations import is_quick, recalled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ccpp.reports.engines import Engine
    from ccpp.reports.parts import Task
    from ccpp.storage.cache import Cache
    from ccpp.storage.partitions import Partition

#: How often a partition is tried before it is taken apart.
TRIES = 2
#: Places that may bring workers to their end before it is the program that is at fault.
MAX_POISON = 100


class Counted(NamedTuple):
    """A partition and what it came to."""

    partition: Partition
    part: Part


class Run:
    """A run under a task by an engine; `cache` is what runs before have kept."""

    def __init__(self, task: Task, engine: Engine, cache: Cache | None = None) -> None:
        self._task = task
        self._engine = engine
        self._cache = cache
        self._kept = KeptParts(cache, task) if cache else None
        self._poison = 0

    def parts(self, partitions: Iterable[Partition]) -> Iterator[Counted]:
        """The part of each partition, in order.

        Raises:
            UsageError: nothing can be counted, or too much goes wrong.
        """
        waiting: deque[tuple[Partition, object]] = deque()
        for partition in partitions:
            waiting.append(self._begun(partition))
            if len(waiting) > self._engine.ahead:
                yield self._ended(*waiting.popleft())
        while waiting:
            yield self._ended(*waiting.popleft())

    def _begun(self, partition: Partition) -> tuple[Partition, object]:
        """A partition on its way; what was counted before is its own handle, and what is quick is done at once."""
        before = self._kept.get(partition) if self._kept else None
        if before is not None:
            return partition, _Before(before)
        partition = recalled(partition, self._cache)
        if is_quick(partition):
            with suppress(Died):
                return partition, counted_or_died(self._task, partition)
        return partition, self._engine.start(partition)

    def _ended(self, partition: Partition, handle: object) -> Counted:
        if isinstance(handle, _Before):
            return Counted(partition, handle.part)
        poison = self._poison
        part = handle if isinstance(handle, Part) else self._tried(partition, handle)
        if self._cache and self._kept:
            self._cache.keep(part.fresh)
            # What ended a worker, or a file that could not be read to its end, may do better the next time.
            if self._poison == poison and not (part.failed and isinstance(partition, Rows)):
                self._kept.put(partition, part)
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


class _Before(NamedTuple):
    """A part that was counted by a run before."""

    part: Part
