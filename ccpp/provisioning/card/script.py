"""A card's content as commands for a reader: select each file, write it (3GPP TS 51.011 §9.2, ISO/IEC 7816-4).

The files have to be there, as the card's issuer or the commands of `creating` make them, and the issuer's key presented before: how is
not standard, and no key belongs in a script.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ccpp.provisioning.card.files import EF_DIR, Access, CardError, Directory, ElementaryFile, Path, shown, walk, write_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SELECT, _UPDATE_BINARY, _UPDATE_RECORD = 0xA4, 0xD6, 0xDC
_BY_PATH, _NO_ANSWER, _ABSOLUTE = 0x08, 0x0C, 0x04
_GSM, _UICC = 0xA0, 0x00
_CHUNK = 240  # bytes of data in a command; 255 is the most, and some readers take fewer
_MAX_SCRIPT = 20_000  # lines
_SHARED = ": where the card's own application stands there, the next that is free"


class Command(NamedTuple):
    """A command APDU and what it is for."""

    apdu: bytes
    comment: str


def commands(card: Directory, kind: str) -> Iterator[Command]:
    """What writes the content of every file that can be updated: commands of GSM for a SIM, of ISO/IEC 7816-4 for other kinds."""
    class_byte = _GSM if kind == "sim" else _UICC
    for path, file in walk(card):
        if file.rights.update is Access.NEVER:
            continue
        yield from _selecting(class_byte, path, file)
        yield from _writing(class_byte, file)


def _selecting(class_byte: int, path: Path, file: ElementaryFile) -> Iterator[Command]:
    comment = f"select {file.name}, {shown(path)} (update: {file.rights.update})"
    if class_byte == _UICC:
        below = write_path(path)[2:]
        yield Command(bytes([class_byte, _SELECT, _BY_PATH, _NO_ANSWER, len(below)]) + below, comment)
        return
    # GSM selects one identifier at a time, from the master file down.
    steps = write_path(path)
    for at in range(0, len(steps), 2):
        yield Command(bytes([class_byte, _SELECT, 0, 0, 2]) + steps[at : at + 2], comment if at + 2 == len(steps) else "")


def select_directory(path: Path) -> Command:
    """What selects a directory of a UICC."""
    comment = f"select {shown(path)}"
    if not path:
        return Command(bytes([_UICC, _SELECT, 0, _NO_ANSWER, 2]) + write_path(path), comment)
    below = write_path(path)[2:]
    return Command(bytes([_UICC, _SELECT, _BY_PATH, _NO_ANSWER, len(below)]) + below, comment)


def _writing(class_byte: int, file: ElementaryFile) -> Iterator[Command]:
    if file.record is not None:
        for number, record in enumerate(file.records(), 1):
            head = bytes([class_byte, _UPDATE_RECORD, number, _ABSOLUTE, len(record)])
            yield Command(head + record, f"record {number}" + (_SHARED if file.id == EF_DIR else ""))
        return
    for at in range(0, len(file.content), _CHUNK):
        part = file.content[at : at + _CHUNK]
        yield Command(bytes([class_byte, _UPDATE_BINARY]) + at.to_bytes(2) + bytes([len(part)]) + part, "")


def write_script(script: Iterable[Command], before: str = "The files exist and the issuer's key is presented") -> str:
    """Commands as text, one a line in hexadecimal, `#` before what is for people; `before` is what has to be so."""
    lines = [f"# {before}; send each line, expect 9000 (or 9FXX, 61XX after SELECT)."]
    for command in script:
        lines += [f"# {command.comment}"] if command.comment else []
        lines.append(command.apdu.hex().upper())
    return "\n".join(lines) + "\n"


def read_script(text: str) -> tuple[bytes, ...]:
    """The commands of a script.

    Raises:
        CardError: a line is no command, with its number.
    """
    found = []
    for number, line in enumerate(text.splitlines()[: _MAX_SCRIPT + 1], 1):
        command, _, _ = line.partition("#")
        if not command.strip():
            continue
        try:
            apdu = bytes.fromhex(command)
        except ValueError:
            apdu = b""
        if len(apdu) < 5 or len(apdu) != 5 + apdu[4] or number > _MAX_SCRIPT:  # noqa: PLR2004  a header and its length
            raise CardError(f"line {number} of the script is no command with data")
        found.append(apdu)
    return tuple(found)
