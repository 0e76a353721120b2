"""Multi-byte integers: seven bits a byte, the most significant group first, at most 32 bits.

WBXML calls them mb_u_int32 (WAP-192 §5.1), WSP uintvar (WAP-230 §8.1.2).
"""

from __future__ import annotations

from ccpp.wbxml.document import WbxmlError

_MORE, _GROUP = 0x80, 0x7F
_MAX_BYTES = 5
_MAX = 0xFFFF_FFFF


def encode_uint(value: int) -> bytes:
    """The bytes of a number from 0 to 2³²-1."""
    groups = [value & _GROUP]
    while value := value >> 7:
        groups.append(value & _GROUP | _MORE)
    return bytes(reversed(groups))


def decode_uint(data: bytes, offset: int) -> tuple[int, int]:
    """The number at an offset, and the offset after it.

    Raises:
        WbxmlError: the bytes end too early, or it has more than 32 bits.
    """
    value = 0
    for position, byte in enumerate(data[offset : offset + _MAX_BYTES], start=offset + 1):
        value = value << 7 | byte & _GROUP
        if value > _MAX:
            break
        if not byte & _MORE:
            return value, position
    else:
        if len(data) - offset < _MAX_BYTES:
            raise WbxmlError("the bytes end inside a number", offset=len(data))
    raise WbxmlError("a number of more than 32 bits", offset=offset)
