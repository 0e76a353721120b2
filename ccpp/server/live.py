"""A catalogue in service, with what was decided with it. Another catalogue is another `Live`, with nothing remembered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ccpp.decision import decide_all
from ccpp.plain import plain_match
from ccpp.server.memory import Memory
from ccpp.server.steps import call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.catalogue.model import Catalogue
    from ccpp.decision import Decision
    from ccpp.model import ResolvedProfile
    from ccpp.server.steps import Steps

#: Devices whose decisions are remembered, by digest: profiles of equal content share them.
MAX_DECIDED = 10_000


def to_json(value: Any) -> bytes:  # noqa: ANN401  JSON
    """A value as JSON, without needless white space."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


class Live:
    """A catalogue that decisions are made with; `number` is its version where it is kept in the database."""

    def __init__(self, catalogue: Catalogue, number: int = 0) -> None:
        self.catalogue = catalogue
        self.number = number
        self._decided: Memory[tuple[str, bool], Mapping[str, Decision]] = Memory(MAX_DECIDED)
        self._written: Memory[tuple[str, str, bool], bytes] = Memory(MAX_DECIDED)

    def decisions(self, profile: ResolvedProfile, *, closed_world: bool = False) -> Steps[Mapping[str, Decision]]:
        """What a device gets of each application; a step only where that was not decided before."""
        key = (profile.digest, closed_world)
        found = self._decided.get(key)
        if found is None:
            decided = yield from call(decide_all, profile, self.catalogue, closed_world=closed_world)
            found = self._decided.put(key, decided)
        return found

    def match(self, profile: ResolvedProfile, *, closed_world: bool = False) -> Steps[bytes]:
        """The same as the JSON of `ccpp match`."""
        key = (profile.uri, profile.digest, closed_world)
        found = self._written.get(key)
        if found is None:
            decided = yield from self.decisions(profile, closed_world=closed_world)
            found = self._written.put(key, to_json(plain_match(profile, self.catalogue, decided)))
        return found
