"""The published schemas as SHACL shapes, in Turtle, for any SHACL engine.

One node shape a component type, whatever edition its type is of; in it a property shape for every attribute that the component has
in the editions asked for: its container, the lexical space of its datatype, and, as information, that it is stated once. The node
shape is closed, as a warning: SHACL cannot tell an unknown name from one of another vocabulary.

Members are reached through `rdfs:member`, which RDFS entails from `rdf:_1`, `rdf:_2` and on; an engine without that entailment
checks no members. What shapes cannot say (links, defaults, names, repeated members) is left to the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccpp.conformance.lexical import PATTERNS
from ccpp.model import Container

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ccpp.conformance.schemas import Definition, Schemas

SHAPES = "urn:ccpp:shapes#"
_PREFIXES = f"""\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix shape: <{SHAPES}> .
"""


def shapes(schemas: Schemas, namespaces: Collection[str] | None = None) -> str:
    """The shapes of the published schemas as Turtle.

    Args:
        schemas: the published schemas.
        namespaces: those whose attributes are asked for; all if not given. There are a thousand, and a document uses three.
    """
    wanted = [one for one in schemas.by_namespace if namespaces is None or one in namespaces]
    names = sorted({name for schema in schemas.by_namespace.values() for name in schema.components})
    return _PREFIXES + "".join(_node_shape(schemas, wanted, name) for name in names)


def _node_shape(schemas: Schemas, namespaces: Collection[str], component: str) -> str:
    targets = [f"<{one}{component}>" for one, schema in schemas.by_namespace.items() if component in schema.components]
    ignored = ["rdf:type", *(f"<{link}>" for link in schemas.links)]
    properties = [
        part
        for namespace in namespaces
        for name, definition in schemas.by_namespace[namespace].attributes.items()
        if definition.component in {"", component}
        for part in _property_shapes(f"<{namespace}{name}>", definition)
    ]
    lines = [
        "a sh:NodeShape",
        "sh:targetClass " + ",\n        ".join(targets),
        "sh:closed true",
        "sh:severity sh:Warning",
        f"sh:ignoredProperties ( {' '.join(ignored)} )",
        *(f"sh:property {part}" for part in properties),
    ]
    return f"\nshape:{component} " + " ;\n    ".join(lines) + " .\n"


def _property_shapes(path: str, definition: Definition) -> Iterator[str]:
    pattern = PATTERNS.get(definition.datatype)
    lexical = f' ; sh:pattern "{_escape(_WHOLE.format(pattern))}"' if pattern else ""
    if not definition.component:
        # The schema of the CC/PP client vocabulary and its prose differ on which attributes are sets; it is only listed.
        yield f"[ sh:path {path} ]"
    elif definition.container is Container.NONE:
        yield f"[ sh:path {path} ; sh:nodeKind sh:Literal{lexical} ]"
    else:
        yield f"[ sh:path {path} ; sh:class rdf:{definition.container.value} ]"
        yield f"[ sh:path ( {path} rdfs:member ) ; sh:nodeKind sh:Literal{lexical} ]"
    yield f"[ sh:path {path} ; sh:maxCount 1 ; sh:severity sh:Info ]"


#: A pattern of the whole text, outer white space aside, which does not count (WAP-248 §7.2).
_WHOLE = r"^\s*({})\s*$"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
