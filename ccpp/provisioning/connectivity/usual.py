"""The usual connectivity document in WBXML, in one pass each way: parms that have tokens, plain values, no string table.

This is the fast path of `ccpp.wbxml` and `ccpp.provisioning.connectivity.document`, several times as fast. It gives what they give or
declines: any other document, be it legal or damaged, is theirs; tests hold that nobody can tell. What a name or a value is written as
is no rule of its own: the encoder is asked for it, once for each code page that may be the current one.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ccpp.provisioning.connectivity.document import ROOT, Characteristic, ConnectivityDocument, Parm
from ccpp.provisioning.connectivity.vocabulary import connectivity_tokens
from ccpp.wbxml.charsets import UNWRITABLE
from ccpp.wbxml.document import (
    HAS_ATTRIBUTES,
    HAS_CONTENT,
    ITEM_SIZE,
    MAX_DEPTH,
    MAX_EXPANDED,
    UTF_8,
    WBXML_1_1,
    WBXML_1_3,
    Global,
)
from ccpp.wbxml.encoding import encode_attribute

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ccpp.wbxml.tokens import AttributeStart

#: `-//WAPFORUM//DTD PROV 1.0//EN`, which OMA CP 1.1 kept.
PUBLIC_ID = 0x0B
_VERSIONS = range(WBXML_1_1, WBXML_1_3 + 1)  # before them the header had no charset
_END, _STR_I, _SWITCH_PAGE = int(Global.END), int(Global.STR_I), int(Global.SWITCH_PAGE)
_ENDED, _TEXT_ENDED = bytes([_END]), bytes([0, _END])
#: So few bytes that they cannot come to `MAX_EXPANDED`, where each is an item and stands for a text thrice as long at most.
_MAX_BYTES = MAX_EXPANDED // (4 * ITEM_SIZE)
#: How many characteristics may stand in one another, since the root and a parm are levels as well.
_MAX_NESTED = MAX_DEPTH - 2

_make_parm: Callable[[tuple[str, str | None]], Parm] = partial(tuple.__new__, Parm)
_make_characteristic: Callable[[tuple[str, tuple[Parm, ...], tuple[Characteristic, ...]]], Characteristic] = partial(
    tuple.__new__, Characteristic
)


class _UnusualError(ValueError):
    """What the whole codec has to see to."""


# Tables.

#: The bytes of something while a code page is the current one, and the page afterwards.
_Step: TypeAlias = "tuple[bytes, int]"
_Steps: TypeAlias = "Mapping[int, Mapping[str, _Step]]"


class _Written(NamedTuple):
    """How each text that has a token is written, by the page that is current; `texts` stand before the text of any other value."""

    types: _Steps
    names: _Steps
    values: _Steps
    texts: Mapping[int, _Step]


class _Page(NamedTuple):
    """What the bytes of a code page stand for: the whole of a type, a name or a value, or that a value begins."""

    types: Mapping[int, str]
    names: Mapping[int, str]
    values: Mapping[int, str]
    starts: frozenset[int]


def _tag(name: str, bits: int) -> int:
    return connectivity_tokens().written[0].tags[name].tokens[0] | bits


@lru_cache(maxsize=1)
def _heads() -> Mapping[str | None, bytes]:
    """What a document begins with, by the version that it states: all up to its first characteristic, on page 0."""
    root, tokens = _tag(ROOT, HAS_CONTENT), connectivity_tokens()
    header = bytes([WBXML_1_3, PUBLIC_ID, UTF_8, 0])
    stated = {version: encode_attribute(("version", version), tokens, 0)[0] for version in ("1.0", "1.1")}
    found: dict[str | None, bytes] = {None: header + bytes([root])}
    for version, data in stated.items():
        found[version] = header + bytes([root | HAS_ATTRIBUTES]) + data + _ENDED
    return found


@lru_cache(maxsize=1)
def _written() -> _Written:
    tokens = connectivity_tokens()
    values = {page: encode_attribute(("value", ""), tokens, page) for page in tokens.written}
    return _Written(
        _steps("type", bytes([_tag("characteristic", HAS_ATTRIBUTES | HAS_CONTENT)]), _ENDED),
        _steps("name", bytes([_tag("parm", HAS_ATTRIBUTES)]), b""),
        _steps("value", b"", _ENDED),
        {page: (data.removesuffix(b"\0"), then) for page, (data, then) in values.items()},
    )


def _steps(kind: str, before: bytes, after: bytes) -> _Steps:
    """What each value of an attribute that has tokens is written as, with what stands before and after it."""
    tokens = connectivity_tokens()
    known = {value for name, value in tokens.written[0].attributes if name == kind and value} | set(tokens.written[0].values)
    found = {}
    for page in tokens.written:
        steps = {value: encode_attribute((kind, value), tokens, page) for value in known}
        found[page] = {value: (before + data + after, then) for value, (data, then) in steps.items()}
    return found


@lru_cache(maxsize=1)
def _pages() -> Mapping[int, _Page]:
    return {page: _page(*read) for page, read in connectivity_tokens().read.items()}


def _page(_: Sequence[str | None], starts: Sequence[AttributeStart | None], values: Sequence[str | None]) -> _Page:
    known = [(byte, *start) for byte, start in enumerate(starts) if start]
    return _Page(
        {byte: value for byte, name, value in known if value and name == "type"},
        {byte: value for byte, name, value in known if value and name == "name"},
        {byte: value for byte, value in enumerate(values) if value is not None},
        frozenset(byte for byte, name, value in known if name == "value" and not value),
    )


# To bytes.


def write_usual(document: ConnectivityDocument) -> bytes | None:
    """The canonical bytes of a document, None where it is not of the usual form."""
    try:
        pieces = [_heads()[document.version]]
        _write(document.characteristics, 0, 1, _written(), pieces.append)
    except (KeyError, ValueError):  # no token, half a surrogate pair, or else unusual
        return None
    pieces.append(_ENDED)
    return b"".join(pieces)


def _write(
    characteristics: Sequence[Characteristic], page: int, depth: int, written: _Written, add: Callable[[bytes], None]
) -> int:
    """Add the bytes of characteristics to those of a document; the page that is current afterwards."""
    types, names, values, texts = written
    if not characteristics or depth > _MAX_NESTED:
        raise _UnusualError
    for kind, parms, within in characteristics:
        step, page = types[page][kind]
        add(step)
        for name, value in parms:
            step, page = names[page][name]
            add(step)
            if value is None:
                add(_ENDED)
            elif value in values[page]:
                step, page = values[page][value]
                add(step)
            elif "\0" in value or not (value.isascii() or UNWRITABLE.isdisjoint(value)):
                raise _UnusualError
            else:
                step, page = texts[page]
                add(step)
                add(value.encode())
                add(_TEXT_ENDED)
        if within:
            page = _write(within, page, depth + 1, written, add)
        elif not parms:
            raise _UnusualError
        add(_ENDED)
    return page


# From bytes.


def read_usual(data: bytes) -> ConnectivityDocument | None:
    """The document that the bytes are, to the last one; None where it is not of the usual form."""
    if not data or data[0] not in _VERSIONS or len(data) > _MAX_BYTES:
        return None
    for version, head in _heads().items():
        if data.startswith(head[1:], 1):
            reader = _Reader(data, len(head))
            try:
                characteristics = reader.characteristics(1)
            except (KeyError, IndexError, ValueError):  # no such page or token, an early end, no UTF-8, or else unusual
                return None
            return ConnectivityDocument(characteristics, version) if reader.offset == len(data) else None
    return None


class _Reader:
    """The state of one document: where its reading has come to, and the page of attributes that is the current one."""

    def __init__(self, data: bytes, offset: int) -> None:
        self.data = data
        self.offset = offset
        self.page = _pages()[0]
        self.opens_parm = _tag("parm", HAS_ATTRIBUTES)
        self.opens_characteristic = _tag("characteristic", HAS_ATTRIBUTES | HAS_CONTENT)

    def characteristics(self, depth: int) -> tuple[Characteristic, ...]:
        """Those in another one or in the document, which ends after them."""
        if depth > _MAX_NESTED:
            raise _UnusualError
        found = []
        while self.data[self.offset] == self.opens_characteristic:
            self.offset += 1
            start = self.start()
            kind = self.page.types[start]
            self.end()
            parms = []
            while self.data[self.offset] == self.opens_parm:
                self.offset += 1
                parms.append(self.parm())
            found.append(_make_characteristic((kind, tuple(parms), self.characteristics(depth + 1))))
        self.end()
        return tuple(found)

    def parm(self) -> Parm:
        start = self.start()
        name, value, data = self.page.names[start], None, self.data
        if data[self.offset] != _END:
            if self.start() not in self.page.starts:
                raise _UnusualError
            token = data[self.offset]
            self.offset += 1
            if token == _STR_I:
                end = data.index(0, self.offset)
                value = data[self.offset : end].decode()
                self.offset = end + 1
            else:
                value = self.page.values[token]
        self.end()
        return _make_parm((name, value))

    def start(self) -> int:
        """The byte that an attribute begins with, after the switch to its page if there is one."""
        byte = self.data[self.offset]
        self.offset += 1
        if byte == _SWITCH_PAGE:
            self.page = _pages()[self.data[self.offset]]
            byte = self.data[self.offset + 1]
            self.offset += 2
        return byte

    def end(self) -> None:
        if self.data[self.offset] != _END:
            raise _UnusualError
        self.offset += 1
