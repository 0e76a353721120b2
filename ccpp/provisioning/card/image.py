"""A card as one file: JSON with a row a file, rights and content. The content is as secret as the card."""

from __future__ import annotations

import json
from typing import Any

from ccpp.provisioning.card.files import (
    MASTER,
    MAX_DEPTH,
    MAX_FILE,
    MAX_RECORD,
    Access,
    CardError,
    Directory,
    ElementaryFile,
    Rights,
)

MAX_IMAGE = 1 << 20
"""Bytes of an image: a card of 256 KiB in hexadecimal, with room to spare."""

_VERSION = 1
_MAX_FILES = 500
_MAX_NAME = 64
_WORD = 0xFFFF


def write_image(card: Directory) -> bytes:
    """The card as JSON, one line a file."""
    rows = [json.dumps(row) for row in _rows(card, "")]
    listed = ",\n".join(rows)
    return f'{{"card": {_VERSION}, "files": [\n{listed}\n]}}\n'.encode()


def _rows(directory: Directory, parent: str) -> list[dict[str, object]]:
    path = f"{parent}{directory.id:04X}"
    rows: list[dict[str, object]] = [{"path": path, "name": directory.name, "aid": (directory.aid or b"").hex().upper()}]
    for file in directory.files:
        if isinstance(file, Directory):
            rows += _rows(file, path)
        else:
            rights = {name: condition.value for name, condition in file.rights._asdict().items()}
            rows.append(
                {
                    "path": f"{path}{file.id:04X}",
                    "name": file.name,
                    "rights": rights,
                    "record": file.record,
                    "content": file.content.hex().upper(),
                }
            )
    return rows


def read_image(data: bytes) -> Directory:
    """The card of an image.

    Raises:
        CardError: the bytes are no image, or hold more than a card does; with the row at fault.
    """
    if len(data) > MAX_IMAGE:
        raise CardError(f"an image of more than {MAX_IMAGE} bytes", hint="no card is that large")
    try:
        image = json.loads(data)
    except (ValueError, RecursionError):
        raise CardError("no image of a card: no JSON", hint="`ccpp document card` writes one") from None
    rows = image.get("files") if isinstance(image, dict) and image.get("card") == _VERSION else None
    if not isinstance(rows, list) or not 1 <= len(rows) <= _MAX_FILES:
        raise CardError(f"no image of a card, or not of version {_VERSION}", hint="`ccpp document card` writes one")
    found: dict[bytes, dict[str, Any]] = {}
    for number, row in enumerate(rows, 1):
        path = _path(row, number)
        if path in found or (path[:-2] and ("content" in found.get(path[:-2], {"content": ""}))):
            raise CardError(f"row {number} of the image: a path that stands twice, or under no directory")
        found[path] = row
    roots = [path for path in found if len(path) == 2]  # noqa: PLR2004  one identifier
    if roots != [MASTER.to_bytes(2)] or "content" in found[roots[0]]:
        raise CardError("an image of a card without its master file 3F00")
    return _directory(roots[0], found)


def _path(row: object, number: int) -> bytes:
    try:
        path = bytes.fromhex(row["path"])  # type: ignore[index]  # a wrong row is a TypeError, caught
    except (TypeError, KeyError, ValueError):
        raise CardError(f"row {number} of the image: no path in hexadecimal") from None
    if not path or len(path) % 2 or len(path) > 2 * (MAX_DEPTH + 2):
        raise CardError(f"row {number} of the image: a path is identifiers of two bytes, at most {MAX_DEPTH + 2}")
    return path


def _directory(path: bytes, rows: dict[bytes, dict[str, Any]]) -> Directory:
    files: list[ElementaryFile | Directory] = []
    for below, row in rows.items():
        if below[:-2] == path:
            files.append(_file(below, row) if "content" in row else _directory(below, rows))
    row = rows[path]
    return Directory(int.from_bytes(path[-2:]), _name(row), tuple(files), _hexadecimal(row.get("aid", ""), 16) or None)


def _file(path: bytes, row: dict[str, Any]) -> ElementaryFile:
    try:
        rights = Rights(**{name: Access(value) for name, value in row["rights"].items()})
    except (AttributeError, KeyError, TypeError, ValueError):
        raise CardError(f"the file {path.hex().upper()} of the image has no rights", hint=", ".join(Access)) from None
    content, record = _hexadecimal(row["content"], MAX_FILE), row.get("record")
    if record is not None and not (type(record) is int and 1 <= record <= MAX_RECORD and len(content) % record == 0):
        raise CardError(f"the file {path.hex().upper()} of the image has records of no length")
    return ElementaryFile(int.from_bytes(path[-2:]), _name(row), rights, content, record)


def _name(row: dict[str, Any]) -> str:
    name = row.get("name", "")
    if not isinstance(name, str) or len(name) > _MAX_NAME or not name.isprintable():
        raise CardError("a file of the image has a name that is none")
    return name


def _hexadecimal(text: object, limit: int) -> bytes:
    try:
        data = bytes.fromhex(text) if isinstance(text, str) else None
    except ValueError:
        data = None
    if data is None or len(data) > limit:
        raise CardError(f"the image holds something that is not up to {limit} bytes in hexadecimal")
    return data
