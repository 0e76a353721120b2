"""Security domains: which one a signature proves, what is offered by it, and why the rest is not."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from hashlib import sha1, sha256, sha384
from typing import TYPE_CHECKING, Any, NamedTuple
from zipfile import ZipFile

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st
from serving import N80, Ask

from ccpp.catalogue.model import Artefact, Domain, Signature
from ccpp.errors import UsageError
from ccpp.provisioning.domains import Policy, Proof, prove, read_roots
from ccpp.provisioning.signing import verify_signature
from ccpp.server.options import Options
from ccpp.server.trust import Trust, make_signer, make_trust

if TYPE_CHECKING:
    from pathlib import Path

    from ccpp.server.service import Service

NOW = datetime(2026, 11, 26, tzinfo=UTC)
CONTENT = b"an archive"


class Party(NamedTuple):
    key: Any
    certificate: x509.Certificate


@cache
def party(name: str, issuer: Party | None = None, *, may_issue: bool = False, days: int = 30, curve: bool = False) -> Party:
    key: Any = ec.generate_private_key(ec.SECP256R1()) if curve else rsa.generate_private_key(65_537, 2_048)
    subject = x509.Name.from_rfc4514_string(f"CN={name}")
    by = issuer or Party(key, None)  # type: ignore[arg-type]  # a root names itself
    builder = x509.CertificateBuilder(
        by.certificate.subject if by.certificate else subject,
        subject,
        key.public_key(),
        x509.random_serial_number(),
        NOW - timedelta(days=1),
        NOW + timedelta(days=days),
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=may_issue, path_length=None), critical=True)
    return Party(key, builder.sign(by.key, hashes.SHA256()))


ROOT = partial(party, "Operator's root", may_issue=True)
OTHER = partial(party, "Third party's root", may_issue=True)


def der(one: Party) -> str:
    return b64encode(one.certificate.public_bytes(Encoding.DER)).decode()


def signed(signer: Party, *chain: Party, algorithm: str = "RSA-SHA1", content: bytes = CONTENT) -> Signature:
    made_by = {"1": hashes.SHA1, "256": hashes.SHA256, "384": hashes.SHA384}[
        algorithm.upper().partition("SHA")[2].removesuffix("WITHRSA")
    ]()
    if isinstance(signer.key, rsa.RSAPrivateKey):
        value = signer.key.sign(content, padding.PKCS1v15(), made_by)
    else:
        value = signer.key.sign(content, ec.ECDSA(made_by))
    return Signature(algorithm, b64encode(value).decode(), tuple(der(one) for one in (signer, *chain)))


def policy(**more: Any) -> Policy:  # noqa: ANN401
    return Policy({Domain.OPERATOR: [ROOT().certificate], Domain.THIRD_PARTY: [OTHER().certificate]}, **more)


def digest(name: str) -> bytes | None:
    made = {"sha1": sha1, "sha256": sha256, "sha384": sha384}[name]
    return made(CONTENT).digest()


def proof(signature: Signature | None, now: datetime = NOW) -> Proof:
    return prove(signature, digest, policy(), now)


@pytest.mark.parametrize("algorithm", ["RSA-SHA1", "SHA1withRSA", "rsa-sha256", "RSA-SHA384"])
def test_a_root_vouches_for_a_signer(algorithm: str) -> None:
    assert proof(signed(party("signer", ROOT()), algorithm=algorithm)) == Proof(Domain.OPERATOR)
    assert proof(signed(party("signer", OTHER()), OTHER(), algorithm=algorithm)) == Proof(Domain.THIRD_PARTY)
    between = party("between", ROOT(), may_issue=True)
    assert proof(signed(party("far signer", between), between, algorithm=algorithm)) == Proof(Domain.OPERATOR)


def test_an_elliptic_key_signs_too() -> None:
    assert proof(signed(party("elliptic", ROOT(), curve=True), algorithm="ECDSA-SHA256")) == Proof(Domain.OPERATOR)


def self_made() -> Signature:
    root = party("Operator's root", may_issue=True, days=29)  # of the same name, by another key
    return signed(party("false signer", root), root)


def by_one_that_may_not_issue() -> Signature:
    leaf = party("signer", ROOT())
    return signed(party("issued by a signer", leaf), leaf)


UNTRUSTED = {
    "unsigned": (lambda: None, "it is not signed"),
    "unknown algorithm": (lambda: replace(signed(party("signer", ROOT())), algorithm="MD5"), "is not known here"),
    "a root of that name": (self_made, "no root of a domain vouches"),
    "a signer that issues": (by_one_that_may_not_issue, "no root of a domain vouches"),
    "a chain with a gap": (lambda: signed(party("far signer", party("between", ROOT(), may_issue=True))), "no root"),
    "ended": (lambda: signed(party("short", ROOT(), days=0)), "has ended or is not valid yet"),
}


@pytest.mark.parametrize("name", UNTRUSTED)
def test_what_proves_nothing_is_untrusted(name: str) -> None:
    made, said = UNTRUSTED[name]
    found = proof(made(), NOW + timedelta(hours=1))
    assert (found.domain, found.broken) == (Domain.UNTRUSTED, False)
    assert said in found.reason


BROKEN = {
    "of something else": lambda: signed(party("signer", ROOT()), content=b"another archive"),
    "by another key": lambda: replace(signed(party("false signer")), certificates=(der(party("signer", ROOT())),)),
    "by a key of another kind": lambda: replace(
        signed(party("elliptic", ROOT(), curve=True), algorithm="ECDSA-SHA256"), algorithm="RSA-SHA256"
    ),
    "by another hash": lambda: replace(signed(party("signer", ROOT())), algorithm="RSA-SHA256"),
    "without certificates": lambda: replace(signed(party("signer", ROOT())), certificates=()),
    "with certificates that are none": lambda: replace(signed(party("signer", ROOT())), certificates=("c2lnbmVy",)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_signature_of_something_else_is_broken(name: str) -> None:
    found = proof(BROKEN[name]())
    assert (found.domain, found.broken) == (Domain.UNTRUSTED, True)


@given(st.binary(max_size=60), st.lists(st.binary(max_size=60), max_size=12), st.sampled_from(["RSA-SHA1", "ECDSA-SHA256", ""]))
def test_any_signature_is_judged(value: bytes, chain: list[bytes], algorithm: str) -> None:
    made = Signature(algorithm, b64encode(value).decode(), tuple(b64encode(one).decode() for one in chain))
    assert proof(made).domain is Domain.UNTRUSTED


def test_what_is_not_at_hand_is_held_to_its_stated_digest(service: Service) -> None:
    signature = signed(party("signer", ROOT()), algorithm="RSA-SHA256")
    trust = Trust(policy(), service.artefacts)
    elsewhere = Artefact("https://cdn.example/none.apk", "x/y", None, "sha256:" + sha256(CONTENT).hexdigest(), signature)
    assert trust.proof(elsewhere, NOW.timestamp()) == Proof(Domain.OPERATOR)
    assert trust.proof(replace(elsewhere, digest=None), NOW.timestamp()).reason.startswith("it is not at hand")


# In the server.


def offered(service: Service, trust: Trust) -> dict[str, Any]:
    """What the sample devices are offered of chess, and why not."""
    live = service.current
    catalogue = trust.held(live.catalogue, NOW.timestamp())
    ask = Ask(replace(service, live=type(live)(catalogue, live.number)))
    response = ask("GET", "/applications/chess", x_wap_profile=f'"{N80}"', accept="application/json")
    return dict(json.loads(response.body))


def with_chess(service: Service, domain: Domain | None, signature: Signature | None) -> Service:
    """The service with every variant of chess claiming a domain, signed so."""
    live = service.current
    chess = live.catalogue.applications["chess"]
    variants = tuple(replace(one, artefact=replace(one.artefact, signature=signature), parts=()) for one in chess.variants)
    changed = {**live.catalogue.applications, "chess": replace(chess, domain=domain, variants=variants)}
    catalogue = replace(live.catalogue, applications=changed)
    return replace(service, live=type(live)(catalogue, live.number))


def test_unsigned_is_offered_where_untrusted_is(service: Service) -> None:
    plain = with_chess(service, None, None)
    assert offered(plain, Trust(policy(), service.artefacts))["chosen"]
    strict = offered(plain, Trust(policy(offered=[Domain.OPERATOR]), service.artefacts))
    assert strict["chosen"] is None
    assert "nothing of the domain untrusted is offered: it is not signed" in strict["reasons"]["chess-medium"]


def test_a_claim_needs_its_proof(service: Service) -> None:
    found = offered(with_chess(service, Domain.OPERATOR, None), Trust(policy(), service.artefacts))
    assert found["chosen"] is None
    assert "it claims the domain operator, and it is not signed" in found["reasons"]["chess-medium"]
    signature = signed(party("signer", OTHER()), algorithm="RSA-SHA256")
    file = service.artefacts.find(service.current.catalogue.applications["chess"].variants[0].artefact.uri)
    assert file
    broken = offered(with_chess(service, None, signature), Trust(policy(), service.artefacts))
    assert broken["chosen"] is None
    assert "its signature is not of it" in broken["reasons"]["chess-medium"]


def test_a_signed_variant_is_offered_in_its_domain_until_its_file_changes(service: Service, tmp_path: Path) -> None:
    from ccpp.server.artefacts import Artefacts  # noqa: PLC0415  a folder of its own

    chess = service.current.catalogue.applications["chess"]
    medium = next(one for one in chess.variants if one.id == "chess-medium")
    name = medium.artefact.uri.rpartition("/")[2]
    (tmp_path / name).write_bytes(CONTENT)
    artefacts = Artefacts(str(tmp_path))
    variant = replace(
        medium, artefact=replace(medium.artefact, digest=None, size=None, signature=signed(party("signer", OTHER())))
    )
    live = service.current
    catalogue = replace(live.catalogue, applications={"chess": replace(chess, domain=Domain.THIRD_PARTY, variants=(variant,))})
    trust = Trust(policy(), artefacts)
    held = trust.held(catalogue, 1.0e9)
    assert held.applications["chess"].domain is Domain.THIRD_PARTY
    now = NOW.timestamp()
    held = trust.held(catalogue, now)
    serving = replace(service, live=type(live)(held, 1), artefacts=artefacts, trust=Trust(policy(), artefacts))
    assert serving.trust
    assert serving.trust.bar(held.applications["chess"], variant.artefact, now) == ""
    (tmp_path / name).write_bytes(b"another archive")
    assert serving.trust.bar(held.applications["chess"], variant.artefact, now) == "its signature is not of it"
    response = Ask(serving)("GET", "/applications/chess/descriptor", x_wap_profile=f'"{N80}"')
    assert response.status in {406, 500}
    assert b"MIDlet" not in response.body


def test_the_least_of_an_application_is_its_domain(service: Service) -> None:
    """So what a catalogue refuses by domain, it refuses of what is not signed too."""
    trust = Trust(policy(), service.artefacts)
    held = trust.held(with_chess(service, None, None).current.catalogue, NOW.timestamp())
    assert held.applications["chess"].domain is Domain.UNTRUSTED
    assert held.digest == service.current.catalogue.digest


def test_options_name_roots_domains_and_a_signer(service: Service, tmp_path: Path) -> None:
    assert make_trust(Options(), service.artefacts) is None
    roots = tmp_path / "roots.pem"
    roots.write_bytes(ROOT().certificate.public_bytes(Encoding.PEM))
    assert make_trust(replace(Options(), roots_operator=str(roots)), service.artefacts)
    assert make_trust(replace(Options(), domains=("operator",)), service.artefacts)
    with pytest.raises(UsageError, match="no security domain `king`"):
        make_trust(replace(Options(), domains=("king",)), service.artefacts)
    (tmp_path / "none.pem").write_bytes(b"none")
    with pytest.raises(UsageError, match="no certificates in PEM"):
        read_roots(b"none", "none.pem")
    assert make_signer(Options()) is None
    with pytest.raises(UsageError, match="a signer is a key and its certificates"):
        make_signer(replace(Options(), sign_key=str(roots)))


def test_descriptors_are_signed_where_that_is_configured(service: Service, tmp_path: Path) -> None:
    """A phone's JAD has the signature of its archive, which the terminal's own check takes."""
    from ccpp.server.artefacts import Artefacts  # noqa: PLC0415  a folder of its own

    signer = party("signer", ROOT())
    (tmp_path / "key.pem").write_bytes(signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "chain.pem").write_bytes(signer.certificate.public_bytes(Encoding.PEM))
    options = replace(Options(), sign_key=str(tmp_path / "key.pem"), sign_certificates=str(tmp_path / "chain.pem"))
    chess = service.current.catalogue.applications["chess"]
    variant = next(one for one in chess.variants if one.id == "chess-medium")
    archive = tmp_path / variant.artefact.uri.rpartition("/")[2]
    with ZipFile(archive, "w") as made:
        manifest = (
            "Manifest-Version: 1.0\nMIDlet-Name: Chess\nMIDlet-Version: 1.0.0\nMIDlet-Vendor: Example\nMIDlet-1: Chess, , C\n"
        )
        made.writestr("C.class", b"\xca\xfe\xba\xbe")
        made.writestr(
            "META-INF/MANIFEST.MF", manifest + "MicroEdition-Profile: MIDP-2.0\nMicroEdition-Configuration: CLDC-1.0\n"
        )
    live = service.current
    plain = replace(variant, artefact=replace(variant.artefact, digest=None, size=None))
    catalogue = replace(live.catalogue, applications={"chess": replace(chess, variants=(plain,))})
    serving = replace(service, live=type(live)(catalogue, 1), artefacts=Artefacts(str(tmp_path)), signer=make_signer(options))
    response = Ask(serving)(
        "GET", "/applications/chess/descriptor", x_wap_profile=f'"{N80}"', accept="text/vnd.sun.j2me.app-descriptor"
    )
    assert response.status == 200, response.body
    assert response.body.startswith(b"MIDlet"), response.body
    jad = dict(line.split(": ", 1) for line in response.body.decode().splitlines())
    verify_signature(jad, archive.read_bytes())
    with pytest.raises(Exception, match="not of this archive"):
        verify_signature(jad, archive.read_bytes() + b" ")
