"""What attributes mean: one canonical attribute behind every spelling that documents use for it.

A vocabulary is one Turtle file in `vocabularies/`: a namespace with its other spellings, component types, attributes with
component, datatype, container and resolution rule. UAProf's dozen schema versions are one vocabulary, because no attribute ever
changed its meaning between them; so an attribute is identified by its vocabulary and local name (T-45), and keyed by its
component type and local name (T-46).

Parsing the Turtle takes a hundred times longer than reading a profile, so what is loaded is `vocabularies/compiled.json`, made
from the Turtle by `python -m ccpp.vocabulary`; a test keeps the two equal.

Turtle terms (`voc:` is `urn:ccpp:vocabulary#`): on a `voc:Vocabulary` `voc:namespace`, `voc:alias` (right in some document of the
standards), `voc:misspelling` (read, with a finding), `voc:links` (its `component` and `defaults` are CC/PP links); on a component
class `voc:misspelling`; on a `ccpp:Attribute` `rdfs:domain`, `voc:formerDomain`, `rdfs:range`, `voc:container`, `voc:rule`,
`voc:singleUntil` (the last schema version that had one value where there is a container now), `voc:misspelling`, and for the reader
`voc:since`, `voc:until` (schema versions) and `voc:status`.
"""

from __future__ import annotations

import json
import re
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ccpp.datatypes import DATATYPES
from ccpp.errors import RequirementError, VocabularyError
from ccpp.model import Attribute, AttributeName, Container, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

#: Spellings remembered by one instance. Real profiles use about 400; past this a hostile sender is inventing names.
MAX_REMEMBERED = 4_096

Finding: TypeAlias = tuple[str, tuple[str, ...]]
"""A diagnostic code and its details, to be reported with the line where the spelling stands."""

Data: TypeAlias = dict[str, Any]
"""One vocabulary as plain data, the form of `compiled.json`."""


#: The schema version in a namespace: OMA dates them.
_VERSION = re.compile(r"ccppschema-(\d{8})")
#: The beginning of a namespace, which some documents double, write as https, or leave `www.` out of.
_SCHEMES = re.compile(r"\A(?:https?://)*+(?:www\.)?")


class Link(StrEnum):
    """The two structural properties of CC/PP 1.0 §2.1."""

    COMPONENT = "component"
    DEFAULTS = "defaults"


class AttributeLookup(NamedTuple):
    """What a property URI means; `components` are the types in which some schema version has it.

    `single` says that the schema version of the URI has one value where the attribute is a container now.
    """

    attribute: Attribute | None
    local: str
    known_namespace: bool
    components: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()
    single: bool = False


class ComponentLookup(NamedTuple):
    """What the URI of a component type means: the canonical local name, or the URI as written."""

    name: str
    known: bool
    findings: tuple[Finding, ...] = ()


class LinkLookup(NamedTuple):
    """Whether a property URI is a structural link."""

    link: Link | None
    findings: tuple[Finding, ...] = ()


_LINKS = MappingProxyType({"component": Link.COMPONENT, "defaults": Link.DEFAULTS, "default": Link.DEFAULTS})
#: `Defaults` is the REC's deprecated spelling, used by the schemas to 20010330.
_LINK_SPELLINGS = frozenset({"component", "defaults", "Defaults"})


