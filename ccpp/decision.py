"""One decision: what a device gets of an application, and how it is configured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ccpp.configuration import ConfiguredSetting, Ignored, configure, ignored_settings
from ccpp.delivery import deliver
from ccpp.matching.asked import AskedVerdicts
from ccpp.selection import Selection, select_variant
from ccpp.situation import ANY, situation_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ccpp.catalogue.model import Application, Catalogue, Variant
    from ccpp.model import ResolvedProfile, Verdict
    from ccpp.situation import Situation, Subscriber


@dataclass(frozen=True, slots=True)
class Decision:
    """The choice among an application's variants, and the settings of the chosen one; none where none fits.

    `ignored` is what the operator or the subscriber sets that the application does not take.
    """

    selection: Selection
    configuration: Mapping[str, ConfiguredSetting]
    ignored: tuple[Ignored, ...] = ()


def decide(application: Application, verdicts: Mapping[str, Verdict], situation: Situation = ANY) -> Decision:
    """Decide one application, from the verdicts of the catalogue's requirements by name, in a situation under the catalogue."""
    selection = select_variant(application, verdicts, situation)
    chosen = selection.chosen
    if chosen is None:
        return Decision(selection, {})
    configuration = configure(application, chosen, verdicts, situation)
    ignored = ignored_settings(application, verdicts, situation) if application.declarations else ()
    return Decision(selection, configuration, ignored)


def decide_one(
    profile: ResolvedProfile,
    catalogue: Catalogue,
    application: str,
    *,
    closed_world: bool = False,
    subscriber: Subscriber | None = None,
    at: datetime | None = None,
) -> Decision:
    """What `decide_all` decides of one application, in time that does not depend on how many others there are."""
    verdicts = AskedVerdicts(profile, catalogue.requirements, closed_world=closed_world)
    situation = situation_of(catalogue, profile, subscriber, at)
    return decide(catalogue.applications[application], verdicts, situation)


def decide_variant(
    profile: ResolvedProfile,
    catalogue: Catalogue,
    application: str,
    variant: Variant,
    *,
    closed_world: bool = False,
    subscriber: Subscriber | None = None,
    at: datetime | None = None,
) -> Decision:
    """The decision of an application for one of its variants that may be served, as a plan may choose one that is not the best by itself."""
    decision = decide_one(profile, catalogue, application, closed_world=closed_world, subscriber=subscriber, at=at)
    if decision.selection.chosen is variant:
        return decision
    verdicts = AskedVerdicts(profile, catalogue.requirements, closed_world=closed_world)
    situation = situation_of(catalogue, profile, subscriber, at)
    whole = decision.selection.application
    selection = replace(decision.selection, chosen=variant, delivery=deliver(variant, whole, verdicts, situation))
    return Decision(selection, configure(whole, variant, verdicts, situation), decision.ignored)


def decide_all(
    profile: ResolvedProfile,
    catalogue: Catalogue,
    *,
    closed_world: bool = False,
    subscriber: Subscriber | None = None,
    at: datetime | None = None,
) -> dict[str, Decision]:
    """Decide every application of a catalogue for a device, by identifier, in the catalogue's order.

    Args:
        profile: the device.
        catalogue: what there is.
        closed_world: take what is not stated as absent, as SHACL does.
        subscriber: whose device it is, where it is known.
        at: the time of the decision; without one, whatever has a period is within it.
    """
    verdicts = catalogue.matcher.match(profile, closed_world=closed_world)
    return choose_all(verdicts, profile, catalogue, subscriber=subscriber, at=at)


def choose_all(
    verdicts: Mapping[str, Verdict],
    profile: ResolvedProfile,
    catalogue: Catalogue,
    *,
    subscriber: Subscriber | None = None,
    at: datetime | None = None,
) -> dict[str, Decision]:
    """What `decide_all` decides, from the verdicts of the catalogue's requirements by name."""
    situation = situation_of(catalogue, profile, subscriber, at)
    return {name: decide(application, verdicts, situation) for name, application in catalogue.applications.items()}
