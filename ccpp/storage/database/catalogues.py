"""Versions of the catalogue: kept whole, put into service by one row, and brought back by another."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, insert, select

from ccpp.errors import UsageError
from ccpp.storage.database.audit import note
from ccpp.storage.database.tables import ACTIVATION, CATALOGUE_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from ccpp.storage.database.opening import Database

#: Bytes of a version's documents; those of a catalogue are bounded below this.
_MAX_UNPACKED = 192 * 1_048_576


class Version(NamedTuple):
    """A version of the catalogue, without its documents."""

    number: int
    digest: str
    label: str
    created: float
    actor: str


_COLUMNS = [CATALOGUE_VERSION.c[name] for name in Version._fields]


def pack(documents: Iterable[tuple[str, bytes]]) -> bytes:
    """Documents by name as bytes."""
    return zlib.compress(json.dumps([[name, b64encode(data).decode()] for name, data in documents]).encode())


def unpack(packed: bytes) -> list[tuple[str, bytes]]:
    """The documents again."""
    content = zlib.decompressobj().decompress(packed, _MAX_UNPACKED)
    return [(name, b64decode(data)) for name, data in json.loads(content)]


def publish(database: Database, documents: Iterable[tuple[str, bytes]], label: str, digest: str, now: float, actor: str) -> int:
    """Keep a version, without putting it into service; its number, which is the old one where the last version is the same."""
    with database.writing() as connection:
        last = connection.execute(select(*_COLUMNS).order_by(CATALOGUE_VERSION.c.number.desc()).limit(1)).first()
        if last and last.digest == digest:
            return int(last.number)
        made = connection.execute(
            insert(CATALOGUE_VERSION).values(digest=digest, label=label, packed=pack(documents), created=now, actor=actor)
        )
        number = int((made.inserted_primary_key or [0])[0])
        note(connection, now, actor, "publish", f"catalogue {number}", {"digest": digest})
    return number


def activate(database: Database, number: int, now: float, actor: str) -> None:
    """Put a version into service, for every process at once.

    Raises:
        UsageError: there is no such version.
    """
    with database.writing() as connection:
        _activate(connection, number, now, actor, "activate")


def rollback(database: Database, now: float, actor: str) -> int:
    """Put the version into service that was there before the present one; its number.

    Raises:
        UsageError: there was none before.
    """
    with database.writing() as connection:
        before = _before(connection)
        if before is None:
            raise UsageError("no version was in service before this one")
        _activate(connection, before, now, actor, "rollback")
        return before


def previous(database: Database) -> int | None:
    """The number of the version that was in service before the present one, to which `rollback` leads."""
    with database.reading() as connection:
        return _before(connection)


def _before(connection: Connection) -> int | None:
    order = ACTIVATION.c.number.desc()
    present = connection.execute(select(ACTIVATION.c.version).order_by(order).limit(1)).scalar()
    query = select(ACTIVATION.c.version).where(ACTIVATION.c.version != present).order_by(order).limit(1)
    number: int | None = connection.execute(query).scalar()
    return number


def _activate(connection: Connection, number: int, now: float, actor: str, action: str) -> None:
    if connection.execute(select(CATALOGUE_VERSION.c.number).where(CATALOGUE_VERSION.c.number == number)).first() is None:
        raise UsageError(f"no version {number} of the catalogue", hint="`ccpp database versions` lists them")
    connection.execute(insert(ACTIVATION).values(version=number, at=now, actor=actor))
    note(connection, now, actor, action, f"catalogue {number}", {})


def active(database: Database) -> int | None:
    """The number of the version in service."""
    with database.reading() as connection:
        query = select(ACTIVATION.c.version).order_by(ACTIVATION.c.number.desc()).limit(1)
        number: int | None = connection.execute(query).scalar()
    return number


def newest(database: Database) -> int | None:
    """The number of the last version that was kept."""
    with database.reading() as connection:
        number: int | None = connection.execute(select(func.max(CATALOGUE_VERSION.c.number))).scalar()
    return number


def versions(database: Database) -> tuple[Version, ...]:
    """Every version, the newest first."""
    with database.reading() as connection:
        rows = connection.execute(select(*_COLUMNS).order_by(CATALOGUE_VERSION.c.number.desc()))
        return tuple(Version(*row) for row in rows)


def documents_of(database: Database, number: int) -> list[tuple[str, bytes]]:
    """The documents of a version.

    Raises:
        UsageError: there is no such version.
    """
    with database.reading() as connection:
        packed = connection.execute(select(CATALOGUE_VERSION.c.packed).where(CATALOGUE_VERSION.c.number == number)).scalar()
    if packed is None:
        raise UsageError(f"no version {number} of the catalogue", hint="`ccpp database versions` lists them")
    return unpack(packed)
