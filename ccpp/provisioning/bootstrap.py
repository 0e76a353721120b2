"""Bootstrap security: the MAC by which an unconfigured terminal knows that a document comes from its operator.

Source: WAP-184 (ProvBoot) §5 and §6. The MAC is HMAC-SHA1 over every byte of the WBXML document and nothing else.
No function here puts a key, a PIN or a MAC into an error, and `Secret` keeps them out of representations.
"""

from __future__ import annotations

import hmac
import secrets
from enum import IntEnum
from typing import NamedTuple

from ccpp.errors import CcppError

CONTENT_TYPE = "application/vnd.wap.connectivity-wbxml"
TEXT_TYPE = "text/vnd.wap.connectivity-xml"

_SHA1 = 20
_MAX_IMSI = 15  # ITU-T E.212 §6.1
_MIN_IMSI = 6  # three digits of country, two or three of network, one of subscriber
_MIN_NONCE = 5  # WAP-184 §6.2: L > 4
_MAX_HEADER = 1024  # characters; a media type with both parameters takes 120
_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


class BootstrapError(CcppError):
    """A key, PIN or media type of a bootstrap message that cannot be used."""


class Security(IntEnum):
    """The value of the parameter SEC (WAP-184 §5.2): what the key of the MAC is made of."""

    NETWPIN = 0
    USERPIN = 1
    USERNETWPIN = 2
    USERPINMAC = 3


class MediaType(NamedTuple):
    """A media type of a connectivity document with its security; `mac` is the bytes, None where none is sent."""

    type: str
    security: Security | None = None
    mac: bytes | None = None

    def __repr__(self) -> str:
        """Without the MAC, by which a short PIN can be searched for."""
        return f"MediaType({self.type!r}, {self.security!r}, mac={'…' if self.mac else None})"


class Secret:
    """The secrets that a bootstrap is authenticated with; each is used by the methods that name it, none is ever shown.

    Args:
        pin: the user's PIN, decimal digits (USERPIN, USERNETWPIN), or the PIN with MAC to verify (USERPINMAC).
        network: the shared secret of the network, binary: `imsi_semi_octets` of the IMSI on GSM (NETWPIN, USERNETWPIN).
    """

    __slots__ = ("_network", "_pin")

    def __init__(self, *, pin: str | None = None, network: bytes | None = None) -> None:
        if pin is not None and not _digits(pin):
            raise BootstrapError("a PIN is decimal digits and at least one", hint="0 to 9, without blanks")
        if network is not None and not network:
            raise BootstrapError("the secret of the network is empty")
        self._pin = pin
        self._network = network

    def __repr__(self) -> str:
        """Which secrets are there, not what they are."""
        return f"Secret(pin={'…' if self._pin else None}, network={'…' if self._network else None})"

    @property
    def pin(self) -> bytes:
        """The PIN in ASCII digits (0x30 to 0x39).

        Raises:
            BootstrapError: there is none.
        """
        if self._pin is None:
            raise BootstrapError("this method needs the PIN of the user")
        return self._pin.encode("ascii")

    @property
    def network(self) -> bytes:
        """The secret shared with the network.

        Raises:
            BootstrapError: there is none.
        """
        if self._network is None:
            raise BootstrapError("this method needs the secret of the network", hint="on GSM the IMSI in semi-octets")
        return self._network


def imsi_semi_octets(imsi: str) -> bytes:
    """An IMSI as the key of NETWPIN: EF_IMSI of GSM 11.11 §10.3.2 without its length byte and unused bytes.

    Raises:
        BootstrapError: not 6 to 15 decimal digits; the message does not repeat the IMSI.
    """
    if not _digits(imsi) or not _MIN_IMSI <= len(imsi) <= _MAX_IMSI:
        raise BootstrapError(f"an IMSI is {_MIN_IMSI} to {_MAX_IMSI} decimal digits", hint="country, network, subscriber")
    nibbles = f"9{imsi}" if len(imsi) % 2 else f"1{imsi}f"
    return bytes(int(nibbles[at + 1] + nibbles[at], 16) for at in range(0, len(nibbles), 2))


def read_imsi(octets: bytes) -> str:
    """The IMSI of semi-octets, the inverse of `imsi_semi_octets`.

    Raises:
        BootstrapError: the parity, the filler or a digit is wrong, with the offset of its octet.
    """
    nibbles = "".join(f"{octet & 15:x}{octet >> 4:x}" for octet in octets)
    parity, digits = nibbles[:1], nibbles[1:]
    if parity not in {"1", "9"}:
        raise BootstrapError("the semi-octets of an IMSI begin with the parity 1 or 9: offset 0")
    if parity == "1":
        if not digits.endswith("f"):
            raise BootstrapError(f"an even IMSI ends with a filler: offset {len(octets) - 1}")
        digits = digits[:-1]
    for at, digit in enumerate(digits):
        if digit not in "0123456789":
            raise BootstrapError(f"no decimal digit: offset {(at + 1) // 2}")
    if not _MIN_IMSI <= len(digits) <= _MAX_IMSI:
        raise BootstrapError(f"an IMSI has {_MIN_IMSI} to {_MAX_IMSI} digits: offset {len(octets)}")
    return digits


def compute_mac(security: Security, secret: Secret, document: bytes) -> bytes:
    """The MAC that is sent with a document, 20 bytes (WAP-184 §6.2).

    Raises:
        BootstrapError: the secret that the method needs is missing, or the method sends no MAC (USERPINMAC).
    """
    return hmac.digest(_key(security, secret), document, "sha1")


