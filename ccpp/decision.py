"""One decision: what a device gets of an application, and how it is configured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccpp.configuration import ConfiguredSetting, configure
from ccpp.selection import Selection, select_variant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.catalogue.model import Application, Catalogue
    from ccpp.model import ResolvedProfile, Verdict


@dataclass(frozen=True, slots=True)
class Decision:
    """The choice among an application's variants, and the settings of the chosen one; none where none fits."""

    selection: Selection
    configuration: Mapping[str, ConfiguredSetting]


def decide(application: Application, verdicts: Mapping[str, Verdict]) -> Decision:
    """Decide one application, from the verdicts of the catalogue's requirements by name."""
    selection = select_variant(application, verdicts)
    chosen = selection.chosen
    return Decision(selection, configure(application, chosen, verdicts) if chosen else {})


def decide_all(profile: ResolvedProfile, catalogue: Catalogue, *, closed_world: bool = False) -> dict[str, Decision]:
    """Decide every application of a catalogue for a device, by identifier, in the catalogue's order."""
    verdicts = catalogue.matcher.match(profile, closed_world=closed_world)
    return {identifier: decide(application, verdicts) for identifier, application in catalogue.applications.items()}
