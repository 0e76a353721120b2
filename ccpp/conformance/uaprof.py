"""The rules of UAProf, and the sets of rules that a document can be held against.

UAProf is CC/PP with a schema: types are mandatory, names are those of a published schema, values have its datatypes and
containers. Where it differs from CC/PP 1.0 its own row replaces the row of that name: fragments of a component may repeat an
attribute and an ID (WAP-248 §7.3, §7.4), and defaults may not be nested.
"""

from __future__ import annotations

import itertools
from types import MappingProxyType
from typing import TYPE_CHECKING

from ccpp.conformance.document import TYPE, Form
from ccpp.conformance.lexical import is_lexical, is_published_literal
from ccpp.conformance.recommendation import RULES
from ccpp.conformance.rules import (
    PERMITTED,
    Breach,
    Rule,
    attribute_once,
    defaults_nested,
    name_of,
    only,
    own_types,
    short,
    statements_of,
    syntax,
    value_form,
)
from ccpp.conformance.schemas import Name, Standing
from ccpp.datatypes import collapse
from ccpp.diagnostics import Severity
from ccpp.model import Container
from ccpp.reading.rdf import RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ccpp.conformance.document import Component, Document
    from ccpp.reading.rdf import Node, Statement

# Names.


def _component_typed(document: Document) -> Iterator[Breach]:
    for component in document.components.values():
        if not own_types(component):
            what = "default" if component.is_default else "component"
            yield Breach(component.node, None, component.line, f"the {what} {name_of(component)} has no rdf:type")


def _attribute_known(document: Document) -> Iterator[Breach]:
    for component, stated in statements_of(document):
        name = stated.name
        if name.standing is Standing.UNDEFINED:
            hint = f"; {name.hint} is meant" if name.hint else ""
            message = f"{name.schema} does not define `{name.local}`{hint}"
            yield Breach(component.node, name.uri, stated.line, message, "ClosedConstraintComponent")


def _attribute_component(document: Document) -> Iterator[Breach]:
    for component in document.components.values():
        types = {document.schemas.component(uri).local for uri in own_types(component)}
        for stated in component.stated if types else ():
            definition = stated.name.definition
            if definition is not None and definition.component not in {"", *types}:
                message = f"`{stated.name.local}` stands in {name_of(component)} and belongs to `{definition.component}`"
                yield Breach(component.node, stated.name.uri, stated.line, message, "ClosedConstraintComponent")


def _outside(document: Document) -> Iterator[tuple[Node, Statement, bool]]:
    """Nodes beside the components that state published attributes: the first such statement, and whether it is a component."""
    known = {stated.value.target for _, stated in statements_of(document)} | document.components.keys()
    # Without any link the document is no profile, and that has been said.
    for node, statements in document.described.items() if document.links else ():
        if node not in known:
            types = [document.schemas.component(str(one.object)).standing for one in statements if one.predicate == TYPE]
            attributes = (one for one in statements if document.schemas.attribute(one.predicate).definition is not None)
            for statement in itertools.islice(attributes, 1):
                yield node, statement, Standing.DEFINED in types


def _attribute_outside(document: Document) -> Iterator[Breach]:
    for node, statement, is_component in _outside(document):
        if not is_component:
            local = document.schemas.attribute(statement.predicate).local
            yield Breach(
                node, statement.predicate, statement.line, f"`{local}` and all else of `{node}` stands in no component"
            )


def _component_unlinked(document: Document) -> Iterator[Breach]:
    for node, statement, is_component in _outside(document):
        if is_component:
            yield Breach(node, None, statement.line, f"nothing links to the component `{node}`; it is no part of the profile")


def names(document: Document) -> Iterator[tuple[Name, Component, int]]:
    """Every type and attribute name of the document, with the component and the line where it stands."""
    for component in document.components.values():
        for statement in component.types:
            if isinstance(statement.object, str):
                yield document.schemas.component(statement.object), component, statement.line
        yield from ((stated.name, component, stated.line) for stated in component.stated)


