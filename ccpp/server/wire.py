"""HTTP/1.1 with the bounds that uvicorn's own protocol leaves open.

They are how long a request's head may take, how large it may be, and how long a client may take nothing of its response.

A method may say that an extension is mandatory (`M-GET`, RFC 2774 §5), which no parser of today knows; what comes in one piece with the end of
another request is the parser's alone, though.

A connection ends without losing a request: a server that stops still answers what was on its way, and says that the connection closes.

What is written in one turn of the event loop is sent in one system call, which is a fifth of what a short answer costs.

Two bounds are the server's `timeout_keep_alive` and `h11_max_incomplete_event_size`, whatever parser reads the bytes. A head that comes
in one piece, as nearly all do, costs a comparison.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

if TYPE_CHECKING:
    import asyncio

_TOO_SLOW, _TOO_LARGE = 408, 431
_MANDATORY = b"M-"

#: Seconds for which a connection without a request outlives the order to stop: what a client sent before it knew arrives by then.
_LINGER = 1.0
#: Seconds after which a client that takes nothing is given up, unless the server says otherwise.
_STALLED = 60.0


class _Joined:
    """A transport that sends in one go what is written in one turn of the event loop: head and body of a response in one system call."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []
        # Everything else is the transport's own.
        self.is_closing, self.get_extra_info = transport.is_closing, transport.get_extra_info
        self.pause_reading, self.resume_reading = transport.pause_reading, transport.resume_reading
        self.set_protocol, self.abort = transport.set_protocol, transport.abort
        self.get_write_buffer_size = transport.get_write_buffer_size

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
    """One connection.

    Args:
        stalled: seconds after which a client that takes nothing of its response is given up.
    """

    _waiting: asyncio.TimerHandle | None = None
    _sending: asyncio.TimerHandle | None = None
    _unread = 0
    _ending = False
    _certificate = b""
    _between = True
    _mandatory = False

    def __init__(self, *arguments: Any, stalled: float = _STALLED, **named: Any) -> None:  # noqa: ANN401  uvicorn's own
        super().__init__(*arguments, **named)
        self._stalled = stalled

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override, unused-ignore]  # as uvicorn's own
        """A connection begins: its first head is awaited, and whatever its client does not take is noticed."""
        handshake = transport.get_extra_info("ssl_object")
        if handshake is None:
            transport.set_write_buffer_limits(0)
        else:  # with limits of 0 uvloop's TLS now and then never says that a client took what was sent
            self._certificate = handshake.getpeercert(binary_form=True) or b""
        super().connection_made(_Joined(transport, self.loop))  # type: ignore[arg-type, unused-ignore]  # what uvicorn uses of one
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Bytes came; of a head that is not complete there may be no more than the bound."""
        self._unread += len(data)
        if self._between and data.startswith(_MANDATORY):
            self._mandatory, data = True, data.removeprefix(_MANDATORY)
        super().data_received(data)
        if self.parser is None or self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:
            if self._unread > (self.config.h11_max_incomplete_event_size or 0):
                self._refuse(_TOO_LARGE)
            elif self._unread and self._waiting is None:
                self._await_head()

    def on_message_begin(self) -> None:
        """A request begins: whose certificate the connection showed, and the method's prefix, go along in places that no header reaches."""
        super().on_message_begin()
        self._between = False
        if self._mandatory:
            self.scope["mandatory"] = True  # type: ignore[typeddict-unknown-key, unused-ignore]
            self._mandatory = False
        if self._certificate:
            self.scope["certificate"] = self._certificate  # type: ignore[typeddict-unknown-key, unused-ignore]

    def on_headers_complete(self) -> None:
        """A head is complete."""
        self._unread = 0
        self._unset_waiting()
        super().on_headers_complete()
        if self._ending:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """A part of a body, which the application bounds."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is complete."""
        self._unread = 0
        self._between = True
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """A connection ends."""
        self._unset_waiting()
        self._unset_sending()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """A response is written."""
        super().on_response_complete()
        if self._ending:
            self._close_soon()

    def shutdown(self) -> None:
        """The server stops: a request under way is answered, and so is one that arrives in a moment."""
        self._ending = True
        if self.cycle is None or self.cycle.response_complete:
            self._close_soon()
        elif not self.cycle.response_started:
            self.cycle.keep_alive = False

    def pause_writing(self) -> None:
        """The client does not take what is sent as fast as it is made."""
        super().pause_writing()
        self._watch_sending(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """The client took it."""
        self._unset_sending()
        super().resume_writing()

    def _close_soon(self) -> None:
        self._unset_keepalive_if_required()
        if not self.transport.is_closing():
            self.timeout_keep_alive_task = self.loop.call_later(_LINGER, self.timeout_keep_alive_handler)

    def _watch_sending(self, before: int) -> None:
        self._unset_sending()
        self._sending = self.loop.call_later(self._stalled, self._look_at_sending, before)

    def _look_at_sending(self, before: int) -> None:
        """Give up a client that has taken nothing since the last look."""
        left = self.transport.get_write_buffer_size()
        if left >= before:
            self.transport.abort()
        else:
            self._watch_sending(left)

    def _unset_sending(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None

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
