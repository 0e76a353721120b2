"""The files of a smart card: directories, elementary files with access conditions (3GPP TS 51.011 §6 and §9, ISO/IEC 7816-4).

Values only; a card is changed by making another. Nothing here shows the content of a file, which may hold a password.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from ccpp.errors import CcppError

if TYPE_CHECKING:
    from collections.abc import Iterator

MASTER, EF_DIR = 0x3F00, 0x2F00
MAX_FILE = 0x7FFF
"""Bytes of a file: what the fifteen bits of an offset in READ BINARY reach."""
MAX_RECORD = 255
MAX_DEPTH = 4
"""Levels of directories under the master file; a card of today has three."""


class CardError(CcppError):
    """A card that has no such file, does not let it be read or written, or has something else in it."""


class Access(StrEnum):
    """What has to be done before a file may be used: nothing, verify the holder's PIN or the WIM's, be the issuer; or it never may."""

    ALWAYS = "ALW"
    CHV1 = "CHV1"
    PIN_G = "PIN-G"
    ISSUER = "ADM"
    NEVER = "NEV"


class Rights(NamedTuple):
    """The access conditions of a file."""

    read: Access
    update: Access
    invalidate: Access = Access.ISSUER
    rehabilitate: Access = Access.ISSUER


@dataclass(frozen=True, slots=True)
class ElementaryFile:
    """A file with content, of a fixed size; `record` is the length of a record, None where it is transparent."""

    id: int
    name: str
    rights: Rights
    content: bytes = field(repr=False)
    record: int | None = None

    def records(self) -> tuple[bytes, ...]:
        """The records of a linear fixed file."""
        width = self.record or len(self.content) or 1
        return tuple(self.content[at : at + width] for at in range(0, len(self.content), width))


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory: MF, DF, or ADF with the identifier that it is selected by."""

    id: int
    name: str
    files: tuple[ElementaryFile | Directory, ...] = ()
    aid: bytes | None = None


Path = tuple[int, ...]
"""Identifiers from a directory under the master file down to a file."""


def read_path(data: bytes, base: Path = ()) -> Path:
    """A path as PKCS#15 writes it: from the master file, or relative to a directory.

    Raises:
        CardError: it is not made of identifiers of two bytes.
    """
    if not data or len(data) % 2 or len(data) > 2 * (MAX_DEPTH + 2):
        raise CardError("a path on the card that is none", hint="identifiers of two bytes")
    identifiers = tuple(int.from_bytes(data[at : at + 2]) for at in range(0, len(data), 2))
    return identifiers[1:] if identifiers[0] == MASTER else (*base, *identifiers)


def write_path(path: Path) -> bytes:
    """A path from the master file."""
    return b"".join(identifier.to_bytes(2) for identifier in (MASTER, *path))


def find(card: Directory, path: Path) -> ElementaryFile | Directory:
    """The file at a path.

    Raises:
        CardError: there is none.
    """
    here: ElementaryFile | Directory = card
    for identifier in path:
        files = here.files if isinstance(here, Directory) else ()
        found = next((file for file in files if file.id == identifier), None)
        if found is None:
            raise CardError(f"no file {shown(path)} on the card")
        here = found
    return here


def elementary(card: Directory, path: Path) -> ElementaryFile:
    """The elementary file at a path.

    Raises:
        CardError: there is none, or it is a directory.
    """
    file = find(card, path)
    if isinstance(file, Directory):
        raise CardError(f"{shown(path)} is a directory")
    return file


def read_file(card: Directory, path: Path, verified: frozenset[Access] = frozenset()) -> bytes:
    """The content of a file, to one who has done what is in `verified`.

    Raises:
        CardError: there is none, or it may not be read.
    """
    file = elementary(card, path)
    if not allowed(file.rights.read, verified):
        raise CardError(f"{shown(path)} may not be read before {file.rights.read}")
    return file.content


def update_file(card: Directory, path: Path, content: bytes, verified: frozenset[Access] = frozenset()) -> Directory:
    """The card with other content in a file; what is left of the file is FF.

    Raises:
        CardError: there is no such file, it may not be updated, or it is too small.
    """
    file = elementary(card, path)
    if not allowed(file.rights.update, verified):
        raise CardError(f"{shown(path)} may not be updated before {file.rights.update}")
    if len(content) > len(file.content):
        raise CardError(f"{len(content)} bytes for {shown(path)}, which holds {len(file.content)}")
    return replaced(card, path, replace(file, content=filled(content, len(file.content))))


def replaced(card: Directory, path: Path, file: ElementaryFile) -> Directory:
    """The card with another file at a path where there is one."""
    head, *rest = path
    files = tuple(
        one if one.id != head else replaced(one, tuple(rest), file) if rest and isinstance(one, Directory) else file
        for one in card.files
    )
    return replace(card, files=files)


def walk(card: Directory, path: Path = ()) -> Iterator[tuple[Path, ElementaryFile]]:
    """Every elementary file with its path, in order."""
    for file in card.files:
        if isinstance(file, Directory):
            yield from walk(file, (*path, file.id))
        else:
            yield (*path, file.id), file


def allowed(condition: Access, verified: frozenset[Access]) -> bool:
    """Whether a condition holds."""
    return condition is Access.ALWAYS or (condition is not Access.NEVER and condition in verified)


def filled(content: bytes, size: int) -> bytes:
    """Content in a file of a size, FF behind it.

    Raises:
        CardError: the size is too small, or no size of a file.
    """
    if not len(content) <= size <= MAX_FILE:
        raise CardError(f"{len(content)} bytes for a file of {size}", hint=f"a file has at most {MAX_FILE}")
    return content + b"\xff" * (size - len(content))


def shown(path: Path) -> str:
    """A path as people write it."""
    return "/".join(f"{identifier:04X}" for identifier in (MASTER, *path))
