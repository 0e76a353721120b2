"""A tree to bytes: tokens where the vocabulary has them, literals where it has not, strings in line or shared.

The code page is switched only when the token is not on the current one. What the charset cannot hold goes as an entity.
"""

from __future__ import annotations

from collections import Counter
from enum import Enum
from typing import TYPE_CHECKING

from ccpp.wbxml.charsets import CHARSETS, UNWRITABLE, Charset
from ccpp.wbxml.document import (
    HAS_ATTRIBUTES,
    HAS_CONTENT,
    MAX_DEPTH,
    UTF_8,
    Document,
    Element,
    Global,
    Instruction,
    WbxmlError,
)
from ccpp.wbxml.integers import encode_uint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccpp.wbxml.tokens import Place, TokenTable

#: A shorter string costs no more in line than a reference to it.
_WORTH_SHARING = 3
#: What is written most often, as plain numbers: a member of an enumeration takes a bytearray three times as long.
_END, _STR_I = int(Global.END), int(Global.STR_I)


class Strings(Enum):
    """Where text goes: all in line, or what repeats into the string table. Names without a token always go there."""

    INLINE = "inline"
    SHARED = "shared"


class Values(Enum):
    """When a value token is used: for a whole value only, as most encoders do, or for parts of one as well."""

    WHOLE = "whole"
    PARTS = "parts"


def encode_wbxml(
    document: Document, tokens: TokenTable, *, strings: Strings = Strings.INLINE, values: Values = Values.WHOLE
) -> bytes:
    """The bytes of a document; reading them gives the same tree.

    Raises:
        WbxmlError: the charset is not known, the tree is too deep, or a text holds half a surrogate pair or a name no text.
    """
    if document.charset not in CHARSETS:
        raise WbxmlError(f"unknown charset, MIBenum {document.charset}")
    shared = _repeated(document.root) if strings is Strings.SHARED else frozenset()
    writer = _Writer(tokens, CHARSETS[document.charset], shared, values)
    public = (
        bytes([0]) + encode_uint(writer.index(document.public_id))
        if isinstance(document.public_id, str)
        else encode_uint(document.public_id)
    )
    for instruction in document.prolog:
        writer.instruction(instruction)
    writer.element(document.root, 1)
    for instruction in document.epilog:
        writer.instruction(instruction)
    charset = encode_uint(document.charset) if document.version else b""
    return (
        bytes([document.version]) + public + charset + encode_uint(len(writer.table)) + bytes(writer.table) + bytes(writer.body)
    )


def encode_attribute(attribute: tuple[str, str], tokens: TokenTable, page: int) -> tuple[bytes, int]:
    """What an attribute of name and value is written as in UTF-8 while a code page is the current one, and the page afterwards."""
    writer = _Writer(tokens, CHARSETS[UTF_8], frozenset(), Values.WHOLE)
    writer.attribute_page, writer.starts = page, tokens.written[page].attributes
    writer.attribute(attribute)
    return bytes(writer.body), writer.attribute_page


def _repeated(root: Element) -> frozenset[str]:
    """The texts and values that occur more than once and are worth a place in the string table."""
    counts: Counter[str] = Counter()
    waiting = [root]
    while waiting:
        element = waiting.pop()
        counts.update(value for _, value in element.attributes)
        counts.update(piece for piece in element.content if isinstance(piece, str))
        waiting += (piece for piece in element.content if isinstance(piece, Element))
    return frozenset(text for text, count in counts.items() if count > 1 and len(text) >= _WORTH_SHARING)


