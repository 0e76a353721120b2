"""The name of a profile-diff in the list of references: MD5 of its text, white space collapsed, in base64 (WAP-248 §9.1.1)."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import md5

_WHITE_SPACE = re.compile(rb"[ \t\r\n]+")


def normalised(document: bytes) -> bytes:
    """The document as a header carries it: no white space at its ends, one space for every run of it inside."""
    return _WHITE_SPACE.sub(b" ", document).strip(b" ")


def diff_digest(document: bytes) -> str:
    """The digest of a diff, 24 characters. MD5 is the protocol's; it guards against mix-ups, not against forgers."""
    return b64encode(md5(normalised(document), usedforsecurity=False).digest()).decode()
