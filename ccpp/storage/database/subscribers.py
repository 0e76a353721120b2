"""Subscribers: what is known of them, and what is secret of them, sealed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from sqlalchemy import delete, insert, select, update

from ccpp.storage.database.audit import note
from ccpp.storage.database.outbox import message_place
from ccpp.storage.database.secrecy import Keys, new_key, seal, unseal
from ccpp.storage.database.tables import CREDENTIAL, DATA_KEY, OUTBOX, SUBSCRIBER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Column, Connection

    from ccpp.storage.database.opening import Database


class Subscriber(NamedTuple):
    """A subscriber: facts that anybody may see who may see subscribers, and secrets by name, which no print shows."""

    id: str
    facts: Mapping[str, Any]
    secrets: Mapping[str, str]

    def __repr__(self) -> str:
        """The names of the secrets, and nothing of them."""
        return f"Subscriber({self.id!r}, {dict(self.facts)!r}, secrets={sorted(self.secrets)})"


def subscriber_place(identifier: str) -> str:
    """Where a subscriber's secrets lie, which they are bound to."""
    return f"subscriber {identifier}"


def credential_place(user: str) -> str:
    """Where a caller's credential lies, which it is bound to."""
    return f"credential {user}"


#: What is sealed, by the key of its table, and where it lies by that.
SEALED: tuple[tuple[Column[str], Callable[[str], str]], ...] = (
    (SUBSCRIBER.c.id, subscriber_place),
    (CREDENTIAL.c.user, credential_place),
    (OUTBOX.c.id, message_place),
)


def open_keys(database: Database, master: bytes | None, now: float) -> Keys:
    """The data keys, the first one made where there is a master key and none yet.

    Raises:
        SecrecyError: the master key is not the one that the data keys were sealed with.
    """
    with database.writing() as connection:
        if master is None:
            return Keys({}, None)
        if connection.execute(select(DATA_KEY.c.id).limit(1)).first() is None:
            _add_key(connection, master, now)
        return data_keys(connection, master)


def _add_key(connection: Connection, master: bytes, now: float) -> str:
    name = str(uuid4())
    connection.execute(insert(DATA_KEY).values(id=name, wrapped=seal(master, new_key(), f"data key {name}"), created=now))
    return name


def data_keys(connection: Connection, master: bytes) -> Keys:
    """The data keys, opened.

    Raises:
        SecrecyError: the master key is not the one that they were sealed with.
    """
    rows = connection.execute(select(DATA_KEY).order_by(DATA_KEY.c.created, DATA_KEY.c.id)).all()
    keys = {row.id: unseal(master, row.wrapped, f"data key {row.id}") for row in rows}
    return Keys(keys, rows[-1].id if rows else None)


def put_subscriber(database: Database, keys: Keys, subscriber: Subscriber, now: float, actor: str, request: str = "") -> None:
    """Keep a subscriber, in place of what was kept under the same identifier.

    Raises:
        SecrecyError: there are secrets and no key to seal them with.
    """
    content = json.dumps(dict(subscriber.secrets)).encode()
    key, sealed = keys.seal(content, subscriber_place(subscriber.id)) if subscriber.secrets else (None, None)
    values = {"facts": json.dumps(dict(subscriber.facts)), "data_key": key, "sealed": sealed, "changed": now}
    with database.writing() as connection:
        if not connection.execute(update(SUBSCRIBER).where(SUBSCRIBER.c.id == subscriber.id).values(**values)).rowcount:
            connection.execute(insert(SUBSCRIBER).values(id=subscriber.id, **values))
        detail = {"facts": sorted(subscriber.facts), "secrets": sorted(subscriber.secrets)}
        note(connection, now, actor, "put", subscriber_place(subscriber.id), detail, request)


def get_subscriber(database: Database, keys: Keys, identifier: str) -> Subscriber | None:
    """A subscriber with what is secret of them.

    Raises:
        SecrecyError: the key that opens it is not there.
    """
    with database.reading() as connection:
        row = connection.execute(select(SUBSCRIBER).where(SUBSCRIBER.c.id == identifier)).first()
    if row is None:
        return None
    return Subscriber(identifier, json.loads(row.facts), {} if row.sealed is None else open_sealed(keys, row))


def open_sealed(keys: Keys, row: Any) -> dict[str, str]:  # noqa: ANN401  a row of the table
    """What is secret of a subscriber.

    Raises:
        SecrecyError: the key that opens it is not there, or the bytes were changed or moved.
    """
    opened: dict[str, str] = json.loads(keys.unseal(row.data_key, bytes(row.sealed), subscriber_place(row.id)))
    return opened


def remove_subscriber(database: Database, identifier: str, now: float, actor: str, request: str = "") -> bool:
    """Forget a subscriber; whether there was one."""
    with database.writing() as connection:
        removed = connection.execute(delete(SUBSCRIBER).where(SUBSCRIBER.c.id == identifier)).rowcount
        note(connection, now, actor, "remove", subscriber_place(identifier), {}, request)
    return bool(removed)


def rotate(database: Database, old: bytes, new: bytes, now: float, actor: str) -> int:
    """Seal everything anew, with a new data key under the new master key, and drop the old data keys; how many rows that were.

    All of it or nothing: whatever ends it, one of the two master keys opens everything. `old` and `new` may be the same.

    Raises:
        SecrecyError: `old` is not the master key.
    """
    with database.writing() as connection:
        before = data_keys(connection, old)
        name = str(uuid4())
        key = new_key()
        connection.execute(insert(DATA_KEY).values(id=name, wrapped=seal(new, key, f"data key {name}"), created=now))
        after = Keys({name: key}, name)
        rows = sum(_sealed_anew(connection, column, place, before, after) for column, place in SEALED)
        connection.execute(delete(DATA_KEY).where(DATA_KEY.c.id != name))
        note(connection, now, actor, "rotate", "data keys", {"rows": rows})
    return rows


def _sealed_anew(connection: Connection, column: Column[str], place: Callable[[str], str], before: Keys, after: Keys) -> int:
    """Seal what is sealed in each row of a table with another key; how many rows that were. `column` is the table's own key."""
    table = column.table
    rows = connection.execute(select(column, table.c.data_key, table.c.sealed).where(table.c.sealed.is_not(None))).all()
    for name, key, sealed in rows:
        data_key, again = after.seal(before.unseal(key, bytes(sealed), place(name)), place(name))
        connection.execute(update(table).where(column == name).values(data_key=data_key, sealed=again))
    return len(rows)
