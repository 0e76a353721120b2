"""One request on the sample catalogue, the profile resolved before: all verdicts, every choice, every configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.timing import Result, timed
from benchmarks.workload import profiles
from ccpp.catalogue.loading import load_catalogue
from ccpp.decision import decide, decide_all
from ccpp.matching.definition import evaluate
from ccpp.samples import CATALOGUE, sample
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccpp.model import ResolvedProfile


def run(*, smoke: bool) -> Iterator[Result]:
    """Decide all applications; the answers are those of the definition's verdicts."""
    vocabularies = load_vocabularies()
    catalogue = load_catalogue(sample(CATALOGUE), source=CATALOGUE, vocabularies=vocabularies)
    devices = profiles(10 if smoke else 200, vocabularies)

    def ours(profile: ResolvedProfile) -> dict[str, object]:
        return {name: decision.selection.chosen for name, decision in decide_all(profile, catalogue).items()}

    def defined(profile: ResolvedProfile) -> dict[str, object]:
        graph = catalogue.requirements
        verdicts = {name: evaluate(graph[name], profile, graph) for name in graph}
        return {name: decide(one, verdicts).selection.chosen for name, one in catalogue.applications.items()}

    equal = all(ours(profile) == defined(profile) for profile in devices)
    variants = sum(len(application.variants) for application in catalogue.applications.values())
    size = {"profiles": len(devices), "variants": variants}
    for engine, work in (("ccpp", ours), ("ccpp, the definition", defined)):
        median, p99 = timed(work, devices)
        yield Result(
            "choosing", "all applications of the sample catalogue", engine, size, median, p99, median / variants, equal
        )
