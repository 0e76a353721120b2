"""One-time passwords that were sent out and wait for their answer, and the tokens that a client has for having given one.

None of it is kept as it is: a challenge is named by the digest of a cookie that only its client has, its password is a digest together with that
cookie, a token is its digest. So whoever reads the database can answer nothing.
"""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, func, insert, select, update

from ccpp.storage.database.tables import CHALLENGE, CLIENT_TOKEN

if TYPE_CHECKING:
    from ccpp.storage.database.opening import Database


class Challenge(NamedTuple):
    """A password that was sent: digests of its cookie, of whom it was asked for and of itself; the subscriber, `None` if there is none."""

    mark: bytes
    asked: bytes
    code: bytes
    subscriber: str | None
    tries: int
    until: float


def put_challenge(database: Database, challenge: Challenge, now: float, limit: int) -> bool:
    """Keep a challenge, and forget those that are over; `False` where as many as `limit` wait that were asked for the same."""
    with database.writing() as connection:
        connection.execute(delete(CHALLENGE).where(CHALLENGE.c.until <= now))
        same = select(func.count()).select_from(CHALLENGE).where(CHALLENGE.c.asked == challenge.asked)
        if (connection.execute(same).scalar() or 0) >= limit:
            return False
        connection.execute(insert(CHALLENGE).values(**challenge._asdict()))
    return True


def answer_challenge(database: Database, mark: bytes, code: bytes, now: float) -> str | None:
    """Whose challenge was answered rightly, which is done once; a wrong answer costs a try, and after the last one none is right."""
    with database.writing() as connection:
        mine = CHALLENGE.c.mark == mark
        row = connection.execute(select(CHALLENGE).where(mine).with_for_update()).first()
        if row is None or row.until <= now or row.tries <= 0:
            return None
        connection.execute(update(CHALLENGE).where(mine).values(tries=row.tries - 1))
        if not compare_digest(bytes(row.code), code):
            return None
        connection.execute(update(CHALLENGE).where(mine).values(tries=0))
        subscriber: str | None = row.subscriber
    return subscriber


def put_token(database: Database, mark: bytes, subscriber: str, until: float, now: float, limit: int) -> None:
    """Keep a token; of a subscriber's the newest `limit` hold."""
    with database.writing() as connection:
        own = CLIENT_TOKEN.c.subscriber == subscriber
        connection.execute(delete(CLIENT_TOKEN).where(CLIENT_TOKEN.c.until <= now))
        newest = select(CLIENT_TOKEN.c.mark).where(own).order_by(CLIENT_TOKEN.c.until.desc()).limit(limit - 1)
        kept = [row.mark for row in connection.execute(newest)]
        connection.execute(delete(CLIENT_TOKEN).where(own, CLIENT_TOKEN.c.mark.not_in(kept)))
        connection.execute(insert(CLIENT_TOKEN).values(mark=mark, subscriber=subscriber, until=until))


def subscriber_of(database: Database, mark: bytes, now: float) -> str | None:
    """Whose token it is; `None` for nobody's, or one that is over."""
    with database.reading() as connection:
        found: str | None = connection.execute(
            select(CLIENT_TOKEN.c.subscriber).where(CLIENT_TOKEN.c.mark == mark, CLIENT_TOKEN.c.until > now)
        ).scalar()
    return found
