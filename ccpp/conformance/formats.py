"""Conformance reports for other programs: plain data for JSON, SARIF 2.1.0, and a SHACL validation report in Turtle.

One function a format, from reports to data or text; nothing is decided here.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ccpp import __version__
from ccpp.diagnostics import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ccpp.conformance import Report, Violation
    from ccpp.conformance.rules import Rule

Plain = dict[str, Any]


def plain_rules(rules: Mapping[str, Rule]) -> list[Plain]:
    """The table of rules."""
    return [
        {"rule": rule.name, "severity": rule.severity.value, "reference": rule.reference, "sentence": rule.sentence}
        for rule in rules.values()
    ]


def plain_report(report: Report) -> Plain:
    """One document: whether it conforms, what it breaks, and what the lenient reader found."""
    return {
        "document": report.document,
        "conforms": report.conforms,
        "violations": [_plain_violation(one) for one in report.violations],
        "diagnostics": [
            {"code": one.code, "severity": one.severity.value, "message": one.message, "line": one.line}
            for one in report.diagnostics
        ],
    }


def _plain_violation(violation: Violation) -> Plain:
    return {
        "rule": violation.rule,
        "severity": violation.severity.value,
        "reference": violation.reference,
        "message": violation.message,
        "line": violation.line,
        "node": violation.node,
        "attribute": violation.path,
    }


# SARIF.

_LEVELS = MappingProxyType({Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"})


def sarif(reports: Iterable[Report], rules: Mapping[str, Rule]) -> Plain:
    """The reports as one run of SARIF 2.1.0 (OASIS)."""
    order = {name: index for index, name in enumerate(rules)}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "ccpp",
                        "semanticVersion": __version__,
                        "rules": [_sarif_rule(rule) for rule in rules.values()],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_sarif_result(report, one, order) for report in reports for one in report.violations],
            }
        ],
    }


def _sarif_rule(rule: Rule) -> Plain:
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.sentence},
        "help": {"text": f"{rule.sentence} Source: {rule.reference}."},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"reference": rule.reference},
    }


def _sarif_result(report: Report, violation: Violation, order: Mapping[str, int]) -> Plain:
    place: Plain = {"physicalLocation": {"artifactLocation": {"uri": _artifact(report.document)}}}
    if violation.line:
        place["physicalLocation"]["region"] = {"startLine": violation.line}
    if violation.node:
        place["logicalLocations"] = [{"fullyQualifiedName": violation.node}]
    index = {"ruleIndex": order[violation.rule]} if violation.rule in order else {}
    return {
        "ruleId": violation.rule,
        **index,
        "level": _LEVELS[violation.severity],
        "message": {"text": violation.message},
        "locations": [place],
    }


def _artifact(document: str) -> str:
    """A document's name as the URI reference that SARIF asks for."""
    return "stdin" if document == "-" else quote(document, safe="/:")


# SHACL.

_SEVERITIES = MappingProxyType({Severity.ERROR: "sh:Violation", Severity.WARNING: "sh:Warning", Severity.INFO: "sh:Info"})
_NOT_IN_IRI = re.compile(r"""[\x00-\x20<>"{}|\\^`]""")
_NOT_IN_LABEL = re.compile("[^A-Za-z0-9]")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_TURTLE_PREFIXES = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ccpp: <urn:ccpp:conformance#> .
"""


def turtle(reports: Iterable[Report]) -> str:
    """The reports as one `sh:ValidationReport`; each result has its document, line and rule in `urn:ccpp:conformance#`.

    `sh:conforms` says whether every document conforms: a warning or an information does not make it false, as in pySHACL with
    `--allow-warnings`.
    """
    listed = list(reports)
    results = [_turtle_result(number, report, one) for number, report in enumerate(listed) for one in report.violations]
    documents = [
        f"[ ccpp:document {_text(report.document)} ; ccpp:conforms {_boolean(value=report.conforms)} ]" for report in listed
    ]
    parts = [
        "[] a sh:ValidationReport",
        f"sh:conforms {_boolean(value=all(report.conforms for report in listed))}",
        *(f"ccpp:validated {document}" for document in documents),
        *(f"sh:result {result}" for result in results),
    ]
    return _TURTLE_PREFIXES + "\n" + " ;\n    ".join(parts) + " .\n"


def _turtle_result(number: int, report: Report, violation: Violation) -> str:
    facts = [
        "a sh:ValidationResult",
        f"sh:focusNode {_node(violation.node or report.document, number)}",
        f"sh:resultSeverity {_SEVERITIES[violation.severity]}",
        f"sh:sourceConstraintComponent {'sh:' + violation.constraint if violation.constraint else 'ccpp:' + violation.rule}",
        f"sh:resultMessage {_text(violation.message)}",
        f"ccpp:rule ccpp:{violation.rule}",
        f"ccpp:document {_text(report.document)}",
    ]
    if violation.path:
        facts.append(f"sh:resultPath {_node(violation.path, number)}")
    if violation.line:
        facts.append(f"ccpp:line {violation.line}")
    return f"[ {' ; '.join(facts)} ]"


def _boolean(*, value: bool) -> str:
    return "true" if value else "false"


def _node(node: str, number: int) -> str:
    """A URI, or a blank node, whose label holds only within its document."""
    if node.startswith("_:"):
        return f"_:d{number}-{_NOT_IN_LABEL.sub('', node)}"
    return "<" + _NOT_IN_IRI.sub(lambda found: f"%{ord(found[0]):02X}", node) + ">"


def _text(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(character, character) for character in text) + '"'
