"""One real profile against growing numbers of variants: the index warm, and the definition that it is compared with."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from benchmarks.timing import Result, timed
from benchmarks.workload import profiles, variants
from ccpp.matching.compiler import compile_matcher
from ccpp.matching.definition import evaluate
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccpp.model import ResolvedProfile
    from ccpp.requirements.graph import RequirementGraph


def run(*, smoke: bool) -> Iterator[Result]:
    """Every verdict of each of many devices in turn, and the definition's of a few."""
    vocabularies = load_vocabularies()
    devices = profiles(10 if smoke else 400, vocabularies)
    few = devices[:: max(1, len(devices) // 20)]
    for count in (100,) if smoke else (100, 1_000, 10_000):
        graph = variants(count, devices)
        matcher = compile_matcher(graph)
        gc.collect()
        gc.freeze()  # as a server does once it has loaded what it serves

        def define(profile: ResolvedProfile, graph: RequirementGraph = graph) -> dict[str, str]:
            return {name: evaluate(graph[name], profile, graph) for name in graph}

        equal = all(dict(matcher.match(profile)) == define(profile) for profile in few)
        for profile in devices:
            matcher.match(profile)
        case = f"one profile, {count:,} variants"
        for engine, work, units in (("ccpp", matcher.match, devices), ("ccpp, the definition", define, few)):
            size = {"profiles": len(units), "variants": count}
            median, p99 = timed(work, units, repeat=1)
            yield Result("matching", case, engine, size, median, p99, median / count, answers_equal=equal)
