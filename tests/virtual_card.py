"""A smart card in software: answers SELECT, READ, UPDATE and VERIFY from an image, in the classes of GSM and of ISO/IEC 7816-4.

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
    allowed,
    find,
    replaced,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

OK, NOT_FOUND, WRONG_PIN, FORBIDDEN, NO_RECORD = 0x9000, 0x6A82, 0x63C2, 0x6982, 0x6A83
WRONG_LENGTH, WRONG_PARAMETERS, UNKNOWN = 0x6700, 0x6B00, 0x6D00
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
            head[1], {0xD6: self.update, 0xDC: self.update_record}.get(head[1], lambda *_: (b"", UNKNOWN))
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

    def write(self, start: int, data: bytes) -> tuple[bytes, int]:
        file = self.here(write=True)
        if file is None:
            return b"", FORBIDDEN
        if start + len(data) > len(file.content):
            return b"", WRONG_LENGTH
        content = file.content[:start] + data + file.content[start + len(data) :]
        self.image = replaced(self.image, self.path, replace(file, content=content))
        return b"", OK


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
