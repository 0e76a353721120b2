"""What RCS clients poll for (GSMA RCC.14, as implementations have it): the settings, or first a proof of whose the client is.

Through the network, or with a token from the time before, it is known. Elsewhere the client names its IMSI, is answered without content while a
one-time password goes to the number that is kept of the subscriber, never to one that the request names, and asks again with it. Somebody of whom
nothing is kept is answered alike, so that nobody finds out who is a subscriber.
"""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from secrets import randbelow, token_urlsafe
from typing import TYPE_CHECKING, NamedTuple

from ccpp.errors import CcppError
from ccpp.model import Secret
from ccpp.provisioning.autoconfiguration import MEDIA_TYPE, rcs_autoconfiguration, unchanged_configuration
from ccpp.provisioning.sms import Segment, encode_segment
from ccpp.provisioning.submission import EIGHT_BIT, SEVEN_BIT
from ccpp.provisioning.subscriber import read_subscriber
from ccpp.provisioning.tailoring import tailor_account
from ccpp.server.discovery import caller_of
from ccpp.server.limits import address_name, too_often
from ccpp.server.live import to_json
from ccpp.server.message import Response, json_response
from ccpp.server.messages import enqueue, location_of, plain_message
from ccpp.server.problems import Refused
from ccpp.server.steps import call
from ccpp.storage.database.audit import Line, record
from ccpp.storage.database.challenges import Challenge, answer_challenge, put_challenge, put_token, subscriber_of
from ccpp.storage.database.outbox import Letter, MessageState, Part
from ccpp.storage.database.subscribers import get_subscriber

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.exchange.model import Field
    from ccpp.server.devices import Device
    from ccpp.server.message import Request
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps

#: Names of a subscriber's secrets that are read here: the account in TOML, and the number that a password is sent to.
ACCOUNT, NUMBER = "account", "msisdn"

#: A password: its digits, how often it may be tried, and for how many seconds; how many of one IMSI may be under way.
_DIGITS, _TRIES, _SECONDS, _WAITING = 6, 3, 600.0, 3
#: A token: for how many seconds, and how many of a subscriber's clients may have one.
_TOKEN_SECONDS, _TOKENS = 30 * 86_400.0, 10
_COOKIE = "ccpp-rcs"
#: Where what is sent to nobody would go.
_NOBODY = "0"
_MAX_COOKIE = 4_096
_IMSI = re.compile(r"[0-9]{6,15}")
_VERSION = re.compile(r"-?[0-9]{1,10}")
_MAX_PORT = 0xFFFF
#: The port at which RCS clients are told to ask, as implementations have it.
_PORT = 37_273
_REQUIRED = 511


class Known(NamedTuple):
    """Whose client it is, and whether it is given a token for the next time."""

    subscriber: str
    token: bool


def autoconfigure(request: Request, service: Service) -> Steps[Response]:
    """The settings of the client's subscriber; no content where a password was sent; 511 for a client that cannot say whose it is."""
    told = request.arguments
    version = _version(told.get("vers", "0"))
    known = yield from _known(request, service, told)
    if known is None:
        return (yield from _challenged(request, service, told))
    caller = yield from caller_of(request, service)
    token = token_urlsafe(32) if known.token else None
    document = yield from call(_document, service, known.subscriber, caller.device, version, token)
    if token:
        until = request.time + _TOKEN_SECONDS
        yield from call(put_token, service.database, _mark(token), known.subscriber, until, request.time, _TOKENS)
    line = Line(
        request.time, request.identity.name, "tell", f"subscriber {known.subscriber}", {"path": request.path}, request.id
    )
    yield from call(record, service.database, line)
    headers = (("Content-Type", MEDIA_TYPE), ("Cache-Control", "no-store"))
    return Response(200, headers, document).with_headers(caller.fields)


def _version(text: str) -> int:
    if not _VERSION.fullmatch(text):
        raise Refused(400, "`vers` is no version", hint="the number of the last document, 0 for none")
    return int(text)


# Whose client.


def _known(request: Request, service: Service, told: Mapping[str, str]) -> Steps[Known | None]:
    """Whose client it is: by the network or whoever vouches for it, by a password, by a token; `None` where nothing says so.

    Raises:
        Refused: the password is not the one that was sent, or no longer, or too many were tried from the address.
    """
    if request.identity.subscriber is not None:
        return Known(request.identity.subscriber, token=True)
    if told.get("OTP"):
        cookie, address = _cookie(request), address_name(service.proxies.seen(request).client)
        wait = service.failures.wait(address, request.time)
        if wait:
            raise too_often(wait)
        answered = yield from call(answer_challenge, service.database, _mark(cookie), _code(cookie, told["OTP"]), request.time)
        if answered is None:
            service.failures.take(address, request.time)
            raise _unknown("the password is not the one that was sent, or no longer")
        return Known(answered, token=True)
    if told.get("token"):
        found = yield from call(subscriber_of, service.database, _mark(told["token"]), request.time)
        return None if found is None else Known(found, token=False)
    return None


