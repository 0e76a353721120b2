"""A catalogue's requirements analysed, each variant beside the better ones of its application; and what was found as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccpp.analysis.findings import Candidate, Findings, analyse_requirements, said
from ccpp.selection import by_preference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.catalogue.model import Catalogue
    from ccpp.model import Attribute, AttributeName


def analyse_catalogue(catalogue: Catalogue, attributes: Mapping[AttributeName, Attribute]) -> Findings:
    """What there is to say of a catalogue's requirements; `attributes` are those of the vocabularies."""
    groups = {
        name: [Candidate(one.id, one.requirement, one.serve_indeterminate) for one in by_preference(application)]
        for name, application in catalogue.applications.items()
    }
    return analyse_requirements(catalogue.requirements, attributes, groups)


def plain_findings(findings: Findings) -> dict[str, Any]:
    """Findings as JSON."""
    return {
        "found": [{**one._asdict(), "because": [said(clause) for clause in one.because]} for one in findings.found],
        "undecided": [one._asdict() for one in findings.open],
        "questions": {outcome.value: number for outcome, number in findings.asked.items()},
    }
