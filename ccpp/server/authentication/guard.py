"""Who calls, by the ways that are switched on: the first that finds something said in its way decides, and what does not hold is refused.

So a wrong token is never overlooked for the sake of a certificate. Who says nothing has the roles that the operator gives to anybody, as a
rule none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccpp.server.authentication.method import Unproven
from ccpp.server.message import ANONYMOUS, Identity

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ccpp.exchange.model import Field
    from ccpp.server.authentication.method import Method
    from ccpp.server.message import Request, Role
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps


class Guard:
    """The authenticator of a service.

    Args:
        methods: in the order in which they are asked.
        anybody: the roles of a caller who says nothing.
    """

    def __init__(self, methods: Sequence[Method], anybody: Collection[Role] = ()) -> None:
        self._methods = tuple(methods)
        self._anybody = Identity(ANONYMOUS.name, frozenset(anybody))

    def __call__(self, request: Request, service: Service) -> Steps[Identity]:
        """Who the request comes from."""
        del service
        for method in self._methods:
            try:
                identity = yield from method.identify(request)
            except Unproven as failed:
                failed.headers = self.challenges(request, method, failed)
                raise
            if identity is not None:
                return identity
        return self._anybody

    def challenges(self, request: Request, tried: Method | None = None, failed: Unproven | None = None) -> tuple[Field, ...]:
        """What a caller is told who has to say who it is: a field for each way, the one that was tried first."""
        ways = sorted(self._methods, key=lambda one: one is not tried)
        return tuple(
            ("WWW-Authenticate", value) for way in ways for value in way.challenges(request, failed if way is tried else None)
        )
