"""Whether what is kept is whole: the file, what refers to what, and that every install came to its state by steps that may be taken.

Nothing is changed, and no finding says anything that is secret.
"""

from __future__ import annotations

import json
import zlib
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from ccpp.lifecycle import TRANSITIONS, Step
from ccpp.storage.database.catalogues import unpack
from ccpp.storage.database.secrecy import SecrecyError
from ccpp.storage.database.subscribers import SEALED, data_keys
from ccpp.storage.database.tables import AUDIT, CATALOGUE_VERSION, DECISION, INSTALL, INSTALL_EVENT, SUBSCRIBER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from ccpp.storage.database.opening import Database

#: Findings of one check at most: a damaged database has one for each row.
MAX_FINDINGS = 1_000


class Finding(NamedTuple):
    """Something that is not as it must be: which thing, and what is wrong with it."""

    subject: str
    message: str


def check(database: Database, master: bytes | None = None) -> list[Finding]:
    """What is wrong with a database, nothing if it is whole; with the operator's key also whether all that is sealed opens.

    Raises:
        StorageError: it is damaged so far that it cannot be read.
    """
    found: list[Finding] = []
    with database.reading() as connection:
        for question in (_file, *_QUESTIONS) if database.is_sqlite else _QUESTIONS:
            found.extend(question(connection))
        if master is not None:
            found.extend(_sealed(connection, master))
    return found[:MAX_FINDINGS]


def _file(connection: Connection) -> Iterator[Finding]:
    """What SQLite itself finds: damaged pages, indexes that differ from their tables, rows that refer to none."""
    for (said,) in connection.exec_driver_sql(f"PRAGMA integrity_check({MAX_FINDINGS})"):
        if said != "ok":
            yield Finding("file", said)
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield Finding(f"{table} {row}", f"refers to no {parent}")


def _versions(connection: Connection) -> Iterator[Finding]:
    for row in connection.execute(select(CATALOGUE_VERSION.c.number, CATALOGUE_VERSION.c.packed)):
        try:
            whole = bool(unpack(row.packed))
        except (ValueError, TypeError, zlib.error):
            whole = False
        if not whole:
            yield Finding(f"catalogue {row.number}", "its documents cannot be read")


def _installs(connection: Connection) -> Iterator[Finding]:
    """Every install has an offer and then steps each of which leads on from the one before, the last one to its state."""
    event = INSTALL_EVENT.c
    columns = (
        INSTALL.c.id,
        INSTALL.c.state.label("reached"),
        INSTALL.c.code.label("reported"),
        event.step,
        event.state,
        event.code,
    )
    query = select(*columns).outerjoin_from(INSTALL, INSTALL_EVENT, event.install == INSTALL.c.id)
    for identifier, rows in groupby(connection.execute(query.order_by(INSTALL.c.id, event.number)), lambda row: row.id):
        wrong = _history(list(rows))
        if wrong:
            yield Finding(f"install {identifier}", wrong)


def _history(events: Sequence[Any]) -> str | None:
    """What is wrong with the events of an install, in order."""
    if events[0].step != Step.OFFER:
        return "it was never offered"
    for before, event in pairwise(events):
        step = TRANSITIONS.get(event.step)
        if step is None or before.state not in step.before or event.state != step.after:
            return f"step `{event.step}` cannot follow `{before.state}`"
    last = events[-1]
    if (last.state, last.code) != (last.reached, last.reported):
        return f"it is `{last.reached}`, and its last event says `{last.state}`"
    return None


def _texts(connection: Connection) -> Iterator[Finding]:
    """What is kept as JSON is JSON."""
    for table, key, column in (
        (DECISION, DECISION.c.number, DECISION.c.record),
        (SUBSCRIBER, SUBSCRIBER.c.id, SUBSCRIBER.c.facts),
        (AUDIT, AUDIT.c.number, AUDIT.c.detail),
    ):
        for name, text in connection.execute(select(key, column)):
            try:
                json.loads(text)
            except (ValueError, TypeError):
                yield Finding(f"{table.name} {name}", f"its {column.name} cannot be read")


def _sealed(connection: Connection, master: bytes) -> Iterator[Finding]:
    try:
        keys = data_keys(connection, master)
    except SecrecyError as error:
        yield Finding("data keys", error.message)
        return
    for column, place in SEALED:
        table = column.table
        query = select(column, table.c.data_key, table.c.sealed).where(table.c.sealed.is_not(None))
        for name, key, sealed in connection.execute(query):
            try:
                keys.unseal(key, bytes(sealed), place(name))
            except SecrecyError:
                yield Finding(place(name), "what is sealed does not open")


_QUESTIONS: Iterable[Callable[[Connection], Iterator[Finding]]] = (_versions, _installs, _texts)
