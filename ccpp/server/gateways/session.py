"""One session of SMPP 3.4 as a value that is told what came and says what to send; it opens no socket and reads no clock.

What was submitted stands in a window until its response comes, by its sequence number; a response to nothing that stands there, because it came
twice or too late, means nothing. Whatever else the centre asks is answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ccpp.provisioning.smpp import INVALID_COMMAND, UNKNOWN, Pdu, SmppError, decode_pdu, encode_pdu, split_units, status_name

if TYPE_CHECKING:
    from collections.abc import Mapping

_RESPONSE = "_resp"
_MAX_SEQUENCE = 0x7FFFFFFF
_VERSION = 0x34


class Answered(NamedTuple):
    """A response: to what, with which status, and the centre's name for the message."""

    what: object
    status: int
    receipt: str = ""


class Session:
    """A session.

    Args:
        window: how many submissions may stand without a response.
    """

    def __init__(self, window: int) -> None:
        self._window = window
        self._sequence = 0
        self._standing: dict[int, object] = {}
        self._buffer = b""
        self.ended = False

    @property
    def room(self) -> int:
        """How many more may be submitted now."""
        return self._window - len(self._standing)

    @property
    def standing(self) -> int:
        """How many requests have no response yet."""
        return len(self._standing)

    def request(self, command: str, what: object, fields: Mapping[str, str | int] | None = None) -> bytes:
        """The bytes of a request, whose response will be told by `what`."""
        self._sequence = self._sequence % _MAX_SEQUENCE + 1
        data = encode_pdu(Pdu(command, self._sequence, 0, fields or {}))
        self._standing[self._sequence] = what
        return data

    def bind(self, command: str, system_id: str, password: str) -> bytes:
        """The request that opens a session: bind_transmitter or bind_transceiver."""
        return self.request(command, command, {"system_id": system_id, "password": password, "interface_version": _VERSION})

    def receive(self, data: bytes) -> tuple[list[Answered], bytes]:
        """What came: responses to what was asked, and the bytes to send back.

        Raises:
            SmppError: no unit of SMPP can be read from what came; the session is of no more use.
        """
        units, self._buffer = split_units(self._buffer + data)
        answered, back = [], []
        for unit in map(decode_pdu, units):
            if unit.command.endswith(_RESPONSE) or unit.command == "generic_nack":
                if unit.sequence in self._standing:
                    what = self._standing.pop(unit.sequence)
                    answered.append(Answered(what, unit.status, str(unit.fields.get("message_id", ""))))
            else:
                back.append(self._reply(unit))
        return answered, b"".join(back)

    def _reply(self, unit: Pdu) -> bytes:
        if unit.command == UNKNOWN:
            return encode_pdu(Pdu("generic_nack", unit.sequence & _MAX_SEQUENCE, INVALID_COMMAND))
        self.ended = self.ended or unit.command == "unbind"
        return encode_pdu(Pdu(unit.command + _RESPONSE, unit.sequence & _MAX_SEQUENCE))


def refusal(answered: Answered) -> SmppError:
    """A response that is none, as an error."""
    return SmppError(f"the centre answers {answered.what} with {status_name(answered.status)}")
