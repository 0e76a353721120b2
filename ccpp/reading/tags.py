"""Repairs of tags: rows of `ccpp.reading.repairs.XML_REPAIRS` for what is wrong with the tags of a document that is no well-formed XML."""

from __future__ import annotations

import re
from types import MappingProxyType

from ccpp.diagnostics import Diagnostic
from ccpp.reading.failure import Failure, Mended, Open, blank
from ccpp.reading.rdf import RDF

#: The namespace that a prefix stands for where a document uses it without declaring it.
PREFIXES = MappingProxyType(
    {
        "rdf": RDF,
        "ccpp": "http://www.w3.org/2002/11/08-ccpp-schema#",
        "prf": "http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20021212#",
        "mms": "http://www.openmobilealliance.org/tech/profiles/MMS/ccppschema-20050301-MMS1.2#",
        "pss": "http://www.3gpp.org/profiles/PSS/ccppschema-PSS5#",
        "pss5": "http://www.3gpp.org/profiles/PSS/ccppschema-PSS5#",
        "pss6": "http://www.3gpp.org/profiles/PSS/ccppschema-PSS6#",
    }
)

#: Elements that stand alone in their parent: what holds one has ended behind it.
_NODES = frozenset({"Bag", "Seq", "Alt", "Description"})

_END_TAG = re.compile(rb"</\s*([^\s<>]{1,200})\s*>")


def mend_end_tag(data: bytes, failure: Failure) -> Mended | None:
    """An end tag of another name: an element was not closed, its end tag is misnamed, or the end tag closes nothing."""
    found = _END_TAG.search(data, max(0, failure.offset - 210), failure.offset + 210)
    while found and found.end() <= failure.offset:
        found = _END_TAG.search(data, found.end(), failure.offset + 210)
    if not found or not failure.open_elements:
        return None
    due, written = failure.open_elements[-1], found[1].decode(errors="replace")
    due_tag = f"</{due.name}>".encode()
    details = Diagnostic("mismatched-tag", failure.line, (due.name, written))
    if any(one.name == written for one in failure.open_elements):
        place = min(_end_of(data, due) or found.start(), found.start())
        return Mended(data[:place] + due_tag + data[place:], details)
    if data.rfind(b"<", 0, found.start()) == due.start:
        return Mended(data[: found.start()] + due_tag + data[found.end() :], details)
    return _stray(data, found, failure.line)


def _end_of(data: bytes, element: Open) -> int | None:
    """Where an element ended that was never closed, as far as what it holds can tell: behind its text, or behind its only child."""
    text_start = data.find(b">", element.start) + 1
    text_end = data.find(b"<", text_start)
    if data[text_start:text_end].strip():
        return text_end
    return element.child_end if element.child.rpartition(":")[2] in _NODES and element.child_end else None


def _stray(data: bytes, found: re.Match[bytes], line: int) -> Mended:
    """An end tag that closes nothing: its start tag is missing before the text in front of it, or it is one too many."""
    text_start = data.rfind(b">", 0, found.start()) + 1
    name = found[1].decode(errors="replace")
    if data[text_start : found.start()].strip():
        opened = data[:text_start] + b"<" + found[1] + b">" + data[text_start:]
        return Mended(opened, Diagnostic("end-tag-stray", line, (name, "opened it before its text")))
    return Mended(
        data[: found.start()] + blank(found[0]) + data[found.end() :], Diagnostic("end-tag-stray", line, (name, "dropped it"))
    )


def close_truncated(data: bytes, failure: Failure) -> Mended | None:
    """The document ends in the middle: keep what is complete and close what is open."""
    if not failure.open_elements:
        return None
    complete = data[: failure.offset]
    closing = "".join(f"</{one.name}>" for one in reversed(failure.open_elements)).encode()
    return Mended(complete + closing, Diagnostic("truncated", failure.line, (failure.open_elements[-1].name,)))


_UNCLOSED = re.compile(rb"</([A-Za-z_][\w.:-]{0,200})(?=\s{0,200}<)")
_SPACED = re.compile(rb"<\s{1,200}/\s{0,200}([A-Za-z_][\w.:-]{0,200})\s{0,200}>")