def _unknown(message: str) -> Refused:
    return Refused(_REQUIRED, message, hint="ask through the network, or with `IMSI` and `SMS_port` for a password")


def _cookie(request: Request) -> str:
    """The cookie of the client's challenge; empty where there is none."""
    try:
        found = SimpleCookie((request.header("cookie") or "")[:_MAX_COOKIE]).get(_COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _mark(secret: str) -> bytes:
    return sha256(secret.encode(errors="replace")).digest()


def _code(cookie: str, password: str) -> bytes:
    return sha256(f"{cookie}\n{password}".encode(errors="replace")).digest()


# A password.


def _challenged(request: Request, service: Service, told: Mapping[str, str]) -> Steps[Response]:
    """Send a password to the subscriber of the IMSI, if there is one, and answer as if there was in any case.

    Raises:
        Refused: no IMSI is named, no password can be sent here, or too many are under way.
    """
    imsi = told.get("IMSI", "")
    if not service.options.gateway or not _IMSI.fullmatch(imsi):
        raise _unknown("nobody is known by this request")
    port = told.get("SMS_port") or "0"
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) <= _MAX_PORT):  # noqa: PLR2004  digits of it
        raise Refused(400, "`SMS_port` is no port", hint="0 for a text to read")
    kept = yield from call(get_subscriber, service.database, service.keys, imsi)
    number = kept.secrets.get(NUMBER) if kept else None
    cookie, password = token_urlsafe(24), f"{randbelow(10**_DIGITS):0{_DIGITS}}"
    until = request.time + _SECONDS
    whose = kept.id if kept and number else None
    challenge = Challenge(_mark(cookie), _mark(imsi), _code(cookie, password), whose, _TRIES, until)
    if not (yield from call(put_challenge, service.database, challenge, request.time, _WAITING)):
        wait = (("Retry-After", str(round(_SECONDS))),)
        raise Refused(503, "too many passwords are under way", hint="wait for the last one", headers=wait)
    letter = Letter(number or _NOBODY, (write_password(password, int(port)),))
    yield from enqueue(request, service, letter, seconds=_SECONDS, state=MessageState.QUEUED if whose else MessageState.EXPIRED)
    return Response(200, (("Content-Type", MEDIA_TYPE), ("Cache-Control", "no-store"), _set_cookie(cookie, request.base)))


def write_password(password: str, port: int) -> Part:
    """A password as a short message: to the client's port, or as a text to read where it has none."""
    if port:
        return Part(encode_segment(Segment(password.encode(), port, 0)), header=True, coding=EIGHT_BIT)
    return Part(f"{password} is your code. Give it to nobody.".encode(), header=False, coding=SEVEN_BIT)


def _set_cookie(value: str, base: str) -> Field:
    secure = "; Secure" if base.startswith("https:") else ""
    return (
        "Set-Cookie",
        f"{_COOKIE}={value}; Path=/autoconfiguration; Max-Age={_SECONDS:.0f}; HttpOnly; SameSite=Strict{secure}",
    )


def trigger(request: Request, service: Service) -> Steps[Response]:
    """Tell a subscriber's client by a short message to ask for its settings now."""
    identifier = request.parameters["subscriber"]
    kept = yield from call(get_subscriber, service.database, service.keys, identifier)
    if kept is None or NUMBER not in kept.secrets:
        raise Refused(404, "no number is kept of this subscriber", hint=f"PUT /v1/subscribers/ID with the secret `{NUMBER}`")
    word = Part(encode_segment(Segment(f"{identifier}-rcscfg".encode(), _PORT, 0)), header=True, coding=EIGHT_BIT)
    message = yield from enqueue(request, service, Letter(kept.secrets[NUMBER], (word,)))
    return json_response(to_json(plain_message(message)), 202, ("Location", location_of(message)))


# The document.


def _document(service: Service, subscriber: str, device: Device, version: int, token: str | None) -> bytes:
    """What a client that has a version is sent: all of it, or of the same version no more than how long it holds.

    Raises:
        Refused: the subscriber has no such settings.
    """
    kept = get_subscriber(service.database, service.keys, subscriber)
    if kept is None or ACCOUNT not in kept.secrets:
        raise _not_entitled()
    profile = device.profile if device.known else None
    catalogue = service.live.catalogue if service.live and profile else None
    account = read_subscriber(kept.secrets[ACCOUNT].encode())
    tailored = tailor_account(account, catalogue, profile, service.vocabularies)
    if tailored is None:
        raise _not_entitled()
    terminal = tailored.terminal
    if token and terminal.release.version > 0:
        release = replace(terminal.release, token=Secret(token), token_validity=round(_TOKEN_SECONDS))
        terminal = replace(terminal, release=release)
    same = version > 0 and version == terminal.release.version
    try:
        return (unchanged_configuration if same else rcs_autoconfiguration)(terminal).content
    except CcppError:
        raise _not_entitled() from None


def _not_entitled() -> Refused:
    return Refused(403, "there are no RCS settings for this subscriber")
