"""Bytes to a tree: a recursive descent over the grammar of WAP-192 §5.3, one production a method.

Tag and attribute code pages are separate; both start at 0 and outlive the element in which they were switched (§5.8.1). Text,
entities, string-table references and value tokens join into one piece of text. Time and memory are linear in the input: depth,
size and what the string table expands to are bounded. Most attributes are a token and at most one string or value token after it:
`attributes` reads these in its own loop, and leaves any other to `attribute`, which reads them all.
"""

from __future__ import annotations

from ccpp.wbxml.charsets import CHARSETS, Charset, decode_text, find_end
from ccpp.wbxml.document import (
    FIRST_VALUE,
    HAS_ATTRIBUTES,
    HAS_CONTENT,
    ITEM_SIZE,
    MAX_DEPTH,
    MAX_DOCUMENT,
    MAX_EXPANDED,
    TAG_BITS,
    UTF_8,
    WBXML_1_3,
    Content,
    Document,
    Element,
    Global,
    Instruction,
    WbxmlError,
    make_element,
)
from ccpp.wbxml.integers import decode_uint
from ccpp.wbxml.tokens import NO_PAGE, AttributeStart, TokenTable

#: As plain numbers, which compare three times as fast as members of an enumeration.
_END, _STR_I, _SWITCH_PAGE = int(Global.END), int(Global.STR_I), int(Global.SWITCH_PAGE)

_LITERALS = frozenset({Global.LITERAL, Global.LITERAL_A, Global.LITERAL_C, Global.LITERAL_AC})
_TEXTS = frozenset({Global.STR_I, Global.STR_T, Global.ENTITY})
_EXTENSIONS = frozenset(
    {
        Global.EXT_I_0,
        Global.EXT_I_1,
        Global.EXT_I_2,
        Global.EXT_T_0,
        Global.EXT_T_1,
        Global.EXT_T_2,
        Global.EXT_0,
        Global.EXT_1,
        Global.EXT_2,
    }
)
#: What is part of a value: the bytes from `FIRST_VALUE` on, and these below it.
_VALUES = frozenset({Global.STR_I, Global.ENTITY, Global.SWITCH_PAGE, *range(FIRST_VALUE, 0x100)})
_SURROGATES = range(0xD800, 0xE000)
_LAST_CHARACTER = 0x10FFFF


def decode_wbxml(data: bytes, tokens: TokenTable) -> Document:
    """The document that the bytes are, to the last one.

    Raises:
        WbxmlError: they are no document of this vocabulary; the error names the byte.
    """
    document, end = read_wbxml(data, tokens)
    if end < len(data):
        raise WbxmlError(f"{len(data) - end} bytes after the end of the document", offset=end)
    return document


def read_wbxml(data: bytes, tokens: TokenTable) -> tuple[Document, int]:
    """The document that the bytes begin with, and the offset where it ends: a file on a smart card is padded after it.

    Raises:
        WbxmlError: they begin with no document of this vocabulary; the error names the byte.
    """
    if len(data) > MAX_DOCUMENT:
        raise WbxmlError(f"{len(data)} bytes, more than {MAX_DOCUMENT}", hint="no real document comes near it")
    reader = _Reader(data, tokens)
    try:
        return reader.document(), reader.offset
    except IndexError:  # of the data alone: a page has every byte
        raise WbxmlError("the document ends too early", offset=len(data)) from None


