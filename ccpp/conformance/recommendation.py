"""The rules of CC/PP 1.0 for documents: one row a rule, one short function that finds its violations.

This is the definition of validity, of which the lenient reader knows nothing. §5.1 of the Recommendation lists 23 points; those
that forbid something are here under a name each, with what the sections behind them add. What the Recommendation permits is no
rule: it has cases in `tests/suite/conformance` instead.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from ccpp.conformance.document import Form, is_described, profiles, top
from ccpp.conformance.lexical import is_lexical
from ccpp.conformance.rules import (
    PERMITTED,
    Breach,
    Rule,
    attribute_once,
    defaults_nested,
    defaults_of,
    name_of,
    only,
    own_types,
    short,
    statements_of,
    syntax,
    value_form,
)
from ccpp.conformance.schemas import Standing
from ccpp.datatypes import collapse
from ccpp.diagnostics import Severity
from ccpp.reading.rdf import RDF, Literal
from ccpp.vocabulary import Link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccpp.conformance.document import Document
    from ccpp.reading.rdf import Node


# The profile and its components.


def _profile_component(document: Document) -> Iterator[Breach]:
    if not document.links:
        node, statements = next(iter(document.described.items()), (None, ()))
        line = statements[0].line if statements else 0
        yield Breach(node, None, line, "no component link; a default document is checked with the profile that refers to it")


def _component_link(document: Document) -> Iterator[Breach]:
    for link in document.links:
        found = document.schemas.link(link.predicate)
        if found is None or not found.right:
            message = f"`{link.predicate}` is `component` of neither CC/PP nor UAProf"
            yield Breach(link.subject, link.predicate, link.line, message)
        elif isinstance(link.object, Literal):
            message = f"the component link holds text (`{short(link.object.text)}`), no component"
            yield Breach(link.subject, link.predicate, link.line, message)


def _component_attribute(document: Document) -> Iterator[Breach]:
    for component in top(document):
        elsewhere = any(not is_described(one, document.described) for one in component.defaults)
        inside = (document.components.get(one.object) for one in component.defaults if not isinstance(one.object, Literal))
        if not component.stated and not elsewhere and not any(one.stated for one in inside if one is not None):
            yield Breach(component.node, None, component.line, f"component {name_of(component)} has no attribute")


def _second_order(document: Document) -> Iterator[Breach]:
    for component in document.components.values():
        for link in component.links[:1]:
            own = any(one.object == component.node for one in component.links)
            message = (
                f"`{component.node}` names the profile and its component {name_of(component)}"
                if own
                else f"component {name_of(component)} has a component of its own"
            )
            yield Breach(component.node, link.predicate, link.line, message)
        for stated in component.stated:
            if stated.value.form is Form.STRUCTURE and stated.value.target in document.components:
                message = f"`{stated.name.local}` of {name_of(component)} leads to a component"
                yield Breach(component.node, stated.name.uri, stated.line, message)


# Types.


def _component_type(document: Document) -> Iterator[Breach]:
    for component in document.components.values():
        for statement in component.types:
            uri = statement.object
            if isinstance(uri, Literal):
                message = f"the type is text (`{short(uri.text)}`); a type is a resource"
            elif document.schemas.component(uri).standing is Standing.UNDEFINED:
                message = f"`{uri}` is no component type of {document.schemas.component(uri).schema}"
            elif uri.startswith(RDF):
                message = f"`{uri}` is no component type"
            else:
                continue
            yield Breach(component.node, statement.predicate, statement.line, message)


def _component_type_conflict(document: Document) -> Iterator[Breach]:
    for component in document.components.values():
        types = own_types(component)
        if len(types) > 1:
            line = next(one.line for one in component.types if one.object == types[1])
            message = f"one component of {len(types)} types, `{types[0]}` and `{types[1]}`"
            yield Breach(component.node, RDF + "type", line, message)


def _component_type_repeated(document: Document) -> Iterator[Breach]:
    for components in profiles(document):
        seen: dict[str, Node] = {}
        for component in components:
            for uri in own_types(component):
                if seen.setdefault(uri, component.node) != component.node:
                    message = f"a second component of type `{uri}`, after `{seen[uri]}`"
                    yield Breach(component.node, None, component.line, message)


def _component_type_needed(document: Document) -> Iterator[Breach]:
    for components in profiles(document):
        uses = Counter(uri for component in components for uri in {one.name.uri for one in component.stated})
        for component in components:
            shared = next((one for one in component.stated if uses[one.name.uri] > 1), None)
            if shared is not None and not component.types:
                message = f"`{shared.name.local}` stands in several components, so {name_of(component)} needs an rdf:type"
                yield Breach(component.node, shared.name.uri, shared.line, message)


def _names_distinct(document: Document) -> Iterator[Breach]:
    types = {uri for component in document.components.values() for uri in component.type_uris}
    attributes = {one.name.uri: one for component in document.components.values() for one in component.stated}
    for component in document.components.values():
        if component.node in types:
            yield Breach(component.node, None, component.line, f"`{component.node}` names a component and a component type")
        if component.node in attributes:
            yield Breach(component.node, None, component.line, f"`{component.node}` names a component and an attribute")
    for uri in sorted(types & attributes.keys()):
        yield Breach(uri, None, attributes[uri].line, f"`{uri}` names a component type and an attribute")


# Attributes.


def _value_datatype(document: Document) -> Iterator[Breach]:
    for component, stated in statements_of(document):
        definition = stated.name.definition
        for text in stated.value.texts:
            own = text.datatype or (definition.datatype if definition and not definition.component else "")
            if not is_lexical(own, collapse(text.text)):
                message = f"`{stated.name.local}` of {name_of(component)}: `{short(text.text)}` is no {own.rpartition('#')[2]}"
                yield Breach(component.node, stated.name.uri, stated.line, message, "PatternConstraintComponent")


def _members_distinct(document: Document) -> Iterator[Breach]:
    for component, stated in statements_of(document):
        if stated.value.form is Form.BAG:
            for text, count in Counter(collapse(one.text) for one in stated.value.texts).items():
                if count > 1:
                    message = f"`{stated.name.local}` of {name_of(component)} holds `{short(text)}` {count} times"
                    yield Breach(component.node, stated.name.uri, stated.line, message)


# Defaults.


def _defaults_link(document: Document) -> Iterator[Breach]:
    for component in document.components.values():
        for link in component.defaults:
            found = document.schemas.link(link.predicate)
            if found is None or not found.right:
                message = f"`{link.predicate}` is `defaults` of neither CC/PP nor UAProf"
                yield Breach(component.node, link.predicate, link.line, message)


def _defaults_once(document: Document) -> Iterator[Breach]:
    for component in document.components.values():
        targets = {one.object: one for one in reversed(component.defaults)}
        if len(targets) > 1:
            line = sorted(one.line for one in targets.values())[1]
            message = f"{name_of(component)} has {len(targets)} defaults; one, inline or referred to, is allowed"
            yield Breach(component.node, component.defaults[1].predicate, line, message)


#: A URI as RFC 3986 spells one: a scheme, then no character that has to be escaped; HTTP's has a host.
_URI = re.compile(
    r"""(?!https?:(?!//[^/?#]))[a-z][a-z0-9+.\-]*:([^\s<>"{}|\\^`%\x00-\x20]|%[0-9a-f]{2})+""", re.ASCII | re.IGNORECASE
)


def _defaults_reference(document: Document) -> Iterator[Breach]:
    for component in document.components.values():
        for link in component.defaults:
            if isinstance(link.object, Literal):
                message = f"the defaults of {name_of(component)} are text (`{short(link.object.text)}`), no reference"
            elif not link.object.startswith("_:") and not _URI.fullmatch(link.object):
                message = f"the defaults of {name_of(component)} are referred to by `{short(link.object)}`, which is no URL"
            else:
                continue
            yield Breach(component.node, link.predicate, link.line, message)


def _defaults_type(document: Document) -> Iterator[Breach]:
    for component, link, default in defaults_of(document):
        types, due = own_types(default), own_types(component)
        if types and due and not set(types) & set(due):
            message = f"the default of {name_of(component)} is of another type, {name_of(default)}"
            yield Breach(component.node, link.predicate, link.line, message)


def _defaults_elsewhere(document: Document) -> Iterator[Breach]:
    for component in document.components.values():
        for link in component.defaults:
            if not is_described(link, document.described) and not isinstance(link.object, Literal):
                message = f"the defaults of {name_of(component)} are in another document (`{link.object}`); not checked here"
                yield Breach(component.node, link.predicate, link.line, message)


def _defaults_deprecated(document: Document) -> Iterator[Breach]:
    for component in document.components.values():
        for link in component.defaults:
            if link.predicate.endswith("Defaults") and document.schemas.links.get(link.predicate) is Link.DEFAULTS:
                yield Breach(component.node, link.predicate, link.line, "`Defaults` is the deprecated spelling of `defaults`")


_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

RULES = (
    Rule(
        "rdf-xml",
        _ERROR,
        "CC/PP 1.0 §5.1(1), §5.1(2); RDF/XML",
        "A document is RDF serialised as well-formed RDF/XML, with valid namespace declarations.",
        syntax(PERMITTED),
    ),
    Rule(
        "rdf-attribute-unqualified",
        _WARNING,
        "RDF/XML §6.1.4",
        "ID, about, resource, parseType and type stand in the RDF namespace; the unqualified form of 1999 is only supported.",
        only("rdf-attribute-unqualified"),
    ),
    Rule(
        "external-entity",
        _WARNING,
        "XML 1.0 §4.2.2",
        "A document says what it says without entities of other documents, which a consumer does not fetch.",
        only("external-entity"),
    ),
    Rule(
        "profile-component",
        _ERROR,
        "CC/PP 1.0 §5.1(3), §2.1",
        "A profile has one or more components.",
        _profile_component,
    ),
    Rule(
        "component-link",
        _ERROR,
        "CC/PP 1.0 §5.1(6), §3.1",
        "A component is indicated by `component` of the CC/PP namespace or of a UAProf namespace.",
        _component_link,
    ),
    Rule(
        "component-attribute",
        _ERROR,
        "CC/PP 1.0 §5.1(4), §2.1",
        "A component has one or more attributes, its own or those of its default.",
        _component_attribute,
    ),
    Rule(
        "component-type",
        _ERROR,
        "CC/PP 1.0 §3.1",
        "The type of a component is ccpp:Component or a subclass of it.",
        _component_type,
    ),
    Rule(
        "component-type-conflict",
        _ERROR,
        "CC/PP 1.0 §5.1(8), §3.1",
        "A component has one type; one given twice is the same both times.",
        _component_type_conflict,
    ),
    Rule(
        "component-type-repeated",
        _ERROR,
        "CC/PP 1.0 §3.1",
        "A profile has at most one component of a type.",
        _component_type_repeated,
    ),
    Rule(
        "component-type-needed",
        _ERROR,
        "CC/PP 1.0 §3.1",
        "A component with an attribute that can stand in several component types states its type.",
        _component_type_needed,
    ),
    Rule(
        "names-distinct",
        _ERROR,
        "CC/PP 1.0 §5.1(7), §3",
        "Component names, component types and attribute names are different URIs within a profile.",
        _names_distinct,
    ),
    Rule(
        "second-order",
        _ERROR,
        "CC/PP 1.0 §3, Appendix B",
        "A profile is a tree of two levels: a component has attributes and a default, and no component.",
        _second_order,
    ),
    Rule(
        "attribute-once",
        _ERROR,
        "CC/PP 1.0 §5.1(21), §4.1.2",
        "An attribute stands at most once in a component.",
        attribute_once,
    ),
    Rule(
        "value-form",
        _WARNING,
        "CC/PP 1.0 §4.1",
        "A value is simple, a Bag or a Seq of simple values; other RDF is not prohibited, but nothing says what it means.",
        value_form,
    ),
    Rule(
        "value-datatype",
        _ERROR,
        "CC/PP 1.0 §4.1.1",
        "A value of a stated datatype, or of an attribute of the CC/PP client vocabulary, is in the datatype's lexical space.",
        _value_datatype,
    ),
    Rule(
        "members-distinct",
        _WARNING,
        "CC/PP 1.0 §4.1.2.1",
        "The members of a Bag, which stands for a set, are distinct.",
        _members_distinct,
    ),
    Rule(
        "defaults-link",
        _ERROR,
        "CC/PP 1.0 §5.1(11), §3.3",
        "A default is indicated by `defaults` or `Defaults` of the CC/PP namespace or of a UAProf namespace.",
        _defaults_link,
    ),
    Rule(
        "defaults-once",
        _ERROR,
        "CC/PP 1.0 §5.1(14), §3.3",
        "A component has one default, inline or referred to, and not both.",
        _defaults_once,
    ),
    Rule(
        "defaults-reference",
        _ERROR,
        "CC/PP 1.0 §5.1(9), §3.3",
        "A reference to a default is a valid URL.",
        _defaults_reference,
    ),
    Rule(
        "defaults-type",
        _ERROR,
        "CC/PP 1.0 §3.3, Appendix B",
        "A default that states a type states that of its component.",
        _defaults_type,
    ),
    Rule(
        "defaults-nested",
        _INFO,
        "CC/PP 1.0 §2.1.3",
        "A default has no defaults of its own; CC/PP is silent on them, so processors differ.",
        defaults_nested,
    ),
    Rule(
        "defaults-elsewhere",
        _INFO,
        "CC/PP 1.0 §3.3, §3.6",
        "Defaults in another document are part of the profile, and are not checked with this one.",
        _defaults_elsewhere,
    ),
    Rule(
        "defaults-deprecated",
        _INFO,
        "CC/PP 1.0 §3.3, Appendix B",
        "`Defaults` is deprecated; use `defaults`.",
        _defaults_deprecated,
    ),
)
