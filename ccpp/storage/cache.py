"""What runs keep for the next one: what a document was read as, what a part of a report was counted to, each under the digest of what it is of.

The file is SQLite: whole after any end, and shared by runs side by side. It is named after the program and its vocabularies, so that
nothing outlives a change of either. Nothing may rest on it: what cannot be read or written there is done without, and a row that is not
what was written is as good as none.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import zlib
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ccpp.vocabulary import vocabulary_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

#: Bytes that the file may take: a reading has 1.5 kB, a part of 128 documents 20 kB. Where more is kept, the oldest makes room.
MAX_BYTES = 500_000_000
#: Rows that make room at a time.
ROWS = 1_000
#: Seconds to wait for another run that writes.
PATIENCE = 10

_PREFIX = "kept-"


@cache
def program_digest() -> str:
    """A digest of the program, its vocabularies and what it runs on; whatever changes, what was kept before is not found again."""
    total = sha256(f"{sys.version} rdflib {version('rdflib')}".encode())
    for folder, pattern in ((Path(__file__).parent.parent, "*.py"), (vocabulary_folder(), "*.*")):
        for path in sorted(folder.rglob(pattern)):
            total.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return total.hexdigest()


def cache_folder() -> Path:
    """Where a user's programs keep what they can do without (XDG Base Directory)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ccpp"


class Cache:
    """What was kept before, by key: open as a context; one that cannot be opened has nothing and takes nothing, and `fault` says why."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{_PREFIX}{program_digest()[:16]}.sqlite"
        self.fault: str | None = None
        self._connection: sqlite3.Connection | None = None
        self._last = 0

    def __enter__(self) -> Self:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                self._connection = self._opened()
            except sqlite3.DatabaseError:  # not what was written there: it can be made again
                self.path.unlink(missing_ok=True)
                self._connection = self._opened()
            self._remove_outlived()
        except (OSError, sqlite3.Error) as error:
            self.fault = str(error)
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection:
            self._connection.close()

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous=OFF")  # what a power cut destroys is made again
            connection.execute("CREATE TABLE IF NOT EXISTS kept (number INTEGER PRIMARY KEY, key BLOB UNIQUE, content BLOB)")
            (self._last,) = connection.execute("SELECT coalesce(max(number), 0) FROM kept").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _remove_outlived(self) -> None:
        for path in self.path.parent.glob(f"{_PREFIX}*.sqlite"):
            if path != self.path:
                path.unlink(missing_ok=True)

    def of(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """What was kept under some keys, of those that there are."""
        if not self._connection:
            return {}
        marks = ",".join("?" * len(keys))
        found = {}
        with self._noting():
            rows = self._connection.execute(f"SELECT key, content FROM kept WHERE key IN ({marks})", keys)  # noqa: S608  marks
            for key, content in rows:
                with suppress(zlib.error, TypeError):  # its checksum says that it is not what was written
                    found[key] = zlib.decompress(content)
        return found

    def keep(self, found: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep some contents by key, all at once or none; not where all the room is taken by what this run has kept."""
        packed = [(key, zlib.compress(content, 1)) for key, content in found]
        if not self._connection or not packed:
            return
        with self._noting():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                if self._makes_room(sum(len(content) for _, content in packed)):
                    self._connection.executemany("INSERT OR REPLACE INTO kept (key, content) VALUES (?, ?)", packed)
                self._connection.execute("COMMIT")
            except sqlite3.Error:
                self._connection.execute("ROLLBACK")
                raise

    def _makes_room(self, size: int) -> bool:
        """Whether there is room, made if need be by letting go of the oldest of what was there before this run."""
        while self._taken() + size > MAX_BYTES:
            oldest = "SELECT number FROM kept WHERE number <= ? ORDER BY number LIMIT ?"
            gone = self._connection.execute(f"DELETE FROM kept WHERE number IN ({oldest})", (self._last, ROWS))  # type: ignore[union-attr]  # noqa: S608
            if not gone.rowcount:
                return False
        return True

    def _taken(self) -> int:
        pages, free, size = (
            self._connection.execute(f"PRAGMA {name}").fetchone()[0]  # type: ignore[union-attr]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Go on after an error of the database, which is noted."""
        try:
            yield
        except sqlite3.Error as error:
            self.fault = str(error)
