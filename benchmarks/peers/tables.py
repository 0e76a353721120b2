"""Peers for all devices against all variants: each requirement an expression over columns, all of them in one query.

Each function prepares all that can be, and returns what is timed: the devices that conform, a row of truth values a variant.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any, TypeAlias

from benchmarks.peers.translation import WORDS, Dialect, Joined, Negated, Test, Tree, Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Rows: TypeAlias = "Callable[[], Iterable[Any]]"
"""To the devices that conform, a row a variant."""

_SQL = Dialect(
    {word: spelling.upper() for word, spelling in WORDS.items()},
    {"ge": "{v} >= {o}", "le": "{v} <= {o}", "is": "{v} = '{o}'", "has": "list_contains({v}, '{o}')"},
    "(NOT {})",
)


def duckdb(work: Work) -> Rows:
    """A table in memory, one SELECT with a column a variant, fetched as arrays."""
    import duckdb as engine  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415

    connection = engine.connect()
    connection.register("records", pa.Table.from_pylist(work.records))
    connection.execute("CREATE TABLE devices AS SELECT * FROM records")
    columns = ", ".join(f"({_SQL.written(tree)}) AS r{number}" for number, tree in enumerate(work.trees))
    query = f"SELECT {columns} FROM devices"  # noqa: S608  of our own making
    return lambda: connection.execute(query).fetchnumpy().values()


def polars(work: Work) -> Rows:
    """A frame in memory, one lazy select with an expression a variant."""
    import polars as pl  # noqa: PLC0415

    frame = pl.DataFrame(list(work.records), infer_schema_length=None).lazy()
    expressions = [_expression(tree, pl.col).alias(f"r{number}") for number, tree in enumerate(work.trees)]
    return lambda: frame.select(expressions).collect().iter_columns()


def _expression(tree: Tree, column: Callable[[str], Any]) -> Any:  # noqa: ANN401  an expression of the library
    match tree:
        case Test(variable, "ge", operand):
            return column(variable) >= operand
        case Test(variable, "le", operand):
            return column(variable) <= operand
        case Test(variable, "is", operand):
            return column(variable) == operand
        case Test(variable, _, operand):
            return column(variable).list.contains(operand)
        case Negated(item):
            return ~_expression(item, column)
        case Joined(word, items):
            return reduce(and_ if word == "and" else or_, [_expression(item, column) for item in items])
