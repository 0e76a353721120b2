"""``python -m benchmarks [NAME…] [--format json]``: check the answers, then time. Without names, all of them."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from benchmarks import (
    analysing,
    batch,
    calibration,
    catalogue,
    choosing,
    matching,
    peers,
    reading,
    report,
    scale,
    server,
    starting,
    wbxml,
)
from benchmarks.timing import results_of

if TYPE_CHECKING:
    from benchmarks.timing import Result

#: Name → module with a `run(*, smoke)` that yields results, ours and its rivals' of one case together.
BENCHMARKS = MappingProxyType(
    {
        "reading": reading,
        "matching": matching,
        "choosing": choosing,
        "analysing": analysing,
        "catalogue": catalogue,
        "batch": batch,
        "peers": peers,
        "server": server,
        "wbxml": wbxml,
        "report": report,
        "scale": scale,
        "starting": starting,
    }
)


def main() -> None:
    """Run the named benchmarks; exit 1 if answers differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(BENCHMARKS)}")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    parser.add_argument("--smoke", action="store_true", help="the smallest size, for the answers and not for the times")
    parser.add_argument("--plot", metavar="FILE", help="an SVG file for what a decision takes us and the peers")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark `{unknown[0]}`; known are {', '.join(BENCHMARKS)}")
    results: list[Result] = list(calibration.run(smoke=options.smoke))
    if options.format == "text":
        print(_heading(results[0]))
    alone = ProcessPoolExecutor(
        1, mp_context=get_context("spawn"), max_tasks_per_child=1
    )  # none finds what another left in memory
    with alone as pool:
        for name in options.names or BENCHMARKS:
            found = pool.submit(results_of, BENCHMARKS[name].run, smoke=options.smoke).result()
            results += found
            if options.format == "text":
                _show(found)
    measured = [result for result in results if result.benchmark == "peers"]
    if measured and options.format == "text":
        print(peers.table(measured))
    if measured and options.plot:
        caption = f"python -m benchmarks peers, {datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores"
        Path(options.plot).write_text(peers.plot(measured, caption), encoding="utf-8")
    if options.format == "json":
        print(json.dumps([result._asdict() for result in results], indent=2))
    sys.exit(0 if all(result.answers_equal for result in results) else 1)


def _heading(result: Result) -> str:
    """The day, the machine, and how fast it is just now."""
    machine = f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores"
    return f"{machine}; calibration: {result.case} in plain Python take {result.median_s * 1e3:.1f} ms"


def _show(results: list[Result]) -> None:
    """A line an engine, with its time as a multiple of ours of the same case (of the first case where there is one engine)."""
    for result in results:
        rivals = [one for one in results if one.case == result.case]
        base = (rivals if len(rivals) > 1 else results)[0].median_s
        times = f"median {result.median_s * 1e3:9.3f} ms   p99 {result.p99_s * 1e3:9.3f} ms   ×{result.median_s / base:.1f}"
        each = f"   {result.per_decision_s * 1e9:.3g} ns a decision" if result.per_decision_s else ""
        each += f"   {result.size['peak_bytes'] / 2**20:.0f} MiB at most" if "peak_bytes" in result.size else ""
        if used := result.size.get("processor_us"):
            pairs = result.size["devices"] * result.size["variants"]
            each += f"   {pairs / used * 1e6:.2g} decisions a second of the processor"
        equal = "" if result.answers_equal else "   ANSWERS DIFFER"
        print(f"{result.benchmark:9} {result.case:42} {result.engine:24} {times}{each}{equal}")


if __name__ == "__main__":
    main()
