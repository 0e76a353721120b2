"""From the documents about one device, in order, to one value for each attribute.

Theory of operation
-------------------
Every document is a list of statements; each is a default, the document's own value (explicit, or a diff's), or an operator's
override. For one attribute, over all documents in their order (WAP-248 §7.3):

1. Overrides stand above everything, the last one given; they alone may change a Locked attribute (T-49).
2. Else values that are no defaults beat defaults, in the same document and across documents (T-41).
3. Among those left the attribute's rule decides: Locked keeps the first, Override the last, Append joins all in order. A first
   value that is invalid locks nothing if a valid one follows (T-44), unless the caller is strict.

A statement keeps its kind through all this, so folding the documents from the left or from the right gives the same (T-47).
WAP-248 §7.5 describes another fold, which forgets after each document what was a default; `fold_defaults` asks for that one.
Nothing is lost on the way: what did not win stands beside the winner as a loser.
"""

from __future__ import annotations

from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ccpp.datatypes import lexical
from ccpp.model import Container, Kind, Resolved, ResolvedProfile, Rule, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ccpp.model import AttributeName, Profile, Scalar, Stated, Value

T = TypeVar("T")

_SEVERITY = {Status.OK: 0, Status.COERCED: 1, Status.INVALID: 2}


def settle(rule: Rule, statements: Sequence[T]) -> tuple[tuple[T, ...], tuple[T, ...]]:
    """The statements that win under a rule and those that lose, each in order; the one definition of the three rules."""
    match rule:
        case Rule.LOCKED:
            return tuple(statements[:1]), tuple(statements[1:])
        case Rule.OVERRIDE:
            return tuple(statements[-1:]), tuple(statements[:-1])
        case Rule.APPEND:
            return tuple(statements), ()


def resolve(documents: Sequence[Profile], *, fold_defaults: bool = False, strict: bool = False) -> ResolvedProfile:
    """What holds for the device that the documents describe, the first document lowest.

    The URI is that of the first document; the findings are those of all, in order.

    Args:
        documents: profiles, then diffs, then overrides, in the order of the request (WAP-248 §9.1.1.2); at least one.
        fold_defaults: count a default like the document's own value once its document is left (WAP-248 §7.5).
        strict: let the first value of a Locked attribute stand even if it is invalid and a later one is not (T-44).
    """
    statements: dict[AttributeName, list[Stated]] = {}
    for document in documents:
        own = _folded(document) if fold_defaults else document.stated
        for stated in own:
            name = stated.attribute.name
            before = statements.get(name)
            if before is None:
                statements[name] = [stated]
            else:
                before.append(stated)
    attributes = {
        name: _resolve_attribute(all_stated, fold_defaults=fold_defaults, strict=strict)
        for name, all_stated in statements.items()
    }
    diagnostics = tuple(diagnostic for document in documents for diagnostic in document.diagnostics)
    return ResolvedProfile(documents[0].uri, attributes, diagnostics, digest(attributes))


def _folded(document: Profile) -> Iterable[Stated]:
    """The statements of a document after its defaults are folded into it: own values, and defaults where there is none."""
    own = {stated.attribute.name for stated in document.stated if stated.origin.kind is not Kind.DEFAULT}
    return (stated for stated in document.stated if stated.origin.kind is not Kind.DEFAULT or stated.attribute.name not in own)


def _resolve_attribute(statements: list[Stated], *, fold_defaults: bool, strict: bool) -> Resolved:
    if len(statements) == 1:
        only = statements[0]
        return Resolved(only.attribute, only.value, only.status, (only,), ())
    candidates, losers = _candidates(statements, fold_defaults=fold_defaults)
    attribute = candidates[-1].attribute
    rule = Rule.OVERRIDE if candidates[-1].origin.kind is Kind.OVERRIDE else attribute.rule
    if rule is Rule.APPEND and attribute.container is Container.NONE:
        rule = Rule.OVERRIDE  # one value cannot grow; no schema has this
    if rule is Rule.LOCKED and not strict and candidates[0].status is Status.INVALID:
        # Sorting is stable: among the valid ones the first still stands first.
        candidates = sorted(candidates, key=lambda stated: stated.status is Status.INVALID)
    winners, beaten = settle(rule, candidates)
    value = winners[0].value if len(winners) == 1 else _joined(attribute.container, winners)
    status = max((winner.status for winner in winners), key=_SEVERITY.__getitem__)
    return Resolved(winners[-1].attribute, value, status, winners, (*losers, *beaten))


