"""Named requirements that refer to each other: checked once, then immutable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from ccpp.errors import RequirementError
from ccpp.ordering import CircleError, ordered
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Reference, Requirement, parts, walk

#: Constraints and connectives of one requirement, with what it refers to written out. The meaning is evaluated on exactly these, and
#: an explanation may show them all; a requirement that a person can read has fewer than 100.
MAX_SIZE = 100_000

#: The same, one inside another: evaluation calls itself for each.
MAX_DEPTH = 100


class Annotation(NamedTuple):
    """What a requirement says of itself, for reports: SHACL's severity, an IRI, and the messages to show where it does not hold.

    A message is its text and its language, empty where it has none.
    """

    severity: str
    messages: tuple[tuple[str, str], ...] = ()


class RequirementGraph(Mapping[str, Requirement]):
    """Requirements by name, in an order in which each stands after those it refers to; with the annotations of those that have some.

    Raises:
        RequirementError: a reference leads nowhere, or round in a circle, and the message names the path; or a requirement is too large.
    """

    def __init__(self, definitions: Mapping[str, Requirement], annotations: Mapping[str, Annotation] | None = None) -> None:
        self.annotations: Mapping[str, Annotation] = MappingProxyType(dict(annotations or {}))
        self._requirements = MappingProxyType({name: definitions[name] for name in _ordered(definitions)})
        _check_sizes(self._requirements)

    def __reduce__(self) -> tuple[object, ...]:
        return RequirementGraph, (dict(self._requirements), dict(self.annotations))

    def __getitem__(self, name: str) -> Requirement:
        return self._requirements[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._requirements)

    def __len__(self) -> int:
        return len(self._requirements)

    def constraints(self, name: str) -> frozenset[Constraint]:
        """The distinct constraints that a requirement rests on, references followed."""
        found: set[Constraint] = set()
        pending, seen = [name], {name}
        while pending:
            for part in walk(self[pending.pop()]):
                if isinstance(part, Constraint):
                    found.add(part)
                elif isinstance(part, Reference) and part.name not in seen:
                    seen.add(part.name)
                    pending.append(part.name)
        return frozenset(found)

    def expand(self, name: str) -> Requirement:
        """A requirement with what it refers to written out, so that it stands alone."""
        return _expanded(self[name], self)


def _expanded(requirement: Requirement, graph: RequirementGraph) -> Requirement:
    match requirement:
        case Constraint():
            return requirement
        case Reference(name):
            return graph.expand(name)
        case Not(item):
            return Not(_expanded(item, graph))
        case All(items) | Any(items) | ExactlyOne(items):
            return type(requirement)(tuple(_expanded(item, graph) for item in items))


def _check_sizes(requirements: Mapping[str, Requirement]) -> None:
    """Refuse what is too large; each requirement stands after those it refers to."""
    known: dict[str, tuple[int, int]] = {}
    for name, requirement in requirements.items():
        known[name] = size, depth = _measured(requirement, known)
        if size > MAX_SIZE or depth > MAX_DEPTH:
            raise RequirementError(
                f"requirement `{name}` has {size} parts, {depth} inside each other, with what it refers to",
                hint=f"at most {MAX_SIZE} and {MAX_DEPTH} are allowed",
                subject=name,
            )


def _measured(requirement: Requirement, known: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    """How many parts a requirement has, and how many of them are inside each other."""
    if isinstance(requirement, Reference):
        size, depth = known[requirement.name]
        return size + 1, depth + 1
    inner = [_measured(part, known) for part in parts(requirement)]
    return 1 + sum(size for size, _ in inner), 1 + max((depth for _, depth in inner), default=0)


def _ordered(definitions: Mapping[str, Requirement]) -> list[str]:
    references: dict[str, list[str]] = {}
    for name, requirement in definitions.items():
        references[name] = [part.name for part in walk(requirement) if isinstance(part, Reference)]
        for other in references[name]:
            if other not in definitions:
                raise RequirementError(
                    f"requirement `{name}` refers to `{other}`, which is no requirement",
                    hint=nearest(other, definitions),
                    subject=name,
                )
    try:
        return ordered(references)
    except CircleError as error:
        raise RequirementError(
            f"requirements refer to each other in a circle: {error}", hint="break the circle", subject=error.path[0]
        ) from None


def nearest(name: str, names: Mapping[str, Requirement]) -> str:
    """What may have been meant by a name that is none, as a hint."""
    from difflib import get_close_matches  # noqa: PLC0415  only for the hint

    near = get_close_matches(name, names, n=1)
    return f"did you mean `{near[0]}`?" if near else "define it as a node shape"
