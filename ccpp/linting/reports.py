"""A catalogue linted, and the findings for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccpp.catalogue.loading import load_with_places
from ccpp.conformance import Report, Violation
from ccpp.conformance.formats import sarif as sarif_of
from ccpp.conformance.rules import Rule
from ccpp.errors import CatalogueError, RequirementError
from ccpp.linting.analyses import ANALYSES, Case
from ccpp.linting.reach import beside_profiles
from ccpp.linting.rules import RULES, LintFinding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from ccpp.catalogue.model import Document
    from ccpp.model import ResolvedProfile
    from ccpp.vocabulary import Vocabularies


def lint(
    documents: Sequence[Document], vocabularies: Vocabularies, *, at: datetime, profiles: Sequence[ResolvedProfile] = ()
) -> tuple[LintFinding, ...]:
    """All findings of a catalogue, by document and line; of one that does not load, what is wrong with its structure."""
    try:
        catalogue, place_of = load_with_places(documents, vocabularies)
    except (CatalogueError, RequirementError) as error:
        return _broken(error, documents)
    case = Case(catalogue, vocabularies.attributes, at)
    found = [one for analysis in ANALYSES for one in analysis(case)]
    if profiles:
        found += beside_profiles(catalogue, profiles)
    placed = [
        one._replace(source=source or documents[0].name, line=line) for one in found for source, line in [place_of(one.subject)]
    ]
    return tuple(sorted(placed, key=lambda one: (one.source or "", one.line or 0)))


def _broken(error: CatalogueError | RequirementError, documents: Sequence[Document]) -> tuple[LintFinding, ...]:
    """What the loader stopped at, and what the shapes find on other lines."""
    from ccpp.linting.structure import breaches  # noqa: PLC0415  only for a catalogue that is broken

    rule = "requirement" if isinstance(error, RequirementError) else "document"
    first = LintFinding(rule, error.subject or "", error.message, error.hint or "", error.source, error.line)
    return first, *(one for one in breaches(documents) if (one.source, one.line) != (first.source, first.line))


def plain_lint(findings: Iterable[LintFinding]) -> list[dict[str, Any]]:
    """Findings as JSON."""
    return [{"severity": one.severity.value, **one._asdict()} for one in findings]


def sarif(findings: Sequence[LintFinding]) -> dict[str, Any]:
    """Findings as one run of SARIF 2.1.0."""
    rules = {name: Rule(name, row.severity, _REFERENCE, row.sentence, lambda _: ()) for name, row in RULES.items()}
    sources = dict.fromkeys(one.source or "" for one in findings)
    return sarif_of([Report(name, tuple(_violation(one) for one in findings if one.source == name)) for name in sources], rules)


_REFERENCE = "README, Checking a catalogue"


def _violation(one: LintFinding) -> Violation:
    message = f"{one.message} ({one.hint})" if one.hint else one.message
    return Violation(one.rule, one.severity, _REFERENCE, message, one.line, one.subject or None, None, "")
