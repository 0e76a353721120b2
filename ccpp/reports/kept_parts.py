"""Parts of a report that are kept while it is made, so that a run that was ended can be taken up again.

A part is a file of JSON under the digest of what it says, and its name says what it is of: the task, the partition and the program. One that
is of something else, or not what was written, is as good as none. Only the types of `_TYPES` come out of a file.
"""

from __future__ import annotations

import json
from fractions import Fraction
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from ccpp.errors import UsageError
from ccpp.model import AttributeName, Dimension
from ccpp.reports.model import DeviceRow, Gets, Outcome
from ccpp.reports.parts import Part
from ccpp.reports.population import Sum
from ccpp.reports.tally import Kept, Plan, Tally, Vendor
from ccpp.storage.files import read_file, write_file
from ccpp.storage.partitions import Failed
from ccpp.storage.readings import program_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ccpp.reports.parts import Task
    from ccpp.storage.partitions import Partition

#: Bytes of a part; one of 25,000 devices and 1,000 applications takes a tenth.
MAX_PART = 1_000_000_000


class _Form(NamedTuple):
    """How values of a type are written, and read again."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _fields(value: Any) -> list[Any]:  # noqa: ANN401  a tuple with names, or a Tally
    return [plain(one) for one in (value if isinstance(value, tuple) else (getattr(value, name) for name in Tally.__slots__))]


_RECORDS = (AttributeName, DeviceRow, Gets, Part, Sum, Kept, Plan, Tally, Vendor, Failed)

#: The types for which JSON has no word; a value of them is an object with one key, which is the type's name.
_TYPES: Mapping[str, _Form] = MappingProxyType(
    {
        "Outcome": _Form(str, Outcome),
        "Dimension": _Form(list, lambda of: Dimension(*of)),
        "Fraction": _Form(
            lambda of: [hex(of.numerator), hex(of.denominator)], lambda of: Fraction(int(of[0], 16), int(of[1], 16))
        ),
        "int": _Form(hex, lambda of: int(of, 16)),  # Python refuses to read long ones in decimal
        "bytes": _Form(bytes.hex, bytes.fromhex),
        "dict": _Form(
            lambda of: [[plain(key), plain(one)] for key, one in of.items()],
            lambda of: {restored(key): restored(one) for key, one in of},
        ),
        "frozenset": _Form(lambda of: [plain(one) for one in of], lambda of: frozenset(map(restored, of))),
        **{one.__name__: _Form(_fields, lambda of, made=one: made(*map(restored, of))) for one in _RECORDS},  # type: ignore[misc]
    }
)
#: Whole numbers that JSON has a word for.
_SHORT = 1 << 64


class PartFolder:
    """The parts of a run in a folder."""

    def __init__(self, folder: Path, task: Task) -> None:
        self._folder = folder
        weights = read_file(task.weights, MAX_PART) if task.weights else b""
        said = repr((task.documents, task.at, task.listed, task.choices, sha256(weights).hexdigest(), program_digest()))
        self._task = sha256(said.encode("utf-8", "replace")).hexdigest()

    def _path(self, number: int, partition: Partition) -> Path:
        name = sha256(f"{self._task} {partition.digest}".encode()).hexdigest()
        return self._folder / f"{number:06}-{name[:24]}.json"

    def get(self, number: int, partition: Partition) -> Part | None:
        """The part of a partition, if it is there and whole."""
        path = self._path(number, partition)
        if not path.is_file():
            return None
        digest, _, content = read_file(str(path), MAX_PART).partition(b"\n")
        if sha256(content).hexdigest().encode() != digest:
            return None
        try:
            found = restored(json.loads(content))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        return found if isinstance(found, Part) else None

    def put(self, number: int, partition: Partition, part: Part) -> None:
        """Keep a part.

        Raises:
            UsageError: it cannot be written.
        """
        content = json.dumps(plain(part._replace(fresh=())), separators=(",", ":")).encode()
        write_file(self._path(number, partition), sha256(content).hexdigest().encode() + b"\n" + content)

    def clear(self) -> None:
        """Remove all parts, and the folder."""
        try:
            if self._folder.is_dir():
                for path in self._folder.iterdir():
                    path.unlink()
                self._folder.rmdir()
        except OSError as error:
            raise UsageError(f"cannot be removed: {error.strerror}", source=str(self._folder)) from None


def plain(value: Any) -> Any:  # noqa: ANN401  the values of a part
    """A value as JSON."""
    if value is None or type(value) in {bool, float, str} or (type(value) is int and abs(value) < _SHORT):
        return value
    if type(value) in {tuple, list}:
        return [plain(one) for one in value]
    name = type(value).__name__
    return {name: _TYPES[name].write(value)}


def restored(written: Any) -> Any:  # noqa: ANN401  the values of a part
    """The value that was written; lists are tuples.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: it is none.
    """
    if isinstance(written, list):
        return tuple([restored(one) for one in written])
    if isinstance(written, dict):
        [(name, of)] = written.items()
        return _TYPES[name].read(of)
    return written
