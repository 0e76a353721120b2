"""Callers who prove who they are by a password, the codes that they are enrolled by, and what may be used once.

No password and no code is kept: of a password what RFC 7616 calls H(A1), sealed; of a code its SHA-256.
"""

from __future__ import annotations

import json
from hashlib import sha256
from hmac import compare_digest
from secrets import randbelow, token_urlsafe
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from ccpp.storage.database.audit import note
from ccpp.storage.database.subscribers import credential_place
from ccpp.storage.database.tables import CREDENTIAL, ENROLMENT, SPENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy import Connection, Row

    from ccpp.storage.database.opening import Database
    from ccpp.storage.database.secrecy import Keys

#: Wrong PINs after which a code is dead.
MAX_TRIES = 3
#: In one of so many uses what could not be used any more anyway is forgotten.
_FORGET = 100


class Credential(NamedTuple):
    """A caller: whose device it is, the roles, and by algorithm what a password is known again by, which no print shows."""

    user: str
    subscriber: str | None
    roles: tuple[str, ...]
    secrets: Mapping[str, str]

    def __repr__(self) -> str:
        """Nothing secret."""
        return f"Credential({self.user!r}, {self.subscriber!r}, {self.roles!r})"


class Enrolment(NamedTuple):
    """What a code is for: a subscriber's device or somebody without one, the roles, whether the user's PIN is asked for, and until when."""

    subscriber: str | None
    roles: tuple[str, ...]
    needs_pin: bool
    until: float


class Account(NamedTuple):
    """A new caller's name and password, told once; no print shows the password."""

    user: str
    password: str

    def __repr__(self) -> str:
        """Nothing secret."""
        return f"Account({self.user!r})"


class Decoy(NamedTuple):
    """What stands in for the credential of a user whom there is not, so that one is as much work as the other."""

    data_key: str
    sealed: bytes


def make_decoy(keys: Keys) -> Decoy:
    """A decoy.

    Raises:
        SecrecyError: there is no key to seal with.
    """
    return Decoy(*keys.seal(b"{}", credential_place("")))


def find_credential(database: Database, keys: Keys, user: str, decoy: Decoy) -> Credential | None:
    """The credential of a user; the way there is the same where there is none."""
    with database.reading() as connection:
        row = connection.execute(select(CREDENTIAL).where(CREDENTIAL.c.user == user)).first()
    data_key, sealed = (row.data_key, bytes(row.sealed)) if row else decoy
    secrets = json.loads(keys.unseal(data_key, sealed, credential_place(row.user if row else "")))
    return Credential(row.user, row.subscriber, tuple(row.roles.split()), secrets) if row else None


def remove_credential(database: Database, user: str, now: float, actor: str, request: str = "") -> bool:
    """Take a caller's credential away; whether there was one."""
    with database.writing() as connection:
        removed = connection.execute(delete(CREDENTIAL).where(CREDENTIAL.c.user == user)).rowcount
        note(connection, now, actor, "revoke", credential_place(user), {"found": bool(removed)}, request)
    return bool(removed)


def add_enrolment(database: Database, enrolment: Enrolment, now: float, actor: str, request: str = "") -> str:
    """Make a code for somebody; it is told once and works once."""
    code = token_urlsafe(12)
    values = enrolment._asdict() | {"roles": " ".join(enrolment.roles)}
    with database.writing() as connection:
        connection.execute(insert(ENROLMENT).values(**values, code=_mark(code), tries=0, used=None))
        detail = {"roles": list(enrolment.roles), "pin": enrolment.needs_pin, "until": enrolment.until}
        note(connection, now, actor, "enrol", f"subscriber {enrolment.subscriber or '-'}", detail, request)
    return code


class Redeeming(NamedTuple):
    """A code that is presented, with the PIN that came along, and what is asked for besides: the right PIN, and H(A1) of an account."""

    code: str
    pin: str | None
    right_pin: Callable[[str], str | None]
    hashed: Callable[[Account], Mapping[str, str]]


def redeem(database: Database, keys: Keys, presented: Redeeming, now: float, actor: str, request: str = "") -> Account | None:
    """A new caller in place of a code; `None` where the code does not hold: unknown, used, too old, or with wrong PINs too often.

    Of many who present a code at once one gets the account. Every outcome is in the audit log.
    """
    account = Account(token_urlsafe(9), token_urlsafe(18))
    with database.writing() as connection:
        row = connection.execute(select(ENROLMENT).where(ENROLMENT.c.code == _mark(presented.code)).with_for_update()).first()
        if row is None or not _holds(connection, row, presented, now):
            note(connection, now, actor, "refuse", "enrolment", {"known": row is not None}, request)
            return None
        data_key, sealed = keys.seal(json.dumps(presented.hashed(account)).encode(), credential_place(account.user))
        connection.execute(update(ENROLMENT).where(ENROLMENT.c.code == row.code).values(used=now))
        values = {"user": account.user, "subscriber": row.subscriber, "roles": row.roles}
        connection.execute(insert(CREDENTIAL).values(**values, data_key=data_key, sealed=sealed, created=now))
        subject = credential_place(account.user)
        note(connection, now, actor, "enrolled", subject, {"subscriber": row.subscriber, "roles": row.roles.split()}, request)
    return account


def _holds(connection: Connection, row: Row[Any], presented: Redeeming, now: float) -> bool:
    """Whether a code holds; a wrong PIN is counted."""
    if row.used is not None or row.until <= now or row.tries >= MAX_TRIES:
        return False
    if not row.needs_pin or _same(presented.pin, presented.right_pin(row.subscriber or "")):
        return True
    connection.execute(update(ENROLMENT).where(ENROLMENT.c.code == row.code).values(tries=row.tries + 1))
    return False


def _same(presented: str | None, right: str | None) -> bool:
    return presented is not None and right is not None and compare_digest(presented.encode(), right.encode())


def _mark(text: str) -> bytes:
    return sha256(text.encode(errors="replace")).digest()


def spend(database: Database, parts: Iterable[str], until: float, now: float) -> bool:
    """Use what may be used once: whether it was not used before. After `until` it could not be used anyway, and is forgotten."""
    try:
        with database.writing() as connection:
            if not randbelow(_FORGET):
                connection.execute(delete(SPENT).where(SPENT.c.until < now))
            connection.execute(insert(SPENT).values(mark=_mark("\n".join(parts)), until=until))
    except IntegrityError:
        return False
    return True
