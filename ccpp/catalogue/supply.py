"""What a catalogue says of to whom, when and with what else something is supplied: one function a kind of thing, from a node to a value."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from ccpp.catalogue.model import (
    PLAIN,
    DeviceException,
    Domain,
    Need,
    Offer,
    Preference,
    Provided,
    Refusal,
    Rollout,
    State,
    Supply,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rdflib.term import Node

    from ccpp.catalogue.facts import Reader

    Facts = Mapping[str, list[Node]]

T = TypeVar("T")


class Choice(StrEnum):
    """How an application's variants are chosen among: the best one, or the first of them that can be."""

    BEST = "best"
    ORDERED = "ordered"


class Effect(StrEnum):
    """What an exception does for the models that it names."""

    INCLUDE = "include"
    EXCLUDE = "exclude"


def read_supply(reader: Reader, node: Node, facts: Facts, *, of_application: bool) -> Supply:
    """The terms on which an application or a variant is supplied."""
    supply = Supply(
        state=reader.choice(node, facts, "state", State, State.LIVE) or State.LIVE,
        version=reader.version(node, facts, "version"),
        rollout=_rollout(reader, facts["rollout"][0]) if "rollout" in facts else None,
        exceptions=_sorted(_exception(reader, one, of_application=of_application) for one in facts.get("exception", ())),
        preferences=read_preferences(reader, facts),
        needs=_sorted(_need(reader, one, "needs") for one in facts.get("needs", ())),
        conflicts=_sorted(_need(reader, one, "conflicts") for one in facts.get("conflicts", ())),
        provides=_sorted(_provided(reader, one) for one in facts.get("provides", ())),
        budget=reader.bytes_of(node, facts, "budget"),
    )
    return PLAIN if supply == PLAIN else supply


def read_preferences(reader: Reader, facts: Facts) -> tuple[Preference, ...]:
    """What a catalogue, an application or a variant prefers."""
    return _sorted(_preference(reader, one) for one in facts.get("prefers", ()))


def read_refusals(reader: Reader, facts: Facts) -> tuple[Refusal, ...]:
    """What devices of some kind do not take."""
    return _sorted(_refusal(reader, one) for one in facts.get("refusal", ()))


def _sorted(values: Iterable[T]) -> tuple[T, ...]:
    """RDF keeps no order of what is repeated, so it is put into one; what is said twice counts once."""
    return tuple(sorted(dict.fromkeys(values), key=repr))


def _preference(reader: Reader, node: Node) -> Preference:
    facts = reader.facts(node, "prefers")
    return Preference(reader.share(node, facts, "weight", 1.0), reader.requirement(node, facts), _offer(reader, node, facts))


def _refusal(reader: Reader, node: Node) -> Refusal:
    facts = reader.facts(node, "refusal")
    return Refusal(reader.text(node, facts, "reason"), reader.requirement(node, facts), _offer(reader, node, facts))


def _offer(reader: Reader, node: Node, facts: Facts) -> Offer:
    return Offer(
        media_type=reader.optional_text(node, facts, "mediaType"),
        language=next(iter(reader.languages(node, facts)), None),
        domain=reader.choice(node, facts, "domain", Domain, None),
        larger_than=reader.bytes_of(node, facts, "largerThan"),
    )


def _exception(reader: Reader, node: Node, *, of_application: bool) -> DeviceException:
    facts = reader.facts(node, "exception")
    effect = reader.choice(node, facts, "effect", Effect, None)
    if effect is Effect.INCLUDE and of_application:
        raise reader.error(node, "includes models in an application", "say it of the variant that they get")
    if not {"vendor", "model"} & facts.keys():
        raise reader.error(node, "names no model", "state `cat:vendor`, `cat:model` or both")
    return DeviceException(
        included=effect is Effect.INCLUDE,
        reason=reader.text(node, facts, "reason"),
        vendor=reader.optional_text(node, facts, "vendor"),
        model=reader.optional_text(node, facts, "model"),
        until=reader.instant(node, facts, "until"),
    )


def _rollout(reader: Reader, node: Node) -> Rollout:
    facts = reader.facts(node, "rollout")
    start, until = reader.instant(node, facts, "from"), reader.instant(node, facts, "until")
    if start and until and start >= until:
        raise reader.error(node, "ends before it starts", "`cat:from` is the earlier one")
    allow, deny = (frozenset(reader.texts(node, facts, term)) for term in ("allow", "deny"))
    if allow & deny:
        raise reader.error(node, f"allows and denies `{min(allow & deny)}`", "name it once")
    return Rollout(
        reader.share(node, facts, "share", 1.0), reader.optional_text(node, facts, "salt") or "", allow, deny, start, until
    )


def _need(reader: Reader, node: Node, kind: str) -> Need:
    facts = reader.facts(node, kind)
    return Need(reader.text(node, facts, "name"), reader.version(node, facts, "atLeast"), reader.version(node, facts, "below"))


def _provided(reader: Reader, node: Node) -> Provided:
    facts = reader.facts(node, "provides")
    return Provided(reader.text(node, facts, "name"), reader.version(node, facts, "version"))