class Vocabularies:
    """The vocabularies in force. Built once, then only read; what it remembers is a bounded copy of what it would find again."""

    def __init__(self, vocabularies: Iterable[Data]) -> None:
        self._tables = {data["namespace"]: _Table(data) for data in vocabularies}
        self._namespaces: dict[str, tuple[_Table, bool]] = {}
        for namespace, table in self._tables.items():
            for spelling, right in table.spellings(namespace):
                other = self._namespaces.setdefault(spelling, (table, right))[0]
                if other is not table:
                    raise VocabularyError(f"namespace `{spelling}` belongs to two vocabularies: {other.label}, {table.label}")
        self._normalised = {_normalise(spelling): table for spelling, (table, _) in self._namespaces.items()}
        self.attributes: Mapping[AttributeName, Attribute] = MappingProxyType(_all_attributes(self._tables.values()))
        self._seen_attributes: dict[str, AttributeLookup] = {}
        self._seen_components: dict[str, ComponentLookup] = {}
        self._seen_links: dict[str, LinkLookup] = {}

    def attribute(self, uri: str) -> AttributeLookup:
        """What a property URI means, in any spelling."""
        return self._seen_attributes.get(uri) or _remember(self._seen_attributes, uri, self._find_attribute)

    def component_type(self, uri: str) -> ComponentLookup:
        """What the `rdf:type` of a component means, in any spelling."""
        return self._seen_components.get(uri) or _remember(self._seen_components, uri, self._find_component)

    def link(self, uri: str) -> LinkLookup:
        """Whether a property URI links a component to a profile, or defaults to a component."""
        return self._seen_links.get(uri) or _remember(self._seen_links, uri, self._find_link)

    def component_named(self, identifier: str) -> str | None:
        """The component type that an ID names, whatever its case (T-07)."""
        for table in self._tables.values():
            name = table.components.get(identifier.lower())
            if name:
                return name
        return None

    def named(self, text: str) -> Attribute:
        """The attribute that a person means by `Component/Name`, by a local name of its own, or by any of its URIs.

        Raises:
            RequirementError: no attribute, or more than one, is named so; the hint offers the nearest names.
        """
        if ":" in text:
            found = self.attribute(text)
            if found.attribute is not None:
                return found.attribute
        matching = [attribute for name, attribute in self.attributes.items() if text in (str(name), name.name)]
        if len(matching) == 1:
            return matching[0]
        if matching:
            known = ", ".join(str(one.name) for one in matching)
            raise RequirementError(f"ambiguous attribute `{text}`", hint=f"one of {known}")
        raise RequirementError(f"unknown attribute `{text}`", hint=self._nearest(text))

    def _nearest(self, text: str) -> str:
        from difflib import get_close_matches  # noqa: PLC0415  only for the hint

        local = text.rpartition("#")[2].rpartition("/")[2]
        near = get_close_matches(local, {name.name for name in self.attributes}, n=1)
        full = [str(name) for name in self.attributes if near and name.name == near[0]]
        return f"did you mean `{full[0]}`?" if full else "`ccpp vocabulary` lists the known ones"

    def _find_attribute(self, uri: str) -> AttributeLookup:
        table, local, findings = self._split(uri)
        if table is None:
            return AttributeLookup(None, local, known_namespace=False, findings=(("attribute-unknown", (uri,)),))
        for candidate, code in ((table, ""), *((other, "attribute-from-other-schema") for other in self._tables.values())):
            attribute = candidate.attributes.get(local)
            if attribute is not None:
                details = (uri, str(attribute.name))
                return candidate.found(attribute, (*findings, (code, details)) if code else findings, uri)
        for candidate in (table, *self._tables.values()):
            attribute = candidate.misspelt.get(local) or candidate.misspelt.get(local.lower())
            if attribute is not None:
                return candidate.found(attribute, (*findings, ("attribute-misspelt", (local, attribute.name.name))), uri)
        return AttributeLookup(None, local, known_namespace=True, findings=(*findings, ("attribute-unknown", (uri,))))

    def _find_component(self, uri: str) -> ComponentLookup:
        table, local, findings = self._split(uri)
        if table is not None:
            name = table.components.get(local.lower()) or self.component_named(local)
            if name:
                case: tuple[Finding, ...] = () if name == local else (("component-name-case", (local, name)),)
                return ComponentLookup(name, known=True, findings=(*findings, *case))
        return ComponentLookup(uri, known=False, findings=(*findings, ("component-unknown", (uri,))))

    def _find_link(self, uri: str) -> LinkLookup:
        table, local, findings = self._split(uri)
        link = _LINKS.get(local.lower())
        if link is None:
            return LinkLookup(None)
        if table is None:
            return LinkLookup(link, (("component-link-foreign", (uri,)),))
        if not table.links or local not in _LINK_SPELLINGS:
            return LinkLookup(link, (*findings, (f"{link}-link-misspelt", (uri,))))
        return LinkLookup(link, findings)

    def _split(self, uri: str) -> tuple[_Table | None, str, tuple[Finding, ...]]:
        """The vocabulary and the local name of a URI, and what was odd about its namespace."""
        namespace, hash_sign, local = uri.strip().rpartition("#")
        if not hash_sign:
            return self._split_unmarked(uri.strip())
        table, right = self._namespaces.get(namespace + "#") or (self._normalised.get(_normalise(namespace)), False)
        if table is None:
            return None, local, ()
        glued = table.unglued(local)
        if glued:
            return table, glued, (("namespace-misspelt", (uri.removesuffix(glued), table.namespace)),)
        right = right and not uri[0].isspace() and not local[:1].isspace()  # blanks around the namespace
        return table, local.strip(), () if right else (("namespace-misspelt", (namespace + "#", table.namespace)),)

    def _split_unmarked(self, uri: str) -> tuple[_Table | None, str, tuple[Finding, ...]]:
        """The same for a URI without `#`: a document lost it from a namespace, so the local name follows directly."""
        beginnings = [one for one in self._namespaces if uri.startswith(one.rstrip("#")) and uri != one.rstrip("#")]
        if not beginnings:
            return None, uri.rpartition("/")[2], ()
        spelling = max(beginnings, key=len)
        bare = spelling.rstrip("#")
        table, right = self._namespaces[spelling]
        findings = () if right and bare == spelling else (("namespace-misspelt", (bare, table.namespace)),)
        return table, uri[len(bare) :].lstrip("/"), findings


