"""Characteristics, parms and values that the specifications define, from `vocabularies/provisioning/` (WAP-183 §5, OMA CP 1.1)."""

from __future__ import annotations

import csv
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.vocabulary import vocabulary_folder
from ccpp.wbxml.tokens import TokenTable, read_token_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ParmType(NamedTuple):
    """A parm of a characteristic: occurrence `1`, `?`, `*` or `+`, the first version that has it, and its datatype.

    `length` is how many bytes of value a terminal of WAP-183 has to take at least, `length_1_1` one of OMA CP 1.1; empty: not said.
    """

    type: str
    parm: str
    occurrence: str
    version: str
    datatype: str
    length: str
    length_1_1: str


class CharacteristicType(NamedTuple):
    """A characteristic under a parent, the empty text for the document."""

    type: str
    parent: str
    occurrence: str
    version: str


class Value(NamedTuple):
    """A value of an enumerated datatype, and other spellings, split by `|`, that stand in the specification's own text."""

    datatype: str
    value: str
    aliases: str


@lru_cache(maxsize=1)
def parm_types() -> Mapping[tuple[str, str], ParmType]:
    """The defined parms, by characteristic and name."""
    return MappingProxyType({(row["type"], row["parm"]): ParmType(**row) for row in _rows("parms")})


@lru_cache(maxsize=1)
def characteristic_types() -> Mapping[tuple[str, str], CharacteristicType]:
    """The defined characteristics, by type and parent."""
    return MappingProxyType({(row["type"], row["parent"]): CharacteristicType(**row) for row in _rows("characteristics")})


@lru_cache(maxsize=1)
def required_parms() -> Mapping[str, Sequence[str]]:
    """The parms without which a characteristic means nothing, by its type."""
    found: dict[str, list[str]] = {}
    for row in parm_types().values():
        if row.occurrence in {"1", "+"}:
            found.setdefault(row.type, []).append(row.parm)
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def required_types() -> Mapping[str, Sequence[str]]:
    """The characteristics of which another needs one at least, by the other's type."""
    found: dict[str, list[str]] = {}
    for row in characteristic_types().values():
        if row.occurrence == "+":
            found.setdefault(row.parent, []).append(row.type)
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def values() -> Mapping[str, Mapping[str, Value]]:
    """The values of each enumerated datatype."""
    found: dict[str, dict[str, Value]] = {}
    for row in _rows("values"):
        found.setdefault(row["datatype"], {})[row["value"]] = Value(**row)
    return MappingProxyType({name: MappingProxyType(known) for name, known in found.items()})


@lru_cache(maxsize=1)
def secret_parms() -> frozenset[str]:
    """The names of parms whose value is a secret, wherever they stand."""
    return frozenset(row.parm for row in parm_types().values() if row.datatype == "secret")


@lru_cache(maxsize=1)
def connectivity_tokens() -> TokenTable:
    """The tokens of WAP-183 §8 and OMA CP 1.1.

    Each is written on the first page that has it, as Kannel does, and `value` on the second only before a value of that page alone.
    """
    file = vocabulary_folder() / "wbxml" / "connectivity.csv"
    return read_token_table(file.read_text("utf-8"), source=file.name)


def _rows(name: str) -> Sequence[dict[str, str]]:
    text = (vocabulary_folder() / "provisioning" / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
