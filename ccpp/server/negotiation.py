"""Which of several forms a client gets: by its Accept header, and where that leaves it open, by what its profile accepts."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.model import AttributeName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccpp.model import ResolvedProfile

#: Members of an Accept header that are looked at; browsers send ten.
_MAX_MEMBERS = 64
_ACCEPTED = AttributeName("SoftwarePlatform", "CcppAccept")
#: What a gateway makes of a page on its way to the phone → what it has to be given.
_COMPILED = MappingProxyType({"application/vnd.wap.wmlc": "text/vnd.wap.wml"})
_WEIGHT = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


class _Range(NamedTuple):
    """A member of an Accept header: the type, perhaps with wildcards, and its weight."""

    type: str
    weight: float

    def specificity(self, media_type: str) -> int:
        """How exactly it names a media type: 2 whole, 1 by its first half, 0 as any, -1 not at all."""
        if self.type == media_type:
            return 2
        if self.type == media_type.partition("/")[0] + "/*":
            return 1
        return 0 if self.type == "*/*" else -1


def _ranges(accept: str) -> list[_Range]:
    ranges = []
    for member in accept.split(",")[:_MAX_MEMBERS]:
        name, *parameters = [part.strip().lower() for part in member.split(";")]
        weights = [found for found in map(_WEIGHT.fullmatch, parameters) if found]
        if name:
            ranges.append(_Range(_COMPILED.get(name, name), float(weights[0][1]) if weights else 1.0))
    return ranges


def choose(accept: str, offered: Sequence[str], profile: ResolvedProfile | None = None) -> str | None:
    """The media type of those offered that a client likes best; `None` where it takes none of them.

    By weight, then by how exactly it is named, then by the profile's order, then in the order offered (RFC 9110 §12.5.1 leaves the last
    three open). Without an Accept header the profile decides; without a profile the first is sent.
    """
    names = [str(value).partition(";")[0].strip().lower() for value in (profile.values(_ACCEPTED) if profile else None) or ()]
    stated = [_COMPILED.get(name, name) for name in names]
    ranges = _ranges(accept) or [_Range("*/*", 1.0)]
    ranked = []
    for position, media_type in enumerate(offered):
        specificity, weight = max(((one.specificity(media_type), one.weight) for one in ranges), key=lambda pair: pair[0])
        if specificity >= 0 and weight > 0:
            liked = stated.index(media_type) if media_type in stated else len(stated)
            ranked.append((-weight, -specificity, liked, position, media_type))
    return min(ranked)[-1] if ranked else None


def named(accept: str, offered: Sequence[str]) -> str | None:
    """The media type of those offered that a client names itself, without wildcards; `None` where it names none."""
    ranges = {one.type: one.weight for one in _ranges(accept) if one.weight > 0 and one.type in offered}
    return max(ranges, key=lambda media_type: (ranges[media_type], -offered.index(media_type))) if ranges else None
