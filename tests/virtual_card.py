"""A smart card in software: answers SELECT, READ, UPDATE, VERIFY and CREATE FILE from an image, in the classes of GSM and of ISO/IEC 7816-4.

For tests: it plays a card for real readers over vpcd's socket, and runs scripts of commands.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ccpp.provisioning.card.files import (
    MASTER,
    Access,
    CardError,
    Directory,
    ElementaryFile,
    Path,
    Rights,
    allowed,
    find,
    replaced,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

OK, NOT_FOUND, WRONG_PIN, FORBIDDEN, NO_RECORD = 0x9000, 0x6A82, 0x63C2, 0x6982, 0x6A83
WRONG_LENGTH, WRONG_PARAMETERS, UNKNOWN, EXISTS = 0x6700, 0x6B00, 0x6D00, 0x6A89
ATR = bytes.fromhex("3B00")
_POWER_OFF, _POWER_ON, _RESET, _ASK_ATR = 0, 1, 2, 4


@dataclass
class VirtualCard:
    """The card, where it stands, and what has been verified since it was powered; `granted` needs no verification."""

    image: Directory
    pin: bytes = b"1234"
    path: Path = ()
    granted: frozenset[Access] = field(default_factory=frozenset)
    verified: frozenset[Access] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Power: what was verified is forgotten, what the card grants without (an issuer's key presented for good) stays."""
        self.path, self.verified = (), self.granted

    def answer(self, apdu: bytes) -> bytes:
        """The answer to a command: data, then the status word."""
        head, body = apdu[:5].ljust(5, b"\0"), apdu[5:]
        data, status = {0xA4: self.select, 0x20: self.verify, 0xB0: self.read, 0xB2: self.read_record}.get(
            head[1], {0xD6: self.update, 0xDC: self.update_record, 0xE0: self.create}.get(head[1], lambda *_: (b"", UNKNOWN))
        )(head, body)
        return data + status.to_bytes(2)

    def select(self, head: bytes, body: bytes) -> tuple[bytes, int]:
        name = body[: head[4]]
        by = head[2] if head[0] != 0xA0 else 0
        for path in self.candidates(by, name):
            try:
                file = find(self.image, path)
            except CardError:
                continue
            self.path = path
            return (b"" if head[0] == 0xA0 or head[3] & 0x0C == 0x0C else information(file)), OK
        return b"", NOT_FOUND

    def candidates(self, by: int, name: bytes) -> Iterator[Path]:
        """The paths that a name can mean: of an application, from the master file, from here, or an identifier."""
        if by == 4:
            yield from ((file.id,) for file in self.image.files if isinstance(file, Directory) and file.aid == name)
            return
        identifiers = tuple(int.from_bytes(name[at : at + 2]) for at in range(0, len(name), 2))
        if by == 8 or identifiers[:1] == (MASTER,) or not identifiers:
            yield identifiers[1:] if identifiers[:1] == (MASTER,) else identifiers
            return
        here = self.path if isinstance(find(self.image, self.path), Directory) else self.path[:-1]
        yield (*here, *identifiers)
        yield (*here[:-1], *identifiers)

    def verify(self, head: bytes, body: bytes) -> tuple[bytes, int]:
        if body[: head[4]].rstrip(b"\xff\0") != self.pin:
            return b"", WRONG_PIN
        self.verified |= {Access.PIN_G if head[3] & 0x80 else Access.CHV1}
        return b"", OK

    def here(self, *, write: bool) -> ElementaryFile | None:
        """The file that is selected, if it may be read or written."""
        file = find(self.image, self.path)
        if isinstance(file, Directory):
            return None
        return file if allowed(file.rights.update if write else file.rights.read, self.verified) else None

    def read(self, head: bytes, _: bytes) -> tuple[bytes, int]:
        file = self.here(write=False)
        if file is None:
            return b"", FORBIDDEN
        start = int.from_bytes(head[2:4]) & 0x7FFF
        if start > len(file.content):
            return b"", WRONG_PARAMETERS
        return file.content[start : start + (head[4] or 256)], OK

    def read_record(self, head: bytes, _: bytes) -> tuple[bytes, int]:
        file = self.here(write=False)
        if file is None:
            return b"", FORBIDDEN
        records = file.records()
        return (records[head[2] - 1], OK) if 1 <= head[2] <= len(records) else (b"", NO_RECORD)

    def update(self, head: bytes, body: bytes) -> tuple[bytes, int]:
        return self.write(int.from_bytes(head[2:4]) & 0x7FFF, body[: head[4]])

    def update_record(self, head: bytes, body: bytes) -> tuple[bytes, int]:
        file = self.here(write=True)
        if file is None:
            return b"", FORBIDDEN
        if file.record != head[4] or not 1 <= head[2] <= len(file.records()):
            return b"", NO_RECORD
        return self.write((head[2] - 1) * head[4], body[: head[4]])

    def create(self, _: bytes, body: bytes) -> tuple[bytes, int]:
        """CREATE FILE (ETSI TS 102 222 §6.3): the issuer's, in the directory that is selected."""
        here = find(self.image, self.path)
        if Access.ISSUER not in self.verified:
            return b"", FORBIDDEN
        ((tag, parameters),) = objects(body)
        made = made_of(dict(objects(parameters)))
        if tag != 0x62 or not isinstance(here, Directory) or any(file.id == made.id for file in here.files):
            return b"", EXISTS
        grown = replace(here, files=(*here.files, made))
        self.image = replaced(self.image, self.path, grown) if self.path else grown
        if isinstance(made, Directory):
            self.path = (*self.path, made.id)
        return b"", OK

    def write(self, start: int, data: bytes) -> tuple[bytes, int]:
        file = self.here(write=True)
        if file is None:
            return b"", FORBIDDEN
        if start + len(data) > len(file.content):
            return b"", WRONG_LENGTH
        content = file.content[:start] + data + file.content[start + len(data) :]
        self.image = replaced(self.image, self.path, replace(file, content=content))
        return b"", OK


