"""Closed-world verdicts are what pySHACL says of the same shapes and profiles, on every case of the suite and on generated ones.

Shapes are drawn from the constraints in `tests/suite/constraints`, profiles from the values there, so a new kind is covered at once.
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from functools import lru_cache
from itertools import product
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import RDF, SH
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.processor import SPARQLProcessor

from ccpp.datatypes import DATATYPES
from ccpp.errors import ProfileError
from ccpp.matching.compiler import compile_matcher
from ccpp.matching.definition import ClosedWorld, evaluate
from ccpp.model import Resolved, ResolvedProfile, Status, Verdict
from ccpp.reading import read_profile
from ccpp.requirements.constraints import CONSTRAINT_KINDS
from ccpp.requirements.rdf import component_graph, profile_graph
from ccpp.requirements.shacl import read_requirements
from ccpp.resolution import resolve
from ccpp.vocabulary import load_vocabularies, vocabulary_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rdflib.term import Node

pyshacl = pytest.importorskip("pyshacl")
SPARQLQueryHelper = pytest.importorskip("pyshacl.helper.sparql_query_helper").SPARQLQueryHelper

SUITE = Path(__file__).parent.parent / "suite"
VOCABULARIES = load_vocabularies()
PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix req: <urn:ccpp:requirement#> .
"""
#: Batches of an ordinary run, batches of a long one, and the pairs of each: 640 and 2,560 pairs.
BATCHES, LONG_BATCHES, PAIRS = 8, 32, 80
#: Real profiles and variants of a catalogue, of an ordinary run; and of a long one, in parts of so many variants.
REAL, LONG_REAL, PART = (2, 15), (300, 100), 10


@pytest.fixture(autouse=True, scope="module")
def _queries_asked_once() -> Iterator[None]:
    """What would take nearly all of the time: for every value pySHACL searches the text of a query for what it forbids and asks it again,
    and rdflib parses it.

    What a text has it has whatever the value; a query of the same graph and text, in which all that occurs is bound to the same, has the
    same answer.
    """
    original, prepare = SPARQLProcessor.query, lru_cache(maxsize=None)(prepareQuery)
    answers: dict[object, dict[str, object]] = {}
    search, permitted = SPARQLQueryHelper.check_invalid_sparql, set()

    def check(
        self: SPARQLQueryHelper, text: str, valuenode: Node | None = None, extravars: Iterable[str] | None = None
    ) -> bool:
        key = (text, valuenode is None, frozenset(extravars or ()))
        if key not in permitted:
            search(self, text, valuenode, extravars)
            permitted.add(key)
        return True

    def query(self: SPARQLProcessor, text: str, bound: dict[str, Node], *arguments: object, **named: object) -> object:
        key = (self.graph, text, frozenset(pair for pair in bound.items() if str(pair[0]) in text))
        if key not in answers:
            answers[key] = dict(original(self, prepare(text), bound, *arguments, **named))
            answers[key]["bindings"] = list(answers[key].get("bindings") or ())
        return answers[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SPARQLProcessor, "query", query)
        patch.setattr(SPARQLQueryHelper, "check_invalid_sparql", check)
        yield


class Case(NamedTuple):
    """One constraint of the suite, with a stated attribute and what is right."""

    attribute: str
    constraint: str
    stated: list[str]
    holds: bool


class Pair(NamedTuple):
    """A profile and the Turtle of shapes, of which `root` is the one to be held against it."""

    profile: ResolvedProfile
    root: str
    turtle: str


def load_cases() -> list[Case]:
    groups = [group for path in sorted((SUITE / "constraints").glob("*.json")) for group in json.loads(path.read_bytes())]
    return [
        Case(group["attribute"], group["constraint"], test["stated"], test["holds"])
        for group in groups
        for test in group["tests"]
    ]


