"""What a request accepts: Accept, Accept-Charset, Accept-Encoding and Accept-Language as attributes of the profile.

A profile does not supersede these headers (T-40). How the two are joined is a policy, and a policy is no more than the kind of
statement that the headers make: as an override the request wins, as a diff the rule of these attributes (Append) unites them, as a
default the profile wins. So resolution needs no rule of its own for it, and each value's origin says where it comes from.
"""

from __future__ import annotations

import re
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from ccpp.intake.mapping import state
from ccpp.model import Kind
from ccpp.reading.draft import Draft

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccpp.model import Profile
    from ccpp.vocabulary import Vocabularies

#: How origins name the headers of a request.
HEADERS = "urn:ccpp:request-headers"

#: Members of one header; browsers send ten.
MAX_MEMBERS = 256


class Precedence(StrEnum):
    """Who wins where the headers of a request and the profile differ."""

    REQUEST = "request"
    UNION = "union"
    PROFILE = "profile"


KINDS = MappingProxyType({Precedence.REQUEST: Kind.OVERRIDE, Precedence.UNION: Kind.DIFF, Precedence.PROFILE: Kind.DEFAULT})

#: Header → the attribute it states. RFC 9110 §12.5.
_HEADERS = MappingProxyType(
    {
        "accept": "SoftwarePlatform/CcppAccept",
        "accept-charset": "SoftwarePlatform/CcppAccept-Charset",
        "accept-encoding": "SoftwarePlatform/CcppAccept-Encoding",
        "accept-language": "SoftwarePlatform/CcppAccept-Language",
    }
)
_MEMBER = re.compile(r'\s*((?:[^",;]|"(?:[^"\\]|\\.)*")*)((?:;(?:[^",;]|"(?:[^"\\]|\\.)*")*)*)\s*(?:,|\Z)')
_WEIGHT = re.compile(r";\s*q\s*=\s*([0-9.]+)\s*(?=;|\Z)", re.IGNORECASE)
_QVALUE = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


def read_accept(
    headers: Iterable[tuple[str, str]], *, vocabularies: Vocabularies, precedence: Precedence = Precedence.REQUEST
) -> Profile | None:
    """What the headers of a request accept, to be resolved after the profile; `None` where they say nothing of it.

    Members stand in the order of their weights, then as written; a weight of 0 excludes one. What is no member, and a weight that is
    none, is a finding.
    """
    draft = Draft(HEADERS, HEADERS, vocabularies, KINDS[precedence])
    joined: dict[str, list[str]] = {}
    for name, value in headers:
        if name.lower() in _HEADERS:
            joined.setdefault(name.lower(), []).append(value)
    for name, values in joined.items():
        members = _members(draft, name, ", ".join(values))
        if members:
            state(draft, _HEADERS[name], members)
    return draft.profile(None) if draft.stated else None


def _members(draft: Draft, name: str, text: str) -> list[str]:
    weighted: list[tuple[float, str]] = []
    position = 0
    while position < len(text) and len(weighted) < MAX_MEMBERS:
        found = _MEMBER.match(text, position)
        if found is None or found.end() == position:
            draft.note("intake-invalid", 0, name, text[position : position + 40])
            break
        position = found.end()
        member, parameters = found[1].strip(), found[2]
        weight = _WEIGHT.search(parameters)
        quality = 1.0
        if weight is not None:
            if _QVALUE.fullmatch(weight[1]):
                quality = float(weight[1])
            else:
                draft.note("intake-invalid", 0, name, weight[0].strip("; "))
            parameters = parameters[: weight.start()] + parameters[weight.end() :]
        if member and quality > 0:
            weighted.append((quality, " ".join(f"{member}{parameters}".split())))
    # Sorting is stable, so equal weights stay as written.
    return list(dict.fromkeys(member for _, member in sorted(weighted, key=lambda pair: -pair[0])))
