"""Security domains (3GPP TS 23.057 §6): which one an artefact's signature proves, and what may be offered by that.

A domain is proved by a chain of certificates up to a root key of the domain; what is not signed, or by nobody whom a root vouches for, is
untrusted. What claims a domain that it cannot prove is not offered, and neither is anything whose signature is of something else: that was changed
on the way. The reason stands where every reason of a choice stands.
"""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.catalogue.model import DeviceException, Domain
from ccpp.errors import UsageError

try:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
except ImportError as error:
    raise UsageError("signatures need cryptography", hint="pip install 'ccpp[sign]'") from error

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from ccpp.catalogue.model import Application, Artefact, Catalogue, Signature, Variant

#: Certificates of one chain; real ones have two or three.
MAX_CHAIN = 10

#: Algorithm of a signature in lower case → its hash. SHA-1 is what MIDP 2.0 has, and no other.
ALGORITHMS: Mapping[str, tuple[type, hashes.HashAlgorithm]] = MappingProxyType(
    {
        "rsa-sha1": (RSAPublicKey, hashes.SHA1()),  # noqa: S303  MIDP 2.0 knows no other
        "sha1withrsa": (RSAPublicKey, hashes.SHA1()),  # noqa: S303  the same
        "rsa-sha256": (RSAPublicKey, hashes.SHA256()),
        "rsa-sha384": (RSAPublicKey, hashes.SHA384()),
        "rsa-sha512": (RSAPublicKey, hashes.SHA512()),
        "ecdsa-sha256": (EllipticCurvePublicKey, hashes.SHA256()),
        "ecdsa-sha384": (EllipticCurvePublicKey, hashes.SHA384()),
    }
)

#: The domains from the most trusted down.
_ORDER = tuple(Domain)


class Proof(NamedTuple):
    """What a signature proves: the domain, why it is no better one, and whether the signature is of something else."""

    domain: Domain
    reason: str = ""
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """The certificates of each domain's roots, and the domains that are offered at all."""

    roots: Mapping[Domain, Sequence[x509.Certificate]]
    offered: Collection[Domain] = tuple(Domain)


def read_roots(content: bytes, source: str) -> tuple[x509.Certificate, ...]:
    """The certificates of roots, in PEM.

    Raises:
        UsageError: there are none.
    """
    try:
        return tuple(x509.load_pem_x509_certificates(content))
    except ValueError:
        raise UsageError("no certificates in PEM", source=source) from None


def prove(signature: Signature | None, digest: Callable[[str], bytes | None], policy: Policy, now: datetime) -> Proof:
    """Which domain a signature proves; `digest` gives the artefact's digest by the name of a hash, where it can be had."""
    if signature is None:
        return Proof(Domain.UNTRUSTED, "it is not signed")
    if signature.algorithm.lower() not in ALGORITHMS:
        return Proof(Domain.UNTRUSTED, f"its signature is by `{signature.algorithm}`, which is not known here")
    kind, made_by = ALGORITHMS[signature.algorithm.lower()]
    try:
        chain = [x509.load_der_x509_certificate(b64decode(one)) for one in signature.certificates[:MAX_CHAIN]]
        value = b64decode(signature.value)
        key = chain[0].public_key()
    except (ValueError, TypeError, IndexError):
        return Proof(Domain.UNTRUSTED, "its signature has no certificates that can be read", broken=True)
    content = digest(made_by.name)
    if content is None:
        return Proof(Domain.UNTRUSTED, "it is not at hand, so its signature proves nothing")
    if not isinstance(key, kind) or not _is_of(key, value, content, made_by):
        return Proof(Domain.UNTRUSTED, "its signature is not of it", broken=True)
    return _vouched(chain, policy, now)


def _is_of(key: object, value: bytes, content: bytes, made_by: hashes.HashAlgorithm) -> bool:
    """Whether a signature is of what has the digest."""
    try:
        if isinstance(key, RSAPublicKey):
            key.verify(value, content, PKCS1v15(), Prehashed(made_by))
        elif isinstance(key, EllipticCurvePublicKey):
            key.verify(value, content, ECDSA(Prehashed(made_by)))
    except (InvalidSignature, ValueError):
        return False
    return True


def _vouched(chain: Sequence[x509.Certificate], policy: Policy, now: datetime) -> Proof:
    """The domain whose root vouches for a chain: each certificate was issued by the next, which may issue, and all are in their time."""
    for domain, roots in policy.roots.items():
        for root in roots:
            whole = chain if chain[-1] == root else (*chain, root)
            if all(_issued(one, issuer) for one, issuer in pairwise(whole)):
                if all(one.not_valid_before_utc <= now <= one.not_valid_after_utc for one in whole):
                    return Proof(domain)
                return Proof(Domain.UNTRUSTED, "a certificate of its signer has ended or is not valid yet")
    return Proof(Domain.UNTRUSTED, "no root of a domain vouches for its signer")


def _issued(one: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        may = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        one.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, InvalidSignature, ValueError, TypeError):
        return False
    return may


def hold(catalogue: Catalogue, proof: Callable[[Artefact], Proof], policy: Policy) -> Catalogue:
    """The catalogue by what its artefacts prove: variants that may not be offered are kept from every device, each with its reason.

    An application that claims no domain is of the least that its variants prove; so preferences and refusals by domain hold of it too.
    """
    held = {name: _held(application, proof, policy) for name, application in catalogue.applications.items()}
    return replace(catalogue, applications=MappingProxyType(held))


def _held(application: Application, proof: Callable[[Artefact], Proof], policy: Policy) -> Application:
    proofs = {variant.id: _least(variant, proof) for variant in application.variants}
    variants = tuple(
        _barred(variant, why) if (why := bar(application, proofs[variant.id], policy)) else variant
        for variant in application.variants
    )
    offered = [proofs[one.id].domain for one, kept in zip(application.variants, variants, strict=True) if one is kept]
    least = max(offered, key=_ORDER.index, default=Domain.UNTRUSTED)
    return replace(application, variants=variants, domain=application.domain or least)


def _least(variant: Variant, proof: Callable[[Artefact], Proof]) -> Proof:
    """What a variant proves with all its parts: the least, and what is broken before anything."""
    proofs = [proof(variant.artefact), *(proof(part.artefact) for part in variant.parts)]
    return max(proofs, key=lambda one: (one.broken, _ORDER.index(one.domain)))


def bar(application: Application, proof: Proof, policy: Policy) -> str:
    """Why something of an application may not be offered; empty where it may."""
    if proof.broken:
        return proof.reason
    if application.domain is not None and _ORDER.index(proof.domain) > _ORDER.index(application.domain):
        return f"it claims the domain {application.domain}, and {proof.reason or f'its signer is of the domain {proof.domain}'}"
    if proof.domain not in policy.offered:
        return f"nothing of the domain {proof.domain} is offered" + (f": {proof.reason}" if proof.reason else "")
    return ""


def _barred(variant: Variant, why: str) -> Variant:
    kept = (DeviceException(included=False, reason=why), *variant.supply.exceptions)
    return replace(variant, supply=replace(variant.supply, exceptions=kept))
