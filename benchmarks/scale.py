"""Reports of many devices and many variants: a table of synthetic devices counted here, by processes, and on a Ray cluster, to the same summary.

``python -m benchmarks.scale DEVICES VARIANTS [ENGINE…]`` is one size; engines are those of `ENGINES`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from benchmarks.catalogue import turtle
from benchmarks.population import population
from benchmarks.timing import Result
from ccpp.plain import plain_value
from ccpp.storage.parquet import write_parquet
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.population import Population
    from ccpp.model import AttributeName

#: Seconds between two looks at the memory of a report's processes.
INTERVAL = 0.5
#: How each engine is asked for.
ENGINES: Mapping[str, Sequence[str]] = {
    "here": ("--jobs", "1"),
    "2 processes": ("--jobs", "2"),
    "Ray, 1 worker": ("--ray", "local", "--jobs", "1"),
    "Ray, 2 workers": ("--ray", "local", "--jobs", "2"),
    "Ray, 4 workers": ("--ray", "local", "--jobs", "4"),
}


def run(*, smoke: bool) -> Iterator[Result]:
    """A result an engine."""
    if smoke:
        yield from measured(300, 20, ["here", "2 processes"])
    else:
        yield from measured(100_000, 1_000, list(ENGINES))


def measured(devices: int, variants: int, engines: Sequence[str]) -> Iterator[Result]:
    """Reports of so many devices and variants, each compared with the first."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with ProcessPoolExecutor(
            1, mp_context=get_context("spawn")
        ) as pool:  # so that this process stays small: its children begin as it is
            pool.submit(write_table, devices, folder / "devices.parquet").result()
        (folder / "catalogue.ttl").write_bytes(turtle(variants))
        first = ""
        for engine in engines:
            start = time.perf_counter()
            summary, peak = _report(folder, ENGINES[engine])
            took = time.perf_counter() - start
            digest = sha256(summary).hexdigest()
            first = first or digest
            sizes = {"devices": devices, "variants": variants, "peak_bytes": peak}
            case = f"{devices:,} devices, {variants:,} variants, from Parquet"
            equal = digest == first and json.loads(summary)["devices"] == devices
            yield Result("scale", case, engine, sizes, took, took, took / (devices * variants), answers_equal=equal)


def _report(folder: Path, options: Sequence[str]) -> tuple[bytes, int]:
    """The summary that the command writes, and the most bytes that its processes had together, Ray's with them."""
    profiles, catalogue, output = (str(folder / name) for name in ("devices.parquet", "catalogue.ttl", "out"))
    command = [sys.executable, "-m", "ccpp", "report", "--profiles", profiles, "--catalogue", catalogue, "--output", output]
    command += ["--as", "json", "--no-cache", "--at", "2026-12-01", *options]
    peak = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, sum(map(_bytes_of, _family(process.pid))))
            time.sleep(INTERVAL)
    if process.returncode:
        raise RuntimeError(f"ended with {process.returncode}: {' '.join(command)}")
    return (folder / "out" / "summary.json").read_bytes(), peak


def _family(process: int) -> Iterator[int]:
    """A process and all below it (Linux)."""
    yield process
    for path in Path("/proc", str(process), "task").glob("*/children"):
        with suppress(OSError):
            for child in path.read_text().split():
                yield from _family(int(child))


def _bytes_of(process: int) -> int:
    """The memory of a process, and of what it shares its part (Linux)."""
    with suppress(OSError):
        for line in Path("/proc", str(process), "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def write_table(count: int, path: Path) -> int:
    """So many synthetic devices as a table of profiles."""
    vocabularies = load_vocabularies()
    devices = population(count, vocabularies)
    known = {name: one for name, one in devices.attributes.items() if name in vocabularies.attributes}
    values = {name: _column([plain_value(value) for value in one.values]) for name, one in known.items()}
    return write_parquet((_block(devices, number, values) for number in range(devices.blocks)), path)


def _block(devices: Population, number: int, values: Mapping[AttributeName, pa.Array]) -> pa.Table:
    size, codes = devices.codes(number)
    columns = {"profile": pa.array([devices.uri(number, place) for place in range(size)])}
    for name, column in values.items():
        coded, _ = codes[name]
        columns[str(name)] = column.take(pa.array(coded, mask=coded < 0))
    return pa.table(columns)


def _column(values: Sequence[Any]) -> pa.Array:
    """The values of an attribute as one Arrow type: texts, or lists of them."""
    if any(isinstance(one, list) for one in values):
        return pa.array([[str(member) for member in one] if isinstance(one, list) else [str(one)] for one in values])
    return pa.array([str(one).lower() if isinstance(one, bool) else str(one) for one in values])


if __name__ == "__main__":
    _, devices_, variants_, *engines_ = sys.argv
    for result in measured(int(devices_), int(variants_), engines_ or list(ENGINES)):
        print(json.dumps(result._asdict()), flush=True)
