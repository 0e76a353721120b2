"""One profile against every requirement of the sample catalogue repeated with other operands: the compiled matcher and the definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.timing import Result, corpus, timed
from ccpp.errors import ProfileError
from ccpp.matching.compiler import compile_matcher
from ccpp.matching.definition import evaluate
from ccpp.model import Dimension
from ccpp.reading import read_profile
from ccpp.requirements.expression import All, Any, Constraint, Not
from ccpp.requirements.graph import RequirementGraph
from ccpp.resolution import resolve
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccpp.model import ResolvedProfile
    from ccpp.requirements.expression import Requirement
    from ccpp.vocabulary import Vocabularies


def requirements(count: int, vocabularies: Vocabularies) -> RequirementGraph:
    """Requirements of five constraints each with an *or* and a *not*, the operands drawn in a fixed order."""
    screen, depth, java, accept, size, keyboard = (
        vocabularies.named(name).name
        for name in ("ScreenSize", "BitsPerPixel", "JavaPlatform", "CcppAccept", "MmsMaxMessageSize", "Keyboard")
    )
    widths, depths, versions = (96, 128, 176, 240, 320, 480), (1, 8, 12, 16, 18, 24), ("1.0", "1.1", "2.0", "2.1")
    types, sizes = ("image/png", "video/3gpp", "audio/amr", "text/html", "video/mp4"), (30_000, 102_400, 307_200, 614_400)
    made: dict[str, Requirement] = {}
    for number in range(count):
        width = widths[number % 6] + number // 6 % 40
        made[f"urn:requirement:{number}"] = All(
            (
                Constraint(screen, "dimensionAtLeast", Dimension(width, width * 4 // 3)),
                Constraint(depth, "minInclusive", depths[number % 6]),
                Constraint(java, "versionAtLeast", f"MIDP/{versions[number % 4]}"),
                Any(
                    (
                        Constraint(accept, "hasValue", types[number % 5]),
                        Constraint(size, "minInclusive", sizes[number // 5 % 4]),
                    )
                ),
                Not(Constraint(keyboard, "hasValue", ("Qwerty", "No", "PhoneKeypad")[number % 3])),
            )
        )
    return RequirementGraph(made)


def profiles(count: int, vocabularies: Vocabularies) -> list[ResolvedProfile]:
    """Resolved real profiles."""
    resolved = []
    for name, data in corpus(count):
        try:
            resolved.append(resolve([read_profile(data, uri=f"urn:profile:{name}", vocabularies=vocabularies)]))
        except ProfileError:
            continue
    return resolved


def run(*, smoke: bool) -> Iterator[Result]:
    """The matcher warm, and the definition, at growing numbers of requirements."""
    vocabularies = load_vocabularies()
    devices = profiles(10 if smoke else 50, vocabularies)
    for count in (10,) if smoke else (10, 200, 2_000):
        graph = requirements(count, vocabularies)
        matcher = compile_matcher(graph)

        def define(profile: ResolvedProfile, graph: RequirementGraph = graph) -> dict[str, str]:
            return {name: evaluate(graph[name], profile, graph) for name in graph}

        equal = all(matcher.match(profile) == define(profile) for profile in devices)
        size = {"profiles": len(devices), "requirements": count}
        for engine, work in (("ccpp", matcher.match), ("ccpp, the definition", define)):
            median, p99 = timed(work, devices, repeat=1 if smoke else 3)
            case = f"one profile, {count} requirements"
            yield Result("matching", case, engine, size, median, p99, median / count, answers_equal=equal)
