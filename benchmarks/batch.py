"""All devices against all variants: the three verdicts of each pair as sets, on one core and on two, and streamed to Parquet.

Devices are those of `benchmarks.population`. Turned into columns once, a worker's share is matched as a whole, because testing values and
going through requirements takes the same time for any number of devices; the answers of some devices are compared with the definition first.
Two processes take the same devices, half each, and as many each as one core took. Workers agree on when to begin, and time is from the first
beginning to the last end.
"""

from __future__ import annotations

import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.population import Population
from benchmarks.timing import Result
from benchmarks.workload import profiles, variants
from ccpp.matching.arrow import choices, counts
from ccpp.matching.batch import BatchMatcher, Columns, ValueColumn
from ccpp.matching.definition import evaluate
from ccpp.storage.parquet import write_parquet
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from ccpp.matching.batch import Block
    from ccpp.requirements.graph import RequirementGraph

#: Variants of one application, devices whose verdicts are compared with the definition's, and runs of which the median is taken.
OWN, CHECKED, RUNS = 10, 5, 21


class Size(NamedTuple):
    """How many devices and how many variants."""

    devices: int
    variants: int


def run(*, smoke: bool) -> Iterator[Result]:
    """One core, two cores, and a file."""
    size = Size(2_000, 50) if smoke else Size(100_000, 1_000)
    twice = size._replace(devices=2 * size.devices)
    for devices, workers in ((size, 1),) if smoke else ((size, 1), (size, 2), (twice, 2)):
        yield _matched(devices, workers, 1 if smoke else RUNS)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool.submit(_streamed, Size(2_000, 50) if smoke else Size(1_000_000, 10_000)).result()


def _matched(size: Size, workers: int, runs: int) -> Result:
    context = get_context("spawn")
    barrier = context.Barrier(workers)
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_agree, initargs=(barrier,)) as pool:
        found = list(pool.map(_match, [size] * workers, range(workers), [workers] * workers, [runs] * workers))
    took = sorted(max(one.end for one in every) - min(one.start for one in every) for every in zip(*found, strict=True))
    used = sorted(sum(one.processor for one in every) for every in zip(*found, strict=True))
    median = took[len(took) // 2]
    case = f"{size.devices:,} devices, {size.variants:,} variants, three verdicts"
    engine = "ccpp, one core" if workers == 1 else f"ccpp, {workers} processes"
    pairs = size.devices * size.variants
    equal = all(one.equal for every in found for one in every)
    sizes = {**size._asdict(), "processor_us": round(used[len(used) // 2] * 1e6)}
    return Result("batch", case, engine, sizes, median, took[-1], median / pairs, answers_equal=equal)


class Run(NamedTuple):
    """One run over a worker's share: the clock at its beginning and at its end, the processor's time, and whether answers are right."""

    start: float
    end: float
    processor: float
    equal: bool


_BARRIER: list[object] = []


def _agree(barrier: object) -> None:
    """What a worker begins with."""
    _BARRIER.append(barrier)


def _match(size: Size, worker: int, workers: int, runs: int) -> list[Run]:
    """Every run over a worker's share of the blocks, after its answers were compared with the definition's."""
    devices, graph = _work(size)
    matcher = BatchMatcher(graph)
    share = range(worker, devices.blocks, workers)
    columns = _prepared(devices.columns(*share))
    equal = not share or _equal(matcher.match(columns), devices, worker, graph)
    found = []
    for _ in range(runs):
        _BARRIER[0].wait()  # type: ignore[attr-defined]  # what a context calls a barrier has no public type
        start, used = time.perf_counter(), time.process_time()
        for _sets in matcher.sets(columns):
            pass
        found.append(Run(start, time.perf_counter(), time.process_time() - used, equal))
    return found


def _work(size: Size) -> tuple[Population, RequirementGraph]:
    real = profiles(min(400, size.variants), load_vocabularies())
    return Population(size.devices, real), variants(size.variants, real)


def _prepared(columns: Columns) -> Columns:
    """The same with a set for each value: what is made once for any number of catalogues."""
    return columns._replace(
        attributes={name: ValueColumn(one.classes(lambda value: value)) for name, one in columns.attributes.items()}
    )


def _equal(block: Block, devices: Population, number: int, graph: RequirementGraph) -> bool:
    checked = enumerate(islice(devices.profiles(number), CHECKED))
    return all(
        block.verdict(name, position) is evaluate(graph[name], profile, graph)
        for position, profile in checked
        for name in graph
    )


def _streamed(size: Size) -> Result:
    """Make the devices, match them, and write the choice of every application for each, and the counts; whole, with the memory it takes."""
    devices, graph = _work(size)
    matcher = BatchMatcher(graph)
    names = list(graph)
    applications = {f"urn:application:{at // OWN}": names[at : at + OWN] for at in range(0, len(names), OWN)}
    counted: list[pa.Table] = []
    equal: list[bool] = []

    def tables() -> Iterator[pa.Table]:
        for number in range(devices.blocks):
            block = matcher.match(devices.columns(number))
            if not number:
                equal.append(_equal(block, devices, number, graph))
            counted.append(counts(block))
            yield choices(block, _uris(devices, number, block.profiles), applications)

    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        rows = write_parquet(tables(), Path(folder) / "choices.parquet")
        write_parquet(counted, Path(folder) / "counts.parquet")
        written = sum(path.stat().st_size for path in Path(folder).iterdir())
    took = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    case = f"{size.devices:,} devices, {size.variants:,} variants, choices and counts to Parquet"
    sizes = {**size._asdict(), "peak_bytes": peak, "file_bytes": written}
    each = took / (size.devices * size.variants)
    return Result("batch", case, "ccpp, one core", sizes, took, took, each, answers_equal=rows == size.devices and all(equal))


def _uris(devices: Population, number: int, count: int) -> Sequence[str]:
    return [devices.uri(number, position) for position in range(count)]
