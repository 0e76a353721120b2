"""The devices of a report, out of wherever they are kept: folders, archives, lists, the repository, tables and lines of JSON.

Documents are read in worker processes, a batch at a time and in order, as an import does, unless they were read before; what cannot be
read comes as an error in its place. Of each device only what a catalogue asks of it is kept, so that a report holds little.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from contextlib import suppress
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeGuard

from ccpp.derivation import load_derivations
from ccpp.errors import CcppError, UsageError
from ccpp.intake import read_input
from ccpp.model import AttributeName
from ccpp.normalisation import load_normalisation
from ccpp.resolution import resolve
from ccpp.storage.files import read_file
from ccpp.storage.importing import BATCH, MODEL, VENDOR, Crew, result_of
from ccpp.storage.readings import read_reading, reading_key, written_profile
from ccpp.storage.repository import Repository, fold, normalise
from ccpp.storage.rows import Row, profile_of, rows_of_lines, rows_of_table, weight_of
from ccpp.storage.sources import Found, open_source
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Future

    from ccpp.model import Attribute, ResolvedProfile
    from ccpp.storage.readings import Readings

LANGUAGES = AttributeName("SoftwarePlatform", "CcppAccept-Language")

#: Batches that are given out for each worker before the first of them is awaited: they work on while the first ones are counted.
AHEAD = 4
#: Bytes of a file of weights; a line has about 60.
MAX_WEIGHTS = 100_000_000

_SQLITE = b"SQLite format 3\0"
_TABLES: Mapping[str, Callable[[str], Iterator[Row | UsageError]]] = {
    ".parquet": rows_of_table,
    ".ndjson": rows_of_lines,
    ".jsonl": rows_of_lines,
}

Place: TypeAlias = Found | Row
_Crew: TypeAlias = "Crew[Place | Failed, tuple[Read | Failed, ...]]"


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
    places: Iterable[Place | Failed], wanted: Iterable[AttributeName], *, workers: int, readings: Readings | None = None
) -> Iterator[Weighed | Failed]:
    """Every place as a device that has only the wanted attributes, its vendor, model and languages, or as a failure; in order.

    `readings` are those of runs before: a document of which one is there is not read again, and the others are added.

    Raises:
        UsageError: a worker process died.
    """
    attributes = _by_name({*wanted, VENDOR, MODEL, LANGUAGES})
    remaining = iter(places)
    running: deque[_Batch] = deque()
    with Crew(workers, _read_batch) as crew:
        while batch := tuple(islice(remaining, BATCH)):
            running.append(_begun(batch, attributes, readings, crew, small=len(batch) < BATCH and not running))
            if len(running) > AHEAD * workers:
                yield from _ended(running.popleft(), attributes, readings)
        while running:
            yield from _ended(running.popleft(), attributes, readings)


class _Batch(NamedTuple):
    """Places that are read together: what was read of them before, by key, and what a worker makes of the others."""

    places: tuple[Place | Failed, ...]
    known: Mapping[bytes, ResolvedProfile]
    new: Future[tuple[Read | Failed, ...]] | tuple[Read | Failed, ...]


class Read(NamedTuple):
    """A device as it is handed from one process to another: a reading (see `ccpp.storage.readings`) and its weight."""

    reading: bytes
    weight: float


def _begun(
    batch: tuple[Place | Failed, ...],
    attributes: Mapping[str, Attribute],
    readings: Readings | None,
    crew: _Crew,
    *,
    small: bool,
) -> _Batch:
    """A batch on its way, of which only what was not read before is given to a worker; a small one is read here, as none is worth it."""
    keys = [reading_key(place) for place in batch if _kept_for(place)] if readings else []
    known = {}
    for key, content in (readings.of(keys) if readings and keys else {}).items():
        with suppress(ValueError, TypeError, KeyError, IndexError):  # what is no reading is as good as none
            known[key] = read_reading(content, attributes)
    left = tuple(place for place in batch if not (known and _kept_for(place) and reading_key(place) in known))
    return _Batch(batch, known, _read_batch(left) if small or not left else crew.start(left))


def _kept_for(place: Place | Failed) -> TypeGuard[Found]:
    """Whether the reading of a place is kept: rows are as quickly read as a reading."""
    return isinstance(place, Found) and isinstance(place.content, bytes)


def _ended(batch: _Batch, attributes: Mapping[str, Attribute], readings: Readings | None) -> Iterator[Weighed | Failed]:
    made = batch.new if isinstance(batch.new, tuple) else result_of(batch.new)
    new, fresh = iter(made), []
    for place in batch.places:
        key = reading_key(place) if readings and _kept_for(place) else b""
        if key in batch.known:
            yield Weighed(batch.known[key], 1.0)
            continue
        one = next(new)
        if isinstance(one, Failed):
            yield one
            continue
        if key:
            fresh.append((key, one.reading))
        yield Weighed(read_reading(one.reading, attributes), one.weight)
    if readings:
        readings.keep(fresh)


def _by_name(wanted: Iterable[AttributeName]) -> dict[str, Attribute]:
    """What vocabularies say of some attributes, by name; nothing states one that none of them knows."""
    known = _reading().vocabularies.attributes
    return {str(name): known[name] for name in wanted if name in known}


def _read_batch(batch: tuple[Place | Failed, ...]) -> tuple[Read | Failed, ...]:
    return tuple(map(_read, batch))


def _read(place: Place | Failed) -> Read | Failed:
    if isinstance(place, Failed):
        return place
    name = place.place if isinstance(place, Row) else place.name
    known = _reading().vocabularies
    try:
        if isinstance(place, Row):
            return Read(written_profile(_reading().derive(profile_of(place, known)), known.attributes), place.weight)
        if isinstance(place.content, CcppError):
            return Failed(name, place.content.message)
        document = read_input(place.content, uri=place.base, document=name, vocabularies=known)
        return Read(written_profile(_reading().derive(resolve([document])), known.attributes), 1.0)
    except CcppError as error:
        where = f"line {error.line}: " if error.line else ""
        return Failed(name, where + error.message)
    except Exception as error:  # noqa: BLE001  a defect of the reader is to cost one document, not the report on all others
        return Failed(name, f"the reader failed: {type(error).__name__}")


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
