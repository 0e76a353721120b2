"""Who calls, by the ways that are switched on: the first that finds something said in its way decides, and what does not hold is refused.

So a wrong token is never overlooked for the sake of a certificate. Who says nothing has the roles that the operator gives to anybody, as a
rule none. Who fails too often, or asks too often, is told to come again before anything of theirs is looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ccpp.server.authentication.method import Unproven
from ccpp.server.authentication.proxies import Proxies
from ccpp.server.limits import Buckets, address_name, too_often
from ccpp.server.message import ANONYMOUS, Identity
from ccpp.server.steps import call
from ccpp.storage.database.audit import Line, record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from ccpp.exchange.model import Field
    from ccpp.server.authentication.method import Method
    from ccpp.server.message import Request, Role
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps


class Limits(NamedTuple):
    """How often: requests by address and by caller, and credentials by address that do not hold."""

    addresses: Buckets = Buckets(0.0)
    callers: Buckets = Buckets(0.0)
    failures: Buckets = Buckets(0.0)


class Guard:
    """The authenticator of a service.

    Args:
        methods: in the order in which they are asked.
        anybody: the roles of a caller who says nothing.
        proxies: whose word counts.
        limits: how often somebody may ask.
    """

    def __init__(
        self,
        methods: Sequence[Method],
        anybody: Collection[Role] = (),
        proxies: Proxies | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._methods = tuple(methods)
        self._proxies = proxies or Proxies()
        self._limits = limits or Limits()
        self._anybody = Identity(ANONYMOUS.name, frozenset(anybody))

    def __call__(self, request: Request, service: Service) -> Steps[Identity]:
        """Who the request comes from."""
        request = self._proxies.seen(request)
        address = address_name(request.client)
        _held(self._limits.addresses.take(address, request.time))
        if request.header("authorization") is not None:
            _held(self._limits.failures.wait(address, request.time))
        for method in self._methods:
            try:
                identity = yield from method.identify(request)
            except Unproven as failed:
                self._limits.failures.take(address, request.time)
                failed.headers = self.challenges(request, method, failed)
                failed.status = 401 if failed.headers else 403  # RFC 9110 §15.5.2: a 401 says how to do better
                detail = {"reason": failed.message, "way": type(method).__name__.lower()}
                line = Line(request.time, address, "refuse", f"a {request.method} request", detail, request.id)
                yield from call(record, service.database, line)
                raise
            if identity is not None:
                _held(self._limits.callers.take(identity.name, request.time))
                return identity
        return self._anybody

    def known(self, headers: Iterable[tuple[bytes, bytes]], client: str, certificate: bytes, now: float) -> Identity | None:
        """Who calls, where that is known without looking anything up or verifying anything; `None` for `__call__` to find out.

        `headers` are as they stand on the wire, their names in lower case.
        """
        if certificate or self._proxies.networks:
            return None
        shown = [value for name, value in headers if name == b"authorization"]
        found: Identity | None = self._anybody
        if shown:
            found = self._shown(shown[0], now) if len(shown) == 1 else None
        if found is None or (self._limits.addresses and self._limits.addresses.take(address_name(client), now)):
            return None
        return None if shown and self._limits.callers.take(found.name, now) else found

    def _shown(self, credential: bytes, now: float) -> Identity | None:
        """Who showed this before."""
        for method in self._methods:
            identity = method.known(credential, now)
            if identity is not None:
                return identity
        return None

    def challenges(self, request: Request, tried: Method | None = None, failed: Unproven | None = None) -> tuple[Field, ...]:
        """What a caller is told who has to say who it is: a field for each way, the one that was tried first."""
        ways = sorted(self._methods, key=lambda one: one is not tried)
        return tuple(
            ("WWW-Authenticate", value) for way in ways for value in way.challenges(request, failed if way is tried else None)
        )


def _held(wait: float) -> None:
    if wait:
        raise too_often(wait)
