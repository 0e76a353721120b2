"""Installs and what happened to them. Each step is one transaction that moves an install only from where it may be moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from ccpp.storage.database.tables import DECISION, INSTALL, INSTALL_EVENT

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Connection

    from ccpp.storage.database.opening import Database


class Install(NamedTuple):
    """One application on one device: the columns of table `install`."""

    id: str
    application: str
    variant: str
    version: str
    catalogue: str
    profile: str
    profile_digest: str
    subscriber: str | None
    state: str
    code: int | None
    created: float
    changed: float
    request_key: str | None = None


class Event(NamedTuple):
    """Something that happened to an install."""

    step: str
    state: str
    code: int | None
    at: float
    request: str


def add_install(
    database: Database, install: Install, step: str, request: str, decision: Mapping[str, object] | None = None
) -> Install:
    """Keep a new install, with the decision behind it; the one that is there already, if its request was kept before.

    `decision` has what table `decision` has, but for the time and the request, which are the install's.
    """
    try:
        with database.writing() as connection:
            connection.execute(insert(INSTALL).values(**install._asdict()))
            _note(connection, install, step, install.created, request)
            if decision is not None:
                connection.execute(insert(DECISION).values(**decision, at=install.created, request=request))
    except IntegrityError:
        known = by_request(database, install.request_key or "")
        if known is None:
            raise
        return known
    return install


def _note(connection: Connection, install: Install, step: str, at: float, request: str) -> None:
    connection.execute(
        insert(INSTALL_EVENT).values(
            install=install.id, step=step, state=install.state, code=install.code, at=at, request=request
        )
    )


def find_install(database: Database, identifier: str) -> Install | None:
    """An install by its identifier."""
    return _one(database, INSTALL.c.id == identifier)


def by_request(database: Database, key: str) -> Install | None:
    """The install that a request made."""
    return _one(database, INSTALL.c.request_key == key)


def installs_of(database: Database, subscriber: str, application: str | None = None) -> tuple[Install, ...]:
    """A subscriber's installs, the newest first."""
    query = select(INSTALL).where(INSTALL.c.subscriber == subscriber).order_by(INSTALL.c.created.desc(), INSTALL.c.id)
    if application is not None:
        query = query.where(INSTALL.c.application == application)
    with database.reading() as connection:
        return tuple(Install(*row) for row in connection.execute(query))


def _one(database: Database, condition: Any) -> Install | None:  # noqa: ANN401  an expression of SQLAlchemy
    with database.reading() as connection:
        row = connection.execute(select(INSTALL).where(condition)).first()
    return Install(*row) if row else None


class Move(NamedTuple):
    """A step to be taken: its name, where it leads, from where it may be taken, and the status that was reported."""

    step: str
    after: str
    before: Collection[str]
    code: int | None = None


def move_install(database: Database, identifier: str, move: Move, now: float, request: str) -> tuple[Install | None, bool]:
    """Take a step with an install: the install afterwards, and whether it was moved; `None` where there is none.

    Where two requests do the same at once one of them moves it, and the other finds it moved.
    """
    with database.writing() as connection:
        moved = connection.execute(
            update(INSTALL)
            .where(INSTALL.c.id == identifier, INSTALL.c.state.in_(sorted(move.before)))
            .values(state=move.after, code=move.code, changed=now)
        ).rowcount
        row = connection.execute(select(INSTALL).where(INSTALL.c.id == identifier)).first()
        install = Install(*row) if row else None
        if install and moved:
            _note(connection, install, move.step, now, request)
    return install, bool(moved)


def events_of(database: Database, identifier: str) -> tuple[Event, ...]:
    """What happened to an install, in order."""
    columns = [INSTALL_EVENT.c[name] for name in Event._fields]
    query = select(*columns).where(INSTALL_EVENT.c.install == identifier).order_by(INSTALL_EVENT.c.number)
    with database.reading() as connection:
        return tuple(Event(*row) for row in connection.execute(query))
