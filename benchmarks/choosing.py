"""One request, the profile resolved before: the choice of one application among ten thousand variants, and every choice of a catalogue."""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING

from benchmarks.timing import Result, timed
from benchmarks.workload import profiles, variants
from ccpp.catalogue.loading import load_catalogue
from ccpp.decision import decide, decide_all
from ccpp.matching.compiler import compile_matcher
from ccpp.matching.definition import TRUE, evaluate
from ccpp.matching.layers import RememberingMatcher
from ccpp.samples import CATALOGUE, sample
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccpp.matching.choice import Choice
    from ccpp.model import ResolvedProfile
    from ccpp.vocabulary import Vocabularies

#: Variants of one application, in order of preference.
OWN = 10


def run(*, smoke: bool) -> Iterator[Result]:
    """The answers are those of the definition's verdicts."""
    vocabularies = load_vocabularies()
    devices = profiles(10 if smoke else 400, vocabularies)
    yield from _one(100 if smoke else 10_000, devices)
    yield from _sample(devices[:200], vocabularies)


def _one(count: int, devices: Sequence[ResolvedProfile]) -> Iterator[Result]:
    """The first satisfied variant of one application, whatever else the catalogue has; a unit is each of the devices in turn.

    Once for devices whose values are known and no more, and once for devices whose digest is.
    """
    graph = variants(count, devices)
    matcher, names = compile_matcher(graph), list(graph)
    remembering = RememberingMatcher(matcher)
    every = [names[at : at + OWN] for at in range(0, count, OWN)]
    applications = [matcher.choice(own) for own in every[:: max(1, len(every) // 50)]]
    few = devices[:: max(1, len(devices) // 40)]

    def ours(choice: Choice) -> list[str | None]:
        return [choice.first(profile) for profile in few]

    def again(choice: Choice) -> list[str | None]:
        return [choice.among(remembering.match(profile)) for profile in few]

    def defined(choice: Choice) -> list[str | None]:
        return [next((name for name in choice.names if evaluate(graph[name], one, graph) is TRUE), None) for one in few]

    equal = all(ours(one) == again(one) == defined(one) for one in applications)
    size = {"profiles": len(few), "applications": len(applications), "variants": count, "of the application": OWN}
    works = [("", "ccpp", ours, 5), (", a device seen before", "ccpp", again, 5), ("", "ccpp, the definition", defined, 1)]
    for more, engine, work, repeat in works:
        median, p99 = (one / len(few) for one in timed(work, applications, repeat=repeat, clock=process_time))
        yield Result("choosing", f"one application of {count:,} variants{more}", engine, size, median, p99, None, equal)


def _sample(devices: Sequence[ResolvedProfile], vocabularies: Vocabularies) -> Iterator[Result]:
    """Verdicts, choice with all reasons, and configuration of every application."""
    catalogue = load_catalogue(sample(CATALOGUE), source=CATALOGUE, vocabularies=vocabularies)

    def ours(profile: ResolvedProfile) -> dict[str, object]:
        return {name: decision.selection.chosen for name, decision in decide_all(profile, catalogue).items()}

    def defined(profile: ResolvedProfile) -> dict[str, object]:
        graph = catalogue.requirements
        verdicts = {name: evaluate(graph[name], profile, graph) for name in graph}
        return {name: decide(one, verdicts).selection.chosen for name, one in catalogue.applications.items()}

    equal = all(ours(profile) == defined(profile) for profile in devices)
    count = sum(len(application.variants) for application in catalogue.applications.values())
    size = {"profiles": len(devices), "variants": count}
    for engine, work in (("ccpp", ours), ("ccpp, the definition", defined)):
        median, p99 = timed(work, devices)
        yield Result("choosing", "all applications of the sample catalogue", engine, size, median, p99, median / count, equal)
