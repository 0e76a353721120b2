"""Every way in which a profile arrives, by its name or content: RDF in any syntax, WBXML, a device specification, a request.

A way in is a row of `INTAKES`: what tells it, and what reads it. The rows are tried in order; RDF/XML takes what no other row takes.
"""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from ccpp.errors import CcppError, NoProfile
from ccpp.exchange.head import read_head
from ccpp.exchange.uaprof import decode_uaprof
from ccpp.intake.accept import Precedence, read_accept
from ccpp.intake.android import is_device_spec, read_device_spec
from ccpp.intake.client_hints import read_client_hints
from ccpp.model import Kind, Profile
from ccpp.reading import read_profile
from ccpp.reading.syntaxes import read_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccpp.vocabulary import Vocabularies

    Load: TypeAlias = Callable[[str], bytes | None]


class Intake(NamedTuple):
    """A way in: its name, how its files are named and begin, what reads them, its syntax where it is RDF, what else tells."""

    label: str
    suffixes: tuple[str, ...]
    beginning: re.Pattern[bytes] | None
    read: Reads
    syntax: str | None = None
    holds: Callable[[bytes], bool] = lambda _: True


class Reads(Protocol):
    """What reads a file: as `ccpp.reading.read_profile`, from any kind of input."""

    def __call__(
        self,
        data: bytes,
        *,
        uri: str,
        document: str,
        vocabularies: Vocabularies,
        kind: Kind,
        strict: bool,
        load: Load | None = None,
    ) -> Profile:
        """The profile in the file."""


def read_request(
    data: bytes,
    *,
    uri: str,
    document: str,
    vocabularies: Vocabularies,
    kind: Kind = Kind.EXPLICIT,
    strict: bool = False,
    load: Load | None = None,
) -> Profile:
    """What the head of an HTTP request says of the client itself: client hints, and what it accepts.

    Raises:
        ExchangeError: it is no block of header fields.
        NoProfile: it says nothing of the client.
    """
    del strict, load
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


def _read_spec(
    data: bytes, *, uri: str, document: str, vocabularies: Vocabularies, kind: Kind, strict: bool, load: Load | None = None
) -> Profile:
    del strict, load
    return read_device_spec(data, uri=uri, document=document, vocabularies=vocabularies, kind=kind)


def _read_wbxml(
    data: bytes, *, uri: str, document: str, vocabularies: Vocabularies, kind: Kind, strict: bool, load: Load | None = None
) -> Profile:
    try:
        written = decode_uaprof(data)
    except CcppError as error:
        raise error.located(document) from None
    return read_profile(written, uri=uri, document=document, vocabularies=vocabularies, kind=kind, strict=strict, load=load)


def _is_spec(data: bytes) -> bool:
    try:
        return is_device_spec(json.loads(data))
    except (ValueError, RecursionError):
        return False


_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")
_WBXML = re.compile(rb"[\x01-\x03][^<]{3}")
_COMMENTS = rb"(?:\xef\xbb\xbf)?\s*+(?:#[^\n]*+\s*+)*+"
_DIRECTIVE = re.compile(_COMMENTS + rb"(?i:@prefix|@base|prefix|base)\s")
_TRIPLE = re.compile(
    _COMMENTS + rb"(?:<[A-Za-z][^\s<>:]*+:[^\s<>]*+>|_:\S++)[ \t]++<[^\s<>]++>[ \t]++[<\"_][^\n]*\.[ \t\r]*(?:\n|\Z)"
)

INTAKES = (
    Intake("Android device specification", (".json",), _JSON, _read_spec, holds=_is_spec),
    Intake("HTTP request", (".http",), None, read_request),
    Intake("WBXML", (".wbxml",), _WBXML, _read_wbxml),
    Intake("JSON-LD", (".jsonld", ".json"), _JSON, partial(read_document, syntax="jsonld"), "jsonld"),
    Intake("Turtle", (".ttl",), _DIRECTIVE, partial(read_document, syntax="turtle"), "turtle"),
    Intake("N-Triples", (".nt",), _TRIPLE, partial(read_document, syntax="ntriples"), "ntriples"),
)
RDF_XML = (".rdf", ".xml")


def intake_of(name: str, data: bytes) -> Intake | None:
    """The way in of a document, by the suffix of its name, else by how it begins; `None` for RDF/XML."""
    if name.lower().endswith(RDF_XML):
        return None
    candidates = [one for one in INTAKES if name.lower().endswith(one.suffixes)]
    candidates = candidates or [one for one in INTAKES if one.beginning is not None and one.beginning.match(data)]
    return next((one for one in candidates if one.holds(data)), None)


def read_input(
    data: bytes,
    *,
    uri: str,
    document: str,
    vocabularies: Vocabularies,
    kind: Kind = Kind.EXPLICIT,
    strict: bool = False,
    load: Load | None = None,
) -> Profile:
    """The profile in a document that came any way in, which its URI or its beginning tells; arguments as for `read_profile`.

    Raises:
        CcppError: there is none that can be read.
    """
    intake = intake_of(uri, data)
    read = read_profile if intake is None else intake.read
    return read(data, uri=uri, document=document, vocabularies=vocabularies, kind=kind, strict=strict, load=load)
