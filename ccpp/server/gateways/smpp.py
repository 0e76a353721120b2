"""Short messages handed to a centre by SMPP 3.4: a connection that is made when there is something to hand on, and kept while it is of use.

A submission whose response did not come in time, or before the connection broke, may have been taken. SMPP has no way to ask, so it is made
again: at least once, and once for all that is answered. A terminal drops the second copy, because it has the same reference and number.
"""

from __future__ import annotations

import socket
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from select import select
from ssl import SSLSocket, create_default_context
from typing import TYPE_CHECKING, NamedTuple

from ccpp.provisioning.smpp import SmppError, is_passing, relative_time, status_name
from ccpp.provisioning.submission import ShortMessage, submit_sm
from ccpp.server.gateways.gateway import GatewayError, Outcome
from ccpp.server.gateways.session import Session, refusal

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Sequence

    from ccpp.server.gateways.gateway import Errand
    from ccpp.server.gateways.session import Answered

_CHUNK = 65_536
#: Statuses by which a centre says that it is given too much at once.
_THROTTLED = frozenset({0x14, 0x58})
_LINK = "enquire_link"


@dataclass(frozen=True, slots=True, repr=False)
class Centre:
    """A centre and how to speak to it: `source` is the sender's number, `window` how many submissions wait for their responses at once.

    Seconds: `answer` for a response, `quiet` after which the link is tried, `idle` after which a session without use ends.
    """

    host: str
    port: int
    system_id: str
    password: str
    secure: bool = False
    source: str = ""
    window: int = 10
    bind: str = "bind_transceiver"
    answer: float = 10.0
    quiet: float = 30.0
    idle: float = 300.0

    def __repr__(self) -> str:
        """Where it is."""
        return f"Centre({self.host}:{self.port})"


class _Place(NamedTuple):
    """A short message of an errand."""

    errand: Errand
    part: int


class SmppGateway:
    """A centre by SMPP.

    Args:
        centre: which one.
        clock: seconds that only go on.
        tls: makes the context of a secure connection.
    """

    def __init__(
        self,
        centre: Centre,
        clock: Callable[[], float] = time.monotonic,
        tls: Callable[[], ssl.SSLContext] = create_default_context,
    ) -> None:
        self._centre = centre
        self._clock = clock
        self._tls = tls
        self._session: Session | None = None
        self._socket: socket.socket | None = None
        self._used = self._heard = 0.0

    def deliver(self, errands: Sequence[Errand]) -> Iterator[Outcome]:
        """Submit what the window has room for, and more as responses come.

        Raises:
            GatewayError: there is no connection, the centre lets nobody in, or a response did not come in time.
        """
        waiting = deque(_Place(errand, part) for errand in errands for part in errand.parts)
        try:
            session = self._open()
            self._used = self._clock()
            while waiting or session.standing:
                while waiting and session.room > 0:
                    place = waiting.popleft()
                    self._send(session.request("submit_sm", place, self._fields(place)))
                for answered in self._answers(session):
                    if not isinstance(answered.what, _Place):
                        continue
                    outcome = _outcome(answered.what, answered)
                    yield outcome
                    if answered.status in _THROTTLED:
                        waiting.clear()  # what is left has no outcome, so it is tried again later
                    elif outcome.final:  # the rest of it is of no use without this
                        waiting = deque(place for place in waiting if place.errand.id != outcome.id)
        except (OSError, SmppError) as error:
            self._drop()
            said = error.message if isinstance(error, SmppError) else f"the connection failed: {type(error).__name__}"
            raise GatewayError(said) from None

    def rest(self) -> None:
        """Answer what the centre asks, see whether the link still holds, and end a session that was not used for long."""
        if self._session is None:
            return
        now = self._clock()
        try:
            if now - self._used > self._centre.idle:
                self.close()
                return
            if self._ready():
                self._receive(self._session)
            if now - self._heard > self._centre.quiet:
                self._send(self._session.request(_LINK, _LINK))
                self._answers(self._session)
        except (OSError, SmppError):
            self._drop()

    def close(self) -> None:
        """End the session as the protocol wants it, and the connection in any case."""
        if self._session is not None and not self._session.ended:
            with suppress(OSError, SmppError):
                self._send(self._session.request("unbind", "unbind"))
                self._answers(self._session)
        self._drop()

    # The connection.

    def _open(self) -> Session:
        """The session, opened where there is none, or the one there was has ended.

        Raises:
            OSError: there is no connection.
            SmppError: the centre lets nobody in.
        """
        if self._session is not None and self._ready():
            self._receive(self._session)  # it may have ended meanwhile, which only a read tells
        if self._session is not None and not self._session.ended:
            return self._session
        self._drop()
        centre = self._centre
        plain = socket.create_connection((centre.host, centre.port), timeout=centre.answer)
        self._socket = self._tls().wrap_socket(plain, server_hostname=centre.host) if centre.secure else plain
        self._session = session = Session(centre.window)
        self._heard = self._clock()
        self._send(session.bind(centre.bind, centre.system_id, centre.password))
        for answered in self._answers(session):
            if answered.status:
                raise refusal(answered)
        return session

    def _drop(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._session = self._socket = None

    def _send(self, data: bytes) -> None:
        if self._socket is None:
            raise ConnectionError
        self._socket.settimeout(self._centre.answer)
        self._socket.sendall(data)

    def _answers(self, session: Session) -> list[Answered]:
        """The next responses.

        Raises:
            OSError: none came in time, or the connection ended.
        """
        end = self._clock() + self._centre.answer
        while True:
            left = end - self._clock()
            if left <= 0:
                raise TimeoutError
            found = self._receive(session, left)
            if found:
                return found
            if session.ended:
                raise ConnectionError

    def _receive(self, session: Session, seconds: float = 0.1) -> list[Answered]:
        if self._socket is None:
            raise ConnectionError
        self._socket.settimeout(seconds)
        data = self._socket.recv(_CHUNK)
        if not data:
            raise ConnectionError
        self._heard = self._clock()
        answered, back = session.receive(data)
        if back:
            self._send(back)
        return answered

    def _ready(self) -> bool:
        """Whether there is something to read."""
        if self._socket is None:
            return False
        if isinstance(self._socket, SSLSocket) and self._socket.pending():
            return True
        return bool(select([self._socket], [], [], 0)[0])

    def _fields(self, place: _Place) -> dict[str, str | int]:
        letter = place.errand.letter
        part = letter.parts[place.part]
        message = ShortMessage(letter.to, part.user_data, part.coding, header=part.header)
        validity = relative_time(place.errand.validity)
        return {**submit_sm(message, source=self._centre.source), "validity_period": validity}


def _outcome(place: _Place, answered: Answered) -> Outcome:
    identifier, parts = place.errand.id, (place.part,)
    if answered.status == 0:
        return Outcome(identifier, parts, receipt=answered.receipt or "taken")
    said = f"the centre answers with {status_name(answered.status)}"
    return Outcome(identifier, parts, error=said, final=not is_passing(answered.status))
