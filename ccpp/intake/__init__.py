"""Every way in which a profile arrives as a file, by its name and content: RDF in any syntax, a device specification, a request.

A way in is a row of `INTAKES`: what tells it, and what reads it. The rows are tried in order; RDF/XML takes what no other row takes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ccpp.errors import NoProfile
from ccpp.exchange.head import read_head
from ccpp.intake.accept import Precedence, read_accept
from ccpp.intake.android import is_device_spec, read_device_spec
from ccpp.intake.client_hints import read_client_hints
from ccpp.model import Kind, Profile
from ccpp.reading.syntaxes import read_document, syntax_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccpp.vocabulary import Vocabularies


class Intake(NamedTuple):
    """A way in: its name, whether a file comes that way, and how it is read."""

    label: str
    recognises: Callable[[str, bytes], bool]
    read: Reads


class Reads(Protocol):
    """What reads a file: as `ccpp.reading.read_profile`, from any kind of input."""

    def __call__(
        self, data: bytes, *, uri: str, document: str, vocabularies: Vocabularies, kind: Kind, strict: bool
    ) -> Profile:
        """The profile in the file."""


def read_request(
    data: bytes, *, uri: str, document: str, vocabularies: Vocabularies, kind: Kind = Kind.EXPLICIT, strict: bool = False
) -> Profile:
    """What the head of an HTTP request says of the client itself: client hints, and what it accepts.

    Raises:
        ExchangeError: it is no block of header fields.
        NoProfile: it says nothing of the client.
    """
    del strict
    headers = read_head(data).fields
    parts = [
        read_client_hints(headers, vocabularies=vocabularies, kind=kind),
        read_accept(headers, vocabularies=vocabularies, precedence=Precedence.UNION),
    ]
    found = [part for part in parts if part is not None]
    if not found:
        raise NoProfile(
            "a request that says nothing of its client", source=document, hint="client hints or Accept headers are due"
        )
    stated = tuple(
        one._replace(origin=one.origin._replace(document=document, kind=kind)) for part in found for one in part.stated
    )
    return Profile(uri, document, stated, tuple(finding for part in found for finding in part.diagnostics))


def _read_spec(data: bytes, *, uri: str, document: str, vocabularies: Vocabularies, kind: Kind, strict: bool) -> Profile:
    del strict
    return read_device_spec(data, uri=uri, document=document, vocabularies=vocabularies, kind=kind)


def _in_syntax(syntax: str) -> Reads:
    def read(data: bytes, *, uri: str, document: str, vocabularies: Vocabularies, kind: Kind, strict: bool) -> Profile:
        return read_document(
            data, syntax=syntax, uri=uri, document=document, vocabularies=vocabularies, kind=kind, strict=strict
        )

    return read


def _is_spec(name: str, data: bytes) -> bool:
    if not name.lower().endswith(".json"):
        return False
    try:
        return is_device_spec(json.loads(data))
    except (ValueError, RecursionError):
        return False


INTAKES = (
    Intake("Android device specification", _is_spec, _read_spec),
    Intake("HTTP request", lambda name, _: name.lower().endswith(".http"), read_request),
    Intake("JSON-LD", lambda name, _: name.lower().endswith((".json", ".jsonld")), _in_syntax("jsonld")),
    Intake("Turtle", lambda name, _: syntax_of(name) == "turtle", _in_syntax("turtle")),
    Intake("N-Triples", lambda name, _: syntax_of(name) == "ntriples", _in_syntax("ntriples")),
)


def intake_of(name: str, data: bytes) -> Intake | None:
    """The way in of a file; `None` for RDF/XML."""
    return next((intake for intake in INTAKES if intake.recognises(name, data)), None)
