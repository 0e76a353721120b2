"""Parts of a report that are kept for the next run: what was counted is not counted again, whether that run came to its end or not.

A part is JSON under a digest of what it is of: the task and the partition, in a file of the program's own (`ccpp.storage.cache`). What is
not as it was written is as good as none. Only the types of `_TYPES` come out of it.
"""

from __future__ import annotations

import json
from contextlib import suppress
from fractions import Fraction
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from ccpp.model import AttributeName, Dimension
from ccpp.reports.model import DeviceRow, Gets, Outcome
from ccpp.reports.parts import Part, counting
from ccpp.reports.population import Sum
from ccpp.reports.tally import Kept, Plan, Tally, Vendor
from ccpp.situation import turning_points
from ccpp.storage.files import read_file
from ccpp.storage.partitions import Failed
from ccpp.storage.populations import MAX_WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ccpp.reports.parts import Task
    from ccpp.storage.cache import Cache
    from ccpp.storage.partitions import Partition


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


class KeptParts:
    """The parts of a task that runs before have counted."""

    def __init__(self, cache: Cache, task: Task) -> None:
        self._cache = cache
        weights = read_file(task.weights, MAX_WEIGHTS) if task.weights else b""
        moments = turning_points(counting(task).counter.catalogue, task.at)
        said = repr((task.documents, moments, task.listed, task.choices, sha256(weights).digest()))
        self._task = sha256(said.encode("utf-8", "replace")).digest()

    def _key(self, partition: Partition) -> bytes:
        return sha256(self._task + partition.digest.encode()).digest()

    def get(self, partition: Partition) -> Part | None:
        """The part of a partition, if it is there and whole."""
        for content in self._cache.of([self._key(partition)]).values():
            with suppress(ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
                return read_part(content)
        return None

    def put(self, partition: Partition, part: Part) -> None:
        """Keep a part."""
        self._cache.keep([(self._key(partition), written_part(part))])


def written_part(part: Part) -> bytes:
    """A part as JSON, without readings: what devices get by number in a list, since most get the same."""
    numbers: dict[Gets, int] = {}
    devices = [[*row[:-1], [numbers.setdefault(one, len(numbers)) for one in row.gets]] for row in part.devices]
    rest = plain(part._replace(devices=(), fresh=()))
    return json.dumps([rest, plain(tuple(numbers)), devices], separators=(",", ":")).encode()


def read_part(content: bytes) -> Part:
    """The part that was written.

    Raises:
        ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError: it is none.
    """
    rest, gets, devices = json.loads(content)
    found = restored(gets)
    part = restored(rest)
    if not isinstance(part, Part):
        raise TypeError("no part")
    rows = [
        DeviceRow(device, vendor, model, weight, tuple([found[number] for number in numbers]))
        for device, vendor, model, weight, numbers in devices
    ]
    return part._replace(devices=tuple(rows))


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
