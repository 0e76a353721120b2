"""One spelling for one thing: what real devices write for a platform, a protocol, a language or a vendor, mapped as data says.

`families` says what the data are and how they are written; `index` how a text is looked up in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccpp.errors import RequirementError, VocabularyError
from ccpp.model import Container, Resolved
from ccpp.normalisation.families import Family, load_families, read_family
from ccpp.normalisation.index import Speller

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccpp.model import AttributeName, ResolvedProfile, Scalar, Value
    from ccpp.vocabulary import Vocabularies

__all__ = ["Family", "Normalisation", "load_families", "load_normalisation", "read_family"]


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
        self._spellers: dict[AttributeName, Speller] = {}
        for name, own in by_attribute.items():
            several = vocabularies.attributes[name].container is not Container.NONE
            key = (tuple(family.name for family in own), several)
            if key not in spellers:
                spellers[key] = Speller(own, several=several)
            self._spellers[name] = spellers[key]

    def canonical(self, name: AttributeName, text: Scalar) -> tuple[Scalar, ...]:
        """The canonical spelling of one text of an attribute: usually one member, the text itself where nothing is known of it."""
        speller = self._spellers.get(name)
        return (text,) if speller is None else speller.canonical((text,))

    def normalise(self, profile: ResolvedProfile) -> ResolvedProfile:
        """The profile with every text of an attribute that has a family in its canonical spelling.

        A Bag keeps the first of members that become equal, a Seq keeps order and repeats; a text that no row knows is left alone.
        Each change is recorded in the attribute's `mappings`, its winners keep what was stated. Status, origins, and the digest,
        which names the stated content, stay. Doing it again changes nothing.
        """
        attributes = profile.attributes
        changed: dict[AttributeName, Resolved] = {}
        for name, speller in self._spellers.items():
            resolved = attributes.get(name)
            if resolved is None:
                continue
            value = resolved.value
            if not speller.settled.issuperset(value if type(value) is tuple else (value,)):
                respelt = _respell(resolved, speller)
                if respelt is not None:
                    changed[name] = respelt
        return profile._replace(attributes={**attributes, **changed}) if changed else profile


def _respell(resolved: Resolved, speller: Speller) -> Resolved | None:
    """The attribute in canonical spelling; `None` where that changes nothing."""
    attribute, value, status, winners, losers, before = resolved
    texts: tuple[Scalar, ...] = value if type(value) is tuple else (value,)  # type: ignore[assignment]
    members = speller.canonical(texts)
    mappings = tuple(filter(None, map(speller.changed.get, texts)))
    if not mappings:
        return None
    respelt: Value
    if type(value) is not tuple and len(members) == 1:
        respelt = members[0]
    elif attribute.container is Container.SEQ:
        respelt, mappings = members, tuple(dict.fromkeys(mappings))
    else:
        respelt = tuple(dict.fromkeys(members))
    return Resolved(attribute, respelt, status, winners, losers, (*before, *mappings))


def load_normalisation(vocabularies: Vocabularies) -> Normalisation:
    """The shipped families, ready for use."""
    return Normalisation(load_families(), vocabularies)
