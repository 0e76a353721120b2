"""The same work by what one would use instead, side by side in one run; a peer's answers are compared with ours before it is timed.

Each is used as its own documentation says is fastest, and everything that can be prepared is: requirements compiled, devices converted.
`benchmarks.peers.translation` says how the work is put to them. A peer is given as many variants as it can do in reasonable time, and
what counts is its best time a decision; ours is timed on the profile as it is, at every number. What a peer does with attributes that
are not stated plays no part: records leave nothing out, which is the translation's gift to them. Times are the processor's, of all threads of
an engine together, so that neither neighbours on the machine nor the number of its cores come into the comparison.
"""

from __future__ import annotations

import sys
from importlib import metadata
from time import process_time
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.peers import expressions, graphs, tables
from benchmarks.peers.plot import plot, table
from benchmarks.peers.translation import Translation
from benchmarks.population import Population
from benchmarks.timing import Result, timed
from benchmarks.workload import profiles, variants
from ccpp.matching.batch import BatchMatcher, columns_of
from ccpp.matching.compiler import compile_matcher
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.peers.translation import Work
    from ccpp.model import ResolvedProfile
    from ccpp.requirements.graph import RequirementGraph

#: The most variants that any is given; the numbers that are tried on the way.
NUMBERS = (100, 1_000, 10_000)
#: Devices, and those that a slow peer is given.
DEVICES, FEW = 20, 2


__all__ = ["plot", "run", "table"]


class Peer(NamedTuple):
    """An engine: what is installed for it, the function that prepares it, and the most variants that it does in some minutes."""

    name: str
    package: str
    prepare: Callable[[Work], expressions.Ready]
    most: int


PEERS = (
    Peer("pySHACL", "pyshacl", graphs.pyshacl, 100),
    Peer("rdflib, SPARQL", "rdflib", graphs.rdflib, 100),
    Peer("pyrudof, SHACL", "pyrudof", graphs.pyrudof, 100),
    Peer("rego-cpp (regopy)", "regopy", expressions.regopy, 100),
    Peer("Oxigraph, SPARQL", "pyoxigraph", graphs.oxigraph, 1_000),
    Peer("regorus, Rego", "celine-regorus", expressions.regorus, 1_000),
    Peer("CEL, C++", "cel-expr-python", expressions.cel_cpp, 1_000),
    Peer("Cedar", "cedarpy", expressions.cedar, 1_000),
    Peer("HTCondor ClassAds", "htcondor", expressions.classads, 10_000),
    Peer("zen-engine, table", "zen-engine", expressions.zen_table, 10_000),
    Peer("CEL, Rust", "common-expression-language", expressions.cel_rust, 10_000),
    Peer("jsonschema-rs", "jsonschema-rs", expressions.json_schema, 10_000),
)
BATCH_PEERS = (("DuckDB", "duckdb", tables.duckdb), ("Polars", "polars", tables.polars))


def run(*, smoke: bool) -> Iterator[Result]:
    """Ours and the peers at each number of variants, then at once for many devices."""
    real = profiles(10 if smoke else 400, load_vocabularies())
    graph = variants(20 if smoke else NUMBERS[-1], real)
    absent = {peer.package for peer in PEERS if not _version(peer.package)}
    absent |= {package for _, package, _ in BATCH_PEERS if not _version(package)}
    for package in sorted(absent):
        print(f"peers: no {package}, left out; pip install {package}", file=sys.stderr)
    names = list(graph)
    for number in (20,) if smoke else NUMBERS:
        given = [peer for peer in PEERS if peer.most >= number and peer.package not in absent]
        yield from _compared(graph, names[:number], real[: 2 if smoke else DEVICES], given)
    yield from _batch(graph, names[: 20 if smoke else 1_000], real, [one for one in BATCH_PEERS if one[1] not in absent])


def _compared(
    graph: RequirementGraph, names: Sequence[str], devices: Sequence[ResolvedProfile], peers: Sequence[Peer]
) -> Iterator[Result]:
    """One profile against so many variants."""
    matcher = compile_matcher(graph, names)
    case = f"one profile, {len(names):,} variants"

    def conforming(device: ResolvedProfile) -> set[int]:
        satisfied = matcher.match(device, closed_world=True)
        return {number for number, name in enumerate(names) if satisfied[name].value == "satisfied"}

    expected = [conforming(device) for device in devices]
    for device in devices:
        matcher.match(device)
    size = {"profiles": len(devices), "variants": len(names)}
    median, p99 = timed(lambda device: matcher.match(device, closed_world=True), devices, repeat=7, clock=process_time)
    yield Result("peers", case, "ccpp", size, median, p99, median / len(names), answers_equal=True)
    work = Translation(devices, [graph[name] for name in names]).work
    for peer in peers:
        count = FEW if peer.most <= NUMBERS[0] else len(devices)
        ready = peer.prepare(work._replace(records=work.records[:count]))
        equal = all(set(ready(device)) == expected[device] for device in range(count))
        median, p99 = timed(ready, range(count), repeat=3, clock=process_time)
        engine = f"{peer.name} {_version(peer.package)}"
        size = {"profiles": count, "variants": len(names)}
        yield Result("peers", case, engine, size, median, p99, median / len(names), answers_equal=equal)


def _batch(
    graph: RequirementGraph,
    names: Sequence[str],
    real: Sequence[ResolvedProfile],
    peers: Sequence[tuple[str, str, Callable[[Work], tables.Rows]]],
) -> Iterator[Result]:
    """Many devices against many variants."""
    count = 2_000 if len(names) > NUMBERS[0] else 50
    devices = list(Population(count, real).profiles(0))
    matcher, columns = BatchMatcher(graph, names), columns_of(devices)
    block = matcher.match(columns, closed_world=True)
    case, size = f"{count:,} profiles, {len(names):,} variants", {"profiles": count, "variants": len(names)}
    pairs = count * len(names)
    median, p99 = timed(lambda _: matcher.match(columns, closed_world=True), range(5), clock=process_time)
    yield Result("peers", case, "ccpp", size, median, p99, median / pairs, answers_equal=True)
    work = Translation(devices, [graph[name] for name in names]).work
    for name, package, prepare in peers:
        ready = prepare(work)
        equal = [_set_of(row) for row in ready()] == [block.satisfied[name] for name in names]

        def again(_: int, ready: tables.Rows = ready) -> object:
            return ready()

        median, p99 = timed(again, range(3), repeat=1, clock=process_time)
        yield Result("peers", case, f"{name} {_version(package)}", size, median, p99, median / pairs, answers_equal=equal)


def _set_of(row: Sequence[bool]) -> int:
    return sum(1 << position for position, holds in enumerate(row) if holds)


def _version(package: str) -> str:
    """The version that is installed, empty where none is; without the date of a build."""
    try:
        return metadata.version(package).partition(".post")[0]
    except metadata.PackageNotFoundError:
        return ""
