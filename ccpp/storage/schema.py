"""The file of a repository of profiles: its tables, its version, and how it is opened.

SQLite in WAL mode: one writer and any number of readers at a time, and a process that is killed loses no more than the
transaction it was in. `PRAGMA application_id` says that a file is ours, `PRAGMA user_version` which version of the tables it has.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ccpp.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VERSION = 1

#: `CCPP` in ASCII.
_APPLICATION = 0x43435050

#: Seconds that a writer waits for another; a batch of an import is written in a small part of one.
_BUSY = 30.0

#: The environment variable that names the file.
VARIABLE = "CCPP_REPOSITORY"

_TABLES = """
CREATE TABLE content (              -- the bytes of a document, once, however many URIs they were found under
    digest TEXT PRIMARY KEY,        -- sha256 of the bytes
    packed BLOB NOT NULL            -- the bytes, deflated (RFC 1950)
) WITHOUT ROWID;

CREATE TABLE document (             -- one content under one profile URI, with what the reader made of it
    id INTEGER PRIMARY KEY,
    uri TEXT NOT NULL,              -- the profile's URI as stated
    key TEXT NOT NULL,              -- the same, normalised
    base TEXT NOT NULL,             -- the URI of the document, against which it is read
    digest TEXT NOT NULL REFERENCES content,
    resolved_digest TEXT NOT NULL,  -- of the document resolved alone
    vendor TEXT, model TEXT,        -- HardwarePlatform/Vendor and /Model as stated
    vendor_key TEXT, model_key TEXT,
    words TEXT NOT NULL,            -- vendor, model and URI in lower case, for the search
    errors INTEGER NOT NULL, warnings INTEGER NOT NULL, infos INTEGER NOT NULL,
    first_seen REAL NOT NULL, last_seen REAL NOT NULL,  -- seconds since 1970
    superseded_by INTEGER REFERENCES document ON DELETE SET NULL,
    UNIQUE (key, digest)
);
CREATE INDEX document_by_content ON document (digest);
CREATE INDEX document_by_device ON document (vendor_key, model_key);
CREATE INDEX document_by_successor ON document (superseded_by);

CREATE TABLE source (               -- where documents were found: a file, a member of an archive, a URL
    name TEXT PRIMARY KEY,
    base TEXT NOT NULL,
    digest TEXT NOT NULL,           -- of what was found there last
    document INTEGER REFERENCES document ON DELETE CASCADE,
    kind TEXT, message TEXT,        -- why there is no document
    first_seen REAL NOT NULL, last_seen REAL NOT NULL,
    CHECK ((document IS NULL) = (kind IS NOT NULL))
) WITHOUT ROWID;
CREATE INDEX source_by_document ON source (document);

CREATE TABLE name (                 -- what user agents call the device of a document
    words TEXT NOT NULL,
    document INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
    PRIMARY KEY (words, document)
) WITHOUT ROWID;
CREATE INDEX name_by_document ON name (document);

CREATE TABLE pattern (              -- what an operator says of user agents
    pattern TEXT PRIMARY KEY,
    key TEXT NOT NULL               -- of the profile
) WITHOUT ROWID;
"""


def default_path(platform: str, environment: Mapping[str, str], home: Path) -> Path:
    """Where the repository lies: as `CCPP_REPOSITORY` says, else in the user's data folder by the platform's convention.

    Args:
        platform: as `sys.platform` has it.
        environment: the process's.
        home: the user's folder.
    """
    if environment.get(VARIABLE):
        return Path(environment[VARIABLE])
    if platform == "win32":
        data = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif platform == "darwin":
        data = home / "Library" / "Application Support"
    else:  # the XDG base directory specification, which wants relative paths ignored
        stated = Path(environment.get("XDG_DATA_HOME", ""))
        data = stated if stated.is_absolute() else home / ".local" / "share"
    return data / "ccpp" / "profiles.sqlite"


@contextmanager
def told_plainly(path: Path) -> Iterator[None]:
    """Whatever SQLite or the file system raises, as one line about the file."""
    try:
        yield
    except sqlite3.Error as error:
        raise UsageError(f"cannot be used as a repository of profiles: {error}", source=str(path)) from None
    except OSError as error:
        raise UsageError(f"cannot be used as a repository of profiles: {error.strerror}", source=str(path)) from None


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """A connection to the repository in a file; it commits only what is put between BEGIN and COMMIT.

    Args:
        path: the file.
        create: make it if it is not there.

    Raises:
        UsageError: there is no such file, it is no repository, or it was written by a newer version.
    """
    if not create and not path.is_file():
        raise UsageError("no repository of profiles", source=str(path), hint="`ccpp profiles import` makes one")
    with told_plainly(path):
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=_BUSY, isolation_level=None)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            _check(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")  # with WAL this keeps a killed process's commits
        except BaseException:
            connection.close()
            raise
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables in an empty file; refuse a file that is not ours, or newer."""
    application, version = _marks(connection)
    if (application, version) == (0, 0):
        connection.execute("BEGIN IMMEDIATE")
        try:
            application, version = _marks(connection)  # another process may have been first
            empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if version == 0 and empty:
                for statement in _TABLES.split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {_APPLICATION}")
                connection.execute(f"PRAGMA user_version = {VERSION}")
                application, version = _APPLICATION, VERSION
        finally:
            connection.execute("COMMIT")
    if application != _APPLICATION:
        raise UsageError("a database, but no repository of profiles", source=str(path), hint="name another file")
    if version > VERSION:
        raise UsageError(
            f"written by a newer ccpp (version {version} of the tables; this one knows {VERSION})",
            source=str(path),
            hint="use that ccpp, or another file",
        )


def _marks(connection: sqlite3.Connection) -> tuple[int, int]:
    [application] = connection.execute("PRAGMA application_id").fetchone()
    [version] = connection.execute("PRAGMA user_version").fetchone()
    return application, version
