"""RDF/XML to statements, each with its line: the whole grammar of RDF 1.1 XML Syntax, with a word for each departure from it.

Strategy
--------
expat reads the XML; its events drive a stack of frames, one for each open element: a *node* frame collects properties of a
subject, a *property* frame waits for the object. Statements leave in document order. Nothing is kept but the statements.

Where a document departs from the grammar and one reading is obvious, the parser asks `tolerate` with the code of the departure:
that either notes it, and the parser goes on with that reading, or raises, when the caller wants the strict language. Which
departures are tolerated is data (`ccpp.reading.repairs`).

Safety: no external entity is ever fetched; the size of entities, the depth, the text and the number of statements are bounded,
so time and memory are linear in the input.
"""

from __future__ import annotations

import re
from codecs import lookup
from typing import TYPE_CHECKING, TypeAlias
from xml.parsers import expat

from ccpp.diagnostics import DIAGNOSTICS, Diagnostic
from ccpp.errors import NotRdf, ProfileError, ProfileTooLarge
from ccpp.reading.rdf import MEMBERS, RDF, Literal, Node, Statement

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

_XML = "http://www.w3.org/XML/1998/namespace"

#: Element depth. A profile needs 7; W3C's deepest form of one needs 9.
MAX_DEPTH = 64
#: Expanded size of one entity in characters. Real profiles declare namespace URIs as entities, up to 80 characters.
MAX_ENTITY = 1_024
#: Characters of text, attributes and elements that a document with entities may come to. Without entities its own size bounds it.
MAX_EXPANDED = 4 * 1_048_576
#: What an element counts towards it, about what its statement costs.
_ELEMENT_SIZE = 40

#: What expat puts between a namespace and a name: a character that XML cannot hold, because it refuses a namespace that has it, and real
#: ones have blanks.
SEPARATOR = "\x1f"

#: Spellings of the RDF namespace that stand for it (1999 drafts, and what generators made of it).
RDF_NAMESPACES = frozenset(
    {
        "http://www.w3.org/1999/02/22-rdf-syntax-ns",
        "http://www.w3.org/TR/1999/02/22-rdf-syntax-ns#",
        "http://www.w3.org/TR/1999/02/22-rdf-syntax-ns##",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns##",
        "http://www.w3.org/TR/WD-rdf-syntax#",
        "http://www.w3.org/TR/1999/PR-rdf-syntax-19990105#",
        "https://www.w3.org/1999/02/22-rdf-syntax-ns#",
    }
)
#: What expat calls an encoding that it does not read.
UNKNOWN_ENCODING = expat.errors.codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING]

_ENCODING = re.compile(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]{1,200}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
#: Python's codecs of text that are no character sets.
_NO_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"})

_LI = RDF + "li"
_ID, _ABOUT, _NODE_ID, _RESOURCE = RDF + "ID", RDF + "about", RDF + "nodeID", RDF + "resource"
_TYPE, _DESCRIPTION, _DATATYPE, _PARSE_TYPE = RDF + "type", RDF + "Description", RDF + "datatype", RDF + "parseType"
_SYNTAX_TERMS = frozenset(
    RDF + term
    for term in "RDF ID about parseType resource nodeID datatype aboutEach aboutEachPrefix bagID".split()  # noqa: SIM905
)
_NOT_A_NODE = _SYNTAX_TERMS | {_LI}
_NOT_A_PROPERTY = _SYNTAX_TERMS | {RDF + "Description"}
_UNQUALIFIED = frozenset({"ID", "about", "resource", "parseType", "type"})

_NCNAME = re.compile(r"[^\W\d][\w.\-\u00b7]*")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_ENTITY_REFERENCE = re.compile(r"&([^#;&\s][^;&\s]*);")
_SPACE = " \t\r\n"

# Building a NamedTuple by its tuple costs half of calling its class, and a profile has hundreds.
_build = tuple.__new__


def lookup_charset(name: str) -> str | None:
    """Python's name of a character set; `None` for an unknown one, and for codecs of text that are none."""
    try:
        codec = lookup(name)
    except LookupError:
        return None
    return codec.name if codec._is_text_encoding and codec.name not in _NO_CHARSETS else None  # noqa: SLF001  the only way to ask