def mend_tag(data: bytes, failure: Failure) -> Mended | None:
    """An end tag without its `>`, or with blanks inside `</`."""
    start = data.rfind(b"<", 0, failure.offset)
    for place in (failure.offset, start):
        found = _SPACED.match(data, max(0, place)) or _UNCLOSED.match(data, max(0, place))
        if found:
            tag = b"</" + found[1] + b">"
            mended = data[: found.start()] + tag + data[found.end() :]
            return Mended(mended, Diagnostic("tag-malformed", failure.line, (found[0].decode(), tag.decode())))
    return None


#: Bytes of a tag that is looked into; the longest of real profiles declares its namespaces in 900.
_LONGEST_TAG = 20_000

_MISQUOTED = re.compile(
    rb"""(?P<name>\s[A-Za-z_][\w.:-]{0,200}\s*=\s*)
    (?: (?P<right>"[^"<>]*"|'[^'<>]*') | (?:"|'|\xe2\x80[\x9c\x9d])? (?P<value>[^\s"'<>\xe2]{1,1000}?) (?:"|'|\xe2\x80[\x9c\x9d])? (?=\s|/?>) )""",
    re.VERBOSE,
)


def quote_value(data: bytes, failure: Failure) -> Mended | None:
    """Values of attributes without quotes, with one, or with typographic ones."""
    start = data.rfind(b"<", 0, failure.offset)
    end = data.find(b">", start, start + _LONGEST_TAG)
    if start < 0 or end < 0:
        return None
    names: list[str] = []

    def quoted(found: re.Match[bytes]) -> bytes:
        if found["right"] is not None:
            return found[0]
        names.append(found["name"].decode().strip(" \t\r\n="))
        return found["name"] + b'"' + found["value"] + b'"'

    mended = _MISQUOTED.sub(quoted, data[start : end + 1])
    if not names:
        return None
    return Mended(data[:start] + mended + data[end + 1 :], Diagnostic("attribute-unquoted", failure.line, (names[0],)))


_PREFIX_USE = re.compile(rb"[<\s/]([A-Za-z_][\w.-]{0,60}):[A-Za-z_]")
_ROOT_TAG = re.compile(rb"<(?![!?])[^\s<>/]+")


def declare_prefix(data: bytes, failure: Failure) -> Mended | None:
    """A prefix without a namespace declaration: the one it is known by, or one that no vocabulary knows."""
    root = _ROOT_TAG.search(data)
    if not root:
        return None
    tag_end = data.find(b">", failure.offset)
    for found in _PREFIX_USE.finditer(data, max(0, failure.offset - 1), tag_end if tag_end > 0 else len(data)):
        prefix = found[1].decode()
        if prefix not in {"xml", "xmlns"} and not re.search(rf"\sxmlns:{re.escape(prefix)}\s*=".encode(), data):
            declaration = f' xmlns:{prefix}="{PREFIXES.get(prefix.lower(), f"urn:undeclared:{prefix}#")}"'.encode()
            mended = data[: root.end()] + declaration + data[root.end() :]
            return Mended(mended, Diagnostic("undeclared-prefix", failure.line, (prefix,)))
    return None


_ATTRIBUTE = re.compile(rb"""\s([^\s=<>"'/]{1,200})\s*=\s*("[^"<]*"|'[^'<]*')""")


def drop_repeated_attribute(data: bytes, failure: Failure) -> Mended | None:
    """One attribute twice in a tag: the first stands."""
    start = data.rfind(b"<", 0, failure.offset + 1)
    end = data.find(b">", failure.offset)
    seen: set[bytes] = set()
    for found in _ATTRIBUTE.finditer(data, start, end):
        if found[1] in seen:
            name = found[1].decode(errors="replace")
            mended = data[: found.start()] + blank(found[0]) + data[found.end() :]
            return Mended(mended, Diagnostic("repeated-xml-attribute", failure.line, (name,)))
        seen.add(found[1])
    return None
