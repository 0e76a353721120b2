"""Secrets at rest, in envelopes: a data key seals what is secret, and the operator's key, which is never stored, seals the data key.

AES-256-GCM (NIST SP 800-38D) with a random nonce for each sealing; what is sealed is bound to where it lies, so that it cannot be put
elsewhere. A data key seals fewer than 2^32 texts, the bound for random nonces (§8.3): rotation makes a new one.
"""

from __future__ import annotations

from base64 import b64decode
from secrets import token_bytes
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ccpp.errors import CcppError

if TYPE_CHECKING:
    from collections.abc import Mapping

_NONCE, _KEY = 12, 32


class SecrecyError(CcppError):
    """A key that is none, or something sealed that this key does not open; never says what either is."""


def read_key(text: str, source: str) -> bytes:
    """The operator's key: 32 bytes in base64 or hexadecimal.

    Raises:
        SecrecyError: it is neither; the message does not repeat it.
    """
    text = text.strip()
    try:
        key = bytes.fromhex(text) if len(text) == 2 * _KEY else b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != _KEY:
        raise SecrecyError("no key", source=source, hint="32 random bytes in base64, as `openssl rand -base64 32` gives them")
    return key


def new_key() -> bytes:
    """A new data key."""
    return token_bytes(_KEY)


def seal(key: bytes, content: bytes, place: str) -> bytes:
    """The content sealed for a place."""
    nonce = token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """What was sealed for a place.

    Raises:
        SecrecyError: the key is another, or the bytes were changed or moved.
    """
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
    except (InvalidTag, ValueError):
        raise SecrecyError(
            f"what is sealed for `{place}` does not open", hint="is it the key that it was sealed with?"
        ) from None


class Keys:
    """The data keys of a database, opened by the operator's key; `current` is the one that seals, none where there is none yet."""

    __slots__ = ("_keys", "current")

    def __init__(self, keys: Mapping[str, bytes], current: str | None) -> None:
        self._keys = dict(keys)
        self.current = current

    def __repr__(self) -> str:
        """Which keys there are, and nothing of them."""
        return f"Keys({sorted(self._keys)}, current={self.current})"

    def seal(self, content: bytes, place: str) -> tuple[str, bytes]:
        """The content sealed, with the name of the key.

        Raises:
            SecrecyError: there is no data key.
        """
        if self.current is None:
            raise SecrecyError("there is no key to seal with", hint="give the server a key: see `ccpp serve --print-config`")
        return self.current, seal(self._keys[self.current], content, place)

    def unseal(self, name: str, sealed: bytes, place: str) -> bytes:
        """What was sealed with a key.

        Raises:
            SecrecyError: the key is not there, or the bytes were changed or moved.
        """
        if name not in self._keys:
            raise SecrecyError(f"what is sealed for `{place}` needs a key that is not there")
        return unseal(self._keys[name], sealed, place)
