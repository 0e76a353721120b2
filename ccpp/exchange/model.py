"""The values of profile exchange: references and diffs, protocols, declarations, and the bounds that hold for them all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ccpp.errors import CcppError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.diagnostics import Diagnostic

#: Header fields of one message; HTTP servers accept about a hundred.
MAX_FIELDS = 200
#: Characters of all header fields together; servers accept 8 to 64 thousand, a diff of a whole large profile needs 45 thousand.
MAX_SIZE = 262_144
#: References in one request. Each is a document to be read; real requests have one URI and at most a few diffs.
MAX_REFERENCES = 32
#: Characters of a profile's URI; the longest in use have about 150.
MAX_URI = 2_048

#: What the HTTP Extension Framework knows the CC/PP exchange protocol by.
EXTENSION = "http://www.w3.org/1999/06/24-CCPPexchange"

Field: TypeAlias = tuple[str, str]
"""A header field: its name, and its value as text whose characters are the bytes of the wire (ISO-8859-1)."""


class ExchangeError(CcppError):
    """Headers that are too many or too large, or something that no header can say."""


class Protocol(StrEnum):
    """How the profile was named; which headers each has is `ccpp.exchange.decoding.PROTOCOLS`."""

    W_HTTP = "w-http"
    CCPP_EXCHANGE = "ccpp-ex"
    PROFILE = "profile"


class Digests(StrEnum):
    """What to do with a diff whose digest is not the one listed: leave it out, as WAP-248 §9.1 asks, or use it all the same."""

    CHECKED = "checked"
    TOLERATED = "tolerated"


class Diff(NamedTuple):
    """A profile-diff: its number, its document, and whether its digest is the one that the list of references has."""

    number: int
    document: bytes
    verified: bool = True


Reference: TypeAlias = str | Diff
"""One step of the merge: a profile by its URI, or a diff by what it says."""


class Strength(NamedTuple):
    """What a header that declares an extension asks for (RFC 2774 §3, §4): must the recipient understand it, and which recipient."""

    header: str
    mandatory: bool
    hop_by_hop: bool
    acknowledgement: str


#: Headers that declare an extension, the most demanding first.
STRENGTHS: Mapping[str, Strength] = MappingProxyType(
    {
        "man": Strength("Man", mandatory=True, hop_by_hop=False, acknowledgement="Ext"),
        "c-man": Strength("C-Man", mandatory=True, hop_by_hop=True, acknowledgement="C-Ext"),
        "opt": Strength("Opt", mandatory=False, hop_by_hop=False, acknowledgement="Ext"),
        "c-opt": Strength("C-Opt", mandatory=False, hop_by_hop=True, acknowledgement="C-Ext"),
    }
)


class Declaration(NamedTuple):
    """A declaration of the CC/PP exchange protocol: its strength, and the number that prefixes the protocol's headers, if any."""

    strength: Strength = STRENGTHS["opt"]
    number: str = "19"

    def header(self, name: str) -> str:
        """The name of one of the protocol's headers in this message."""
        return f"{self.number}-{name}" if self.number else name


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a request says of profiles.

    `references` are to be merged in this order, the last one highest. `unmet` are mandatory extensions other than ours.
    `consulted` are the headers that the result depends on, for `Vary`.
    """

    protocol: Protocol | None
    references: tuple[Reference, ...]
    declarations: tuple[Declaration, ...] = ()
    unmet: tuple[str, ...] = ()
    consulted: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def mandatory(self) -> bool:
        """Whether the CC/PP exchange protocol was demanded, so that the answer has to acknowledge it."""
        return any(declaration.strength.mandatory for declaration in self.declarations)
