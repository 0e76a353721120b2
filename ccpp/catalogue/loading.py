"""From documents to a catalogue: everything is checked here, so that a catalogue that loads can decide.

`ccpp.catalogue.terms` describes the language. The graph is read from the top, one method a kind of thing; each says what is wrong with
the thing it reads, and `facts` holds every thing to the table of terms. What was read by then is compared with what the documents say, so
that nothing in a catalogue is passed over.
"""

from __future__ import annotations

import re
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import RDF, RDFS

from ccpp.catalogue.checks import (
    concealed,
    contradicting_rules,
    misdeclared,
    misused_settings,
    repeated_condition,
    whole_pattern,
)
from ccpp.catalogue.dependencies import check_dependencies
from ccpp.catalogue.digest import catalogue_digest
from ccpp.catalogue.documents import MAX_CATALOGUE, imports_of, read_documents
from ccpp.catalogue.facts import Reader, local, shown
from ccpp.catalogue.model import (
    Application,
    Artefact,
    Catalogue,
    Declaration,
    Document,
    Domain,
    Layer,
    OperatorSettings,
    Part,
    Setting,
    SettingType,
    Signature,
    TerminalSettings,
    Variant,
)
from ccpp.catalogue.supply import Choice, read_preferences, read_refusals, read_supply
from ccpp.catalogue.terms import CAT
from ccpp.errors import CatalogueError, RequirementError
from ccpp.matching.compiler import compile_matcher
from ccpp.model import Rule
from ccpp.requirements.shacl import read_requirements

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rdflib import Graph
    from rdflib.term import Node

    from ccpp.catalogue.places import Places
    from ccpp.vocabulary import Vocabularies

    PlaceOf = Callable[[str], tuple[str | None, int | None]]
    Facts = Mapping[str, list[Node]]

__all__ = ["MAX_CATALOGUE", "Document", "load_catalogue", "load_documents"]

_COMMENT = RDFS.comment
_MEDIA_TYPE = re.compile(r"[^\s/]+/[^\s/]+(\s*;.*)?")
_DIGEST = re.compile(r"sha(256:[0-9a-f]{64}|384:[0-9a-f]{96}|512:[0-9a-f]{128})")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


def load_catalogue(data: bytes, *, source: str, vocabularies: Vocabularies) -> Catalogue:
    """The catalogue that one document holds; `source` names it in errors, and its ending tells the syntax: Turtle, JSON or YAML.

    Raises:
        CatalogueError: the document states something that is no part of a catalogue, twice, or not at all; or cannot be read.
        RequirementError: a shape in it cannot be compiled.
    """
    return load_documents([Document(source, data)], vocabularies)


def load_documents(documents: Sequence[Document], vocabularies: Vocabularies) -> Catalogue:
    """The catalogue that several documents form, whatever their order; errors as of `load_catalogue`."""
    return load_with_places(documents, vocabularies)[0]


def load_with_places(documents: Sequence[Document], vocabularies: Vocabularies) -> tuple[Catalogue, PlaceOf]:
    """The same catalogue, and what tells the document and the line of a thing in it by its name."""
    source = documents[0].name
    try:
        graph, places = read_documents(documents)
        loader = _Loader(graph, places, {document.name for document in documents}, vocabularies)
        try:
            return loader.catalogue(source), loader.place_of
        except (CatalogueError, RequirementError) as error:
            raise loader.placed(error) from None
    except (CatalogueError, RequirementError) as error:
        raise error.located(source) from None


