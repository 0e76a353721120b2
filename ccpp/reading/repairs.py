"""What is mended before and while a document is read: one row a kind of damage.

Two tables. `XML_REPAIRS` says what to do where the bytes are not well-formed XML: each row takes the bytes and the place where
expat gave up, and returns mended bytes of the same line numbers, or `None` where the damage is not the one it knows.
`TOLERATED` lists the departures from the grammar of RDF/XML and from the model of CC/PP that have one obvious reading; the parser
and the reader know that reading, the table says that it may be used. A caller who wants the specifications' own language passes
an empty set instead.

Repairs only ever add or blank out: they never drop a value, and healthy bytes are never changed, since nothing is mended until
expat has refused the document.
"""

from __future__ import annotations

import codecs
import re
from types import MappingProxyType
from typing import TYPE_CHECKING
from xml.parsers import expat

from ccpp.diagnostics import Diagnostic
from ccpp.reading.failure import Failure, Mended, blank, find_failure
from ccpp.reading.rdfxml import lookup_charset
from ccpp.reading.tags import (
    close_truncated,
    declare_prefix,
    drop_repeated_attribute,
    mend_end_tag,
    mend_tag,
    quote_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable

#: Repairs of one document. Damage comes in few kinds but many places: one browser copy has a marker on every element.
MAX_REPAIRS = 64

#: Departures that have one obvious reading; codes of `ccpp.diagnostics.DIAGNOSTICS`.
TOLERATED = frozenset(
    {
        "rdf-embedded",
        "rdf-namespace-misspelt",
        "rdf-attribute-unqualified",
        "rdf-attribute-misplaced",
        "rdf-id-not-a-name",
        "rdf-id-repeated",
        "rdf-name-misspelt",
        "attribute-without-namespace",
        "external-entity",
        "undefined-entity",
        "text-between-elements",
        "text-beside-container",
        "node-instead-of-property",
        "property-instead-of-node",
        "several-nodes-in-property",
    }
)


def mend(data: bytes) -> tuple[bytes, tuple[Diagnostic, ...]] | None:
    """Make the bytes well-formed XML; `None` where no row of `XML_REPAIRS` knows the damage."""
    data, diagnostics = _to_utf8(data)
    for _ in range(MAX_REPAIRS):
        failure = find_failure(data)
        if failure is None:
            return data, tuple(_distinct(diagnostics))
        for repair in XML_REPAIRS.get(failure.code, ()):
            mended = repair(data, failure)
            if mended is not None:
                data = mended.data
                diagnostics.append(mended.diagnostic)
                break
        else:
            return None
    return None


def _distinct(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    return list(dict.fromkeys(diagnostics))


#: What was meant to be an XML declaration, and the form that it should have. XML 1.0 §2.8.
_DECLARATION = re.compile(rb"<\?xml(?=[\s?>])[^<>]{0,1000}>", re.IGNORECASE)
_WELL_FORMED = re.compile(
    rb"""<\?xml \s+ version\s*=\s*(["'])1\.[0-9]+\1 (\s+ encoding\s*=\s*(["'])[A-Za-z][A-Za-z0-9._-]*\3)?
    (\s+ standalone\s*=\s*(["'])(yes|no)\5)? \s*\?>""",
    re.VERBOSE,
)
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
#: The marks of UTF-32 begin with those of UTF-16.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def _to_utf8(data: bytes) -> tuple[bytes, list[Diagnostic]]:
    """The same document in UTF-8, its XML declaration blanked out, so that white space may stand before it."""
    text, diagnostics = _decoded(data)
    data = text.encode(errors="replace")
    declaration = _DECLARATION.search(data)
    if declaration:
        if declaration.start():
            diagnostics.append(Diagnostic("leading-junk", 1, (str(declaration.start()),)))
        if not _WELL_FORMED.fullmatch(declaration[0]):
            diagnostics.append(_misplaced(data, declaration))
        data = blank(data[: declaration.end()]) + data[declaration.end() :]
    return data, diagnostics


def _decoded(data: bytes) -> tuple[str, list[Diagnostic]]:
    """Byte order mark, else declaration, else UTF-8, else ISO-8859-1, which decodes anything (T-28)."""
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    if encoding is None:
        declared = _ENCODING.search(data, 0, 1_000)
        encoding = declared[1].decode() if declared else "utf-8"
    try:
        text = data.decode(lookup_charset(encoding) or "unknown").removeprefix("\ufeff")
    except (UnicodeError, LookupError):
        text = ""
    if "<" in text:  # else what declares UTF-16 is not written in it
        return text, []
    try:
        return data.decode(), [Diagnostic("undecodable-text", 1, (encoding, "UTF-8"))]
    except UnicodeError:
        return data.decode("iso-8859-1"), [Diagnostic("undecodable-text", 1, (encoding, "ISO-8859-1"))]


def _misplaced(data: bytes, declaration: re.Match[bytes]) -> Diagnostic:
    shown = " ".join(declaration[0].decode(errors="replace").split())
    return Diagnostic("xml-declaration-malformed", 1 + data.count(b"\n", 0, declaration.start()), (shown,))


# Rows. Each takes the bytes and the failure.


def drop_leading_junk(data: bytes, failure: Failure) -> Mended | None:
    """T-01: text before the first element, such as rows of asterisks."""
    start = data.find(b"<")
    if failure.open_elements or start < 0 or failure.offset > start or not data[:start].strip():
        return None
    blanked = blank(data[:start]) + data[start:]
    return Mended(blanked, Diagnostic("leading-junk", 1, (str(len(data[:start].strip())),)))


_TREE_MARKER = re.compile(rb"(?m)^([ \t]*)[-+](?=[ \t]*<)|(?<=[ \t])\(View Source for full doctype\.\.\.\)")


def drop_tree_markers(data: bytes, failure: Failure) -> Mended | None:
    """T-01: a copy out of a browser's tree view has `- ` before each element that can be folded."""
    if failure.open_elements or not _TREE_MARKER.search(data, 0, failure.offset + 200):
        return None
    return Mended(_TREE_MARKER.sub(lambda found: blank(found[0]), data), Diagnostic("tree-markers", failure.line))


def drop_trailing_junk(data: bytes, failure: Failure) -> Mended | None:
    """Anything after the document element: text, padding with NUL, another document."""
    if not failure.ended:
        return None
    rest = data[failure.ended :].strip()
    return Mended(data[: failure.ended], Diagnostic("trailing-junk", failure.line, (str(len(rest)),)))


def drop_declaration(data: bytes, failure: Failure) -> Mended | None:
    """An XML declaration after another one."""
    found = _DECLARATION.match(data, failure.offset)
    if not found:
        return None
    return Mended(data[: found.start()] + blank(found[0]) + data[found.end() :], _misplaced(data, found))


#: What XML refuses in text, and what stands for it.
_HARMFUL = (
    (re.compile(rb"&(?!(#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z_:][\w.:-]{0,60});)"), b"&amp;"),
    (re.compile(rb"<(?=[\s0-9=<>])"), b"&lt;"),
    (re.compile(rb"--(?!>)"), b"- "),
    (re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]"), b" "),
)
#: Comments and CDATA sections, where characters stand for themselves; possessive, so that the time is linear.
_VERBATIM = rb"<!--(?:[^-]++|-(?!->))*+(?:-->|\Z)|<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+(?:\]\]>|\Z)"


def escape_character(data: bytes, failure: Failure) -> Mended | None:
    """A bare `&` or `<` in text, two hyphens in a comment, a control character: this one, and all like it that follow."""
    if not failure.open_elements and b"<!--" not in data[: failure.offset]:
        return None
    # expat gives up behind the name in `R&D department`, whatever its length.
    ampersand = data.rfind(b"&", max(0, failure.offset - 70), failure.offset)
    for place in (*range(max(0, failure.offset - 2), min(len(data), failure.offset + 2)), max(0, ampersand)):
        for harmful, harmless in _HARMFUL:
            found = harmful.match(data, place)
            if found and (harmless != b"- " or _in_comment(data, place)):
                shown = ascii(found[0].decode()).strip("'")
                rest = data[found.end() :]
                if harmless != b"- ":  # hyphens of comments are found one by one, where comments are
                    rest = _replaced(rest, harmful.pattern, harmless)
                mended = data[:place] + harmless + rest
                return Mended(mended, Diagnostic("unescaped-character", failure.line, (shown,)))
    return None


def _replaced(data: bytes, harmful: bytes, harmless: bytes) -> bytes:
    """The bytes with every match of a pattern replaced outside of comments and CDATA sections."""
    either = re.compile(_VERBATIM + rb"|(?P<harmful>" + harmful + rb")")
    return either.sub(lambda found: found[0] if found["harmful"] is None else harmless, data)


_CHARACTER = re.compile(rb"&#(?:[0-9]{1,40}|x[0-9A-Fa-f]{1,40});")


def blank_character(data: bytes, failure: Failure) -> Mended | None:
    """A reference to a character that XML does not have, such as `&#27;`."""
    found = _CHARACTER.match(data, failure.offset)
    if not found:
        return None
    mended = data[: found.start()] + _replaced(data[found.start() :], re.escape(found[0]), b" ")
    return Mended(mended, Diagnostic("unescaped-character", failure.line, (found[0].decode(),)))


def _in_comment(data: bytes, place: int) -> bool:
    return data.rfind(b"<!--", 0, place) > data.rfind(b"-->", 0, place)


_REFERENCE = re.compile(rb"&([A-Za-z_:][\w.:-]{0,60});")


def define_entity(data: bytes, failure: Failure) -> Mended | None:
    """`&nbsp;` and its like, which only HTML defines; any other stays visible as text."""
    found = _REFERENCE.search(data, failure.offset)
    if not found:
        return None
    from html.entities import html5  # noqa: PLC0415  two thousand names that one profile in a thousand needs

    name = found[1].decode()
    meant = html5.get(f"{name};", f"&amp;{name};").encode()
    mended = data[: found.start()] + _replaced(data[found.start() :], re.escape(found[0]), meant)
    return Mended(mended, Diagnostic("undefined-entity", failure.line, (name,)))


_CODES = expat.errors.codes

#: expat's error code → the repairs to try, in order.
XML_REPAIRS: MappingProxyType[int, tuple[Callable[[bytes, Failure], Mended | None], ...]] = MappingProxyType(
    {
        _CODES[expat.errors.XML_ERROR_SYNTAX]: (drop_tree_markers, drop_leading_junk),
        _CODES[expat.errors.XML_ERROR_INVALID_TOKEN]: (
            drop_trailing_junk,
            drop_tree_markers,
            drop_leading_junk,
            mend_tag,
            escape_character,
            quote_value,
        ),
        _CODES[expat.errors.XML_ERROR_BAD_CHAR_REF]: (blank_character,),
        _CODES[expat.errors.XML_ERROR_MISPLACED_XML_PI]: (drop_trailing_junk, drop_declaration),
        _CODES[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]: (drop_trailing_junk,),
        _CODES[expat.errors.XML_ERROR_TAG_MISMATCH]: (mend_end_tag,),
        _CODES[expat.errors.XML_ERROR_UNCLOSED_TOKEN]: (close_truncated,),
        _CODES[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION]: (close_truncated,),
        _CODES[expat.errors.XML_ERROR_PARTIAL_CHAR]: (close_truncated,),
        _CODES[expat.errors.XML_ERROR_NO_ELEMENTS]: (close_truncated,),
        _CODES[expat.errors.XML_ERROR_UNDEFINED_ENTITY]: (define_entity,),
        _CODES[expat.errors.XML_ERROR_UNBOUND_PREFIX]: (declare_prefix,),
        _CODES[expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE]: (drop_repeated_attribute,),
    }
)
