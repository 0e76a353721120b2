"""Terminal provisioning over HTTP: a subscriber's settings in the form that the terminal takes, and the bootstrap of one without any.

Settings are told to the subscriber whose they are, to an operator, or to whoever brings the account along. A bootstrap is a document with its
MAC; what it is sealed with follows the operator's policy, and a PIN that anybody would try first is refused.
"""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ccpp.errors import CcppError
from ccpp.model import Secret as Hidden
from ccpp.provisioning.bootstrap import (
    CONTENT_TYPE,
    MediaType,
    Secret,
    Security,
    compute_mac,
    imsi_semi_octets,
    user_pin_mac,
    write_media_type,
)
from ccpp.provisioning.choosing import format_rules
from ccpp.provisioning.formats import TERMINAL_FORMATS, make_form, terminal_choice
from ccpp.provisioning.push import Push, encode_push
from ccpp.provisioning.sms import encode_segment, segment
from ccpp.provisioning.submission import EIGHT_BIT
from ccpp.provisioning.subscriber import Subscriber as Account
from ccpp.provisioning.subscriber import read_subscriber
from ccpp.provisioning.tailoring import tailor_account
from ccpp.server.asked import ACCOUNT_KEYS, read_object, read_values
from ccpp.server.discovery import caller_of
from ccpp.server.live import to_json
from ccpp.server.message import ANONYMOUS, JSON, Response, Role, json_response
from ccpp.server.messages import enqueue, location_of
from ccpp.server.negotiation import named
from ccpp.server.problems import Refused
from ccpp.server.steps import call
from ccpp.storage.database.audit import Line, record
from ccpp.storage.database.outbox import Letter, Part
from ccpp.storage.database.subscribers import get_subscriber

if TYPE_CHECKING:
    from ccpp.model import ResolvedProfile
    from ccpp.server.devices import Device
    from ccpp.server.message import Request
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps

