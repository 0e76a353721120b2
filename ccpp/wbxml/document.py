"""The tree that a WBXML document holds, the error for one that cannot be used, and the numbers both directions share."""

from __future__ import annotations

from enum import IntEnum
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ccpp.errors import CcppError

if TYPE_CHECKING:
    from collections.abc import Callable

#: A document's bytes, as many as a profile in XML may have (`ccpp.reading.MAX_DOCUMENT`); real documents have hundreds.
MAX_DOCUMENT = 1_048_576
#: Element depth; a profile needs 9, a provisioning document 5.
MAX_DEPTH = 64
#: Characters that a document may come to, since each reference into the string table may stand for much text.
MAX_EXPANDED = 4 * 1_048_576
#: What an element or an attribute counts towards it, about what it costs to hold one.
ITEM_SIZE = 40

#: MIBenum of UTF-8, the charset of what is written unless said otherwise.
UTF_8 = 106
#: Public identifier of a document type that has none (WAP-192 §7.2).
UNKNOWN_PUBLIC_ID = 1
#: Version byte of WBXML 1.1, the form of UAProf's own samples, and of 1.3.
WBXML_1_1, WBXML_1_3 = 0x01, 0x03


class Global(IntEnum):
    """The tokens that mean the same on every code page (WAP-192 §7.1)."""

    SWITCH_PAGE = 0x00
    END = 0x01
    ENTITY = 0x02
    STR_I = 0x03
    LITERAL = 0x04
    EXT_I_0 = 0x40
    EXT_I_1 = 0x41
    EXT_I_2 = 0x42
    PI = 0x43
    LITERAL_C = 0x44
    EXT_T_0 = 0x80
    EXT_T_1 = 0x81
    EXT_T_2 = 0x82
    STR_T = 0x83
    LITERAL_A = 0x84
    EXT_0 = 0xC0
    EXT_1 = 0xC1
    EXT_2 = 0xC2
    OPAQUE = 0xC3
    LITERAL_AC = 0xC4


#: Bits of a tag token (WAP-192 §5.8.2).
HAS_ATTRIBUTES, HAS_CONTENT, TAG_BITS = 0x80, 0x40, 0x3F
#: From here on a byte in an attribute is part of its value, below it starts the next attribute (WAP-192 §5.8.3).
FIRST_VALUE = 0x80


class WbxmlError(CcppError):
    """Bytes that are no WBXML of the vocabulary, or a tree that cannot be written as such; `offset` is the byte in question."""

    def __init__(self, message: str, *, offset: int | None = None, source: str | None = None, hint: str | None = None) -> None:
        super().__init__(message if offset is None else f"{message} at byte {offset}", source=source, hint=hint)
        self.offset = offset


class Instruction(NamedTuple):
    """A processing instruction."""

    target: str
    data: str = ""


class Element(NamedTuple):
    """An element: name and attributes as the token table or the document spells them, content in order.

    Text is `str`, one piece however many the bytes had; opaque data is `bytes`, and its meaning the vocabulary's affair.
    """

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    content: tuple[Content, ...] = ()


#: An element of its three fields, without the call in Python that the class itself takes: trees are made of hundreds.
make_element: Callable[[tuple[str, tuple[tuple[str, str], ...], tuple[Content, ...]]], Element] = partial(
    tuple.__new__, Element
)

Content: TypeAlias = "Element | str | bytes | Instruction"


class Document(NamedTuple):
    """A document: its root, and what the header says.

    `public_id` is the registered number or the identifier as text; `charset` a MIBenum; `version` the first byte. Processing
    instructions around the root stand in `prolog` and `epilog`.
    """

    root: Element
    version: int = WBXML_1_3
    public_id: int | str = UNKNOWN_PUBLIC_ID
    charset: int = UTF_8
    prolog: tuple[Instruction, ...] = ()
    epilog: tuple[Instruction, ...] = ()
