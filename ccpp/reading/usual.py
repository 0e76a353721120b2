"""The usual document, recognised whole: what nine real profiles of ten look like is a regular language.

    <?xml …?> <rdf:RDF xmlns:…> <rdf:Description rdf:ID="…">
      <prf:component> <rdf:Description rdf:ID="…"> <rdf:type rdf:resource="…"/>
        <prf:ScreenSize>240x320</prf:ScreenSize>
        <prf:CcppAccept> <rdf:Bag> <rdf:li>text/html</rdf:li> … </rdf:Bag> </prf:CcppAccept> …
      </rdf:Description> </prf:component> …
    </rdf:Description> </rdf:RDF>

This reader is the fast path of `ccpp.reading.rdfxml` and `ccpp.reading.profile`, five times as fast, and gives what they give
or declines: any other construct, be it legal or damaged, is theirs. It need not be told from them by its users; tests hold that
nobody can.

The patterns are a grammar of well-formed documents of this form, and more narrow than XML where that makes them plain: ASCII
names, double quotes, no character references. Every quantifier is possessive and every pattern is matched where the last one ended,
never searched for, so the time is linear in the document.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.model import Container
from ccpp.reading.draft import Item
from ccpp.reading.rdf import RDF
from ccpp.reading.rdfxml import RDF_NAMESPACES
from ccpp.vocabulary import Link

if TYPE_CHECKING:
    from ccpp.model import Profile
    from ccpp.reading.draft import Draft
    from ccpp.vocabulary import Vocabularies

_CODECS = MappingProxyType({None: "utf-8-sig", "utf-8": "utf-8-sig", "us-ascii": "ascii", "iso-8859-1": "latin-1"})
_DECLARATION = re.compile(
    rb"(?:\xef\xbb\xbf)?<\?xml[ \t\r\n]+version=[\"']1\.0[\"'](?:[ \t\r\n]+encoding=[\"']([\w.-]++)[\"'])?[ \t\r\n]*\?>"
)
#: Bytes that occur in text; XML allows no other control characters. XML 1.0 §2.2.
_LEGAL = bytes(byte for byte in range(256) if byte >= 0x20 or byte in b"\t\r\n")  # noqa: PLR2004  the first that is no control

_SPACE = r"[ \t\n]*+(?:<!--(?:[^-]++|-(?!-))*+-->[ \t\n]*+)*+"  # white space and comments
_NAME = r"[A-Za-z_][A-Za-z0-9_.-]*+"
_IDENTIFIED = rf"<rdf:Description[ \t\n]++rdf:ID=\"(?P<id>{_NAME})\"[ \t\n]*+>"

#: From the XML declaration to the profile node: namespaces, then its ID.
_HEAD = re.compile(
    rf"""
    {_SPACE} (?P<root><)rdf:RDF (?P<namespaces>(?:[ \t\n]++xmlns:{_NAME}="[^"<&\t\n]++")++) [ \t\n]*+>
    {_SPACE} {_IDENTIFIED}
    """,
    re.VERBOSE,
)
_NAMESPACE = re.compile(rf'xmlns:({_NAME})="([^"]++)"')

#: Each thing that may follow. A property holds its text, a container of plain members, or a component.
_TOKEN = re.compile(
    rf"""
    {_SPACE} (?:
      <(?!rdf:)(?P<property>{_NAME}:{_NAME}) [ \t\n]*+
        (?: /> | > (?:
          (?P<text>[^<]*+) </(?P=property)[ \t\n]*+>
        | {_SPACE} <rdf: (?P<container>Bag|Seq|Alt) [ \t\n]*+
            (?: /> | > {_SPACE} (?P<members>(?:<rdf:li>[^<]*+</rdf:li> {_SPACE})*+) </rdf:(?P=container)[ \t\n]*+> )
            {_SPACE} </(?P=property)[ \t\n]*+>
        | {_SPACE} {_IDENTIFIED}
        ))
    | <rdf:type [ \t\n]++ rdf:resource="(?P<type>[A-Za-z][A-Za-z0-9+.-]*+:[^"<&\s]*+)" [ \t\n]*+ (?: /> | ></rdf:type> )
    | </rdf:Description[ \t\n]*+> {_SPACE} </ (?: (?P<last>rdf:RDF)>{_SPACE}\Z | (?!rdf:)(?P<end>{_NAME}:{_NAME})[ \t\n]*+> )
    )
    """,
    re.VERBOSE,
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_REFERENCE = re.compile(r"&(amp|lt|gt|quot|apos);")
_PREDEFINED = MappingProxyType({"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"})
_CONTAINERS = MappingProxyType({"Bag": Container.BAG, "Seq": Container.SEQ, "Alt": Container.BAG})
_ANY_RDF = RDF_NAMESPACES | {RDF}

# Building a NamedTuple by its tuple costs half of calling its class, and a profile has hundreds.
_build = tuple.__new__
_NONE = Container.NONE  # a member of an enumeration is slow to look up


class Block(NamedTuple):
    """A component as it stands: its ID, the line of its link, its types, what it holds; `link` is the property that links it."""

    link: str
    identifier: str
    line: int
    types: list[str]
    items: list[Item]


def read_usual(data: bytes, draft: Draft) -> Profile | None:
    """The profile in a document of the usual form, written into a new `draft`; `None`, and nothing written, for any other.

    Raises:
        ProfileError: the draft is strict, and the document has an error.
    """
    recognised = _recognise(data, draft.vocabularies)
    if recognised is None:
        return None
    rdf, line, identifier, blocks = recognised
    if rdf != RDF:
        if draft.strict:
            return None
        draft.note("rdf-namespace-misspelt", line, rdf)
    base = draft.uri.partition("#")[0] + "#"
    for block in blocks:
        draft.report(draft.vocabularies.link(block.link).findings, block.line)
    for block in blocks:
        name = draft.open_component(base + block.identifier, block.types, [item.predicate for item in block.items], block.line)
        before = len(draft.stated)
        for item in block.items:
            draft.state(item, name, draft.kind)
        if len(draft.stated) == before:
            draft.note("component-empty", block.line, name)
    return draft.profile(base + identifier)


def _recognise(data: bytes, vocabularies: Vocabularies) -> tuple[str, int, str, list[Block]] | None:
    """The namespace taken for RDF's and the line of the document element, the ID of the profile node, and the components."""
    decoded = _decoded(data)
    if decoded is None:
        return None
    text, start = decoded
    head = _HEAD.match(text, start)
    if head is None:
        return None
    declared = _NAMESPACE.findall(head["namespaces"])
    namespaces = dict(declared)
    if len(namespaces) < len(declared) or "xml" in namespaces or "xmlns" in namespaces:
        return None
    if [prefix for prefix, namespace in declared if namespace in _ANY_RDF] != ["rdf"]:
        return None
    blocks = _components(text, head.end(), namespaces)
    if not blocks or not _unambiguous(head["id"], blocks, vocabularies):
        return None
    return namespaces["rdf"], 1 + text.count("\n", 0, head.start("root")), head["id"], blocks