#: Names of a subscriber's secrets that are read here: the account in TOML, and the PIN that the user knows.
ACCOUNT, PIN = "account", "pin"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose settings are asked for: the account, and the PIN that was agreed with the user."""

    account: Account
    pin: str | None = None


def settings(request: Request, service: Service) -> Steps[Response]:
    """The settings of the subscriber who asks, as XML or WBXML by Accept, or in the form that the profile asks for."""
    caller = yield from caller_of(request, service)
    owner = yield from _own(request, service)
    response = yield from call(_document, service, owner, caller.device, named(request.headers_of("accept"), _media_types()))
    return response.with_headers(caller.fields)


def settings_for(request: Request, service: Service) -> Steps[Response]:
    """The same for a program: the device as in `/v1/match`, with `account` (TOML) or `subscriber`, and perhaps a `form`."""
    stated, device = yield from _stated(request, service)
    owner = yield from _owner(stated, request, service)
    form = stated.get("form")
    if form is not None and form not in TERMINAL_FORMATS:
        raise Refused(400, f"no form `{form[:40]}`", hint="known are " + ", ".join(TERMINAL_FORMATS))
    return (yield from call(_document, service, owner, device, None, form))


def bootstrap(request: Request, service: Service) -> Steps[Response]:
    """A bootstrap: the document with its MAC, as a push and in short messages, and what the user has to be told."""
    stated, device = yield from _stated(request, service)
    owner = yield from _owner(stated, request, service)
    made = yield from call(_bootstrap, service, owner, device, stated)
    quiet = ("Cache-Control", "no-store")
    if not stated.get("send"):
        return json_response(to_json(made), 200, quiet)
    parts = (Part(bytes.fromhex(one), header=True, coding=EIGHT_BIT) for one in made["messages"])
    letter = Letter(stated.get("to", ""), tuple(parts))
    message = yield from enqueue(request, service, letter)
    return json_response(to_json({**made, "message": message.id}), 202, quiet, ("Location", location_of(message)))


def _stated(request: Request, service: Service) -> Steps[tuple[dict[str, Any], Device]]:
    """What a program asks, and the device that it asks for."""
    try:
        stated = json.loads(request.body)
    except (ValueError, RecursionError):
        stated = None
    if request.media_type != JSON or not isinstance(stated, dict):
        raise Refused(
            400, "the body is no JSON object", hint='for example {"uri": "http://ua.example/phone.rdf", "account": "…"}'
        )
    own = read_values({key: value for key, value in stated.items() if key in ACCOUNT_KEYS}, ACCOUNT_KEYS)
    asked = read_object({key: value for key, value in stated.items() if key not in ACCOUNT_KEYS})
    device = yield from service.devices.find(asked.given, request.time)
    return own, device


# Whose settings.


def _own(request: Request, service: Service) -> Steps[Owner]:
    identifier = request.identity.subscriber
    if identifier is None:
        if request.identity.name == ANONYMOUS.name:
            raise service.unproven(request, "settings are told to the subscriber whose they are")
        raise Refused(404, "whoever asks is no subscriber's device", hint="POST /v1/settings for somebody else's")
    return (yield from _kept(identifier, request, service))


def _owner(stated: dict[str, Any], request: Request, service: Service) -> Steps[Owner]:
    """Whose settings a program asks for: of the account that it brings along, or of a subscriber whom it may see."""
    if "account" in stated:
        return Owner(read_subscriber(stated["account"].encode(errors="replace")), stated.get("pin"))
    identifier = stated.get("subscriber")
    if identifier is None:
        raise Refused(400, "nobody is named", hint="state `account` or `subscriber`")
    if identifier != request.identity.subscriber and Role.OPERATOR not in request.identity.roles:
        raise Refused(403, "a subscriber's settings are told to the subscriber and to operators")
    return (yield from _kept(identifier, request, service))


def _kept(identifier: str, request: Request, service: Service) -> Steps[Owner]:
    found = yield from call(get_subscriber, service.database, service.keys, identifier)
    if found is None or ACCOUNT not in found.secrets:
        raise Refused(404, "nothing is kept of this subscriber", hint=f"PUT /v1/subscribers/ID with the secret `{ACCOUNT}`")
    line = Line(request.time, request.identity.name, "tell", f"subscriber {identifier}", {"path": request.path}, request.id)
    yield from call(record, service.database, line)
    return Owner(read_subscriber(found.secrets[ACCOUNT].encode()), found.secrets.get(PIN))


# What is sent.


def _media_types() -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.media_type for row in TERMINAL_FORMATS.values() if not row.asked))


def _document(service: Service, owner: Owner, device: Device, media_type: str | None, form: str | None = None) -> Response:
    profile = device.profile if device.known else None
    if form is None and media_type is not None:
        form = next(name for name, row in TERMINAL_FORMATS.items() if row.media_type == media_type and not row.asked)
    if form is None:
        choice = terminal_choice(profile, format_rules(service.vocabularies)) if profile else ()
        form = choice[-1].form if choice else "wap-wbxml"
    row = TERMINAL_FORMATS[form]
    content = _made(service, owner, profile, form)
    return Response(200, (("Content-Type", row.media_type), ("Cache-Control", "no-store"), ("Vary", "Accept")), content)


def _made(service: Service, owner: Owner, profile: ResolvedProfile | None, form: str) -> bytes:
    catalogue = service.live.catalogue if service.live and profile else None
    tailored = tailor_account(owner.account, catalogue, profile, service.vocabularies)
    if tailored is None:
        raise Refused(404, "there are no settings for this subscriber")
    try:
        return make_form(form, tailored.terminal, service.signer).content
    except Refused:
        raise
    except CcppError as error:
        raise Refused(404, f"no {form} settings for this subscriber: {error.message}") from None


def _bootstrap(service: Service, owner: Owner, device: Device, stated: dict[str, Any]) -> dict[str, Any]:
    security = read_policy(stated.get("security", service.options.bootstrap[0]), service.options.bootstrap)
    document = _made(service, owner, device.profile if device.known else None, "wap-wbxml")
    tell = None
    if security is Security.USERPINMAC:
        tell, mac = user_pin_mac(document), None
    else:
        secret = _secret(security, owner, stated.get("pin") or owner.pin, service.options.bootstrap_pin_digits)
        mac = compute_mac(security, secret, document)
    media_type = MediaType(CONTENT_TYPE, security, mac)
    push = encode_push(Push(media_type, document))
    return {
        "contentType": write_media_type(media_type),
        "document": b64encode(document).decode(),
        "push": b64encode(push).decode(),
        "messages": [encode_segment(part).hex() for part in segment(push, reference=sum(document) % 256)],
        "tell": tell,
    }


def read_policy(name: str, allowed: tuple[str, ...]) -> Security:
    """The way in which a bootstrap is sealed.

    Raises:
        Refused: there is no such way, or the operator does not allow it.
    """
    if name not in Security.__members__ or name not in allowed:
        raise Refused(400, f"a bootstrap is not sealed by `{name[:40]}` here", hint="allowed are " + ", ".join(allowed))
    return Security[name]


def _secret(security: Security, owner: Owner, pin: str | None, digits: int) -> Secret:
    imsi = owner.account.imsi
    needs_network = security in {Security.NETWPIN, Security.USERNETWPIN}
    needs_pin = security in {Security.USERPIN, Security.USERNETWPIN}
    if needs_network and not isinstance(imsi, Hidden):
        raise Refused(400, f"{security.name} needs the IMSI", hint="state `imsi` in the account")
    if needs_pin:
        check_pin(pin, digits)
    network = imsi_semi_octets(imsi.value) if needs_network and imsi else None
    return Secret(pin=pin if needs_pin else None, network=network)


def check_pin(pin: str | None, digits: int) -> None:
    """Hold a PIN to the policy.

    Raises:
        Refused: it is none, too short, or one that anybody would try first; the message does not repeat it.
    """
    if pin is None or not (pin.isascii() and pin.isdigit()) or len(pin) < digits:
        raise Refused(400, f"a PIN is {digits} decimal digits or more", hint="state `pin`")
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if steps in ({0}, {1}, {9}):
        raise Refused(400, "a PIN of one digit or of digits in a row is what anybody tries first", hint="choose another")
