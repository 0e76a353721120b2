"""Results as text for people: tables, marks and colours. Colours are taken out again where there is no terminal."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

from click import style, unstyle

from ccpp.datatypes import lexical
from ccpp.diagnostics import Severity
from ccpp.errors import printable
from ccpp.model import Secret, Status, Verdict
from ccpp.resolution import account

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ccpp.advice import Advice
    from ccpp.catalogue.difference import Difference
    from ccpp.decision import Decision
    from ccpp.diagnostics import Diagnostic
    from ccpp.expectations import Coverage, Result
    from ccpp.impact import Affected, Distribution
    from ccpp.matching.explanation import Explanation
    from ccpp.matching.flipping import ProfileChange
    from ccpp.model import AttributeName, Resolved, ResolvedProfile, Value
    from ccpp.planning import Plan
    from ccpp.records import Replayed
    from ccpp.selection import Selection

_SEVERITY_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
_VERDICT_COLOURS = {Verdict.SATISFIED: "green", Verdict.UNSATISFIED: "red", Verdict.INDETERMINATE: "yellow"}

#: Lines are cut here where the width is not known.
_WIDTH = 120

#: What `click.style` writes; anything else in a cell is shown, and may come from a device.
_STYLE = re.compile(r"(\x1b\[[0-9;]*m)")


def shown(text: str) -> str:
    """Styled text as a terminal may show it: what would move the cursor or turn the line is replaced."""
    return "".join(printable(part) if index % 2 == 0 else part for index, part in enumerate(_STYLE.split(text)))


def table(rows: Sequence[Sequence[str]], *, indent: str = "") -> str:
    """Rows in columns as wide as their longest cell; the last one takes what is left of the line."""
    if not rows:
        return ""
    rows = [[shown(cell) for cell in row] for row in rows]
    width = shutil.get_terminal_size((_WIDTH, 24)).columns
    widths = [max(len(unstyle(row[column])) for row in rows) for column in range(len(rows[0]) - 1)]
    lines = []
    for row in rows:
        cells = [cell + " " * (wide - len(unstyle(cell))) for cell, wide in zip(row, widths, strict=False)]
        start = indent + "  ".join(cells) + ("  " if cells else "")
        room = max(20, width - len(unstyle(start)))
        last = row[-1]
        lines.append((start + (last if len(unstyle(last)) <= room else unstyle(last)[: room - 1] + "…")).rstrip())
    return "\n".join(lines)


def show_value(value: Value | Secret) -> str:
    """A value in words: members with commas between them; nothing of a secret."""
    if isinstance(value, Secret):
        return str(value)
    if type(value) is tuple:
        return ", ".join(lexical(member) for member in value) or "(empty)"
    return lexical(value)  # type: ignore[arg-type]


def show_profile(profile: ResolvedProfile) -> str:
    """A resolved profile, a component a block, an attribute a line."""
    head = f"{style(printable(profile.uri), bold=True)}\n{len(profile.attributes)} attributes, {profile.digest[:19]}…"
    blocks = [head]
    for component in sorted({name.component for name in profile.attributes}):
        rows = [
            (style(name.name, fg="cyan"), _place(resolved), show_value(resolved.value) + _remarks(resolved))
            for name, resolved in sorted(profile.attributes.items())
            if name.component == component
        ]
        blocks.append(f"{style(printable(component), bold=True)}\n{table(rows, indent='  ')}")
    if profile.diagnostics:
        blocks.append(show_diagnostics(profile.diagnostics))
    return "\n\n".join(blocks)


def show_account(profile: ResolvedProfile, name: AttributeName) -> str:
    """Every statement of one attribute, a statement a line: its outcome, its place, its value, the rule that decided."""
    head = f"{style(printable(profile.uri), bold=True)}\n{style(str(name), fg='cyan')}"
    resolved = profile.attributes.get(name)
    if resolved is None:
        return f"{head}: not stated"
    rows = []
    for stated, won, reason in account(resolved):
        origin = stated.origin
        outcome = style("won", fg="green") if won else style("lost", fg="red")
        place = f"{origin.document}:{origin.line or '-'}"
        rows.append((outcome, origin.kind.value, place, style(reason, dim=True), show_value(stated.value)))
    return f"{head} ({resolved.attribute.rule.value}) = {printable(show_value(resolved.value))}\n{table(rows, indent='  ')}"


def _place(resolved: Resolved) -> str:
    origin = resolved.winners[-1].origin
    more = f" +{len(resolved.winners) - 1}" if len(resolved.winners) > 1 else ""
    return style(f"{origin.kind.value}:{origin.line or '-'}{more}", dim=True)


def _remarks(resolved: Resolved) -> str:
    remarks = "" if resolved.status is Status.OK else style(f"  [{resolved.status.value}]", fg="yellow")
    if resolved.losers:
        beaten = ", ".join(f"{show_value(stated.value)} ({stated.origin.kind.value})" for stated in resolved.losers)
        remarks += style(f"  beats {beaten}", dim=True)
    return remarks


def show_diagnostics(diagnostics: Iterable[Diagnostic]) -> str:
    """Findings, a line each."""
    rows = [
        (style(one.severity.value, fg=_SEVERITY_COLOURS[one.severity]), str(one.line or "-"), one.code, one.message)
        for one in diagnostics
    ]
    return table(rows, indent="  ")


def mark(verdict: Verdict) -> str:
    """A verdict as one coloured sign."""
    return style(verdict.mark, fg=_VERDICT_COLOURS[verdict])


def show_selection(selection: Selection) -> str:
    """The choice of an application and the reason of each variant."""
    rows = [(mark(reason.verdict), reason.variant.id, reason.text) for reason in selection.reasons]
    parts = [("+", part.id, part.label) for part in selection.delivery.parts]
    parts += [("-", part.id, why) for part, why in selection.delivery.left_out]
    lines = [_chosen(selection), table(rows, indent="  ")]
    return "\n".join([*lines, table(parts, indent="    ")] if parts else lines)


def _chosen(selection: Selection) -> str:
    chosen = style(selection.chosen.id, fg="green", bold=True) if selection.chosen else style("none fits", fg="red", bold=True)
    return f"{style(selection.application.id, bold=True)}: {chosen}"


def show_plan(plan: Plan) -> str:
    """The steps of a plan, numbered, or what stands in its way."""
    if not plan.steps:
        lines = [style("there is no plan", fg="red", bold=True), *(f"  {one.text}" for one in plan.obstacles)]
        return "\n".join([*lines, "  the search was cut short"] if plan.gave_up else lines)
    rows = [
        (
            f"{number}.",
            style(step.application.id, bold=True),
            step.variant.id,
            step.variant.supply.version or step.application.supply.version or "",
            f"needed by {', '.join(step.needed_by)}" if step.needed_by else "",
        )
        for number, step in enumerate(plan.steps, 1)
    ]
    return table(rows)


def show_configuration(decision: Decision) -> str:
    """The settings of the chosen variant, each with the layer that stated it."""
    rows = []
    for key, setting in decision.configuration.items():
        layers = ", ".join(winner.layer for winner in setting.winners)
        beaten = f", beats {', '.join(loser.layer for loser in setting.losers)}" if setting.losers else ""
        rows.append((style(key, fg="cyan"), show_value(setting.value), style(layers + beaten, dim=True)))
    rows += [(style(one.key, fg="yellow"), "ignored", style(f"{one.layer}: {one.why}", dim=True)) for one in decision.ignored]
    return table(rows, indent="  ")


def show_explanation(explanation: Explanation) -> str:
    """The tree of reasons, and what would change the verdict."""
    from ccpp.matching.explanation import changes, render_explanation  # noqa: PLC0415  `ccpp resolve` shows none

    lines = [_coloured(line) for line in render_explanation(explanation).splitlines()]
    wishes = changes(explanation) if explanation.verdict is not Verdict.SATISFIED else []
    if wishes:
        lines += ["", "What would have to change:", *(f"  - {wish}" for wish in wishes)]
    return "\n".join(lines)


def show_change(change: ProfileChange) -> str:
    """What an attribute would have to state; of a list, what would have to come or go."""
    before, after = change.before, change.after
    if before is None:
        return f"not stated → {show_value(after)}"
    added = tuple(one for one in after if one not in before)
    gone = tuple(one for one in before if one not in after)
    if len(before) <= 1 >= len(after) or not (added or gone):
        return f"{show_value(before)} → {show_value(after)}"
    said = (("add", added), ("without", gone))
    return ", ".join(f"{what} {show_value(values)}" for what, values in said if values)


def show_obstacles(selection: Selection, known: Mapping[str, Advice]) -> str:
    """The choice of an application, and of each variant that does not fit the least that the device would have to state otherwise."""
    rows = []
    for reason in selection.reasons:
        advice = known.get(reason.variant.id)
        sentences = [reason.text]
        if advice is not None and reason.verdict is not Verdict.SATISFIED:
            sentences = [f"{change.attribute}: {show_change(change)}" for change in advice.device or ()] or sentences
        heads = [(mark(reason.verdict), reason.variant.id), *([("", "")] * (len(sentences) - 1))]
        rows += [(*head, sentence) for head, sentence in zip(heads, sentences, strict=True)]
    return f"{_chosen(selection)}\n{table(rows, indent='  ')}"


def show_advice(advice: Advice) -> str:
    """What would flip the verdict, what is missing, and which variants are nearer."""
    from ccpp.matching.flipping import phrase  # noqa: PLC0415  `ccpp resolve` shows none

    blocks = []
    if advice.device:
        rows = [(f"{change.attribute}:", show_change(change)) for change in advice.device]
        blocks.append("A device with this would get it:\n" + table(rows, indent="  "))
    if advice.requirement:
        rows = [
            (
                f"{change.constraint.attribute}",
                f"{phrase(change.constraint)} → {'drop it' if change.operand is None else phrase(change.constraint, change.operand)}",
            )
            for change in advice.requirement
        ]
        blocks.append("A requirement that asked for this would let it:\n" + table(rows, indent="  "))
    if advice.missing:
        blocks.append("Worth asking for: " + ", ".join(map(str, advice.missing)))
    if advice.nearest:
        near = ", ".join(f"{variant.id} ({unmet or 'nothing'} in the way)" for variant, unmet in advice.nearest)
        blocks.append(f"Other variants: {near}")
    return "\n\n".join(blocks)


#: Characters of a bar that stands for every device.
_BAR = 40
_CHANGE_COLOURS = {"added": "green", "removed": "red", "changed": "yellow"}


def show_differences(found: Iterable[Difference]) -> str:
    """What two catalogues say differently, a difference a line."""
    rows = []
    for one in found:
        said = "" if one.kind == "requirement" or not one.what else f"{_said(one.before)} → {_said(one.after)}"
        name = style(f"{one.kind} {one.name.rpartition('#')[2]}".strip(), bold=True)
        rows.append((style(one.change, fg=_CHANGE_COLOURS[one.change]), name, one.what, said))
    return table(rows)


def _said(value: object) -> str:
    return "(nothing)" if value is None else str(value)


def show_impact(
    groups: Mapping[tuple[str, str, str | None, str | None], Sequence[Affected]],
    profiles: int,
    affected: int,
    lost: int,
    examples: int,
) -> str:
    """Who is affected by a change of the catalogue, and why, with some examples."""
    lines = [f"{affected} of {profiles} devices get something else; {lost} lose an application"]
    for (application, effect, before, after), members in groups.items():
        lines += [
            "",
            f"{style(application, bold=True)}: {effect}, {before or 'none'} → {after or 'none'}, {len(members)} devices",
        ]
        lines += [f"  {one.profile}: {one.reason}" for one in members[:examples]]
    return "\n".join(lines)


def show_distribution(distribution: Distribution) -> str:
    """How many devices get which variant, with a bar a line."""
    lines = [f"{distribution.profiles} devices"]
    for name, counts in distribution.counts.items():
        rows = []
        for variant, number in counts.items():
            share = number / distribution.profiles if distribution.profiles else 0
            bar = style("█" * round(_BAR * share), fg="green" if variant else "red")
            rows.append((variant or "none", str(number).rjust(6), f"{share:6.1%}", bar))
        lines.append(f"\n{style(name, bold=True)}\n{table(rows, indent='  ')}")
    return "\n".join(lines)


def show_expectations(results: Sequence[Result], covered: Coverage) -> str:
    """Which expectations are met, and what they leave out."""
    lines = []
    for expectation, failures in results:
        lines.append(f"{style('✗', fg='red') if failures else style('✓', fg='green')} {expectation.name}")
        lines += [f"    {failure}" for failure in failures]
    failed = sum(bool(one.failures) for one in results)
    lines += ["", f"{len(results) - failed} of {len(results)} expectations are met"]
    rows = [
        ("variants chosen", len(covered.variants), covered.variants_missed),
        ("conditions both ways", covered.conditions - len(covered.conditions_missed), covered.conditions_missed),
        ("constraints both ways", covered.constraints - len(covered.constraints_missed), covered.constraints_missed),
        ("bounds just met", covered.bounds - len(covered.bounds_missed), covered.bounds_missed),
    ]
    shown = [
        (what, f"{count} of {count + len(missed)}", f"not {', '.join(missed)}" if missed else "")
        for what, count, missed in rows
    ]
    return "\n".join([*lines, table(shown)])


def show_replayed(changed: Sequence[Replayed], total: int) -> str:
    """What comes out otherwise when a log is decided again."""
    rows = [
        (
            one.before.profile,
            one.before.application,
            f"{one.before.chosen or 'none'} → {(one.after.chosen or 'none') if one.after else 'not decided'}",
            one.why,
        )
        for one in changed
    ]
    return "\n".join([f"{len(changed)} of {total} decisions come out otherwise", *([table(rows)] if rows else [])])


def _coloured(line: str) -> str:
    for verdict in Verdict:
        start = line.find(verdict.mark)
        if start >= 0 and not line[:start].strip():
            return line[:start] + mark(verdict) + line[start + 1 :]
    return line


def heading(text: str) -> str:
    """A title with a rule under it."""
    return f"{style(text, bold=True)}\n{style('─' * len(text), dim=True)}"
