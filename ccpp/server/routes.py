"""The table of routes: what is served, to whom, by which handler. The OpenAPI document is made of the same rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from ccpp.server import administration, api, discovery, enrolment, lifecycle, messages, operation, rcs, terminal
from ccpp.server.message import JSON, NDJSON, Request, Response, Role
from ccpp.server.pages import (
    catalogue,
    changes,
    decisions,
    devices,
    forms,
    home,
    impact,
    matrix,
    paths,
    playground,
    static,
    why,
)
from ccpp.server.service import Service
from ccpp.server.steps import Steps

Handler: TypeAlias = Callable[[Request, Service], Steps[Response]]


class Route(NamedTuple):
    """A row: `role` is what the caller must have, or `also` instead; `None` where nobody is asked.

    Parts of the path in braces are parameters.
    """

    method: str
    path: str
    handler: Handler
    role: Role | None
    summary: str
    takes: str | None = None
    gives: str = JSON
    also: Role | None = None

    @property
    def changes(self) -> bool:
        """Whether a request may change what is kept; programs ask by POST too."""
        return self.method != "GET" and self.handler not in _QUESTIONS


_QUESTIONS = frozenset({api.answer_one, api.answer_batch, terminal.settings_for, playground.play})

_ASKS = Role.PROVISIONING_SERVER

API = (
    Route(
        "POST", "/v1/match", api.answer_one, _ASKS, "The verdict of each variant, and the chosen one of each application", JSON
    ),
    Route("POST", "/v1/resolve", api.answer_one, _ASKS, "What a device can do, with origins and findings", JSON),
    Route(
        "POST", "/v1/explain", api.answer_one, _ASKS, "Why a variant fits a device or does not, and what would change it", JSON
    ),
    Route(
        "POST", "/v1/provision", api.answer_one, _ASKS, "The decision on an application, its configuration and documents", JSON
    ),
    *(
        Route("POST", f"/v1/{name}/batch", api.answer_batch, _ASKS, f"The same as /v1/{name} for each line", NDJSON, NDJSON)
        for name in api.OPERATIONS
    ),
)

_DEVICE = Role.DEVICE
_PAGE = "text/html"

#: What devices do. `GET` on a descriptor begins an install, because phones of the first generations know nothing else.
LIFECYCLE = (
    Route("GET", "/", discovery.discover, _DEVICE, "What the device can have", gives=_PAGE),
    Route("GET", "/applications", discovery.discover, _DEVICE, "What the device can have", gives=_PAGE),
    Route("GET", "/applications/{application}", discovery.show, _DEVICE, "One application, or why not", gives=_PAGE),
    Route("GET", "/applications/{application}/descriptor", lifecycle.describe, _DEVICE, "The descriptor: an install begins"),
    Route("POST", "/v1/installs", lifecycle.begin, _ASKS, "The descriptor for a device: an install begins", JSON),
    Route("GET", "/installs/{install}", lifecycle.status, _DEVICE, "How far an install is"),
    Route("DELETE", "/installs/{install}", lifecycle.remove, _DEVICE, "The application is gone from the device"),
    Route("GET", "/installs/{install}/artefact", lifecycle.download, _DEVICE, "The artefact, or a part", gives="*/*"),
    Route("POST", "/installs/{install}/notify", lifecycle.report, _DEVICE, "What became of it: 900 Success, …", "text/plain"),
    Route("GET", "/installs/{install}/configuration", lifecycle.configure, _DEVICE, "The settings"),
    Route("GET", "/installs/{install}/update", lifecycle.update, _DEVICE, "What is newer; 204 where nothing is"),
)

_WBXML = "application/vnd.wap.connectivity-wbxml"

TERMINAL = (
    Route("GET", "/settings", terminal.settings, _DEVICE, "The settings of the subscriber who asks", gives=_WBXML),
    Route("GET", "/autoconfiguration", rcs.autoconfigure, _DEVICE, "What RCS clients poll for", gives="text/xml"),
    Route("POST", "/v1/settings", terminal.settings_for, _ASKS, "A terminal's settings, for a program", gives=_WBXML),
    Route("POST", "/v1/bootstrap", terminal.bootstrap, _ASKS, "A bootstrap: document, MAC, push, short messages"),
    Route("GET", "/v1/messages/{message}", messages.status, _ASKS, "How far short messages are"),
)

_OPERATOR = Role.OPERATOR
_VERSIONS = "/v1/catalogue/versions"

ADMINISTRATION = (
    Route("GET", _VERSIONS, administration.list_versions, _OPERATOR, "The versions of the catalogue"),
    Route("POST", _VERSIONS, administration.add_version, _OPERATOR, "Check and keep a version", "text/turtle"),
    Route("POST", _VERSIONS + "/{number}/activate", administration.activate_version, _OPERATOR, "Put a version into service"),
    Route("POST", "/v1/catalogue/rollback", administration.roll_back, _OPERATOR, "Put the version before into service"),
    Route("GET", "/v1/subscribers/{subscriber}", administration.get, _OPERATOR, "A subscriber, without secrets"),
    Route("PUT", "/v1/subscribers/{subscriber}", administration.put, _OPERATOR, "Keep a subscriber"),
    Route("DELETE", "/v1/subscribers/{subscriber}", administration.remove, _OPERATOR, "Forget a subscriber"),
    Route("POST", "/v1/subscribers/{subscriber}/autoconfiguration", rcs.trigger, _OPERATOR, "Have an RCS client ask now"),
    Route("POST", "/v1/enrolments", enrolment.offer, _OPERATOR, "Make a code that somebody gets a name and a password for"),
    Route("POST", "/v1/credentials", enrolment.accept, None, "A name and a password for a code, once"),
    Route("DELETE", "/v1/credentials/{user}", enrolment.revoke, _OPERATOR, "Take somebody's password away"),
    Route("GET", "/v1/audit", administration.audit, Role.AUDITOR, "The audit log, after a number"),
)

OPERATION = (
    Route("GET", "/healthz", operation.health, None, "Whether the process works"),
    Route("GET", "/readyz", operation.readiness, None, "Whether requests can be answered"),
    Route("GET", "/metrics", operation.metrics, None, "Figures for Prometheus", gives="text/plain"),
    Route("GET", "/openapi.json", operation.openapi, None, "This interface, as OpenAPI 3.1 describes it"),
)

#: What programs and devices call; the OpenAPI document describes it.
INTERFACE: tuple[Route, ...] = (*API, *LIFECYCLE, *TERMINAL, *ADMINISTRATION, *OPERATION)


def _read(path: str, handler: Handler, summary: str) -> Route:
    """A page that auditors and operators read."""
    return Route("GET", path, handler, Role.AUDITOR, summary, gives=_PAGE, also=_OPERATOR)


_APPLICATION = paths.APPLICATIONS + "/{application}"

#: Pages for people.
PAGES = (
    _read(paths.HOME, home.home, "The overview"),
    _read(paths.DEVICES, devices.search, "Devices, looked for"),
    _read(paths.DEVICE, devices.show, "A device, with the origin of every value"),
    _read(paths.SOURCE, devices.source, "A device's document"),
    _read(paths.CATALOGUE, catalogue.browse, "The catalogue in service"),
    _read(_APPLICATION, catalogue.show, "An application with its variants"),
    _read(paths.REQUIREMENT, catalogue.requirement, "A requirement"),
    _read(paths.MATRIX, matrix.matrix, "Which device gets what"),
    _read(paths.WHY, why.why, "Why a device gets a variant, or does not"),
    _read(paths.DECISIONS, decisions.decisions, "Decisions on record"),
    Route("GET", paths.AUDIT, decisions.audit, Role.AUDITOR, "Who changed what", gives=_PAGE),
    _read(paths.CHANGES, changes.changes, "Versions of the catalogue"),
    _read(paths.IMPACT, impact.show, "What a version would change"),
    Route("POST", paths.UPLOAD, changes.upload, _OPERATOR, "Check and keep a version", forms.PARTS, gives=_PAGE),
    Route("POST", paths.ACTIVATE, changes.put_into_service, _OPERATOR, "Put a version into service", forms.FORM, gives=_PAGE),
    Route("POST", paths.ROLLBACK, changes.go_back, _OPERATOR, "Put the version before into service", forms.FORM, gives=_PAGE),
    _read(paths.PLAYGROUND, playground.play, "A requirement tried on a device"),
    _read(paths.PLAYGROUND, playground.play, "The same, with what the form says")._replace(method="POST", takes=forms.FORM),
    Route("GET", paths.STATIC + "/{name}", static.serve_asset, None, "Style sheet, script and icon", gives="text/css"),
)

ROUTES: tuple[Route, ...] = (*INTERFACE, *PAGES)


class Routes:
    """Routes, ready to be looked up: those without parameters by their path, the others by the number and the fixed parts of theirs."""

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self.rows = routes
        self._fixed: dict[str, dict[str, Route]] = {}
        self._open: dict[int, list[tuple[tuple[str, ...], dict[str, Route]]]] = {}
        for route in routes:
            if "{" not in route.path:
                self._fixed.setdefault(route.path, {})[route.method] = route
                continue
            parts = tuple(route.path.split("/"))
            same = self._open.setdefault(len(parts), [])
            methods = next((methods for other, methods in same if other == parts), None)
            if methods is None:
                same.append((parts, methods := {}))
            methods[route.method] = route

    def find(self, path: str) -> tuple[Mapping[str, Route], Mapping[str, str]] | None:
        """The routes of a path by method, with its parameters; `None` where there is none."""
        fixed = self._fixed.get(path)
        if fixed is not None:
            return fixed, {}
        parts = path.split("/")
        for pattern, methods in self._open.get(len(parts), ()):
            found = _parameters(pattern, parts)
            if found is not None:
                return methods, found
        return None


def _parameters(pattern: tuple[str, ...], parts: list[str]) -> dict[str, str] | None:
    """The parameters of a path by a pattern, none of them empty; `None` where it is not of the pattern."""
    found: dict[str, str] = {}
    for wanted, part in zip(pattern, parts, strict=True):
        if wanted.startswith("{"):
            if not part:
                return None
            found[wanted[1:-1]] = part
        elif wanted != part:
            return None
    return found
