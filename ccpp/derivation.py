"""Attributes that follow from stated ones: a width from a size, a version from a list of platforms.

`vocabularies/derived.ttl` declares them like any attribute, and for each its sources (`voc:derivedFrom`), a function of `DERIVATIONS`
(`voc:derivation`) and what the function looks for, if anything (`voc:derivationOf`). What is loaded is `vocabularies/derivations.json`,
made from the Turtle by `python -m ccpp.derivation`; a test keeps the two equal. The attributes themselves are in `compiled.json` with
all others, so requirements name them.
"""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import chain
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ccpp.datatypes import DATATYPES
from ccpp.errors import RequirementError, VocabularyError
from ccpp.model import Dimension, Resolved, Scalar, Status
from ccpp.vocabulary import vocabulary_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from ccpp.model import Attribute, AttributeName, ResolvedProfile, Value
    from ccpp.normalisation import Normalisation
    from ccpp.vocabulary import Vocabularies

#: Values remembered for one set of sources. Real profiles state 117 sizes in characters; past this a hostile sender is inventing them.
MAX_REMEMBERED = 1_024

#: Signs of what is remembered, as it prints: of lists that are longer a few would fill the memory.
MAX_VALUE = 4_096

Sources: TypeAlias = tuple[tuple[Scalar, ...] | None, ...]
"""The values of each source in canonical spelling; `None` for one that is not stated or not readable."""


# The table of derivations. Each gives `None` where nothing follows.


def _dimension(sources: Sources) -> Dimension | None:
    """The one dimension stated; some attributes that hold one are Literals."""
    [values] = sources
    if values is None or len(values) != 1:
        return None
    value = DATATYPES["Dimension"].read(values[0]).value if isinstance(values[0], str) else values[0]
    return value if isinstance(value, Dimension) else None


def _width(sources: Sources, _of: str) -> Scalar | None:
    size = _dimension(sources)
    return size and size.width


def _height(sources: Sources, _of: str) -> Scalar | None:
    size = _dimension(sources)
    return size and size.height


def _upright(sources: Sources, _of: str) -> Scalar | None:
    size = _dimension(sources)
    return size and Dimension(*sorted(size))


def _ratio(sources: Sources, _of: str) -> Scalar | None:
    size = _dimension(sources)
    return Fraction(size.width, size.height) if size and size.height else None


def _product(sources: Sources, _of: str) -> Scalar | None:
    numbers = [values[0] for values in sources if values and len(values) == 1 and type(values[0]) is int]
    return prod(numbers) if len(numbers) == len(sources) else None


def _latest_version(sources: Sources, of: str) -> Scalar | None:
    """The latest of the texts `NAME/VERSION` with one name, as its version."""
    versions = [
        text.removeprefix(f"{of}/")
        for values in sources
        for text in values or ()
        if isinstance(text, str) and text.startswith(f"{of}/")
    ]
    dotted = [
        text for text in versions if all(part.isascii() and part.isdigit() and len(part) < _DIGITS for part in text.split("."))
    ]
    return max(dotted, key=lambda text: [int(part) for part in text.split(".")], default=None)


#: A longer number is part of no version.
_DIGITS = 5

DERIVATIONS: Mapping[str, Callable[[Sources, str], Scalar | None]] = MappingProxyType(
    {
        "dimension-width": _width,
        "dimension-height": _height,
        "dimension-upright": _upright,
        "dimension-ratio": _ratio,
        "product": _product,
        "latest-version": _latest_version,
    }
)


class Derivation(NamedTuple):
    """How one attribute follows from others."""

    attribute: Attribute
    sources: tuple[AttributeName, ...]
    function: str
    of: str


