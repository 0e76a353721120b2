"""Verdicts of many profiles as Arrow tables, block by block. Needs the extra `arrow`.

Three tables; written one after another (`ccpp.storage.parquet`) they take the memory of one block, however many profiles there are:

* *choices*: a row a profile; its URI, and for each application the chosen variant, null where none fits;
* *counts*: a row a requirement and block; how many profiles satisfy it, and how many may, not stating what it needs;
* *matrix*, on request: the same with the sets themselves, a bit a profile, little-endian.
"""

from __future__ import annotations

from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from ccpp.errors import UsageError
from ccpp.matching.batch import Columns

try:
    import numpy as np
    import pyarrow as pa
except ImportError as error:
    raise UsageError("Arrow tables need pyarrow and numpy", hint="pip install 'ccpp[arrow]'") from error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ccpp.matching.batch import Block
    from ccpp.model import AttributeName, Value


K = TypeVar("K")

Numbers: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.int16 | np.int32]]"

Codes: TypeAlias = "tuple[np.ndarray[tuple[int], np.dtype[np.int32]], Sequence[Value]]"
"""One attribute of many profiles, dictionary-coded: the number of each profile's value, -1 where it is not stated; and the values."""


class CodedColumn:
    """One attribute of many profiles, dictionary-coded."""

    def __init__(self, codes: np.ndarray[tuple[int], np.dtype[np.int32]], values: Sequence[Value]) -> None:
        short = len(values) <= np.iinfo(np.int16).max
        self._codes: Numbers = codes.astype(np.int16) if short else codes
        self._values = values

    @cached_property
    def _present(self) -> Sequence[int]:
        """The numbers of the values that occur."""
        return [int(code) for code in np.flatnonzero(np.bincount(self._codes + 1)) - 1 if code >= 0]

    @cached_property
    def stated(self) -> int:
        """The profiles that state it."""
        return _set_of(self._codes >= 0)

    def classes(self, of: Callable[[Value], K], /) -> Mapping[K, int]:
        """The profiles that state it by the class of their value; each value that occurs is looked at once."""
        numbers: dict[K, int] = {}
        kinds = [numbers.setdefault(of(self._values[code]), len(numbers)) for code in self._present]
        table = np.full(len(self._values) + 1, -1, np.int8 if len(numbers) <= np.iinfo(np.int8).max else np.int32)
        table[self._present] = kinds
        classes = table[self._codes]  # a code of -1 picks the last number, which is -1 as well
        if not numbers:
            return {}
        *others, last = numbers
        found = {kind: _set_of(classes == numbers[kind]) for kind in others}
        found[last] = self.stated ^ reduce(or_, found.values(), 0)
        return found


def columns_of_codes(profiles: int, attributes: Mapping[AttributeName, Codes]) -> Columns:
    """Dictionary-coded profiles by columns: means the same as `columns_of`, without a profile in sight."""
    return Columns(profiles, {name: CodedColumn(*coded) for name, coded in attributes.items()})


def _set_of(mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    return int.from_bytes(np.packbits(mask, bitorder="little").tobytes(), "little")


def choices(block: Block, uris: Sequence[str], applications: Mapping[str, Sequence[str]]) -> pa.Table:
    """The chosen variant of each application for each profile of a block; `applications` has the variants in order of preference."""
    columns = {"profile": pa.array(uris, pa.string())}
    for application, variants in applications.items():
        columns[application] = texts_by_set(block.first(variants), block.profiles)
    return pa.table(columns)


def texts_by_set(sets: Mapping[str, int], count: int) -> pa.DictionaryArray:
    """For so many positions the text in whose set each is, null where it is in none; the sets are disjoint."""
    codes: Numbers = np.full(count, -1, np.int16 if len(sets) <= np.iinfo(np.int16).max else np.int32)
    for code, found in enumerate(sets.values()):
        if found:
            codes[_positions(found, count)] = code
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(list(sets), pa.string()))


def counts(block: Block) -> pa.Table:
    """How many profiles of a block satisfy each requirement, and how many may."""
    return pa.table(
        {
            "requirement": pa.array(list(block.satisfied), pa.string()),
            "profiles": pa.array([block.profiles] * len(block.satisfied), pa.int64()),
            "satisfied": pa.array([found.bit_count() for found in block.satisfied.values()], pa.int64()),
            "satisfiable": pa.array([found.bit_count() for found in block.satisfiable.values()], pa.int64()),
        }
    )


def matrix(block: Block) -> pa.Table:
    """The sets themselves: bit *n* of `satisfied` is the verdict for the *n*-th profile of the block."""
    size = (block.profiles + 7) // 8
    return pa.table(
        {
            "requirement": pa.array(list(block.satisfied), pa.string()),
            "profiles": pa.array([block.profiles] * len(block.satisfied), pa.int64()),
            "satisfied": pa.array([found.to_bytes(size, "little") for found in block.satisfied.values()], pa.binary()),
            "satisfiable": pa.array([found.to_bytes(size, "little") for found in block.satisfiable.values()], pa.binary()),
        }
    )


def _positions(found: int, count: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """The set as a mask."""
    packed = np.frombuffer(found.to_bytes((count + 7) // 8, "little"), np.uint8)
    return np.unpackbits(packed, count=count, bitorder="little").astype(np.bool_)
