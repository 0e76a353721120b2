"""Conformance, case by case: documents of our own for each of W3C's tests, for each rule, and what each set of rules says."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import rdflib
from conftest import ROOT, SUITE
from hypothesis import given, settings
from hypothesis import strategies as st

from ccpp.commands.validating import PROFILE_NAMES
from ccpp.conformance import Report, validate
from ccpp.conformance.engine import ShapeValidator
from ccpp.conformance.formats import plain_report, plain_rules, sarif, turtle
from ccpp.conformance.lexical import PATTERNS, is_lexical
from ccpp.conformance.recommendation import RULES
from ccpp.conformance.rules import PERMITTED
from ccpp.conformance.schemas import EDITIONS, Standing, load_schemas, main
from ccpp.conformance.shapes import shapes
from ccpp.conformance.uaprof import PROFILES
from ccpp.datatypes import DATATYPES
from ccpp.diagnostics import Severity
from ccpp.errors import NotXml, ProfileError, ProfileTooLarge, UsageError
from ccpp.model import Status
from ccpp.reading import read_profile, read_statements
from ccpp.samples import devices, sample
from ccpp.vocabulary import MAX_REMEMBERED, load_vocabularies

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = SUITE / "conformance"
CASES: dict[str, dict[str, Any]] = json.loads((FOLDER / "cases.json").read_text())
VOCABULARIES = load_vocabularies()
SCHEMAS = load_schemas(VOCABULARIES)
URI = "http://profiles.example/device.rdf"
SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")
OURS = rdflib.Namespace("urn:ccpp:conformance#")
#: W3C's test suite for CC/PP 1.0, by number, and the tests that are not valid.
W3C = [*(f"01{letter}" for letter in "abcdefghijk"), "02a", "02b", "03", "06a", "06b", "07", "08", "09", "10", "11a", "11b"]
W3C += [str(number) for number in (12, 13, *range(15, 27))]
W3C_INVALID = {"18", "19", "20", "21", "22", "24", "26"}


def document(name: str) -> bytes:
    return (FOLDER / f"{name}.rdf").read_bytes()


def report(data: bytes, profile: str = "uaprof") -> Report:
    return validate(data, uri=URI, rules=PROFILES[profile], schemas=SCHEMAS, document="device.rdf")


# Cases.


@pytest.mark.parametrize(
    ("name", "profile"), [(name, profile) for name, case in CASES.items() for profile in case if profile in PROFILES]
)
def test_case(name: str, profile: str) -> None:
    assert sorted(one.rule for one in report(document(name), profile).violations) == CASES[name][profile]


def test_every_document_is_a_case() -> None:
    assert {path.stem for path in FOLDER.glob("*.rdf")} == set(CASES)


@pytest.mark.parametrize("number", W3C)
def test_w3c(number: str) -> None:
    """A validating consumer accepts every valid document and rejects every other, here with the rules of CC/PP and UAProf alike."""
    data = document(f"w3c-{number}")
    assert report(data, "ccpp").conforms is (number not in W3C_INVALID)
    assert report(data, "uaprof").conforms is (number not in W3C_INVALID)


def test_the_serialisations_are_one_graph() -> None:
    def graph(number: str) -> set[tuple[str, str, object]]:
        statements, _ = read_statements(document(f"w3c-{number}"), URI, strict=True)
        return {(one.subject, one.predicate, one.object) for one in statements}

    graphs = [graph(f"01{letter}") for letter in "abcdefghijk"]
    about, identified = graphs[0], graphs[6]
    assert all(one == about for one in graphs[:6])
    assert all(one == identified for one in graphs[6:])
    assert about == identified


#: Documents in which there is nothing to read: they state no attribute, or none that can be placed.
EMPTY = {
    "component-attribute-empty-default",
    "component-attribute-nowhere",
    "component-link-text",
    "syntax-not-rdf",
    "uaprof-datatype-empty",
    "w3c-19",
    "w3c-20",
}


@pytest.mark.parametrize("name", CASES)
def test_the_lenient_reader_still_reads(name: str) -> None:
    try:
        stated = read_profile(document(name), uri=URI, vocabularies=VOCABULARIES).stated
    except ProfileError:
        stated = ()
    assert bool(stated) is (name not in EMPTY)


@pytest.mark.parametrize("rule", sorted({rule for rules in PROFILES.values() for rule in rules}))
def test_every_rule_has_a_case(rule: str) -> None:
    assert any(rule in expected for case in CASES.values() for key, expected in case.items() if key != "subject")


@pytest.mark.parametrize("profile", PROFILES)
def test_every_rule_that_is_an_error_rejects_alone(profile: str) -> None:
    """For each rule some document breaks no other, so that none hides behind another."""
    alone = {
        frozenset(one.rule for one in report(document(name), profile).violations if one.severity is Severity.ERROR)
        for name in CASES
    }
    errors = {rule.name for rule in PROFILES[profile].values() if rule.severity is Severity.ERROR}
    if profile != "ccpp":
        errors -= {"component-type-needed"}  # UAProf needs a type anyhow
    assert {rule for rule in errors if frozenset({rule}) not in alone} == set()


# The rules as such.


def test_the_command_knows_the_sets() -> None:
    assert tuple(PROFILES) == PROFILE_NAMES


@pytest.mark.parametrize("profile", PROFILES)
def test_rules_say_what_they_are(profile: str) -> None:
    for rule in PROFILES[profile].values():
        assert rule.sentence.endswith(".")
        assert rule.reference
    assert [one["rule"] for one in plain_rules(PROFILES[profile])] == list(PROFILES[profile])


def test_a_name_stands_once_in_a_table() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("name", CASES)
def test_syntax_is_what_a_strict_parser_says(name: str) -> None:
    """The rule `rdf-xml` and the strict reader refuse the same documents, but for what RDF/XML and XML permit."""
    data = document(name)
    refused = any(one.rule == "rdf-xml" for one in report(data, "ccpp").violations)
    try:
        read_statements(data, URI, strict=True)
    except ProfileError as error:
        assert refused or any(code in str(error) for code in PERMITTED)  # noqa: PT017  either way is right
    else:
        assert not refused


def test_what_is_no_xml_is_no_document() -> None:
    with pytest.raises(NotXml):
        report(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize("name", [name for name in devices() if not name.startswith("08")])
def test_samples_conform(name: str) -> None:
    assert report(sample(name)).conforms


@pytest.mark.parametrize("name", PATTERNS)
@given(st.from_regex(r"[-+]?[0-9YNesox/.X]{0,6}", fullmatch=True))
def test_reading_takes_every_lexical_form(name: str, text: str) -> None:
    """What conforms is read as it stands; what is read as it stands conforms."""
    assert is_lexical(name, text) is (DATATYPES[name].read(text).status is Status.OK)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(CASES)), st.data())
def test_any_damage_gives_a_report_or_a_profile_error(name: str, draw: st.DataObject) -> None:
    data = document(name)
    for _ in range(draw.draw(st.integers(1, 4))):
        start = draw.draw(st.integers(0, len(data)))
        end = draw.draw(st.integers(start, min(len(data), start + 40)))
        piece = draw.draw(st.sampled_from([b"", data[start:end] * 2, b"<", b"&", b'"', b"#", b":", b"\xff", b"rdf:"]))
        data = data[:start] + piece + data[end:]
    try:
        found = report(data)
    except ProfileError:
        return
    json.dumps(sarif([found], PROFILES["uaprof"]))
    rdflib.Graph().parse(data=turtle([found]), format="turtle")
    assert all(one.message and "\n" not in one.message for one in found.violations)


def test_shared_defaults_cost_no_more_than_the_document() -> None:
    """Many components that share a long default: looked at once each, not once for each pair."""
    attributes = "".join(f"<ex:a{number}>x</ex:a{number}>" for number in range(2_000))
    components = '<ccpp:component><ex:C><ccpp:defaults rdf:resource="#d"/></ex:C></ccpp:component>' * 2_000
    found = report(
        f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="http://www.example.com/schema#"
        xmlns:ccpp="http://www.w3.org/2002/11/08-ccpp-schema#"><rdf:Description rdf:ID="p">{components}</rdf:Description>
        <rdf:Description rdf:ID="d">{attributes}</rdf:Description></rdf:RDF>""".encode()
    )
    assert {one.rule for one in found.violations} == {"component-type-repeated", "component-typed", "vocabulary-extension"}


