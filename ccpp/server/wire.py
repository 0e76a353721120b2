"""HTTP/1.1 with the bounds that uvicorn's own protocol leaves open: how long a request's head may take, and how large it may be.

What is written in one turn of the event loop is sent in one system call, which is a fifth of what a short answer costs.

The bounds are the server's `timeout_keep_alive` and `h11_max_incomplete_event_size`, whatever parser reads the bytes. A head that comes
in one piece, as nearly all do, costs a comparison.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

if TYPE_CHECKING:
    import asyncio

_TOO_SLOW, _TOO_LARGE = 408, 431


class _Joined:
    """A transport that sends in one go what is written in one turn of the event loop: head and body of a response in one system call."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []
        # Everything else is the transport's own.
        self.is_closing, self.get_extra_info = transport.is_closing, transport.get_extra_info
        self.pause_reading, self.resume_reading = transport.pause_reading, transport.resume_reading
        self.set_protocol = transport.set_protocol

    def write(self, data: bytes) -> None:
        """Bytes to be sent at the end of this turn."""
        if not self._parts:
            self._loop.call_soon(self.flush)
        self._parts.append(data)

    def flush(self) -> None:
        """Send what was written."""
        parts, self._parts = self._parts, []
        if parts and not self._transport.is_closing():
            self._transport.write(parts[0] if len(parts) == 1 else b"".join(parts))

    def close(self) -> None:
        """Send what was written, and close."""
        self.flush()
        self._transport.close()


class BoundedProtocol(HttpToolsProtocol):  # type: ignore[misc, unused-ignore]  # without the extra it is Any
    """One connection."""

    _waiting: asyncio.TimerHandle | None = None
    _unread = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override, unused-ignore]  # as uvicorn's own
        """A connection begins: its first head is awaited."""
        super().connection_made(_Joined(transport, self.loop))  # type: ignore[arg-type, unused-ignore]  # what uvicorn uses of one
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Bytes came; of a head that is not complete there may be no more than the bound."""
        self._unread += len(data)
        super().data_received(data)
        if self.parser is None or self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:
            if self._unread > (self.config.h11_max_incomplete_event_size or 0):
                self._refuse(_TOO_LARGE)
            elif self._unread and self._waiting is None:
                self._await_head()

    def on_headers_complete(self) -> None:
        """A head is complete."""
        self._unread = 0
        self._unset_waiting()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of a body, which the application bounds."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is complete."""
        self._unread = 0
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """A connection ends."""
        self._unset_waiting()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._waiting = self.loop.call_later(self.timeout_keep_alive, self._refuse, _TOO_SLOW)

    def _unset_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _refuse(self, status: int) -> None:
        """Answer without a request, and close."""
        self._unset_waiting()
        if not self.transport.is_closing():
            self.transport.write(STATUS_LINE[status] + b"connection: close\r\ncontent-length: 0\r\n\r\n")
            self.transport.close()
