"""The table of rules: how much each finding matters, and the sentence that says what it is."""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple

from ccpp.diagnostics import Severity


class LintRule(NamedTuple):
    """How much it matters, and what it means."""

    severity: Severity
    sentence: str


class LintFinding(NamedTuple):
    """One finding: its rule, the thing it is about by name, what is wrong, what to do, and where that thing stands."""

    rule: str
    subject: str
    message: str
    hint: str
    source: str | None = None
    line: int | None = None

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return RULES[self.rule].severity


_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

RULES: MappingProxyType[str, LintRule] = MappingProxyType(
    {
        # The catalogue does not load.
        "document": LintRule(_ERROR, "A document is not of its syntax, or states what no part of a catalogue can state."),
        "structure": LintRule(
            _ERROR, "A thing breaks the shapes of catalogues: a property it needs, may not have, or of a wrong kind."
        ),
        "requirement": LintRule(_ERROR, "A requirement cannot be compiled."),
        # It loads, but says what cannot be meant.
        "unsatisfiable": LintRule(_ERROR, "No device satisfies a requirement, whatever it states."),
        "unreachable": LintRule(_WARNING, "A variant is never chosen, because no device satisfies what it requires."),
        "shadowed": LintRule(_WARNING, "A variant is never chosen, because a better one fits wherever it does."),
        "same": LintRule(_WARNING, "Two variants of an application fit the same devices."),
        "redundant": LintRule(_INFO, "A part of a requirement changes nothing."),
        "undecided": LintRule(_INFO, "Something about the requirements could not be decided."),
        "dead-condition": LintRule(
            _WARNING, "Conditional settings never apply, because no device that gets the variant meets the condition."
        ),
        "needless-condition": LintRule(_INFO, "A condition always holds where its settings could apply."),
        "dead-setting": LintRule(
            _WARNING, "A setting never takes effect: others always override it, or a lower layer locks it."
        ),
        "unused-requirement": LintRule(_INFO, "Nothing refers to a requirement."),
        "locale-gap": LintRule(_WARNING, "An application lacks a language that others of the catalogue speak."),
        "conditional-fallback": LintRule(_WARNING, "A fallback has a requirement, so there are devices without any variant."),
        "expired-rollout": LintRule(_WARNING, "A rollout has ended: nobody gets the thing any more."),
        "expired-exception": LintRule(_WARNING, "An exception has expired."),
        "empty-rollout": LintRule(_INFO, "A rollout reaches nobody."),
        # Beside real profiles.
        "unstated-attribute": LintRule(_WARNING, "A requirement asks for an attribute that none of the profiles states."),
        "artefact-too-large": LintRule(_WARNING, "An artefact is larger than what some of the devices that it fits accept."),
        "unchosen": LintRule(_INFO, "None of the profiles gets a variant."),
    }
)
