"""One part of a report: a partition read, weighed and counted, by whichever process or machine is given it. This is all that a worker does.

A task says the same to every worker; what it takes to count under it is loaded once a process.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ccpp.catalogue.loading import load_documents
from ccpp.reports.counting import Counter
from ccpp.reports.population import Device, asked
from ccpp.reports.tally import merged
from ccpp.storage.partitions import Failed
from ccpp.storage.populations import Fresh, Weighed, devices_of, read_weights
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ccpp.catalogue.model import Document
    from ccpp.model import AttributeName
    from ccpp.reports.model import DeviceRow
    from ccpp.reports.tally import Tally
    from ccpp.storage.partitions import Partition
    from ccpp.storage.populations import Weights


class Task(NamedTuple):
    """What to count under: the catalogue's documents, the time, the file of weights, if there is one.

    `listed` is how many devices of a part are given back one by one, `None` all; with `choices` what each gets comes as Parquet files too.
    """

    documents: tuple[Document, ...]
    at: datetime | None = None
    weights: str | None = None
    listed: int | None = None
    choices: bool = False


class Part(NamedTuple):
    """What a partition came to: sums, devices one by one, places that failed, and what is to be kept of what was read.

    `unweighted` devices have no weight, and `used` are the lines of weights, by number, that named one.
    """

    tally: Tally
    devices: tuple[DeviceRow, ...]
    failed: tuple[Failed, ...]
    unweighted: int = 0
    used: frozenset[int] = frozenset()
    fresh: tuple[Fresh, ...] = ()
    choices: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Counting:
    """What it takes to count under a task."""

    counter: Counter
    wanted: Sequence[AttributeName]
    weights: Weights | None


@lru_cache(maxsize=1)
def counting(task: Task) -> Counting:
    """Load what it takes; once for a task that comes again.

    Raises:
        CatalogueError, UsageError: the catalogue or the weights are none.
    """
    catalogue = load_documents(list(task.documents), load_vocabularies())
    weights = read_weights(task.weights) if task.weights else None
    return Counting(Counter(catalogue, task.at), asked(catalogue.requirements), weights)


def count_part(task: Task, partition: Partition) -> Part:
    """Read and count a partition; whoever does it, it comes to the same."""
    with_ = counting(task)
    devices: list[Device] = []
    failed: list[Failed] = []
    fresh: list[Fresh] = []
    unweighted = 0
    if with_.weights:
        with_.weights.used.clear()
    for one in devices_of(partition, with_.wanted):
        match one:
            case Weighed(profile, weight):
                found = with_.weights.of(profile) if with_.weights else weight
                unweighted += found is None
                devices.append(Device(profile, found or 0.0))
            case Failed():
                failed.append(one)
            case Fresh():
                fresh.append(one)
    counts = with_.counter.count(devices)
    used = frozenset(with_.weights.used) if with_.weights else frozenset[int]()
    choices: tuple[bytes, ...] = ()
    if task.choices:
        from ccpp.reports.parquet import choices_file  # noqa: PLC0415  of an extra

        choices = (choices_file(counts),)
    rows = tuple(counts.rows(task.listed))
    return Part(counts.tally, rows, tuple(failed), unweighted, used, tuple(fresh), choices)


def joined(task: Task, left: Part, right: Part) -> Part:
    """Two parts as one, the devices of the left one first."""
    goals = counting(task).counter.goals
    return Part(
        merged(left.tally, right.tally, goals.joined),
        (*left.devices, *right.devices)[: task.listed],
        (*left.failed, *right.failed),
        left.unweighted + right.unweighted,
        left.used | right.used,
        (*left.fresh, *right.fresh),
        (*left.choices, *right.choices),
    )


def nothing_of(task: Task, failed: Failed) -> Part:
    """The part of a partition that came to nothing, and why."""
    return Part(counting(task).counter.count([]).tally, (), (failed,))