def _namespaces(document: Document, standing: Standing) -> Iterable[tuple[Name, Component, int, int]]:
    """The namespaces of a standing, each with its first name and the number of names."""
    found: dict[str, tuple[Name, Component, int, int]] = {}
    for name, component, line in names(document):
        if name.standing is standing:
            first = found.get(name.namespace, (name, component, line, 0))
            found[name.namespace] = (*first[:3], first[3] + 1)
    return found.values()


def _namespace_published(document: Document) -> Iterator[Breach]:
    for name, component, line, count in _namespaces(document, Standing.MISSPELT):
        message = f"`{name.namespace}` is no published namespace; `{name.hint}` is meant ({count} names)"
        yield Breach(component.node, name.uri, line, message, "ClosedConstraintComponent")


def _vocabulary_extension(document: Document) -> Iterator[Breach]:
    for name, component, line, count in _namespaces(document, Standing.EXTENSION):
        if not name.uri.startswith(RDF):
            message = f"`{name.namespace}` is a vocabulary that is not known here; its {count} names are not checked"
            yield Breach(component.node, name.uri, line, message, "ClosedConstraintComponent")


def _schema_versions(document: Document) -> Iterator[Breach]:
    seen: dict[str, str] = {}
    for name, component, line in names(document):
        schema = document.schemas.by_namespace.get(name.namespace)
        if schema is not None and seen.setdefault(schema.family, schema.version) != schema.version:
            message = f"{schema.label} beside {schema.family} {seen[schema.family]}"
            yield Breach(component.node, name.uri, line, message)
            return


# Values.

#: What has to stand where a schema asks for a container, or for none; and SHACL's name for anything else standing there.
_FORMS = MappingProxyType(
    {
        Container.NONE: (Form.SIMPLE, "NodeKindConstraintComponent"),
        Container.BAG: (Form.BAG, "ClassConstraintComponent"),
        Container.SEQ: (Form.SEQ, "ClassConstraintComponent"),
    }
)


def _container(document: Document) -> Iterator[Breach]:
    for component, stated in statements_of(document):
        definition = stated.name.definition
        # The schema of the CC/PP client vocabulary and its prose differ on which attributes are sets; either reading conforms.
        if definition is not None and definition.component:
            due, constraint = _FORMS[definition.container]
            if stated.value.form is not due:
                message = f"`{stated.name.local}` of {name_of(component)} is {stated.value.form.value}, {due.value} is due"
                yield Breach(component.node, stated.name.uri, stated.line, message, constraint)


def _datatype(document: Document) -> Iterator[Breach]:
    for component, stated in statements_of(document):
        # What stands in any component is of the CC/PP client vocabulary, for which `value-datatype` speaks.
        datatype = stated.name.definition.datatype if stated.name.definition and stated.name.definition.component else ""
        for text in stated.value.texts:
            if not is_lexical(datatype, collapse(text.text)):
                message = f"`{stated.name.local}` of {name_of(component)}: `{short(text.text)}` is no {datatype}"
                yield Breach(component.node, stated.name.uri, stated.line, message, "PatternConstraintComponent")


def _literal_pattern(document: Document) -> Iterator[Breach]:
    for component, stated in statements_of(document):
        definition = stated.name.definition
        for text in stated.value.texts if definition is not None and definition.datatype == "Literal" else ():
            if not is_published_literal(collapse(text.text)):
                message = (
                    f"`{stated.name.local}` of {name_of(component)}: `{short(text.text)}` is outside the published pattern"
                )
                yield Breach(component.node, stated.name.uri, stated.line, message, "PatternConstraintComponent")


def _value_empty(document: Document) -> Iterator[Breach]:
    for component, stated in statements_of(document):
        if any(not text.text.strip() for text in stated.value.texts):
            what = "value" if stated.value.form is Form.SIMPLE else "member"
            message = f"`{stated.name.local}` of {name_of(component)} has an empty {what}"
            yield Breach(component.node, stated.name.uri, stated.line, message)


_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

