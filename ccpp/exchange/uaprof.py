"""Profiles in WBXML, media type `application/vnd.wap.uaprof` (WAP-248 §8): RDF/XML to bytes and back.

Tokens exist for two namespaces, RDF and the UAProf schema of 20010430, under the prefixes `rdf` and `prf`; names of any other
namespace go as literals under a prefix of their own. A token and a literal of the same spelling mean the same. The public
identifier says nothing: the one in WAP-248's samples belongs to Service Indication.

What RDF does not hold is not carried: comments, processing instructions, and white space between elements.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from ccpp.errors import NotXml, ProfileTooLarge
from ccpp.reading import MAX_DOCUMENT
from ccpp.reading.rdf import RDF
from ccpp.reading.rdfxml import SEPARATOR, parse_rdfxml
from ccpp.reading.repairs import TOLERATED
from ccpp.vocabulary import vocabulary_folder
from ccpp.wbxml.decoding import decode_wbxml
from ccpp.wbxml.document import UTF_8, WBXML_1_1, Document, Element, WbxmlError
from ccpp.wbxml.encoding import Strings, Values, encode_wbxml
from ccpp.wbxml.tokens import TokenTable, read_token_table

if TYPE_CHECKING:
    from ccpp.wbxml.document import Content

MEDIA_TYPE = "application/vnd.wap.uaprof"
#: The only schema that has tokens.
UAPROF = "http://www.wapforum.org/profiles/UAPROF/ccppschema-20010430#"
_XML = "http://www.w3.org/XML/1998/namespace"
_TOKEN_PREFIXES = {RDF: "rdf", UAPROF: "prf"}

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[^\W\d][\w.\-\u00b7]*(?::[^\W\d][\w.\-\u00b7]*)?")
_IN_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_IN_VALUES = str.maketrans({**_IN_TEXT, '"': "&quot;", "\t": "&#9;", "\n": "&#10;"})
_IN_TEXTS = str.maketrans(_IN_TEXT)


@lru_cache(maxsize=1)
def uaprof_tokens() -> TokenTable:
    """The tokens of WAP-248 §8."""
    file = vocabulary_folder() / "wbxml" / "uaprof.csv"
    return read_token_table(file.read_text("utf-8"), source=file.name)


# WBXML to XML.


def decode_uaprof(data: bytes) -> bytes:
    """The RDF/XML document, in UTF-8, that a profile in WBXML stands for.

    Raises:
        WbxmlError: the bytes are no WBXML, use unknown tokens, or stand for a document that is not well-formed.
    """
    root = decode_wbxml(data, uaprof_tokens()).root
    declared = {name for name, _ in root.attributes}
    missing = ((f"xmlns:{prefix}", uri) for uri, prefix in _TOKEN_PREFIXES.items() if f"xmlns:{prefix}" not in declared)
    root = root._replace(attributes=(*missing, *root.attributes))
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    _write(root, parts)
    document = ("".join(parts) + "\n").encode()
    try:
        expat.ParserCreate(namespace_separator=SEPARATOR).Parse(document, True)  # noqa: FBT003  expat takes no keywords
    except expat.ExpatError as error:
        raise WbxmlError(f"the document is not well-formed: {expat.ErrorString(error.code)}") from None
    return document


def _write(element: Element, parts: list[str]) -> None:
    """The element as XML, added to what is written already."""
    parts.append(f"<{_checked(element.name)}")
    parts += (f' {_checked(name)}="{_characters(value).translate(_IN_VALUES)}"' for name, value in element.attributes)
    if not element.content:
        parts.append("/>")
        return
    parts.append(">")
    for piece in element.content:
        if isinstance(piece, Element):
            _write(piece, parts)
        elif isinstance(piece, str):
            parts.append(_characters(piece).translate(_IN_TEXTS))
        elif isinstance(piece, bytes):
            raise WbxmlError(f"opaque data in `{element.name}`, which no profile holds")
    parts.append(f"</{element.name}>")


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise WbxmlError(f"`{name[:40]!a}` is no XML name")
    return name


def _characters(text: str) -> str:
    found = _NOT_XML.search(text)
    if found:
        raise WbxmlError(f"a text holds {ord(found[0]):#x}, which is no character of XML")
    return text


# XML to WBXML.


def encode_uaprof(document: bytes, *, charset: int = UTF_8) -> bytes:
    """A profile in WBXML 1.1, with a string table for what repeats.

    Args:
        document: RDF/XML, well-formed: nothing is repaired here.
        charset: MIBenum of the charset to write; what it does not have goes as entities.

    Raises:
        ProfileError: the document is not well-formed XML, not RDF, too large, or refers to an external entity.
        WbxmlError: the charset is unknown, or does not have the characters of a name.
    """
    if len(document) > MAX_DOCUMENT:
        raise ProfileTooLarge(f"{len(document)} bytes, more than {MAX_DOCUMENT}", hint="no real profile comes near it")
    try:
        # The reader's own bounds on depth, size and entities hold here too, since it goes first.
        parse_rdfxml(document, "urn:ccpp:wbxml", TOLERATED - {"external-entity"})
        root = _Tree().read(document)
    except expat.ExpatError as error:
        raise NotXml(
            f"not XML: {expat.ErrorString(error.code)}", line=error.lineno, hint="a profile is an RDF/XML document"
        ) from None
    tree = Document(root, version=WBXML_1_1, charset=charset)
    return encode_wbxml(tree, uaprof_tokens(), strings=Strings.SHARED, values=Values.PARTS)


class _Open(NamedTuple):
    """An element that is not closed yet; in an XML literal white space says something."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    content: list[Content]
    literal: bool


