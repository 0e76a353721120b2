"""The workload of the matching benchmarks: requirements drawn, from a fixed seed, out of what real profiles state.

281 distinct constraints over all attributes that are stated often; each variant is three to eight of them joined by *and*, of which
one in six is an *or* of two and one in twelve a negation; about one pair in a hundred matches.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

from benchmarks.timing import corpus
from ccpp.errors import ProfileError
from ccpp.model import Dimension
from ccpp.reading import read_profile
from ccpp.requirements.expression import All, Any, Constraint, Not
from ccpp.requirements.graph import RequirementGraph
from ccpp.resolution import resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccpp.model import AttributeName, ResolvedProfile, Scalar
    from ccpp.requirements.expression import Requirement
    from ccpp.vocabulary import Vocabularies

SEED = 2006
DISTINCT = 281
_OR, _NOT = 0.17, 0.08


def profiles(count: int, vocabularies: Vocabularies) -> list[ResolvedProfile]:
    """Resolved real profiles that state something; the samples where there are no real ones."""
    resolved = []
    for name, data in corpus(count):
        try:
            profile = resolve([read_profile(data, uri=f"urn:profile:{name}", vocabularies=vocabularies)])
        except ProfileError:
            continue
        if profile.attributes:
            resolved.append(profile)
    return resolved


def constraints(devices: Sequence[ResolvedProfile], *, attributes: int | None = None) -> list[Constraint]:
    """Distinct constraints that some of the devices satisfy and some do not, the most telling of each attribute.

    `attributes` bounds how many attributes they are on; all that are stated often if it is not given.
    """
    values: dict[AttributeName, Counter[Scalar]] = {}
    for device in devices:
        for name in device.attributes:
            values.setdefault(name, Counter()).update(set(device.values(name) or ()))
    found: list[Constraint] = []
    often = [name for name in sorted(values) if sum(values[name].values()) >= len(devices) / 4]
    for name in often[:: max(1, len(often) // attributes)][:attributes] if attributes else often:
        counted = values[name]
        common = [value for value, _ in sorted(counted.items(), key=lambda pair: (-pair[1], str(pair[0])))[:12]]
        found += [_constraint(name, value, position) for position, value in enumerate(common)]
    random.Random(SEED).shuffle(found)
    return list(dict.fromkeys(found))[:DISTINCT]


def _constraint(name: AttributeName, value: Scalar, position: int) -> Constraint:
    if isinstance(value, Dimension):
        return Constraint(name, "dimensionAtLeast", value)
    if type(value) is int:
        return Constraint(name, ("minInclusive", "maxInclusive")[position % 2], value)
    return Constraint(name, "hasValue", value)


def variants(count: int, devices: Sequence[ResolvedProfile], *, attributes: int | None = None) -> RequirementGraph:
    """So many requirements, by the names `urn:variant:0` and on; on so many attributes at most."""
    drawn = random.Random(SEED)
    pool = constraints(devices, attributes=attributes)

    def part() -> Requirement:
        lot = drawn.random()
        if lot < _OR:
            return Any(tuple(drawn.sample(pool, 2)))
        constraint = drawn.choice(pool)
        return Not(constraint) if lot < _OR + _NOT else constraint

    return RequirementGraph(
        {f"urn:variant:{number}": All(tuple(part() for _ in range(drawn.randint(3, 8)))) for number in range(count)}
    )
