"""The devices of a report in partitions: what is read and counted at a time, by whichever process or machine is free.

A partition is documents, with their bytes; or a part of a table or of a file of JSON lines, by name and place, so that whoever counts it
reads it. Where a partition ends depends on the input only, so that it does not matter who counts or how many there are.
"""

from __future__ import annotations

import io
from collections import deque
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ccpp.errors import UsageError
from ccpp.storage.files import read_file
from ccpp.storage.parquet_rows import check_table, rows_of_table
from ccpp.storage.repository import Repository
from ccpp.storage.rows import rows_of_lines
from ccpp.storage.sources import Found, open_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ccpp.storage.rows import Cells, Row

#: Documents of a partition: about a quarter of a second to read.
DOCUMENTS = 128
#: Rows of a partition of a table: see `ccpp.matching.batch.BLOCK`. They take 150 MB while they are counted.
ROWS = 25_000
#: Bytes that are looked through at a time for the ends of lines.
CHUNK = 1 << 20
#: Bytes at the end of a file that, with its size and time, stand for what is in it: the foot of a Parquet file has the places of everything.
TAIL = 65_536

_SQLITE = b"SQLite format 3\0"
_TABLE, _LINES = frozenset({".parquet"}), frozenset({".ndjson", ".jsonl"})


class Failed(NamedTuple):
    """A place that held no profile, and why."""

    place: str
    reason: str


class Documents(NamedTuple):
    """Documents, or why there is none, with what reading them came to before, as far as that is kept."""

    places: tuple[Found | Failed, ...]
    known: tuple[bytes | None, ...] = ()

    @property
    def size(self) -> int:
        """How many places these are."""
        return len(self.places)

    def halves(self) -> tuple[Partition, Partition]:
        """The same in two parts."""
        half = self.size // 2
        return Documents(self.places[:half], self.known[:half]), Documents(self.places[half:], self.known[half:])

    @property
    def place(self) -> str:
        """Where this is, of a single place."""
        return self.places[0].place if isinstance(self.places[0], Failed) else self.places[0].name

    @property
    def digest(self) -> str:
        """A name for what is in it."""
        total = sha256()
        for one in self.places:
            content = one.content if isinstance(one, Found) else None
            said = content if isinstance(content, bytes) else repr(one).encode("utf-8", "replace")
            total.update(sha256(f"{one[0]}\0{one[1]}".encode("utf-8", "replace")).digest() + sha256(said).digest())
        return total.hexdigest()


class Rows(NamedTuple):
    """Some rows of a table, or some lines of a file of lines, from number `first` on (from 0).

    Of a file of lines those are passed over that lie between `offset`, where the line `start` begins, and the first one. `of` stands for
    what is in the file.
    """

    name: str
    first: int
    size: int
    of: str
    start: int = 0
    offset: int = 0

    def halves(self) -> tuple[Partition, Partition]:
        """The same in two parts."""
        half = self.size // 2
        return self._replace(size=half), self._replace(first=self.first + half, size=self.size - half)

    @property
    def place(self) -> str:
        """Where this is, of a single row."""
        return f"{self.name}:{self.first + 1}"

    @property
    def digest(self) -> str:
        """A name for what is in it."""
        return sha256(repr(tuple(self)).encode("utf-8", "replace")).hexdigest()

    def rows(self, cells: Cells) -> Iterator[Row | UsageError]:
        """The rows themselves, of shared cells."""
        if Path(self.name).suffix.lower() in _TABLE:
            yield from rows_of_table(self.name, self.first, self.size, cells)
        else:
            yield from rows_of_lines(self.name, self.first, self.size, cells, start=self.start, offset=self.offset)


Partition: TypeAlias = Documents | Rows


class Planned(NamedTuple):
    """Partitions in order, and how many places there are in all, where that is known."""

    size: int | None
    partitions: Iterator[Partition]


def planned(name: str, *, index: str | None = None) -> Planned:
    """What lies under the name of a folder, an archive, a list, the repository's file, a table or a file of JSON lines.

    `index` is a list that says under which URI each file was published.

    Raises:
        UsageError: there is nothing of that name, or nothing that can hold profiles.
    """
    path = Path(name)
    if not path.is_dir():
        if read_file(name, len(_SQLITE))[: len(_SQLITE)] == _SQLITE:
            return Planned(None, _documents(_in_repository(path)))
        if _holds_rows(path):
            parts = list(_in_table(path))
            return Planned(sum(one.size for one in parts), iter(parts))
    source = open_source(name, index=index)
    return Planned(source.size, _documents(source.found) if not path.is_dir() else _in_folder(source.found))


def _holds_rows(path: Path) -> bool:
    """Whether a file holds profiles, and not where they are, as the lists of an import do."""
    suffix = path.suffix.lower()
    return suffix in _TABLE or (suffix in _LINES and b'"attributes"' in read_file(str(path), TAIL))


def _documents(found: Iterable[Found | Failed]) -> Iterator[Partition]:
    remaining = iter(found)
    while places := tuple(islice(remaining, DOCUMENTS)):
        yield Documents(places)


def _in_folder(found: Iterable[Found]) -> Iterator[Partition]:
    """The documents of a folder, and the tables among them, in order."""
    waiting: deque[Found] = deque()
    for one in found:
        path = Path(one.name)
        if path.suffix.lower() in _TABLE | _LINES and _holds_rows(path):
            yield from _documents(waiting)
            waiting.clear()
            yield from _in_table(path)
        else:
            waiting.append(one)
            if len(waiting) == DOCUMENTS:
                yield Documents(tuple(waiting))
                waiting.clear()
    yield from _documents(waiting)


def _in_repository(path: Path) -> Iterator[Found]:
    with Repository(path) as repository:
        for entry in repository.current():
            yield Found(entry.base, entry.base, repository.content(entry))


def _in_table(path: Path) -> Iterator[Partition]:
    """A file of rows by parts; one that is none is a place that failed."""
    try:
        of = _stamp(path)
        if path.suffix.lower() in _LINES:
            yield from (Rows(str(path), first, size, of, first, offset) for first, size, offset in _line_parts(path))
        else:
            count = check_table(str(path))
            yield from (Rows(str(path), first, min(ROWS, count - first), of) for first in range(0, count, ROWS))
    except UsageError as error:
        yield Documents((Failed(error.source or str(path), error.message),))
    except OSError as error:
        yield Documents((Failed(str(path), f"cannot be read: {error.strerror}"),))


def _stamp(path: Path) -> str:
    with path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(size - TAIL, 0))
        return f"{size} {path.stat().st_mtime_ns} {sha256(file.read()).hexdigest()}"


def _line_parts(path: Path) -> Iterator[tuple[int, int, int]]:
    """The first line of each part, how many it has, and where it begins."""
    first, begin, lines, at, last = 0, 0, 0, 0, b"\n"
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            place = 0
            while lines + chunk.count(b"\n", place) >= ROWS:
                for _ in range(ROWS - lines):
                    place = chunk.index(b"\n", place) + 1
                yield first, ROWS, begin
                first, begin, lines = first + ROWS, at + place, 0
            lines += chunk.count(b"\n", place)
            at += len(chunk)
            last = chunk[-1:]
    lines += last != b"\n"
    if lines:
        yield first, lines, begin


def flattened(plans: Iterable[Planned]) -> Iterator[Partition]:
    """The partitions of several sources, one after another."""
    return chain.from_iterable(one.partitions for one in plans)