CASES = load_cases()
#: Attributes that generated shapes compare, in either order.
COMPARED = ("MmsCharacteristics/MmsMaxMessageSize", "PushCharacteristics/Push-MsgSize")
COMPARISONS = [
    (first, f"sh:{kind} <{VOCABULARIES.named(second).uri}>")
    for kind, row in CONSTRAINT_KINDS.items()
    if row.takes_attribute
    for first, second in (COMPARED, COMPARED[::-1])
]
CONSTRAINTS = sorted({(case.attribute, case.constraint) for case in CASES} | set(COMPARISONS))
VALUES = {
    attribute: sorted({value for case in CASES if case.attribute == attribute for value in case.stated})
    for attribute in sorted({case.attribute for case in CASES})
}
VALUES[COMPARED[1]] = VALUES[COMPARED[0]]


def profile_of(uri: str, stated: dict[str, list[str]]) -> ResolvedProfile:
    resolved = {}
    for text, raw in stated.items():
        attribute = VOCABULARIES.named(text)
        values = tuple(DATATYPES[attribute.datatype].read(one).value for one in raw)
        resolved[attribute.name] = Resolved(attribute, values, Status.OK, (), ())
    return ResolvedProfile(uri, resolved, (), "")


def property_shape(attribute: str, constraint: str) -> str:
    return f"[ sh:path <{VOCABULARIES.named(attribute).uri}> ; {constraint} ]"


def conforming(pairs: Iterable[Pair]) -> set[str]:
    """The URIs of the profiles that pySHACL lets pass; one run for all, since most of its time goes into getting started."""
    shapes = Graph().parse(vocabulary_folder() / "requirements.ttl")
    uris = set()
    for pair in pairs:
        uris.add(pair.profile.uri)
        shapes += profile_graph(pair.profile)  # one graph, because the lists of `req:hasAny` are looked up in the data
        target = f"<{pair.root}> sh:targetNode <{pair.profile.uri}> ."
        shapes.parse(data=PREFIXES + pair.turtle + target, format="turtle")
    _, report, _ = pyshacl.validate(shapes, max_validation_depth=60)
    results = set(report.objects(None, SH.result))
    return uris - {str(report.value(result, SH.focusNode)) for result in results}


def test_suite_cases() -> None:
    pairs = [
        Pair(
            profile_of(f"urn:device:{number}", {case.attribute: case.stated}),
            f"urn:shape:{number}",
            f"<urn:shape:{number}> a sh:NodeShape ; sh:property {property_shape(case.attribute, case.constraint)} .",
        )
        for number, case in enumerate(CASES)
    ]
    found = conforming(pairs)
    wrong = [case for pair, case in zip(pairs, CASES, strict=True) if (pair.profile.uri in found) is not case.holds]
    assert wrong == []


