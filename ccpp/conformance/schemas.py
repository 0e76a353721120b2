"""The published schemas one by one: which names each of them defines, and how.

Reading takes UAProf's schema versions for one vocabulary, because they agree where they meet. Conformance may not: a document
conforms to the schema that its namespaces name, so an attribute added in 20020710 is not defined in 20010430, and `SecuritySupport`
is a single value up to 20010330. What each edition defines is worked out from `voc:since` and `voc:until` of the vocabulary's
Turtle; names that were only ever observed in documents are in no schema.

Loaded is `vocabularies/schemas.json`, made from the Turtle by `python -m ccpp.conformance.schemas`; a test keeps the two equal.
"""

from __future__ import annotations

import json
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ccpp.model import Container
from ccpp.vocabulary import MAX_REMEMBERED, Link, serialise, vocabulary_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ccpp.model import Attribute
    from ccpp.vocabulary import Vocabularies

Data: TypeAlias = dict[str, Any]
"""One vocabulary as plain data, the form of `schemas.json`."""

#: The namespace of CC/PP 1.0 itself. Those of its drafts are not the Recommendation's.
CCPP = "http://www.w3.org/2002/11/08-ccpp-schema#"
COMPONENT = CCPP + "Component"
_LINK_NAMES = MappingProxyType({"component": Link.COMPONENT, "defaults": Link.DEFAULTS, "Defaults": Link.DEFAULTS})


class Edition(NamedTuple):
    """A published schema: its family and version, and the end of the namespaces that name it."""

    family: str
    version: str
    ending: str


#: Oldest first within a family; `voc:since` and `voc:until` name these versions.
EDITIONS = (
    Edition("UAProf", "19991014", "ccppschema-19991014#"),
    Edition("UAProf", "20000405", "ccppschema-20000405#"),
    Edition("UAProf", "20010330", "ccppschema-20010330#"),
    Edition("UAProf", "20010430", "ccppschema-20010430#"),
    Edition("UAProf", "20020710", "ccppschema-20020710#"),
    Edition("UAProf", "20021113", "ccppschema-20021113#"),
    Edition("UAProf", "20021212", "ccppschema-20021212#"),
    Edition("UAProf", "20030226", "ccppschema-20030226#"),
    Edition("UAProf", "20070511", "ccppschema-20070511#"),
    Edition("MMS", "20010111", "ccppschema-20010111#"),
    Edition("MMS", "1.2", "ccppschema-20050301-MMS1.2#"),
    Edition("MMS", "1.3", "ccppschema_mms-v1_3#"),
    Edition("PSS", "5", "ccppschema-PSS5#"),
    Edition("PSS", "6", "ccppschema-PSS6#"),
    Edition("CC/PP client", "1.0", "-ccpp-client#"),
)

#: Attribute of a family → the first version that has its present container. Before, it was a single value (WAP-248 Appendix A).
_SINGLE_BEFORE = MappingProxyType({("UAProf", "SecuritySupport"): "20010430", ("UAProf", "SupportedBearers"): "20010430"})


class Definition(NamedTuple):
    """What a schema says of an attribute; the component is empty where it may stand in any."""

    component: str
    datatype: str
    container: Container


class Schema(NamedTuple):
    """One edition of a vocabulary: what it defines."""

    family: str
    version: str
    attributes: Mapping[str, Definition]
    components: frozenset[str]

    @property
    def label(self) -> str:
        """How messages call it."""
        return f"{self.family} {self.version}"


class Standing(StrEnum):
    """What a name is to the published schemas."""

    DEFINED = "defined"
    UNDEFINED = "undefined"  # in a published namespace, whose schema does not have it
    MISSPELT = "misspelt"  # in a namespace that is a known misspelling of a published one
    EXTENSION = "extension"  # in a namespace of somebody else's


class Name(NamedTuple):
    """A property or type URI as the published schemas see it.

    `local` is the name that was meant, `definition` what it means, exact where the name is defined; `schema` the label of the
    edition; `hint` where the name is defined instead, or the namespace that was meant.
    """

    uri: str
    namespace: str
    local: str
    standing: Standing
    schema: str = ""
    definition: Definition | None = None
    hint: str = ""


class LinkName(NamedTuple):
    """A structural property as written, and whether CC/PP 1.0 has it so."""

    link: Link
    right: bool