class _Table:
    """One vocabulary, indexed."""

    def __init__(self, data: Data) -> None:
        self.label: str = data["label"]
        self.namespace: str = data["namespace"]
        self.links: bool = data["links"]
        self.aliases: list[str] = data["aliases"]
        self.misspellings: list[str] = data["misspellings"]
        self.components: dict[str, str] = {
            spelling.lower(): name for name, spellings in data["components"].items() for spelling in (name, *spellings)
        }
        self.attributes: dict[str, Attribute] = {}
        self.misspelt: dict[str, Attribute] = {}
        self.homes: dict[str, frozenset[str]] = {}
        self.singles: dict[str, str] = {}
        for name, (component, datatype, container, rule, former, spellings, *single) in data["attributes"].items():
            key = AttributeName(component, name)
            attribute = Attribute(key, self.namespace + name, datatype, Container(container), Rule(rule))
            self.attributes[name] = attribute
            self.homes[name] = frozenset((component, *former))
            self.misspelt[name.lower()] = attribute
            if single:
                self.singles[name] = single[0]
            for spelling in spellings:
                self.misspelt[spelling] = attribute

    def spellings(self, namespace: str) -> Iterable[tuple[str, bool]]:
        """Every spelling of the namespace, and whether it is right."""
        yield namespace, True
        yield from ((alias, True) for alias in self.aliases)
        yield from ((misspelling, False) for misspelling in self.misspellings)

    def unglued(self, local: str) -> str | None:
        """What is left of a local name when the component that it begins with is taken away: some namespaces end in one."""
        rests = [local.removeprefix(name) for name in self.components.values() if local not in self.attributes]
        return next((one for one in rests if one != local and (one in self.attributes or one in _LINK_SPELLINGS)), None)

    def found(self, attribute: Attribute, findings: tuple[Finding, ...], uri: str) -> AttributeLookup:
        name = attribute.name.name
        version = _VERSION.search(uri)
        single = version is not None and version[1] <= self.singles.get(name, "")
        return AttributeLookup(
            attribute, name, known_namespace=True, components=self.homes[name], findings=findings, single=single
        )


def _all_attributes(tables: Iterable[_Table]) -> dict[AttributeName, Attribute]:
    attributes: dict[AttributeName, Attribute] = {}
    for table in tables:
        for attribute in table.attributes.values():
            if attribute.name in attributes:
                raise VocabularyError(f"attribute `{attribute.name}` stands in two vocabularies")
            attributes[attribute.name] = attribute
    return attributes


def _normalise(namespace: str) -> str:
    """What is left of a namespace when what documents get wrong is taken away: case, the end, the scheme, `www.`."""
    return _SCHEMES.sub("", namespace.strip().partition("#")[0].rstrip("/").lower())


def _remember(seen: dict[str, Any], uri: str, find: Callable[[str], Any]) -> Any:  # noqa: ANN401  three kinds of look-up
    if len(seen) >= MAX_REMEMBERED:
        seen.clear()
    return seen.setdefault(uri, find(uri))


# Loading and compiling.


def vocabulary_folder() -> Path:
    """Where the vocabulary files are: in the installed package, else beside it in a checkout."""
    packaged = Path(__file__).parent / "vocabularies"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "vocabularies"


def load_vocabularies() -> Vocabularies:
    """The shipped vocabularies."""
    return Vocabularies(json.loads((vocabulary_folder() / "compiled.json").read_bytes()))