class Generator:
    """Seeded pairs; every shape has two named shapes to refer to, in an order that leaves no circle."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311  no secret

    def pair(self, number: int) -> Pair:
        root = f"urn:shape:{number}"
        depth = self.random.choice((0, 0, 1, 2))  # the deeper a shape, the less each of its constraints decides
        named = [f"{root}:{letter}" for letter in "ab"]
        turtle = [
            f"<{name}> a sh:NodeShape ; {self.body(depth, referring)} ."
            for name, referring in ((root, named), (named[0], named[1:]), (named[1], []))
        ]
        return Pair(self.profile(f"urn:device:{number}"), root, "\n".join(turtle))

    def variant(self, number: int) -> Pair:
        """A requirement as catalogues have them: two constraints, each of a kind that the number chooses."""
        root = f"urn:shape:{number}"
        chosen = (CONSTRAINTS[number % len(CONSTRAINTS)], self.random.choice(CONSTRAINTS))
        parts = " ".join(property_shape(*one) for one in chosen)
        term = self.random.choice(("and", "or"))
        return Pair(profile_of(root, {}), root, f"<{root}> a sh:NodeShape ; sh:{term} ( {parts} ) .")

    def profile(self, uri: str) -> ResolvedProfile:
        stated = {}
        for attribute, values in VALUES.items():
            if self.random.random() < 0.85:
                stated[attribute] = self.random.sample(values, min(len(values), self.random.choice((0, 1, 1, 2, 3))))
        return profile_of(uri, stated)

    def body(self, depth: int, named: list[str]) -> str:
        return " ; ".join(self.term(depth, named) for _ in range(self.random.choice((1, 1, 2))))

    def term(self, depth: int, named: list[str]) -> str:
        random = self.random
        if depth == 0 or random.random() < 0.2:
            return f"sh:property {property_shape(*random.choice(CONSTRAINTS))}"
        if named and random.random() < 0.3:
            return f"sh:node <{random.choice(named)}>"
        operator = random.choice(("and", "or", "or", "xone", "not", "not", "property"))
        if operator == "not":
            return f"sh:not [ {self.body(depth - 1, named)} ]"
        if operator == "property":
            return f"sh:property {property_shape(*random.choice(CONSTRAINTS))}"
        members = [
            property_shape(*random.choice(CONSTRAINTS)) if random.random() < 0.3 else f"[ {self.body(depth - 1, named)} ]"
            for _ in range(random.randint(1, 3))
        ]
        return f"sh:{operator} ( {' '.join(members)} )"


def generated(batch: int) -> list[Pair]:
    generator = Generator(batch)
    return [generator.pair(number) for number in range(PAIRS)]


@pytest.mark.parametrize(
    "batch", [pytest.param(batch, marks=[pytest.mark.long] if batch >= BATCHES else []) for batch in range(LONG_BATCHES)]
)
def test_generated_pairs(batch: int) -> None:
    pairs = generated(batch)
    found = conforming(pairs)
    for pair in pairs:
        graph = read_requirements(Graph().parse(data=PREFIXES + pair.turtle, format="turtle"), VOCABULARIES)
        conforms = pair.profile.uri in found
        closed = evaluate(graph[pair.root], ClosedWorld(pair.profile), graph)
        opened = evaluate(graph[pair.root], pair.profile, graph)
        compiled = compile_matcher(graph, [pair.root]).match(pair.profile, closed_world=True)
        assert closed is (Verdict.SATISFIED if conforms else Verdict.UNSATISFIED), pair
        assert compiled[pair.root] is closed, pair
        assert opened in {closed, Verdict.INDETERMINATE}, pair


def test_generated_pairs_cover_every_kind() -> None:
    kinds: Counter[str] = Counter()
    for pair in (pair for batch in range(BATCHES) for pair in generated(batch)):
        graph = read_requirements(Graph().parse(data=PREFIXES + pair.turtle, format="turtle"), VOCABULARIES)
        kinds.update({constraint.kind for constraint in graph.constraints(pair.root)})
    assert set(kinds) == set(CONSTRAINT_KINDS)
    assert min(kinds.values()) >= 10, kinds


# Real profiles.


def passing(profiles: list[ResolvedProfile], roots: list[str], turtle: str) -> set[tuple[str, str]]:
    """The (profile, requirement) pairs that pySHACL lets pass.

    A shape sees no more of a profile than the values of the properties that are named in it. So each is held against every set of
    those values that some profile has, once, however many profiles have the same.
    """
    shapes = Graph().parse(vocabulary_folder() / "requirements.ttl").parse(data=PREFIXES + turtle, format="turtle")
    graph, nodes, seen = Graph() + shapes, {}, {}
    facts = {profile.uri: set(profile_graph(profile).predicate_objects(URIRef(profile.uri))) for profile in profiles}
    for root in roots:
        named = terms(shapes, URIRef(root))
        whole = URIRef(f"{root}:whole")  # a shape around it, which every result is about
        graph += [(whole, RDF.type, SH.NodeShape), (whole, SH.node, URIRef(root))]
        for uri, stated in facts.items():
            visible = frozenset(fact for fact in stated if fact[0] in named)
            node = seen[uri, root] = nodes.setdefault(visible, URIRef(f"urn:stated:{len(nodes)}"))
            graph.add((whole, SH.targetNode, node))
            graph += [(node, *fact) for fact in visible]
    _, report, _ = pyshacl.validate(graph, max_validation_depth=60)
    failed = {
        (report.value(result, SH.focusNode), str(report.value(result, SH.sourceShape)).removesuffix(":whole"))
        for result in report.objects(None, SH.result)
    }
    return {(uri, root) for (uri, root), node in seen.items() if (node, root) not in failed}


def terms(graph: Graph, root: Node) -> set[Node]:
    """A node and all that can be reached from it."""
    found, waiting = {root}, [root]
    while waiting:
        beyond = set(graph.objects(waiting.pop())) - found
        found |= beyond
        waiting += beyond
    return found


def resolved(paths: list[Path], count: int) -> list[ResolvedProfile]:
    """So many of the real profiles that can be read."""
    profiles: list[ResolvedProfile] = []
    for number, path in enumerate(Random(count).sample(paths, len(paths))):  # noqa: S311  no secret
        if len(profiles) == count:
            break
        with contextlib.suppress(ProfileError):
            profiles.append(resolve([read_profile(path.read_bytes(), uri=f"urn:device:{number}", vocabularies=VOCABULARIES)]))
    assert len(profiles) == count
    return profiles


@pytest.mark.parametrize(
    ("count", "size", "start", "end"),
    [
        (*REAL, 0, REAL[1]),
        *(pytest.param(*LONG_REAL, at, at + PART, marks=pytest.mark.long) for at in range(0, LONG_REAL[1], PART)),
    ],
)
def test_real_profiles_and_a_catalogue(count: int, size: int, start: int, end: int, real_profiles: list[Path]) -> None:
    profiles = resolved(real_profiles, count)
    generator = Generator(1_000)
    variants = [generator.variant(number) for number in range(size)][start:end]
    turtle, roots = "\n".join(pair.turtle for pair in variants), [pair.root for pair in variants]
    graph = read_requirements(Graph().parse(data=PREFIXES + turtle, format="turtle"), VOCABULARIES)
    matcher = compile_matcher(graph, roots)
    found = passing(profiles, roots, turtle)
    for profile in profiles:
        matched = matcher.match(profile, closed_world=True)
        for root in roots:
            verdict = Verdict.SATISFIED if (profile.uri, root) in found else Verdict.UNSATISFIED
            assert evaluate(graph[root], ClosedWorld(profile), graph) is verdict, (profile.uri, root)
            assert matched[root] is verdict
    assert 0 < len(found) < len(profiles) * len(roots)


def test_a_path_through_the_component_leads_to_the_same_values() -> None:
    profile = profile_of("urn:device", {"HardwarePlatform/BitsPerPixel": ["16"], "HardwarePlatform/Model": ["B610"]})
    namespace = VOCABULARIES.named("BitsPerPixel").uri.removesuffix("BitsPerPixel")
    links = (f"{namespace}HardwarePlatform", "http://www.w3.org/2002/11/08-ccpp-schema#component")
    for least, link in product((8, 24), links):
        shape = f"""<urn:shape> a sh:NodeShape ; sh:property [ sh:path ( <{link}> <{namespace}BitsPerPixel> ) ;
            sh:minCount 1 ; sh:minInclusive {least} ] ."""
        graph = read_requirements(Graph().parse(data=PREFIXES + shape, format="turtle"), VOCABULARIES)
        shapes = Graph().parse(data=f"{PREFIXES} {shape} <urn:shape> sh:targetNode <urn:device> .", format="turtle")
        conforms, _, _ = pyshacl.validate(component_graph(profile), shacl_graph=shapes)
        assert (evaluate(graph["urn:shape"], profile, graph) is Verdict.SATISFIED) is conforms is (least == 8)
