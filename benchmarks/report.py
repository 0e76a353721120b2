"""The whole compatibility report: real profiles and the shop, from the files to the page, in processes; and the figures of it alone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks.timing import Result, corpus
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
    from collections.abc import Iterator

#: Processes that read.
WORKERS = 2


def run(*, smoke: bool) -> Iterator[Result]:
    """Every variant is given to as many devices as when they are decided about one by one."""
    files = corpus(40 if smoke else 10_000)
    start = time.perf_counter()
    catalogue = load_documents(gather([str(SHOP)], read_file), load_vocabularies())
    places = Documents(tuple(Found(name, f"urn:{name}", content) for name, content in files))
    read = devices_of(places, asked(catalogue.requirements))
    devices = [Device(one.profile) for one in read if isinstance(one, Weighed)]
    begun = time.perf_counter()
    made = report(devices, catalogue, Readings("the corpus"))
    page(made)
    done = time.perf_counter()
    counted = Distribution(catalogue)
    for device in devices:
        counted.count(decide_all(device.profile, catalogue))
    equal = all(row.chosen.devices == counted.counts[row.application][row.variant] for row in made.variants)
    size = {"profiles": len(devices), "variants": len(made.variants)}
    for case, took in (("from files to page", done - start), ("figures and page", done - begun)):
        yield Result("report", case, "ccpp", size, took, took, took / (len(devices) * len(made.variants)), equal)
