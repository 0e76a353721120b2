"""What can be said of a catalogue alone. Each analysis is a pure function of the catalogue, the vocabularies' attributes and a time."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from ccpp.analysis.findings import Kind
from ccpp.analysis.questions import Analysis
from ccpp.catalogue.dependencies import supplies
from ccpp.catalogue.model import Supply
from ccpp.delivery import languages_of
from ccpp.inspection import analyse_catalogue
from ccpp.linting.rules import LintFinding
from ccpp.model import Rule
from ccpp.requirements.expression import All, Reference, walk
from ccpp.requirements.shacl import PLATFORM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from ccpp.catalogue.model import Application, Catalogue, Layer, Preference, Refusal, Setting, Variant
    from ccpp.model import Attribute, AttributeName


class Case(NamedTuple):
    """What is looked at; `at` is the time that periods are held against."""

    catalogue: Catalogue
    attributes: Mapping[AttributeName, Attribute]
    at: datetime


def local(name: str) -> str:
    """The local part of an IRI."""
    return name.rpartition("#")[2].rpartition("/")[2]


# Requirements.

#: Kind of finding → what to do about it.
_REMEDIES = {
    Kind.UNSATISFIABLE: "correct or drop one of these parts",
    Kind.SHADOWED: "prefer it to the other, ask more in the other, or take it out",
    Kind.SAME: "tell them apart by what they require, or take one out",
    Kind.REDUNDANT: "leave that part out",
}


def of_requirements(case: Case) -> Iterator[LintFinding]:
    """What is proved of the requirements, and what of the variants follows."""
    findings = analyse_catalogue(case.catalogue, case.attributes)
    rivals = {variant.id: variant for variant in _variants(case.catalogue)}
    for one in findings.found:
        if one.kind in {Kind.SHADOWED, Kind.SAME} and not (
            one.other and one.group and _alike(rivals[one.subject], rivals[one.other], one.group, case.catalogue)
        ):
            continue
        yield LintFinding(one.kind.value, one.subject, one.sentence, _REMEDIES[one.kind])
    impossible = {one.subject for one in findings.found if one.kind is Kind.UNSATISFIABLE}
    for variant in _variants(case.catalogue):
        if variant.requirement in impossible:
            message = f"`{variant.id}` is never chosen: no device satisfies `{local(variant.requirement or '')}`"
            yield LintFinding("unreachable", variant.id, message, "correct the requirement")
    if findings.open:
        first = findings.open[0]
        message = f"questions that were not decided: {len(findings.open)}; the first, whether `{first.subject}` is {first.kind}: {first.why}"
        yield LintFinding("undecided", first.subject, message, "look at it yourself; nothing wrong was proved")


def _alike(variant: Variant, other: Variant, group: str, catalogue: Catalogue) -> bool:
    """Whether two variants of an application differ for nobody but by what they require: else a subscriber may get either."""
    wishes = (*catalogue.preferences, *catalogue.refusals, *catalogue.applications[group].supply.preferences)
    return (
        not wishes
        and variant.artefact.media_type == other.artefact.media_type
        and set(languages_of(variant)) == set(languages_of(other))
        and not variant.parts
        and not other.parts
        and variant.supply == other.supply == Supply()
    )


def of_conditions(case: Case) -> Iterator[LintFinding]:
    """Conditions that never hold, or always, on the devices that get what they belong to."""
    analysis = Analysis(case.catalogue.requirements, case.attributes)
    known: dict[tuple[str | None, str], tuple[bool, bool]] = {}

    def outcome(variant: Variant, when: str) -> tuple[bool, bool]:
        """Whether a condition never holds, and whether it always does, where a variant is chosen for its requirement."""
        if variant.serve_indeterminate or any(one.included for one in variant.supply.exceptions):
            return False, False
        key = variant.requirement, when
        if key not in known:
            condition = Reference(when)
            required = Reference(variant.requirement) if variant.requirement else All(())
            never = analysis.unsatisfiable(All((required, condition))).proved
            known[key] = never, not never and analysis.implies(required, condition).proved
        return known[key]

    for application in case.catalogue.applications.values():
        owners: list[tuple[str, Sequence[Layer], Sequence[Variant]]] = [
            (application.id, application.layers, application.variants)
        ]
        owners += [(variant.id, variant.layers, [variant]) for variant in application.variants]
        for owner, layers, variants in owners:
            for when in [layer.when for layer in layers if layer.when]:
                outcomes = [outcome(variant, when) for variant in variants]
                if all(never for never, _ in outcomes):
                    message = f"`{owner}` has settings when `{local(when)}`, which holds on no device that gets it"
                    yield LintFinding("dead-condition", owner, message, "correct the condition, or take the settings out")
                elif all(always for _, always in outcomes):
                    message = f"`{owner}` has settings when `{local(when)}`, which holds on every device that gets it"
                    yield LintFinding("needless-condition", owner, message, "state them without a condition")


def of_references(case: Case) -> Iterator[LintFinding]:
    """Requirements that nothing refers to."""
    requirements = case.catalogue.requirements
    used = {part.name for name in requirements for part in walk(requirements[name]) if isinstance(part, Reference)}
    used |= set(_asked(case.catalogue))
    for name in requirements:
        if name not in used and not name.startswith(PLATFORM):
            yield LintFinding("unused-requirement", name, f"nothing refers to `{local(name)}`", "refer to it, or take it out")


def _asked(catalogue: Catalogue) -> Iterator[str]:
    """Every requirement that a part of a catalogue names."""
    layers = [layer for one in catalogue.operator for layer in one.layers]
    wishes: list[Preference | Refusal] = [*catalogue.preferences, *catalogue.refusals]
    named = [one.requirement for one in catalogue.terminal_settings.values()]
    layers += [layer for one in catalogue.terminal_settings.values() for layer in one.layers]
    for application in catalogue.applications.values():
        layers += application.layers
        wishes += [one for _, supply in supplies(application) for one in supply.preferences]
        for variant in application.variants:
            layers += variant.layers
            named += [variant.requirement, *(part.requirement for part in variant.parts)]
    yield from (name for name in (*named, *(one.when for one in layers), *(one.when for one in wishes)) if name)


# Settings.


def of_settings(case: Case) -> Iterator[LintFinding]:
    """Settings that never take effect."""
    for application in case.catalogue.applications.values():
        own = {one.key: one for one in application.layers[0].settings}
        for variant in application.variants:
            yield from _locked(own, application, variant)
        stated = Counter(one.key for variant in application.variants for one in variant.layers[0].settings)
        for key, setting in own.items():
            if stated[key] == len(application.variants) and setting.rule in {None, Rule.OVERRIDE}:
                message = f"`{application.id}` states setting `{key}`, which every variant of it overrides"
                yield LintFinding("dead-setting", application.id, message, "leave it out, or lock it")


def _locked(own: Mapping[str, Setting], application: Application, variant: Variant) -> Iterator[LintFinding]:
    for layer in variant.layers:
        for setting in layer.settings:
            if setting.key in own and own[setting.key].rule is Rule.LOCKED:
                message = f"`{variant.id}` states setting `{setting.key}`, which `{application.id}` locks"
                yield LintFinding("dead-setting", variant.id, message, "leave it out, or let the application override")


# Terms of supply.


def of_languages(case: Case) -> Iterator[LintFinding]:
    """Languages that an application lacks and others speak; applications that state none are for everybody."""
    spoken = {
        application.id: {language.casefold() for variant in application.variants for language in languages_of(variant)}
        for application in case.catalogue.applications.values()
    }
    speakers = Counter(language for languages in spoken.values() for language in languages)
    for name, languages in spoken.items():
        missing = [language for language in speakers if not any(_serves(one, language) for one in languages)]
        if languages and missing:
            counted = ", ".join(f"{language} (spoken by {speakers[language]})" for language in sorted(missing))
            message = f"`{name}` speaks {', '.join(sorted(languages))}, and not {counted}"
            yield LintFinding("locale-gap", name, message, "add a variant or a part in that language")


def _serves(one: str, language: str) -> bool:
    return one == language or one.startswith(f"{language}-") or language.startswith(f"{one}-")


def of_fallbacks(case: Case) -> Iterator[LintFinding]:
    """Fallbacks that do not fit every device."""
    for application in case.catalogue.applications.values():
        for variant in application.variants:
            if variant.id == application.fallback and variant.requirement:
                message = f"`{variant.id}` is the fallback of `{application.id}`, but requires `{local(variant.requirement)}`"
                yield LintFinding("conditional-fallback", variant.id, message, "let the fallback require nothing")


def of_supply(case: Case) -> Iterator[LintFinding]:
    """Rollouts and exceptions that are over, and rollouts to nobody."""
    for application in case.catalogue.applications.values():
        for owner, supply in supplies(application):
            rollout = supply.rollout
            if rollout and rollout.until and rollout.until <= case.at:
                message = f"the rollout of `{owner}` ended {rollout.until:%Y-%m-%d}, so nobody gets it"
                yield LintFinding("expired-rollout", owner, message, "prolong it, drop it, or withdraw the thing")
            elif rollout and not rollout.share and not rollout.allow:
                yield LintFinding(
                    "empty-rollout", owner, f"the rollout of `{owner}` reaches nobody", "name some, or make it a draft"
                )
            for exception in supply.exceptions:
                if exception.until and exception.until <= case.at:
                    model = " ".join(one for one in (exception.vendor, exception.model) if one)
                    message = f"the exception of `{owner}` for {model} expired {exception.until:%Y-%m-%d}"
                    yield LintFinding("expired-exception", owner, message, "prolong it or take it out")


def _variants(catalogue: Catalogue) -> Iterator[Variant]:
    for application in catalogue.applications.values():
        yield from application.variants


ANALYSES: tuple[Callable[[Case], Iterator[LintFinding]], ...] = (
    of_requirements,
    of_conditions,
    of_references,
    of_settings,
    of_languages,
    of_fallbacks,
    of_supply,
)