class _Loader(Reader):
    """The documents of one catalogue being read."""

    def __init__(self, graph: Graph, places: Places, known: set[str], vocabularies: Vocabularies) -> None:
        super().__init__(graph, places)
        self.known = known
        self.vocabularies = vocabularies

    def catalogue(self, source: str) -> Catalogue:
        self.check_literals()
        found = list(self.graph.subjects(RDF.type, URIRef(CAT + "Catalogue")))
        if len(found) != 1:
            raise CatalogueError(
                f"{len(found)} catalogues where one is due",
                hint="type one node as `cat:Catalogue`",
                subject=max(map(str, found), default=None),
            )
        node = found[0]
        self.requirements = read_requirements(self.graph, self.vocabularies)
        facts = self.facts(node, "Catalogue")
        self.check_imports(node)
        listed = [self.application(one) for one in self.members(node, facts["applications"][0], "applications")]
        if not listed:
            raise CatalogueError(
                "the catalogue has no application", hint="list them in `cat:applications ( … )`", subject=str(node)
            )
        applications = MappingProxyType({application.id: application for application in listed})
        terminals = [self.terminal_settings(one) for one in self.each(node, facts, "terminalSettings")[0]]
        operator = self.operator(facts, applications)
        preferences, refusals = read_preferences(self, facts), read_refusals(self, facts)
        self.check_whole()
        check_dependencies(applications)
        terminal_settings = MappingProxyType({one.id: one for one in terminals})
        return Catalogue(
            source=source,
            label=self.label(node),
            applications=applications,
            requirements=self.requirements,
            matcher=compile_matcher(self.requirements),
            digest=catalogue_digest(
                self.label(node), applications, self.requirements, (preferences, refusals, operator, tuple(terminals))
            ),
            preferences=preferences,
            refusals=refusals,
            operator=operator,
            terminal_settings=terminal_settings,
        )

    def application(self, node: Node) -> Application:
        facts = self.facts(node, "Application")
        identifier = self.identifier(node)
        declared = self.declarations(facts)
        layers = self.layers(node, facts, f"application {identifier}", declared)
        variants = {
            variant.id: variant
            for variant in (self.variant(one, layers, declared) for one in self.members(node, facts["variants"][0], "variants"))
        }
        if not variants:
            raise self.error(node, "has no variant", "list them in `cat:variants ( … )`")
        return Application(
            identifier,
            self.label(node),
            min((str(text) for text in self.graph.objects(node, _COMMENT)), default=""),
            tuple(variants.values()),
            layers,
            ordered=self.choice(node, facts, "choice", Choice, None) is Choice.ORDERED,
            fallback=self.name_of(node, facts, "fallback", variants),
            domain=self.choice(node, facts, "domain", Domain, None),
            declarations=declared,
            supply=read_supply(self, node, facts, of_application=True),
        )

    def variant(self, node: Node, below: tuple[Layer, ...], declared: Mapping[str, Declaration]) -> Variant:
        facts = self.facts(node, "Variant")
        identifier = self.identifier(node)
        requirement = self.requirement(node, facts)
        layers = self.layers(node, facts, f"variant {identifier}", declared)
        contradiction = contradicting_rules((*below, *layers))
        if contradiction:
            raise self.error(node, contradiction, "state the rule once, in the lowest layer")
        return Variant(
            id=identifier,
            label=self.label(node),
            artefact=self.artefact(facts["artefact"][0]),
            requirement=requirement,
            quality=self.share(node, facts, "quality", 1.0),
            layers=layers,
            serve_indeterminate=self.scalar(node, facts, "serveIndeterminate", bool, default=False),
            specificity=len(self.requirements.constraints(requirement)) if requirement else 0,
            languages=self.languages(node, facts),
            parts=tuple(self.part(one) for one in self.members(node, facts["parts"][0], "parts")) if "parts" in facts else (),
            supply=read_supply(self, node, facts, of_application=False),
        )

    def part(self, node: Node) -> Part:
        facts = self.facts(node, "Part")
        return Part(
            self.part_name(node),
            self.label(node),
            self.artefact(facts["artefact"][0]),
            self.requirement(node, facts),
            next(iter(self.languages(node, facts)), None),
            needed=self.scalar(node, facts, "needed", bool, default=False),
        )

    def part_name(self, node: Node) -> str:
        """The name of a part, which several variants may share."""
        name = local(str(node)) if isinstance(node, URIRef) else ""
        return name if name and self.ids.get(name) == str(node) else self.identifier(node)

    def artefact(self, node: Node) -> Artefact:
        facts = self.facts(node, "artefact")
        size = self.bytes_of(node, facts, "size")
        media_type = self.text(node, facts, "mediaType")
        if not _MEDIA_TYPE.fullmatch(media_type):
            raise self.error(node, f"`{media_type}` is no media type", "write one such as application/java-archive")
        digest = self.optional_text(node, facts, "digest")
        if digest is not None and not _DIGEST.fullmatch(digest):
            raise self.error(node, f"`{digest}` is no digest", "write sha256: and 64 hexadecimal digits in lower case")
        signature = self.signature(facts["signature"][0]) if "signature" in facts else None
        return Artefact(self.text(node, facts, "uri"), media_type, size, digest, signature)

    def signature(self, node: Node) -> Signature:
        facts = self.facts(node, "signature")
        value, certificates = self.text(node, facts, "signatureValue"), self.texts(node, facts, "certificate")
        for text in (value, *certificates):
            if not _BASE64.fullmatch(text) or len(text) % 4:
                raise self.error(node, f"`{text[:20]}` is no base64", "write the signature and each certificate in base64")
        return Signature(self.text(node, facts, "algorithm"), value, certificates)

    # Settings.

    def terminal_settings(self, node: Node) -> TerminalSettings:
        facts = self.facts(node, "TerminalSettings")
        identifier = self.identifier(node)
        declared = self.declarations(facts)
        layers = self.layers(node, facts, f"terminal settings {identifier}", declared)
        return TerminalSettings(identifier, self.label(node), self.requirement(node, facts), layers, declared)

    def operator(self, facts: Facts, applications: Mapping[str, Application]) -> tuple[OperatorSettings, ...]:
        found = [self.operator_settings(one, applications) for one in facts.get("operator", ())]
        return tuple(sorted(found, key=lambda one: (one.application is not None, repr(one))))

    def operator_settings(self, node: Node, applications: Mapping[str, Application]) -> OperatorSettings:
        facts = self.facts(node, "operator")
        name = self.name_of(node, facts, "application", applications)
        if name is None:
            return OperatorSettings(None, self.layers(node, facts, "operator", {}))
        application = applications[name]
        layers = self.layers(node, facts, f"operator for {name}", application.declarations)
        for variant in application.variants:
            contradiction = contradicting_rules((*application.layers, *variant.layers, *layers))
            if contradiction:
                raise self.error(node, contradiction, "state the rule once, in the lowest layer")
        return OperatorSettings(name, layers)

    def layers(self, node: Node, facts: Facts, name: str, declared: Mapping[str, Declaration]) -> tuple[Layer, ...]:
        """The settings of a thing, then those it has under a condition, each as it is declared."""
        conditions, ordered = self.each(node, facts, "when")
        conditional = [self.conditional(condition, name) for condition in conditions]
        contradiction = repeated_condition(conditional)
        if contradiction:
            raise self.error(node, contradiction, "put their settings together")
        if not ordered:
            conditional.sort(key=lambda layer: layer.when or "")
        layers = (Layer(name, self.settings(node, facts)), *conditional)
        wrong = misused_settings(layers, declared)
        if wrong:
            raise self.error(node, *wrong)
        return concealed(layers, declared)

    def conditional(self, node: Node, name: str) -> Layer:
        facts = self.facts(node, "when")
        when = self.requirement(node, facts)
        return Layer(f"{name} when {local(when or '')}", self.settings(node, facts), when)

    def settings(self, node: Node, facts: Facts) -> tuple[Setting, ...]:
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
            rules = {CAT + one.value: one for one in Rule}
            rule = rules.get(str(facts["rule"][0])) if isinstance(facts["rule"][0], URIRef) else None
            if rule is None:
                given = shown(facts["rule"][0])
                raise self.error(
                    node, f"`{key}`: {given} is no rule", f"write one of {', '.join('cat:' + one for one in Rule)}"
                )
        return Setting(key, tuple(values) if ordered or len(values) > 1 else values[0], rule)

    def declarations(self, facts: Facts) -> Mapping[str, Declaration]:
        found: dict[str, Declaration] = {}
        for node in facts.get("declares", ()):
            one = self.declaration(node)
            if one.key in found:
                raise self.error(node, f"declares setting `{one.key}` once more", "declare it once")
            found[one.key] = one
        return MappingProxyType(dict(sorted(found.items())))

    def declaration(self, node: Node) -> Declaration:
        facts = self.facts(node, "declares")
        pattern = self.optional_text(node, facts, "pattern")
        try:
            whole_pattern(pattern or "")
        except RequirementError as error:
            raise self.error(
                node, f"`{pattern}` is no pattern: {error.message}", error.hint or "write one as of sh:pattern"
            ) from None
        members = sorted((self.value(node, one, "oneOf") for one in self.each(node, facts, "oneOf")[0]), key=repr)
        lowest, highest = (self.value(node, facts[one][0], one) if one in facts else None for one in ("minimum", "maximum"))
        declared = Declaration(
            key=self.text(node, facts, "key"),
            type=self.choice(node, facts, "type", SettingType, None) or SettingType.TEXT,
            one_of=tuple(members),
            minimum=lowest,
            maximum=highest,
            pattern=pattern,
            secret=self.scalar(node, facts, "secret", bool, default=False),
        )
        wrong = misdeclared(declared)
        if wrong:
            raise self.error(node, f"`{declared.key}`: {wrong}", "correct the declaration")
        return declared

    # What must hold of the whole.

    def check_literals(self) -> None:
        """A literal that is none of its datatype has no value; rdflib gives `"yes"^^xsd:boolean` the value false."""
        wrong = [(s, value) for s, value in self.graph.subject_objects() if isinstance(value, Literal) and value.ill_typed]
        for node, value in sorted(wrong, key=lambda one: (self.named(one[0]), str(one[1])))[:1]:
            raise self.error(
                node, f"has a value typed `{local(str(value.datatype))}` that is none", "correct the value or its type"
            )

    def check_imports(self, node: Node) -> None:
        for name in imports_of(self.graph):
            if not any(known == name or known.endswith("/" + name) for known in self.known):
                raise self.error(node, f"imports `{name}`, which is not among the files given", "give it too, or leave it out")

    def check_whole(self) -> None:
        """What is said in our own terms and was not read belongs to nothing: a variant that is in no list is never chosen."""
        unread = {
            node
            for node, term, value in self.graph
            if node not in self.read
            and str(value if term == RDF.type else term).startswith(CAT)
            # Which documents belong together is said of a document, by whatever node it has.
            and term != URIRef(CAT + "imports")
        }
        for node in sorted(unread, key=lambda one: (isinstance(one, BNode), self.named(one)))[:1]:
            raise self.error(node, "belongs to no part of the catalogue", "list it in `cat:applications` or `cat:variants`")
