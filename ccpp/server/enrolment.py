"""Becoming a caller: an operator makes a code for somebody, who gets a name and a password for it, once.

Who presents a code proves nothing else, so how often that may fail is bounded, by address; a code that asks for the user's PIN besides
is dead after three wrong ones. An answer never says what was wrong.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ccpp.server.authentication.digest import hashed
from ccpp.server.authentication.method import is_name
from ccpp.server.limits import address_name, too_often
from ccpp.server.live import to_json
from ccpp.server.message import REALM, Response, Role, json_response
from ccpp.server.problems import Refused
from ccpp.server.steps import call
from ccpp.server.terminal import PIN
from ccpp.storage.database.credentials import Enrolment, Redeeming, add_enrolment, redeem, remove_credential
from ccpp.storage.database.subscribers import get_subscriber

if TYPE_CHECKING:
    from ccpp.server.message import Request
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps

_EXAMPLE = 'for example {"subscriber": "358401234567", "roles": ["device"], "seconds": 3600, "pin": false}'
_MAX_CODE = 64
_NOT_KEPT = ("Cache-Control", "no-store")


def offer(request: Request, service: Service) -> Steps[Response]:
    """Make a code for somebody: `subscriber`, `roles` (device), `seconds`, and whether the `pin` is asked for."""
    stated = _stated(request, frozenset({"subscriber", "roles", "seconds", "pin"}))
    _check_used(service)
    subscriber, roles = stated.get("subscriber"), stated.get("roles", [Role.DEVICE.value])
    longest = service.options.enrolment_seconds
    seconds, pin = stated.get("seconds", longest), stated.get("pin", False)
    if not (subscriber is None or is_name(subscriber)) or not isinstance(pin, bool):
        raise Refused(400, "no `subscriber`, or no `pin` that is true or false", hint=_EXAMPLE)
    if not isinstance(roles, list) or not roles or not set(map(str, roles)) <= set(Role):
        raise Refused(400, "no `roles`", hint=_EXAMPLE)
    if type(seconds) not in {int, float} or not 0 < seconds <= longest:
        raise Refused(400, f"`seconds` are more than 0 and {longest:g} at most", hint=_EXAMPLE)
    if pin and (yield from call(_pin, service, subscriber or "")) is None:
        raise Refused(400, "nothing is kept of this subscriber's PIN", hint=f"PUT /v1/subscribers/ID with the secret `{PIN}`")
    enrolment = Enrolment(subscriber, tuple(roles), pin, request.time + seconds)
    code = yield from call(add_enrolment, service.database, enrolment, request.time, request.identity.name, request.id)
    return json_response(to_json({"code": code, "until": enrolment.until}), 201, _NOT_KEPT)


def accept(request: Request, service: Service) -> Steps[Response]:
    """A name and a password for a `code`, and the `pin` where the code asks for it."""
    stated = _stated(request, frozenset({"code", "pin"}))
    code, pin = stated.get("code"), stated.get("pin")
    if not isinstance(code, str) or len(code) > _MAX_CODE or not (pin is None or isinstance(pin, str)):
        raise Refused(400, "no `code`", hint='for example {"code": "…"}, with "pin": "…" where it asks for one')
    _check_used(service)
    address = address_name(service.proxies.seen(request).client)
    wait = service.failures.wait(address, request.time)
    if wait:
        raise too_often(wait)
    algorithms = service.options.digest
    presented = Redeeming(code, pin, lambda subscriber: _pin(service, subscriber), lambda made: hashed(made, algorithms))
    account = yield from call(redeem, service.database, service.keys, presented, request.time, address, request.id)
    if account is None:
        service.failures.take(address, request.time)
        raise Refused(403, "the code does not hold", hint="ask for another")
    told = {"user": account.user, "password": account.password, "realm": REALM, "algorithms": list(algorithms)}
    return json_response(to_json(told), 201, _NOT_KEPT)


def revoke(request: Request, service: Service) -> Steps[Response]:
    """Take somebody's password away."""
    user, name = request.parameters["user"], request.identity.name
    if is_name(user):
        yield from call(remove_credential, service.database, user, request.time, name, request.id)
    return Response(204)


def _check_used(service: Service) -> None:
    if not service.options.digest:
        raise Refused(409, "nobody signs in by a password here", hint="set the option `digest`")


def _stated(request: Request, known: frozenset[str]) -> dict[str, Any]:
    try:
        stated = json.loads(request.body)
    except (ValueError, RecursionError):
        stated = None
    if not isinstance(stated, dict) or stated.keys() - known:
        raise Refused(400, "the body is no JSON object of " + ", ".join(sorted(known)), hint=_EXAMPLE)
    return stated


def _pin(service: Service, subscriber: str) -> str | None:
    found = get_subscriber(service.database, service.keys, subscriber)
    return found.secrets.get(PIN) if found else None
