"""Whether a document conforms: the validating consumer of CC/PP 1.0 and UAProf.

Validation is a pass of its own. It rejects every document that breaks a rule, with the rule's name, while the reader
(`ccpp.reading`) makes of the same document what it can; neither changes for the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ccpp.conformance.document import describe
from ccpp.conformance.rules import Breach
from ccpp.diagnostics import Severity
from ccpp.errors import NotRdf
from ccpp.reading import read_statements

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.conformance.rules import Rule
    from ccpp.conformance.schemas import Schemas
    from ccpp.diagnostics import Diagnostic


class Violation(NamedTuple):
    """A rule that a document breaks, and where: the node, the property and the line, as far as they are known.

    `constraint` is the local name of the SHACL constraint component that says the same, empty where SHACL has none.
    """

    rule: str
    severity: Severity
    reference: str
    message: str
    line: int | None
    node: str | None
    path: str | None
    constraint: str


class Report(NamedTuple):
    """What is wrong with one document, and what the lenient reader found on its way through it."""

    document: str
    violations: tuple[Violation, ...]
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def conforms(self) -> bool:
        """Whether no rule is broken whose breaking is an error."""
        return all(violation.severity is not Severity.ERROR for violation in self.violations)


def validate(data: bytes, *, uri: str, rules: Mapping[str, Rule], schemas: Schemas, document: str | None = None) -> Report:
    """Hold a document against a set of rules (`ccpp.conformance.uaprof.PROFILES`).

    Args:
        data: the document.
        uri: its URI, the base of its references.
        rules: the rules by name.
        schemas: the published schemas.
        document: how the report names the document; its URI if not given.

    Raises:
        NotXml: the bytes are not XML, so there is nothing to judge.
        ProfileTooLarge: a bound of the reader was passed.
    """
    name = document or uri
    try:
        statements, departures = read_statements(data, uri)
    except NotRdf as error:
        return Report(name, (violation_of(rules["rdf-xml"], Breach(None, None, error.line or 0, error.message)),))
    described = describe(statements, departures, schemas)
    found = [violation_of(rule, breach) for rule in rules.values() for breach in rule.check(described)]
    return Report(name, tuple(sorted(found, key=lambda one: one.line or 0)))


def violation_of(rule: Rule, breach: Breach) -> Violation:
    """A breach with what its rule says of it."""
    line = breach.line or None
    return Violation(
        rule.name, rule.severity, rule.reference, breach.message, line, breach.node, breach.path, breach.constraint
    )
