"""The devices of a report, out of wherever they are kept: folders, archives, lists, the repository, tables and lines of JSON.

Documents are read in worker processes, a batch at a time and in order, as an import does; what cannot be read comes as an error in its
place. Of each device only what a catalogue asks of it is kept, so that a process hands on little and a report holds little.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ccpp.derivation import load_derivations
from ccpp.diagnostics import Diagnostic
from ccpp.errors import CcppError, UsageError
from ccpp.intake import read_input
from ccpp.normalisation import load_normalisation
from ccpp.resolution import resolve
from ccpp.storage.files import read_file
from ccpp.storage.importing import BATCH, MODEL, VENDOR, Crew, result_of
from ccpp.storage.repository import Repository, fold, normalise
from ccpp.storage.rows import Row, profile_of, rows_of_lines, rows_of_table, weight_of
from ccpp.storage.sources import Found, open_source
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Future

    from ccpp.model import AttributeName, ResolvedProfile

#: Bytes of a file of weights; a line has about 60.
MAX_WEIGHTS = 100_000_000

_SQLITE = b"SQLite format 3\0"
_TABLES: Mapping[str, Callable[[str], Iterator[Row | UsageError]]] = {
    ".parquet": rows_of_table,
    ".ndjson": rows_of_lines,
    ".jsonl": rows_of_lines,
}

Place: TypeAlias = Found | Row


class Weighed(NamedTuple):
    """A device and the weight that came with it."""

    profile: ResolvedProfile
    weight: float


class Failed(NamedTuple):
    """A place that held no profile, and why."""

    place: str
    reason: str


class Places(NamedTuple):
    """Where devices lie: how many places, where that is known, and each of them in order."""

    size: int | None
    found: Iterator[Place | Failed]


def places_in(name: str, *, index: str | None = None) -> Places:
    """The devices under the name of a folder, an archive, a list, the repository's file, a table or a file of JSON lines.

    `index` is a list that says under which URI each file was published.

    Raises:
        UsageError: there is nothing of that name, or nothing that can hold profiles.
    """
    path = Path(name)
    if path.is_dir():
        folder = open_source(name, index=index)
        return Places(folder.size, (place for one in folder.found for place in _in_folder(one)))
    if read_file(name, len(_SQLITE))[: len(_SQLITE)] == _SQLITE:
        return Places(None, _in_repository(path))
    if path.suffix.lower() in _TABLES and _holds_rows(path):
        return Places(None, _in_table(path))
    source = open_source(name, index=index)
    return Places(source.size, iter(source.found))


def _holds_rows(path: Path) -> bool:
    """Whether a file holds profiles, and not where they are, as the lists of an import do."""
    return path.suffix.lower() == ".parquet" or b'"attributes"' in read_file(str(path), 65_536)


def _in_folder(found: Found) -> Iterator[Place | Failed]:
    """What a file of a folder holds: the rows of a table, else a document."""
    path = Path(found.name)
    if path.suffix.lower() in _TABLES and _holds_rows(path):
        yield from _in_table(path)
    else:
        yield found


def _in_table(path: Path) -> Iterator[Place | Failed]:
    for row in _TABLES[path.suffix.lower()](str(path)):
        yield Failed(row.source or str(path), row.message) if isinstance(row, UsageError) else row


def _in_repository(path: Path) -> Iterator[Found]:
    with Repository(path) as repository:
        for entry in repository.current():
            yield Found(entry.base, entry.base, repository.content(entry))


def read_devices(
    places: Iterable[Place | Failed], wanted: Iterable[AttributeName], *, workers: int
) -> Iterator[Weighed | Failed]:
    """Every place as a device that has only the wanted attributes, its vendor and its model, or as a failure; in order.

    Raises:
        UsageError: a worker process died.
    """
    work = partial(_read_batch, frozenset({*wanted, VENDOR, MODEL}))
    remaining = iter(places)
    running: deque[Future[tuple[Weighed | Failed, ...]]] = deque()
    with Crew(workers, work) as crew:
        while batch := tuple(islice(remaining, BATCH)):
            if len(batch) < BATCH and not running:
                yield from work(batch)
            else:
                running.append(crew.start(batch))
            if len(running) > 2 * workers:
                yield from result_of(running.popleft())
        while running:
            yield from result_of(running.popleft())


def _read_batch(wanted: frozenset[AttributeName], batch: tuple[Place | Failed, ...]) -> tuple[Weighed | Failed, ...]:
    return tuple(_read(place, wanted) for place in batch)


def _read(place: Place | Failed, wanted: frozenset[AttributeName]) -> Weighed | Failed:
    if isinstance(place, Failed):
        return place
    name = place.place if isinstance(place, Row) else place.name
    try:
        if isinstance(place, Row):
            return Weighed(_kept(_reading().derive(profile_of(place, _reading().vocabularies)), wanted), place.weight)
        if isinstance(place.content, CcppError):
            return Failed(name, place.content.message)
        document = read_input(place.content, uri=place.base, document=name, vocabularies=_reading().vocabularies)
        return Weighed(_kept(_reading().derive(resolve([document])), wanted), 1.0)
    except CcppError as error:
        where = f"line {error.line}: " if error.line else ""
        return Failed(name, where + error.message)
    except Exception as error:  # noqa: BLE001  a defect of the reader is to cost one document, not the report on all others
        return Failed(name, f"the reader failed: {type(error).__name__}")


def _kept(profile: ResolvedProfile, wanted: frozenset[AttributeName]) -> ResolvedProfile:
    """The profile with what is wanted of it, without where it was stated; its digest stays that of all of it."""
    attributes = {
        name: resolved._replace(winners=(), losers=(), mappings=())
        for name, resolved in profile.attributes.items()
        if name in wanted
    }
    return profile._replace(attributes=attributes, diagnostics=tuple(Diagnostic(one.code, None) for one in profile.diagnostics))


class _Reading:
    """What a process needs to read profiles, loaded once."""

    def __init__(self) -> None:
        self.vocabularies = load_vocabularies()
        self.derive = load_derivations(self.vocabularies, load_normalisation(self.vocabularies)).derive


@cache
def _reading() -> _Reading:
    return _Reading()


# Weights.


class Weights:
    """What devices count for, by URI, else by vendor and model, else by model; what no line names counts nothing."""

    def __init__(self, lines: Mapping[tuple[str, ...], float]) -> None:
        self._lines = lines
        self._used: set[tuple[str, ...]] = set()

    def of(self, profile: ResolvedProfile) -> float | None:
        """The weight of a device, `None` where there is none."""
        vendor, model = (fold(" ".join(map(str, profile.values(name) or ()))) or "" for name in (VENDOR, MODEL))
        for key in ((normalise(profile.uri),), (vendor, model), ("", model)):
            if key in self._lines:
                self._used.add(key)
                return self._lines[key]
        return None

    @property
    def unused(self) -> int:
        """The lines that name no device so far."""
        return len(self._lines.keys() - self._used)


def read_weights(name: str) -> Weights:
    """The weights in a CSV file with the column `weight` and `profile`, or `model` and `vendor` if it likes.

    Raises:
        UsageError: it cannot be read, has other columns, or a weight is no number; the message names the line.
    """
    content = read_file(name, MAX_WEIGHTS)
    if len(content) > MAX_WEIGHTS:
        raise UsageError(f"weights of more than {MAX_WEIGHTS} bytes", source=name)
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), strict=True)
        names = set(rows.fieldnames or ())
        if "weight" not in names or not names & {"profile", "model"}:
            raise UsageError(
                "no weights", source=name, hint="a CSV file with the columns profile,weight or vendor,model,weight is due"
            )
        lines: dict[tuple[str, ...], float] = {}
        for row in rows:
            lines[_key(row)] = weight_of(row["weight"] or "", f"{name}:{rows.line_num}")
    except (UnicodeDecodeError, csv.Error):
        raise UsageError("no CSV file in UTF-8", source=name) from None
    return Weights(lines)


def _key(row: Mapping[str, str | None]) -> tuple[str, ...]:
    uri = row.get("profile")
    return (normalise(uri),) if uri else (fold(row.get("vendor")) or "", fold(row.get("model")) or "")
