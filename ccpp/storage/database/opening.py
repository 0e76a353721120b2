"""A database opened: SQLite in WAL mode by default, PostgreSQL by a URL; what goes wrong is told in one line, without credentials."""

from __future__ import annotations

from contextlib import contextmanager
from sqlite3 import SQLITE_FULL
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from ccpp.errors import CcppError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

#: Seconds that a writer of SQLite waits for another.
_BUSY = 10.0
#: Connections of one process to PostgreSQL, and how many more at most for a while.
_POOL, _OVERFLOW = 5, 5
_SCHEMES = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_SQLITE = "sqlite"
_DISK_FULL = "53100"


class StorageError(CcppError):
    """A database that cannot be used now, or is no database of ours."""


class StorageFull(StorageError):
    """There is no room for what is to be kept; what is kept is as it was."""


class Database:
    """A database of the server, by its URL; safe to share between threads.

    Args:
        url: `sqlite:///FILE`, or `postgresql://USER:PASSWORD@HOST/NAME`.

    Raises:
        UsageError: the URL is none of these.
    """

    def __init__(self, url: str) -> None:
        self.name = shown(url)
        parsed = make_url(url)
        self.engine = create_engine(parsed.set(drivername=_SCHEMES[parsed.drivername.partition("+")[0]]), **_settings(url))
        if self.is_sqlite:
            event.listen(self.engine, "connect", _connected)
            event.listen(self.engine, "begin", _begun)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of SQLite."""
        return bool(self.engine.dialect.name == _SQLITE)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes: all of it or, whatever ends it, nothing.

        Raises:
            StorageError: the database cannot be used now.
        """
        with told_plainly(self.name), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads one state of the whole database.

        Raises:
            StorageError: the database cannot be used now.
        """
        options: dict[str, Any] = {"reading": True} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with told_plainly(self.name), self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    def prepare(self) -> None:
        """Make the tables, or bring them up to date; several processes may do so at once.

        Raises:
            StorageError: it is damaged, somebody else's, or written by a newer version.
        """
        from ccpp.storage.database.migrating import HEAD, upgrade, version_of  # noqa: PLC0415  workers, which start often, need none of it

        with self.writing() as connection:
            if self.is_sqlite:
                _check_file(connection, self.name)
            else:
                connection.execute(text("SELECT pg_advisory_xact_lock(4343505)"))
            version = version_of(connection)
            if version is None and inspect(connection).get_table_names():
                raise StorageError("a database, but none of this server", source=self.name, hint="name another")
            if version is not None and version > HEAD:
                raise StorageError(f"written by a newer ccpp (schema {version}; this one knows {HEAD})", source=self.name)
            upgrade(connection)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def shown(url: str) -> str:
    """A database's URL as it may be shown: without a password.

    Raises:
        UsageError: it is the URL of no database that can be used.
    """
    try:
        parsed = make_url(url)
        # An `@` in the host is the rest of a password that was not written as %40.
        if parsed.drivername.partition("+")[0] in _SCHEMES and "@" not in (parsed.host or ""):
            parsed = parsed.set(query={key: "***" if "password" in key else value for key, value in parsed.query.items()})
            return str(parsed.render_as_string(hide_password=True))
    except ArgumentError:
        pass
    raise UsageError("not the URL of a database", hint="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")


def _settings(url: str) -> dict[str, Any]:
    if url.startswith(_SQLITE):
        return {"connect_args": {"timeout": _BUSY, "check_same_thread": False}}
    return {"pool_size": _POOL, "max_overflow": _OVERFLOW, "pool_pre_ping": True, "connect_args": {"connect_timeout": 5}}


def _connected(connection: Any, _record: object) -> None:  # noqa: ANN401  the driver's own
    """A connection of SQLite: transactions are begun by us, and what is committed outlives a loss of power."""
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begun(connection: Connection) -> None:
    """A transaction that will write says so at once, so that two of them wait for each other and never fail halfway."""
    reading = connection.get_execution_options().get("reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _check_file(connection: Connection, name: str) -> None:
    found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        raise StorageError("the file is damaged", source=name, hint="restore a backup by `ccpp database restore`")


@contextmanager
def told_plainly(name: str) -> Iterator[None]:
    """Whatever the database or its driver raises, as one line; what a unique key refuses is left to whoever asked."""
    try:
        yield
    except IntegrityError:
        raise
    except SQLAlchemyError as error:
        # What the driver says may hold values of the statement; its class and first line do not.
        cause = getattr(error, "orig", None) or error
        said = str(cause).strip().partition("\n")[0][:200] if not isinstance(cause, SQLAlchemyError) else type(cause).__name__
        if _is_full(cause):
            raise StorageFull(f"the database has no room: {said}", source=name, hint="make room on its disk") from None
        raise StorageError(f"the database cannot be used: {said}", source=name) from None


def _is_full(cause: BaseException) -> bool:
    """Whether a driver's error says that a disk is full, as SQLite and PostgreSQL (class 53, `disk_full`) say it."""
    return getattr(cause, "sqlite_errorcode", None) == SQLITE_FULL or getattr(cause, "sqlstate", None) == _DISK_FULL