class Derivations:
    """The derived attributes in force. Built once, then only read; what it remembers is a bounded copy of what it would find again."""

    def __init__(self, derivations: Iterable[Derivation], normalisation: Normalisation) -> None:
        """Derive these attributes, reading their sources in the spelling of a normalisation."""
        self.derivations = tuple(derivations)
        self._normalisation = normalisation
        #: What follows from the same sources is looked up together.
        self._groups: dict[tuple[AttributeName, ...], _Group] = {}
        for derivation in self.derivations:
            self._groups.setdefault(derivation.sources, _Group([], {})).derivations.append(derivation)

    def derive(self, profile: ResolvedProfile) -> ResolvedProfile:
        """The profile with what follows from it, once after resolution and normalisation and before matching.

        A derived attribute's winners are the statements that it follows from, so its origins are true. A stated attribute is never
        replaced, an unstated or unreadable source gives nothing. The digest, which names the stated content, stays.
        """
        attributes = profile.attributes
        derived: dict[AttributeName, Resolved] = {}
        for names, group in self._groups.items():
            stated = [one for one in map(attributes.get, names) if one is not None and one.status is not Status.INVALID]
            if not stated:
                continue
            key = tuple([(one.attribute.name, one.value) for one in stated])
            following = group.seen.get(key)
            if following is None:
                following = self._follow(names, group, key)
            if following:
                status = Status.COERCED if Status.COERCED in [one.status for one in stated] else Status.OK
                winners = tuple(chain.from_iterable([one.winners for one in stated]))
                for attribute, value in following:
                    name = attribute.name
                    if name not in attributes:
                        derived[name] = Resolved(attribute, value, status, winners, ())
        return profile._replace(attributes={**attributes, **derived}) if derived else profile

    def towards(self, wanted: Container[AttributeName]) -> Derivations:
        """Only the derivations of wanted attributes."""
        return Derivations([one for one in self.derivations if one.attribute.name in wanted], self._normalisation)

    def _follow(self, names: tuple[AttributeName, ...], group: _Group, key: _Stated) -> _Following:
        stated = dict(key)
        sources = tuple(self._canonical(name, stated[name]) if name in stated else None for name in names)
        found = ((one.attribute, DERIVATIONS[one.function](sources, one.of)) for one in group.derivations)
        following = tuple((attribute, value) for attribute, value in found if value is not None)
        if len(str(key)) <= MAX_VALUE:
            if len(group.seen) >= MAX_REMEMBERED:
                group.seen.clear()
            group.seen[key] = following
        return following

    def _canonical(self, name: AttributeName, value: Value) -> tuple[Scalar, ...]:
        scalars: tuple[Scalar, ...] = value if type(value) is tuple else (value,)  # type: ignore[assignment]
        return tuple(member for scalar in scalars for member in self._normalisation.canonical(name, scalar))


_Stated: TypeAlias = "tuple[tuple[AttributeName, Value], ...]"
_Following: TypeAlias = "tuple[tuple[Attribute, Scalar], ...]"


class _Group(NamedTuple):
    """Derivations from the same sources, and what followed before from what those state."""

    derivations: list[Derivation]
    seen: dict[_Stated, _Following]


# Loading and compiling.


def read_derivations(data: list[dict[str, Any]], vocabularies: Vocabularies) -> tuple[Derivation, ...]:
    """Derivations from plain data, the form of `derivations.json`.

    Raises:
        VocabularyError: a name that no vocabulary or no table has.
    """
    derivations = []
    for row in data:
        if row["derivation"] not in DERIVATIONS:
            raise VocabularyError(f"unknown derivation `{row['derivation']}`", hint=f"one of {', '.join(DERIVATIONS)}")
        try:
            attribute = vocabularies.named(row["attribute"])
            sources = tuple(vocabularies.named(source).name for source in row["from"])
        except RequirementError as error:
            raise VocabularyError(error.message, hint=error.hint) from None
        derivations.append(Derivation(attribute, sources, row["derivation"], row["of"]))
    return tuple(derivations)


def load_derivations(vocabularies: Vocabularies, normalisation: Normalisation) -> Derivations:
    """The shipped derivations, ready for use."""
    data = json.loads((vocabulary_folder() / "derivations.json").read_bytes())
    return Derivations(read_derivations(data, vocabularies), normalisation)


_VOC = "urn:ccpp:vocabulary#"


def compile_derivations(turtle: bytes) -> list[dict[str, Any]]:
    """The derivations that a vocabulary declares, as plain data in the order of their URIs.

    Raises:
        VocabularyError: the bytes are no Turtle, or an attribute has a derivation without sources or the reverse.
    """
    import rdflib  # noqa: PLC0415  only to compile; loading is done without

    try:
        graph = rdflib.Graph().parse(data=turtle, format="turtle")
    except Exception as error:
        raise VocabularyError(f"not Turtle: {error}") from error
    has, source, of = (rdflib.URIRef(_VOC + name) for name in ("derivation", "derivedFrom", "derivationOf"))
    compiled = []
    for subject in sorted({*graph.subjects(has), *graph.subjects(source)}, key=str):
        functions, sources = list(graph.objects(subject, has)), sorted(map(str, graph.objects(subject, source)))
        if len(functions) != 1 or not sources:
            raise VocabularyError(f"`{subject}` needs one derivation and its sources", hint="voc:derivation, voc:derivedFrom")
        compiled.append(
            {
                "attribute": str(subject),
                "from": sources,
                "derivation": str(functions[0]),
                "of": str(graph.value(subject, of) or ""),
            }
        )
    return compiled


def serialise(compiled: list[dict[str, Any]]) -> str:
    """The compiled derivations as the text of `derivations.json`: one a line, so that a change can be read."""
    return "[\n" + ",\n".join(json.dumps(row) for row in compiled) + "\n]\n"


def main() -> None:
    """Compile the folder's `derived.ttl` into its `derivations.json`."""
    folder = vocabulary_folder()
    compiled = compile_derivations((folder / "derived.ttl").read_bytes())
    (folder / "derivations.json").write_text(serialise(compiled), encoding="utf-8")


if __name__ == "__main__":
    main()
