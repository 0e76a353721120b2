"""Short messages on their way to devices, kept until a gateway took every one of them, it refuses them, or their time is over.

A message is a letter: a recipient and the short messages that carry one push. It is claimed by moving its `due` on, so that of several
processes one tries it, and another one does after the lease if that one died. What a gateway took is noted at once, one short message at a time,
and is not sent again; only a short message whose answer was lost can be sent twice.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from ccpp.storage.database.audit import note
from ccpp.storage.database.tables import OUTBOX

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from ccpp.storage.database.opening import Database
    from ccpp.storage.database.secrecy import Keys


class MessageState(StrEnum):
    """How far a message is; the last three are the end."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"


class Part(NamedTuple):
    """One short message: its user data, whether a header is in front of it, and how it is coded (3GPP TS 23.038)."""

    user_data: bytes
    header: bool
    coding: int


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """What is sent, and to whom; both are secret."""

    to: str
    parts: tuple[Part, ...]

    def __repr__(self) -> str:
        """How many short messages it has."""
        return f"Letter({len(self.parts)} parts)"


class Message(NamedTuple):
    """What may be told of a message; `receipts` has a name for each short message that the gateway took."""

    id: str
    state: MessageState
    receipts: tuple[str | None, ...]
    attempts: int
    due: float
    created: float
    expires: float
    changed: float
    error: str | None


def message_place(identifier: str) -> str:
    """Where a message lies, which what is sealed of it is bound to."""
    return f"message {identifier}"


def _message(row: Row[Any]) -> Message:
    values = {name: getattr(row, name) for name in Message._fields}
    return Message(**values | {"state": MessageState(row.state), "receipts": tuple(json.loads(row.receipts))})


class Sending(NamedTuple):
    """Who sends a message, by which request, and the request's key, where its sender gave it one."""

    actor: str
    request: str
    key: str | None = None


def put_message(database: Database, keys: Keys, message: Message, letter: Letter, sending: Sending) -> Message:
    """Keep a new message; the one that is there already, if the request of that key was made before.

    Raises:
        SecrecyError: there is no key to seal it with.
    """
    content = json.dumps([letter.to, [[part.user_data.hex(), part.header, part.coding] for part in letter.parts]])
    data_key, sealed = keys.seal(content.encode(), message_place(message.id))
    values = message._asdict() | {"receipts": json.dumps(message.receipts), "state": message.state.value}
    try:
        with database.writing() as connection:
            connection.execute(insert(OUTBOX).values(**values, data_key=data_key, sealed=sealed, request_key=sending.key))
            detail = {"parts": len(letter.parts)}
            note(connection, message.created, sending.actor, "send", message_place(message.id), detail, sending.request)
    except IntegrityError:
        with database.reading() as connection:
            row = connection.execute(select(OUTBOX).where(OUTBOX.c.request_key == sending.key)).first()
        if row is None:
            raise
        return _message(row)
    return message


def find_message(database: Database, identifier: str) -> Message | None:
    """A message by its identifier."""
    with database.reading() as connection:
        row = connection.execute(select(OUTBOX).where(OUTBOX.c.id == identifier)).first()
    return _message(row) if row else None


def claim_messages(database: Database, keys: Keys, now: float, lease: float, limit: int) -> list[tuple[Message, Letter]]:
    """Messages that are due, which nobody else gets for the seconds of the lease; each counts an attempt.

    Raises:
        SecrecyError: the key that opens one is not there.
    """
    waiting = OUTBOX.c.state == MessageState.QUEUED, OUTBOX.c.due <= now, OUTBOX.c.expires > now
    with database.reading() as connection:
        if connection.execute(select(OUTBOX.c.id).where(*waiting).limit(1)).first() is None:
            return []  # the usual case, for which nobody is kept from writing
    claimed = []
    with database.writing() as connection:
        for row in connection.execute(select(OUTBOX).where(*waiting).order_by(OUTBOX.c.due, OUTBOX.c.id).limit(limit)).all():
            mine = update(OUTBOX).where(OUTBOX.c.id == row.id, OUTBOX.c.due == row.due, *waiting)
            if connection.execute(mine.values(due=now + lease, attempts=row.attempts + 1, changed=now)).rowcount:
                claimed.append(row)
    return [(_message(row)._replace(attempts=row.attempts + 1), _letter(keys, row)) for row in claimed]


def _letter(keys: Keys, row: Row[Any]) -> Letter:
    to, parts = json.loads(keys.unseal(row.data_key, bytes(row.sealed), message_place(row.id)))
    return Letter(to, tuple(Part(bytes.fromhex(data), header, coding) for data, header, coding in parts))


def note_receipt(database: Database, identifier: str, number: int, receipt: str, now: float) -> None:
    """A gateway took a short message of a message; with the last of them the message is sent and what was in it is gone."""
    with database.writing() as connection:
        row = _locked(connection, identifier)
        if row is None:
            return
        receipts = json.loads(row.receipts)
        receipts[number] = receipts[number] or receipt
        values = {"receipts": json.dumps(receipts), "changed": now}
        if all(receipts):
            values |= _ended(MessageState.SENT)
        connection.execute(update(OUTBOX).where(OUTBOX.c.id == identifier).values(**values))


def _locked(connection: Connection, identifier: str) -> Row[Any] | None:
    return connection.execute(select(OUTBOX).where(OUTBOX.c.id == identifier).with_for_update()).first()


def _ended(state: MessageState, error: str | None = None) -> dict[str, Any]:
    return {"state": state.value, "sealed": None, "data_key": None, "error": error}


def put_off(database: Database, identifier: str, due: float, error: str, now: float) -> None:
    """Try a message that is still queued again, at a time."""
    with database.writing() as connection:
        queued = update(OUTBOX).where(OUTBOX.c.id == identifier, OUTBOX.c.state == MessageState.QUEUED)
        connection.execute(queued.values(due=due, error=error, changed=now))


def give_up(database: Database, identifier: str, error: str, now: float) -> None:
    """A message that the gateway will never take."""
    with database.writing() as connection:
        queued = update(OUTBOX).where(OUTBOX.c.id == identifier, OUTBOX.c.state == MessageState.QUEUED)
        connection.execute(queued.values(**_ended(MessageState.FAILED, error), changed=now))


def expire_messages(database: Database, now: float, keep: float) -> int:
    """Give up what is past its time, and forget what ended more than `keep` seconds ago; how many expired."""
    late = OUTBOX.c.state == MessageState.QUEUED, OUTBOX.c.expires <= now
    old = OUTBOX.c.state != MessageState.QUEUED, OUTBOX.c.changed < now - keep
    with database.reading() as connection:
        if not any(connection.execute(select(func.count()).select_from(OUTBOX).where(*one)).scalar() for one in (late, old)):
            return 0
    with database.writing() as connection:
        error = {"state": MessageState.EXPIRED.value, "sealed": None, "data_key": None, "changed": now}
        expired = connection.execute(update(OUTBOX).where(*late).values(**error)).rowcount
        connection.execute(delete(OUTBOX).where(*old))
    return int(expired)
