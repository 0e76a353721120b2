"""What operators and auditors do over HTTP: versions of the catalogue, subscribers, the audit log. Every change is in that log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ccpp.catalogue.loading import load_documents
from ccpp.catalogue.model import Document
from ccpp.server.live import to_json
from ccpp.server.message import JSON, Response, json_response
from ccpp.server.people import read_facts
from ccpp.server.problems import Refused
from ccpp.server.steps import call
from ccpp.storage.database.audit import entries
from ccpp.storage.database.catalogues import activate, active, publish, rollback, versions
from ccpp.storage.database.subscribers import Subscriber, get_subscriber, put_subscriber, remove_subscriber

if TYPE_CHECKING:
    from ccpp.server.message import Request
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps

#: Media type of a catalogue → the ending by which its syntax is known.
_SYNTAXES = {"text/turtle": ".ttl", "application/ld+json": ".json", JSON: ".json", "application/yaml": ".yaml"}
_LINES = 1_000
_MAX_NAME = 200


def list_versions(request: Request, service: Service) -> Steps[Response]:
    """The versions of the catalogue, the newest first, and which one is in service."""
    del request
    found = yield from call(versions, service.database)
    number = yield from call(active, service.database)
    return json_response(to_json({"active": number, "versions": [one._asdict() for one in found]}))


def add_version(request: Request, service: Service) -> Steps[Response]:
    """Check a catalogue and keep it as a version, without putting it into service."""
    ending = _SYNTAXES.get(request.media_type)
    if ending is None:
        raise Refused(415, f"`{request.media_type[:80]}` is no catalogue", hint="send " + ", ".join(_SYNTAXES))
    document = Document(f"catalogue{ending}", request.body)
    catalogue = yield from call(load_documents, [document], service.vocabularies)
    name = request.identity.name
    number = yield from call(publish, service.database, [document], catalogue.label, catalogue.digest, request.time, name)
    return json_response(to_json({"number": number, "digest": catalogue.digest, "label": catalogue.label}), 201)


def activate_version(request: Request, service: Service) -> Steps[Response]:
    """Put a version into service, in every process within a second."""
    text = request.parameters["number"]
    if not (text.isascii() and text.isdigit() and len(text) < 16):  # noqa: PLR2004  no database counts further
        raise Refused(404, "no such version of the catalogue")
    yield from call(activate, service.database, int(text), request.time, request.identity.name)
    return json_response(to_json({"active": int(text)}))


def roll_back(request: Request, service: Service) -> Steps[Response]:
    """Put the version into service that was there before."""
    number = yield from call(rollback, service.database, request.time, request.identity.name)
    return json_response(to_json({"active": number}))


def put(request: Request, service: Service) -> Steps[Response]:
    """Keep a subscriber: `facts`, and `secrets`, which are sealed and never given back by this interface."""
    try:
        stated: Any = json.loads(request.body)
    except (ValueError, RecursionError):
        stated = None
    known = isinstance(stated, dict) and not stated.keys() - {"facts", "secrets"}
    facts, secrets = (stated.get("facts", {}), stated.get("secrets", {})) if known else (None, None)
    if (
        not isinstance(facts, dict)
        or not isinstance(secrets, dict)
        or not all(isinstance(one, str) for one in secrets.values())
    ):
        raise Refused(400, "no subscriber", hint='for example {"facts": {"languages": ["fi"]}, "secrets": {"pin": "1234"}}')
    read_facts(facts)
    subscriber = Subscriber(_identifier(request), facts, secrets)
    name = request.identity.name
    yield from call(put_subscriber, service.database, service.keys, subscriber, request.time, name, request.id)
    return Response(204)


def get(request: Request, service: Service) -> Steps[Response]:
    """A subscriber: the facts, and the names of the secrets."""
    found = yield from call(get_subscriber, service.database, service.keys, _identifier(request))
    if found is None:
        raise Refused(404, "no such subscriber")
    return json_response(to_json({"id": found.id, "facts": found.facts, "secrets": sorted(found.secrets)}))


def remove(request: Request, service: Service) -> Steps[Response]:
    """Forget a subscriber."""
    yield from call(remove_subscriber, service.database, _identifier(request), request.time, request.identity.name, request.id)
    return Response(204)


def _identifier(request: Request) -> str:
    identifier = request.parameters["subscriber"]
    if len(identifier) > _MAX_NAME or not identifier.isprintable():
        raise Refused(404, "no such subscriber")
    return identifier


def audit(request: Request, service: Service) -> Steps[Response]:
    """The audit log after a number (`?after=`), a thousand lines at a time."""
    text = request.arguments.get("after", "0")
    if not (text.isascii() and text.isdigit() and len(text) < 16):  # noqa: PLR2004  no database counts further
        raise Refused(400, "`after` is no number")
    found = yield from call(entries, service.database, int(text), _LINES)
    return json_response(to_json([{**one._asdict(), "detail": json.loads(one.detail)} for one in found]))
