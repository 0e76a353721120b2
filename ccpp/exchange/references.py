"""The two texts of the protocols that both directions must agree on: what a reference may be, and where diffs begin in a header."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ccpp.exchange.model import MAX_URI

#: Schemes by which a profile may be named (T-35).
_SCHEMES = frozenset({"http", "https"})
_URI_TEXT = re.compile(r"[!#-;=?-~]+")  # printable ASCII but blank, quotation mark and angle brackets
#: A diff in a header's value begins with its number, a semicolon and its first tag; nothing else separates folded ones (T-31).
_NEXT_DIFF = re.compile(r",[ \t\r\n]*(?=[0-9]{1,9}[ \t\r\n]*;[ \t\r\n]*<)")
_NUMBERED = re.compile(r"[ \t\r\n]*([0-9]{1,9})[ \t\r\n]*;(.*)", re.DOTALL)


def is_profile_uri(text: str) -> bool:
    """Whether a text names a profile that may be asked for: an absolute http or https URL with a host, of printable ASCII."""
    if len(text) > MAX_URI or not _URI_TEXT.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in _SCHEMES and bool(parts.hostname)


def unfold_diffs(value: str) -> list[str]:
    """The diffs in one header's value, which a proxy may have made of several headers."""
    return _NEXT_DIFF.split(value)


def split_number(value: str) -> tuple[str, str] | None:
    """The number, as written, and the document of `<number>;<document>`; `None` where there is no number."""
    match = _NUMBERED.fullmatch(value)
    return (match[1], match[2]) if match else None
