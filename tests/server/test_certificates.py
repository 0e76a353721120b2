"""Client certificates and proxies: who a certificate names, whose word counts, and that nobody else's does."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import trustme
from conftest import ROOT
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from serving import Ask

from ccpp.errors import CcppError, UsageError
from ccpp.server.authentication.certificates import Certificates, name_certificate, read_callers
from ccpp.server.authentication.guard import Guard
from ccpp.server.authentication.proxies import Proxies, Told, read_certificate
from ccpp.server.authentication.starting import proxies_of, read_networks
from ccpp.server.message import Identity, Request, Role
from ccpp.server.options import Options
from ccpp.server.steps import finish

if TYPE_CHECKING:
    from ccpp.server.service import Service

README = ROOT / "README.md"

TABLE = b"""
[[certificate]]
subject = "CN=tps.example,OU=*,O=*"
roles = ["operator"]

[[certificate]]
dns = "tps.example"
roles = ["provisioning-server"]

[[certificate]]
uri = "urn:imsi:*"
roles = ["device"]
subscriber = true

[[certificate]]
email = "audit@example.com"
issuer = "CN=somebody else"
roles = ["auditor"]
"""


@cache
def authority() -> trustme.CA:
    return trustme.CA()


@cache
def certificate(*names: str) -> bytes:
    made = authority().issue_cert(*names).cert_chain_pems[0].bytes()
    return x509.load_pem_x509_certificate(made).public_bytes(Encoding.DER)


RULES = tuple(rule for rule in read_callers(TABLE.replace(b"OU=*,O=*", b"O=nobody*"), "callers.toml"))
NOW = x509.load_der_x509_certificate(certificate("tps.example")).not_valid_before_utc.timestamp() + 60


def identity(content: bytes, now: float = NOW) -> Identity | None:
    return finish(Certificates(RULES).identify(Request("GET", "/", certificate=content, time=now)))


def test_a_table_names_callers_by_their_certificates() -> None:
    assert identity(b"") is None
    assert identity(certificate("tps.example")) == Identity("certificate:tps.example", frozenset({Role.PROVISIONING_SERVER}))


def with_uri(uri: str, subject: str = "CN=device") -> bytes:
    """A certificate that trustme does not make."""
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415

    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    key, start = generate_private_key(SECP256R1()), datetime.fromtimestamp(NOW, UTC) - timedelta(hours=1)
    name = x509.Name.from_rfc4514_string(subject)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)]), critical=False)
    return made.sign(key, SHA256()).public_bytes(Encoding.DER)


def test_a_device_s_certificate_names_its_subscriber() -> None:
    found = identity(with_uri("urn:imsi:001010123456789"))
    assert found == Identity("certificate:urn:imsi:001010123456789", frozenset({Role.DEVICE}), "001010123456789")


@pytest.mark.parametrize(
    "uri", ["urn:imsi:", "urn:imsi:1/2", "xurn:imsi:1", "urn:imsi:1\x0a", "urn:imsi:1,2", "urn:imsi:*", "other"]
)
def test_a_star_stands_for_no_structure(uri: str) -> None:
    with pytest.raises(CcppError, match="nobody's here"):
        identity(with_uri(uri))


@pytest.mark.parametrize(
    "subject", ["CN=tps.example,O=x", "O=nobody,CN=tps.example", r"CN=tps.example\,O\=nobody", "CN=tps.exampleXO=nobody"]
)
def test_a_subject_is_not_any_text_that_looks_alike(subject: str) -> None:
    with pytest.raises(CcppError, match="nobody's here"):
        identity(with_uri("urn:x:y", subject))


def test_a_certificate_has_its_time() -> None:
    end = x509.load_der_x509_certificate(certificate("tps.example")).not_valid_after_utc.timestamp()
    for now in (NOW - 120, end + 1):
        with pytest.raises(CcppError, match="its time has not come or has gone"):
            identity(certificate("tps.example"), now)


@given(st.binary(max_size=200))
def test_any_bytes_are_nobody_s_certificate(content: bytes) -> None:
    assert name_certificate(content, RULES).identity is None


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (b"", "no callers"),
        (b"certificate", "not TOML"),
        (b"[[certificate]]\nroles = ['device']", "is known by one of"),
        (b"[[certificate]]\nsubject = 'a'\ndns = 'b'\nroles = ['device']", "is known by one of"),
        (b"[[certificate]]\ndns = 'b'", "has no roles"),
        (b"[[certificate]]\ndns = 'b'\nroles = ['king']", "has no roles"),
        (b"[[certificate]]\ndns = '*.*'\nroles = ['device']", "one star at most"),
        (b"[[certificate]]\ndns = 'a'\nroles = ['device']\nsubscriber = true", "one star at most"),
        (b"[[certificate]]\ndns = 'a'\nroles = ['device']\nextra = true", "may have"),
        (b"[[certificate]]\ndns = 1\nroles = ['device']", "is known by"),
    ],
)
def test_a_table_that_is_wrong_is_told(table: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_callers(table, "callers.toml")


# Proxies.

PROXIES = Proxies(read_networks(("10.0.0.0/8", "::1"), "trusted_proxies"), "client-cert", "x-msisdn")


def seen(client: str, *fields: tuple[str, str], certificate: bytes = b"") -> Request:
    return PROXIES.seen(Request("GET", "/", fields, client=client, certificate=certificate))


def test_a_proxy_s_word_counts() -> None:
    shown = certificate("tps.example")
    rfc = ":" + b64encode(shown).decode() + ":"
    assert seen("10.1.2.3", ("client-cert", rfc)).certificate == shown
    pem = quote(x509.load_der_x509_certificate(shown).public_bytes(Encoding.PEM).decode())
    assert seen("::1", ("client-cert", pem)).certificate == shown
    request = seen("10.1.2.3", ("x-msisdn", "3584"))
    assert finish(Told("x-msisdn").identify(request)) == Identity("subscriber:3584", frozenset({Role.DEVICE}), "3584")


@pytest.mark.parametrize("client", ["192.0.2.1", "11.0.0.1", "", "::2", "testclient"])
def test_nobody_else_s_does(client: str) -> None:
    request = seen(client, ("x-msisdn", "3584"), ("client-cert", ":AAAA:"), ("accept", "*/*"), ("x-forwarded-for", "10.0.0.1"))
    assert request.headers == (("accept", "*/*"), ("x-forwarded-for", "10.0.0.1"))
    assert (request.certificate, request.client) == (b"", client)


def test_a_subscriber_comes_through_the_proxy(service: Service) -> None:
    guard = Guard([Certificates(RULES), Told("x-msisdn")], (), PROXIES)
    for client, name in (("10.1.2.3", "subscriber:3584"), ("192.0.2.1", "anonymous")):
        request = Request("GET", "/settings", (("x-msisdn", "3584"),), client=client, time=NOW)
        assert finish(guard(request, service)).name == name


def test_the_table_in_readme_is_one() -> None:
    (table,) = (
        one for one in re.findall(r"^```toml\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL) if "certificate" in one
    )
    rules = read_callers(table.encode(), "README.md")
    assert [rule.by for rule in rules] == ["dns", "uri"]
    assert rules[1].subscriber


def test_a_proxy_s_own_certificate_is_nobody_else_s() -> None:
    assert seen("10.1.2.3", certificate=b"the proxy's").certificate == b""


@pytest.mark.parametrize("value", ["AAAA", ":*:", "-----BEGIN CERTIFICATE-----", ":" + "A" * 20_000 + ":", "%00"])
def test_a_header_without_a_certificate_is_refused(value: str) -> None:
    with pytest.raises(CcppError, match="has no certificate"):
        read_certificate(value)


def test_a_header_that_is_there_twice_is_refused() -> None:
    with pytest.raises(CcppError, match="more than one"):
        seen("10.0.0.1", ("x-msisdn", "1"), ("x-msisdn", "2"))


@pytest.mark.parametrize(
    ("told", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("1.1.1.1, 192.0.2.7", "192.0.2.7"),  # what stands before was the client's to write
        ("192.0.2.7, 10.9.9.9", "192.0.2.7"),
        ("10.9.9.9", "10.0.0.1"),
        ("", "10.0.0.1"),
    ],
)
def test_an_address_is_the_outermost_proxy_s_peer(told: str, client: str) -> None:
    assert seen("10.0.0.1", ("x-forwarded-for", told)).client == client


def test_headers_of_proxies_need_proxies() -> None:
    with pytest.raises(UsageError, match="no `trusted_proxies`"):
        proxies_of(replace(Options(), proxy_subscriber="X-MSISDN"))
    with pytest.raises(UsageError, match="no network"):
        proxies_of(replace(Options(), trusted_proxies=("10.0.0.1/8",)))


@pytest.mark.parametrize("name", ["x-msisdn", "client-cert", "x-up-calling-line-id", "x-forwarded-for", "x-real-ip", "from"])
def test_a_subscriber_is_never_whom_a_device_says(service: Service, name: str) -> None:
    guard = Guard([Certificates(RULES), Told("x-msisdn")], {Role.DEVICE}, PROXIES)
    ask = Ask(replace(service, authenticate=guard))
    assert ask("GET", "/autoconfiguration", b"", ((name, "358401234567"),)).status == 511
    body = b'{"subscriber": "358401234567", "uri": "http://ua.echo.example/droid.rdf"}'
    assert ask("POST", "/v1/settings", body, ((name, "358401234567"),), content_type="application/json").status == 403
