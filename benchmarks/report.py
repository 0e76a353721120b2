"""The whole compatibility report: real profiles and the shop, from the files to the page; the figures alone; the command, cold and warm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.timing import Result, corpus, timed
from ccpp.catalogue.documents import gather
from ccpp.catalogue.loading import load_documents
from ccpp.decision import decide_all
from ccpp.impact import Distribution
from ccpp.reports.compatibility import Readings, report
from ccpp.reports.page import page
from ccpp.reports.population import Device, asked
from ccpp.samples import SHOP
from ccpp.storage.files import read_file
from ccpp.storage.partitions import Documents
from ccpp.storage.populations import Weighed, devices_of
from ccpp.storage.sources import Found
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: The time of the decisions: before the shop's rollout, which goes by names of devices, and in a folder they have others.
AT = datetime(2026, 11, 1, tzinfo=UTC)
#: How often the command is run when it has read the profiles before.
WARM = 7


def run(*, smoke: bool) -> Iterator[Result]:
    """Every variant is given to as many devices as when they are decided about one by one."""
    files = corpus(40 if smoke else 10_000)
    start = time.perf_counter()
    catalogue = load_documents(gather([str(SHOP)], read_file), load_vocabularies())
    places = Documents(tuple(Found(name, f"urn:{name}", content) for name, content in files))
    read = devices_of(places, asked(catalogue.requirements))
    devices = [Device(one.profile) for one in read if isinstance(one, Weighed)]
    begun = time.perf_counter()
    made = report(devices, catalogue, Readings("the corpus"), at=AT)
    page(made)
    done = time.perf_counter()
    counted = Distribution(catalogue)
    for device in devices:
        counted.count(decide_all(device.profile, catalogue, at=AT))
    equal = all(row.chosen.devices == counted.counts[row.application][row.variant] for row in made.variants)
    size = {"profiles": len(devices), "variants": len(made.variants)}
    for case, took in (("from files to page", done - start), ("figures and page", done - begun)):
        yield Result("report", case, "ccpp", size, took, took, took / (len(devices) * len(made.variants)), equal)
    for case, median, p99, served in _commands(files, 2 if smoke else WARM):
        same = served == sum(row.served.devices for row in made.applications)
        yield Result("report", case, "ccpp", size, median, p99, median / (len(devices) * len(made.variants)), equal and same)


def _commands(files: Sequence[tuple[str, bytes]], runs: int) -> Iterator[tuple[str, float, float, int]]:
    """The command in processes of its own, first with nothing read before; and how many devices are served, over all applications."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "profiles").mkdir()
        for file, content in files:
            (folder / "profiles" / file).write_bytes(content)
        command = [sys.executable, "-m", "ccpp", "report", "--profiles", str(folder / "profiles"), "--catalogue", str(SHOP)]
        command += ["--at", AT.isoformat()]
        variables = {**os.environ, "XDG_CACHE_HOME": str(folder)}

        def start(_run: int) -> None:
            subprocess.run(
                [*command, "--output", str(folder / "report")],
                check=True,
                env=variables,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

        for case, count in (("the command, cold", 1), ("the command, warm", runs)):
            median, p99 = timed(start, range(count), repeat=1)
            summary = json.loads((folder / "report" / "summary.json").read_text())
            yield case, median, p99, sum(one["served_devices"] for one in summary["applications"])
