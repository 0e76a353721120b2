"""What a benchmark gives back, and how it times."""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ccpp.samples import devices, sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

T = TypeVar("T")


class Result(NamedTuple):
    """One engine on one case; `size` says how much work it was, times are seconds for one unit of the case."""

    benchmark: str
    case: str
    engine: str
    size: dict[str, int]
    median_s: float
    p99_s: float
    per_decision_s: float | None
    answers_equal: bool


def results_of(run: Callable[..., Iterable[Result]], *, smoke: bool) -> list[Result]:
    """All results of a benchmark; a function, so that it can be given to a process of its own."""
    return list(run(smoke=smoke))


def timed(
    work: Callable[[T], Any], units: Iterable[T], *, repeat: int = 3, clock: Callable[[], float] = time.perf_counter
) -> tuple[float, float]:
    """The median and the 99th percentile over the units, each unit's time being the best of `repeat` runs."""
    return timed_in_turn([work], units, repeat=repeat, clock=clock)[0]


def timed_in_turn(
    works: Sequence[Callable[[T], Any]],
    units: Iterable[T],
    *,
    repeat: int = 3,
    clock: Callable[[], float] = time.perf_counter,
) -> list[tuple[float, float]]:
    """The same for several ways of working, taking turns at each unit, so that a machine that slows down slows all of them."""
    times: list[list[float]] = [[] for _ in works]
    for unit in units:
        for work, found in zip(works, times, strict=True):
            best = float("inf")
            for _ in range(repeat):
                start = clock()
                work(unit)
                best = min(best, clock() - start)
            found.append(best)
    return [(statistics.median(found), sorted(found)[int(len(found) * 0.99)]) for found in times]


def corpus(count: int) -> Sequence[tuple[str, bytes]]:
    """Real profiles by name, spread over the folder that CCPP_SHARED or ../shared has; the samples where there is none."""
    shared = Path(os.environ.get("CCPP_SHARED", Path(__file__).parent.parent.parent / "shared"))
    files = sorted((shared / "profiles").glob("*.rdf"))
    if not files:
        return [(name, sample(name)) for name in devices()]
    return [(path.name, path.read_bytes()) for path in files[:: max(1, len(files) // count)][:count]]
