"""A centre for short messages on this machine, that speaks SMPP 3.4 by its own reading of it, and misbehaves as it is told."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

OK, THROTTLED, NO_SUCH_NUMBER, QUEUE_FULL = 0x00, 0x58, 0x0B, 0x14
PASSWORD = "letmein"  # noqa: S105  of this centre


class Taken(NamedTuple):
    """A short message that the centre took: from and to, the class of the message, its coding, how long it is of use, user data."""

    source: str
    to: str
    esm_class: int
    coding: int
    validity: str
    user_data: bytes


class Centre:
    """A centre.

    What happens to one submission after the other is `script`: `ok`; `throttle`, `full` or `refuse` by status; `drop`, the connection ends
    before it was taken; `lose`, it was taken and the connection ends before the response; `late:SECONDS`; `twice`; `garbage`.
    At its end everything is `ok`.
    """

    def __init__(self, script: Iterable[str] = (), *, system_id: str = "ccpp") -> None:
        self.script = deque(script)
        self.taken: list[Taken] = []
        self.unanswered: list[Taken] = []
        self.stream: list[bytes] = []
        self.binds = self.links = self.unbinds = self.most_standing = 0
        self._system_id = system_id
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    @property
    def url(self) -> str:
        return f"smpp://{self._system_id}@127.0.0.1:{self.port}"

    def ask_link(self) -> None:
        """Ask every client whether it is there."""
        for one in self._open:
            with suppress(OSError):
                one.sendall(struct.pack(">IIII", 16, 0x15, 0, 77))

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, EOFError), connection:
            while True:
                head = self._exactly(connection, 16)
                size, command, _, sequence = struct.unpack(">IIII", head)
                body = self._exactly(connection, size - 16)
                self.stream.append(head + body)
                if not self._answer(connection, command, sequence, body):
                    connection.shutdown(socket.SHUT_RDWR)
                    return

    @staticmethod
    def _exactly(connection: socket.socket, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = connection.recv(size - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def _answer(self, connection: socket.socket, command: int, sequence: int, body: bytes) -> bool:
        def answer(status: int, content: bytes = b"") -> None:
            connection.sendall(struct.pack(">IIII", 16 + len(content), command | 0x80000000, status, sequence) + content)

        if command in {0x02, 0x09}:
            system_id, password = body.split(b"\0")[:2]
            right = (system_id.decode(), password.decode()) == (self._system_id, PASSWORD)
            self.binds += right
            answer(OK if right else 0x0E, b"centre\0" if right else b"")
            return right
        if command == 0x15:
            self.links += 1
            answer(OK)
        elif command == 0x06:
            self.unbinds += 1
            answer(OK)
            return False
        elif command == 0x04:
            return self._submitted(connection, body, answer)
        return True

    def _submitted(self, connection: socket.socket, body: bytes, answer: object) -> bool:
        assert callable(answer)
        with self._lock:
            what, _, seconds = (self.script.popleft() if self.script else "ok").partition(":")
            if what == "drop":
                return False
            if what in {"throttle", "full", "refuse"}:
                answer({"throttle": THROTTLED, "full": QUEUE_FULL, "refuse": NO_SUCH_NUMBER}[what])
                return True
            if what == "garbage":
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                return False
            taken = self._read(body)
            self.taken.append(taken)
            if what == "lose":
                self.unanswered.append(taken)
                return False
            name = f"m-{len(self.taken)}".encode() + b"\0"
        if what == "late":
            self.unanswered.append(taken)
            time.sleep(float(seconds))
        answer(OK, name)
        if what == "twice":
            answer(OK, name)
        return True

    @staticmethod
    def _read(body: bytes) -> Taken:
        """The fields of submit_sm in the order of SMPP 3.4 §4.4.1."""
        _, rest = body.split(b"\0", 1)
        source, rest = rest[2:].split(b"\0", 1)
        to, rest = rest[2:].split(b"\0", 1)
        esm_class, rest = rest[0], rest[3:]
        _, rest = rest.split(b"\0", 1)
        validity, rest = rest.split(b"\0", 1)
        coding, length = rest[2], rest[4]
        user_data = rest[5:]
        assert len(user_data) == length
        return Taken(source.decode(), to.decode(), esm_class, coding, validity.decode(), user_data)
