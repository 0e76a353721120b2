"""Who changed what: written in the transaction of the change, so that neither is there without the other. Nothing secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import insert, select

from ccpp.storage.database.tables import AUDIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from ccpp.storage.database.opening import Database


class Entry(NamedTuple):
    """A line of the audit log."""

    number: int
    at: float
    actor: str
    action: str
    subject: str
    detail: str
    request: str


def note(
    connection: Connection, at: float, actor: str, action: str, subject: str, detail: Mapping[str, object], request: str = ""
) -> None:
    """Write a line."""
    values = {"at": at, "actor": actor, "action": action, "subject": subject, "request": request}
    connection.execute(insert(AUDIT).values(**values, detail=json.dumps(detail, ensure_ascii=False)))


class Line(NamedTuple):
    """A line to be written: what `note` takes."""

    at: float
    actor: str
    action: str
    subject: str
    detail: Mapping[str, object]
    request: str = ""


def record(database: Database, line: Line) -> None:
    """Write a line about what changes nothing else here: something refused, or a secret told."""
    with database.writing() as connection:
        note(connection, *line)


def entries(database: Database, after: int = 0, limit: int = 1_000) -> tuple[Entry, ...]:
    """Lines after a number, the oldest first."""
    columns = [AUDIT.c[name] for name in Entry._fields]
    with database.reading() as connection:
        query = select(*columns).where(AUDIT.c.number > after).order_by(AUDIT.c.number).limit(limit)
        return tuple(Entry(*row) for row in connection.execute(query))


def entries_before(database: Database, before: int | None, limit: int) -> tuple[Entry, ...]:
    """Lines before a number, the newest first."""
    query = select(*(AUDIT.c[name] for name in Entry._fields)).order_by(AUDIT.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(AUDIT.c.number < before)
    with database.reading() as connection:
        return tuple(Entry(*row) for row in connection.execute(query))
