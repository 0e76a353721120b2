"""The expression tree of a requirement: constraints joined by and, or, not, exactly-one and references by name.

Values only; what they mean is `ccpp.matching.definition`. Equal expressions are equal values, so that a compiler can share them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccpp.model import AttributeName, Scalar

Operand: TypeAlias = "Scalar | tuple[Operand, ...]"
"""What a constraint compares with, as its kind defines it; a test of single values is a pair of a kind and its operand."""


class Constraint(NamedTuple):
    """One test on one attribute; `kind` names a row of `ccpp.requirements.constraints.CONSTRAINT_KINDS`.

    `other` is the attribute that it is compared with, for the kinds that compare two: what the device states of it is the operand then,
    and `operand` is its name.
    """

    attribute: AttributeName
    kind: str
    operand: Operand
    other: AttributeName | None = None

    @property
    def attributes(self) -> tuple[AttributeName, ...]:
        """What the constraint rests on."""
        return (self.attribute,) if self.other is None else (self.attribute, self.other)


@dataclass(frozen=True, slots=True)
class All:
    """Each item holds. SHACL §4.6.2, and the conjunction that every shape is."""

    items: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one item holds. SHACL §4.6.3."""

    items: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class ExactlyOne:
    """One item holds and no other. SHACL §4.6.4."""

    items: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The item does not hold. SHACL §4.6.1."""

    item: Requirement


@dataclass(frozen=True, slots=True)
class Reference:
    """The requirement of that name holds. SHACL §4.7.1."""

    name: str


Requirement: TypeAlias = Constraint | All | Any | ExactlyOne | Not | Reference


def parts(requirement: Requirement) -> tuple[Requirement, ...]:
    """What a requirement is directly made of."""
    match requirement:
        case All(items) | Any(items) | ExactlyOne(items):
            return items
        case Not(item):
            return (item,)
        case _:
            return ()


def walk(requirement: Requirement) -> Iterator[Requirement]:
    """The requirement and everything in it, references not followed."""
    yield requirement
    for part in parts(requirement):
        yield from walk(part)
