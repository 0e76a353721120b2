"""Results as plain data, the JSON that the command line prints and other programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccpp.matching.explanation import changes
from ccpp.matching.flipping import phrase
from ccpp.model import Dimension, Secret, Value, Verdict
from ccpp.resolution import account

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ccpp.advice import Advice
    from ccpp.catalogue.model import Catalogue, Variant
    from ccpp.configuration import ConfiguredSetting, Source
    from ccpp.decision import Decision
    from ccpp.diagnostics import Diagnostic
    from ccpp.matching.explanation import Explanation
    from ccpp.model import AttributeName, Resolved, ResolvedProfile, Stated
    from ccpp.planning import Plan
    from ccpp.selection import Reason, Selection

Plain = dict[str, Any]


def plain_value(value: Value | Secret) -> Any:  # noqa: ANN401  JSON
    """A value as JSON writes it: texts, numbers and Booleans as such, dimensions and rationals as text, containers as lists; no secret."""
    if isinstance(value, Dimension):
        return str(value)
    if isinstance(value, tuple):
        return [plain_value(member) for member in value]
    return value if isinstance(value, str | int) else str(value)


def plain_profile(profile: ResolvedProfile) -> Plain:
    """A resolved profile with its origins and findings."""
    return {
        "profile": profile.uri,
        "digest": profile.digest,
        "attributes": {str(name): _resolved(profile.attributes[name]) for name in sorted(profile.attributes)},
        "diagnostics": plain_diagnostics(profile.diagnostics),
    }


def _resolved(resolved: Resolved) -> Plain:
    form: Plain = {
        "value": plain_value(resolved.value),
        "datatype": resolved.attribute.datatype,
        "container": resolved.attribute.container.value,
        "status": resolved.status.value,
        "rule": resolved.attribute.rule.value,
        "origins": [_origin(stated) for stated in resolved.winners],
    }
    if resolved.mappings:
        form["stated"] = plain_value(_as_stated(resolved))
        form["mappings"] = [
            {"from": one.stated, "to": list(one.canonical), "family": one.family, "row": one.row} for one in resolved.mappings
        ]
    if resolved.losers:
        form["beaten"] = [{"value": plain_value(stated.value), **_origin(stated)} for stated in resolved.losers]
    return form


def _as_stated(resolved: Resolved) -> Value:
    """The value before it was normalised: that of its statement, or the members of all its statements in order."""
    values = [stated.value for stated in resolved.winners]
    if len(values) == 1:
        return values[0]
    return tuple(member for value in values for member in (value if type(value) is tuple else (value,)))  # type: ignore[misc]


def _origin(stated: Stated) -> Plain:
    origin = stated.origin
    return {"document": origin.document, "kind": origin.kind.value, "line": origin.line, "uri": origin.uri}


def plain_account(profile: ResolvedProfile, name: AttributeName) -> Plain:
    """Every statement of one attribute: what became of it, and why."""
    resolved = profile.attributes.get(name)
    form: Plain = {"profile": profile.uri, "attribute": str(name), "value": None, "rule": None, "statements": []}
    if resolved is not None:
        form["value"], form["rule"] = plain_value(resolved.value), resolved.attribute.rule.value
        form["statements"] = [
            {
                "outcome": "won" if one.won else "lost",
                "reason": one.reason,
                "value": plain_value(one.stated.value),
                "raw": plain_value(one.stated.raw),
                **_origin(one.stated),
            }
            for one in account(resolved)
        ]
    return form


def plain_diagnostics(diagnostics: Iterable[Diagnostic]) -> list[Plain]:
    """Findings, each with its code, severity, message and line."""
    return [{"code": one.code, "severity": one.severity.value, "message": one.message, "line": one.line} for one in diagnostics]


def plain_match(profile: ResolvedProfile, catalogue: Catalogue, decisions: Mapping[str, Decision]) -> Plain:
    """The verdict of each variant and the chosen one of each application."""
    return {
        "profile": profile.uri,
        "catalogue": catalogue.digest,
        "applications": {
            identifier: {
                "chosen": decision.selection.chosen.id if decision.selection.chosen else None,
                "variants": {reason.variant.id: reason.verdict.value for reason in decision.selection.reasons},
            }
            for identifier, decision in decisions.items()
        },
    }


def plain_selection(selection: Selection) -> Plain:
    """The choice and the reason of each variant."""
    return {
        "chosen": selection.chosen.id if selection.chosen else None,
        "reasons": [_reason(one) for one in selection.reasons],
        "delivery": {
            "parts": [part.id for part in selection.delivery.parts],
            "leftOut": {part.id: why for part, why in selection.delivery.left_out},
            "size": selection.delivery.size,
        },
    }


def _reason(reason: Reason) -> Plain:
    return {
        "variant": reason.variant.id,
        "verdict": reason.verdict.value,
        "cause": reason.cause.value,
        "reason": reason.text,
    }


def plain_plan(plan: Plan) -> Plain:
    """The steps of a plan in order, or what stands in its way."""
    return {
        "steps": [
            {
                "application": step.application.id,
                "variant": step.variant.id,
                "version": step.variant.supply.version or step.application.supply.version,
                "neededBy": list(step.needed_by),
            }
            for step in plan.steps
        ],
        "obstacles": [
            {"chain": list(one.chain), "need": one.need.name, "causes": list(one.causes), "text": one.text}
            for one in plan.obstacles
        ],
        "gaveUp": plan.gave_up,
    }


def plain_configuration(configuration: Mapping[str, ConfiguredSetting]) -> Plain:
    """Each setting with its value, rule, and the layers that stated it."""

    def source(one: Source) -> Plain:
        return {"layer": one.layer, "value": plain_value(one.value)}

    return {
        key: {
            "value": plain_value(setting.value),
            "rule": setting.rule.value,
            "origins": [source(winner) for winner in setting.winners],
            "beaten": [source(loser) for loser in setting.losers],
        }
        for key, setting in configuration.items()
    }


def plain_advice(advice: Advice) -> Plain:
    """What would change a verdict: the device, the requirement, or another variant; and what it rests on."""
    return {
        "core": [str(name) for name in advice.core],
        "missing": [str(name) for name in advice.missing],
        "flip": {
            "device": None
            if advice.device is None
            else [
                {
                    "attribute": str(change.attribute),
                    "before": None if change.before is None else plain_value(change.before),
                    "after": plain_value(change.after),
                }
                for change in advice.device
            ],
            "requirement": None
            if advice.requirement is None
            else [
                {
                    "attribute": str(change.constraint.attribute),
                    "asked": phrase(change.constraint),
                    "instead": None if change.operand is None else phrase(change.constraint, change.operand),
                }
                for change in advice.requirement
            ],
        },
        "nearest": [{"variant": variant.id, "unmet": unmet} for variant, unmet in advice.nearest],
    }


def plain_explained(profile: ResolvedProfile, variant: Variant, advice: Advice, reason: Reason) -> Plain:
    """Everything there is to say of one variant on one device, and why it is chosen or not."""
    return {
        "profile": profile.uri,
        "variant": variant.id,
        "verdict": advice.explanation.verdict.value,
        "explanation": plain_explanation(advice.explanation),
        "changes": changes(advice.explanation),
        **plain_advice(advice),
        "cause": reason.cause.value,
        "reason": reason.text,
    }


def plain_choice_explained(selection: Selection, known: Mapping[str, Advice]) -> Plain:
    """What an application comes to; of each variant its place in the choice, and of those that do not fit what would change it."""
    return {
        "application": selection.application.id,
        "chosen": selection.chosen.id if selection.chosen else None,
        "variants": [{**_reason(one), **_against(known.get(one.variant.id))} for one in selection.reasons],
    }


def _against(advice: Advice | None) -> Plain:
    """What stands in the way of a variant."""
    if advice is None or advice.explanation.verdict is Verdict.SATISFIED:
        return {"changes": []}
    return {"changes": changes(advice.explanation), **plain_advice(advice)}


def plain_explanation(explanation: Explanation) -> Plain:
    """The tree of what decided; a leaf has the attribute, what is asked of it, what is stated, and where."""
    form: Plain = {"requirement": explanation.what, "verdict": explanation.verdict.value}
    fact = explanation.fact
    if fact is None:
        form["parts"] = [plain_explanation(part) for part in explanation.parts]
    else:
        form |= {
            "attribute": str(fact.attribute),
            "asked": fact.asked,
            "stated": None if fact.values is None else [plain_value(value) for value in fact.values],
            "origins": [{"document": one.document, "kind": one.kind.value, "line": one.line} for one in fact.origins],
        }
    return form