def _unknown_encoding() -> expat.ExpatError:
    error = expat.ExpatError(expat.ErrorString(UNKNOWN_ENCODING))
    error.code, error.lineno, error.offset = UNKNOWN_ENCODING, 1, 0
    return error


class _NodeFrame:
    """An open node element: `subject` is described, `members` counts its `rdf:li`."""

    __slots__ = ("members", "subject")

    def __init__(self, subject: Node) -> None:
        self.subject = subject
        self.members = 0

    def next_member(self) -> str:
        """The property that the next `rdf:li` stands for. RDF/XML §7.4."""
        self.members += 1
        return MEMBERS[self.members - 1] if self.members <= len(MEMBERS) else f"{RDF}_{self.members}"


#: An open property that has said nothing but its name, as most do: subject, predicate, line. Its object will be its text.
_PlainProperty: TypeAlias = tuple[Node, str, int]


class _PropertyFrame:
    """An open property element that has attributes or holds nodes; what few of them have stands in the class."""

    datatype: str | None = None
    identifier: Node | None = None
    done = False
    collection = False
    tail: Node | None = None  # the last cell of a collection
    implicit: _NodeFrame | None = None  # the container that its `rdf:li` lack

    def __init__(self, subject: Node, predicate: str, line: int) -> None:
        self.subject = subject
        self.predicate = predicate
        self.line = line


