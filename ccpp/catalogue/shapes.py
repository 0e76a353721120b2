"""The structure of a catalogue as SHACL shapes, made from the one table of terms, for any SHACL engine and for editors that know it.

`vocabularies/catalogue-shapes.ttl` is what `python -m ccpp.catalogue.shapes` makes; a test keeps the two equal, and holds that whatever the
loader takes conforms. What shapes cannot say (terms that nobody knows, references to shapes, contradictions between layers, circles) is the loader's.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ccpp.catalogue.model import Domain, SettingType, State
from ccpp.catalogue.supply import Choice, Effect
from ccpp.catalogue.terms import CAT, CLASSES, REPEATABLE, TERMS
from ccpp.model import Rule
from ccpp.vocabulary import vocabulary_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from enum import StrEnum

#: The file that ships.
FILE = "catalogue-shapes.ttl"

_HEAD = f"""\
# The structure of catalogues. Made by `python -m ccpp.catalogue.shapes`; the table of terms is in `ccpp/catalogue/terms.py`.
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix cat: <{CAT}> .
@prefix : <urn:ccpp:catalogue-shapes#> .
"""

_NUMBER = "sh:or ( [ sh:datatype xsd:decimal ] [ sh:datatype xsd:integer ] [ sh:datatype xsd:double ] )"
_SHARE = (f"{_NUMBER} ; sh:minInclusive 0 ; sh:maxInclusive 1", "is no number from 0 to 1")
_BYTES = ("sh:datatype xsd:integer ; sh:minInclusive 0", "is no whole number of bytes")
_YES = ("sh:datatype xsd:boolean", "is neither true nor false")
_TEXT = ('sh:or ( [ sh:nodeKind sh:IRI ] [ sh:datatype xsd:string ] ) ; sh:pattern "[^ ]"', "is no text")
_IRI = ("sh:nodeKind sh:IRI", "is no name")
_NODE = ("sh:nodeKind sh:BlankNodeOrIRI", "is no node")
_TIME = ("sh:nodeKind sh:Literal", "is no time")


def _one_of(kinds: Iterable[StrEnum], *, capitalised: bool = True) -> tuple[str, str]:
    names = [
        "cat:" + ("".join(word.capitalize() for word in one.value.split("-")) if capitalised else one.value) for one in kinds
    ]
    return f"sh:in ( {' '.join(names)} )", f"is none of {', '.join(names)}"


#: Term → what its values are, and what is said of one that is not; those that may stand in a list are left to the loader.
VALUES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("quality", "share", "weight"), _SHARE),
        **dict.fromkeys(("size", "budget", "largerThan"), _BYTES),
        **dict.fromkeys(("serveIndeterminate", "needed", "secret"), _YES),
        **dict.fromkeys(("uri", "mediaType", "digest", "key", "reason", "vendor", "model", "salt", "algorithm"), _TEXT),
        **dict.fromkeys(("signatureValue", "version", "atLeast", "below", "name", "pattern", "imports"), _TEXT),
        **dict.fromkeys(("requirement", "fallback", "application"), _IRI),
        **dict.fromkeys(("artefact", "signature", "setting", "declares", "prefers", "refusal", "operator"), _NODE),
        **dict.fromkeys(("rollout", "exception", "needs", "conflicts", "provides"), _NODE),
        **dict.fromkeys(("from", "until"), _TIME),
        "rule": _one_of(Rule, capitalised=False),
        "state": _one_of(State),
        "choice": _one_of(Choice),
        "domain": _one_of(Domain),
        "type": _one_of(SettingType),
        "effect": _one_of(Effect),
    }
)
#: Term whose value is a list → the class of its members.
LISTS: Mapping[str, str] = MappingProxyType(
    {"applications": "Application", "variants": "Variant", "parts": "Part", "terminalSettings": "TerminalSettings"}
)
#: Kinds that may stand in a list where one may stand alone.
_LISTED = frozenset({"when"})


def catalogue_shapes() -> str:
    """The shapes, a Turtle document."""
    return "\n".join([_HEAD, *(_shape(kind, terms) for kind, terms in TERMS.items())])


def _shape(kind: str, terms: Mapping[str, bool]) -> str:
    target = f"sh:targetClass cat:{kind}" if kind in CLASSES else f"sh:targetObjectsOf cat:{kind}"
    parts = [
        *_label(kind),
        *_known(kind, terms),
        *(one for term, needed in terms.items() for one in _term(kind, term, needed=needed)),
    ]
    if kind not in _LISTED:
        return f":{kind} a sh:NodeShape ; {target} ;\n    " + " ;\n    ".join(parts) + " .\n"
    either = f":{kind}-or-list a sh:NodeShape ; {target} ;\n    sh:or ( :{kind} [ sh:property [ sh:path rdf:first ; sh:minCount 1 ] ] ) ;"
    said = f'\n    sh:message "is neither a `cat:{kind}` nor a list of them" .\n'
    return f":{kind} a sh:NodeShape ;\n    " + " ;\n    ".join(parts) + " .\n\n" + either + said


def _label(kind: str) -> Iterator[str]:
    if kind in CLASSES:
        yield 'sh:property [ sh:path rdfs:label ; sh:minCount 1 ; sh:message "has no `rdfs:label`" ]'


def _known(kind: str, terms: Mapping[str, bool]) -> Iterator[str]:
    """No term of another kind; a term of none is for the linter, since shapes cannot tell ours from others'."""
    for term in dict.fromkeys(one for names in TERMS.values() for one in names):
        if term not in terms:
            said = f"has `cat:{term}`, which is no property of a `cat:{kind}`"
            yield f'sh:property [ sh:path cat:{term} ; sh:maxCount 0 ; sh:message "{said}" ]'


def _term(kind: str, term: str, *, needed: bool) -> Iterator[str]:
    path = f"sh:path cat:{term}"
    if needed:
        yield f'sh:property [ {path} ; sh:minCount 1 ; sh:message "states no `cat:{term}`" ]'
    if not {term, f"{kind} {term}"} & REPEATABLE:
        yield f'sh:property [ {path} ; sh:maxCount 1 ; sh:message "states `cat:{term}` more than once" ]'
    if term in VALUES:
        must, said = VALUES[term]
        yield f'sh:property [ {path} ; {must} ; sh:message "`cat:{term}` {said}" ]'
    if term in LISTS:
        member = LISTS[term]
        some = "sh:minCount 1 ; " if needed else ""
        yield (
            f"sh:property [ sh:path ( cat:{term} [ sh:zeroOrMorePath rdf:rest ] rdf:first ) ; {some}sh:class cat:{member} ; "
            f'sh:message "`cat:{term}` is no list of things typed `cat:{member}`" ]'
        )


def main() -> None:
    """Write the file that ships."""
    (vocabulary_folder() / FILE).write_text(catalogue_shapes(), encoding="utf-8")


if __name__ == "__main__":
    main()
