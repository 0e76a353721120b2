"""Where an import finds documents: a folder, an archive, a list of URLs and files, or one file.

Each is a `Source`: how many items it has, and the items one after the other, each with the bytes or the reason why there are none.
Archives are never unpacked to disk, so the names of their members are only names; what they unpack to is bounded as a whole.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import lzma
import tarfile
import zipfile
import zlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from ccpp.errors import CcppError, FetchError, UsageError, printable
from ccpp.reading import MAX_DOCUMENT
from ccpp.storage.files import read_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Fetch = Callable[[str], bytes]

#: Members of an archive; the largest public collection of profiles has 3,629 files.
MAX_MEMBERS = 200_000
#: Bytes that an archive may unpack to: `MAX_MEMBERS` documents of the median size, 17 KB.
MAX_UNPACKED = 4_000_000_000
#: How many times its size an archive may unpack to, past `FREE`. Profiles deflate to a tenth, a tar of like ones to a fiftieth.
MAX_RATIO = 200
#: Bytes to which any archive may unpack: a small archive of blanks hurts nobody.
FREE = 10_000_000
#: Bytes of a list; a line has about 100.
MAX_LIST = 100_000_000

#: URLs that are fetched at a time; a list seldom has more hosts of note.
FETCHES = 8

_LISTS = frozenset({".csv", ".tsv", ".txt", ".ndjson", ".jsonl", ".urls"})


class Found(NamedTuple):
    """One place where a document may lie: its name, the URI under which it is known, and its bytes or why there are none."""

    name: str
    base: str
    content: bytes | CcppError


class Source(NamedTuple):
    """Places to import from: how many there are, and each of them in order."""

    size: int
    found: Iterator[Found]


class Row(NamedTuple):
    """A row of a list: a profile's URI, the file that holds it, or both."""

    uri: str
    file: str


def open_source(name: str, *, index: str | None = None, fetch: Fetch | None = None) -> Source:
    """What there is to import under the name of a folder, an archive, a list or a document.

    Args:
        name: a folder, a zip or tar archive (gzip or not), a list (`.csv`, `.tsv`, `.txt`, `.ndjson`, `.jsonl`, `.urls`), a document.
        index: a list that says under which URI each file was published; the file's own URI stands in where it does not.
        fetch: gets the document at a URL, for lists that name no file.

    Raises:
        UsageError: it is not there, cannot be read, or holds URLs and there is no `fetch`.
    """
    path = Path(name)
    published = _published(index) if index else {}
    if path.is_dir():
        return _folder(path, published, Path(index) if index else None)
    head = read_file(name, 512)[:512]
    if zipfile.is_zipfile(path) and head[:2] == b"PK":
        return _archive(path, _zip_members, published)
    if head[:2] == b"\x1f\x8b" or head[257:262] == b"ustar":
        return _archive(path, _tar_members, published)
    if path.suffix.lower() in _LISTS:
        return _listed(path, fetch)
    return Source(1, iter([_file(path, published.get(path.name))]))


def text(written: str) -> str:
    """A name as text that can be stored and shown: what is not printable is replaced, bytes that were no text (PEP 383) included."""
    return printable(written)


def address(written: str) -> str:
    """The URI that a list means; without a scheme it is a http URL, as in collections that leave it out."""
    written = text(written.strip())
    return written if not written or ":" in written.partition("/")[0] else f"http://{written}"


# Files and folders.


def _file(path: Path, uri: str | None, name: str | None = None) -> Found:
    try:
        content: bytes | CcppError = read_file(str(path), MAX_DOCUMENT)
    except UsageError as error:
        content = error
    return Found(name or text(str(path.absolute())), uri or path.absolute().as_uri(), content)


def _folder(folder: Path, published: Mapping[str, str], index: Path | None) -> Source:
    """The files of a folder and of those in it, by name, less hidden ones and the index."""
    left_out = index.resolve() if index else None
    paths = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and (path.name != (left_out and left_out.name) or path.resolve() != left_out)
    )
    return Source(len(paths), (_file(path, published.get(path.relative_to(folder).as_posix())) for path in paths))


# Lists.


def read_list(content: bytes, source: str) -> list[Row]:
    """The rows of a list: CSV with the columns `file` and `published_as` or `uri`, JSON lines with these keys, `URI<TAB>file`, or URLs.

    Empty lines and lines that begin with `#` are left out.

    Raises:
        UsageError: it is too large, no text, or a line is none of these.
    """
    if len(content) > MAX_LIST:
        raise UsageError(f"a list of more than {MAX_LIST} bytes", source=source)
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise UsageError("a list that is not UTF-8", source=source) from None
    try:
        head = next(csv.reader(lines[:1]), [])
    except csv.Error:  # a cell without end: no CSV, so another kind of list or none
        head = []
    if "file" in head and {"published_as", "uri"} & set(head):
        return _csv_rows(lines, source)
    return [
        _row(line, number, source) for number, line in enumerate(lines, 1) if line.strip() and not line.lstrip().startswith("#")
    ]


def _csv_rows(lines: Sequence[str], source: str) -> list[Row]:
    reader = csv.DictReader(lines)
    try:
        return [Row(address(row.get("published_as") or row.get("uri") or ""), (row["file"] or "").strip()) for row in reader]
    except csv.Error as error:
        raise UsageError(f"not CSV: {error}", source=source, line=reader.line_num) from None


