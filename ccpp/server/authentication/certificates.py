"""Client certificates (RFC 5246 §7.4.6, RFC 8446 §4.4.2): whom one names, by the operator's table of callers.

That it was issued by whom the operator trusts, and that the caller has its key, is what the handshake proved, ours or a named proxy's; here it is
looked at whose it is, and whether its time has come and not gone. The table is TOML::

    [[certificate]]
    subject = "CN=tps.example,O=Operator"         # RFC 4514; or dns, uri or email, for one of its alternative names
    roles = ["provisioning-server"]

    [[certificate]]
    uri = "urn:imsi:*"                            # one star stands for what is no part of a name's structure
    issuer = "CN=Devices"
    roles = ["device"]
    subscriber = true                             # what the star stands for
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography import x509

from ccpp.errors import UsageError
from ccpp.server.authentication.method import Silent, Unproven, is_name
from ccpp.server.memory import Memory
from ccpp.server.message import Identity, Role
from ccpp.server.steps import call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.server.message import Request
    from ccpp.server.steps import Steps

#: Bytes of a table, and its rows.
MAX_TABLE, MAX_ROWS = 1_048_576, 1_000
#: Certificates that are known again, at some 2 KB each.
_KNOWN = 4_096
#: What a star stands for: nothing that separates the parts of a subject or of a URI.
_STAR = r"([^,+\"\\<>;=/?#@*\s]+)"
_BY = ("subject", "dns", "uri", "email")
_KEYS = frozenset({*_BY, "issuer", "roles", "subscriber"})


class Rule(NamedTuple):
    """A row: what of a certificate it looks at, the pattern, the issuer where one is named, the roles, and whether the star is the subscriber."""

    by: str
    pattern: re.Pattern[str]
    issuer: str | None
    roles: frozenset[Role]
    subscriber: bool


class Known(NamedTuple):
    """Whom a certificate names, where it names somebody, and between which times."""

    identity: Identity | None
    start: float
    end: float


def read_callers(content: bytes, source: str) -> tuple[Rule, ...]:
    """The rows of a table of callers.

    Raises:
        UsageError: it is no such table.
    """
    try:
        rows = tomllib.loads(content.decode()).get("certificate", [])
    except (ValueError, RecursionError) as error:
        raise UsageError(f"not TOML: {error}", source=source) from None
    if not isinstance(rows, list) or not rows or len(rows) > MAX_ROWS:
        raise UsageError(
            f"no callers, or more than {MAX_ROWS}", source=source, hint="a [[certificate]] for each kind of caller"
        )
    return tuple(_rule(row, number, source) for number, row in enumerate(rows, 1))


def _rule(row: Any, number: int, source: str) -> Rule:  # noqa: ANN401  TOML
    def wrong(what: str) -> UsageError:
        return UsageError(
            f"caller {number} {what}", source=source, hint='for example subject = "CN=tps.example", roles = ["device"]'
        )

    if not isinstance(row, dict) or row.keys() - _KEYS:
        raise wrong(f"may have {', '.join(sorted(_KEYS))}")
    named = [by for by in _BY if by in row]
    if len(named) != 1 or not all(isinstance(row.get(key, ""), str) for key in (*named, "issuer")):
        raise wrong(f"is known by one of {', '.join(_BY)}")
    by, roles, subscriber = named[0], row.get("roles"), row.get("subscriber", False)
    if not isinstance(roles, list) or not roles or not set(map(str, roles)) <= set(Role):
        raise wrong(f"has no roles, of {', '.join(Role)}")
    if row[by].count("*") > 1 or not isinstance(subscriber, bool) or (subscriber and "*" not in row[by]):
        raise wrong("has one star at most, and one where it is the subscriber")
    pattern = re.compile(re.escape(row[by]).replace(re.escape("*"), _STAR))
    return Rule(by, pattern, row.get("issuer"), frozenset(map(Role, roles)), subscriber)


class Certificates(Silent):
    """The method: certificates by a table of callers."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._rules = rules
        self._known: Memory[bytes, Known] = Memory(_KNOWN)

    def identify(self, request: Request) -> Steps[Identity | None]:
        """Whose certificate it is."""
        if not request.certificate:
            return None
        known = self._known.get(request.certificate)
        if known is None:
            found = yield from call(name_certificate, request.certificate, self._rules)
            known = self._known.put(request.certificate, found)
        if known.identity is None or not known.start <= request.time <= known.end:
            raise Unproven("the certificate is nobody's here, or its time has not come or has gone")
        return known.identity


def name_certificate(content: bytes, rules: tuple[Rule, ...]) -> Known:
    """Whom a certificate in DER names: by the first row that fits."""
    try:
        certificate = x509.load_der_x509_certificate(content)
        names = _names(certificate)
        issuer = certificate.issuer.rfc4514_string()
        start, end = certificate.not_valid_before_utc.timestamp(), certificate.not_valid_after_utc.timestamp()
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return Known(None, 0.0, 0.0)
    for rule in rules:
        if rule.issuer in {None, issuer}:
            match = next(filter(None, map(rule.pattern.fullmatch, names[rule.by])), None)
            if match and is_name(match[0]):
                return Known(Identity("certificate:" + match[0], rule.roles, match[1] if rule.subscriber else None), start, end)
    return Known(None, start, end)


def _names(certificate: x509.Certificate) -> Mapping[str, list[str]]:
    """What a certificate says of its owner, by the kinds that a row can look at."""
    try:
        stated = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        stated = x509.SubjectAlternativeName([])
    return {
        "subject": [certificate.subject.rfc4514_string()],
        "dns": list(stated.get_values_for_type(x509.DNSName)),
        "uri": list(stated.get_values_for_type(x509.UniformResourceIdentifier)),
        "email": list(stated.get_values_for_type(x509.RFC822Name)),
    }