class _Writer:
    """The state of one document."""

    def __init__(self, tokens: TokenTable, charset: Charset, shared: frozenset[str], values: Values) -> None:
        self.tokens = tokens
        self.charset = charset
        self.terminator = bytes(charset.width)
        self.shared = shared
        self.values = values
        self.body = bytearray()
        self.table = bytearray()
        self.indices: dict[str, int] = {}
        self.tag_page, self.tags = 0, tokens.written[0].tags
        self.attribute_page, self.starts = 0, tokens.written[0].attributes

    # Elements and attributes.

    def element(self, element: Element, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise WbxmlError(f"more than {MAX_DEPTH} levels of elements")
        name, attributes, content = element
        self.tag(name, (HAS_ATTRIBUTES if attributes else 0) | (HAS_CONTENT if content else 0))
        if attributes:
            for attribute in attributes:
                self.attribute(attribute)
            self.body.append(_END)
        if content:
            for piece in content:
                if isinstance(piece, Element):
                    self.element(piece, depth + 1)
                else:
                    self.piece(piece)
            self.body.append(_END)

    def tag(self, name: str, bits: int) -> None:
        place = self.tags.get(name)
        if place is None:
            self.body.append(Global.LITERAL | bits)
            self.body += encode_uint(self.index(name))
            return
        if place.page != self.tag_page:
            self.tag_page = place.page
            self.tags = self.tokens.written[place.page].tags
            self.body += bytes([Global.SWITCH_PAGE, place.page])
        self.body.append(place.tokens[0] | bits)

    def piece(self, piece: str | bytes | Instruction) -> None:
        if isinstance(piece, Instruction):
            self.instruction(piece)
        elif isinstance(piece, bytes):
            self.body.append(Global.OPAQUE)
            self.body += encode_uint(len(piece)) + piece
        else:
            self.string(piece)

    def instruction(self, instruction: Instruction) -> None:
        self.body.append(Global.PI)
        self.attribute(instruction)
        self.body.append(_END)

    def attribute(self, attribute: tuple[str, str]) -> None:
        """What the whole of it has in the table, else the start token that takes most of the value, then the rest (WAP-192 §5.8.3)."""
        name, value = attribute
        place = self.starts.get(attribute)
        if place and value:  # an empty value is written as an empty string, for there are readers that miss it
            self.at(place)
            return
        for begin in self.tokens.beginnings.get(name, ()):
            if value.startswith(begin) and (place := self.starts.get((name, begin))):
                self.at(place)
                value = value.removeprefix(begin)
                break
        else:
            self.body.append(Global.LITERAL)
            self.body += encode_uint(self.index(name))
        for text in (value,) if self.values is Values.WHOLE else self.split(value):
            place = self.tokens.written[self.attribute_page].values.get(text)
            if place:
                self.at(place)
            else:
                self.string(text)

    def at(self, place: Place) -> None:
        """Tokens of attributes, on their page."""
        page, tokens = place
        if page != self.attribute_page:
            self.attribute_page = page
            self.starts = self.tokens.written[page].attributes
            self.body += bytes([Global.SWITCH_PAGE, page])
        self.body += tokens

    def split(self, value: str) -> Iterator[str]:
        """The value in one piece, or cut where value tokens are."""
        if value not in self.shared and value not in self.tokens.written[self.attribute_page].values:
            end = 0
            for match in self.tokens.pieces.finditer(value):
                if match.start() > end:
                    yield value[end : match.start()]
                yield match.group()
                end = match.end()
            value = value[end:]
            if end and not value:
                return
        yield value

    # Text.

    def string(self, text: str) -> None:
        encoded = self.encoded(text)
        if encoded is None:
            self.pieces(text)
        elif text in self.shared:
            self.body.append(Global.STR_T)
            self.body += encode_uint(self.index(text))
        else:
            self.body.append(_STR_I)
            self.body += encoded

    def encoded(self, text: str) -> bytes | None:
        """The bytes of a string with its terminator, None where it holds what no string of the charset holds."""
        if "\0" in text if text.isascii() else not UNWRITABLE.isdisjoint(text):
            return None
        try:
            return text.encode(self.charset.codec) + self.terminator
        except UnicodeEncodeError:
            return None

    def pieces(self, text: str) -> None:
        """A text as strings, and entities for the characters that no string holds."""
        start = 0
        for position in self.unwritable(text):
            if position > start:
                self.inline(text[start:position])
            self.body.append(Global.ENTITY)
            self.body += encode_uint(self.code(text[position]))
            start = position + 1
        if start < len(text):
            self.inline(text[start:])

    def inline(self, text: str) -> None:
        self.body.append(Global.STR_I)
        self.body += text.encode(self.charset.codec) + bytes(self.charset.width)

    def unwritable(self, text: str) -> list[int]:
        """The positions of characters that no string of the charset holds."""
        return [position for position, character in enumerate(text) if self.is_unwritable(character)]

    def is_unwritable(self, character: str) -> bool:
        try:
            character.encode(self.charset.codec)
        except UnicodeEncodeError:
            return True
        return character in UNWRITABLE

    def code(self, character: str) -> int:
        if "\ud800" <= character <= "\udfff":
            raise WbxmlError(f"a text holds {ord(character):#x}, half a surrogate pair")
        return ord(character)

    def index(self, text: str) -> int:
        """Where the string table has a text; it is put there if it has not."""
        known = self.indices.get(text)
        if known is None:
            encoded = self.encoded(text)
            if encoded is None:
                raise WbxmlError(f"`{text!a}` cannot stand in a string table of {self.charset.name}")
            known = self.indices[text] = len(self.table)
            self.table += encoded
        return known
