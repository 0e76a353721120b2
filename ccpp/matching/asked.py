"""Verdicts by the definition, each when it is first asked for: what one application needs of a catalogue of ten thousand.

The compiled matcher gives all verdicts of a catalogue at once, so its time grows with the catalogue; these take time for what is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ccpp.matching.definition import ClosedWorld, evaluate

if TYPE_CHECKING:
    from ccpp.matching.definition import Capabilities
    from ccpp.model import Verdict
    from ccpp.requirements.graph import RequirementGraph


class AskedVerdicts(Mapping[str, "Verdict"]):
    """The verdicts of a device on the requirements of a graph, by name."""

    def __init__(self, profile: Capabilities, requirements: RequirementGraph, *, closed_world: bool = False) -> None:
        self._device = ClosedWorld(profile) if closed_world else profile
        self._requirements = requirements
        self._known: dict[str, Verdict] = {}

    def __getitem__(self, name: str) -> Verdict:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = evaluate(self._requirements[name], self._device, self._requirements)
        return known

    def __iter__(self) -> Iterator[str]:
        return iter(self._requirements)

    def __len__(self) -> int:
        return len(self._requirements)
