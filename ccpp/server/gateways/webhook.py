"""Short messages handed on by an HTTP POST of JSON, signed as Standard Webhooks 1.0 says, so that the receiver knows that it comes from here.

Every attempt has the message's name as `webhook-id`, so the receiver can drop what it has already. No redirect is followed.
"""

from __future__ import annotations

import hmac
import json
import time
from base64 import b64encode
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from ssl import create_default_context
from typing import TYPE_CHECKING

from ccpp import __version__
from ccpp.errors import FetchError
from ccpp.server.gateways.gateway import GatewayError, Outcome
from ccpp.storage.addresses import parse_place
from ccpp.storage.fetching import resolve_host
from ccpp.storage.transfer import Deadline, Limits, ask

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Sequence

    from ccpp.server.gateways.gateway import Errand

_OK, _REDIRECT, _FAULT = 200, 300, 500
#: Statuses by which a receiver says: later (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4).
_LATER = frozenset({408, 425, 429})
_LIMITS = Limits(max_bytes=65_536, deadline=10.0, connect_timeout=5.0, read_timeout=10.0)
#: Seconds that a receiver may ask to be left alone for, at most.
_MAX_WAIT = 3_600.0


class Webhook:
    """A receiver of POSTs.

    Args:
        url: where it is; https unless it is on this machine.
        secret: what requests are signed with.
        clock: seconds since 1970.
        tls: makes the context of a https connection.
    """

    def __init__(
        self,
        url: str,
        secret: bytes,
        clock: Callable[[], float] = time.time,
        tls: Callable[[], ssl.SSLContext] = create_default_context,
    ) -> None:
        self._place = parse_place(url)
        self._secret = secret
        self._clock = clock
        self._tls = tls

    def deliver(self, errands: Sequence[Errand]) -> Iterator[Outcome]:
        """One request for each errand."""
        for errand in errands:
            yield self._delivered(errand)

    def _delivered(self, errand: Errand) -> Outcome:
        body = write_body(errand, self._clock())
        headers = {
            "User-Agent": f"ccpp/{__version__}",
            "Content-Type": "application/json",
            **signature(self._secret, errand.id, int(self._clock()), body),
        }
        deadline = Deadline(_LIMITS.deadline)
        try:
            literal = self._place.literal
            addresses = [literal] if literal else [ip_address(one) for one in resolve_host(self._place.host)]
            answer = ask(self._place, addresses, headers, limits=_LIMITS, deadline=deadline, tls=self._tls, content=body)
        except OSError:
            raise GatewayError(f"the host `{self._place.host}` has no address") from None
        except FetchError as error:
            raise GatewayError(error.message) from None
        said = f"the receiver answers with status {answer.status}"
        if _OK <= answer.status < _REDIRECT:
            return Outcome(errand.id, errand.parts, receipt=str(answer.status))
        wait = wait_of(answer.headers.get("Retry-After", ""), self._clock())
        later = answer.status in _LATER or answer.status >= _FAULT
        return Outcome(errand.id, errand.parts, error=said, final=not later, wait=wait)

    def rest(self) -> None:
        """Nothing: there is no connection between two requests."""

    def close(self) -> None:
        """Nothing."""


def write_body(errand: Errand, now: float) -> bytes:
    """What is posted: whom it goes to, until when it is of use, and the short messages that are still to go."""
    parts = errand.letter.parts
    messages = [
        {
            "number": number + 1,
            "userData": parts[number].user_data.hex(),
            "header": parts[number].header,
            "coding": parts[number].coding,
        }
        for number in errand.parts
    ]
    stated = {"id": errand.id, "to": errand.letter.to, "until": round(now + errand.validity), "messages": messages}
    return json.dumps(stated | {"attempt": errand.attempt, "of": len(parts)}, separators=(",", ":")).encode()


def signature(secret: bytes, identifier: str, at: int, body: bytes) -> dict[str, str]:
    """The headers by which a receiver knows who posts (Standard Webhooks 1.0: HMAC-SHA256 of name, time and body)."""
    signed = f"{identifier}.{at}.".encode() + body
    made = b64encode(hmac.digest(secret, signed, "sha256")).decode()
    return {"webhook-id": identifier, "webhook-timestamp": str(at), "webhook-signature": f"v1,{made}"}


def wait_of(text: str, now: float) -> float:
    """The seconds of a `Retry-After` (RFC 9110 §10.2.3); 0 where it says none."""
    try:
        seconds = float(text) if text.isascii() and text.isdecimal() else parsedate_to_datetime(text).timestamp() - now
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return max(0.0, min(seconds, _MAX_WAIT))
