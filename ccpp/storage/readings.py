"""What reading documents came to, kept from run to run, so that a document is read once until it or the program changes.

A reading is a resolved profile as JSON, with what a report asks of one: values and their status, codes of findings, the digest of all of
it; not where anything was stated. The file that keeps readings is SQLite: whole after any end, and shared by runs side by side. It is
named after the program and its vocabularies, so that nothing outlives a change of either. Nothing may rest on it: what cannot be read
or written there is done without, and a row that is not what was written is as good as none.
"""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from contextlib import contextmanager, suppress
from fractions import Fraction
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ccpp.diagnostics import DIAGNOSTICS, Diagnostic
from ccpp.model import AttributeName, Dimension, Resolved, ResolvedProfile, Status
from ccpp.vocabulary import vocabulary_folder

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from ccpp.model import Attribute, Scalar, Value
    from ccpp.storage.sources import Found

#: Readings that a file takes in; one takes 1.5 kB, so that it stays below half a gigabyte.
MAX_KEPT = 300_000
#: Seconds to wait for another run that writes.
PATIENCE = 10

_PREFIX = "readings-"


# Readings as JSON.


def written_profile(profile: ResolvedProfile, known: Container[AttributeName]) -> bytes:
    """A profile as a reading; an attribute that no vocabulary knows is left out, because no requirement can ask for it."""
    attributes = {
        f"{name.component}/{name.name}": [one.status.value, written_value(one.value)]
        for name, one in profile.attributes.items()
        if name in known
    }
    content = [profile.uri, profile.digest, [one.code for one in profile.diagnostics], attributes]
    return json.dumps(content, separators=(",", ":")).encode()


def read_reading(content: bytes, attributes: Mapping[str, Attribute]) -> ResolvedProfile:
    """The profile of a reading, with the attributes that are wanted, which are given by name.

    Raises:
        ValueError, TypeError, KeyError, IndexError: it is no reading.
    """
    uri, digest, codes, stated = json.loads(content)
    if not DIAGNOSTICS.keys() >= set(codes):
        raise ValueError("no code")
    found = {
        attribute.name: Resolved(attribute, read_value(stated[name][1]), Status(stated[name][0]), (), ())
        for name, attribute in attributes.items()
        if name in stated
    }
    return ResolvedProfile(uri, found, tuple([Diagnostic(code, None) for code in codes]), digest)


def written_value(value: Value) -> Any:  # noqa: ANN401  JSON
    """A value as JSON that says what it is: `{"d": [w, h]}` a Dimension, `{"f": [n, d]}` a fraction, a list the members of a container."""
    if isinstance(value, Dimension):
        return {"d": list(value)}
    if isinstance(value, Fraction):
        return {"f": [value.numerator, value.denominator]}
    return [written_value(one) for one in value] if isinstance(value, tuple) else value


def read_value(written: Any) -> Value:  # noqa: ANN401  JSON
    """The value that was written.

    Raises:
        ValueError: it is none.
    """
    if isinstance(written, str | bool | int):
        return written
    if isinstance(written, list):
        return tuple([_scalar(one) for one in written])
    return _scalar(written)


def _scalar(written: Any) -> Scalar:  # noqa: ANN401  JSON
    match written:
        case str() | bool() | int():
            return written
        case {"d": [int(width), int(height)]}:
            return Dimension(width, height)
        case {"f": [int(number), int(of)]} if of:
            return Fraction(number, of)
    raise ValueError("no value")


# Where they are kept.


def reading_key(found: Found) -> bytes:
    """The name of what reading some bytes comes to; they are read under their URI."""
    content = found.content
    return sha256(found.base.encode("utf-8", "replace") + b"\0" + (content if isinstance(content, bytes) else b"")).digest()


@cache
def program_digest() -> str:
    """A digest of the program and its vocabularies; whatever changes, readings of before are not found again."""
    total = sha256()
    for folder, pattern in ((Path(__file__).parent.parent, "*.py"), (vocabulary_folder(), "*.*")):
        for path in sorted(folder.rglob(pattern)):
            total.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return total.hexdigest()


def cache_folder() -> Path:
    """Where a user's programs keep what they can do without (XDG Base Directory)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ccpp"


class Readings:
    """Readings of before by key: open as a context; one that cannot be opened has none and takes none, and `fault` says why."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{_PREFIX}{program_digest()[:16]}.sqlite"
        self.fault: str | None = None
        self._connection: sqlite3.Connection | None = None

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
            connection.execute("CREATE TABLE IF NOT EXISTS reading (key BLOB PRIMARY KEY, content BLOB) WITHOUT ROWID")
            connection.execute("SELECT count(*) FROM reading LIMIT 1").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _remove_outlived(self) -> None:
        for path in self.path.parent.glob(f"{_PREFIX}*.sqlite"):
            if path != self.path:
                path.unlink(missing_ok=True)

    def of(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The readings that there are of some keys."""
        if not self._connection:
            return {}
        marks = ",".join("?" * len(keys))
        found = {}
        with self._noting():
            rows = self._connection.execute(f"SELECT key, content FROM reading WHERE key IN ({marks})", keys)  # noqa: S608  marks
            for key, content in rows:
                with suppress(zlib.error, TypeError):  # its checksum says that it is not what was written
                    found[key] = zlib.decompress(content)
        return found

    def keep(self, readings: Iterable[tuple[bytes, bytes]]) -> None:
        """Take readings in, all at once or none."""
        packed = [(key, zlib.compress(content, 1)) for key, content in readings]
        if not self._connection or not packed:
            return
        with self._noting():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                (count,) = self._connection.execute("SELECT count(*) FROM reading").fetchone()
                if count + len(packed) <= MAX_KEPT:
                    self._connection.executemany("INSERT OR REPLACE INTO reading VALUES (?, ?)", packed)
                self._connection.execute("COMMIT")
            except sqlite3.Error:
                self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Go on after an error of the database, which is noted."""
        try:
            yield
        except sqlite3.Error as error:
            self.fault = str(error)