class _XmlLiteral:
    """The content of a `parseType="Literal"`, written out again with prefixes of our own. RDF/XML §7.2.17."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.open: list[str] = []

    def start(self, name: str, attributes: list[str], text: str) -> None:
        self.parts.append(_escape(text))
        namespace, _, local = name.rpartition(SEPARATOR)
        declaration = f" xmlns={_quote(namespace)}" if namespace else ""
        for index in range(0, len(attributes), 2):
            attribute_namespace, _, attribute = attributes[index].rpartition(SEPARATOR)
            prefix = f"a{index}" if attribute_namespace else ""
            declaration += f" xmlns:{prefix}={_quote(attribute_namespace)}" if prefix else ""
            declaration += f" {prefix + ':' if prefix else ''}{attribute}={_quote(attributes[index + 1])}"
        self.parts.append(f"<{local}{declaration}>")
        self.open.append(local)

    def end(self, text: str) -> None:
        self.parts.append(f"{_escape(text)}</{self.open.pop()}>")


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _quote(text: str) -> str:
    return '"' + _escape(text).replace('"', "&quot;") + '"'


def parse_rdfxml(data: bytes, base: str, tolerated: AbstractSet[str]) -> tuple[list[Statement], list[Diagnostic]]:
    """The statements of an RDF/XML document in document order, and the departures from the grammar that were tolerated.

    `base` is the URI of the document; `tolerated` are the codes of departures to note instead of refusing the document.

    Raises:
        xml.parsers.expat.ExpatError: the bytes are not well-formed XML.
        NotRdf: they are, but the document element is no RDF.
        ProfileTooLarge: a bound was passed.
        ProfileError: a departure from the grammar (RDF 1.1 XML Syntax §7) that is not tolerated.
    """
    parser = _Parser(base, tolerated)
    try:
        parser.parse(data)
    finally:
        if parser.outside is not None:
            raise parser.outside from None
    return parser.statements, parser.diagnostics


class _Parser:
    """The state of one document."""

    def __init__(self, base: str, tolerated: AbstractSet[str]) -> None:
        self.statements: list[Statement] = []
        self.diagnostics: list[Diagnostic] = []
        self.tolerated = tolerated
        self.base = base
        self.language: str | None = None
        self.stack: list[_NodeFrame | _PropertyFrame | _PlainProperty | None] = []
        self.scopes: list[tuple[int, str, str | None]] = []  # depth at which xml:base or xml:lang was set, values before
        self.text = ""
        self.text_size = 0
        self.names: dict[str, str] = {}
        self.attribute_names: dict[str, str] = {}
        self.identifiers: set[str] = set()
        self.entities: dict[str, int] = {}
        self.blanks = 0
        self.literal: _XmlLiteral | None = None
        self.outside: NotRdf | None = None  # what is wrong with a document element that is no RDF, until RDF is found in it
        self.expat = expat.ParserCreate(namespace_separator=SEPARATOR)

    def parse(self, data: bytes) -> None:
        reader = self.expat
        reader.buffer_text = True
        reader.ordered_attributes = True
        reader.StartElementHandler = self.start
        reader.EndElementHandler = self.end
        reader.CharacterDataHandler = self.characters
        reader.EntityDeclHandler = self.declare_entity
        reader.ExternalEntityRefHandler = self.skip_external
        reader.SkippedEntityHandler = self.skip_undefined
        declared = _ENCODING.match(data)
        if declared and lookup_charset(declared[1].decode()) is None:
            raise _unknown_encoding()
        try:
            reader.Parse(data, True)  # noqa: FBT003  expat takes no keywords
        except (LookupError, ValueError):
            # What Python says of a declared encoding that it does not know, or that has several bytes a character.
            if self.names:
                raise
            raise _unknown_encoding() from None

    # What may go wrong.

    def tolerate(self, code: str, *details: str, line: int | None = None) -> None:
        line = self.expat.CurrentLineNumber if line is None else line
        diagnostic = Diagnostic(code, line, details)
        if code not in self.tolerated:
            raise ProfileError(f"{diagnostic.message} [{code}: {DIAGNOSTICS[code].reference}]", line=line)
        self.diagnostics.append(diagnostic)

    def too_large(self, what: str, bound: int) -> ProfileTooLarge:
        return ProfileTooLarge(f"more than {bound} {what}", line=self.expat.CurrentLineNumber, hint="no real profile needs it")

    def declare_entity(
        self,
        name: str,
        is_parameter: bool,  # noqa: FBT001  expat's signature
        value: str | None,
        _base: str | None,
        system: str,
        _public: str | None,
        _notation: str | None,
    ) -> None:
        if value is None:
            self.tolerate("external-entity", name, system)
            return
        # An entity may only use those declared before it, so its expanded size is known at once.
        size = len(value) + sum(self.entities.get(used, MAX_ENTITY) for used in _ENTITY_REFERENCE.findall(value))
        if size > MAX_ENTITY and not is_parameter:
            raise self.too_large(f"characters in entity `{name}` once expanded", MAX_ENTITY)
        self.entities[name] = size
        self.expat.CharacterDataHandler = self.characters_counted
        self.expat.StartElementHandler = self.start_counted

    def skip_external(self, _context: str, _base: str | None, _system: str | None, _public: str | None) -> int:
        """A reference to an external entity, whose declaration was noted, stands for nothing."""
        return 1

    def skip_undefined(self, name: str, is_parameter: bool) -> None:  # noqa: FBT001  expat's signature
        """A reference to an entity that only a document that is not fetched can define: what HTML means by it, else its own text."""
        if not is_parameter:
            from html.entities import html5  # noqa: PLC0415  two thousand names that one profile in a thousand needs

            self.tolerate("undefined-entity", name)
            self.text += html5.get(f"{name};", f"&{name};")

    # Names.

    def uri(self, name: str) -> str:
        """The URI of an element or attribute name as expat gives it; RDF's own misspellings are read as meant."""
        known = self.names.get(name)
        if known is None:
            known = self.names[name] = self.classify(name)
        return known

    def classify(self, name: str) -> str:
        namespace, _, local = name.rpartition(SEPARATOR)
        if namespace in RDF_NAMESPACES:
            if "rdf-namespace-misspelt" not in {diagnostic.code for diagnostic in self.diagnostics}:
                self.tolerate("rdf-namespace-misspelt", namespace)
            namespace = RDF
        return namespace + local

    def resolve(self, reference: str) -> str:
        if reference.startswith("#"):
            return self.base.partition("#")[0] + reference
        if _SCHEME.match(reference):
            return reference
        from urllib.parse import urldefrag, urljoin  # noqa: PLC0415  most profiles hold no relative reference

        try:
            return urljoin(self.base, reference) if reference else urldefrag(self.base).url
        except ValueError:
            return reference

    def blank(self) -> Node:
        self.blanks += 1
        return f"_:{self.blanks}"

    def identify(self, identifier: str) -> Node:
        """The URI of an `rdf:ID` or `rdf:bagID`. RDF/XML §5.2, §6.1.8."""
        if not _NCNAME.fullmatch(identifier):
            self.tolerate("rdf-id-not-a-name", identifier)
        uri = self.resolve("#" + identifier)
        if uri in self.identifiers:
            self.tolerate("rdf-id-repeated", identifier)
        self.identifiers.add(uri)
        return uri

    # Events.

    def characters(self, data: str) -> None:
        self.text += data

    def characters_counted(self, data: str) -> None:
        self.count(len(data))
        self.text += data

    def start_counted(self, name: str, attributes: list[str]) -> None:
        self.count(_ELEMENT_SIZE + sum(map(len, attributes)))
        self.start(name, attributes)

    def count(self, size: int) -> None:
        self.text_size += size
        if self.text_size > MAX_EXPANDED:
            raise self.too_large("characters once its entities are expanded", MAX_EXPANDED)

    def start(self, name: str, attributes: list[str]) -> None:
        stack = self.stack
        if len(stack) >= MAX_DEPTH:
            raise self.too_large("levels of elements", MAX_DEPTH)
        if self.literal is not None:
            self.literal.start(name, attributes, self.text)
            self.text = ""
            stack.append(None)
            return
        if self.text:
            if self.text.strip(_SPACE):
                self.stray_text(beside=bool(stack) and isinstance(stack[-1], tuple | _PropertyFrame))
            self.text = ""
        uri = self.names.get(name) or self.uri(name)
        if not stack:
            self.document_element(name, uri, self.attributes(attributes))
            return
        parent = stack[-1]
        if isinstance(parent, _NodeFrame):
            if attributes or uri in _NOT_A_PROPERTY:
                self.property_element(parent, uri, self.attributes(attributes))
                return
            predicate = parent.next_member() if uri == _LI else uri
            stack.append((parent.subject, predicate, self.expat.CurrentLineNumber))
            return
        if isinstance(parent, tuple):
            parent = stack[-1] = _PropertyFrame(*parent)
        self.node_element(parent, uri, self.attributes(attributes))

    def end(self, _name: str) -> None:
        frame = self.stack.pop()
        text = self.text
        if isinstance(frame, tuple):
            subject, predicate, line = frame
            self.statements.append(_build(Statement, (subject, predicate, _build(Literal, (text, self.language, None)), line)))
        elif isinstance(frame, _PropertyFrame):
            self.end_property(frame)
        elif self.literal is not None:
            self.literal.end(text)
        elif text and text.strip(_SPACE):
            self.stray_text(beside=False)
        self.text = ""
        if self.scopes and self.scopes[-1][0] == len(self.stack):
            _, self.base, self.language = self.scopes.pop()

    def stray_text(self, *, beside: bool) -> None:
        shown = " ".join(self.text.split())[:40]
        self.tolerate("text-beside-container" if beside else "text-between-elements", shown)

    def attributes(self, pairs: list[str]) -> dict[str, str]:
        """The attributes by URI, `xml:base` and `xml:lang` taken out and put in force."""
        if len(pairs) == 2 and pairs[0] in self.attribute_names:  # noqa: PLR2004  one attribute, seen before, as most are
            return {self.attribute_names[pairs[0]]: pairs[1]}
        given: dict[str, str] = {}
        base, language = self.base, self.language
        for index in range(0, len(pairs), 2):
            name, value = pairs[index], pairs[index + 1]
            namespace, _, local = name.rpartition(SEPARATOR)
            if namespace == _XML:
                if local == "base":
                    base = self.resolve(value)
                elif local == "lang":
                    language = value or None
            elif namespace:
                uri = self.attribute_names[name] = self.uri(name)
                given[uri] = value
            elif local in _UNQUALIFIED:
                self.tolerate("rdf-attribute-unqualified", local)
                given[RDF + local] = value
            elif not local.lower().startswith("xml"):
                self.tolerate("attribute-without-namespace", local)
        if (base, language) != (self.base, self.language):
            self.scopes.append((len(self.stack), self.base, self.language))
            self.base, self.language = base, language
        return given

    # Productions, RDF/XML §7.2.

    def document_element(self, name: str, uri: str, given: dict[str, str]) -> None:
        if uri == RDF + "RDF":
            self.stack.append(None)
        elif uri.startswith(RDF) or any(attribute.startswith(RDF) for attribute in given):
            self.node_element(None, uri, given)
        else:
            root = name.rpartition(SEPARATOR)[2]
            what = "it is an HTML page" if root.lower() == "html" else f"the document element is `{root}`"
            self.outside = NotRdf(f"XML, but not RDF: {what}", line=self.expat.CurrentLineNumber)
            if "rdf-embedded" not in self.tolerated:
                raise self.outside
            self.search(root)

    def search(self, root: str) -> None:
        """Pass over a document element that is no RDF, but for the first `rdf:RDF` in it. RDF/XML §7.2.1 has RDF inside other XML."""
        reader = self.expat
        inside = reader.StartElementHandler, reader.EndElementHandler, reader.CharacterDataHandler
        open_elements = 1

        def start(name: str, attributes: list[str]) -> None:
            nonlocal open_elements
            if self.outside is not None and self.uri(name) == RDF + "RDF":
                self.outside = None
                self.tolerate("rdf-embedded", root)
                reader.StartElementHandler, _, reader.CharacterDataHandler = inside
                reader.EndElementHandler = end_inside
                self.start(name, attributes)
                return
            open_elements += 1
            if open_elements >= MAX_DEPTH:
                raise self.too_large("levels of elements", MAX_DEPTH)

        def end(_name: str) -> None:
            nonlocal open_elements
            open_elements -= 1

        def end_inside(name: str) -> None:
            self.end(name)
            if not self.stack:
                pass_over()

        def pass_over() -> None:
            reader.StartElementHandler, reader.EndElementHandler = start, end
            reader.CharacterDataHandler = lambda data: self.count(len(data))

        pass_over()

    def node_element(self, parent: _PropertyFrame | None, uri: str, given: dict[str, str]) -> None:
        """`nodeElement`, §7.2.11: a subject, its type, its property attributes."""
        line = self.expat.CurrentLineNumber
        if uri in _NOT_A_NODE:
            self.property_out_of_place(parent, uri, given)
            return
        if _ID in given:
            subject = self.identify(given.pop(_ID))
        elif _ABOUT in given:
            subject = self.resolve(given.pop(_ABOUT))
        elif _NODE_ID in given:
            subject = "_:" + given.pop(_NODE_ID)
        else:
            subject = self.blank()
        frame = _NodeFrame(subject)
        self.stack.append(frame)
        if parent is not None:
            self.link(parent, subject)
        if uri != _DESCRIPTION:
            self.statements.append(Statement(subject, _TYPE, uri, line))
        if given:
            self.property_attributes(subject, given, line)

    def property_out_of_place(self, parent: _PropertyFrame | None, uri: str, given: dict[str, str]) -> None:
        """A property where a node is due: `rdf:li` without its container is read as a member of a Bag."""
        local = uri[len(RDF) :]
        self.tolerate("property-instead-of-node", f"rdf:{local}")
        if parent is None or local != "li":
            self.stack.append(None)
            return
        if parent.implicit is None:
            parent.implicit = _NodeFrame(self.blank())
            self.link(parent, parent.implicit.subject)
            self.statements.append(Statement(parent.implicit.subject, _TYPE, RDF + "Bag", parent.line))
        self.property_element(parent.implicit, uri, given)

    def link(self, parent: _PropertyFrame, node: Node) -> None:
        """The node is the object of the open property; a second one is one more value."""
        if parent.collection:
            self.extend_collection(parent, node)
            return
        if parent.done:
            self.tolerate("several-nodes-in-property", parent.predicate)
        parent.done = True
        self.emit(parent, node)

    def extend_collection(self, parent: _PropertyFrame, node: Node) -> None:
        """One more item of a `parseType="Collection"`. §7.2.19."""
        cell = self.blank()
        if parent.tail is None:
            self.emit(parent, cell)
        else:
            self.statements.append(Statement(parent.tail, RDF + "rest", cell, parent.line))
        self.statements.append(Statement(cell, RDF + "first", node, parent.line))
        parent.tail, parent.done = cell, True

    def emit(self, frame: _PropertyFrame, value: Node | Literal) -> None:
        """The statement of a property, and its reification where the property has an ID. §7.3."""
        subject = frame.subject
        self.statements.append(_build(Statement, (subject, frame.predicate, value, frame.line)))
        if frame.identifier is not None:
            name, line = frame.identifier, frame.line
            self.statements += (
                Statement(name, _TYPE, RDF + "Statement", line),
                Statement(name, RDF + "subject", subject, line),
                Statement(name, RDF + "predicate", frame.predicate, line),
                Statement(name, RDF + "object", value, line),
            )

    def property_attributes(self, subject: Node, given: dict[str, str], line: int) -> None:
        """Attributes that state properties. §7.2.11, §7.2.21."""
        for uri, value in given.items():
            if uri == _TYPE:
                self.statements.append(Statement(subject, uri, self.resolve(value), line))
            elif uri in _NOT_A_PROPERTY or uri == _LI:
                self.tolerate("rdf-attribute-misplaced", "rdf:" + uri[len(RDF) :])
            else:
                self.statements.append(Statement(subject, uri, Literal(value, self.language), line))

    def property_element(self, owner: _NodeFrame, uri: str, given: dict[str, str]) -> None:
        """`propertyElt` with attributes, §7.2.14; one without is opened where it starts."""
        if uri in _NOT_A_PROPERTY:
            self.node_out_of_place(uri, given)
            return
        predicate = owner.next_member() if uri == _LI else uri
        frame = _PropertyFrame(owner.subject, predicate, self.expat.CurrentLineNumber)
        self.stack.append(frame)
        if given:
            self.property_with_attributes(frame, given)

    def node_out_of_place(self, uri: str, given: dict[str, str]) -> None:
        """A node where a property is due, such as a component without its link: described on its own, linked to nothing."""
        self.tolerate("node-instead-of-property", f"rdf:{uri[len(RDF) :]}")
        if uri == _DESCRIPTION:
            self.node_element(None, uri, given)
        else:
            self.stack.append(None)

    def property_with_attributes(self, frame: _PropertyFrame, given: dict[str, str]) -> None:
        """A property element that says more than its name. §7.2.14-7.2.21."""
        kind = given.pop(_PARSE_TYPE, None)
        if _ID in given:
            frame.identifier = self.identify(given.pop(_ID))
        if kind == "Resource":
            node = self.blank()
            self.link(frame, node)
            self.stack[-1] = _NodeFrame(node)
        elif kind == "Collection":
            frame.collection = True
        elif kind is not None:
            self.literal = _XmlLiteral()
            frame.datatype = RDF + "XMLLiteral"
        else:
            frame.datatype = given.pop(_DATATYPE, None)
            if given:
                self.empty_property(frame, given)

    def empty_property(self, frame: _PropertyFrame, given: dict[str, str]) -> None:
        """`emptyPropertyElt`, §7.2.21: the object is named, or a blank node, and further attributes describe it."""
        if _RESOURCE in given:
            node = self.resolve(given.pop(_RESOURCE))
        elif _NODE_ID in given:
            node = "_:" + given.pop(_NODE_ID)
        else:
            node = self.blank()
        self.link(frame, node)
        if given:
            self.property_attributes(node, given, frame.line)

    def end_property(self, frame: _PropertyFrame) -> None:
        """The object of a property that holds no node is its text. §7.2.16."""
        if self.literal is not None:
            self.text, self.literal = "".join((*self.literal.parts, _escape(self.text))), None
        if frame.collection:
            self.end_collection(frame)
        elif not frame.done:
            datatype = frame.datatype and self.resolve(frame.datatype)
            self.emit(frame, _build(Literal, (self.text, None if datatype else self.language, datatype)))
        elif self.text.strip(_SPACE):
            self.stray_text(beside=True)

    def end_collection(self, frame: _PropertyFrame) -> None:
        if frame.tail is None:
            self.emit(frame, RDF + "nil")
        else:
            self.statements.append(Statement(frame.tail, RDF + "rest", RDF + "nil", frame.line))