UAPROF_RULES = (
    Rule(
        "rdf-xml",
        _ERROR,
        "CC/PP 1.0 §5.1(1), §5.1(2); RDF/XML; WAP-248 §7.4",
        "A document is well-formed RDF/XML; fragments of one component share its ID.",
        syntax(PERMITTED | {"rdf-id-repeated"}),
    ),
    Rule(
        "component-fragment",
        _INFO,
        "WAP-248 §7.4",
        "Fragments of a component have equal IDs, which RDF/XML forbids: other parsers refuse the document.",
        only("rdf-id-repeated"),
    ),
    Rule(
        "component-typed",
        _ERROR,
        "WAP-248 §7.4",
        "Every component and every default states its rdf:type.",
        _component_typed,
    ),
    Rule(
        "namespace-published",
        _ERROR,
        "WAP-248 Appendix A; the published schemas of OMA and 3GPP",
        "The namespace of a published schema is written exactly as published.",
        _namespace_published,
    ),
    Rule(
        "attribute-known",
        _ERROR,
        "WAP-248 Appendix A; the published schemas of OMA and 3GPP",
        "An attribute in the namespace of a published schema is one that this edition of the schema defines.",
        _attribute_known,
    ),
    Rule(
        "attribute-component",
        _ERROR,
        "WAP-248 Appendix A; the published schemas of OMA and 3GPP",
        "An attribute stands in the component that its schema gives it to.",
        _attribute_component,
    ),
    Rule(
        "attribute-outside-component",
        _ERROR,
        "WAP-248 Appendix A; the published schemas of OMA and 3GPP",
        "An attribute describes a component, which is its domain in the schema.",
        _attribute_outside,
    ),
    Rule(
        "component-unlinked",
        _WARNING,
        "CC/PP 1.0 §3.1",
        "A component is linked from the profile; one that is not is no part of it.",
        _component_unlinked,
    ),
    Rule(
        "attribute-once",
        _INFO,
        "WAP-248 §7.3",
        "An attribute that is stated again in its component is resolved by its rule; CC/PP 1.0 forbids it.",
        attribute_once,
    ),
    Rule(
        "container",
        _ERROR,
        "WAP-248 Appendix A; the published schemas of OMA and 3GPP",
        "A value is single, a Bag or a Seq as the edition of the schema says that its namespace names.",
        _container,
    ),
    Rule(
        "datatype",
        _ERROR,
        "xmlschema-20030226; WAP-248 Appendix A",
        "A value of a Boolean, Number or Dimension attribute is in that datatype's lexical space.",
        _datatype,
    ),
    Rule(
        "value-form",
        _ERROR,
        "WAP-248 §7.2, §7.4",
        "A value is simple, a Bag or a Seq, and members are simple: no structures, and no containers in containers.",
        value_form,
    ),
    Rule(
        "value-empty",
        _WARNING,
        "xmlschema-20030226",
        "A value and a member have at least one character.",
        _value_empty,
    ),
    Rule(
        "defaults-nested",
        _ERROR,
        "WAP-248 §7.4",
        "A default has no defaults of its own.",
        defaults_nested,
    ),
    Rule(
        "schema-versions",
        _INFO,
        "CC/PP 1.0 §5.1(23)",
        "Names of two versions of one schema are different names: each is held against its own version.",
        _schema_versions,
    ),
    Rule(
        "vocabulary-extension",
        _INFO,
        "CC/PP 1.0 §2.2, §5.1(23)",
        "Names of other vocabularies are allowed, and not checked where their schema is not known.",
        _vocabulary_extension,
    ),
)
LITERAL_RULE = Rule(
    "literal-pattern",
    _ERROR,
    "xmlschema-20030226",
    "A Literal has no characters but letters, digits and `/ . - _`; the pattern refuses the schemas' own samples.",
    _literal_pattern,
)


def _set(*rules: Rule) -> Mapping[str, Rule]:
    """Rules by name, a later one in the place of an earlier of its name."""
    return MappingProxyType({rule.name: rule for rule in rules})


#: What a document can be held against. The published Literal pattern is a set of its own, for it refuses nearly every document.
PROFILES: Mapping[str, Mapping[str, Rule]] = MappingProxyType(
    {
        "ccpp": _set(*RULES),
        "uaprof": _set(*RULES, *UAPROF_RULES),
        "uaprof-literals": _set(*RULES, *UAPROF_RULES, LITERAL_RULE),
    }
)
