"""One real profile against all variants: as they grow, as the attributes in use do, seen before, and what is done once.

The workload is the first of those described in `benchmarks.workload`. Each case is timed warm: a value that was seen before is looked up,
as in a server that has been running for a while. Compiling and replacing are timed whole, compiling by the processor: it takes long enough
for neighbours on the machine to come in between.
"""

from __future__ import annotations

import gc
from time import process_time
from typing import TYPE_CHECKING

from benchmarks.timing import Result, timed
from benchmarks.workload import profiles, variants
from ccpp.matching.compiler import compile_matcher
from ccpp.matching.definition import evaluate
from ccpp.matching.layers import LayeredMatcher, RememberingMatcher
from ccpp.requirements.graph import RequirementGraph
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccpp.matching.compiler import Matcher
    from ccpp.model import ResolvedProfile

#: Variants of the application that is replaced.
OWN = 10


def run(*, smoke: bool) -> Iterator[Result]:
    """Every verdict of each of many devices in turn, and the definition's of a few."""
    devices = profiles(10 if smoke else 400, load_vocabularies())
    for count in (100,) if smoke else (100, 1_000, 10_000):
        graph = variants(count, devices)
        matcher = compile_matcher(graph)
        yield from _match(f"one profile, {count:,} variants", matcher, graph, devices)
    for limit in () if smoke else (10, 20, 40):
        few = variants(count, devices, attributes=limit)
        yield from _match(f"the same on {limit} attributes", compile_matcher(few), few, devices)
    yield _again(matcher, devices, count)
    yield _compiled(graph, devices, repeat=1 if smoke else 5)
    yield _replaced(graph, devices)


def _match(case: str, matcher: Matcher, graph: RequirementGraph, devices: Sequence[ResolvedProfile]) -> Iterator[Result]:
    def define(profile: ResolvedProfile) -> dict[str, str]:
        return {name: evaluate(graph[name], profile, graph) for name in graph}

    few = devices[:: max(1, len(devices) // 20)]
    equal = _equal(matcher, graph, few)
    for profile in devices:
        matcher.match(profile)
    gc.collect()
    gc.freeze()  # as a server does once it has loaded what it serves
    for engine, work, units, repeat in (("ccpp", matcher.match, devices, 5), ("ccpp, the definition", define, few, 1)):
        size = {"profiles": len(units), "variants": len(graph), "attributes": len(_attributes(graph))}
        median, p99 = timed(work, units, repeat=repeat)
        yield Result("matching", case, engine, size, median, p99, median / len(graph), answers_equal=equal)


def _again(matcher: Matcher, devices: Sequence[ResolvedProfile], count: int) -> Result:
    """A profile that is known by its digest."""
    remembering = RememberingMatcher(matcher)
    equal = all(dict(remembering.match(one)) == dict(matcher.match(one)) for one in (*devices[:5], *devices[:5]))
    for profile in devices:
        remembering.match(profile)
    median, p99 = timed(remembering.match, devices, repeat=5)
    size = {"profiles": len(devices), "variants": count}
    return Result("matching", "a profile seen before", "ccpp", size, median, p99, median / count, answers_equal=equal)


def _compiled(graph: RequirementGraph, devices: Sequence[ResolvedProfile], repeat: int) -> Result:
    equal = _equal(compile_matcher(graph), graph, devices[:3])
    median, p99 = timed(compile_matcher, [graph] * repeat, repeat=1, clock=process_time)
    size = {"variants": len(graph)}
    return Result("matching", f"compile {len(graph):,} variants", "ccpp", size, median, p99, None, answers_equal=equal)


def _replaced(graph: RequirementGraph, devices: Sequence[ResolvedProfile]) -> Result:
    """The requirements of one application, taken from those of another day, put in the place of what they were."""
    names = list(graph)[:OWN]
    changed = dict(zip(names, reversed([graph[name] for name in names]), strict=True))
    base = LayeredMatcher(compile_matcher(graph))

    def replace(_: int) -> LayeredMatcher:
        return base.replace("application", names, compile_matcher(RequirementGraph(changed)))

    now = {**graph, **changed}
    equal = _equal(replace(0), RequirementGraph(now), devices[:3])
    median, p99 = timed(replace, range(20), repeat=3)
    size = {"variants": len(graph), "replaced": OWN}
    return Result("matching", "replace one application", "ccpp", size, median, p99, None, answers_equal=equal)


def _equal(matcher: Matcher | LayeredMatcher, graph: RequirementGraph, devices: Sequence[ResolvedProfile]) -> bool:
    return all(dict(matcher.match(one)) == {name: evaluate(graph[name], one, graph) for name in graph} for one in devices)


def _attributes(graph: RequirementGraph) -> set[object]:
    return {attribute for name in graph for one in graph.constraints(name) for attribute in one.attributes}
