"""RSA signatures: of archives as MIDP 2.0 wants them, SHA-1 with PKCS#1 v1.5 and the chain of certificates without its root; and CMS.

The key never leaves `Signer`; nothing shows it.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from ccpp.errors import DescriptorError, UsageError

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA1, SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
    from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
    from cryptography.x509 import Certificate, load_der_x509_certificate, load_pem_x509_certificates
except ImportError as error:
    raise UsageError("signing needs cryptography", hint="pip install 'ccpp[sign]'") from error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.model import Secret

#: Certificates of one chain; real ones have two or three.
_MAX_CHAIN = 10
_AUTHENTICATION_FAILED = 909


@dataclass(frozen=True, slots=True)
class Signer:
    """A key and its certificates, the signer's own first, each in DER and base64."""

    key: RSAPrivateKey = field(repr=False)
    certificates: tuple[str, ...]

    def sign(self, data: bytes) -> str:
        """The signature of an archive, in base64."""
        return b64encode(self.key.sign(data, PKCS1v15(), SHA1())).decode()  # noqa: S303  MIDP 2.0 knows no other

    def wrap(self, data: bytes) -> bytes:
        """The data in a signature with its chain: SignedData of CMS (RFC 5652) in DER, by SHA-256.

        There are no attributes, of which one would be the time: what is the same is signed the same.
        """
        own, *others = (load_der_x509_certificate(b64decode(one)) for one in self.certificates)
        builder = PKCS7SignatureBuilder().set_data(data).add_signer(own, self.key, SHA256())
        for one in others:
            builder = builder.add_certificate(one)
        return builder.sign(Encoding.DER, [PKCS7Options.Binary, PKCS7Options.NoAttributes])


def load_signer(key: bytes, certificates: bytes, password: Secret | None = None) -> Signer:
    """The signer whose private key and chain of certificates stand in PEM; a root in the chain is left out, for the terminal has it.

    Raises:
        UsageError: either is no PEM, the key is not RSA, or the first certificate is another key's. The message shows nothing of the key.
    """
    try:
        loaded = load_pem_private_key(key, None if password is None else password.value.encode())
    except (ValueError, TypeError):
        raise UsageError("no private key in PEM, or its password is another") from None
    if not isinstance(loaded, RSAPrivateKey):
        raise UsageError("the private key is not RSA", hint="MIDP 2.0 knows no other")
    try:
        chain = load_pem_x509_certificates(certificates)
    except ValueError:
        raise UsageError("no certificates in PEM") from None
    public = chain[0].public_key()
    if not isinstance(public, RSAPublicKey) or public.public_numbers() != loaded.public_key().public_numbers():
        raise UsageError("the first certificate is not of the private key", hint="the signer's own certificate comes first")
    sent = [one for one in chain[1:] if one.issuer != one.subject]
    return Signer(loaded, tuple(b64encode(one.public_bytes(Encoding.DER)).decode() for one in (chain[0], *sent)))


def verify_signature(jad: Mapping[str, str], archive: bytes) -> None:
    """Hold the signature of a descriptor against an archive: by its first certificate, which each next one vouches for.

    Whether the last one is to be trusted, and still or already valid, is for the caller to know.

    Raises:
        DescriptorError: status 909: there is no signature, it is of something else, or the chain is broken.
    """
    signature = jad.get("MIDlet-Jar-RSA-SHA1")
    chain = tuple(_certificates(jad))
    if signature is None or not chain:
        raise DescriptorError("no signature", status=_AUTHENTICATION_FAILED)
    key = chain[0].public_key()
    if not isinstance(key, RSAPublicKey):
        raise DescriptorError("the certificate's key is not RSA", status=_AUTHENTICATION_FAILED)
    try:
        key.verify(b64decode(signature, validate=True), archive, PKCS1v15(), SHA1())  # noqa: S303  MIDP 2.0 knows no other
        for one, issuer in pairwise(chain):
            one.verify_directly_issued_by(issuer)
    except (InvalidSignature, NotBase64, ValueError, TypeError):
        raise DescriptorError("the signature is not of this archive", status=_AUTHENTICATION_FAILED) from None


def _certificates(jad: Mapping[str, str]) -> list[Certificate]:
    found = []
    for number in range(1, _MAX_CHAIN + 1):
        text = jad.get(f"MIDlet-Certificate-1-{number}")
        if text is None:
            break
        try:
            found.append(load_der_x509_certificate(b64decode(text, validate=True)))
        except (NotBase64, ValueError):
            raise DescriptorError(f"MIDlet-Certificate-1-{number} is no certificate", status=_AUTHENTICATION_FAILED) from None
    return found