@pytest.mark.long
def test_real_profiles_break_these_rules(real_profiles: list[Path]) -> None:
    """Files and occurrences of each rule over the whole collection; README prints the table and says what is behind it."""
    expected = json.loads((FOLDER / "totals.json").read_text())
    files: Counter[str] = Counter()
    occurrences: Counter[str] = Counter()
    for path in real_profiles:
        try:
            found = validate(path.read_bytes(), uri=path.as_uri(), rules=PROFILES["uaprof"], schemas=SCHEMAS)
        except ProfileError:
            continue
        occurrences.update(one.rule for one in found.violations)
        files.update({one.rule for one in found.violations})
    assert {rule: [files[rule], occurrences[rule]] for rule in occurrences} == expected


def test_shared_containers_are_bounded() -> None:
    members = "<rdf:li>x</rdf:li>" * 2_000
    attributes = "".join(f'<ex:a{number} rdf:resource="#bag"/>' for number in range(2_000))
    with pytest.raises(ProfileTooLarge, match="values"):
        report(
            f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="http://www.example.com/schema#"
            xmlns:ccpp="http://www.w3.org/2002/11/08-ccpp-schema#"><rdf:Bag rdf:ID="bag">{members}</rdf:Bag>
            <rdf:Description rdf:ID="p"><ccpp:component><ex:C>{attributes}</ex:C></ccpp:component></rdf:Description>
            </rdf:RDF>""".encode()
        )


# Schemas.


def test_every_edition_has_a_namespace() -> None:
    labels = {schema.label for schema in SCHEMAS.by_namespace.values()}
    assert labels == {f"{edition.family} {edition.version}" for edition in EDITIONS}


def test_schemas_are_those_of_the_reference(shared: Path) -> None:
    """Attribute by attribute: component, datatype and container of every published schema."""
    expected: dict[str, dict[str, tuple[str, str, str]]] = {}
    with (shared / "reference" / "uaprof_attributes.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["schema_id"] != "extension/observed":
                component = row["component"].replace("(any component)", "")
                facts = (component, row["datatype"], row["container"])
                expected.setdefault(row["schema_namespace"], {})[row["attribute"]] = facts
    for namespace, attributes in expected.items():
        schema = SCHEMAS.by_namespace[namespace]
        assert {
            name: (one.component, one.datatype, str(one.container)) for name, one in schema.attributes.items()
        } == attributes


@pytest.mark.parametrize(
    ("uri", "standing", "hint"),
    [
        ("http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20021212#CPU", Standing.DEFINED, ""),
        (
            "http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-2002121#CPU",
            Standing.MISSPELT,
            "http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20021212#",
        ),
        (
            "http://www.openmobilealliance.org/tech/profiles/MMS/ccppschema-20010111#MmsVersion",
            Standing.MISSPELT,
            "http://www.wapforum.org/profiles/MMS/ccppschema-20010111#",
        ),
        (
            "http://www.wapforum.org/profiles/UAPROF/ccppschema-20010430#DrmClass",
            Standing.UNDEFINED,
            "`DrmClass` of UAProf 20070511",
        ),
        ("http://device.sprintpcs.com/sprint-schema-xpcs#CameraType", Standing.EXTENSION, ""),
        ("http://vendor.example/schema#CPU", Standing.EXTENSION, ""),
    ],
)
def test_standing(uri: str, standing: Standing, hint: str) -> None:
    name = SCHEMAS.attribute(uri)
    assert (name.standing, name.hint) == (standing, hint)


def test_what_is_remembered_is_bounded() -> None:
    own = load_schemas(VOCABULARIES)
    for number in range(2 * MAX_REMEMBERED):
        own.attribute(f"http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20021212/{number}#CPU{number}")
        own.component(f"http://vendor.example/{number}#Component")
    remembered = [getattr(own, name) for name in vars(own) if name not in {"by_namespace", "links", "_vocabularies"}]
    assert remembered
    assert all(len(one) <= MAX_REMEMBERED for one in remembered)


def test_schemas_are_those_of_the_turtle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (ROOT / "vocabularies").glob("*.ttl"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr("ccpp.conformance.schemas.vocabulary_folder", lambda: tmp_path)
    main()
    assert (tmp_path / "schemas.json").read_text() == (ROOT / "vocabularies" / "schemas.json").read_text()


def test_shapes_are_turtle_with_a_shape_for_every_component() -> None:
    graph = rdflib.Graph().parse(data=shapes(SCHEMAS), format="turtle")
    named = {str(shape).rpartition("#")[2] for shape in graph.subjects(rdflib.RDF.type, SH.NodeShape)}
    assert named == {name for schema in SCHEMAS.by_namespace.values() for name in schema.components}
    paths = {str(path) for path in graph.objects(None, SH.path) if isinstance(path, rdflib.URIRef)}
    assert paths == {namespace + name for namespace, schema in SCHEMAS.by_namespace.items() for name in schema.attributes}


# Reports for programs.


@pytest.mark.parametrize("name", ["uaprof-datatype-boolean", "w3c-26", "defaults-reference-blank", "syntax-unclosed"])
def test_turtle_says_what_the_report_says(name: str) -> None:
    found = report(document(name))
    graph = rdflib.Graph().parse(data=turtle([found, report(document("w3c-01a"))]), format="turtle")
    [whole] = graph.subjects(rdflib.RDF.type, SH.ValidationReport)
    assert graph.value(whole, SH.conforms) == rdflib.Literal(found.conforms)
    results = list(graph.objects(whole, SH.result))
    assert len(results) == len(found.violations) + 1  # the other document's vocabulary is not known
    for result in results:
        assert graph.value(result, SH.focusNode) is not None
        assert graph.value(result, SH.resultSeverity) in {SH.Violation, SH.Warning, SH.Info}
        assert isinstance(graph.value(result, SH.sourceConstraintComponent), rdflib.URIRef)
    said = {(str(graph.value(one, OURS.rule)), str(graph.value(one, SH.resultMessage))) for one in results}
    assert said >= {(str(OURS[one.rule]), one.message) for one in found.violations}


def test_sarif_has_what_the_schema_asks_for() -> None:
    """The properties that SARIF 2.1.0 requires, and the indices that have to agree (§3.13, §3.14, §3.19, §3.27, §3.52)."""
    log = sarif([report(document(name)) for name in CASES if name != "syntax-external-entity"], PROFILES["uaprof"])
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"]
    rules = [rule["id"] for rule in driver["rules"]]
    assert len(set(rules)) == len(rules)
    for rule in driver["rules"]:
        assert rule["help"]["text"]
        assert rule["shortDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in {"none", "note", "warning", "error"}
    assert run["results"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] == driver["rules"][result["ruleIndex"]]["defaultConfiguration"]["level"]
        assert result["message"]["text"]
        for location in result["locations"]:
            place = location["physicalLocation"]
            assert place["artifactLocation"]["uri"] == "device.rdf"
            assert place.get("region", {"startLine": 1})["startLine"] >= 1


def test_plain_report() -> None:
    plain = plain_report(report(document("uaprof-datatype-boolean")))
    assert plain["conforms"] is False
    [violation] = plain["violations"]
    assert violation["rule"] == "datatype"
    assert violation["severity"] == "error"
    assert violation["reference"]
    assert violation["message"] == "`ColorCapable` of `HardwarePlatform`: `YES` is no Boolean"
    assert violation["line"] == 8
    assert violation["node"] == URI + "#HardwarePlatform"
    assert violation["attribute"].endswith("#ColorCapable")


# The command.


def ccpp(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ccpp", "validate", *arguments]
    result = subprocess.run(command, capture_output=True, input=stdin, check=False)
    return subprocess.CompletedProcess(command, result.returncode, result.stdout.decode(), result.stderr.decode())


def test_command_accepts_and_rejects() -> None:
    good, bad = str(FOLDER / "w3c-01a.rdf"), str(FOLDER / "w3c-24.rdf")
    assert ccpp(good).returncode == 0
    both = ccpp(good, bad, "--format", "json")
    assert both.returncode == 1
    first, second = json.loads(both.stdout)
    assert (first["document"], first["conforms"]) == (good, True)
    assert set(second) == {"document", "conforms", "violations", "diagnostics"}
    assert [one["rule"] for one in second["violations"] if one["severity"] == "error"] == ["component-type-conflict"]
    assert "component-unknown" in {one["code"] for one in second["diagnostics"]}
    text = ccpp(bad).stdout
    assert "does not conform" in text
    assert "component-type-conflict" in text


def test_command_holds_to_the_rules_asked_for() -> None:
    repeated = str(FOLDER / "uaprof-attribute-repeated.rdf")
    assert ccpp(repeated, "--profile", "uaprof").returncode == 0
    assert ccpp(repeated, "--profile", "ccpp").returncode == 1
    literal = str(FOLDER / "uaprof-literal.rdf")
    assert ccpp(literal).returncode == 0
    assert ccpp(literal, "--profile", "uaprof-literals").returncode == 1


def test_command_refuses_what_is_no_document(tmp_path: Path) -> None:
    picture = tmp_path / "picture.rdf"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    for arguments in ([str(picture)], [str(tmp_path / "missing.rdf")], []):
        result = ccpp(*arguments)
        assert result.returncode == 2
        assert result.stderr.count("\n") == 1
    # What is no document does not hide what does not conform elsewhere.
    assert "w3c-24" in ccpp(str(picture), str(FOLDER / "w3c-24.rdf")).stdout


def test_command_reads_standard_input() -> None:
    assert ccpp("-", stdin=document("w3c-01a")).returncode == 0


@pytest.mark.parametrize("form", ["sarif", "turtle"])
def test_command_writes_reports(form: str) -> None:
    result = ccpp(str(FOLDER / "w3c-24.rdf"), str(FOLDER / "w3c-01a.rdf"), "--format", form)
    assert result.returncode == 1
    if form == "sarif":
        assert {one["ruleId"] for one in json.loads(result.stdout)["runs"][0]["results"]} >= {"component-type-conflict"}
    else:
        graph = rdflib.Graph().parse(data=result.stdout, format="turtle")
        assert len(set(graph.subjects(OURS.conforms, None))) == 2


def test_shapes_need_pyshacl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyshacl", None)
    with pytest.raises(UsageError, match="the engine `pyshacl` is not installed"):
        ShapeValidator(SCHEMAS)


def test_command_runs_the_shapes() -> None:
    pytest.importorskip("pyshacl")
    case = str(FOLDER / "uaprof-datatype-boolean.rdf")
    [found] = json.loads(ccpp(case, "--engine", "pyshacl", "--format", "json").stdout)
    [violation] = found["violations"]
    assert (violation["rule"], violation["line"]) == ("datatype", 8)
    assert "`ColorCapable` `YES`" in violation["message"]
    assert ccpp(str(FOLDER / "uaprof-healthy.rdf"), "--engine", "pyshacl").returncode == 0


@pytest.mark.parametrize(
    "arguments", [("--rules", "--format", "sarif"), ("x.rdf", "--engine", "pyshacl", "--profile", "ccpp")], ids=" ".join
)
def test_command_refuses_what_makes_no_sense(arguments: tuple[str, ...]) -> None:
    result = ccpp(*arguments)
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1


def test_command_lists_rules_and_shapes() -> None:
    listed = ccpp("--rules")
    assert listed.returncode == 0
    assert all(rule in listed.stdout for rule in PROFILES["uaprof"])
    assert [one["rule"] for one in json.loads(ccpp("--rules", "--profile", "ccpp", "--format", "json").stdout)] == [
        rule.name for rule in RULES
    ]
    assert ccpp("--shapes").stdout == shapes(SCHEMAS)
