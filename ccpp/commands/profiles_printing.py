"""What the commands on the repository of profiles print: documents, changes, groups and sums, as text and as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ccpp.commands.common import print_json_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccpp.comparison import Change, Group
    from ccpp.model import Resolved
    from ccpp.storage.repository import Entry, Match, Repository, Tally


def _moment(seconds: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _plain_entry(entry: Entry) -> dict[str, Any]:
    return {
        "profile": entry.uri,
        "vendor": entry.vendor,
        "model": entry.model,
        "content": entry.digest,
        "digest": entry.resolved_digest,
        "findings": {"error": entry.errors, "warning": entry.warnings, "info": entry.infos},
        "first_seen": _moment(entry.first_seen),
        "last_seen": _moment(entry.last_seen),
        "current": entry.superseded_by is None,
    }


def plain_match(match: Match) -> dict[str, Any]:
    """A document with how it was found."""
    return {"how": match.how, "others": list(match.others), **_plain_entry(match.entry)}


def plain_change(change: Change) -> dict[str, Any]:
    """A change with both sides and their origins, and the members that a Bag gained and lost."""
    from ccpp.plain import plain_value

    return {
        "attribute": str(change.name),
        "kind": change.kind,
        "before": _plain_side(change.before),
        "after": _plain_side(change.after),
        "gained": plain_value(change.gained),
        "lost": plain_value(change.lost),
    }


def _plain_side(resolved: Resolved | None) -> dict[str, Any] | None:
    from ccpp.plain import plain_value

    if resolved is None:
        return None
    origins = [
        {"document": one.origin.document, "kind": one.origin.kind.value, "line": one.origin.line} for one in resolved.winners
    ]
    return {"value": plain_value(resolved.value), "status": resolved.status.value, "origins": origins}


def plain_group(group: Group) -> dict[str, Any]:
    """A group with its size, what its members state, and all of them."""
    from ccpp.plain import plain_value

    signature = {str(name): None if resolved is None else plain_value(resolved.value) for name, resolved in group.signature}
    return {"size": len(group.members), "signature": signature, "members": list(group.members)}


def print_entries(entries: Sequence[Entry], form: str, *, digests: bool = False) -> None:
    """Documents, a line each."""
    from ccpp.console import table

    if form == "json":
        print_json_list(map(_plain_entry, entries))
        return
    rows = [
        (
            entry.vendor or "-",
            entry.model or "-",
            entry.uri,  # not last, where it would be cut
            *([entry.digest[:19]] if digests else []),
            _moment(entry.first_seen)[:10],
        )
        for entry in entries
    ]
    if rows:
        click.echo(table(rows))


def print_failed(repository: Repository, form: str) -> None:
    """The places that hold no document, a line each."""
    from ccpp.console import table

    failures = repository.failures()
    if form == "json":
        times = ("first_seen", "last_seen")
        print_json_list({**one._asdict(), **{name: _moment(getattr(one, name)) for name in times}} for one in failures)
    elif failures:
        click.echo(table([(one.name, one.kind, one.message) for one in failures]))


def show_changes(changes: Sequence[Change]) -> str:
    """Changes, a line each: for a Bag what came and went, else both values."""
    from ccpp.console import show_value, table

    if not changes:
        return "no difference"
    signs = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}
    rows = []
    for change in changes:
        sign, colour = signs[change.kind]
        if change.gained or change.lost:
            parts = [f"+ {show_value(change.gained)}"] * bool(change.gained) + [f"- {show_value(change.lost)}"] * bool(
                change.lost
            )
            value = "; ".join(parts)
        else:
            value = " → ".join(show_value(side.value) for side in (change.before, change.after) if side)
        places = " → ".join(_place(side) for side in (change.before, change.after) if side)
        rows.append((click.style(sign, fg=colour), str(change.name), click.style(places, dim=True), value))
    return table(rows)


def _place(resolved: Resolved) -> str:
    origin = resolved.winners[-1].origin
    return f"{origin.kind.value}:{origin.line or '-'}"


def show_groups(found: Sequence[Group], examples: int) -> str:
    """Groups, a line each: size, signature, examples."""
    from ccpp.console import show_value, table

    rows = []
    for group in found:
        signature = ", ".join(f"{name.name}={show_value(one.value) if one else '?'}" for name, one in group.signature)
        rows.append((str(len(group.members)), signature, " ".join(group.members[:examples])))
    return table(rows)


def show_tally(tally: Tally) -> str:
    """What became of an import, in words."""
    shown = f"{tally.new} new, {tally.again} seen again, {tally.unchanged} unchanged, {tally.failed} without a document"
    if tally.superseding or tally.duplicates:
        shown += f"\n{tally.superseding} superseded an older document, {tally.duplicates} have the bytes of another URI"
    return shown + ("\n`ccpp profiles list --failed` says why" if tally.failed else "")
