"""From Turtle to a catalogue: everything is checked here, so that a catalogue that loads can decide.

The language (`cat:` is `urn:ccpp:catalogue#`)::

    <#shop> a cat:Catalogue ; rdfs:label "Shop" ; cat:applications ( <#chess> ) .

    <#chess> a cat:Application ; rdfs:label "Chess" ;
        cat:setting [ cat:key "server" ; cat:value "chess.example" ; cat:rule cat:Locked ] ;
        cat:variants ( <#chess-colour> <#chess-mono> ) .

    <#chess-colour> a cat:Variant ; rdfs:label "Colour build" ; cat:quality 0.9 ;
        cat:requirement <#ColourMidp> ;
        cat:artefact [ cat:uri "https://apps.example/chess.jar" ; cat:mediaType "application/java-archive" ; cat:size 61440 ] ;
        cat:when [ cat:requirement <#Polyphonic> ; cat:setting [ cat:key "sound" ; cat:value "midi" ] ] .

A requirement is a SHACL shape in the same file (`ccpp.requirements.shacl`). Lists give the catalogue's order. An identifier is the local
part of an IRI. Settings are typed by their literals; several values make a list. `cat:rule` is Locked, Override or Append, and
`cat:serveIndeterminate true` lets a variant be chosen where the device does not state what it asks.
"""

from __future__ import annotations

from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from rdflib import BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.compare import to_canonical_graph
from rdflib.namespace import RDF, RDFS
from rdflib.plugins.parsers.notation3 import BadSyntax

from ccpp.catalogue.model import Application, Artefact, Catalogue, Layer, Setting, Variant
from ccpp.errors import CatalogueError, RequirementError
from ccpp.matching.compiler import compile_matcher
from ccpp.model import Rule
from ccpp.requirements.shacl import read_requirements, scalar_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rdflib.term import Node

    from ccpp.model import Scalar
    from ccpp.requirements.graph import RequirementGraph
    from ccpp.vocabulary import Vocabularies

T = TypeVar("T")

CAT = "urn:ccpp:catalogue#"

#: A catalogue's bytes. Ten thousand applications with ten variants each take some 60 MB.
MAX_CATALOGUE = 256 * 1_048_576

#: What may be said of each kind of thing: property → whether it must be said exactly once.
_TERMS: Mapping[str, Mapping[str, bool]] = MappingProxyType(
    {
        "Catalogue": MappingProxyType({"applications": True}),
        "Application": MappingProxyType({"variants": True, "setting": False, "when": False}),
        "Variant": MappingProxyType(
            {
                "requirement": False,
                "quality": False,
                "artefact": True,
                "setting": False,
                "when": False,
                "serveIndeterminate": False,
            }
        ),
        "artefact": MappingProxyType({"uri": True, "mediaType": True, "size": False}),
        "setting": MappingProxyType({"key": True, "value": False, "rule": False}),
        "when": MappingProxyType({"requirement": True, "setting": False}),
    }
)
#: Properties of which there may be more than one.
_REPEATABLE = frozenset({"setting", "when", "value"})


def load_catalogue(data: bytes, *, source: str, vocabularies: Vocabularies) -> Catalogue:
    """The catalogue that a Turtle document holds; `source` names the document in errors.

    Raises:
        CatalogueError: the document is no Turtle, or states something that is no part of a catalogue, twice, or not at all.
        RequirementError: a shape in it cannot be compiled.
    """
    try:
        return _Loader(_parse(data), source, vocabularies).catalogue()
    except (CatalogueError, RequirementError) as error:
        raise error.located(source) from None


def _parse(data: bytes) -> Graph:
    if len(data) > MAX_CATALOGUE:
        raise CatalogueError(f"{len(data)} bytes, more than {MAX_CATALOGUE}", hint="split the catalogue")
    try:
        # A relative IRI stays as short as it was written, whatever the file is called.
        return Graph().parse(data=data, format="turtle", publicID="urn:ccpp:this")
    except BadSyntax as error:
        raise CatalogueError(
            f"not Turtle: {error.message}", line=error.lines + 1, hint="check the end of the statement before"
        ) from None
    except (UnicodeDecodeError, ValueError) as error:
        raise CatalogueError(f"not Turtle: {error}", hint="a catalogue is a Turtle document in UTF-8") from None


