"""The run behind `ccpp report`: who counts, what is kept on the way, what is told, and what all parts come to together."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import click

from ccpp.commands.common import complain
from ccpp.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from ccpp.reports.engines import Engine
    from ccpp.reports.model import CompatibilityReport, DeviceRow, Unreadable
    from ccpp.reports.parts import Task
    from ccpp.reports.tally import Tally
    from ccpp.storage.cache import Cache
    from ccpp.storage.partitions import Planned

#: Cells of the table of devices, a device and an application each, that a report holds; of more devices the first are listed, and files say all.
MAX_CELLS = 5_000_000
#: Devices that are listed then, and cells of theirs: a page of more is nothing to look at, and each part brings as many.
LISTED, LISTED_CELLS = 5_000, 500_000
#: Places that held no profile which a report names; the number of all is told.
MAX_UNREADABLE = 10_000

#: In the folder of the report: what each device gets where the report does not list them all.
CHOICES = "choices"


class Whole(NamedTuple):
    """What all parts come to."""

    tally: Tally
    devices: Sequence[DeviceRow]
    unreadable: Sequence[Unreadable]


class Asked(NamedTuple):
    """What a report is asked of; `published` is the list that says under which URI each file was published."""

    sources: Sequence[str]
    files: Sequence[str]
    published: str | None
    weights: str | None
    at: datetime | None


class Options(NamedTuple):
    """How a run is made; what each device gets goes into the folder `choices`, if there is one, where the report does not list them all."""

    jobs: int
    ray: str | None
    strict: bool
    no_cache: bool
    choices: Path | None = None


def made(asked: Asked, options: Options) -> CompatibilityReport | None:
    """The report that is asked for, `None` where there is no place at all.

    Raises:
        CcppError: what is asked of is not there or not to be used.
    """
    from ccpp.commands.deciding import catalogue_documents
    from ccpp.reports.compatibility import Readings, report_of
    from ccpp.reports.parts import Task, counting
    from ccpp.storage.partitions import planned

    task = Task(tuple(one for file in asked.files for one in catalogue_documents(file)), asked.at, asked.weights)
    counter = counting(task).counter
    plans = [planned(source, index=asked.published) for source in asked.sources]
    counted = whole(task, plans, options)
    if counted is None:
        return None
    return report_of(counted.tally, counted.devices, counter, Readings(", ".join(asked.sources), counted.unreadable))


def whole(task: Task, plans: Sequence[Planned], options: Options) -> Whole | None:
    """Count everything; `None` where there is nothing at all.

    Raises:
        UsageError: a place holds no profile, and the run is strict; or nothing can be counted.
    """
    from ccpp.reports.parts import counting
    from ccpp.reports.running import Run
    from ccpp.reports.tally import merged
    from ccpp.storage.files import PUBLIC, write_file
    from ccpp.storage.partitions import flattened

    with_ = counting(task)
    task = _as_listed(task, plans, len(with_.counter.catalogue.applications), choices=options.choices is not None)
    devices: list[DeviceRow] = []
    told = _Told(strict=options.strict)
    tally: Tally | None = None
    numbers = count()
    with _cache(options) as cache, _engine(task, options) as engine, _bar(plans) as advance:
        for partition, part in Run(task, engine, cache).parts(flattened(plans)):
            told.of(part.failed, part.unweighted, part.used)
            tally = part.tally if tally is None else merged(tally, part.tally, with_.counter.goals.joined)
            devices += part.devices[: None if task.listed is None else max(task.listed - len(devices), 0)]
            if options.choices:
                for content in part.choices:
                    write_file(options.choices / f"{next(numbers):06}.parquet", content, PUBLIC)
            advance(partition.size)
    if options.choices:
        _without_others(options.choices, next(numbers))
    if with_.weights:
        told.weights(len(with_.weights))
    return None if tally is None else Whole(tally, devices, told.unreadable)


def _without_others(folder: Path, written: int) -> None:
    """Take away the files of choices beyond those written: they are of a run before, and whoever reads the folder would take both for one."""
    for path in folder.glob("[0-9][0-9][0-9][0-9][0-9][0-9].parquet"):
        if int(path.stem) >= written:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise UsageError(f"cannot be removed: {error.strerror}", source=str(path)) from None


def _as_listed(task: Task, plans: Iterable[Planned], applications: int, *, choices: bool) -> Task:
    """The task with as many devices listed as a report holds."""
    from ccpp.reports.formats import installed

    size = sum(one.size or 0 for one in plans)
    if size * applications <= MAX_CELLS:
        return task
    return task._replace(listed=min(LISTED, LISTED_CELLS // applications), choices=choices and installed("pyarrow"))


class _Told:
    """What is told on the way: each place that failed, and devices and weights that do not find each other."""

    def __init__(self, *, strict: bool) -> None:
        self.unreadable: list[Unreadable] = []
        self._strict = strict
        self._failed = self._unweighted = 0
        self._used: set[int] = set()

    def of(self, failed: Iterable[tuple[str, str]], unweighted: int, used: Iterable[int]) -> None:
        """Tell what went wrong with a part."""
        from ccpp.reports.model import Unreadable

        self._unweighted += unweighted
        self._used.update(used)
        for place, reason in failed:
            error = UsageError(reason, source=place)
            if self._strict:
                raise error
            self._failed += 1
            if self._failed <= MAX_UNREADABLE:
                self.unreadable.append(Unreadable(place, reason))
                complain(error)
            elif self._failed == MAX_UNREADABLE + 1:
                complain(UsageError(f"more than {MAX_UNREADABLE} places held no profile; no more are named"))

    def weights(self, lines: int) -> None:
        """Tell of weights that no device has, and of devices without."""
        if self._unweighted or lines > len(self._used):
            complain(
                UsageError(
                    f"{self._unweighted} devices have no weight and count nothing; {lines - len(self._used)} lines of weights name no"
                    " device"
                )
            )


@contextmanager
def _cache(options: Options) -> Iterator[Cache | None]:
    """What runs before have read and counted, unless that is not wanted; a fault of it is told and ends nothing."""
    from ccpp.storage.cache import Cache, cache_folder

    if options.no_cache:
        yield None
        return
    with Cache(cache_folder()) as cache:
        yield cache
    if cache.fault:
        complain(UsageError(f"what was read and counted is not kept: {cache.fault}", source=str(cache.path)))


def _engine(task: Task, options: Options) -> Engine:
    from ccpp.reports.engines import Here, Processes

    if options.ray:
        from ccpp.reports.on_ray import OnRay

        return OnRay(task, options.ray, options.jobs)
    return Here(task) if options.jobs == 1 else Processes(task, options.jobs)


@contextmanager
def _bar(plans: Sequence[Planned]) -> Iterator[Callable[[int], object]]:
    """How far it is, on a terminal: how many places, how many a second, and how long it will take where their number is known."""
    from time import monotonic

    if not sys.stderr.isatty():
        yield lambda _: None
        return
    start, done = monotonic(), 0
    size = None if any(one.size is None for one in plans) else sum(one.size or 0 for one in plans)

    def rate(_: object) -> str:
        return f"{done / max(monotonic() - start, 0.001):.0f}/s"

    bar = click.progressbar(length=size, label="counting", file=sys.stderr, show_pos=True, item_show_func=rate)

    def advance(places: int) -> None:
        nonlocal done
        done += places
        bar.update(places, done)

    with bar:
        yield advance