class Account(NamedTuple):
    """One statement of an attribute and what became of it."""

    stated: Stated
    won: bool
    reason: str


def account(resolved: Resolved) -> tuple[Account, ...]:
    """Every statement of an attribute, those that won first, each with the rule that decided about it."""
    won = resolved.winners[0].origin.kind
    rule = resolved.attribute.rule
    if len(resolved.winners) > 1:
        kept = "Append joins all statements in order"
    elif resolved.losers:
        kept = _LAST_OVERRIDE if won is Kind.OVERRIDE else _KEPT[rule]
    else:
        kept = "the only statement"
    return (
        *(Account(winner, won=True, reason=kept) for winner in resolved.winners),
        *(Account(loser, won=False, reason=_why_lost(loser, won, rule)) for loser in resolved.losers),
    )


def _why_lost(loser: Stated, won: Kind, rule: Rule) -> str:
    if won is Kind.OVERRIDE and loser.origin.kind is not Kind.OVERRIDE:
        return "an operator's override stands above it"
    if loser.origin.kind is Kind.DEFAULT and won is not Kind.DEFAULT:
        return "a default lies under any other statement"
    if rule is Rule.LOCKED and loser.status is Status.INVALID:
        return "an invalid value locks nothing if a valid one follows"
    return _LAST_OVERRIDE if won is Kind.OVERRIDE else _KEPT[rule]


_LAST_OVERRIDE = "the last override stands"
_KEPT = MappingProxyType(
    {
        Rule.LOCKED: "Locked keeps the first statement",
        Rule.OVERRIDE: "Override keeps the last statement",
        Rule.APPEND: "the last statement stands, because one value cannot grow",
    }
)


def _candidates(statements: list[Stated], *, fold_defaults: bool) -> tuple[list[Stated], list[Stated]]:
    """The statements that the rule decides among, and those that lie under them."""
    kinds = {stated.origin.kind for stated in statements}
    if Kind.OVERRIDE in kinds:
        top = {Kind.OVERRIDE}
    elif fold_defaults or kinds == {Kind.DEFAULT}:
        return statements, []
    else:
        top = {Kind.EXPLICIT, Kind.DIFF}
    return (
        [stated for stated in statements if stated.origin.kind in top],
        [stated for stated in statements if stated.origin.kind not in top],
    )


def _joined(container: Container, winners: tuple[Stated, ...]) -> Value:
    """The members of all winners in order; a Bag keeps the first of equal ones (T-43)."""
    members: list[Scalar] = []
    for winner in winners:
        value = winner.value
        if type(value) is tuple:  # a Dimension is a tuple too, but one value
            members += value
        else:
            members.append(value)  # type: ignore[arg-type]
    return tuple(dict.fromkeys(members)) if container is Container.BAG else tuple(members)


def digest(attributes: Mapping[AttributeName, Resolved]) -> str:
    """A name for the content: equal for equal values of equal attributes, whatever the order, the origin or the syntax.

    The canonical text has an attribute a line, a set in sorted order. Its separators cannot stand in a value, because white
    space in values is collapsed and Unicode counts them as white space; and a value's text names it within its attribute,
    because text that reads as the attribute's datatype is never kept as text.
    """
    return digest_of(content_line(name, resolved) for name, resolved in attributes.items())


def content_line(name: AttributeName, resolved: Resolved) -> str:
    """The line of an attribute in the canonical text."""
    return f"{name[0]}/{name[1]}\x1e{_canonical(resolved)}"


def digest_of(lines: Iterable[str]) -> str:
    """The digest of a canonical text, given its lines in any order."""
    return "sha256:" + sha256("\x1d".join(sorted(lines)).encode(errors="surrogatepass")).hexdigest()


def _canonical(resolved: Resolved) -> str:
    value = resolved.value
    if type(value) is str:
        return value
    if type(value) is not tuple:
        return lexical(value)  # type: ignore[arg-type]
    members = [member if type(member) is str else lexical(member) for member in value]
    if resolved.attribute.container is Container.BAG:
        members.sort()
    return "\x1f".join((resolved.attribute.container, *members))
