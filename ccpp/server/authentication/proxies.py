"""What proxies that the operator named say of a request: who connects to them, by which certificate, for which subscriber.

Only the peer of the connection makes such a header true. From anybody else it is taken away before anything looks at it.
"""

from __future__ import annotations

import ssl
from base64 import b64decode
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ccpp.server.authentication.method import Silent, Unproven, is_name
from ccpp.server.message import Identity, Role
from ccpp.server.problems import Refused

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

    from ccpp.server.message import Request
    from ccpp.server.steps import Steps

#: The header by which proxies say for whom they ask.
_FORWARDED = "x-forwarded-for"
#: Characters of a header with a certificate.
_MAX_CERTIFICATE = 16_384


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies, by their networks, and the names of the headers that they set, in lower case; an empty one is not set."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    certificate: str = ""
    subscriber: str = ""

    def trusts(self, address: str) -> bool:
        """Whether an address is a proxy's."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self.networks)

    def seen(self, request: Request) -> Request:
        """The request as the last proxy saw it; from anybody else, without what only a proxy may say.

        Raises:
            Refused: a proxy's header is there twice, or has no certificate in it.
        """
        said = {self.certificate, self.subscriber} - {""}
        if not self.trusts(request.client):
            kept = tuple(one for one in request.headers if one[0] not in said)
            return request if len(kept) == len(request.headers) else replace(request, headers=kept)
        for name in said:
            if sum(one == name for one, _ in request.headers) > 1:
                raise Refused(400, f"there is more than one `{name}` header")
        # The connection's certificate is the proxy's own, and nobody else's.
        shown = read_certificate(request.header(self.certificate) or "") if self.certificate else b""
        return replace(request, certificate=shown, client=self._client(request))

    def _client(self, request: Request) -> str:
        """The address that the outermost proxy was asked from: behind it anybody may have written what they liked."""
        told = [one.strip() for one in request.headers_of(_FORWARDED).split(",") if one.strip()]
        return next((one for one in reversed(told) if not self.trusts(one)), request.client)


def read_certificate(text: str) -> bytes:
    """A certificate in a header, in DER: base64 between colons (RFC 9440), or PEM with percent signs, as nginx writes it.

    Raises:
        Refused: it is neither.
    """
    if not text:
        return b""
    wrong = Refused(400, "the proxy's header has no certificate")
    if len(text) > _MAX_CERTIFICATE:
        raise wrong
    try:
        if text.startswith(":"):
            return b64decode(text.removeprefix(":").removesuffix(":"), validate=True)
        return ssl.PEM_cert_to_DER_cert(unquote(text))
    except ValueError:
        raise wrong from None


class Told(Silent):
    """The method of subscribers whom a proxy names: the request must have gone through `Proxies.seen`."""

    def __init__(self, header: str) -> None:
        self._header = header

    def identify(self, request: Request) -> Steps[Identity | None]:
        """Whose device it is."""
        yield from ()
        said = request.header(self._header)
        if said is None:
            return None
        if not is_name(said):
            raise Unproven("the proxy's header names nobody")
        return Identity("subscriber:" + said, frozenset({Role.DEVICE}), said)
