"""How fast the machine is today: a fixed loop of plain Python, by which figures of different days and machines are compared.

It calls nothing of this package and nothing compiled but the interpreter, and is measured like everything else. It runs with
every benchmark, before the first, and must never be changed: that would make earlier figures worthless.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks.timing import Result, timed

if TYPE_CHECKING:
    from collections.abc import Iterator

ADDITIONS = 1_000_000
_RUNS = 15


def run(*, smoke: bool) -> Iterator[Result]:
    """The processor's time for a million additions in a loop; the least of it is what nobody else disturbed."""
    units = range(1 if smoke else _RUNS)
    median, p99 = timed(lambda _: additions(), units, clock=time.process_time)
    equal = additions() == ADDITIONS * (ADDITIONS - 1) // 2
    yield Result("calibration", "a million additions", "python", {"additions": ADDITIONS}, median, p99, None, equal)


def additions() -> int:
    """The loop."""
    total = 0
    for number in range(ADDITIONS):
        total += number
    return total