def compile_vocabularies(sources: Mapping[str, bytes]) -> list[Data]:
    """Vocabularies as plain data, from Turtle files by name.

    Raises:
        VocabularyError: a file is no Turtle, or an attribute lacks what it must state; the error names the file.
    """
    compiled: list[Data] = []
    for source, turtle in sorted(sources.items()):
        try:
            compiled += _compile(turtle)
        except VocabularyError as error:
            raise error.located(source) from None
    Vocabularies(compiled)
    return compiled


_VOC = "urn:ccpp:vocabulary#"
_CCPP = "http://www.w3.org/2002/11/08-ccpp-schema#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"


def _compile(turtle: bytes) -> Iterable[Data]:
    import rdflib  # noqa: PLC0415  only to compile; loading is done without

    try:
        graph = rdflib.Graph().parse(data=turtle, format="turtle")
    except Exception as error:
        raise VocabularyError(f"not Turtle: {error}") from error
    facts: dict[str, dict[str, list[str]]] = {}
    for subject, predicate, value in sorted((str(s), str(p), str(o)) for s, p, o in graph):
        facts.setdefault(subject, {}).setdefault(predicate, []).append(value)
    for stated in facts.values():
        if _VOC + "Vocabulary" in stated.get(_RDF + "type", ()):
            yield _compile_vocabulary(stated, facts)


def _compile_vocabulary(stated: dict[str, list[str]], facts: dict[str, dict[str, list[str]]]) -> Data:
    namespaces, labels = stated.get(_VOC + "namespace", []), stated.get(_RDFS + "label", [])
    if len(namespaces) != 1 or len(labels) != 1:
        hint = "state voc:namespace and rdfs:label once, other spellings as voc:alias"
        raise VocabularyError("a vocabulary has one namespace and one label", hint=hint)
    [namespace], [label] = namespaces, labels
    own = {uri.removeprefix(namespace): stated for uri, stated in facts.items() if uri.startswith(namespace)}
    return {
        "label": label,
        "namespace": namespace,
        "links": _VOC + "links" in stated,
        "aliases": stated.get(_VOC + "alias", []),
        "misspellings": stated.get(_VOC + "misspelling", []),
        "components": {
            name: stated.get(_VOC + "misspelling", [])
            for name, stated in own.items()
            if _CCPP + "Component" in stated.get(_RDFS + "subClassOf", ())
        },
        "attributes": {
            name: _compile_attribute(name, stated, namespace)
            for name, stated in own.items()
            if _CCPP + "Attribute" in stated.get(_RDF + "type", ())
        },
    }


def _compile_attribute(name: str, stated: dict[str, list[str]], namespace: str) -> list[Any]:
    def local(predicate: str, prefix: str) -> list[str]:
        return [value.removeprefix(prefix) for value in stated.get(predicate, [])]

    def one_of(what: str, predicate: str, prefix: str, choices: Iterable[str], missing: str = "") -> str:
        chosen = local(predicate, prefix) or [missing]
        if len(chosen) != 1 or chosen[0] not in set(choices):
            raise VocabularyError(f"attribute `{name}` has no known {what}", hint=f"one of {', '.join(choices)}")
        return chosen[0]

    return [
        next(iter(local(_RDFS + "domain", namespace)), ""),
        one_of("datatype", _RDFS + "range", _VOC, DATATYPES),
        one_of("container", _VOC + "container", _RDF, tuple(Container), Container.NONE),
        one_of("rule", _VOC + "rule", _VOC, tuple(Rule)),
        local(_VOC + "formerDomain", namespace),
        stated.get(_VOC + "misspelling", []),
        *stated.get(_VOC + "singleUntil", []),
    ]


def serialise(compiled: list[Data]) -> str:
    """The compiled vocabularies as the text of `compiled.json`: an attribute a line, so that a change can be read."""
    text = json.dumps(compiled, indent=1, ensure_ascii=False)
    for inside, joined in ((r"\[\n {4,}", "["), (r"\n {3,}\]", "]"), (r"\n {4,}", " ")):
        text = re.sub(inside, joined, text)
    return text + "\n"


def main() -> None:
    """Compile the folder's Turtle into its `compiled.json`."""
    folder = vocabulary_folder()
    sources = {path.name: path.read_bytes() for path in folder.glob("*.ttl") if path.name != "requirements.ttl"}
    target = folder / "compiled.json"
    temporary = target.with_suffix(".new")
    temporary.write_text(serialise(compile_vocabularies(sources)), encoding="utf-8")
    temporary.replace(target)


if __name__ == "__main__":
    main()
