"""A database as a file, and a file as a database: every row of every table as a line of JSON, packed by gzip.

The file is one state of the database whatever is written meanwhile, and of no particular database, so it moves what is kept from SQLite to
PostgreSQL too. What is sealed stays sealed.
"""

from __future__ import annotations

import gzip
import json
from base64 import b64decode, b64encode
from io import BytesIO
from typing import TYPE_CHECKING, Any

from sqlalchemy import LargeBinary, Table, func, insert, select, text

from ccpp.errors import UsageError
from ccpp.storage.database.migrating import HEAD
from ccpp.storage.database.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccpp.storage.database.opening import Database

_ROWS = 500
_FORMAT = "ccpp-backup"


def back_up(database: Database) -> tuple[bytes, int]:
    """The content of a backup, and how many rows it has."""
    packed, count = BytesIO(), 0
    with database.reading() as connection, gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        file.write(_line({"format": _FORMAT, "schema": HEAD}))
        for table in TABLES:
            for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings():
                file.write(_line({"table": table.name, "row": {key: _plain(value) for key, value in row.items()}}))
                count += 1
        file.write(_line({"rows": count}))
    return packed.getvalue(), count


def restore(database: Database, content: bytes, source: str) -> int:
    """Fill an empty database from a backup, all of it or nothing; how many rows that were.

    Raises:
        UsageError: the file is no whole backup, or the database is not empty.
    """
    by_name = {table.name: table for table in TABLES}
    lines = _lines(content, source)
    head = next(lines, {})
    if head.get("format") != _FORMAT or head.get("schema") != HEAD:
        raise UsageError("no backup of this version", source=source, hint="`ccpp database backup` writes one")
    count, ended = 0, False
    with database.writing() as connection:
        if any(connection.execute(select(func.count()).select_from(table)).scalar() for table in TABLES):
            raise UsageError("the database is not empty", source=database.name, hint="restore into a new one")
        for line in lines:
            if "rows" in line:
                ended = line["rows"] == count
                break
            table = by_name.get(line.get("table", ""))
            if table is None:
                break
            connection.execute(insert(table).values(_values(table, line["row"])))
            count += 1
        if not ended:
            raise UsageError("the backup ends before its end", source=source, hint="take another one")
        if not database.is_sqlite:  # what gives out numbers goes on behind the last one
            for table in TABLES:
                if "number" in table.c:
                    connection.execute(text(_SEQUENCE.format(table=table.name)))
    return count


_SEQUENCE = (
    "SELECT setval(pg_get_serial_sequence('{table}', 'number'), greatest((SELECT max(number) FROM {table}), 1),"
    " (SELECT count(*) > 0 FROM {table}))"
)


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:  # noqa: ANN401  a column's value
    return b64encode(value).decode() if isinstance(value, bytes | memoryview) else value


def _values(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    binary = {column.name for column in table.columns if isinstance(column.type, LargeBinary)}
    return {key: b64decode(value) if key in binary and value is not None else value for key, value in row.items()}


def _lines(content: bytes, source: str) -> Iterator[dict[str, Any]]:
    try:
        with gzip.GzipFile(fileobj=BytesIO(content)) as file:
            for line in file:
                yield json.loads(line)
    except (OSError, EOFError, ValueError) as error:
        raise UsageError(f"no backup: {error}", source=source, hint="`ccpp database backup` writes one") from None
