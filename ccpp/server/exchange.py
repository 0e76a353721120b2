"""The whole protocol between a caller and the server, as a function of values: request in, response out.

In this order: which route; whether the caller may; whether the request's extensions can be met (RFC 2774); the handler; and whatever
was raised on the way becomes a problem document. Any exception that leaves `respond` is a defect.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ccpp.errors import CcppError
from ccpp.exchange.answering import plain_method, refusal
from ccpp.exchange.decoding import read_exchange
from ccpp.server.message import ANONYMOUS, Response
from ccpp.server.pages.failure import failure
from ccpp.server.problems import Refused
from ccpp.server.steps import call
from ccpp.storage.database.audit import Line, record
from ccpp.storage.database.credentials import spend

if TYPE_CHECKING:
    from ccpp.server.message import Request, Role, Ticket
    from ccpp.server.routes import Route, Routes
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_DEMANDING = frozenset({"man", "c-man"})


def respond(request: Request, routes: Routes, service: Service) -> Steps[Response]:
    """The response to a request; never an error that a request can cause."""
    try:
        route, request = _routed(request, routes)
        if route.role is not None:
            request = yield from _identified(request, route, route.role, service)
        response = yield from route.handler(request, service)
    except CcppError as error:
        response = failure(error, request.path, request.headers_of("accept"), request.id)
    return replace(response, body=b"", lines=None) if plain_method(request.method) == "HEAD" else response


def template(request: Request, routes: Routes) -> str:
    """The path of a request as its route has it, for figures and logs: there are few of them, whatever is asked."""
    found = routes.find(request.path)
    return next(iter(found[0].values())).path if found else "none"


def _routed(request: Request, routes: Routes) -> tuple[Route, Request]:
    """The route of a request, and the request with the parameters of its path."""
    found = routes.find(request.path)
    if found is None:
        raise Refused(404, f"nothing is served at `{request.path[:120]}`", hint="/openapi.json lists what is")
    methods, parameters = found
    allowed = [*methods, *(["HEAD"] if "GET" in methods else [])]
    if request.method.startswith("M-") or any(name in _DEMANDING for name, _ in request.headers):
        status = refusal(request.method, read_exchange(request.headers), allowed)
        if status is not None:
            raise Refused(status, "an extension that the request demands is not known", hint="RFC 2774 §5")
    method = plain_method(request.method)
    route = methods.get("GET" if method == "HEAD" else method)
    if route is None:
        listed = ", ".join(sorted(allowed))
        raise Refused(405, f"`{request.method[:20]}` is not done here", hint=f"use {listed}", headers=(("Allow", listed),))
    return route, replace(request, parameters=parameters) if parameters else request


def _identified(request: Request, route: Route, role: Role, service: Service) -> Steps[Request]:
    """The request with who it comes from.

    Raises:
        Refused: the caller does not have the role.
    """
    identity = request.identity
    if service.authenticate is None and service.stranger is not ANONYMOUS and _is_local(request.base):
        identity = service.stranger
    elif service.authenticate is not None and identity is ANONYMOUS:  # nobody has found out yet
        identity = yield from service.authenticate(request, service)
    if identity is not request.identity:
        request = replace(request, identity=identity)
    if role in identity.roles or route.also in identity.roles:
        if identity.ticket is not None and route.changes:
            yield from _used(identity.ticket, request, service)
        return request
    message = f"this is for the role `{role.value}`"
    if identity.name == ANONYMOUS.name:
        raise service.unproven(request, message)
    if not service.failures.take(request.identity.name, request.time):
        line = Line(request.time, request.identity.name, "forbid", f"a {request.method} request", {"role": role}, request.id)
        yield from call(record, service.database, line)
    raise Refused(403, message, hint="ask whoever gives out roles")


def _used(ticket: Ticket, request: Request, service: Service) -> Steps[None]:
    """Use a ticket up.

    Raises:
        Refused: there is none, or it was used before.
    """
    used = (request.identity.name, ticket.name or "")
    if ticket.name is None or not (yield from call(spend, service.database, used, ticket.until, request.time)):
        raise Refused(401, "a change needs a token that was not used for another", headers=service.ways(request))


def _is_local(base: str) -> bool:
    """Whether the server was asked for by an address of this machine: a page of elsewhere whose name leads here is no visitor."""
    return urlsplit(base).hostname in _LOCAL
