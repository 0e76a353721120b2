"""Requirements analysed without a device: all variants of one application, by the index and, of a few, pair by pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.timing import Result, timed
from benchmarks.workload import profiles, variants
from ccpp.analysis.findings import Candidate, Kind, analyse_requirements
from ccpp.analysis.questions import Analysis
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccpp.requirements.graph import RequirementGraph


def run(*, smoke: bool) -> Iterator[Result]:
    """The variants found to be shadowed are those that imply a better one, asked of each pair."""
    vocabularies = load_vocabularies()
    devices = profiles(10 if smoke else 400, vocabularies)
    attributes = vocabularies.attributes

    def ours(graph: RequirementGraph) -> set[str]:
        findings = analyse_requirements(graph, attributes, {"one": [Candidate(name, name) for name in graph]})
        return {one.subject for one in findings.found if one.kind in {Kind.SHADOWED, Kind.SAME}}

    def paired(graph: RequirementGraph) -> set[str]:
        analysis = Analysis(graph, attributes)
        possible = [name for name in graph if not analysis.unsatisfiable(graph[name]).proved]
        return {
            later
            for at, later in enumerate(possible)
            if any(analysis.implies(graph[later], graph[one]).proved for one in possible[:at])
        }

    few = variants(20 if smoke else 40, devices)
    equal = ours(few) == paired(few)
    for engine, work in (("ccpp", ours), ("ccpp, pair by pair", paired)):
        median, p99 = timed(work, [few], repeat=1)
        yield Result(
            "analysing", f"{len(few):,} variants of one application", engine, {"variants": len(few)}, median, p99, None, equal
        )
    if not smoke:
        many = variants(10_000, devices)
        median, p99 = timed(ours, [many], repeat=1)
        yield Result(
            "analysing", "10,000 variants of one application", "ccpp", {"variants": len(many)}, median, p99, None, equal
        )
