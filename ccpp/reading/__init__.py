"""From the bytes of a document to the profile it states."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.parsers import expat

from ccpp.errors import NotXml, ProfileError, ProfileTooLarge
from ccpp.model import Kind, Profile
from ccpp.reading.draft import Draft
from ccpp.reading.profile import describe
from ccpp.reading.rdfxml import parse_rdfxml
from ccpp.reading.repairs import TOLERATED, mend
from ccpp.reading.usual import read_usual

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccpp.diagnostics import Diagnostic
    from ccpp.reading.rdf import Statement
    from ccpp.vocabulary import Vocabularies

#: A document's bytes. The largest of 3,351 real profiles has 45,757; past this it is no profile.
MAX_DOCUMENT = 1_048_576

#: How files that are no XML begin, so that the message can say what was given instead.
_SIGNATURES = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP or JAR archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"<!doctype html", "an HTML page"),
    (b"<html", "an HTML page"),
    (b"{", "JSON"),
)


def read_profile(
    data: bytes,
    *,
    uri: str,
    vocabularies: Vocabularies,
    document: str | None = None,
    kind: Kind = Kind.EXPLICIT,
    strict: bool = False,
    load: Callable[[str], bytes | None] | None = None,
) -> Profile:
    """The profile that an RDF/XML document states, with its findings.

    Args:
        data: the document; at most `MAX_DOCUMENT` bytes.
        uri: the document's own URI, the base of the references in it.
        vocabularies: what attributes mean.
        document: how origins and messages name the document; its URI if not given.
        kind: what the document's own values count as in resolution.
        strict: refuse what XML and RDF/XML refuse instead of repairing it, and any finding that is an error.
        load: another document by its URI, for the defaults that this one refers to; `None` where there is no such document.

    Raises:
        ProfileError: no profile can be read; its class and `kind` say which kind of input it is.
    """
    name = document or uri
    try:
        if len(data) <= MAX_DOCUMENT:
            profile = read_usual(data, Draft(uri, name, vocabularies, kind, strict=strict))
            if profile is not None:
                return profile
        return read_any(data, Draft(uri, name, vocabularies, kind, strict=strict), load=load)
    except ProfileError as error:
        raise error.located(name) from None


def read_any(data: bytes, draft: Draft, *, load: Callable[[str], bytes | None] | None = None) -> Profile:
    """The profile in any RDF/XML document, by way of its statements, written into a new `draft`: the definition of reading.

    Raises:
        ProfileError: no profile can be read.
    """
    statements, diagnostics = read_statements(data, draft.uri, strict=draft.strict)
    profile = describe(statements, draft, load=referred(load, strict=draft.strict))
    return profile._replace(diagnostics=(*diagnostics, *profile.diagnostics)) if diagnostics else profile


def referred(load: Callable[[str], bytes | None] | None, *, strict: bool) -> Callable[[str], list[Statement]] | None:
    """What reads the documents that a profile refers to, each in the syntax that its URI tells; `load` has their bytes."""
    if load is None:
        return None

    def load_statements(address: str) -> list[Statement]:
        found = load(address)
        if found is None:
            return []
        from ccpp.reading.syntaxes import statements_in, syntax_of  # noqa: PLC0415  it imports this module, and few need it

        return statements_in(found, syntax_of(address), address, strict=strict)[0]

    return load_statements


def read_statements(data: bytes, uri: str, *, strict: bool = False) -> tuple[list[Statement], list[Diagnostic]]:
    """The RDF statements of a document, strictly read first, then mended, with what was mended.

    Raises:
        ProfileError: the document is too large, no XML or no RDF.
    """
    if len(data) > MAX_DOCUMENT:
        raise ProfileTooLarge(f"{len(data)} bytes, more than {MAX_DOCUMENT}", hint="no real profile comes near it")
    tolerated = frozenset[str]() if strict else TOLERATED
    try:
        return parse_rdfxml(data, uri, tolerated)
    except expat.ExpatError as error:
        mended = None if strict or _what(data) else mend(data)
        if mended is None:
            raise _not_xml(data, error) from None
    data, repairs = mended
    try:
        statements, diagnostics = parse_rdfxml(data, uri, tolerated)
    except expat.ExpatError as error:
        raise _not_xml(data, error) from None
    return statements, [*repairs, *diagnostics]


def _what(data: bytes) -> str | None:
    """What the bytes are, where they are evidently something else than a profile."""
    start = data[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return next((what for signature, what in _SIGNATURES if start.startswith(signature.lower())), None)


def _not_xml(data: bytes, error: expat.ExpatError) -> NotXml:
    if not data.strip():
        return NotXml("not XML: the document is empty", hint="a profile is an RDF/XML document")
    what = _what(data)
    if what:
        return NotXml(f"not XML: it is {what}", hint="a profile is an RDF/XML document")
    reason = expat.ErrorString(error.code)
    return NotXml(f"not XML: {reason}", line=error.lineno, hint="a profile is an RDF/XML document")
