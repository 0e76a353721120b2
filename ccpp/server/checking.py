"""Decisions held against others while the server works: against the definition, and against the catalogue that is to come.

A decision is made once for a device and remembered, so what is checked is each decision that is new. Which of them are decided again by the
definition follows from the profile's digest, so that every process checks the same. A divergence there is an alarm: one of the two is wrong. A
divergence from the next catalogue is what somebody will get otherwise, counted, and the first ones told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccpp.decision import decide_all
from ccpp.matching.definition import ClosedWorld, evaluate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.decision import Decision
    from ccpp.model import ResolvedProfile
    from ccpp.server.live import Live, When
    from ccpp.server.observing import Observer

#: Divergences from one candidate that are told one by one; the figures count all.
_TOLD = 100
_DIGITS = 8


class Checker:
    """Checks new decisions; called in worker threads, after a decision is made.

    Args:
        observer: who is told.
        share: of devices whose decisions are decided again by the definition, from 0 to 1.
    """

    def __init__(self, observer: Observer, share: float) -> None:
        self._observer = observer
        self._share = share
        self._told: dict[int, int] = {}
        #: The catalogue that was published and is not in service.
        self.candidate: Live | None = None

    def check(
        self, profile: ResolvedProfile, live: Live, decided: Mapping[str, Decision], when: When, *, closed_world: bool
    ) -> None:
        """Check one decision."""
        if int(profile.digest[-_DIGITS:], 16) < self._share * 16**_DIGITS:
            self._by_definition(profile, live, closed_world=closed_world)
        candidate = self.candidate
        if candidate is not None and candidate.number != live.number:
            self._shadow(profile, candidate, decided, when, closed_world=closed_world)

    def _by_definition(self, profile: ResolvedProfile, live: Live, *, closed_world: bool) -> None:
        graph = live.catalogue.requirements
        found = live.catalogue.matcher.match(profile, closed_world=closed_world)
        world = ClosedWorld(profile) if closed_world else profile
        wrong = [name for name, verdict in found.items() if verdict is not evaluate(graph[name], world, graph)]
        self._observer.checked("definition", same=not wrong)
        if wrong:
            self._observer.event(
                "divergence", "error", profile=profile.digest, catalogue=live.catalogue.digest, requirements=wrong[:10]
            )

    def _shadow(
        self, profile: ResolvedProfile, candidate: Live, decided: Mapping[str, Decision], when: When, *, closed_world: bool
    ) -> None:
        at = candidate.at(when)
        other = decide_all(profile, candidate.catalogue, closed_world=closed_world, subscriber=when.subscriber, at=at)
        for application in decided.keys() | other.keys():
            before, after = _chosen(decided.get(application)), _chosen(other.get(application))
            self._observer.checked("candidate", same=before == after)
            if before != after and self._told.get(candidate.number, 0) < _TOLD:
                self._told[candidate.number] = self._told.get(candidate.number, 0) + 1
                self._observer.event(
                    "candidate",
                    version=candidate.number,
                    application=application,
                    before=before,
                    after=after,
                    profile=profile.digest,
                )


def _chosen(decision: Decision | None) -> str | None:
    return decision.selection.chosen.id if decision and decision.selection.chosen else None
