from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any as AnyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, RDFS, Graph, Literal, URIRef
from rdflib.namespace import SH, XSD

from ccpp.datatypes import DATATYPES
from ccpp.errors import RequirementError
from ccpp.matching.definition import evaluate
from ccpp.model import AttributeName, Dimension, Resolved, ResolvedProfile, Status, Verdict
from ccpp.requirements.constraints import CONSTRAINT_KINDS, REQ
from ccpp.requirements.expression import All, Any, Constraint, ExactlyOne, Not, Reference
from ccpp.requirements.graph import MAX_DEPTH, RequirementGraph
from ccpp.requirements.patterns import MAX_GROUPS, MAX_PATTERN, compile_pattern
from ccpp.requirements.rdf import profile_graph
from ccpp.requirements.shacl import MAX_NESTING, PLATFORM, platforms, read_requirements
from ccpp.requirements.turtle import parse_turtle
from ccpp.vocabulary import load_vocabularies, vocabulary_folder

SUITE = Path(__file__).parent / "suite"
VOCABULARIES = load_vocabularies()
PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix req: <urn:ccpp:requirement#> .
@prefix prf: <http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20070511#> .
@prefix : <urn:example:> .
"""
UAPROF = "http://www.openmobilealliance.org/tech/profiles/UAPROF/"
FOREIGN = json.loads((SUITE / "foreign.json").read_text())
COLOUR = Constraint(AttributeName("HardwarePlatform", "ColorCapable"), "hasValue", operand=True)


def read(turtle: str) -> RequirementGraph:
    return read_requirements(Graph().parse(data=PREFIXES + turtle, format="turtle"), VOCABULARIES)


def profile_of(stated: dict[str, list[str]]) -> ResolvedProfile:
    resolved = {}
    for text, raw in stated.items():
        attribute = VOCABULARIES.named(text)
        values = tuple(DATATYPES[attribute.datatype].read(one).value for one in raw)
        resolved[attribute.name] = Resolved(attribute, values, Status.OK, (), ())
    return ResolvedProfile("urn:device", resolved, (), "")


# Constraint kinds.


def suite_cases() -> list[object]:
    return [
        pytest.param(group, test, id=f"{path.stem}: {group['description']}: {test['description']}")
        for path in sorted((SUITE / "constraints").glob("*.json"))
        for group in json.loads(path.read_bytes())
        for test in group["tests"]
    ]


@pytest.mark.parametrize(("group", "test"), suite_cases())
def test_constraint_suite(group: dict[str, str], test: dict[str, object]) -> None:
    attribute = VOCABULARIES.named(group["attribute"])
    graph = read(f":S a sh:NodeShape ; sh:property [ sh:path <{attribute.uri}> ; {group['constraint']} ] .")
    profile = profile_of({group["attribute"]: test["stated"]})  # type: ignore[dict-item]
    verdict = evaluate(graph["urn:example:S"], profile, graph)
    assert verdict is (Verdict.SATISFIED if test["holds"] else Verdict.UNSATISFIED)


#: Those that compare two attributes have their cases in `tests/suite/pairs.json`.
SINGLE = [kind for kind, row in CONSTRAINT_KINDS.items() if not row.takes_attribute]


@pytest.mark.parametrize("kind", SINGLE)
def test_every_kind_has_cases_that_hold_and_that_do_not(kind: str) -> None:
    groups = json.loads((SUITE / "constraints" / f"{kind}.json").read_bytes())
    shapes = [group["constraint"] for group in groups]
    assert all(f":{kind} " in shape for shape in shapes)
    assert {test["holds"] for group in groups for test in group["tests"]} == {True, False}


def test_every_file_of_cases_is_a_kind() -> None:
    assert {path.stem for path in (SUITE / "constraints").iterdir()} == set(SINGLE)


def test_own_kinds_are_declared_and_documented() -> None:
    declared = Graph().parse(vocabulary_folder() / "requirements.ttl")
    components = set(declared.subjects(RDF.type, SH.ConstraintComponent))
    paths = {str(declared.value(parameter, SH.path)) for one in components for parameter in declared.objects(one, SH.parameter)}
    assert paths == {kind.parameter for kind in CONSTRAINT_KINDS.values() if kind.parameter.startswith(REQ)}
    assert all(declared.value(one, RDFS.comment) for one in components)


@pytest.mark.parametrize("kind", SINGLE)
def test_a_value_of_another_type_is_never_an_error(kind: str) -> None:
    group = json.loads((SUITE / "constraints" / f"{kind}.json").read_bytes())[0]
    uri = VOCABULARIES.named(group["attribute"]).uri
    graph = read(f":S a sh:NodeShape ; sh:property [ sh:path <{uri}> ; {group['constraint']} ] .")
    for constraint in graph.constraints("urn:example:S"):
        for value in (True, 5, "text", "", Dimension(1, 2), Fraction(1, 2)):
            assert CONSTRAINT_KINDS[constraint.kind].holds(constraint.operand, (value,)) in {True, False}


@pytest.mark.parametrize(
    ("kind", "operand", "phrase"),
    [
        ("hasValue", True, "has `true`"),
        ("in", ("a", "b"), "is one of `a`, `b`"),
        ("minInclusive", 16, "is at least 16"),
        ("maxInclusive", 16, "is at most 16"),
        ("minExclusive", 16, "is more than 16"),
        ("maxExclusive", 16, "is less than 16"),
        ("minCount", 1, "has at least 1 value"),
        ("maxCount", 2, "has at most 2 values"),
        ("pattern", ("^a", "i"), "matches `^a`"),
        ("dimensionAtLeast", Dimension(176, 220), "is at least 176x220 both ways"),
        ("dimensionAtMost", Dimension(176, 220), "is at most 176x220 both ways"),
        ("versionAtLeast", "MIDP/2.0", "has version `MIDP/2.0` or later"),
        ("dimensionFits", Dimension(176, 220), "is at least 176x220 upright or turned"),
        ("datatype", "http://www.w3.org/2001/XMLSchema#integer", "is of datatype integer"),
        ("nodeKind", "http://www.w3.org/ns/shacl#Literal", "is a Literal"),
        ("minLength", 2, "has at least 2 characters"),
        ("maxLength", 2, "has at most 2 characters"),
        ("languageIn", ("en",), "has a language tag of `en`"),
        ("uniqueLang", True, "has no two values of one language tag"),
        ("and", (("minInclusive", 8), ("maxInclusive", 16)), "(is at least 8 and is at most 16)"),
        ("or", (("minInclusive", 8), ("in", ("few",))), "(is at least 8 or is one of `few`)"),
        ("xone", (("minInclusive", 8), ("maxLength", 2)), "(exactly one of: is at least 8; has at most 2 characters)"),
        ("not", (("and", ()),), "never ((anything))"),
        ("node", (("minLength", 3),), "has at least 3 characters"),
        ("qualifiedMinCount", (1, ("pattern", ("a", ""))), "has at least 1 of which each matches `a`"),
        ("qualifiedMaxCount", (1, ("pattern", ("a", ""))), "has at most 1 of which each matches `a`"),
        ("hasAll", ("a", "b"), "has all of `a`, `b`"),
        ("hasAny", ("a", "b"), "has any of `a`, `b`"),
        ("hasNone", ("a", "b"), "has none of `a`, `b`"),
        ("mediaType", "image/png", "takes the media type `image/png`"),
        ("language", "en", "takes the language `en`"),
        ("quantityAtLeast", "300 kB", "is at least 300 kB"),
        ("quantityAtMost", "300 kB", "is at most 300 kB"),
        ("versionAtMost", "MIDP/2.0", "has version `MIDP/2.0` or earlier"),
    ],
)
def test_phrases(kind: str, operand: object, phrase: str) -> None:
    assert CONSTRAINT_KINDS[kind].phrase(operand) == phrase  # type: ignore[arg-type]


# Reading SHACL.


def test_every_construct_becomes_its_expression() -> None:
    graph = read("""
        :S a sh:NodeShape ; sh:node :N ; sh:property :P ; sh:not [ sh:node :N ] ;
            sh:and ( :N :P ) ; sh:or ( :N [ sh:property :P ] ) ; sh:xone ( :N ) .
        :N a sh:NodeShape ; sh:property [ sh:path prf:ColorCapable ; sh:hasValue true ] .
        :P a sh:PropertyShape ; sh:path prf:BitsPerPixel ; sh:minCount 1 ; sh:minInclusive 8 .
    """)
    node, pixels = Reference("urn:example:N"), Reference("urn:example:P")
    assert list(graph) == ["urn:example:N", "urn:example:P", "urn:example:S"]
    assert graph["urn:example:N"] == COLOUR
    depth = AttributeName("HardwarePlatform", "BitsPerPixel")
    assert graph["urn:example:P"] == All((Constraint(depth, "minCount", 1), Constraint(depth, "minInclusive", 8)))
    assert graph["urn:example:S"] == All(
        (All((node, pixels)), node, Not(node), Any((node, pixels)), pixels, ExactlyOne((node,)))
    )


def test_annotations_and_foreign_terms_say_nothing_of_a_device() -> None:
    graph = read("""
        :S a sh:NodeShape ; sh:name "s" ; sh:description "d" ; sh:message "m" ; sh:severity sh:Info ; sh:order 1 ; sh:group :g ;
            sh:targetClass :Device ; sh:targetSubjectsOf :p ; sh:closed false ; sh:ignoredProperties ( :p ) ; sh:defaultValue 8 ;
            <http://purl.org/dc/terms/title> "t" ; <http://www.w3.org/2000/01/rdf-schema#label> "l" ;
            sh:property [ sh:path prf:ColorCapable ; sh:hasValue true ; sh:name "colour" ; sh:uniqueLang false ] .
    """)
    assert dict(graph) == {"urn:example:S": COLOUR}


@pytest.mark.parametrize("case", FOREIGN, ids=[one["file"] for one in FOREIGN])
def test_shapes_that_others_wrote(case: dict[str, AnyType]) -> None:
    graph = read_requirements(Graph().parse(SUITE / "foreign" / case["file"]), VOCABULARIES)
    for verdict in Verdict:
        assert evaluate(graph[case["requirement"]], profile_of(case[verdict]), graph) is verdict


def test_what_a_named_shape_says_of_itself_is_kept() -> None:
    graph = read("""
        :S a sh:NodeShape ; sh:severity sh:Warning ; sh:message "colour is nicer" , "Farbe"@de ; sh:node :T .
        :T a sh:NodeShape ; sh:property [ sh:path prf:ColorCapable ; sh:hasValue true ] .
    """)
    assert graph.annotations["urn:example:S"] == (str(SH.Warning), (("Farbe", "de"), ("colour is nicer", "")))
    assert graph.annotations["urn:example:T"] == (str(SH.Violation), ())


def test_a_shape_of_values_has_a_name_and_is_no_requirement() -> None:
    graph = read("""
        :S a sh:NodeShape ; sh:property [ sh:path prf:CcppAccept ; sh:or ( :Image [ sh:node :Text ] ) ] .
        :Image a sh:NodeShape ; sh:pattern "^image/" ; sh:not :Gif . :Gif sh:hasValue "image/gif" .
        :Text a sh:NodeShape ; sh:pattern "^text/" ; sh:deactivated true .
    """)
    assert list(graph) == ["urn:example:S"]
    image = ("and", (("not", (("hasValue", "image/gif"),)), ("pattern", ("^image/", ""))))
    assert graph["urn:example:S"] == Constraint(
        AttributeName("SoftwarePlatform", "CcppAccept"), "or", (image, ("node", (("and", ()),)))
    )


def test_a_path_may_name_the_component() -> None:
    graph = read(":S a sh:NodeShape ; sh:property [ sh:path ( prf:HardwarePlatform prf:ColorCapable ) ; sh:hasValue true ] .")
    assert dict(graph) == {"urn:example:S": COLOUR}


# The shipped requirements.


def test_shipped_requirements_are_read_where_they_are_named() -> None:
    graph = read(":S a sh:NodeShape ; sh:node <urn:ccpp:platform#MIDP-2.0-3D> .")
    assert set(graph) == {"urn:example:S", *(PLATFORM + name for name in ("MIDP-2.0-3D", "MIDP-2.0", "Java-3D"))}
    own = read(
        ":S a sh:NodeShape ; sh:node <urn:ccpp:platform#QVGA> . <urn:ccpp:platform#QVGA> sh:deactivated true ; sh:and ( ) ."
    )
    assert own["urn:ccpp:platform#QVGA"] == All(())


@pytest.mark.parametrize("test", json.loads((SUITE / "platforms.json").read_bytes()), ids=lambda test: test["description"])
def test_shipped_requirements(test: dict[str, dict[str, list[str]]]) -> None:
    graph = platforms(VOCABULARIES)
    found = {name.removeprefix(PLATFORM): evaluate(graph[name], profile_of(test["stated"]), graph) for name in graph}
    assert {name for name, verdict in found.items() if verdict is Verdict.SATISFIED} == set(test["satisfied"])
    assert {name for name, verdict in found.items() if verdict is Verdict.UNSATISFIED} == set(test["unsatisfied"])


def test_every_shipped_requirement_has_cases_both_ways() -> None:
    tests = json.loads((SUITE / "platforms.json").read_bytes())
    names = {name.removeprefix(PLATFORM) for name in platforms(VOCABULARIES)}
    for outcome in ("satisfied", "unsatisfied"):
        assert {name for test in tests for name in test[outcome]} == names


def test_parts_stand_in_the_order_of_the_document() -> None:
    properties = " , ".join(f"[ sh:path prf:BitsPerPixel ; sh:minInclusive {number} ]" for number in range(120))
    requirement = read(f":S a sh:NodeShape ; sh:property {properties} .")["urn:example:S"]
    assert isinstance(requirement, All)
    assert [part.operand for part in requirement.items if isinstance(part, Constraint)] == list(range(120))


def test_every_schema_version_names_the_same_attribute() -> None:
    graph = read(f":S a sh:NodeShape ; sh:property [ sh:path <{UAPROF}ccppschema-20021212#ColorCapable> ; sh:hasValue true ] .")
    assert graph["urn:example:S"] == COLOUR


def test_our_own_declarations_are_no_requirements() -> None:
    declared = Graph().parse(vocabulary_folder() / "requirements.ttl")
    assert dict(read_requirements(declared, VOCABULARIES)) == {}


@pytest.mark.parametrize("path", sorted((SUITE / "requirements_errors").glob("*.ttl")), ids=lambda path: path.stem)
def test_errors(path: Path) -> None:
    expected = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# expected: ")
    with pytest.raises(RequirementError) as raised:
        read_requirements(parse_turtle(path.read_bytes(), RequirementError), VOCABULARIES, source=path.name)
    assert str(raised.value) == expected


def test_shapes_too_deep_or_too_many() -> None:
    deep = "sh:not [ " * MAX_NESTING + "sh:node :S" + " ]" * MAX_NESTING
    with pytest.raises(RequirementError, match="more than 32 shapes inside each other"):
        read(f":S a sh:NodeShape ; {deep} .")
    doubling = " ".join(f"_:b{level} sh:and ( _:b{level + 1} _:b{level + 1} ) ." for level in range(20))
    with pytest.raises(RequirementError, match="more than 10000 shapes in it"):
        read(f":S a sh:NodeShape ; sh:not _:b0 . {doubling}")


# Graphs.


def test_expand_writes_references_out() -> None:
    graph = RequirementGraph({"a": Not(Any((Reference("b"), ExactlyOne((COLOUR,))))), "b": All((Reference("c"),)), "c": COLOUR})
    assert list(graph) == ["c", "b", "a"]
    assert graph.expand("a") == Not(Any((All((COLOUR,)), ExactlyOne((COLOUR,)))))
    assert graph.constraints("a") == {COLOUR}
    assert len(graph) == 3


def test_chains_and_shared_references_are_bounded() -> None:
    chain: dict[str, All | Constraint] = {str(number): All((Reference(str(number + 1)),)) for number in range(MAX_DEPTH)}
    with pytest.raises(RequirementError, match="inside each other"):
        RequirementGraph({**chain, str(MAX_DEPTH): COLOUR})
    doubling = {str(number): All((Reference(str(number + 1)), Reference(str(number + 1)))) for number in range(40)}
    with pytest.raises(RequirementError, match=r"requirement `\d+` has \d+ parts"):
        RequirementGraph({**doubling, "40": COLOUR})


def test_many_requirements_are_ordered_quickly() -> None:
    graph = RequirementGraph({str(number): All((COLOUR,)) for number in range(10_000)})
    assert list(graph)[:3] == ["0", "1", "2"]


# A profile in RDF.


def test_profile_graph() -> None:
    profile = profile_of(
        {
            "HardwarePlatform/ColorCapable": ["Yes"],
            "HardwarePlatform/BitsPerPixel": ["016"],
            "HardwarePlatform/ScreenSize": ["240x320"],
            "HardwarePlatform/NumberOfSoftKeys": ["two"],
            "SoftwarePlatform/CcppAccept": ["text/html", "text/plain"],
            "SoftwarePlatform/JavaPlatform": [],
        }
    )
    found = {(str(predicate).rpartition("#")[2], value) for predicate, value in profile_graph(profile).predicate_objects()}
    assert found == {
        ("ColorCapable", Literal("true", datatype=XSD.boolean)),
        ("BitsPerPixel", Literal("16", datatype=XSD.integer)),
        ("ScreenSize", Literal("240x320", datatype=URIRef(UAPROF + "xmlschema-20030226#Dimension"))),
        ("NumberOfSoftKeys", Literal("two")),
        ("CcppAccept", Literal("text/html")),
        ("CcppAccept", Literal("text/plain")),
    }
    assert set(profile_graph(profile).subjects()) == {URIRef("urn:device")}


# Patterns.

PIECES = [
    "a",
    "b",
    "A",
    "(",
    ")",
    "|",
    "*",
    "+",
    "?",
    "{2}",
    "{1,3}",
    "{0,}",
    "*?",
    "[ab]",
    "[^a]",
    "[a-c]",
    "[-.]",
    ".",
    "^",
    "$",
]
PIECES += ["\\d", "\\D", "\\s", "\\S", "\\.", "\\-", "[\\d-]", "-", " ", "1"]


@given(
    st.lists(st.sampled_from(PIECES), max_size=9).map("".join),
    st.sampled_from(["", "i"]),
    st.lists(st.text("abABcC1. -", max_size=8), min_size=3, max_size=3),
)
def test_patterns_mean_what_they_mean_elsewhere(pattern: str, flags: str, texts: list[str]) -> None:
    try:
        compiled = compile_pattern(pattern, flags)
    except RequirementError:
        return
    reference = re.compile(pattern, re.IGNORECASE if flags else 0)
    for text in texts:
        assert compiled.search(text) is bool(reference.search(text))


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|aa)+$b", "(a*)*b", "a?" * 30 + "a" * 30 + "b", ".*.*.*.*b"])
def test_no_pattern_takes_exponential_time(pattern: str) -> None:
    assert not compile_pattern(pattern).search("a" * 2_000)


@pytest.mark.parametrize(
    ("pattern", "flags", "text", "found"),
    [
        ("^b$", "", "a\nb\nc", False),
        ("^b$", "m", "a\nb\nc", True),
        ("a.b", "", "a\nb", False),
        ("a.b", "s", "a\nb", True),
        ("a$", "", "a\n", False),
        ("[\\n\\]]x", "", "]x", True),
        ("[^A]", "i", "a", False),
        ("ß", "i", "SS", False),
    ],
)
def test_pattern_details(pattern: str, flags: str, text: str, *, found: bool) -> None:
    assert compile_pattern(pattern, flags).search(text) is found


@pytest.mark.parametrize(
    "pattern",
    ["a" * (MAX_PATTERN + 1), "(" * (MAX_GROUPS + 1) + ")" * (MAX_GROUPS + 1), "a{3,2}", "a**", "*", ")", "[z-a]", "[]", "[a\\", "\\",
     "[\\d-z]x[a-\\d]", "a]", "\\p{L}", "(?:a)", "[a-c-e]", "[+--]", "(){1}{2}"],
)  # fmt: skip
def test_patterns_refused(pattern: str) -> None:
    with pytest.raises(RequirementError):
        compile_pattern(pattern)
