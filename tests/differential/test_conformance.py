"""Our rules and pySHACL on the generated shapes find the same, wherever shapes can say what the rules say.

Shapes see a graph: two equal statements are one there, a component whose type is not published is no target, and one attribute in
the wrong component is only an unknown one. What is compared is taken from both sides with just that in mind.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from ccpp.conformance import validate
from ccpp.conformance.schemas import COMPONENT, Standing, load_schemas, split
from ccpp.conformance.uaprof import PROFILES
from ccpp.errors import ProfileError
from ccpp.reading import read_statements
from ccpp.reading.rdf import RDF
from ccpp.samples import devices, sample
from ccpp.vocabulary import load_vocabularies

pytest.importorskip("pyshacl")

if TYPE_CHECKING:
    from ccpp.conformance import Violation

from ccpp.conformance.engine import ShapeValidator

SCHEMAS = load_schemas(load_vocabularies())
SHAPES = ShapeValidator(SCHEMAS)
FOLDER = Path(__file__).parent.parent / "suite" / "conformance"
CASES = [name for name in json.loads((FOLDER / "cases.json").read_text()) if not name.startswith(("w3c", "syntax"))]
CLOSED, NODE_KIND = "ClosedConstraintComponent", "NodeKindConstraintComponent"
PATTERN, MAX_COUNT = "PatternConstraintComponent", "MaxCountConstraintComponent"
REAL = 100


class Finding(NamedTuple):
    """What both can say: where, of which attribute, and SHACL's name for what is wrong."""

    focus: str
    attribute: str
    constraint: str


def typed(data: bytes, uri: str) -> dict[str, str]:
    """The nodes with exactly one type, a published one, and the component type's local name: those that shapes speak of."""
    statements, _ = read_statements(data, uri)
    types: dict[str, set[str]] = {}
    for one in statements:
        if one.predicate == RDF + "type" and isinstance(one.object, str) and one.object != COMPONENT:
            types.setdefault(one.subject, set()).add(one.object)
    return {
        node: split(next(iter(uris)))[1]
        for node, uris in types.items()
        if len(uris) == 1 and SCHEMAS.component(next(iter(uris))).standing is Standing.DEFINED
    }


def comparable(violations: tuple[Violation, ...], components: dict[str, str]) -> set[Finding]:
    """The findings that have a counterpart on the other side."""
    found = {
        Finding(one.node, one.path, one.constraint)
        for one in violations
        if one.constraint and one.node in components and one.path is not None
    }
    kept = set()
    for one in found:
        name = SCHEMAS.attribute(one.attribute)
        if name.standing not in {Standing.DEFINED, Standing.UNDEFINED}:
            continue  # the rules speak of a foreign namespace once, not of each name in it
        definition = name.definition
        at_home = definition is None or definition.component in {"", components[one.focus]}
        if one.constraint != CLOSED and (name.standing is Standing.UNDEFINED or not at_home):
            continue  # a closed shape has no property shape for what it does not list
        if one.constraint == PATTERN and (
            one._replace(constraint=NODE_KIND) in found or (definition is not None and not definition.component)
        ):
            continue  # a blank node matches no pattern either
        kept.add(one)
    return kept


def without_repeats(violations: tuple[Violation, ...], data: bytes, uri: str) -> tuple[Violation, ...]:
    """What the rules find but for attributes stated twice with one value, which is one statement in a graph."""
    statements, _ = read_statements(data, uri)
    values: dict[tuple[str, str], set[object]] = {}
    for one in statements:
        values.setdefault((one.subject, one.predicate), set()).add(one.object)
    return tuple(one for one in violations if one.constraint != MAX_COUNT or len(values[one.node or "", one.path or ""]) > 1)


def foreign(violations: tuple[Violation, ...]) -> set[str]:
    """The namespaces that are not published ones, of the names that a closed shape would not allow."""
    names = [SCHEMAS.attribute(one.path) for one in violations if one.path is not None and one.constraint == CLOSED]
    return {name.namespace for name in names if name.standing in {Standing.MISSPELT, Standing.EXTENSION}}


def check(data: bytes, uri: str) -> int:
    """Hold both against each other; how many findings there were to compare."""
    own = validate(data, uri=uri, rules=PROFILES["uaprof"], schemas=SCHEMAS).violations
    other = SHAPES.validate(data, uri=uri).violations
    components = typed(data, uri)
    ours = comparable(without_repeats(own, data, uri), components)
    assert ours == comparable(other, components)
    # Names in other namespaces: whatever the closed shapes complain of, the rules name the namespace.
    assert foreign(other) <= foreign(own)
    return len(ours)


@pytest.mark.parametrize("name", CASES)
def test_suite(name: str) -> None:
    check((FOLDER / f"{name}.rdf").read_bytes(), "http://profiles.example/device.rdf")


@pytest.mark.parametrize("name", devices())
def test_samples(name: str) -> None:
    check(sample(name), "http://profiles.example/device.rdf")


@pytest.mark.parametrize("part", range(4))
def test_real_profiles(part: int, real_profiles: list[Path]) -> None:
    compared = 0
    for path in random.Random(4).sample(real_profiles, REAL)[part::4]:  # noqa: S311  a sample, not a secret
        data = path.read_bytes()
        try:
            compared += check(data, path.as_uri())
        except ProfileError:  # no RDF, so neither has anything to say
            continue
    assert compared