def verify_mac(security: Security, secret: Secret, document: bytes, mac: bytes | None) -> bool:
    """Whether the document is the one that the holder of the secret made; in constant time.

    For USERPINMAC the secret's PIN is the number that the user was told, and `mac` is None, since none is sent.

    Raises:
        BootstrapError: the secret that the method needs is missing.
    """
    if security is Security.USERPINMAC:
        told = secret.pin.decode("ascii")
        nonce = told[: len(told) // 2]
        usable = mac is None and len(told) % 2 == 0 and len(nonce) >= _MIN_NONCE and len(nonce) <= _SHA1
        return usable and hmac.compare_digest(told, user_pin_mac(document, nonce))
    return hmac.compare_digest(compute_mac(security, secret, document), mac or b"")


def user_pin_mac(document: bytes, nonce: str | None = None) -> str:
    """The number that the user is told out of band for USERPINMAC: the nonce, then as many digits made of the MAC.

    Args:
        document: the WBXML document.
        nonce: 5 to 20 decimal digits; without it, five from the system's source of randomness.

    Raises:
        BootstrapError: the nonce is not 5 to 20 decimal digits.
    """
    key = f"{secrets.randbelow(10**_MIN_NONCE):0{_MIN_NONCE}}" if nonce is None else nonce
    if not _digits(key) or not _MIN_NONCE <= len(key) <= _SHA1:
        raise BootstrapError(f"the nonce of USERPINMAC is {_MIN_NONCE} to {_SHA1} decimal digits")
    octets = hmac.digest(key.encode("ascii"), document, "sha1")
    return key + "".join(str(octet % 10) for octet in octets[: len(key)])


def write_media_type(media_type: MediaType) -> str:
    """The media type in the text of a header: `…; SEC=1; MAC=0BB3…`, upper-case hexadecimal, never quoted (WAP-184 §5.2).

    Raises:
        BootstrapError: a MAC without SEC, with USERPINMAC, or of no byte.
    """
    check_media_type(media_type)
    parameters = [] if media_type.security is None else [f"SEC={int(media_type.security)}"]
    parameters += [] if media_type.mac is None else [f"MAC={media_type.mac.hex().upper()}"]
    return "; ".join([media_type.type, *parameters])


def read_media_type(header: str) -> MediaType:
    """The media type of a header; names in any case, hexadecimal in either, parameters in any order.

    Raises:
        BootstrapError: not a media type, a parameter twice or malformed, or a combination that WAP-184 §5.2 excludes;
            with the offset of the character at fault. Parameters other than SEC and MAC are passed over (RFC 2045 §5.1).
    """
    if len(header) > _MAX_HEADER:
        raise BootstrapError(f"a media type of more than {_MAX_HEADER} characters: offset {_MAX_HEADER}")
    name, *parts = header.split(";")
    kind, slash, subtype = name.strip().partition("/")
    if not slash or not _token(kind) or not _token(subtype):
        raise BootstrapError("not a media type: offset 0", hint=CONTENT_TYPE)
    offset, found = len(name) + 1, dict[str, tuple[str, int]]()
    for part in parts:
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not _token(key):
            raise BootstrapError(f"not a parameter of a media type: offset {offset}")
        if key.upper() in found:
            raise BootstrapError(f"the parameter `{key}` stands twice: offset {offset}")
        found[key.upper()] = value, offset
        offset += len(part) + 1
    sec, mac = found.get("SEC"), found.get("MAC")
    media_type = MediaType(
        f"{kind}/{subtype}".lower(),
        None if sec is None else read_security(sec[0], sec[1]),
        None if mac is None else read_mac(mac[0], mac[1]),
    )
    check_media_type(media_type)
    return media_type


def check_media_type(media_type: MediaType) -> None:
    """Refuse the combinations that WAP-184 §5.2 excludes.

    Raises:
        BootstrapError: a MAC without SEC, with USERPINMAC, or of no byte.
    """
    if media_type.mac is None:
        return
    if not media_type.mac:
        raise BootstrapError("an empty MAC")
    if media_type.security is None:
        raise BootstrapError("a MAC without SEC", hint="SEC names the method")
    if media_type.security is Security.USERPINMAC:
        raise BootstrapError("a MAC with USERPINMAC", hint="the user is told it, nothing is sent")


def read_security(text: str, offset: int = 0) -> Security:
    """The value of SEC.

    Raises:
        BootstrapError: not one digit from 0 to 3.
    """
    if text not in {"0", "1", "2", "3"}:
        raise BootstrapError(f"SEC is 0, 1, 2 or 3: offset {offset}", hint=", ".join(f"{m.value} {m.name}" for m in Security))
    return Security(int(text))


def read_mac(text: str, offset: int = 0) -> bytes:
    """The value of MAC, hexadecimal in either case.

    Raises:
        BootstrapError: an odd number of digits, none, or another character; the message does not repeat it.
    """
    if not text or len(text) % 2 or set(text) - set("0123456789abcdefABCDEF"):
        raise BootstrapError(f"a MAC is an even number of hexadecimal digits: offset {offset}")
    return bytes.fromhex(text)


def _key(security: Security, secret: Secret) -> bytes:
    """The key of HMAC: the network's secret, the PIN, or both in this order."""
    match security:
        case Security.NETWPIN:
            return secret.network
        case Security.USERPIN:
            return secret.pin
        case Security.USERNETWPIN:
            return secret.network + secret.pin
        case Security.USERPINMAC:
            raise BootstrapError("USERPINMAC sends no MAC", hint="`user_pin_mac` makes the number that the user is told")


def _digits(text: str) -> bool:
    """Whether a text is decimal digits of ASCII, at least one."""
    return text.isascii() and text.isdecimal()


def _token(text: str) -> bool:
    """Whether a text is a token of RFC 2045 §5.1."""
    return bool(text) and _TOKEN.issuperset(text)