class _Loader:
    """One document being read."""

    def __init__(self, graph: Graph, source: str, vocabularies: Vocabularies) -> None:
        self.graph = graph
        self.source = source
        self.vocabularies = vocabularies
        self.requirements: RequirementGraph
        self.ids: dict[str, str] = {}

    def catalogue(self) -> Catalogue:
        found = list(self.graph.subjects(RDF.type, URIRef(CAT + "Catalogue")))
        if len(found) != 1:
            raise CatalogueError(f"{len(found)} catalogues where one is due", hint="type one node as `cat:Catalogue`")
        self.requirements = read_requirements(self.graph, self.vocabularies)
        facts = self.facts(found[0], "Catalogue")
        applications = [self.application(node) for node in self.members(found[0], facts["applications"][0], "applications")]
        if not applications:
            raise CatalogueError("the catalogue has no application", hint="list them in `cat:applications ( … )`")
        return Catalogue(
            source=self.source,
            label=self.label(found[0]),
            applications=MappingProxyType({application.id: application for application in applications}),
            requirements=self.requirements,
            matcher=compile_matcher(self.requirements),
            digest=_digest(self.graph),
        )

    def application(self, node: Node) -> Application:
        facts = self.facts(node, "Application")
        identifier = self.identifier(node)
        variants = tuple(self.variant(one) for one in self.members(node, facts["variants"][0], "variants"))
        if not variants:
            raise self.error(node, "has no variant", "list them in `cat:variants ( … )`")
        description = next((str(text) for text in self.graph.objects(node, RDFS.comment)), "")
        return Application(
            identifier, self.label(node), description, variants, self.layers(node, facts, f"application {identifier}")
        )

    def variant(self, node: Node) -> Variant:
        facts = self.facts(node, "Variant")
        identifier = self.identifier(node)
        requirement = self.requirement(node, facts)
        return Variant(
            id=identifier,
            label=self.label(node),
            artefact=self.artefact(facts["artefact"][0]),
            requirement=requirement,
            quality=self.quality(node, facts),
            layers=self.layers(node, facts, f"variant {identifier}"),
            serve_indeterminate=self.scalar(node, facts, "serveIndeterminate", bool, default=False),
            specificity=len(self.requirements.constraints(requirement)) if requirement else 0,
        )

    def artefact(self, node: Node) -> Artefact:
        facts = self.facts(node, "artefact")
        size = self.scalar(node, facts, "size", int, default=-1)
        if facts.get("size") and size < 0:
            raise self.error(node, f"size `{size}` is negative", "give the size in bytes")
        return Artefact(str(facts["uri"][0]), str(facts["mediaType"][0]), size if facts.get("size") else None)

    def layers(self, node: Node, facts: Mapping[str, list[Node]], name: str) -> tuple[Layer, ...]:
        """The settings of a thing, then those it has under a condition, in the order of their conditions' names."""
        layers = [Layer(name, self.settings(node, facts))]
        for condition in facts.get("when", ()):
            conditional = self.facts(condition, "when")
            when = self.requirement(condition, conditional)
            layers.append(Layer(f"{name} when {_local(when or '')}", self.settings(condition, conditional), when))
        return tuple(sorted(layers, key=lambda layer: (layer.when is not None, layer.when or "")))

    def settings(self, node: Node, facts: Mapping[str, list[Node]]) -> tuple[Setting, ...]:
        settings = [self.setting(one) for one in facts.get("setting", ())]
        keys = [setting.key for setting in settings]
        for key in keys:
            if keys.count(key) > 1:
                raise self.error(node, f"states setting `{key}` twice", "give one setting all its values")
        return tuple(sorted(settings, key=lambda setting: setting.key))

    def setting(self, node: Node) -> Setting:
        facts = self.facts(node, "setting")
        values = sorted((self.value(node, value) for value in facts.get("value", ())), key=str)
        if not values:
            raise self.error(node, f"setting `{facts['key'][0]}` has no value", "state `cat:value`")
        rule = _local(str(facts["rule"][0])) if facts.get("rule") else None
        if rule is not None and rule not in {one.value for one in Rule}:
            raise self.error(node, f"`{rule}` is no rule", f"write one of {', '.join('cat:' + one for one in Rule)}")
        return Setting(str(facts["key"][0]), values[0] if len(values) == 1 else tuple(values), Rule(rule) if rule else None)

    # Reading one fact, or saying what is wrong with it.

    def facts(self, node: Node, kind: str) -> dict[str, list[Node]]:
        """What is said of a node in our own terms, each of them known and said as often as it may be."""
        if not isinstance(node, URIRef | BNode):
            raise CatalogueError(f"`{node}` stands where a {kind} is due", hint="write a node, not a text")
        terms = _TERMS[kind]
        facts: dict[str, list[Node]] = {}
        for predicate, value in sorted(self.graph.predicate_objects(node), key=str):
            term = str(predicate)
            if term.startswith(CAT):
                facts.setdefault(term.removeprefix(CAT), []).append(value)
        for term, values in facts.items():
            if term not in terms:
                raise self.error(node, f"has the unknown property `cat:{term}`", _nearest(term, terms))
            if len(values) > 1 and term not in _REPEATABLE:
                raise self.error(node, f"states `cat:{term}` {len(values)} times", "state it once")
        for term, needed in terms.items():
            if needed and term not in facts:
                raise self.error(node, f"states no `cat:{term}`", f"every {kind} needs it")
        return facts

    def members(self, node: Node, value: Node, term: str) -> list[Node]:
        if value != RDF.nil and (value, RDF.first, None) not in self.graph:
            raise self.error(node, f"`cat:{term}` is no list", "write ( … ), whose order is the catalogue's")
        return list(Collection(self.graph, value))

    def identifier(self, node: Node) -> str:
        identifier = _local(str(node)) if isinstance(node, URIRef) else ""
        if not identifier:
            raise self.error(node, "has no IRI to be called by", "name it, such as `<#chess>`")
        if identifier in self.ids:
            raise self.error(node, f"is listed twice, or has the local name of `{self.ids[identifier]}`", "name each once")
        self.ids[identifier] = str(node)
        return identifier

    def label(self, node: Node) -> str:
        labels = sorted(
            self.graph.objects(node, RDFS.label), key=lambda text: (getattr(text, "language", None) or "", str(text))
        )
        if not labels:
            raise self.error(node, "has no `rdfs:label`", "give it a name that people read")
        return str(labels[0])

    def requirement(self, node: Node, facts: Mapping[str, list[Node]]) -> str | None:
        if not facts.get("requirement"):
            return None
        name = str(facts["requirement"][0])
        if name not in self.requirements:
            names = {_local(known): known for known in self.requirements}
            raise self.error(
                node, f"needs `{_local(name)}`, which is no shape in this catalogue", _nearest(_local(name), names)
            )
        return name

    def quality(self, node: Node, facts: Mapping[str, list[Node]]) -> float:
        if not facts.get("quality"):
            return 1.0
        value = self.value(node, facts["quality"][0])
        if isinstance(value, bool | str) or not 0 <= value <= 1:  # type: ignore[operator]
            raise self.error(node, f"quality `{value}` is not from 0 to 1", "write a number such as 0.8")
        return float(value)  # type: ignore[arg-type]

    def scalar(self, node: Node, facts: Mapping[str, list[Node]], term: str, kind: type[T], *, default: T) -> T:
        if not facts.get(term):
            return default
        value = self.value(node, facts[term][0])
        if type(value) is not kind:
            raise self.error(node, f"`cat:{term}` is `{value}`", f"write a value of type {kind.__name__}")
        return value

    def value(self, node: Node, value: Node) -> Scalar:
        try:
            return scalar_of(value)
        except RequirementError as error:
            raise self.error(node, error.message, error.hint or "write a text, a number, true or false") from None

    def error(self, node: Node, message: str, hint: str) -> CatalogueError:
        return CatalogueError(f"{self.named(node)} {message}", hint=hint)

    def named(self, node: Node) -> str:
        """The node by the IRI that it has, or that the thing it belongs to has."""
        path = []
        while isinstance(node, BNode):
            owner = next(iter(self.graph.subject_predicates(node)), None)
            if owner is None:
                return "a node without a name"
            node, predicate = owner
            path.append(_local(str(predicate)))
        return f"`{_local(str(node))}`" + "".join(f" {term}" for term in reversed(path))


def _local(iri: str) -> str:
    return iri.rpartition("#")[2].rpartition("/")[2]


def _nearest(term: str, known: Mapping[str, object]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  only for the hint

    near = get_close_matches(term, known, n=1)
    return f"did you mean `{near[0]}`?" if near else f"known are {', '.join(sorted(known))}"


def _digest(graph: Graph) -> str:
    """A name for what the catalogue says, the same in whatever order it says it."""
    lines = sorted(to_canonical_graph(graph).serialize(format="nt").splitlines())
    return "sha256:" + sha256("\n".join(lines).encode()).hexdigest()
