"""Discovery: what a device can have, in the form that it understands, and why it cannot have the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ccpp.exchange.decoding import read_exchange
from ccpp.server.devices import about_profile, given_by_headers
from ccpp.server.live import to_json
from ccpp.server.message import JSON, Response
from ccpp.server.negotiation import choose
from ccpp.server.people import when_of
from ccpp.server.problems import Refused
from ccpp.server.views import VIEWS, Entry, Page, link

if TYPE_CHECKING:
    from ccpp.decision import Decision
    from ccpp.exchange.model import Field
    from ccpp.model import ResolvedProfile
    from ccpp.server.devices import Device
    from ccpp.server.live import Live, When
    from ccpp.server.message import Request
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps


class Caller(NamedTuple):
    """The device of a request by its own headers, its profile, and the header fields that say so in the response."""

    device: Device
    profile: ResolvedProfile
    fields: tuple[Field, ...]


def caller_of(request: Request, service: Service) -> Steps[Caller]:
    """The device of a request, by its own headers."""
    exchange = read_exchange(request.headers)
    device = yield from service.devices.find(given_by_headers(request.headers, exchange), request.time)
    return Caller(device, device.profile, about_profile(exchange, device))


def discover(request: Request, service: Service) -> Steps[Response]:
    """What the device can have."""
    caller = yield from caller_of(request, service)
    live = service.current
    decided = yield from live.decisions(caller.profile, (yield from when_of(request, service)))
    entries = tuple(
        Entry(application.label, link("applications", identifier), application.description)
        for identifier, application in live.catalogue.applications.items()
        if decided[identifier].selection.chosen
    )
    plain = {
        "profile": caller.device.uri,
        "catalogue": live.catalogue.digest,
        "applications": [_plain(decision, request) for decision in decided.values()],
    }
    none = (Entry("Nothing fits this device"),)
    return _page(Page(live.catalogue.label, entries or none, "/applications", _start(request)), plain, request, caller)


def show(request: Request, service: Service) -> Steps[Response]:
    """One application: what the device gets of it, or why it gets nothing."""
    caller = yield from caller_of(request, service)
    when = yield from when_of(request, service)
    decision = yield from decision_on(request.parameters["application"], caller.profile, service.current, when)
    application, chosen = decision.selection.application, decision.selection.chosen
    if chosen:
        size = f"{chosen.artefact.size:,} bytes" if chosen.artefact.size else ""
        entries: tuple[Entry, ...] = (
            Entry(chosen.label, None, application.description),
            Entry("Install", descriptor_of(application.id), size),
        )
    else:
        entries = tuple(Entry(reason.variant.label, None, reason.text) for reason in decision.selection.reasons)
    page = Page(
        application.label, (*entries, Entry("Back", "/applications")), link("applications", application.id), _start(request)
    )
    return _page(page, _plain(decision, request), request, caller)


def _plain(decision: Decision, request: Request) -> dict[str, Any]:
    application, chosen = decision.selection.application, decision.selection.chosen
    form: dict[str, Any] = {
        "id": application.id,
        "label": application.label,
        "description": application.description,
        "chosen": chosen.id if chosen else None,
    }
    if chosen:
        form |= {"mediaType": chosen.artefact.media_type, "size": chosen.artefact.size}
        form["links"] = {"descriptor": request.base + descriptor_of(application.id)}
    else:
        form["reasons"] = {reason.variant.id: reason.text for reason in decision.selection.reasons}
    return form


def descriptor_of(application: str) -> str:
    """The path of an application's descriptor."""
    return link("applications", application, "descriptor")


def _start(request: Request) -> int:
    text = request.arguments.get("from", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0  # noqa: PLR2004  more than there can be


def _page(page: Page, plain: dict[str, Any], request: Request, caller: Caller) -> Response:
    """A page in the form that the device likes best."""
    profile = caller.profile if caller.device.known else None
    media_type = choose(request.headers_of("accept"), (*VIEWS, JSON), profile)
    if media_type is None:
        raise Refused(
            406, "there is no form of this that the request accepts", hint="accept one of " + ", ".join((*VIEWS, JSON))
        )
    content = to_json(plain) if media_type == JSON else VIEWS[media_type](page).encode(errors="xmlcharrefreplace")
    written = media_type if media_type == JSON else f"{media_type}; charset=utf-8"
    return Response(200, (("Content-Type", written), ("Cache-Control", "private")), content).with_headers(caller.fields)


def decision_on(application: str, profile: ResolvedProfile, live: Live, when: When) -> Steps[Decision]:
    """What a device gets of an application.

    Raises:
        Refused: there is no such application.
    """
    if application not in live.catalogue.applications:
        raise Refused(404, f"no application `{application[:80]}`", hint="/applications lists what there is")
    decided = yield from live.decisions(profile, when)
    return decided[application]
