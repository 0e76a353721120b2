"""From the bytes of a document to the profile it states."""

from __future__ import annotations

from collections import Counter
from itertools import islice, product
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
    from collections.abc import Set as AbstractSet

    from ccpp.diagnostics import Diagnostic
    from ccpp.reading.rdf import Statement
    from ccpp.vocabulary import Vocabularies

#: A document's bytes. The largest of 3,351 real profiles has 45,757; past this it is no profile.
MAX_DOCUMENT = 1_048_576

#: Variants of one document. Real ones have two browsers; past this a hostile sender is multiplying.
MAX_VARIANTS = 16

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


def read_any(
    data: bytes,
    draft: Draft,
    *,
    load: Callable[[str], bytes | None] | None = None,
    leave_out: AbstractSet[str] = frozenset(),
) -> Profile:
    """The profile in any RDF/XML document, by way of its statements, written into a new `draft`: the definition of reading.

    `leave_out` are components that are not to count; the rest is as for `read_profile`.

    Raises:
        ProfileError: no profile can be read.
    """

    def load_statements(address: str) -> list[Statement]:
        found = None if load is None else load(address)
        return [] if found is None else read_statements(found, address, strict=draft.strict)[0]

    statements, diagnostics = read_statements(data, draft.uri, strict=draft.strict)
    profile = describe(statements, draft, load=load_statements if load else None, leave_out=leave_out)
    return profile._replace(diagnostics=(*diagnostics, *profile.diagnostics)) if diagnostics else profile


def read_variants(
    data: bytes,
    *,
    uri: str,
    vocabularies: Vocabularies,
    document: str | None = None,
    kind: Kind = Kind.EXPLICIT,
    strict: bool = False,
    load: Callable[[str], bytes | None] | None = None,
) -> tuple[Profile, ...]:
    """A profile for each choice among components of one type, where a document has several: two browsers of a device, say (T-12).

    `read_profile` merges them in order instead. The URI of a variant is the profile's with the names of the components chosen as
    its fragment. Arguments and errors are those of `read_profile`; at most `MAX_VARIANTS` are given, the first ones.
    """
    whole = read_profile(data, uri=uri, vocabularies=vocabularies, document=document, kind=kind, strict=strict, load=load)
    if not any(finding.code == "component-repeated" for finding in whole.diagnostics):
        return (whole,)
    draft = Draft(uri, document or uri, vocabularies, kind, strict=strict)
    read_any(data, draft, load=load)
    twins = [
        [node for node, types in nodes.items() if types == wanted]
        for nodes in draft.components.values()
        for wanted, times in Counter(nodes.values()).items()
        if times > 1
    ]
    variants = []
    for kept in islice(product(*twins), MAX_VARIANTS):
        left_out = {node for nodes in twins for node in nodes}.difference(kept)
        draft = Draft(uri, document or uri, vocabularies, kind, strict=strict)
        variant = read_any(data, draft, load=load, leave_out=left_out)
        label = "+".join(node.removeprefix("_:").rpartition("#")[2] for node in kept)
        variants.append(variant._replace(uri=f"{whole.uri.partition('#')[0]}#{label}"))
    return tuple(variants)


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