class Schemas:
    """The published schemas by namespace. Built once, then only read; what it remembers is a bounded copy of what it would find."""

    def __init__(self, data: Iterable[Data], vocabularies: Vocabularies) -> None:
        self._vocabularies = vocabularies
        self.by_namespace: dict[str, Schema] = {}
        self.links: dict[str, Link] = {CCPP + name: link for name, link in _LINK_NAMES.items()}
        for family in data:
            for namespace, schema in _schemas_of(family):
                self.by_namespace[namespace] = schema
                if family["links"]:
                    self.links.update({namespace + name: link for name, link in _LINK_NAMES.items()})
        self._attributes: dict[str, Name] = {}
        self._components: dict[str, Name] = {}
        self._meant_namespaces: dict[str, str] = {}

    def attribute(self, uri: str) -> Name:
        """What a property URI is to the schemas."""
        return self._attributes.get(uri) or _remember(self._attributes, self._find_attribute(uri))

    def component(self, uri: str) -> Name:
        """What the URI of a component type is to the schemas; it has no definition."""
        return self._components.get(uri) or _remember(self._components, self._find_component(uri))

    def link(self, uri: str) -> LinkName | None:
        """Whether a property is a structural link, or evidently meant as one."""
        link = self.links.get(uri)
        if link is not None:
            return LinkName(link, right=True)
        found = self._vocabularies.link(uri)
        if found.link is None:
            return None
        foreign = any(code == "component-link-foreign" for code, _ in found.findings)
        # In a namespace of its own, `default` is a word like any other; only the two names of CC/PP are taken for links there.
        if foreign and split(uri)[1] not in _LINK_NAMES:
            return None
        return LinkName(found.link, right=False)

    def _find_component(self, uri: str) -> Name:
        namespace, local = split(uri)
        schema = self.by_namespace.get(namespace)
        if schema is not None and local in schema.components:
            return Name(uri, namespace, local, Standing.DEFINED, schema.label)
        if namespace == CCPP:
            return Name(uri, namespace, local, Standing.DEFINED if uri == COMPONENT else Standing.UNDEFINED, "CC/PP 1.0")
        found = self._vocabularies.component_type(uri)
        meant = found.name if found.known else local
        if schema is not None:
            return Name(uri, namespace, meant, Standing.UNDEFINED, schema.label)
        misspelt = _misspelt(found.findings)
        if misspelt:
            return Name(uri, misspelt[0], meant, Standing.MISSPELT, hint=self._nearest(*misspelt))
        return Name(uri, namespace, local, Standing.EXTENSION)

    def _find_attribute(self, uri: str) -> Name:
        namespace, local = split(uri)
        schema = self.by_namespace.get(namespace)
        if schema is not None and local in schema.attributes:
            return Name(uri, namespace, local, Standing.DEFINED, schema.label, schema.attributes[local])
        found = self._vocabularies.attribute(uri)
        meant = self._meant(found.attribute)
        if schema is not None or namespace == CCPP:
            label = "CC/PP 1.0" if schema is None else schema.label
            definition, where = meant or (None, "")
            return Name(uri, namespace, local, Standing.UNDEFINED, label, definition, where)
        misspelt = _misspelt(found.findings)
        if misspelt:
            hint = self._nearest(*misspelt)
            right = self.by_namespace.get(hint)
            exact = right.attributes.get(found.local) if right is not None else None
            definition = exact or (meant[0] if meant else None)
            return Name(uri, misspelt[0], found.local, Standing.MISSPELT, definition=definition, hint=hint)
        return Name(uri, namespace, local, Standing.EXTENSION)

    def _meant(self, attribute: Attribute | None) -> tuple[Definition, str] | None:
        """The definition of an attribute in the newest schema that has it, and the schema's name; none if none was published."""
        if attribute is None:
            return None
        name = attribute.name.name
        family = (self.by_namespace.get(one) for one in self._family_of(attribute.uri.removesuffix(name)))
        found = [schema for schema in family if schema is not None and name in schema.attributes]
        return (found[-1].attributes[name], f"`{name}` of {found[-1].label}") if found else None

    def _nearest(self, written: str, meant: str) -> str:
        """The published namespace that a misspelt one is nearest to, of the family that was meant."""
        nearest = self._meant_namespaces.get(written)
        if nearest is None:
            if len(self._meant_namespaces) >= MAX_REMEMBERED:
                self._meant_namespaces.clear()
            nearest = self._meant_namespaces[written] = max(
                self._family_of(meant),
                key=lambda one: (_in_common(_document(one), _document(written)), _in_common(one, written)),
            )
        return nearest

    def _family_of(self, namespace: str) -> list[str]:
        """The published namespaces of a namespace's family, itself where it is none of a published schema."""
        schema = self.by_namespace.get(namespace)
        if schema is None:
            return [namespace]
        return [one for one, other in self.by_namespace.items() if other.family == schema.family]


def _remember(names: dict[str, Name], name: Name) -> Name:
    if len(names) >= MAX_REMEMBERED:
        names.clear()
    names[name.uri] = name
    return name


