"""Everything there is to say of one variant on one device: why, on the least evidence, what is missing, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ccpp.matching.definition import TRUE, ClosedWorld
from ccpp.matching.explanation import Explanation, explain
from ccpp.matching.flipping import (
    ProfileChange,
    RequirementChange,
    distance,
    profile_changes,
    requirement_changes,
)
from ccpp.matching.residual import core, missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.catalogue.model import Application, Catalogue, Variant
    from ccpp.model import Attribute, AttributeName, ResolvedProfile
    from ccpp.requirements.expression import Requirement
    from ccpp.requirements.graph import RequirementGraph


@dataclass(frozen=True, slots=True)
class Advice:
    """The reasons of a verdict and what follows from them.

    `core` are stated attributes without any one of which it would be another verdict; `missing` those to ask for while it is
    indeterminate. `device` and `requirement` are the smallest changes that would satisfy the variant, `None` where none was found;
    `nearest` the other variants of the application, by how many constraints stand in their way.
    """

    explanation: Explanation
    core: tuple[AttributeName, ...]
    missing: tuple[AttributeName, ...]
    device: tuple[ProfileChange, ...] | None
    requirement: tuple[RequirementChange, ...] | None
    nearest: tuple[tuple[Variant, int], ...]


def advise(
    variant: Variant,
    profile: ResolvedProfile,
    catalogue: Catalogue,
    attributes: Mapping[AttributeName, Attribute],
    *,
    closed_world: bool = False,
) -> Advice:
    """What there is to say of a variant that has a requirement; `attributes` are those of the vocabularies.

    Raises:
        ValueError: the variant has no requirement, so that there is nothing to say.
    """
    if variant.requirement is None:
        raise ValueError(variant.id)
    graph = catalogue.requirements
    advice = advise_on(graph[variant.requirement], profile, graph, attributes, closed_world=closed_world)
    nearest = _nearest(variant, _application(variant, catalogue), profile, catalogue, closed_world=closed_world)
    return replace(advice, nearest=nearest)


def advise_on(
    required: Requirement,
    profile: ResolvedProfile,
    graph: RequirementGraph,
    attributes: Mapping[AttributeName, Attribute],
    *,
    closed_world: bool = False,
) -> Advice:
    """What there is to say of a requirement by itself; `graph` has those that it refers to."""
    world = ClosedWorld(profile) if closed_world else profile
    reasons = explain(required, profile, graph, world=world)
    satisfied = reasons.verdict is TRUE
    return Advice(
        reasons,
        tuple(sorted(core(required, world, graph))),
        missing(required, world, graph),
        () if satisfied else profile_changes(required, world, graph, attributes),
        () if satisfied else requirement_changes(required, world, graph),
        (),
    )


def _application(variant: Variant, catalogue: Catalogue) -> Application:
    return next(one for one in catalogue.applications.values() if variant in one.variants)


def _nearest(
    variant: Variant, application: Application, profile: ResolvedProfile, catalogue: Catalogue, *, closed_world: bool
) -> tuple[tuple[Variant, int], ...]:
    world = ClosedWorld(profile) if closed_world else profile
    graph = catalogue.requirements
    counted = [
        (other, distance(graph[other.requirement], world, graph) if other.requirement else 0)
        for other in application.variants
        if other is not variant
    ]
    return tuple(sorted(counted, key=lambda pair: pair[1]))
