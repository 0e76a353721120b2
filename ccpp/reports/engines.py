"""Who counts the parts of a report: this process, processes of this machine, or a cluster; all do the same, and what it comes to is the same.

An engine takes partitions and gives parts. What goes wrong with one is `Died`: a worker that ended, or a defect that a profile brought to
light; whoever asked decides what to do then.
"""

from __future__ import annotations

from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any, Protocol, Self

from ccpp.errors import CcppError
from ccpp.reports.parts import count_part
from ccpp.storage.importing import Crew

if TYPE_CHECKING:
    from concurrent.futures import Future

    from ccpp.reports.parts import Part, Task
    from ccpp.storage.partitions import Partition


class Died(Exception):
    """A partition that came to nothing."""


class Engine(Protocol):
    """Counts partitions; `ahead` is how many it likes to have at a time. It is a context."""

    ahead: int

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...

    def start(self, partition: Partition) -> Any:  # noqa: ANN401  an engine's own affair
        """Have a partition counted; what is given back is for `result`."""

    def result(self, handle: Any) -> Part:  # noqa: ANN401
        """What it came to.

        Raises:
            Died: it came to nothing.
            CcppError: nothing can be counted, such as where the weights are none.
        """


class Here:
    """This process."""

    ahead = 0

    def __init__(self, task: Task) -> None:
        self._task = task

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def start(self, partition: Partition) -> Partition:
        """Nothing yet: it is counted when it is asked for."""
        return partition

    def result(self, handle: Partition) -> Part:
        """What it comes to."""
        return counted_or_died(self._task, handle)


def counted_or_died(task: Task, partition: Partition) -> Part:
    """A partition counted, any defect being its end.

    Raises:
        Died: something went wrong that no input should bring about.
    """
    try:
        return count_part(task, partition)
    except CcppError:
        raise
    except Exception as error:
        raise Died(f"{type(error).__name__}") from error


class Processes:
    """Processes of this machine, that start with the first partition; of those that die new ones are made."""

    def __init__(self, task: Task, workers: int) -> None:
        self._task = task
        self._workers = workers
        self._crew = self._new()
        self.ahead = 2 * workers

    def _new(self) -> Crew[tuple[Task, Partition], Part]:
        return Crew(self._workers, _count_first)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._crew.__exit__()

    def start(self, partition: Partition) -> Future[Part]:
        """Given to the next process that is free."""
        try:
            return self._crew.start(((self._task, partition),))
        except BrokenProcessPool:
            self._crew.__exit__()
            self._crew = self._new()
            return self._crew.start(((self._task, partition),))

    def result(self, handle: Future[Part]) -> Part:
        """What a process made of it."""
        try:
            return handle.result()
        except BrokenProcessPool:
            raise Died("the process that read it ended") from None


def _count_first(batch: tuple[tuple[Task, Partition], ...]) -> Part:
    [(task, partition)] = batch
    return counted_or_died(task, partition)
