"""From Turtle to a catalogue: everything is checked here, so that a catalogue that loads can decide.

`ccpp.catalogue.terms` describes the language. The document is read from the top, one method a kind of thing; each says what is wrong with
the thing it reads, and `facts` holds every thing to the table of terms. What was read by then is compared with what the document says, so
that nothing in a catalogue is passed over.
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS

from ccpp.catalogue.checks import contradicting_rules, repeated_condition
from ccpp.catalogue.digest import catalogue_digest
from ccpp.catalogue.model import Application, Artefact, Catalogue, Layer, Setting, Variant
from ccpp.catalogue.terms import CAT, CLASSES, REPEATABLE, TERMS
from ccpp.errors import CatalogueError, RequirementError
from ccpp.matching.compiler import compile_matcher
from ccpp.model import Rule
from ccpp.requirements.shacl import read_requirements, scalar_of
from ccpp.requirements.turtle import parse_turtle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rdflib.term import Node

    from ccpp.model import Scalar
    from ccpp.requirements.graph import RequirementGraph
    from ccpp.vocabulary import Vocabularies

T = TypeVar("T")

#: A catalogue's bytes. Ten thousand applications with ten variants each, written as in the sample, take some 60 MB; rdflib reads about
#: 1 MB a second, so what is larger is refused before it is read.
MAX_CATALOGUE = 90 * 1_048_576

#: Names that a hint still lists; more are no help.
MAX_LISTED = 12

#: Type → what Python calls it, for people who do not.
_TYPE_NAMES = MappingProxyType({int: "a whole number", bool: "true or false"})
_RULES = MappingProxyType({CAT + rule.value: rule for rule in Rule})

_MEDIA_TYPE = re.compile(r"[^\s/]+/[^\s/]+(\s*;.*)?")


def load_catalogue(data: bytes, *, source: str, vocabularies: Vocabularies) -> Catalogue:
    """The catalogue that a Turtle document holds; `source` names the document in errors.

    Raises:
        CatalogueError: the document is no Turtle, or states something that is no part of a catalogue, twice, or not at all.
        RequirementError: a shape in it cannot be compiled.
    """
    if len(data) > MAX_CATALOGUE:
        raise CatalogueError(f"more than {MAX_CATALOGUE} bytes", source=source, hint="split the catalogue")
    try:
        return _Loader(parse_turtle(data, CatalogueError), source, vocabularies).catalogue()
    except (CatalogueError, RequirementError) as error:
        raise error.located(source) from None


class _Loader:
    """One document being read."""

    def __init__(self, graph: Graph, source: str, vocabularies: Vocabularies) -> None:
        self.graph = graph
        self.source = source
        self.vocabularies = vocabularies
        self.requirements: RequirementGraph
        self.ids: dict[str, str] = {}
        self.read: set[Node] = set()

    def catalogue(self) -> Catalogue:
        self.check_literals()
        found = list(self.graph.subjects(RDF.type, URIRef(CAT + "Catalogue")))
        if len(found) != 1:
            raise CatalogueError(f"{len(found)} catalogues where one is due", hint="type one node as `cat:Catalogue`")
        self.requirements = read_requirements(self.graph, self.vocabularies)
        facts = self.facts(found[0], "Catalogue")
        listed = [self.application(node) for node in self.members(found[0], facts["applications"][0], "applications")]
        if not listed:
            raise CatalogueError("the catalogue has no application", hint="list them in `cat:applications ( … )`")
        self.check_whole()
        label = self.label(found[0])
        applications = MappingProxyType({application.id: application for application in listed})
        return Catalogue(
            source=self.source,
            label=label,
            applications=applications,
            requirements=self.requirements,
            matcher=compile_matcher(self.requirements),
            digest=catalogue_digest(label, applications, self.requirements),
        )

    def application(self, node: Node) -> Application:
        facts = self.facts(node, "Application")
        identifier = self.identifier(node)
        layers = self.layers(node, facts, f"application {identifier}")
        variants = tuple(self.variant(one, layers) for one in self.members(node, facts["variants"][0], "variants"))
        if not variants:
            raise self.error(node, "has no variant", "list them in `cat:variants ( … )`")
        description = min((str(text) for text in self.graph.objects(node, RDFS.comment)), default="")
        return Application(identifier, self.label(node), description, variants, layers)

    def variant(self, node: Node, below: tuple[Layer, ...]) -> Variant:
        facts = self.facts(node, "Variant")
        identifier = self.identifier(node)
        requirement = self.requirement(node, facts)
        layers = self.layers(node, facts, f"variant {identifier}")
        contradiction = contradicting_rules((*below, *layers))
        if contradiction:
            raise self.error(node, contradiction, "state the rule once, in the lowest layer")
        return Variant(
            id=identifier,
            label=self.label(node),
            artefact=self.artefact(facts["artefact"][0]),
            requirement=requirement,
            quality=self.quality(node, facts),
            layers=layers,
            serve_indeterminate=self.scalar(node, facts, "serveIndeterminate", bool, default=False),
            specificity=len(self.requirements.constraints(requirement)) if requirement else 0,
        )

    def artefact(self, node: Node) -> Artefact:
        facts = self.facts(node, "artefact")
        size = self.scalar(node, facts, "size", int, default=0)
        if size < 0:
            raise self.error(node, f"size `{size}` is negative", "give the size in bytes")
        media_type = self.text(node, facts, "mediaType")
        if not _MEDIA_TYPE.fullmatch(media_type):
            raise self.error(node, f"`{media_type}` is no media type", "write one such as application/java-archive")
        return Artefact(self.text(node, facts, "uri"), media_type, size if "size" in facts else None)

    def layers(self, node: Node, facts: Mapping[str, list[Node]], name: str) -> tuple[Layer, ...]:
        """The settings of a thing, then those it has under a condition."""
        conditions, ordered = self.each(node, facts, "when")
        conditional = [self.conditional(condition, name) for condition in conditions]
        contradiction = repeated_condition(conditional)
        if contradiction:
            raise self.error(node, contradiction, "put their settings together")
        if not ordered:
            conditional.sort(key=lambda layer: layer.when or "")
        return Layer(name, self.settings(node, facts)), *conditional

    def conditional(self, node: Node, name: str) -> Layer:
        facts = self.facts(node, "when")
        when = self.requirement(node, facts)
        return Layer(f"{name} when {_local(when or '')}", self.settings(node, facts), when)

    def settings(self, node: Node, facts: Mapping[str, list[Node]]) -> tuple[Setting, ...]:
        settings = sorted((self.setting(one) for one in facts.get("setting", ())), key=lambda setting: setting.key)
        for one, next_one in pairwise(settings):
            if one.key == next_one.key:
                raise self.error(node, f"states setting `{one.key}` twice", "give one setting all its values")
        return tuple(settings)

    def setting(self, node: Node) -> Setting:
        facts = self.facts(node, "setting")
        key = self.text(node, facts, "key")
        stated, ordered = self.each(node, facts, "value")
        values = [self.value(node, value, "value") for value in stated]
        if not ordered:
            values.sort(key=lambda value: (str(value), type(value).__name__))
        rule = None
        if "rule" in facts:
            rule = _RULES.get(str(facts["rule"][0])) if isinstance(facts["rule"][0], URIRef) else None
            if rule is None:
                shown = _shown(facts["rule"][0])
                raise self.error(
                    node, f"`{key}`: {shown} is no rule", f"write one of {', '.join('cat:' + one for one in Rule)}"
                )
        return Setting(key, tuple(values) if ordered or len(values) > 1 else values[0], rule)

    # What must hold of the whole.

    def check_literals(self) -> None:
        """A literal that is none of its datatype has no value; rdflib gives `"yes"^^xsd:boolean` the value false."""
        wrong = [(s, value) for s, value in self.graph.subject_objects() if isinstance(value, Literal) and value.ill_typed]
        for node, value in sorted(wrong, key=lambda one: (self.named(one[0]), str(one[1])))[:1]:
            raise self.error(
                node, f"has a value typed `{_local(str(value.datatype))}` that is none", "correct the value or its type"
            )

    def check_whole(self) -> None:
        """What is said in our own terms and was not read belongs to nothing: a variant that is in no list is never chosen."""
        unread = {
            node
            for node, term, value in self.graph
            if node not in self.read and str(value if term == RDF.type else term).startswith(CAT)
        }
        for node in sorted(unread, key=lambda one: (isinstance(one, BNode), self.named(one)))[:1]:
            raise self.error(node, "belongs to no part of the catalogue", "list it in `cat:applications` or `cat:variants`")

    # Reading one fact, or saying what is wrong with it.

    def facts(self, node: Node, kind: str) -> dict[str, list[Node]]:
        """What is said of a node in our own terms, each of them known and said as often as it may be."""
        if not isinstance(node, URIRef | BNode):
            raise CatalogueError(f"{_shown(node)} stands where `cat:{kind}` is due", hint="write a node, not a text")
        self.read.add(node)
        if kind in CLASSES and (node, RDF.type, URIRef(CAT + kind)) not in self.graph:
            raise self.error(node, f"is no `cat:{kind}`", f"type it `a cat:{kind}`")
        terms = TERMS[kind]
        facts: dict[str, list[Node]] = {}
        for predicate, value in sorted(self.graph.predicate_objects(node), key=str):
            if str(predicate).startswith(CAT):
                facts.setdefault(str(predicate).removeprefix(CAT), []).append(value)
        for term, values in facts.items():
            if term not in terms:
                raise self.error(node, f"has the unknown property `cat:{term}`", _nearest(term, terms, "cat:"))
            if len(values) > 1 and term not in REPEATABLE:
                raise self.error(node, f"states `cat:{term}` {len(values)} times", "state it once")
        for term, needed in terms.items():
            if needed and term not in facts:
                raise self.error(node, f"states no `cat:{term}`", f"every `cat:{kind}` needs it")
        return facts

    def each(self, node: Node, facts: Mapping[str, list[Node]], term: str) -> tuple[list[Node], bool]:
        """The values of a property that may be repeated, and whether they stand in a list, whose order counts."""
        values = facts.get(term, [])
        lists = [value for value in values if value == RDF.nil or (value, RDF.first, None) in self.graph]
        if lists and len(values) > 1:
            raise self.error(node, f"states `cat:{term}` as a list and once more", "put all of it into the list")
        return (self.members(node, lists[0], term), True) if lists else (values, False)

    def members(self, node: Node, value: Node, term: str) -> list[Node]:
        """The members of a list, which must be one list, whole and finite."""
        members: list[Node] = []
        seen: set[Node] = set()
        while value != RDF.nil:
            first, rest = list(self.graph.objects(value, RDF.first)), list(self.graph.objects(value, RDF.rest))
            if len(first) != 1 or len(rest) != 1 or value in seen:
                raise self.error(node, f"`cat:{term}` is no list", "write ( … ), whose order is the catalogue's")
            seen.add(value)
            members += first
            value = rest[0]
        return members

    def identifier(self, node: Node) -> str:
        identifier = _local(str(node)) if isinstance(node, URIRef) else ""
        if not identifier:
            raise self.error(node, "has no name to be called by", "end its IRI in a name, such as `<#chess>`")
        known = self.ids.get(identifier)
        if known == str(node):
            raise self.error(node, "is listed twice", "list it once")
        if known is not None:
            raise self.error(node, f"is the name of `{known}` and of `{node}`", "rename one of them")
        self.ids[identifier] = str(node)
        return identifier

    def label(self, node: Node) -> str:
        found = [text for text in self.graph.objects(node, RDFS.label) if isinstance(text, Literal) and text.strip()]
        if not found:
            raise self.error(node, "has no `rdfs:label`", "give it a name that people read")
        return str(min(found, key=lambda text: (text.language or "", str(text))))

    def requirement(self, node: Node, facts: Mapping[str, list[Node]]) -> str | None:
        if "requirement" not in facts:
            return None
        value = facts["requirement"][0]
        if not isinstance(value, URIRef):
            raise self.error(
                node, f"needs {_shown(value)}, which is no name of a shape", "give the shape an IRI, and write that"
            )
        if str(value) not in self.requirements:
            names = {_local(known): known for known in self.requirements}
            name = _local(str(value))
            raise self.error(node, f"needs `{name}`, which is no shape in this catalogue", _nearest(name, names))
        return str(value)

    def quality(self, node: Node, facts: Mapping[str, list[Node]]) -> float:
        if "quality" not in facts:
            return 1.0
        value = facts["quality"][0]
        number = value.toPython() if isinstance(value, Literal) else None
        if isinstance(number, bool) or not isinstance(number, int | float | Decimal) or not 0 <= number <= 1:
            raise self.error(node, f"quality {_shown(value)} is not from 0 to 1", "write a number such as 0.8")
        return float(number)

    def scalar(self, node: Node, facts: Mapping[str, list[Node]], term: str, kind: type[T], *, default: T) -> T:
        if term not in facts:
            return default
        value = self.value(node, facts[term][0], term)
        if type(value) is not kind:
            raise self.error(node, f"`cat:{term}` is {_shown(facts[term][0])}", f"write {_TYPE_NAMES[kind]}")
        return value

    def text(self, node: Node, facts: Mapping[str, list[Node]], term: str) -> str:
        value = facts[term][0]
        plain = isinstance(value, URIRef) or (isinstance(value, Literal) and isinstance(value.toPython(), str))
        if not plain or not str(value).strip():
            raise self.error(node, f"`cat:{term}` is {_shown(value)}", "write a text")
        return str(value)

    def value(self, node: Node, value: Node, term: str) -> Scalar:
        try:
            return scalar_of(value)
        except RequirementError as error:
            raise self.error(node, f"`cat:{term}`: {error.message}", error.hint or "write a text or a number") from None

    def error(self, node: Node, message: str, hint: str) -> CatalogueError:
        return CatalogueError(f"{self.named(node)} {message}", hint=hint)

    def named(self, node: Node) -> str:
        """The node by the name that it has, or that the thing it belongs to has."""
        path: list[str] = []
        seen: set[Node] = set()
        while isinstance(node, BNode):
            seen.add(node)
            owner = min(self.graph.subject_predicates(node), key=str, default=None)
            if owner is None or owner[0] in seen:
                return "a node without a name"
            node, predicate = owner
            if predicate not in {RDF.first, RDF.rest}:
                path.append(_local(str(predicate)))
        return f"`{_local(str(node)) or node}`" + "".join(f" {term}" for term in reversed(path))


def _shown(node: Node) -> str:
    return "a blank node" if isinstance(node, BNode) else f"`{node}`"


def _local(iri: str) -> str:
    return iri.rpartition("#")[2].rpartition("/")[2]


def _nearest(term: str, known: Mapping[str, object], prefix: str = "") -> str:
    from difflib import get_close_matches  # noqa: PLC0415  only for the hint

    near = get_close_matches(term, known, n=1)
    if near:
        return f"did you mean `{prefix}{near[0]}`?"
    return f"known are {', '.join(prefix + one for one in sorted(known))}" if len(known) <= MAX_LISTED else "check its spelling"
