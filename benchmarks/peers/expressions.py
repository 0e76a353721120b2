"""Peers that evaluate expressions or policies over a record. Each function prepares all that can be, and returns what is timed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from benchmarks.peers.translation import SYMBOLS, WORDS, Dialect, Joined, Negated, Test, Tree, Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Ready: TypeAlias = "Callable[[int], Iterable[int]]"
"""From a device's position to the numbers of the variants that it conforms to."""

_C_LIKE = {"ge": "{v} >= {o}", "le": "{v} <= {o}", "is": '{v} == "{o}"', "has": '"{o}" in {v}'}
CEL = Dialect(SYMBOLS, _C_LIKE)
CLASSAD = Dialect(SYMBOLS, {**_C_LIKE, "is": '{v} =?= "{o}"', "has": 'identicalMember("{o}", {v})'})
CEDAR = Dialect(
    SYMBOLS,
    {
        "ge": "principal.{v} >= {o}",
        "le": "principal.{v} <= {o}",
        "is": 'principal.{v} == "{o}"',
        "has": 'principal.{v}.contains("{o}")',
    },
)
ZEN = Dialect(WORDS, _C_LIKE, "not({})")


def cel_rust(work: Work) -> Ready:
    """Programs compiled once, a context for each device that is converted once."""
    import cel  # noqa: PLC0415

    programs = [cel.compile(CEL.written(tree)) for tree in work.trees]
    contexts = [cel.Context(variables=record) for record in work.records]

    def run(device: int) -> list[int]:
        context = contexts[device]
        return [number for number, program in enumerate(programs) if program.execute(context)]

    return run


def cel_cpp(work: Work) -> Ready:
    """Expressions checked against declared types and compiled once, an activation for each device."""
    from cel_expr_python import cel  # noqa: PLC0415

    types = {"ge": cel.Type.INT, "le": cel.Type.INT, "is": cel.Type.STRING, "has": cel.Type.List(cel.Type.STRING)}
    environment = cel.NewEnv(variables={name: types[relation] for name, relation in work.variables.items()})
    expressions = [environment.compile(CEL.written(tree)) for tree in work.trees]
    activations = [environment.Activation(record) for record in work.records]

    def run(device: int) -> list[int]:
        activation = activations[device]
        return [number for number, one in enumerate(expressions) if one.eval(activation).value()]

    return run


def classads(work: Work) -> Ready:
    """Expressions parsed once, an ad for each device as the scope."""
    import classad2  # noqa: PLC0415

    expressions = [classad2.ExprTree(CLASSAD.written(tree)) for tree in work.trees]
    ads = [classad2.ClassAd(dict(record)) for record in work.records]

    def run(device: int) -> list[int]:
        ad = ads[device]
        return [number for number, one in enumerate(expressions) if one.eval(ad) is True]

    return run


def cedar(work: Work) -> Ready:
    """One policy a variant in one parsed set, a parsed entity for each device; one request, whose reasons are the policies."""
    import cedarpy  # noqa: PLC0415

    text = "\n".join(f"permit(principal, action, resource) when {{ {CEDAR.written(tree)} }};" for tree in work.trees)
    policies = cedarpy.PolicySet.from_str(text)
    entities = [
        cedarpy.Entities.from_json_str(json.dumps([{"uid": {"type": "D", "id": "d"}, "attrs": record, "parents": []}]))
        for record in work.records
    ]
    request = {"principal": {"type": "D", "id": "d"}, "action": {"type": "A", "id": "a"}, "resource": {"type": "R", "id": "r"}}

    def run(device: int) -> list[int]:
        answer = cedarpy.is_authorized(request, policies, entities[device])
        return [int(reason.removeprefix("policy")) for reason in answer.diagnostics.reasons]

    return run


