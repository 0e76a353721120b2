"""The files of a card as commands that make them: CREATE FILE of ETSI TS 102 222 §6.3, for cards of TS 102 221 (UICCs).

What the issuer's card has of its own is not made again: the master file with its EF(DIR), and the telephone's application. What came before
the UICC, a SIM of GSM, has no such command in its standard.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ccpp.provisioning.card.files import Access, CardError, Directory, ElementaryFile, Path, Rights, shown
from ccpp.provisioning.card.layout import KINDS
from ccpp.provisioning.card.script import Command, select_directory

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CREATE = bytes.fromhex("00E00000")
_FCP, _SIZE, _TOTAL, _DESCRIPTOR, _ID, _NAME = 0x62, 0x80, 0x81, 0x82, 0x83, 0x84
_LIFE_CYCLE, _SECURITY, _PIN_STATUS = 0x8A, 0xAB, 0xC6
_ACTIVATED = b"\x05"
#: What kind of file it is, and the coding of its data, which is always 21 (TS 102 221 §11.1.1.4.3).
_TRANSPARENT, _LINEAR_FIXED, _DIRECTORY = b"\x41\x21", b"\x42\x21", b"\x78\x21"
#: Modes of access to an elementary file, and all of those to a directory that there are but TERMINATE (TS 102 221 §9.5).
_READ, _UPDATE, _DEACTIVATE, _ACTIVATE, _DELETE = 0x01, 0x02, 0x08, 0x10, 0x40
_WHOLE_DIRECTORY = 0x5F
#: A condition → its data object: always, never, or the reference of the key to be verified (TS 102 221 §9.5.1).
_CONDITIONS: Mapping[Access, bytes] = MappingProxyType(
    {
        Access.ALWAYS: bytes.fromhex("9000"),
        Access.NEVER: bytes.fromhex("9700"),
        Access.CHV1: bytes.fromhex("A406830101950108"),
        Access.PIN_G: bytes.fromhex("A406830181950108"),
        Access.ISSUER: bytes.fromhex("A40683010A950108"),
    }
)
#: The PIN of a directory's files, enabled, by its reference.
_PIN_OF: Mapping[Access, bytes] = MappingProxyType(
    {Access.CHV1: bytes.fromhex("900180830101"), Access.PIN_G: bytes.fromhex("900180830181")}
)
#: Bytes that a card may need for a file beside its content; each card has its own way.
_OVERHEAD = 64


def creating(card: Directory, kind: str) -> Iterator[Command]:
    """What makes the files of a card of this kind, each directory before what is in it; the issuer's key has to be presented before.

    Raises:
        CardError: the kind has no such command.
    """
    if kind == "sim":
        raise CardError("a SIM has no standard command that makes a file", hint="a usim or a wim has (ETSI TS 102 222)")
    row = KINDS[kind]
    for file in card.files:
        if isinstance(file, Directory):
            exists = row.mexe is not None and file.id == row.mexe.id
            yield from _within(file, (file.id,), row.pin) if exists else _directory(file, (file.id,), row.pin)


def _directory(directory: Directory, path: Path, pin: Access) -> Iterator[Command]:
    yield select_directory(path[:-1])
    yield _command(_directory_parameters(directory, pin), f"create {directory.name}, {shown(path)}")
    yield from _within(directory, path, pin)


def _within(directory: Directory, path: Path, pin: Access) -> Iterator[Command]:
    for file in directory.files:
        if isinstance(file, Directory):
            yield from _directory(file, (*path, file.id), pin)
    files = [file for file in directory.files if isinstance(file, ElementaryFile)]
    if files:
        yield select_directory(path)
    for file in files:
        comment = f"create {file.name}, {shown((*path, file.id))}: {len(file.content)} bytes"
        yield _command(_file_parameters(file), comment)


def _directory_parameters(directory: Directory, pin: Access) -> bytes:
    return b"".join(
        (
            _object(_DESCRIPTOR, _DIRECTORY),
            _object(_ID, directory.id.to_bytes(2)),
            _object(_NAME, directory.aid) if directory.aid else b"",
            _object(_LIFE_CYCLE, _ACTIVATED),
            _object(_SECURITY, _rule(_WHOLE_DIRECTORY, Access.ISSUER)),
            _object(_TOTAL, min(_room(directory), 0xFFFF).to_bytes(2)),
            _object(_PIN_STATUS, _PIN_OF[pin]),
        )
    )


def _room(directory: Directory) -> int:
    sizes = (_room(file) if isinstance(file, Directory) else len(file.content) + _OVERHEAD for file in directory.files)
    return sum(sizes) + _OVERHEAD


def _file_parameters(file: ElementaryFile) -> bytes:
    descriptor = _TRANSPARENT if file.record is None else _LINEAR_FIXED + file.record.to_bytes(2)
    return b"".join(
        (
            _object(_DESCRIPTOR, descriptor),
            _object(_ID, file.id.to_bytes(2)),
            _object(_LIFE_CYCLE, _ACTIVATED),
            _object(_SECURITY, _rules(file.rights)),
            _object(_SIZE, len(file.content).to_bytes(2)),
        )
    )


def _rules(rights: Rights) -> bytes:
    """Access rules in expanded format: the modes of each condition; what stands in none is never allowed."""
    modes: dict[Access, int] = {}
    for condition, mode in (
        (rights.read, _READ),
        (rights.update, _UPDATE),
        (rights.invalidate, _DEACTIVATE),
        (rights.rehabilitate, _ACTIVATE),
        (Access.ISSUER, _DELETE),
    ):
        modes[condition] = modes.get(condition, 0) | mode
    return b"".join(_rule(mode, condition) for condition, mode in modes.items())


def _rule(modes: int, condition: Access) -> bytes:
    return bytes([_SIZE, 1, modes]) + _CONDITIONS[condition]


def _object(tag: int, value: bytes) -> bytes:
    """A data object; none here comes near 128 bytes."""
    return bytes([tag, len(value)]) + value


def _command(parameters: bytes, comment: str) -> Command:
    template = _object(_FCP, parameters)
    return Command(_CREATE + bytes([len(template)]) + template, comment)