def objects(data: bytes) -> list[tuple[int, bytes]]:
    """Data objects of one byte each for tag and length."""
    found = []
    while data:
        end = 2 + data[1]
        assert data[1] < 0x80, "a length of more bytes"
        assert end <= len(data), "an object without end"
        found.append((data[0], data[2:end]))
        data = data[end:]
    return found


def made_of(parameters: dict[int, bytes]) -> ElementaryFile | Directory:
    """The file of some parameters, of which each that TS 102 222 asks for has to be there."""
    kind, identifier = parameters[0x82], int.from_bytes(parameters[0x83])
    assert parameters[0x8A] == b"\x05", "not activated"
    modes: dict[int, Access] = {}
    rules = objects(parameters[0xAB])
    for (tag, mode), condition in zip(rules[::2], rules[1::2], strict=True):
        assert tag == 0x80, "a rule begins with its modes"
        for bit in range(7):
            if mode[0] >> bit & 1:
                assert 1 << bit not in modes, "a mode in two rules"
                modes[1 << bit] = CONDITIONS[condition]
    if kind == b"\x78\x21":
        assert int.from_bytes(parameters[0x81]) > 0, "a directory without room"
        assert parameters[0xC6].startswith(b"\x90\x01"), "a directory without the state of its PIN"
        return Directory(identifier, "", (), parameters.get(0x84))
    record = int.from_bytes(kind[2:]) if kind[:2] == b"\x42\x21" else None
    assert record or kind == b"\x41\x21", "a kind of file that is none"
    rights = Rights(modes[0x01], modes[0x02], modes[0x08], modes[0x10])
    return ElementaryFile(identifier, "", rights, b"\xff" * int.from_bytes(parameters[0x80]), record)


#: Conditions of access in expanded format (ETSI TS 102 221 §9.5).
CONDITIONS = {
    (0x90, b""): Access.ALWAYS,
    (0x97, b""): Access.NEVER,
    (0xA4, bytes.fromhex("830101950108")): Access.CHV1,
    (0xA4, bytes.fromhex("830181950108")): Access.PIN_G,
    (0xA4, bytes.fromhex("83010A950108")): Access.ISSUER,
}


def nameless(card: Directory) -> Directory:
    """The card without what people call its files, which stands on none, each directory's files by their identifiers."""
    files = (nameless(one) if isinstance(one, Directory) else replace(one, name="") for one in card.files)
    return replace(card, name="", files=tuple(sorted(files, key=lambda one: one.id)))


def emptied(card: Directory) -> Directory:
    """A card of the same files, as it comes from its maker: FF in all of them."""
    empty = card
    for path, file in walk(card):
        empty = replaced(empty, path, replace(file, content=b"\xff" * len(file.content)))
    return empty


def information(file: ElementaryFile | Directory) -> bytes:
    """File control information (ISO/IEC 7816-4 §5.3.3): size, kind, identifier, and the name of an application."""
    if isinstance(file, Directory):
        rows = [(0x82, b"\x38"), (0x83, file.id.to_bytes(2)), (0x84, file.aid or b"")]
    else:
        kind = b"\x01" if file.record is None else bytes([0x02, 0x41, 0, file.record, len(file.records())])
        rows = [(0x80, len(file.content).to_bytes(2)), (0x82, kind), (0x83, file.id.to_bytes(2))]
    body = b"".join(bytes([tag, len(value)]) + value for tag, value in rows if value)
    return bytes([0x6F, len(body)]) + body


def play(card: VirtualCard, address: tuple[str, int]) -> None:
    """Be the card in vpcd's reader until that closes the connection: two bytes of length, then a control byte or a command."""
    with socket.create_connection(address, timeout=60) as connection:
        while True:
            length = exactly(connection, 2)
            if length is None:
                return
            message = exactly(connection, struct.unpack(">H", length)[0])
            if message is None:
                return
            if len(message) > 1:
                answer = card.answer(message)
            elif message[0] == _ASK_ATR:
                answer = ATR
            else:
                card.reset()
                continue
            connection.sendall(struct.pack(">H", len(answer)) + answer)


def exactly(connection: socket.socket, length: int) -> bytes | None:
    """That many bytes, None if the other end is gone."""
    data = b""
    while len(data) < length:
        try:
            part = connection.recv(length - len(data))
        except OSError:
            return None
        if not part:
            return None
        data += part
    return data
