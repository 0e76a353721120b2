"""The life of an application on a device, over HTTP: descriptor, download, report, configuration, update, removal.

An install is made when a descriptor is asked for, and named by an identifier that cannot be guessed: whoever has it can go on with it, which
is how a phone that cannot say who it is reports what became of it. Every step is recorded before it is answered, and done once however
often it is asked for.
"""

from __future__ import annotations

import json
from functools import partial
from hashlib import sha256
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

from ccpp.errors import DescriptorError
from ccpp.lifecycle import TRANSITIONS, State, Step
from ccpp.model import Secret
from ccpp.provisioning.reports import STATUSES, Outcome, Protocol, read_report
from ccpp.records import record_of, write_records
from ccpp.server import artefacts
from ccpp.server.asked import read_asked
from ccpp.server.descriptors import PROGRAM, Offer, form_for, settings_of, write_descriptor
from ccpp.server.devices import given_by_headers
from ccpp.server.discovery import caller_of, decision_on, descriptor_of
from ccpp.server.live import to_json
from ccpp.server.message import JSON, Response, json_response
from ccpp.server.negotiation import choose
from ccpp.server.people import when_of
from ccpp.server.problems import Refused
from ccpp.server.steps import call
from ccpp.server.views import link
from ccpp.storage.database.installs import (
    Install,
    Move,
    add_install,
    by_request,
    events_of,
    find_install,
    installs_of,
    move_install,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.catalogue.model import Application, Variant
    from ccpp.decision import Decision
    from ccpp.records import Record
    from ccpp.server.devices import Device
    from ccpp.server.live import Live
    from ccpp.server.message import Request
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps

#: Characters of an `Idempotency-Key`.
_MAX_KEY = 200
_MAX_ID = 64
#: What of a decision on record is a column of its own.
_KEPT = frozenset({"profile", "digest", "catalogue", "application", "chosen"})


# Descriptor: an install begins.


def describe(request: Request, service: Service) -> Steps[Response]:
    """The descriptor of what the device gets, in the form that it understands; an install is offered by it."""
    caller = yield from caller_of(request, service)
    live = service.current
    when = yield from when_of(request, service)
    decision = yield from decision_on(request.parameters["application"], caller.profile, live, when)
    chosen = decision.selection.chosen
    if chosen is None:
        raise _none_fits(decision)
    form = yield from call(form_for, request.headers_of("accept"), caller.device, decision, service.vocabularies)
    response = yield from _offered(request, service, live, decision, caller.device, form)
    return response.with_headers(caller.fields)


def begin(request: Request, service: Service) -> Steps[Response]:
    """The same for a program: the device as it is told in `/v1/provision`, the descriptor as JSON."""
    asked = read_asked(request)
    device = yield from service.devices.find(asked.given, request.time)
    live = service.current
    if asked.application is None:
        raise Refused(400, "no application is named", hint="state `application`")
    decision = yield from decision_on(asked.application, device.profile, live, (yield from when_of(request, service)))
    if decision.selection.chosen is None:
        raise _none_fits(decision)
    return (yield from _offered(request, service, live, decision, device, PROGRAM))


def _none_fits(decision: Decision) -> Refused:
    reasons = "; ".join(f"`{reason.variant.id}`: {reason.text}" for reason in decision.selection.reasons[:10])
    return Refused(406, f"no variant of `{decision.selection.application.id}` fits this device: {reasons}")


def _offered(request: Request, service: Service, live: Live, decision: Decision, device: Device, form: str) -> Steps[Response]:
    chosen = decision.selection.chosen
    if chosen is None:
        raise _none_fits(decision)
    found = yield from call(service.artefacts.find, chosen.artefact.uri)
    if found and chosen.artefact.digest not in {None, "sha256:" + found.digest.hex()}:
        raise Refused(
            500, f"the artefact of `{chosen.id}` is not what the catalogue says it is", hint="put the right file there"
        )
    yield from _check_trusted(request, service, decision.selection.application, chosen)
    key = _request_key(request, decision)
    install = yield from call(_kept, request, service, live, decision, device, key)
    offer = Offer(
        decision,
        chosen,
        found,
        install.id,
        request.base + link("installs", install.id, "artefact") if found else chosen.artefact.uri,
        request.base + link("installs", install.id, "notify"),
        _links(request, install),
        install.version,
        trusted=request.identity.subscriber is not None,
        signer=service.signer,
    )
    media_type, content = yield from call(_written, offer, form)
    headers = (("Content-Type", media_type), ("Location", link("installs", install.id)), ("Cache-Control", "no-store"))
    return Response(201 if request.method == "POST" else 200, headers, content)


def _check_trusted(request: Request, service: Service, application: Application, variant: Variant) -> Steps[None]:
    """Hold an artefact to the security domains, as it is now.

    Raises:
        Refused: it is not what it was when the catalogue was loaded.
    """
    if service.trust is not None:
        why = yield from call(service.trust.bar, application, variant.artefact, request.time)
        if why:
            raise Refused(500, f"the artefact of `{variant.id}` is not offered: {why}", hint="put the right file there")


def _written(offer: Offer, form: str) -> tuple[str, bytes]:
    """The descriptor in a form; as JSON where the catalogue does not say what the form needs."""
    try:
        return write_descriptor(offer, form)
    except DescriptorError:
        return write_descriptor(offer, PROGRAM)


def _request_key(request: Request, decision: Decision) -> str | None:
    """A name for the request, where its sender gave it one: asked twice it makes one install."""
    given = request.header("idempotency-key")
    if given is None:
        return None
    if not given or len(given) > _MAX_KEY:
        raise Refused(400, f"an Idempotency-Key has 1 to {_MAX_KEY} characters")
    whose = "\n".join((request.identity.name, request.identity.subscriber or "", decision.selection.application.id, given))
    return sha256(whose.encode(errors="replace")).hexdigest()


def _kept(request: Request, service: Service, live: Live, decision: Decision, device: Device, key: str | None) -> Install:
    """The install of an offer: the one that is under way, where it is known whose device it is or the request was made before."""
    database, chosen = service.database, decision.selection.chosen
    application = decision.selection.application.id
    assert chosen is not None  # noqa: S101  whoever calls this has looked
    known = by_request(database, key) if key else None
    subscriber = request.identity.subscriber
    if known is None and subscriber:
        known = next(
            (
                one
                for one in installs_of(database, subscriber, application)
                if (one.variant, one.catalogue, one.profile_digest) == (chosen.id, live.catalogue.digest, device.digest)
                and one.state != State.REMOVED
            ),
            None,
        )
    if known:
        return known
    record = record_of(device.profile, live.catalogue, application, decision)
    install = Install(
        token_urlsafe(18),
        application,
        chosen.id,
        chosen.supply.version or decision.selection.application.supply.version or "1.0.0",
        live.catalogue.digest,
        device.uri,
        device.digest,
        subscriber,
        State.OFFERED,
        None,
        request.time,
        request.time,
        key,
    )
    return add_install(database, install, Step.OFFER, request.id, kept_of(record))


def kept_of(record: Record) -> Mapping[str, object]:
    """What is kept of a decision on record: the record whole, and some of it in columns of its own."""
    return {key: value for key, value in record._asdict().items() if key in _KEPT} | {
        "record": write_records([record]).decode()
    }


# What follows: an install by its identifier.


def _install(request: Request, service: Service) -> Steps[Install]:
    """The install that a request is about.

    Raises:
        Refused: there is none, or it is somebody else's.
    """
    identifier = request.parameters["install"]
    found = None
    if len(identifier) <= _MAX_ID:
        found = yield from call(find_install, service.database, identifier)
    if found is None or not request.identity.may_see(found.subscriber):
        raise Refused(404, "no such install", hint="ask for the descriptor of an application")
    return found


def _move(request: Request, service: Service, install: Install, step: Step, code: int | None = None) -> Steps[Install]:
    """Take a step; where the install is there already nothing happens.

    Raises:
        Refused: it cannot be taken from where the install is.
    """
    transition = TRANSITIONS[step]
    move = Move(step, transition.after, transition.before, code)
    after, moved = yield from call(move_install, service.database, install.id, move, request.time, request.id)
    if after is None:
        raise Refused(404, "no such install")
    if not moved and after.state != transition.after and not (step is Step.INSTALL and after.state == State.CONFIGURED):
        raise Refused(409, f"an install that is {after.state} cannot {step}", hint="ask for the descriptor again")
    return after


def status(request: Request, service: Service) -> Steps[Response]:
    """How far an install is, and what happened to it."""
    install = yield from _install(request, service)
    return json_response(to_json((yield from call(_told, request, service, install))))


def _told(request: Request, service: Service, install: Install) -> dict[str, Any]:
    return {
        "install": install.id,
        "application": install.application,
        "variant": install.variant,
        "version": install.version,
        "state": install.state,
        "code": install.code,
        "meaning": STATUSES[install.code].text if install.code is not None and install.code in STATUSES else None,
        "events": [
            {"step": event.step, "state": event.state, "code": event.code, "at": event.at}
            for event in events_of(service.database, install.id)
        ],
        "links": _links(request, install),
    }


def _links(request: Request, install: Install) -> dict[str, str]:
    own = partial(link, "installs", install.id)
    parts = {"self": own(), **{name: own(name) for name in ("artefact", "notify", "configuration", "update")}}
    return {name: request.base + path for name, path in parts.items()}


def download(request: Request, service: Service) -> Steps[Response]:
    """The artefact of an install, or the part that is asked for; where it lies elsewhere, the way there."""
    install = yield from _install(request, service)
    application = service.current.catalogue.applications.get(install.application)
    variant = next((one for one in application.variants if one.id == install.variant), None) if application else None
    if variant is None:
        raise Refused(410, f"`{install.variant}` is no longer in the catalogue", hint="ask for the descriptor again")
    if install.state == State.REMOVED:
        raise Refused(410, "the application was removed", hint="ask for the descriptor again")
    if application is not None:
        yield from _check_trusted(request, service, application, variant)
    found = yield from call(service.artefacts.find, variant.artefact.uri)
    if found is None:
        return Response(302, (("Location", variant.artefact.uri), ("Cache-Control", "no-store")))
    response, whole = artefacts.send(request, found, variant.artefact.media_type)
    if whole and request.method == "GET" and install.state in TRANSITIONS[Step.TRANSFER].before:
        yield from _move(request, service, install, Step.TRANSFER)
    return response


def report(request: Request, service: Service) -> Steps[Response]:
    """What became of it, as the device reports it: `900 Success`, or JSON with a `status`."""
    body = str(_status(request.body)).encode() if request.media_type == JSON else request.body
    try:
        said = read_report(body, Protocol.MIDP)
    except DescriptorError as error:
        raise Refused(
            400, error.message, hint="900 Success, 901 Insufficient Memory, 902 User Cancelled …, 912 Deletion"
        ) from None
    install = yield from _install(request, service)
    after = yield from _move(request, service, install, _STEPS.get(said.outcome, Step.FAIL), said.code)
    return json_response(to_json({"install": after.id, "state": after.state, "code": after.code}))


#: What a report comes to → the step it is; whatever else it comes to is a failure.
_STEPS = {Outcome.INSTALLED: Step.INSTALL, Outcome.DELETED: Step.REMOVE, Outcome.REFUSED: Step.REFUSE}


def _status(body: bytes) -> int:
    """The status of a report in JSON.

    Raises:
        Refused: there is none.
    """
    try:
        stated = json.loads(body)
    except (ValueError, RecursionError):
        stated = None
    if not isinstance(stated, dict) or type(stated.get("status")) is not int:
        raise Refused(400, "the report has no `status`", hint='for example {"status": 900}')
    return int(stated["status"])


def configure(request: Request, service: Service) -> Steps[Response]:
    """The settings of an install, by the catalogue of today; an installed application is configured by it."""
    install = yield from _install(request, service)
    decision = yield from _again(request, service, install)
    chosen = decision.selection.chosen
    if chosen is None or chosen.id != install.variant:
        raise Refused(409, f"the device gets another variant than `{install.variant}` now", hint="follow the link `update`")
    settings = settings_of(decision)
    if request.identity.subscriber is None:
        settings = {key: value for key, value in settings.items() if not isinstance(decision.configuration[key].value, Secret)}
    if install.state == State.INSTALLED and request.method == "GET":
        yield from _move(request, service, install, Step.CONFIGURE, install.code)
    if choose(request.headers_of("accept"), (JSON, "text/plain")) == "text/plain":
        lines = (
            f"{key}={value if not isinstance(value, list) else ','.join(map(str, value))}" for key, value in settings.items()
        )
        return Response(
            200, (("Content-Type", "text/plain; charset=utf-8"), ("Vary", "Accept")), "\n".join(lines).encode() + b"\n"
        )
    return json_response(to_json(settings), 200, ("Vary", "Accept"), ("Cache-Control", "no-store"))


def _again(request: Request, service: Service, install: Install) -> Steps[Decision]:
    """What the device of an install gets today: by the headers of the request, else by the profile that the install was made for."""
    caller = yield from caller_of(request, service)
    profile = caller.profile
    if not caller.device.known:
        given = given_by_headers(())._replace(references=(install.profile,))
        profile = (yield from service.devices.find(given, request.time)).profile
    when = yield from when_of(request, service)
    return (yield from decision_on(install.application, profile, service.current, when))


def update(request: Request, service: Service) -> Steps[Response]:
    """Whether there is something newer for the device, and where; 204 where there is not."""
    install = yield from _install(request, service)
    decision = yield from _again(request, service, install)
    chosen = decision.selection.chosen
    version = (chosen.supply.version or decision.selection.application.supply.version or "1.0.0") if chosen else None
    if chosen is None or (chosen.id, version) == (install.variant, install.version):
        return Response(204)
    form = {
        "application": install.application,
        "variant": chosen.id,
        "version": version,
        "instead": {"variant": install.variant, "version": install.version},
        "links": {"descriptor": request.base + descriptor_of(install.application)},
    }
    return json_response(to_json(form))


def remove(request: Request, service: Service) -> Steps[Response]:
    """The application is gone from the device."""
    install = yield from _install(request, service)
    yield from _move(request, service, install, Step.REMOVE)
    return Response(204)
