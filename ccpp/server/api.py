"""The interface for programs: resolve, match, explain, provision, each for one device or for a batch of them.

What is answered is what the command of the same name prints with `--format json`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from ccpp.advice import advise
from ccpp.errors import CcppError
from ccpp.plain import plain_explained, plain_profile
from ccpp.provisioning import descriptor_choice, plain_provision
from ccpp.provisioning.choosing import format_rules, plain_choice
from ccpp.server.asked import Asked, read_asked, read_line
from ccpp.server.devices import about_profile
from ccpp.server.live import When, to_json
from ccpp.server.message import JSON, NDJSON, Response
from ccpp.server.people import when_of
from ccpp.server.problems import Refused, problem
from ccpp.server.steps import call

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ccpp.catalogue.model import Application, Catalogue, Variant
    from ccpp.decision import Decision
    from ccpp.model import ResolvedProfile
    from ccpp.server.devices import Device
    from ccpp.server.message import Lines, Request
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps

T = TypeVar("T")

#: Lines of one batch; all profiles ever collected are some 3,000.
MAX_LINES = 100_000


def resolve(asked: Asked, device: Device, service: Service, when: When) -> Steps[bytes]:
    """What the device can do, with origins and findings."""
    del asked, service, when
    return (yield from call(lambda: to_json([plain_profile(device.profile)])))


def match(asked: Asked, device: Device, service: Service, when: When) -> Steps[bytes]:
    """The verdict of each variant, and the chosen one of each application."""
    return (yield from service.current.match(device, when, closed_world=asked.closed_world))


def explain(asked: Asked, device: Device, service: Service, when: When) -> Steps[bytes]:
    """Why a variant fits or does not, and what would change it."""
    live = service.current
    catalogue, variant = live.catalogue, _variant(live.catalogue, asked.variant)
    profile = device.profile
    decided = yield from live.decisions(profile, when, closed_world=asked.closed_world)
    why = next(one for made in decided.values() for one in made.selection.reasons if one.variant.id == variant.id)

    def explained() -> bytes:
        attributes = service.vocabularies.attributes
        advice = advise(variant, profile, catalogue, attributes, closed_world=asked.closed_world)
        return to_json(plain_explained(profile, variant, advice, why))

    return (yield from call(explained))


def provision(asked: Asked, device: Device, service: Service, when: When) -> Steps[bytes]:
    """The decision on one application, its configuration, and the documents."""
    live = service.current
    application = _application(live.catalogue, asked.application)
    profile = device.profile
    decided = yield from live.decisions(profile, when, closed_world=asked.closed_world)
    return (yield from call(_provisioned, decided[application.id], profile, service))


def _provisioned(decision: Decision, profile: ResolvedProfile, service: Service) -> bytes:
    choice = descriptor_choice(decision, profile, format_rules(service.vocabularies))
    return to_json({**plain_provision(profile, decision), "choice": plain_choice(choice)})


_AS_JSON = (("Content-Type", JSON),)

#: Operation → what answers it, and whether derived attributes are added unless the request says otherwise, as on the command line.
OPERATIONS: Mapping[str, tuple[Callable[[Asked, Device, Service, When], Steps[bytes]], bool]] = MappingProxyType(
    {"resolve": (resolve, False), "match": (match, True), "explain": (explain, True), "provision": (provision, True)}
)


def answer_one(request: Request, service: Service) -> Steps[Response]:
    """The answer to one call, by the last part of its path."""
    operate, derive = OPERATIONS[request.path.rpartition("/")[2]]
    asked = read_asked(request, derive=derive)
    device = yield from _device(asked, request, service)
    when = yield from when_of(request, service)
    body = yield from operate(asked, device, service, when)
    # An answer that rests on whose device it is must not be given to another.
    until = 0.0 if when.subscriber else min(device.until, service.current.until(when))
    response = Response(200, _AS_JSON, body, until=until)
    return response.with_headers(about_profile(asked.exchange, device)) if asked.exchange else response


def answer_batch(request: Request, service: Service) -> Steps[Response]:
    """An answer for each line of the body, in order: its number, and the result or what is wrong with it."""
    operation = request.path.split("/")[2]
    if request.media_type != NDJSON:
        raise Refused(415, f"`{request.media_type[:80]}` is no batch", hint=f"send {NDJSON}, a JSON object a line")
    lines = request.body.splitlines()
    if len(lines) > MAX_LINES:
        raise Refused(413, f"more than {MAX_LINES} lines", hint="send several batches")
    yield from ()
    return Response(200, (("Content-Type", NDJSON),), lines=_lines(operation, lines, request, service))


def _lines(operation: str, lines: list[bytes], request: Request, service: Service) -> Lines:
    return (_line(operation, number, line, request, service) for number, line in enumerate(lines, 1) if line.strip())


def _line(operation: str, number: int, line: bytes, request: Request, service: Service) -> Steps[bytes]:
    operate, derive = OPERATIONS[operation]
    try:
        asked = read_line(line, derive=derive)
        device = yield from _device(asked, request, service)
        when = yield from when_of(request, service)
        result = yield from operate(asked, device, service, when)
    except CcppError as error:
        return b'{"line":%d,"problem":%s}\n' % (number, problem(error, request.id).body)
    return b'{"line":%d,"result":%s}\n' % (number, result)


def _device(asked: Asked, request: Request, service: Service) -> Steps[Device]:
    device = yield from service.devices.find(asked.given, request.time)
    if not device.known:
        missing = ", ".join(f"`{uri}`" for uri in device.missing)
        if missing:
            raise Refused(404, f"no profile {missing} in the repository", hint="import it, or send the document itself")
        if asked.given.agent:
            raise Refused(404, "the User-Agent names no device of the repository", hint="name the profile by its URI")
        raise Refused(400, "nothing tells the device", hint="send a document, a uri, headers or a userAgent")
    return device


def _variant(catalogue: Catalogue, identifier: str | None) -> Variant:
    variants = {variant.id: variant for one in catalogue.applications.values() for variant in one.variants}
    variant = _named("variant", identifier, variants)
    if variant.requirement is None:
        raise Refused(400, f"variant `{variant.id}` has no requirement: it fits every device")
    return variant


def _application(catalogue: Catalogue, identifier: str | None) -> Application:
    return _named("application", identifier, catalogue.applications)


def _named(what: str, identifier: str | None, known: Mapping[str, T]) -> T:
    if identifier is None:
        raise Refused(400, f"no {what} is named", hint=f"state `{what}`")
    if identifier not in known:
        raise Refused(404, f"no {what} `{identifier[:80]}`", hint="the catalogue has others")
    return known[identifier]
