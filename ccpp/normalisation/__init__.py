"""One spelling for one thing: what real devices write for a platform, a protocol, a language or a vendor, mapped as data says.

`families` says what the data are and how they are written; `index` how a text is looked up in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ccpp.errors import RequirementError, VocabularyError
from ccpp.model import Container, Resolved
from ccpp.normalisation.families import Family, load_families, read_family
from ccpp.normalisation.index import Speller

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccpp.model import AttributeName, Mapped, ResolvedProfile, Scalar, Value
    from ccpp.vocabulary import Vocabularies

_Respelt: TypeAlias = "tuple[Value, tuple[Mapped, ...]]"
"""A value in canonical spelling, and what was mapped in it."""

__all__ = ["Family", "Normalisation", "load_families", "load_normalisation", "read_family"]


#: Values remembered. 2,171 real profiles state 3,379 different ones of attributes with families, 51,485 times.
MAX_VALUES = 4_096

#: Characters of a value that is remembered. The longest real one has 2,318; many of those beyond it would fill the memory.
MAX_VALUE = 4_096

#: Datatypes whose values are texts, so that equal values are the same value.
_TEXTS = frozenset({"Literal", "string"})


class Normalisation:
    """The families in force. Built once, then only read; what it remembers is a bounded copy of what it would find again."""

    def __init__(self, families: Iterable[Family], vocabularies: Vocabularies) -> None:
        """Make families ready for use; leave some out to switch them off.

        Raises:
            VocabularyError: an attribute that no vocabulary knows, or a row whose result is not final.
        """
        self.families = tuple(families)
        by_attribute: dict[AttributeName, list[Family]] = {}
        for family in self.families:
            for name in family.attributes:
                try:
                    vocabularies.named(str(name))
                except RequirementError as error:
                    raise VocabularyError(error.message, source=family.name, hint=error.hint) from None
                if vocabularies.attributes[name].datatype not in _TEXTS:
                    raise VocabularyError(f"attribute `{name}` holds no text", source=family.name)
                by_attribute.setdefault(name, []).append(family)
        spellers: dict[tuple[tuple[str, ...], bool], Speller] = {}
        self._spellers: dict[AttributeName, tuple[Speller, Container]] = {}
        for name, own in by_attribute.items():
            container = vocabularies.attributes[name].container
            key = (tuple(family.name for family in own), container is not Container.NONE)
            if key not in spellers:
                spellers[key] = Speller(own, several=container is not Container.NONE)
            self._spellers[name] = (spellers[key], container)
        self._seen: dict[tuple[AttributeName, Value], _Respelt] = {}

    def canonical(self, name: AttributeName, value: Scalar) -> tuple[Scalar, ...]:
        """The canonical spelling of one value of an attribute: usually one member, the value itself where nothing is known of it."""
        found = self._spellers[name][0].map(value) if name in self._spellers and isinstance(value, str) else None
        return (value,) if found is None else found.canonical

    def normalise(self, profile: ResolvedProfile) -> ResolvedProfile:
        """The profile with every text of an attribute that has a family in its canonical spelling.

        A Bag keeps the first of members that become equal, a Seq keeps order and repeats; a text that no row knows is left alone.
        Each change is recorded in the attribute's `mappings`, its winners keep what was stated. Status, origins, and the digest,
        which names the stated content, stay. Doing it again changes nothing.
        """
        attributes = profile.attributes
        changed: dict[AttributeName, Resolved] = {}
        for name in self._spellers:
            resolved = attributes.get(name)
            if resolved is None:
                continue
            attribute, stated, status, winners, losers, before = resolved
            value, mappings = self._seen.get((name, stated)) or self._respell(name, stated)
            if mappings:
                changed[name] = Resolved(attribute, value, status, winners, losers, (*before, *mappings))
        return profile._replace(attributes={**attributes, **changed}) if changed else profile

    def _respell(self, name: AttributeName, value: Value) -> _Respelt:
        """A value in canonical spelling, remembered unless it is unusually long."""
        speller, container = self._spellers[name]
        scalars: tuple[Scalar, ...] = value if type(value) is tuple else (value,)  # type: ignore[assignment]
        found = {scalar: speller.map(scalar) for scalar in scalars if isinstance(scalar, str)}
        mappings = tuple(one for one in found.values() if one is not None)
        spelt = [member for scalar in scalars for member in self.canonical(name, scalar)]
        members = tuple(spelt if container is Container.SEQ else dict.fromkeys(spelt))
        respelt = members[0] if type(value) is not tuple and len(members) == 1 else members
        outcome = (respelt, mappings) if mappings else (value, ())
        if sum(map(len, found)) <= MAX_VALUE:
            if len(self._seen) >= MAX_VALUES:
                self._seen.clear()
            self._seen[name, value] = outcome
        return outcome


def load_normalisation(vocabularies: Vocabularies) -> Normalisation:
    """The shipped families, ready for use."""
    return Normalisation(load_families(), vocabularies)
