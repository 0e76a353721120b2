"""What was fetched before and what could not be: one entry a URL, kept in a file or in memory.

A cache keeps and returns; what an entry is still good for is decided in `ccpp.storage.fetching`.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from ccpp.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")

#: Entries kept in memory: at their largest they take 256 MB, at the usual 17 KB not 5.
MAX_IN_MEMORY = 256
#: Entries kept in a file: more than there are profiles in the world's lists; past it those first seen go.
MAX_IN_FILE = 50_000
#: Seconds to wait for another process that writes.
_BUSY = 5.0


class Fetched(NamedTuple):
    """A document as fetched.

    `url` is what was asked and `final_url` what answered after redirects; times are seconds since 1970. `stale` says that the
    document could not be had or revalidated and is an older copy (CC/PP exchange warning 101); `from_cache` that the content was
    not transferred now.
    """

    url: str
    final_url: str
    status: int
    content: bytes
    etag: str | None
    last_modified: str | None
    fetched_at: float
    stale: bool = False
    from_cache: bool = False
    media_type: str | None = None


class Failure(NamedTuple):
    """Why the last fetch failed, and until when it is not tried again."""

    kind: str
    message: str
    retry_at: float


class Entry(NamedTuple):
    """All that is known of a URL: the last copy, how long it is fresh and how long it may serve stale, and the last failure."""

    copy: Fetched | None = None
    fresh_until: float = 0.0
    stale_until: float = 0.0
    failure: Failure | None = None


class Cache(Protocol):
    """Keeps an entry a URL; each `put` is whole or nothing, and several threads may use one cache."""

    def get(self, url: str) -> Entry | None:
        """What is known of the URL."""
        ...

    def put(self, url: str, entry: Entry) -> None:
        """Keep this in place of what was known of the URL."""
        ...


class MemoryCache:
    """A cache for as long as the process lives; the entry longest unchanged goes first."""

    def __init__(self, limit: int = MAX_IN_MEMORY) -> None:
        self._limit = limit
        self._entries: dict[str, Entry] = {}
        self._lock = Lock()

    def get(self, url: str) -> Entry | None:
        """What is known of the URL."""
        return self._entries.get(url)

    def put(self, url: str, entry: Entry) -> None:
        """Keep this in place of what was known of the URL."""
        with self._lock:
            self._entries.pop(url, None)
            self._entries[url] = entry
            while len(self._entries) > self._limit:
                del self._entries[next(iter(self._entries))]


_SCHEMA = """
CREATE TABLE IF NOT EXISTS fetched (
    url TEXT PRIMARY KEY, final_url TEXT, status INTEGER, content BLOB, etag TEXT, last_modified TEXT, fetched_at REAL,
    media_type TEXT, fresh_until REAL, stale_until REAL, failure_kind TEXT, failure_message TEXT, retry_at REAL
)
"""
_OF_COPY = ("final_url", "status", "content", "etag", "last_modified", "fetched_at", "media_type")
_GET = "SELECT * FROM fetched WHERE url = ?"
_PUT = """
INSERT INTO fetched VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (url) DO UPDATE SET
    final_url = excluded.final_url, status = excluded.status, content = excluded.content, etag = excluded.etag,
    last_modified = excluded.last_modified, fetched_at = excluded.fetched_at, media_type = excluded.media_type,
    fresh_until = excluded.fresh_until, stale_until = excluded.stale_until, failure_kind = excluded.failure_kind,
    failure_message = excluded.failure_message, retry_at = excluded.retry_at
"""
#: Row numbers have no gaps, because a changed row keeps its own and rows go at the low end only: so this counts.
_TRIM = "DELETE FROM fetched WHERE rowid <= (SELECT max(rowid) FROM fetched) - ?"


class SqliteCache:
    """A cache in a file, shared by threads and processes; `limit` is the number of entries it keeps.

    Raises:
        UsageError: from every method, if the file is no database or cannot be written.
    """

    def __init__(self, path: Path, limit: int = MAX_IN_FILE) -> None:
        self._path = path
        self._limit = limit
        self._with(lambda database: database.execute(_SCHEMA))

    def get(self, url: str) -> Entry | None:
        """What is known of the URL."""
        row = self._with(lambda database: database.execute(_GET, (url,)).fetchone())
        if row is None:
            return None
        _, *of_copy, fresh_until, stale_until, kind, message, retry_at = row
        about = dict(zip(_OF_COPY, of_copy, strict=True))
        copy = Fetched(url, **about) if about["content"] is not None else None
        return Entry(copy, fresh_until, stale_until, Failure(kind, message, retry_at) if kind is not None else None)

    def put(self, url: str, entry: Entry) -> None:
        """Keep this in place of what was known of the URL."""
        copy, failure = entry.copy, entry.failure
        of_copy = [getattr(copy, column, None) for column in _OF_COPY]
        of_failure = [getattr(failure, column, None) for column in Failure._fields]
        row = (url, *of_copy, entry.fresh_until, entry.stale_until, *of_failure)

        def keep(database: sqlite3.Connection) -> None:
            database.execute(_PUT, row)
            database.execute(_TRIM, (self._limit,))

        self._with(keep)

    def _with(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """One transaction on a connection of its own, since a connection belongs to one thread."""
        try:
            with closing(sqlite3.connect(self._path, timeout=_BUSY)) as database, database:
                return work(database)
        except sqlite3.Error as error:
            raise UsageError(f"cannot be used as a cache: {error}", source=str(self._path)) from None
