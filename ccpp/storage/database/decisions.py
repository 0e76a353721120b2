"""Decisions on record, as `ccpp.records` writes them: read back for people, the newest first. Nothing secret is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, insert, select

from ccpp.storage.database.tables import DECISION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ccpp.storage.database.opening import Database


class Decided(NamedTuple):
    """A decision: the columns of table `decision`."""

    number: int
    at: float
    profile: str
    digest: str
    catalogue: str
    application: str
    chosen: str | None
    record: str
    request: str


def add_decisions(database: Database, decisions: Iterable[Mapping[str, object]], now: float, request: str) -> None:
    """Keep decisions that stand by themselves; those behind an install are kept with it."""
    rows = [{**one, "at": now, "request": request} for one in decisions]
    if rows:
        with database.writing() as connection:
            connection.execute(insert(DECISION), rows)


def decisions_before(
    database: Database, before: int | None, limit: int, *, application: str = "", profile: str = ""
) -> tuple[Decided, ...]:
    """The decisions before a number, the newest first, on one application or for one profile where they are named."""
    query = select(*(DECISION.c[name] for name in Decided._fields)).order_by(DECISION.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(DECISION.c.number < before)
    if application:
        query = query.where(DECISION.c.application == application)
    if profile:
        query = query.where(DECISION.c.profile == profile)
    with database.reading() as connection:
        return tuple(Decided(*row) for row in connection.execute(query))


def count_decisions(database: Database) -> int:
    """How many decisions are on record."""
    with database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(DECISION)).scalar_one())
