"""The values that everything else passes around: frozen, without behaviour, without I/O.

Terms are those of W3C CC/PP 1.0 and OMA UAProf; README's glossary defines them. `NamedTuple` is used where a profile holds
hundreds of instances (building one costs a third of building a frozen dataclass), dataclasses elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.diagnostics import Diagnostic


class AttributeName(NamedTuple):
    """The canonical identity of an attribute: its component type and its local name, whatever schema version a device used.

    Both are local names where a vocabulary knows them, else the URI as written.
    """

    component: str
    name: str

    def __str__(self) -> str:
        return f"{self.component}/{self.name}"


class Dimension(NamedTuple):
    """A UAProf Dimension: width by height, in the unit that the attribute defines (pixels, characters)."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


Scalar: TypeAlias = str | int | bool | Dimension | Fraction
"""One simple value. A value outside its datatype is kept as the text that was written, a `str`."""

Value: TypeAlias = Scalar | tuple[Scalar, ...]
"""A simple value, or the members of a container in document order: a Bag without repeats, a Seq as written."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that no log, report or error may show; `value` is the only way to it."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        """Nothing of the secret."""
        return "…"


class Container(StrEnum):
    """How many values an attribute takes: one, a set (`rdf:Bag`) or a list (`rdf:Seq`). CC/PP 1.0 §4.1."""

    NONE = "none"
    BAG = "Bag"
    SEQ = "Seq"


class Rule(StrEnum):
    """The resolution rule of an attribute: how several statements of it combine. WAP-248 §7.3."""

    LOCKED = "Locked"
    OVERRIDE = "Override"
    APPEND = "Append"


class Status(StrEnum):
    """How well a stated value fits its attribute's datatype and container."""

    OK = "ok"
    COERCED = "coerced"
    INVALID = "invalid"


class Kind(StrEnum):
    """What sort of statement a value came from; later kinds never lie under earlier ones of the same document."""

    DEFAULT = "default"
    EXPLICIT = "explicit"
    DIFF = "diff"
    OVERRIDE = "override"


class Attribute(NamedTuple):
    """What a vocabulary says of one attribute."""

    name: AttributeName
    uri: str
    datatype: str
    container: Container
    rule: Rule


class Origin(NamedTuple):
    """Where a value was stated: the document, the sort of statement, the line, and the attribute's URI as written there."""

    document: str
    kind: Kind
    line: int | None
    uri: str


class Stated(NamedTuple):
    """One statement of one attribute in one document, typed, with the text it was read from."""

    attribute: Attribute
    value: Value
    status: Status
    raw: str | tuple[str, ...]
    origin: Origin


class Profile(NamedTuple):
    """One document as stated: every description of an attribute, in document order, and what was found wrong on the way.

    `uri` names the device that the document describes; `document` names the document itself, in origins and messages.
    """

    uri: str
    document: str
    stated: tuple[Stated, ...]
    diagnostics: tuple[Diagnostic, ...]


class Mapped(NamedTuple):
    """One stated text in its canonical spelling: what was stated, what it means, and the row of data that says so.

    `row` is the line in the family's file, or `None` where no row of its own did it: a form did, or it is a run of spellings.
    """

    stated: str
    canonical: tuple[str, ...]
    family: str
    row: int | None


class Resolved(NamedTuple):
    """What holds of one attribute: the value, the statements that made it, those that lost, and what of it was normalised."""

    attribute: Attribute
    value: Value
    status: Status
    winners: tuple[Stated, ...]
    losers: tuple[Stated, ...]
    mappings: tuple[Mapped, ...] = ()


class ResolvedProfile(NamedTuple):
    """What holds after defaults, order and rules: one value for each attribute that is stated at all."""

    uri: str
    attributes: Mapping[AttributeName, Resolved]
    diagnostics: tuple[Diagnostic, ...]
    digest: str

    def values(self, name: AttributeName) -> tuple[Scalar, ...] | None:
        """The values of an attribute as a matcher sees them: none or more; `None` where the attribute is not stated."""
        resolved = self.attributes.get(name)
        if resolved is None:
            return None
        value = resolved.value
        return value if type(value) is tuple else (value,)  # type: ignore[return-value]  # a Dimension is one value


class Verdict(StrEnum):
    """What a requirement comes to for a profile; indeterminate where an attribute it needs is not stated."""

    SATISFIED = "satisfied"
    UNSATISFIED = "unsatisfied"
    INDETERMINATE = "indeterminate"

    @property
    def mark(self) -> str:
        """The verdict as one sign."""
        return {"satisfied": "✓", "unsatisfied": "✗", "indeterminate": "?"}[self]
