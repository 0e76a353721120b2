"""Matchers that change while they are in use: one application replaced without compiling the others, and answers remembered.

A matcher is immutable, and compiling one of ten thousand requirements takes most of a second. So a change is a layer: a small matcher of
what was added or replaced lies over the large one, and hides what it replaced. Each layer costs a match of its own, some microseconds;
once there are many, the whole is compiled again, at leisure and by whoever owns it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from ccpp.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ccpp.matching.compiler import Matcher
    from ccpp.model import ResolvedProfile


V_co = TypeVar("V_co", bound=Mapping[str, Verdict], covariant=True)
V = TypeVar("V", bound=Mapping[str, Verdict])


class Matches(Protocol[V_co]):
    """What all matchers do."""

    def match(self, profile: ResolvedProfile, *, closed_world: bool = False) -> V_co:
        """The verdict of each requirement by name."""


class LayeredMatcher:
    """A matcher with small ones over it, by the key of what each replaced; never changed after it is made."""

    def __init__(self, base: Matcher, layers: Mapping[str, Matcher] = MappingProxyType({}), hidden: Iterable[str] = ()) -> None:
        self.base = base
        self.layers = MappingProxyType(dict(layers))
        self.hidden = frozenset(hidden)

    def replace(self, key: str, removed: Iterable[str], added: Matcher | None) -> LayeredMatcher:
        """The same with some requirements taken out, and those of another matcher put in; `key` names what is replaced."""
        layers = {name: layer for name, layer in self.layers.items() if name != key}
        if added is not None:
            layers[key] = added
        return LayeredMatcher(self.base, layers, self.hidden.union(removed))

    def match(self, profile: ResolvedProfile, *, closed_world: bool = False) -> Mapping[str, Verdict]:
        """The verdict of each requirement by name: those of the base first, then those of each layer."""
        base = self.base.match(profile, closed_world=closed_world)
        over = [layer.match(profile, closed_world=closed_world) for layer in self.layers.values()]
        return _LayeredVerdicts(base, over, self.hidden)


class _LayeredVerdicts(Mapping[str, Verdict]):
    def __init__(self, base: Mapping[str, Verdict], over: Sequence[Mapping[str, Verdict]], hidden: frozenset[str]) -> None:
        self._base = base
        self._over = over
        self._hidden = hidden

    def __getitem__(self, name: str) -> Verdict:
        for verdicts in reversed(self._over):
            if name in verdicts:
                return verdicts[name]
        if name in self._hidden:
            raise KeyError(name)
        return self._base[name]

    def __iter__(self) -> Iterator[str]:
        over = {name: None for verdicts in self._over for name in verdicts}
        yield from (name for name in self._base if name not in self._hidden and name not in over)
        yield from over

    def __len__(self) -> int:
        return sum(1 for _ in self)


class RememberingMatcher(Generic[V]):
    """A matcher that knows profiles again by their digest; what it remembers is bounded.

    A digest is that of what a profile states, so one instance is for profiles that were all prepared alike: with canonical spellings
    or without, with derived attributes or without.
    """

    def __init__(self, matcher: Matches[V], limit: int = 4_096) -> None:
        self.matcher = matcher
        self._limit = limit
        self._known: tuple[dict[str, V], dict[str, V]] = ({}, {})  # by digest, in the open world and in the closed one

    def match(self, profile: ResolvedProfile, *, closed_world: bool = False) -> V:
        """The verdict of each requirement by name."""
        known = self._known[closed_world]
        verdicts = known.get(profile.digest)
        if verdicts is None:
            verdicts = self.matcher.match(profile, closed_world=closed_world)
            if len(known) >= self._limit:
                known.clear()
            known[profile.digest] = verdicts
        return verdicts