class _Tree:
    """An XML document as a tree, its names under prefixes that are unique in it."""

    def __init__(self) -> None:
        self.prefixes = {**_TOKEN_PREFIXES, _XML: "xml"}
        self.taken = set(self.prefixes.values())
        self.fresh = 0
        self.used: dict[str, str] = {}
        self.open = [_Open("", (), [], literal=False)]  # the document itself, whose content will be the root

    def read(self, document: bytes) -> Element:
        parser = expat.ParserCreate(namespace_separator=SEPARATOR)
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.ordered_attributes = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.SkippedEntityHandler = self.skipped
        parser.Parse(document, True)  # noqa: FBT003  expat takes no keywords
        [root] = (piece for piece in self.open[0].content if isinstance(piece, Element))
        declarations = ((f"xmlns:{prefix}", uri) for uri, prefix in self.used.items() if uri != _XML)
        return root._replace(attributes=(*declarations, *root.attributes))

    def start(self, name: str, attributes: list[str]) -> None:
        pairs = tuple((self.name(attributes[at]), attributes[at + 1]) for at in range(0, len(attributes), 2))
        literal = self.open[-1].literal or ("rdf:parseType", "Literal") in pairs
        self.open.append(_Open(self.name(name), pairs, [], literal))

    def end(self, _name: str) -> None:
        name, attributes, content, literal = self.open.pop()
        if not literal and any(isinstance(piece, Element) for piece in content):
            content = [piece for piece in content if not isinstance(piece, str) or piece.strip(" \t\r\n")]
        self.open[-1].content.append(Element(name, attributes, tuple(content)))

    def text(self, data: str) -> None:
        content = self.open[-1].content
        if content and isinstance(content[-1], str):
            content[-1] += data
        else:
            content.append(data)

    def skipped(self, name: str, _is_parameter: bool) -> None:  # noqa: FBT001  expat's signature
        raise NotXml(f"not XML: undefined entity `{name}`", hint="external definitions are not fetched")

    def name(self, name: str) -> str:
        """A name of expat's, namespace, local name and prefix with blanks between, under the prefix that its namespace has here."""
        uri, _, rest = name.partition(SEPARATOR)
        if not rest:
            return name
        local, _, prefix = rest.partition(SEPARATOR)
        if uri not in self.prefixes:
            while not prefix or prefix in self.taken:
                self.fresh += 1
                prefix = f"n{self.fresh}"
            self.prefixes[uri] = prefix
            self.taken.add(prefix)
        own = self.used[uri] = self.prefixes[uri]
        return f"{own}:{local}"
