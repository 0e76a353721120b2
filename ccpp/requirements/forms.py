"""The forms of text that our own constraints read: dimensions, versions, media types, languages, quantities with a unit.

Each function gives what a text means, or `None` where it has not that form. The SPARQL validators in `vocabularies/requirements.ttl`
read the same forms by the same expressions; the differential tests hold the two together.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.datatypes import DATATYPES
from ccpp.model import Dimension, Scalar, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Texts that a form remembers: devices repeat each other's values.
_REMEMBERED = 4_096

#: A value that its device says it does not take, RFC 9110 §12.4.2.
_REFUSED = re.compile(r";q=0([.]0*)?(;|$)")


def dimension_of(value: Scalar) -> Dimension | None:
    """The dimension that a value is, or that its text writes exactly: `240x320`."""
    read = DATATYPES["Dimension"].read(value) if isinstance(value, str) else None
    if read is not None and read.status is Status.OK:
        value = read.value
    return value if isinstance(value, Dimension) else None


_VERSION = re.compile(r"(.*?[^0-9.])??([0-9]{1,4}(?:\.[0-9]{1,4}){0,3})([^A-Za-z0-9.].*)?")


@lru_cache(_REMEMBERED)
def version_of(text: str) -> tuple[str, tuple[int, ...]] | None:
    """The name and the four numbers of a version text: `MIDP/2.0-compatible` is midp, 2.0.0.0; `1.2.1` has the empty name."""
    found = _VERSION.fullmatch(text)
    if found is None:
        return None
    numbers = [int(number) for number in found[2].split(".")]
    return (found[1] or "").rstrip("/-_ ").lower(), (*numbers, *[0] * (4 - len(numbers)))


class MediaType(NamedTuple):
    """A media type or range, in lower case, and its parameters `name=value`. RFC 9110 §8.3.1 and §12.5.1."""

    type: str
    subtype: str
    parameters: frozenset[str]

    def takes(self, other: MediaType) -> bool:
        """Whether this, as a device states it, takes the other: wildcards on either side, and every parameter that the other has."""
        types = self.type == other.type or "*" in {self.type, other.type}
        subtypes = self.subtype == other.subtype or "*" in {self.subtype, other.subtype}
        return types and subtypes and other.parameters <= self.parameters


@lru_cache(_REMEMBERED)
def media_type_of(text: str) -> MediaType | None:
    """The media type that a text names; `None` too where the text says `;q=0`, not acceptable."""
    plain = re.sub(r'[ \t"]', "", text).lower()
    if not re.search("^[^/;]+/[^/;]+(;|$)", plain) or _REFUSED.search(plain):
        return None
    name, _, parameters = plain.partition(";")
    kind, _, subtype = name.partition("/")
    return MediaType(kind, subtype, frozenset(filter(None, parameters.split(";"))))


@lru_cache(_REMEMBERED)
def language_of(text: str) -> str | None:
    """The language range that a text writes, in lower case: `en-gb` of `en-GB;q=0.7`; `None` where it says `;q=0`."""
    plain = text.replace(" ", "").replace("_", "-").lower()
    return None if _REFUSED.search(plain) else plain.partition(";")[0]


class Quantity(NamedTuple):
    """An amount in the base unit of its family, which is empty where the text names no unit."""

    amount: Fraction
    family: str


_QUANTITY = re.compile("^([0-9]{1,9}([.][0-9]{1,6})?) *([A-Za-z/]*)$")
_FAMILIES: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {"": re.compile("^$"), "B": re.compile("^([kmg]i?)?b$"), "bit/s": re.compile("^[kmg]?(bit/s|bps)$"), "Hz": re.compile("^[kmg]?hz$")}
)  # fmt: skip
_FACTORS = MappingProxyType({"ki": 2**10, "mi": 2**20, "gi": 2**30, "k": 10**3, "m": 10**6, "g": 10**9, "": 1})


@lru_cache(_REMEMBERED)
def quantity_of(text: str) -> Quantity | None:
    """The quantity that a text writes: `300 kB` is 300,000 bytes, `2 MiB` is 2,097,152; case does not count."""
    found = _QUANTITY.search(text)
    if found is None:
        return None
    unit = found[3].lower()
    family = next((name for name, units in _FAMILIES.items() if units.search(unit)), None)
    factor = next(factor for prefix, factor in _FACTORS.items() if unit.startswith(prefix))
    return None if family is None else Quantity(Fraction(found[1]) * factor, family)
