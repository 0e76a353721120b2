"""The one translation that all peers share: devices as flat records, requirements as trees of four plain relations.

It makes the work as light as it can be made for them, and is done before any time is taken. A device is asked whether it conforms in the
closed world, which is the only question that all of them can answer; ours answers the same. Instead of testing whether an attribute is
stated, each record has a value for every variable that no constraint tells apart from "none": a list without members, an unused text, a
least number that is very large. A dimension is two numbers, and of several numbers a record has the least and the greatest, so that *all
values are at least n* is one comparison. Texts are short names, the same ones in the records and in the requirements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ccpp.datatypes import lexical
from ccpp.model import Dimension
from ccpp.requirements.expression import All, Any, Constraint, Not

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ccpp.model import AttributeName, ResolvedProfile, Scalar
    from ccpp.requirements.expression import Requirement

#: Larger than any number that a device states.
HUGE = 10**12
NONE = "none"


class Test(NamedTuple):
    """A variable of the record compared: `ge`, `le` with a number, `is` a text, `has` a text among several."""

    variable: str
    relation: str
    operand: int | str


class Joined(NamedTuple):
    """Several joined by `and` or `or`."""

    word: str
    items: tuple[Tree, ...]


class Negated(NamedTuple):
    """What must not hold."""

    item: Tree


Tree: TypeAlias = Test | Joined | Negated
Record: TypeAlias = "dict[str, int | str | list[str]]"


class Work(NamedTuple):
    """What every peer is given: a record a device, and a tree a variant; and the variables, with the relation that uses each."""

    records: Sequence[Record]
    trees: Sequence[Tree]
    variables: Mapping[str, str]


class Translation:
    """The translation of some devices and requirements, both given whole, because names are given out on the way."""

    def __init__(self, devices: Sequence[ResolvedProfile], requirements: Iterable[Requirement]) -> None:
        self._several = {name for one in devices for name, found in one.attributes.items() if type(found.value) is tuple}
        self._texts: dict[str, str] = {}
        self._variables: dict[tuple[AttributeName, str, str], str] = {}
        trees = [self._tree(one) for one in requirements]
        variables = {name: relation for (_, relation, _), name in self._variables.items()}
        self.work = Work([self._record(device) for device in devices], trees, variables)

    def _tree(self, requirement: Requirement) -> Tree:
        match requirement:
            case All(items):
                return Joined("and", tuple(self._tree(item) for item in items))
            case Any(items):
                return Joined("or", tuple(self._tree(item) for item in items))
            case Not(item):
                return Negated(self._tree(item))
            case Constraint(name, "dimensionAtLeast", Dimension(width, height)):
                return Joined("and", (self._test(name, "ge", width, "width"), self._test(name, "ge", height, "height")))
            case Constraint(name, "minInclusive", int(least)):
                return self._test(name, "ge", least)
            case Constraint(name, "maxInclusive", int(most)):
                return self._test(name, "le", most)
            case Constraint(name, "hasValue", operand) if not isinstance(operand, tuple):
                return self._test(name, "has" if name in self._several else "is", self._text(operand))
        raise NotImplementedError(requirement)

    def _test(self, name: AttributeName, relation: str, operand: int | str, side: str = "") -> Test:
        variable = self._variables.setdefault((name, relation, side), f"v{len(self._variables)}")
        return Test(variable, relation, operand)

    def _text(self, value: Scalar) -> str:
        return self._texts.setdefault(lexical(value), f"t{len(self._texts)}")

    def _record(self, device: ResolvedProfile) -> Record:
        return {
            variable: self._value(device.values(name) or (), relation, side)
            for (name, relation, side), variable in self._variables.items()
        }

    def _value(self, values: tuple[Scalar, ...], relation: str, side: str) -> int | str | list[str]:
        match relation:
            case "ge":
                return min((_number(value, side, -HUGE) for value in values), default=HUGE)
            case "le":
                return max((_number(value, side, HUGE) for value in values), default=-HUGE)
            case "is":
                return self._text(values[0]) if values else NONE
            case _:
                return [self._text(value) for value in values]


def _number(value: Scalar, side: str, otherwise: int) -> int:
    """The number that a value is, or one of its sides; what is no number fails every comparison."""
    if side:
        return int(getattr(value, side)) if isinstance(value, Dimension) else otherwise
    return value if type(value) is int else otherwise


class Dialect(NamedTuple):
    """How a language that joins tests by operators writes them; `v` is the variable, `o` the operand."""

    words: Mapping[str, str]
    relations: Mapping[str, str]
    negation: str = "!({})"

    def written(self, tree: Tree) -> str:
        """A tree in that language."""
        match tree:
            case Test(variable, relation, operand):
                return self.relations[relation].format(v=variable, o=operand)
            case Negated(item):
                return self.negation.format(self.written(item))
            case Joined(word, items):
                return "(" + self.words[word].join(map(self.written, items)) + ")"


SYMBOLS = {"and": " && ", "or": " || "}
WORDS = {"and": " and ", "or": " or "}
