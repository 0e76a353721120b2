"""A name for what a catalogue says: equal content, equal digest, whatever the order or the syntax it is written in.

The digest is made of the loaded values, not of the RDF graph: bringing blank nodes into a canonical order takes time that grows faster
than the catalogue (17 s for 500 variants), and a loaded catalogue has none. Everything that can change a decision or a configuration
is in the text that is hashed, with its type; what has no order (settings of a layer, the parts of an *and*) is put into one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ccpp.datatypes import lexical
from ccpp.model import Secret
from ccpp.requirements.expression import All, ExactlyOne, Not, Reference
from ccpp.requirements.expression import Any as AnyOf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ccpp.catalogue.model import Application
    from ccpp.requirements.expression import Requirement
    from ccpp.requirements.graph import RequirementGraph


def catalogue_digest(
    label: str, applications: Mapping[str, Application], requirements: RequirementGraph, rest: tuple[object, ...] = ()
) -> str:
    """The digest of a catalogue's content; the document it was read from has no part in it, nor has what it leaves unsaid."""
    parts = [
        iter([_text(label)]),
        _listed(plain_value(application) for application in applications.values()),
        _listed([name, plain_requirement(requirements[name])] for name in sorted(requirements)),
    ]
    if any(rest):
        parts.append(_listed(plain_value(one) for one in rest))
    digest = sha256()
    for position, part in enumerate(parts):
        digest.update(b"," if position else b"[")
        for piece in part:
            digest.update(piece.encode(errors="surrogatepass"))
    digest.update(b"]")
    return f"sha256:{digest.hexdigest()}"


def _listed(forms: Iterable[Any]) -> Iterator[str]:
    """The text of a list, a member at a time: the whole of a large catalogue as JSON would take more room than the catalogue."""
    yield "["
    for position, form in enumerate(forms):
        yield ("," if position else "") + _text(form)
    yield "]"


def _text(form: Any) -> str:  # noqa: ANN401  JSON
    return json.dumps(form, ensure_ascii=False, separators=(",", ":"))


def plain_value(thing: Any) -> Any:  # noqa: ANN401  whatever a field of the model holds, to JSON
    """Dataclasses as the list of their fields, simple values with their type: `1`, `"1"` and `true` are three settings.

    A field at its default is left out, so that a field that is new changes the digest of no catalogue that does not use it.
    """
    if isinstance(thing, Secret):
        return ["Secret", thing.value]
    kind: type = type(thing)
    described = _described(kind)
    if described is not None:
        return [one for name, default in described for one in _field(name, default, getattr(thing, name))]
    if type(thing) is tuple:  # a Dimension is a tuple too, but one value
        return [plain_value(one) for one in thing]
    if isinstance(thing, frozenset):
        return sorted(thing)
    if isinstance(thing, Mapping):
        return [[key, plain_value(one)] for key, one in thing.items()]
    return None if thing is None else [type(thing).__name__, str(thing) if isinstance(thing, float) else lexical(thing)]


@cache
def _described(kind: type) -> tuple[tuple[str, Any], ...] | None:
    """The fields of a dataclass with their defaults, `MISSING` where there is none; `None` for any other type."""
    if not is_dataclass(kind):
        return None
    made = ((field, MISSING if field.default_factory is MISSING else field.default_factory()) for field in fields(kind))
    return tuple((field.name, field.default if field.default is not MISSING else default) for field, default in made)


def _field(name: str, default: Any, value: Any) -> list[Any]:  # noqa: ANN401  whatever a field of the model holds
    if default is MISSING:
        return [plain_value(value)]
    return [] if value == default else [[name, plain_value(value)]]


def plain_requirement(requirement: Requirement) -> Any:  # noqa: ANN401  JSON
    """A requirement as JSON, its parts in one order: equal requirements, equal JSON."""
    match requirement:
        case All(items) | AnyOf(items) | ExactlyOne(items):
            return [type(requirement).__name__, *sorted((plain_requirement(item) for item in items), key=_text)]
        case Not(item):
            return ["Not", plain_requirement(item)]
        case Reference(name):
            return ["Reference", name]
        case _:
            return ["Constraint", str(requirement.attribute), requirement.kind, plain_value(requirement.operand)]