def zen_table(work: Work) -> Ready:
    """One decision table for all variants, each a row with one expression."""
    import zen  # noqa: PLC0415

    rules = [{"_id": f"r{at}", "i": ZEN.written(tree), "o": str(at)} for at, tree in enumerate(work.trees)]
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": "i", "name": "i", "type": "expression"}],
        "outputs": [{"id": "o", "field": "v", "name": "v", "type": "expression"}],
        "rules": rules,
    }
    kinds: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("in", "inputNode", {}),
        ("table", "decisionTableNode", table),
        ("out", "outputNode", {}),
    )
    nodes = [{"id": at, "name": at, "type": kind, "position": {"x": 0, "y": 0}, "content": one} for at, kind, one in kinds]
    edges = [{"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"} for a, b in (("in", "table"), ("table", "out"))]
    decision = zen.ZenEngine().create_decision(zen.ZenDecisionContent(json.dumps({"nodes": nodes, "edges": edges})))
    return lambda device: [row["v"] for row in decision.evaluate(work.records[device])["result"]]


def json_schema(work: Work) -> Ready:
    """A validator a variant, built once and reused."""
    import jsonschema_rs  # noqa: PLC0415

    validators = [jsonschema_rs.validator_for(_schema(tree)) for tree in work.trees]

    def run(device: int) -> list[int]:
        record = work.records[device]
        return [number for number, one in enumerate(validators) if one.is_valid(record)]

    return run


_KEYWORDS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "ge": lambda operand: {"minimum": operand},
    "le": lambda operand: {"maximum": operand},
    "is": lambda operand: {"const": operand},
    "has": lambda operand: {"contains": {"const": operand}},
}


def _schema(tree: Tree) -> dict[str, Any]:
    match tree:
        case Test(variable, relation, operand):
            return {"properties": {variable: _KEYWORDS[relation](operand)}}
        case Negated(item):
            return {"not": _schema(item)}
        case Joined("or", items):
            return {"anyOf": [_schema(item) for item in items]}
        case Joined(_, items):
            return {"allOf": [_schema(item) for item in items]}


class _Rego:
    """A policy text: a set of the numbers of variants; what is no test has a rule of its own, an *or* several."""

    def __init__(self, trees: Iterable[Tree]) -> None:
        self.lines = ["package m", "import rego.v1"]
        self._helpers = 0
        for number, tree in enumerate(trees):
            self.lines.append(f"v contains {number} if {{ {self.body(tree)} }}")

    def body(self, tree: Tree) -> str:
        relations = {
            "ge": "input.{v} >= {o}",
            "le": "input.{v} <= {o}",
            "is": 'input.{v} == "{o}"',
            "has": '"{o}" in input.{v}',
        }
        match tree:
            case Test(variable, relation, operand):
                return relations[relation].format(v=variable, o=operand)
            case Joined("and", items):
                return "; ".join(map(self.body, items))
            case Negated(item):
                return f"not {self.helper((item,))}"
            case Joined(_, items):
                return self.helper(items)

    def helper(self, items: tuple[Tree, ...]) -> str:
        self._helpers += 1
        name = f"h{self._helpers}"
        self.lines += [f"{name} if {{ {body} }}" for body in [self.body(item) for item in items]]
        return name


def regorus(work: Work) -> Ready:
    """The policies added once; an engine for each device that has its input already."""
    import regorus as engine  # noqa: PLC0415

    base: Any = engine.Engine()
    base.add_policy("m.rego", "\n".join(_Rego(work.trees).lines))
    engines = []
    for record in work.records:
        one = base.clone()
        one.set_input_json(json.dumps(record))
        engines.append(one)
    return lambda device: list(engines[device].eval_rule("data.m.v"))


def regopy(work: Work) -> Ready:
    """A bundle, compiled once; an interpreter for each device that has its input already."""
    from regopy import Interpreter  # noqa: PLC0415

    builder = Interpreter()
    builder.add_module("m", "\n".join(_Rego(work.trees).lines))
    bundle = builder.build("x = data.m.v", ["m/v"])
    interpreters = []
    for record in work.records:
        one = Interpreter()
        one.set_input(record)
        interpreters.append(one)
    return lambda device: json.loads(str(interpreters[device].query_bundle(bundle)))["bindings"]["x"]