class _Reader:
    """The state of one document."""

    def __init__(self, data: bytes, tokens: TokenTable) -> None:
        self.data = data
        self.tokens = tokens
        self.offset = 0
        self.tag_page = 0
        self.attribute_page = 0
        self.tags = tokens.read[0].tags  # of the current page, as are the next two
        self.starts = tokens.read[0].attributes
        self.values = tokens.read[0].values
        self.charset: Charset = CHARSETS[UTF_8]
        self.table = b""
        self.room = MAX_EXPANDED

    # The header.

    def document(self) -> Document:
        version = self.byte()
        if version > WBXML_1_3:
            raise WbxmlError(f"version byte {version:#04x}, where WBXML has 0x00 to 0x03", offset=0)
        public_id: int | str = self.uint()
        public_index = None if public_id else self.uint()
        charset = self.uint() if version else UTF_8  # WBXML 1.0 has no such field
        if charset not in CHARSETS:
            known = ", ".join(f"{number} {one.name}" for number, one in CHARSETS.items() if number)
            raise WbxmlError(f"unknown charset, MIBenum {charset}", offset=self.offset, hint=f"known are {known}")
        self.charset = CHARSETS[charset]
        self.table = self.take(self.uint())
        if public_index is not None:
            public_id = self.table_string(public_index, self.offset)
        prolog = self.instructions()
        root = self.element(self.byte(), 1)
        epilog = self.instructions() if self.offset < len(self.data) else ()
        return Document(root, version, public_id, charset, prolog, epilog)

    def instructions(self) -> tuple[Instruction, ...]:
        """Processing instructions and switches of the page, up to anything else."""
        found = []
        while self.offset < len(self.data):
            match self.data[self.offset]:
                case Global.PI:
                    self.offset += 1
                    found.append(self.instruction())
                case Global.SWITCH_PAGE:
                    self.offset += 1
                    self.switch_tags(self.byte())
                case _:
                    break
        return tuple(found)

    # Elements.

    def switch_tags(self, page: int) -> None:
        self.tag_page = page
        self.tags = self.tokens.read.get(page, NO_PAGE).tags

    def element(self, tag: int, depth: int) -> Element:
        start = self.offset - 1
        if depth > MAX_DEPTH:
            raise WbxmlError(f"more than {MAX_DEPTH} levels of elements", offset=start)
        name = self.tags[tag]
        if name is None:
            name = self.literal_tag(tag, start)
        self.count(ITEM_SIZE)
        attributes = self.attributes() if tag & HAS_ATTRIBUTES else ()
        content = self.content(depth) if tag & HAS_CONTENT else ()
        return make_element((name, attributes, content))

    def literal_tag(self, tag: int, start: int) -> str:
        """The tag that is no token of the table: its name stands in the string table."""
        if tag not in _LITERALS:
            raise WbxmlError(f"unknown tag token {tag & TAG_BITS:#04x} on code page {self.tag_page}", offset=start)
        return self.table_string(self.uint(), start)

    def content(self, depth: int) -> tuple[Content, ...]:
        found: list[Content] = []
        texts: list[str] = []  # what will be one piece of text
        while (token := self.data[self.offset]) != _END:
            self.offset += 1
            if token == _SWITCH_PAGE:
                self.switch_tags(self.byte())
            elif token in _TEXTS:
                texts.append(self.text(token))
            else:
                if texts:
                    found += filter(None, ["".join(texts)])
                    texts.clear()
                found.append(self.element(token, depth + 1) if self.tags[token] else self.piece(token, depth))
        self.offset += 1
        if texts:
            found += filter(None, ["".join(texts)])
        return tuple(found)

    def piece(self, token: int, depth: int) -> Content:
        """What is neither text nor the end nor an element of the table."""
        if token == Global.PI:
            return self.instruction()
        if token == Global.OPAQUE:
            return self.take(self.uint())
        if token in _EXTENSIONS:
            raise self.extension(token)
        return self.element(token, depth + 1)

    # Attributes.

    def switch_attributes(self, page: int) -> None:
        self.attribute_page = page
        _, self.starts, self.values = self.tokens.read.get(page, NO_PAGE)

    def attributes(self) -> tuple[tuple[str, str], ...]:
        found = []
        while (token := self.data[self.offset]) != _END:
            found.append(self.usual_attribute(token) or self.attribute())
        self.offset += 1
        return tuple(found)

    def usual_attribute(self, token: int) -> tuple[str, str] | None:
        """A start token with nothing, one string or one value token after it; None where there is anything else, and nothing is read."""
        data, offset, start = self.data, self.offset + 1, self.starts[token]
        if start is None:
            return None
        after = data[offset]
        value: str | None = ""
        if after == _STR_I:
            end = data.find(0, offset)
            value = self.usual_text(offset + 1, end)
            offset = end + 1
        elif after in _VALUES:
            value = self.values[after]
            offset += 1
        if value is None or data[offset] in _VALUES:
            return None
        self.offset = offset
        self.count(ITEM_SIZE + len(start.value) + len(value))
        return (start.name, start.value + value) if value else start

    def usual_text(self, start: int, end: int) -> str | None:
        """The text of some bytes, None where that is not as simple as it is with most charsets."""
        if end < 0 or self.charset.width > 1:
            return None
        try:
            return str(self.data[start:end], self.charset.codec)
        except UnicodeDecodeError:
            return None

    def instruction(self) -> Instruction:
        instruction = Instruction(*self.attribute())
        if self.byte() != Global.END:
            raise WbxmlError("a processing instruction with more than one value", offset=self.offset - 1)
        return instruction

    def attribute(self) -> tuple[str, str]:
        token = self.byte()
        while token == Global.SWITCH_PAGE:
            self.switch_attributes(self.byte())
            token = self.byte()
        begin = self.starts[token] or self.literal_start(token)
        self.count(ITEM_SIZE + len(begin.value))
        values = self.attribute_values()
        return begin.name, "".join((begin.value, *values)) if values else begin.value

    def literal_start(self, token: int) -> AttributeStart:
        """The start that is no token of the table: its name stands in the string table."""
        start = self.offset - 1
        if token != Global.LITERAL:
            raise WbxmlError(f"unknown attribute token {token:#04x} on code page {self.attribute_page}", offset=start)
        return AttributeStart(self.table_string(self.uint(), start), "")

    def attribute_values(self) -> list[str]:
        """The pieces of a value, up to the next attribute or the end of the list."""
        pieces = []
        while self.offset < len(self.data):
            token = self.data[self.offset]
            if token not in _VALUES:
                break
            self.offset += 1
            if token in _TEXTS:
                pieces.append(self.text(token))
            elif token == Global.SWITCH_PAGE:
                self.switch_attributes(self.byte())
            elif token == Global.OPAQUE:
                start = self.offset
                pieces.append(self.decoded(self.take(self.uint()), start))
            elif token in _EXTENSIONS:
                raise self.extension(token)
            else:
                pieces.append(self.attribute_value(token))
        return pieces

    def attribute_value(self, token: int) -> str:
        known = self.values[token]
        if known is None:
            raise WbxmlError(f"unknown value token {token:#04x} on code page {self.attribute_page}", offset=self.offset - 1)
        self.count(len(known))
        return known

    # Text.

    def text(self, token: int) -> str:
        start = self.offset - 1
        if token == Global.STR_T:
            return self.table_string(self.uint(), start)
        if token == Global.ENTITY:
            return self.character(self.uint(), start)
        end = find_end(self.data, self.offset, self.charset)
        if end < 0:
            raise WbxmlError("a string without end", offset=start)
        raw = self.data[self.offset : end]
        self.offset = end + self.charset.width
        return self.decoded(raw, start)

    def character(self, code: int, start: int) -> str:
        if code > _LAST_CHARACTER or code in _SURROGATES:
            raise WbxmlError(f"an entity of code {code:#x}, which is no character", offset=start)
        self.count(1)
        return chr(code)

    def table_string(self, index: int, start: int) -> str:
        end = find_end(self.table, index, self.charset) if index < len(self.table) else -1
        if end < 0:
            raise WbxmlError(f"no string {index} in the string table of {len(self.table)} bytes", offset=start)
        return self.decoded(self.table[index:end], start)

    def decoded(self, raw: bytes, start: int) -> str:
        self.count(len(raw))
        try:
            return decode_text(raw, self.charset)
        except UnicodeDecodeError:
            raise WbxmlError(f"a string that is not {self.charset.name}", offset=start) from None

    # Bytes.

    def byte(self) -> int:
        self.offset += 1
        return self.data[self.offset - 1]

    def take(self, length: int) -> bytes:
        if length > len(self.data) - self.offset:
            raise WbxmlError(f"{length} bytes announced, {len(self.data) - self.offset} left", offset=self.offset)
        self.offset += length
        return self.data[self.offset - length : self.offset]

    def uint(self) -> int:
        value, self.offset = decode_uint(self.data, self.offset)
        return value

    def count(self, size: int) -> None:
        self.room -= size
        if self.room < 0:
            raise WbxmlError(f"more than {MAX_EXPANDED} characters once expanded", offset=self.offset)

    def extension(self, token: int) -> WbxmlError:
        return WbxmlError(f"extension token {token:#04x}, which the vocabulary does not define", offset=self.offset - 1)
