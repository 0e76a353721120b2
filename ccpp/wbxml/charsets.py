"""The charsets that WBXML documents are read and written in, by their MIBenum (IANA)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Charset(NamedTuple):
    """A charset: its IANA name, Python's codec, and the bytes of one unit, which is also the width of a terminator."""

    name: str
    codec: str
    width: int


_UTF_8 = Charset("UTF-8", "utf-8", 1)

CHARSETS: Mapping[int, Charset] = MappingProxyType(
    {
        0: _UTF_8,  # not stated; what carries the document does not say either
        3: Charset("US-ASCII", "ascii", 1),
        4: Charset("ISO-8859-1", "latin-1", 1),
        106: _UTF_8,
        1000: Charset("ISO-10646-UCS-2", "utf-16-be", 2),
        1013: Charset("UTF-16BE", "utf-16-be", 2),
        1014: Charset("UTF-16LE", "utf-16-le", 2),
        1015: Charset("UTF-16", "utf-16-be", 2),
    }
)

#: A string of UTF-16 may begin with this mark where its bytes run the other way (RFC 2781 §3.2).
_SWAPPED = b"\xff\xfe"
_MARK = "\ufeff"
#: What no string can hold as such: the terminator, the byte-order mark and its mirror image.
UNWRITABLE = frozenset({"\0", _MARK, "\ufffe"})


def decode_text(data: bytes, charset: Charset) -> str:
    """The text of a string's bytes.

    Raises:
        UnicodeDecodeError: they are not of the charset.
    """
    if charset.width > 1 and data.startswith(_SWAPPED):
        return data.decode("utf-16-le").removeprefix(_MARK)
    text = data.decode(charset.codec)
    return text.removeprefix(_MARK) if charset.width > 1 else text


def find_end(data: bytes, start: int, charset: Charset) -> int:
    """The offset of the terminator of the string that begins at `start`, or -1 where it has none."""
    if charset.width == 1:
        return data.find(0, start)
    end = data.find(b"\0\0", start)
    while end >= 0 and (end - start) % charset.width:
        end = data.find(b"\0\0", end + 1)
    return end