def _document(namespace: str) -> str:
    """What names the schema in a namespace: the letters and digits of its last part."""
    return "".join(filter(str.isalnum, namespace.rstrip("#/").rpartition("/")[2])).lower()


def _in_common(one: str, other: str) -> int:
    """How many characters two texts start with in common."""
    return next((index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def split(uri: str) -> tuple[str, str]:
    """The namespace of a URI with its `#` or `/`, and the local name."""
    cut = max(uri.rfind("#"), uri.rfind("/")) + 1
    return uri[:cut], uri[cut:]


def _misspelt(findings: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[str, str] | None:
    """The namespace as written and as meant, where the vocabulary knows the misspelling."""
    return next(((details[0], details[1]) for code, details in findings if code == "namespace-misspelt"), None)


def _schemas_of(family: Data) -> Iterable[tuple[str, Schema]]:
    versions = [version for version, _ in family["versions"]]
    for position, (version, namespaces) in enumerate(family["versions"]):
        attributes = {}
        for name, (component, datatype, container, since, until, former) in family["attributes"].items():
            first = versions.index(since) if since else 0
            last = versions.index(until) if until else len(versions) - 1
            if first <= position <= last:
                single = versions.index(_SINGLE_BEFORE.get((family["family"], name), versions[0])) > position
                attributes[name] = Definition(
                    former if former and position < len(versions) - 1 else component,
                    datatype,
                    Container.NONE if single else Container(container),
                )
        components = frozenset(definition.component for definition in attributes.values()) - {""}
        schema = Schema(family["family"], version, MappingProxyType(attributes), components)
        yield from ((namespace, schema) for namespace in namespaces)


# Loading and compiling.


def load_schemas(vocabularies: Vocabularies) -> Schemas:
    """The published schemas, as shipped."""
    return Schemas(json.loads((vocabulary_folder() / "schemas.json").read_bytes()), vocabularies)


_VOC = "urn:ccpp:vocabulary#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"


def compile_schemas(sources: Iterable[bytes]) -> list[Data]:
    """The published schemas as plain data, from the vocabularies' Turtle."""
    import rdflib  # noqa: PLC0415  only to compile; loading is done without

    facts: dict[str, dict[str, list[str]]] = {}
    for turtle in sources:
        for subject, predicate, value in rdflib.Graph().parse(data=turtle, format="turtle"):
            facts.setdefault(str(subject), {}).setdefault(str(predicate), []).append(str(value))
    vocabularies = sorted(stated[_VOC + "namespace"][0] for stated in facts.values() if _VOC + "namespace" in stated)
    by_namespace = {stated[_VOC + "namespace"][0]: stated for stated in facts.values() if _VOC + "namespace" in stated}
    return [
        family
        for namespace in vocabularies
        for family in [_compile_family(namespace, by_namespace[namespace], facts)]
        if family["versions"]
    ]


def _compile_family(namespace: str, stated: dict[str, list[str]], facts: dict[str, dict[str, list[str]]]) -> Data:
    spellings = sorted([namespace, *stated.get(_VOC + "alias", [])])
    named = {edition: [one for one in spellings if one.endswith(edition.ending)] for edition in EDITIONS}

    def local(attribute: dict[str, list[str]], predicate: str, prefix: str = "") -> str:
        return next(iter(attribute.get(predicate, [])), "").removeprefix(prefix)

    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    return {
        "family": next((edition.family for edition, spelt in named.items() if spelt), ""),
        "links": _VOC + "links" in stated,
        "versions": [[edition.version, spelt] for edition, spelt in named.items() if spelt],
        "attributes": {
            uri.removeprefix(namespace): [
                local(attribute, _RDFS + "domain", namespace),
                local(attribute, _RDFS + "range", _VOC),
                local(attribute, _VOC + "container", rdf) or Container.NONE.value,
                local(attribute, _VOC + "since"),
                local(attribute, _VOC + "until"),
                local(attribute, _VOC + "formerDomain", namespace),
            ]
            for uri, attribute in sorted(facts.items())
            if uri.startswith(namespace)
            and CCPP + "Attribute" in attribute.get(rdf + "type", ())
            and attribute.get(_VOC + "status") != ["observed"]
        },
    }


def main() -> None:
    """Compile the folder's Turtle into its `schemas.json`."""
    folder = vocabulary_folder()
    compiled = compile_schemas(path.read_bytes() for path in sorted(folder.glob("*.ttl")))
    target = folder / "schemas.json"
    temporary = target.with_suffix(".new")
    temporary.write_text(serialise(compiled), encoding="utf-8")
    temporary.replace(target)


if __name__ == "__main__":
    main()
