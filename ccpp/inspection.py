"""The requirements of a document, and a catalogue's analysed, each variant beside the better ones; what was found as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccpp.analysis.findings import Candidate, Findings, analyse_requirements, said
from ccpp.catalogue.documents import read_document
from ccpp.catalogue.terms import CAT
from ccpp.errors import RequirementError
from ccpp.requirements.shacl import read_requirements
from ccpp.selection import by_preference

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from ccpp.catalogue.model import Application, Catalogue, Document, Variant
    from ccpp.model import Attribute, AttributeName
    from ccpp.requirements.graph import RequirementGraph
    from ccpp.vocabulary import Vocabularies


def analyse_catalogue(catalogue: Catalogue, attributes: Mapping[AttributeName, Attribute]) -> Findings:
    """What there is to say of a catalogue's requirements; `attributes` are those of the vocabularies.

    Only variants of one media type and language, supplied on the same terms, are compared: that one is never chosen is said of every device
    and every subscriber, unless the better one is refused for its size.
    """
    groups = {
        name: [
            Candidate(one.id, one.requirement, one.serve_indeterminate, _terms(one, application, catalogue))
            for one in by_preference(application)
        ]
        for name, application in catalogue.applications.items()
    }
    return analyse_requirements(catalogue.requirements, attributes, groups)


def _terms(variant: Variant, application: Application, catalogue: Catalogue) -> Hashable:
    """What may set a variant before or behind another, whatever both require."""
    wishes = application.supply.preferences or catalogue.preferences or catalogue.refusals
    return (
        variant.supply,
        variant.parts,
        variant.languages,
        variant.artefact.media_type,
        variant.artefact.size if wishes else None,
    )


def is_catalogue(document: Document) -> bool:
    """Whether a document, of any of a catalogue's syntaxes, holds more than shapes."""
    return any(str(term) == CAT + "Catalogue" for term in read_document(document).objects())


def requirements_in(document: Document, vocabularies: Vocabularies) -> RequirementGraph:
    """The requirements in a document, of whatever else it holds."""
    try:
        return read_requirements(read_document(document), vocabularies)
    except RequirementError as error:
        raise error.located(document.name) from None


def plain_findings(findings: Findings) -> dict[str, Any]:
    """Findings as JSON."""
    return {
        "found": [{**one._asdict(), "because": [said(clause) for clause in one.because]} for one in findings.found],
        "undecided": [one._asdict() for one in findings.open],
        "questions": {outcome.value: number for outcome, number in findings.asked.items()},
    }
