"""Which form of a document a device gets: the first of a table whose rule its profile satisfies.

A rule is a requirement in `vocabularies/provisioning/formats.ttl`, named as the form, so a verdict on it is explained like any other. A
form without one is for every device.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ccpp.errors import RequirementError
from ccpp.matching.definition import evaluate
from ccpp.matching.explanation import Explanation, explain
from ccpp.model import Verdict
from ccpp.requirements.shacl import read_requirements
from ccpp.requirements.turtle import parse_turtle
from ccpp.vocabulary import vocabulary_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccpp.model import ResolvedProfile
    from ccpp.requirements.graph import RequirementGraph
    from ccpp.vocabulary import Vocabularies

_NAMESPACE = "urn:ccpp:format#"


@dataclass(frozen=True, slots=True)
class Choice:
    """A form that was looked at: whether it was taken, and the reasons where a rule decided."""

    form: str
    taken: bool
    explanation: Explanation | None = None

    @property
    def text(self) -> str:
        """The reason in words."""
        if self.explanation is None:
            return "for every device that no rule before it takes"
        facts = "; ".join(f"{fact.attribute.name} {fact.asked}: {verdict}" for fact, verdict in self.explanation.facts())
        return f"{self.explanation.verdict} ({facts})"


def plain_choice(choice: Iterable[Choice]) -> list[dict[str, Any]]:
    """The forms that were looked at, as plain data."""
    return [{"form": one.form, "taken": one.taken, "reason": one.text} for one in choice]


@lru_cache(maxsize=1)
def format_rules(vocabularies: Vocabularies) -> RequirementGraph:
    """The rules by which forms are chosen."""
    data = (vocabulary_folder() / "provisioning" / "formats.ttl").read_bytes()
    return read_requirements(parse_turtle(data, RequirementError), vocabularies)


def choose_form(names: Iterable[str], profile: ResolvedProfile, rules: RequirementGraph) -> tuple[Choice, ...]:
    """The forms in their order up to the one that is taken, which is the last; what the profile does not state takes none."""
    looked: list[Choice] = []
    for name in names:
        rule = rules.get(_NAMESPACE + name)
        if rule is None:
            return (*looked, Choice(name, taken=True))
        explanation = explain(rule, profile, rules)
        taken = evaluate(rule, profile, rules) is Verdict.SATISFIED
        looked.append(Choice(name, taken, explanation))
        if taken:
            break
    return tuple(looked)
