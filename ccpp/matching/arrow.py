"""Verdicts of many profiles as Arrow tables, block by block. Needs the extra `arrow`.

Three tables; written one after another (`ccpp.storage.parquet`) they take the memory of one block, however many profiles there are:

* *choices*: a row a profile; its URI, and for each application the chosen variant, null where none fits;
* *counts*: a row a requirement and block; how many profiles satisfy it, and how many may, not stating what it needs;
* *matrix*, on request: the same with the sets themselves, a bit a profile, little-endian.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccpp.errors import UsageError

try:
    import numpy as np
    import pyarrow as pa
except ImportError as error:
    raise UsageError("Arrow tables need pyarrow and numpy", hint="pip install 'ccpp[arrow]'") from error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ccpp.matching.batch import Block


def choices(block: Block, uris: Sequence[str], applications: Mapping[str, Sequence[str]]) -> pa.Table:
    """The chosen variant of each application for each profile of a block; `applications` has the variants in order of preference."""
    columns = {"profile": pa.array(uris, pa.string())}
    for application, variants in applications.items():
        codes = np.full(block.profiles, -1, np.int32)
        for code, chosen in enumerate(block.first(variants).values()):
            if chosen:
                codes[_positions(chosen, block.profiles)] = code
        indices = pa.array(codes, mask=codes < 0)
        columns[application] = pa.DictionaryArray.from_arrays(indices, pa.array(list(variants), pa.string()))
    return pa.table(columns)


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