def _decoded(data: bytes) -> tuple[str, int] | None:
    """The document as text, every line end the same, and where its XML declaration ends; `None` if it is none of the usual."""
    declaration = _DECLARATION.match(data)
    codec = _CODECS.get(declaration[1].decode().lower() if declaration and declaration[1] else None)
    if codec is None or data.translate(None, _LEGAL):
        return None
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "]]>" in text or not (text.isascii() or (text.find("\ufffe") < 0 and text.find("\uffff") < 0)):
        return None
    return text, text.index("?>") + 2 if declaration else 0


def _components(text: str, position: int, namespaces: dict[str, str]) -> list[Block] | None:
    """The components from a position on to the end of the document; `None` where anything else stands."""
    blocks: list[Block] = []
    block: Block | None = None
    link = ""
    line, here = 1, 0
    while (token := _TOKEN.match(text, position)) is not None:
        position = token.end()
        name, content, container, members, identifier, type_, last, end = token.groups()
        if name is not None:
            begin = token.start(1)
            line += text.count("\n", here, begin)
            here = begin
            prefix, _, local = name.partition(":")
            if prefix not in namespaces or (block is None) is (identifier is None):
                return None
            predicate = namespaces[prefix] + local
            if block is None:
                block, link = Block(predicate, identifier, line, [], []), name
                blocks.append(block)
                continue
            item = _item(predicate, content, container, members, line)
            if item is None:
                return None
            block.items.append(item)
        elif last is not None or block is None:
            return blocks if block is None and last is not None else None
        elif type_ is not None:
            block.types.append(type_)
        elif end == link:
            block = None
        else:
            return None
    return None


def _item(predicate: str, content: str | None, container: str | None, members: str | None, line: int) -> Item | None:
    """A property with its text, or with the texts of the container in it; `None` if a text has a reference that is not usual."""
    if container is None:
        texts, found = [content or ""], _NONE
    else:
        found = _CONTAINERS[container]
        content = members
        if members and "<!--" in members:
            members = _COMMENT.sub("", members)
        texts = members.replace("</", "<").split("<rdf:li>")[1::2] if members else []
    if content and "&" in content:
        if any("&" in _REFERENCE.sub("", text) for text in texts):
            return None
        texts = [_REFERENCE.sub(_referred, text) for text in texts]
    return _build(Item, (predicate, found, texts, line))


def _unambiguous(identifier: str, blocks: list[Block], vocabularies: Vocabularies) -> bool:
    """Whether each ID stands once, components are linked as such, and nothing else is a link."""
    properties = {item[0] for block in blocks for item in block.items}
    return (
        len({identifier, *(block.identifier for block in blocks)}) == len(blocks) + 1
        and {vocabularies.link(uri).link for uri in {block.link for block in blocks}} == {Link.COMPONENT}
        and {vocabularies.link(uri).link for uri in properties} <= {None}
    )


def _referred(reference: re.Match[str]) -> str:
    return _PREDEFINED[reference[1]]