def _row(line: str, number: int, source: str) -> Row:
    if line.lstrip().startswith("{"):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise UsageError("not JSON", source=source, line=number) from None
        uri, file = row.get("uri") or row.get("published_as") or "", row.get("file") or ""
        if not isinstance(uri, str) or not isinstance(file, str):
            raise UsageError("`uri` and `file` are to be texts", source=source, line=number)
    else:
        uri, _, file = line.partition("\t")
    row = Row(address(uri), file.strip())
    if not row.file and not row.uri.lower().startswith(("http://", "https://")):
        raise UsageError(
            f"`{line.strip()[:80]}` is no row of a list", source=source, line=number, hint="a URL, or a URI, a tab and a file"
        )
    return row


def _published(index: str) -> dict[str, str]:
    """File → the URI under which it was published, as an index says."""
    return {row.file: row.uri for row in read_list(read_file(index, MAX_LIST), index) if row.file and row.uri}


def _listed(path: Path, fetch: Fetch | None) -> Source:
    """What a list names: files beside it, and URLs where there is a `fetch`."""
    rows = read_list(read_file(str(path), MAX_LIST), str(path))
    if fetch is None and any(not row.file for row in rows):
        raise UsageError(
            "a list of URLs, and fetching is not switched on", source=str(path), hint="`--fetch HOST` says from where"
        )
    if fetch is None:
        return Source(len(rows), (_from_row(row, path.parent, fetch) for row in rows))
    return Source(len(rows), _ahead(rows, path.parent, fetch))


def _ahead(rows: Sequence[Row], folder: Path, fetch: Fetch) -> Iterator[Found]:
    """What the rows name, in order, fetched by several threads: most of the time of fetching is waiting, much of it for dead servers."""
    with ThreadPoolExecutor(FETCHES) as pool:
        waiting: deque[Future[Found]] = deque()
        for row in rows:
            waiting.append(pool.submit(_from_row, row, folder, fetch))
            if len(waiting) > FETCHES:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _from_row(row: Row, folder: Path, fetch: Fetch | None) -> Found:
    if row.file or fetch is None:
        path = folder / row.file
        return _file(path, row.uri, text(f"{path.absolute()} {row.uri}" if row.uri else str(path.absolute())))
    try:
        return Found(text(row.uri), row.uri, fetch(row.uri))
    except FetchError as error:
        return Found(text(row.uri), row.uri, error)


# Archives.


class _Member(NamedTuple):
    name: str
    content: bytes | CcppError


def _archive(path: Path, members: Callable[[Path], Iterator[_Member]], published: Mapping[str, str]) -> Source:
    """The files in an archive; it is gone through once to count them, so that a damaged one is refused before anything is stored."""
    with _told_plainly(path):
        count = sum(1 for _ in members(path))
    whole = path.absolute()

    def found() -> Iterator[Found]:
        with _told_plainly(path):
            for name, content in members(path):
                uri = published.get(name) or f"{whole.as_uri()}/{quote(name)}"
                yield Found(f"{text(str(whole))}/{name}", uri, content)

    return Source(count, found())


@contextmanager
def _told_plainly(path: Path) -> Iterator[None]:
    """Whatever the readers of archives raise, as one line."""
    damaged = (
        tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, NotImplementedError, RuntimeError,
    )  # fmt: skip  # the last two: packed in a way not known here, or encrypted
    try:
        yield
    except damaged as error:
        raise UsageError(f"not an archive that can be read: {error}", source=str(path)) from None
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror or error}", source=str(path)) from None


class _Allowance:
    """Counts what an archive unpacks to, and ends it past the bounds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left = min(MAX_UNPACKED, FREE + MAX_RATIO * path.stat().st_size)
        self._members = 0

    def spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise UsageError("unpacks to far more than profiles would", source=str(self._path), hint="import the files")

    def member(self) -> None:
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise UsageError(f"more than {MAX_MEMBERS} members", source=str(self._path), hint="import it in parts")


class _Counted(io.RawIOBase):
    """A stream whose bytes are counted, those that a reader of it skips as well."""

    def __init__(self, stream: io.BufferedIOBase, allowance: _Allowance) -> None:
        super().__init__()
        self._stream = stream
        self._allowance = allowance

    def read(self, size: int = -1) -> bytes:
        content = self._stream.read(size)
        self._allowance.spend(len(content))
        return content


def _tar_members(path: Path) -> Iterator[_Member]:
    allowance = _Allowance(path)
    with path.open("rb") as plain:
        packed = plain.read(2) == b"\x1f\x8b"
        plain.seek(0)
        stream: io.BufferedIOBase = gzip.GzipFile(fileobj=plain) if packed else plain
        with tarfile.open(fileobj=_Counted(stream, allowance), mode="r|") as archive:
            for member in archive:
                allowance.member()
                name = text(member.name)
                if member.isdir() or _hidden(name):
                    continue
                file = archive.extractfile(member) if member.isreg() else None
                yield _Member(name, file.read(MAX_DOCUMENT + 1) if file else UsageError("no plain file", source=name))


def _zip_members(path: Path) -> Iterator[_Member]:
    allowance = _Allowance(path)
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            allowance.member()
            name = text(member.filename)
            if member.is_dir() or _hidden(name):
                continue
            with archive.open(member) as file:
                content = file.read(MAX_DOCUMENT + 1)
            allowance.spend(len(content))
            yield _Member(name, content)


def _hidden(name: str) -> bool:
    """Whether a member is hidden or a system's by-product, as its name says."""
    parts = name.split("/")
    return parts[0] == "__MACOSX" or any(part.startswith(".") and part.strip(".") for part in parts)
