"""The devices of a partition: documents read, rows taken as they are, each with only what a report asks of it; and what devices weigh.

What cannot be read comes as an error in its place, and a document that was read before is not read again.
"""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from functools import cache, lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from ccpp.derivation import load_derivations
from ccpp.diagnostics import Diagnostic
from ccpp.errors import CcppError, UsageError
from ccpp.intake import read_input
from ccpp.model import AttributeName
from ccpp.normalisation import load_normalisation
from ccpp.resolution import resolve
from ccpp.storage.files import read_file
from ccpp.storage.importing import MODEL, VENDOR
from ccpp.storage.partitions import Documents, Failed, Rows
from ccpp.storage.readings import read_reading, reading_key, written_profile
from ccpp.storage.repository import fold, normalise
from ccpp.storage.rows import Cells, RowReader, weight_of
from ccpp.storage.sources import Found
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ccpp.model import Attribute, ResolvedProfile
    from ccpp.storage.cache import Cache
    from ccpp.storage.partitions import Partition
    from ccpp.storage.rows import Row

LANGUAGES = AttributeName("SoftwarePlatform", "CcppAccept-Language")

#: Documents of a partition that are read where they are found, since to begin a process takes as long.
FEW = 16
#: Bytes of a file of weights; a line has about 60.
MAX_WEIGHTS = 100_000_000


class Weighed(NamedTuple):
    """A device and the weight that came with it."""

    profile: ResolvedProfile
    weight: float


class Fresh(NamedTuple):
    """What reading a document came to, to be kept under its key."""

    key: bytes
    reading: bytes


def devices_of(partition: Partition, wanted: Iterable[AttributeName]) -> Iterator[Weighed | Failed | Fresh]:
    """The devices of a partition with the wanted attributes, vendor, model and languages, and the places that failed; in order.

    Before a document that was not read before comes what is to be kept of it.
    """
    names = frozenset({*wanted, VENDOR, MODEL, LANGUAGES})
    if isinstance(partition, Rows):
        read = _rows(names)
        yield from (_of_row(one, read) for one in partition.rows(_reading().cells))
        return
    attributes = _by_name(names)
    for place, known in zip_longest(partition.places, partition.known[: partition.size]):
        if known is not None:
            with suppress(ValueError, TypeError, KeyError, IndexError):  # what is no reading is as good as none
                yield Weighed(read_reading(known, attributes), 1.0)
                continue
        yield from _of_document(place, attributes)


def recalled(partition: Partition, cache: Cache | None) -> Partition:
    """The same with what was read of it before."""
    if cache is None or not isinstance(partition, Documents):
        return partition
    keys = [reading_key(one) if isinstance(one, Found) else b"" for one in partition.places]
    known = cache.of(keys)
    return partition._replace(known=tuple(known.get(key) for key in keys))


def is_quick(partition: Partition) -> bool:
    """Whether there is next to nothing to read in it."""
    return isinstance(partition, Documents) and partition.size - sum(one is not None for one in partition.known) <= FEW


def _by_name(wanted: Iterable[AttributeName]) -> dict[str, Attribute]:
    """What vocabularies say of some attributes, by name; nothing states one that none of them knows."""
    known = _reading().vocabularies.attributes
    return {str(name): known[name] for name in wanted if name in known}


def _of_row(row: Row | UsageError, read: Callable[[Row], ResolvedProfile]) -> Weighed | Failed:
    if isinstance(row, UsageError):
        return Failed(row.source or "", row.message)
    try:
        return Weighed(read(row), row.weight)
    except CcppError as error:
        return Failed(row.place, error.message)
    except Exception as error:  # noqa: BLE001  a defect of the reader is to cost one row, not the report on all others
        return Failed(row.place, f"the reader failed: {type(error).__name__}")


@lru_cache(maxsize=4)
def _rows(names: frozenset[AttributeName]) -> Callable[[Row], ResolvedProfile]:
    """What reads rows and keeps of them the attributes of these names, and those only."""
    derivations = _reading().derivations.towards(names)
    sources = {source for one in derivations.derivations for source in one.sources}
    needed = names | sources
    rows = _reading().rows

    def read(row: Row) -> ResolvedProfile:
        profile = derivations.derive(rows.profile(row, needed))
        if sources <= names:
            return profile
        return profile._replace(attributes={name: one for name, one in profile.attributes.items() if name in names})

    return read


def _of_document(place: Found | Failed, attributes: Mapping[str, Attribute]) -> Iterator[Weighed | Failed | Fresh]:
    if isinstance(place, Failed):
        yield place
        return
    if isinstance(place.content, CcppError):
        yield Failed(place.name, place.content.message)
        return
    known = _reading().vocabularies
    try:
        document = read_input(place.content, uri=place.base, document=place.name, vocabularies=known)
        profile = _reading().derivations.derive(resolve([document]))
    except CcppError as error:
        where = f"line {error.line}: " if error.line else ""
        yield Failed(place.name, where + error.message)
    except Exception as error:  # noqa: BLE001  a defect of the reader is to cost one document, not the report on all others
        yield Failed(place.name, f"the reader failed: {type(error).__name__}")
    else:
        yield Fresh(reading_key(place), written_profile(profile, known.attributes))
        yield Weighed(_cut(profile, attributes), 1.0)


def _cut(profile: ResolvedProfile, attributes: Mapping[str, Attribute]) -> ResolvedProfile:
    """The profile with what is wanted of it, without where it was stated; its digest stays that of all of it."""
    found = {}
    for attribute in attributes.values():
        resolved = profile.attributes.get(attribute.name)
        if resolved is not None:
            found[attribute.name] = resolved._replace(winners=(), losers=(), mappings=()) if resolved.winners else resolved
    return profile._replace(attributes=found, diagnostics=tuple([Diagnostic(one.code, None) for one in profile.diagnostics]))


class _Reading:
    """What a process needs to read profiles, loaded once."""

    def __init__(self) -> None:
        self.vocabularies = load_vocabularies()
        self.cells = Cells()
        self.rows = RowReader(self.vocabularies)
        self.derivations = load_derivations(self.vocabularies, load_normalisation(self.vocabularies))


@cache
def _reading() -> _Reading:
    return _Reading()


# Weights.


class Weights:
    """What devices count for, by URI, else by vendor and model, else by model; what no line names counts nothing.

    `used` are the lines, by number, that named a device so far.
    """

    def __init__(self, lines: Mapping[tuple[str, ...], float]) -> None:
        self._lines = {key: (number, weight) for number, (key, weight) in enumerate(lines.items())}
        self.used: set[int] = set()

    def __len__(self) -> int:
        return len(self._lines)

    def of(self, profile: ResolvedProfile) -> float | None:
        """The weight of a device, `None` where there is none."""
        vendor, model = (fold(" ".join(map(str, profile.values(name) or ()))) or "" for name in (VENDOR, MODEL))
        for key in ((normalise(profile.uri),), (vendor, model), ("", model)):
            if key in self._lines:
                number, weight = self._lines[key]
                self.used.add(number)
                return weight
        return None


def read_weights(name: str) -> Weights:
    """The weights in a file; see `weights_in`.

    Raises:
        UsageError: it cannot be read, or holds no weights.
    """
    return weights_in(read_file(name, MAX_WEIGHTS), name)


def weights_in(content: bytes, name: str) -> Weights:
    """The weights in CSV with the column `weight` and `profile`, or `model` and `vendor` if it likes.

    Raises:
        UsageError: it is too large, has other columns, or a weight is no number; the message names the line.
    """
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
