"""Peers that answer on RDF: SHACL validators and SPARQL engines. See `benchmarks.peers.expressions` for what each function is."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from benchmarks.peers.translation import Joined, Negated, Record, Test, Tree, Work

if TYPE_CHECKING:
    from benchmarks.peers.expressions import Ready

_DEVICE = "<urn:d>"


def _turtle(record: Record) -> str:
    """A device as Turtle."""
    facts = []
    for variable, value in record.items():
        for one in value if isinstance(value, list) else [value]:
            term = one if isinstance(one, int) else f'"{one}"'
            facts.append(f"{_DEVICE} <urn:{variable}> {term} .")
    return "\n".join(facts)


_SHACL = {"ge": "sh:minInclusive {}", "le": "sh:maxInclusive {}", "is": 'sh:hasValue "{}"', "has": 'sh:hasValue "{}"'}


def _shape(tree: Tree) -> str:
    """What a node shape says of a device."""
    match tree:
        case Test(variable, relation, operand):
            return f"sh:property [ sh:path <urn:{variable}> ; {_SHACL[relation].format(operand)} ]"
        case Negated(item):
            return f"sh:not [ {_shape(item)} ]"
        case Joined("and", items):
            return " ; ".join(map(_shape, items))
        case Joined(_, items):
            alternatives = " ".join(f"[ {_shape(item)} ]" for item in items)
            return f"sh:or ( {alternatives} )"


def _shapes(work: Work) -> str:
    """A shape a variant, which a result names if the device does not conform to it."""
    lines = ["@prefix sh: <http://www.w3.org/ns/shacl#> ."]
    for number, tree in enumerate(work.trees):
        lines.append(
            f"<urn:s{number}> a sh:NodeShape ; sh:targetNode {_DEVICE} ; sh:node [ a sh:NodeShape ; {_shape(tree)} ] ."
        )
    return "\n".join(lines)


def pyshacl(work: Work) -> Ready:
    """All shapes at once, parsed before; their results name those that do not hold."""
    import pyshacl as validator  # noqa: PLC0415
    from rdflib import SH, Graph  # noqa: PLC0415

    shapes = Graph().parse(data=_shapes(work), format="turtle")
    devices = [Graph().parse(data=_turtle(record), format="turtle") for record in work.records]

    def run(device: int) -> set[int]:
        _, results, _ = validator.validate(devices[device], shacl_graph=shapes, inference="none", meta_shacl=False)
        named = {str(node) for node in results.objects(None, SH.sourceShape)}
        return {number for number in range(len(work.trees)) if f"urn:s{number}" not in named}

    return run


def pyrudof(work: Work) -> Ready:
    """A session for each device with its data and the shapes loaded; the native engine, as its documentation recommends."""
    import pyrudof as engine  # noqa: PLC0415

    sessions = []
    for record in work.records:
        session = engine.Rudof(engine.RudofConfig())
        session.read_shacl(_shapes(work))
        session.read_data(_turtle(record))
        sessions.append(session)

    def run(device: int) -> set[int]:
        named = {
            str(entry.source_shape).strip("<>") for entry in sessions[device].validate_shacl(engine.ShaclValidationMode.Native)
        }
        return {number for number in range(len(work.trees)) if f"urn:s{number}" not in named}

    return run


def _pattern(tree: Tree, fresh: count[int]) -> str:
    """A SPARQL graph pattern."""
    match tree:
        case Test(variable, "ge" | "le" as relation, operand):
            one = f"?x{next(fresh)}"
            return f"{_DEVICE} <urn:{variable}> {one} . FILTER({one} {'>=' if relation == 'ge' else '<='} {operand})"
        case Test(variable, _, operand):
            return f'{_DEVICE} <urn:{variable}> "{operand}" .'
        case Negated(item):
            return f"FILTER NOT EXISTS {{ {_pattern(item, fresh)} }}"
        case Joined("and", items):
            return " ".join(_pattern(item, fresh) for item in items)
        case Joined(_, items):
            return " UNION ".join(f"{{ {_pattern(item, fresh)} }}" for item in items)


def _queries(work: Work) -> list[str]:
    return [f"ASK {{ {_pattern(tree, count())} }}" for tree in work.trees]


def rdflib(work: Work) -> Ready:
    """Prepared ASK queries."""
    from rdflib import Graph  # noqa: PLC0415
    from rdflib.plugins.sparql import prepareQuery  # noqa: PLC0415

    queries = [prepareQuery(query) for query in _queries(work)]
    devices = [Graph().parse(data=_turtle(record), format="turtle") for record in work.records]

    def run(device: int) -> list[int]:
        graph = devices[device]
        return [number for number, query in enumerate(queries) if graph.query(query).askAnswer]

    return run


def oxigraph(work: Work) -> Ready:
    """ASK queries, parsed at each call because nothing can be prepared, on a store for each device."""
    import pyoxigraph  # noqa: PLC0415

    queries = _queries(work)
    stores = []
    for record in work.records:
        store = pyoxigraph.Store()
        store.bulk_load(_turtle(record), pyoxigraph.RdfFormat.TURTLE)
        stores.append(store)

    def run(device: int) -> list[int]:
        store = stores[device]
        return [number for number, query in enumerate(queries) if store.query(query)]

    return run
