"""What operators' tools ask of a server: whether it works, whether it can answer, its figures, and its description."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccpp.server.live import to_json
from ccpp.server.message import Response, json_response
from ccpp.server.steps import call

if TYPE_CHECKING:
    from ccpp.server.message import Request
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps


def health(request: Request, service: Service) -> Steps[Response]:
    """Whether the process works: it does, if it says so."""
    del request, service
    yield from ()  # a handler is a generator, also one that never waits
    return json_response(b'{"status":"ok"}')


def readiness(request: Request, service: Service) -> Steps[Response]:
    """Whether requests can be answered: a catalogue is in service, and the server is not about to stop."""
    del request
    yield from ()
    if service.live is None or service.stopping:
        why = "stopping" if service.stopping else "no catalogue"
        return json_response(to_json({"status": "not ready", "reason": why}), 503, ("Retry-After", "5"))
    catalogue = service.live.catalogue
    return json_response(to_json({"status": "ready", "catalogue": catalogue.digest, "version": service.live.number}))


def metrics(request: Request, service: Service) -> Steps[Response]:
    """Figures of all workers, in the text format of Prometheus."""
    del request
    media_type, content = yield from call(service.metrics)
    return Response(200, (("Content-Type", media_type),), content)


def openapi(request: Request, service: Service) -> Steps[Response]:
    """The description of the interface."""
    del request
    yield from ()
    return json_response(service.description)
