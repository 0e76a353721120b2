from __future__ import annotations

import re
import subprocess
import sys
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from random import Random

import pytest
from rdflib import Graph

from ccpp.catalogue import documents, facts, terms
from ccpp.catalogue.documents import gather
from ccpp.catalogue.loading import Document, load_catalogue, load_documents
from ccpp.catalogue.model import Artefact, Catalogue, Setting
from ccpp.errors import CatalogueError, CcppError
from ccpp.model import Rule, Secret
from ccpp.samples import CATALOGUE, DIFF, OVERRIDE, devices, sample
from ccpp.vocabulary import load_vocabularies, vocabulary_folder

ERRORS = Path(__file__).parent / "suite" / "catalogue_errors"
#: Every term of the language, and `whole.json` and `whole.yaml` beside it.
WHOLE = Path(__file__).parent / "suite" / "catalogue" / "whole.ttl"
VOCABULARIES = load_vocabularies()
PREFIXES = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix cat: <urn:ccpp:catalogue#> .
@prefix prf: <http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20070511#> .
@prefix : <urn:example:#> .
"""
SMALL = """
:shop a cat:Catalogue ; rdfs:label "Shop" ; cat:applications ( :chess ) .
:Colour a sh:NodeShape ; sh:property [ sh:path prf:ColorCapable ; sh:hasValue true ], [ sh:path prf:ImageCapable ; sh:hasValue true ] .
:Sound a sh:NodeShape ; sh:property [ sh:path prf:SoundOutputCapable ; sh:hasValue true ] .
:chess a cat:Application ; rdfs:label "Chess" ; rdfs:comment "A game." ; cat:variants ( :large :small ) ;
    cat:setting [ cat:key "server" ; cat:value "chess.example" ; cat:rule cat:Locked ], [ cat:key "hints" ; cat:value true ] ;
    cat:when [ cat:requirement :Sound ; cat:setting [ cat:key "sound" ; cat:value "midi" ] ],
        [ cat:requirement :Colour ; cat:setting [ cat:key "board" ; cat:value "wood" ] ] .
:large a cat:Variant ; rdfs:label "Large" ; cat:requirement :Colour ; cat:quality 0.9 ; cat:serveIndeterminate true ;
    cat:artefact [ cat:uri <https://apps.example/large.jar> ; cat:mediaType "application/java-archive" ; cat:size 61440 ] ;
    cat:setting [ cat:key "levels" ; cat:value 3, 1, "2" ], [ cat:key "keys" ; cat:value ( "up" "down" "up" ) ], [ cat:key "scale" ; cat:value 1.5 ] .
:small a cat:Variant ; rdfs:label "Small" ; cat:artefact [ cat:uri "https://apps.example/small.jar" ; cat:mediaType "application/java-archive" ] .
"""


def load(text: str | bytes) -> Catalogue:
    data = text if isinstance(text, bytes) else (PREFIXES + text).encode()
    return load_catalogue(data, source="shop.ttl", vocabularies=VOCABULARIES)


# What is read.


def test_the_parts_of_a_catalogue() -> None:
    catalogue = load(SMALL)
    assert (catalogue.source, catalogue.label, list(catalogue.applications)) == ("shop.ttl", "Shop", ["chess"])
    chess = catalogue.applications["chess"]
    large, small = chess.variants
    assert (chess.id, chess.label, chess.description) == ("chess", "Chess", "A game.")
    assert (large.id, large.label, large.requirement, large.quality) == ("large", "Large", "urn:example:#Colour", 0.9)
    assert (large.serve_indeterminate, large.specificity) == (True, 2)
    assert large.artefact == Artefact("https://apps.example/large.jar", "application/java-archive", 61440)
    assert (small.requirement, small.quality, small.serve_indeterminate, small.specificity) == (None, 1.0, False, 0)
    assert small.artefact.size is None
    assert set(catalogue.matcher.names) == {"urn:example:#Colour", "urn:example:#Sound"}


def test_layers_stand_from_low_to_high() -> None:
    chess = load(SMALL).applications["chess"]
    assert [(layer.name, layer.when) for layer in chess.layers] == [
        ("application chess", None),
        ("application chess when Colour", "urn:example:#Colour"),
        ("application chess when Sound", "urn:example:#Sound"),
    ]
    assert chess.layers[0].settings == (Setting("hints", value=True), Setting("server", "chess.example", Rule.LOCKED))
    assert [layer.name for layer in chess.variants[0].layers] == ["variant large"]


def test_conditions_in_a_list_keep_its_order() -> None:
    conditions = re.search(r"cat:when (\[.*\]),\s*(\[.*\]) \.", SMALL)
    assert conditions is not None
    listed = load(SMALL.replace(conditions[0], f"cat:when ( {conditions[1]} {conditions[2]} ) ."))
    assert [layer.when for layer in listed.applications["chess"].layers] == [None, "urn:example:#Sound", "urn:example:#Colour"]


def test_values_keep_their_type_and_those_in_a_list_their_order() -> None:
    settings = {one.key: one.value for one in load(SMALL).applications["chess"].variants[0].layers[0].settings}
    assert settings == {"levels": (1, "2", 3), "keys": ("up", "down", "up"), "scale": Fraction(3, 2)}


@pytest.mark.parametrize(("written", "value"), [('"a"', "a"), ('( "a" )', ("a",)), ("()", ())])
def test_a_list_is_a_list_whatever_its_length(written: str, value: object) -> None:
    loaded = load(SMALL.replace('cat:key "hints" ; cat:value true', f'cat:key "hints" ; cat:value {written}'))
    assert loaded.applications["chess"].layers[0].settings[0].value == value


def test_the_example_of_the_language_loads() -> None:
    described = terms.__doc__ or ""
    example = "\n".join(line for line in described.split("::\n", 1)[1].splitlines() if line.startswith("    "))
    shapes = "".join(
        f"<#{name}> a sh:NodeShape ; sh:property [ sh:path prf:ColorCapable ; sh:hasValue true ] . "
        for name in ("ColourMidp", "Polyphonic")
    )
    mono = '<#chess-mono> a cat:Variant ; rdfs:label "M" ; cat:artefact [ cat:uri "https://apps.example/m" ; cat:mediaType "a/b" ] .'
    others = "".join(
        f'<#{name}> a cat:Application ; rdfs:label "{name}" ; cat:version "2.1" ; cat:variants ( <#{name}-1> ) . '
        + mono.replace("chess-mono", f"{name}-1")
        for name in ("maps", "draughts")
    )
    catalogue = load(example.replace("( <#chess> )", "( <#chess> <#maps> <#draughts> )") + shapes + mono + others)
    assert [variant.id for variant in catalogue.applications["chess"].variants] == ["chess-colour", "chess-mono"]


@pytest.mark.parametrize("name", sorted({name for names in terms.TERMS.values() for name in names}))
def test_each_term_of_the_language_is_described_and_in_use(name: str) -> None:
    assert f"cat:{name}" in (terms.__doc__ or "")
    assert name == "imports" or f"cat:{name} " in WHOLE.read_text()
    assert f'"{name}": ' in (vocabulary_folder() / "catalogue.jsonld").read_text()


# The syntaxes, and several documents.


@pytest.mark.parametrize("name", ["whole.json", "whole.yaml"])
def test_json_and_yaml_say_what_turtle_says(name: str) -> None:
    whole = load_catalogue(WHOLE.read_bytes(), source="whole.ttl", vocabularies=VOCABULARIES)
    other = load_catalogue((WHOLE.parent / name).read_bytes(), source=name, vocabularies=VOCABULARIES)
    assert other.digest == whole.digest
    assert (other.applications, other.operator, other.refusals) == (whole.applications, whole.operator, whole.refusals)
    assert dict(other.requirements) == dict(whole.requirements)


def test_what_json_says_in_a_context_of_its_own_counts_too() -> None:
    text = (WHOLE.parent / "whole.json").read_text()
    own = '{"@context": {"my": "http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20070511#"},'
    changed = text.replace("prf:ColorCapable", "my:ColorCapable").replace("{", own, 1)
    one, other = (load_catalogue(t.encode(), source="c.json", vocabularies=VOCABULARIES) for t in (text, changed))
    assert one.digest == other.digest


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("c.json", "{", "c.json:1: not JSON: "),
        ("c.json", "[]", "c.json: no object (a catalogue in JSON or YAML is one object with `type: Catalogue`)"),
        ("c.json", '{"a": 1, "a": 2}', "c.json: not JSON: key `a` twice in one object"),
        ("c.json", '{"@context": "https://elsewhere.example/c"}', "c.json: the context `https://elsewhere.example/c` is in another document"),
        ("c.json", '{"applications": [{"@context": {"@import": "https://elsewhere.example/c"}}]}', "c.json: the context `https:"),
        ("c.json", '{"id": "#shop", "type": "Catalogue", "label": "Shop", "aplications": ["#chess"]}', "c.json:1: `shop` has the unknown property `cat:aplications` (did you mean `cat:applications`?)"),
        ("c.json", '{"a":' * 5000 + "1" + "}" * 5000, "c.json: not JSON"),
        ("c.yaml", "a: [", "c.yaml:1: not YAML: "),
        ("c.yaml", "a: 1\na: 2", "c.yaml:2: not YAML: found duplicate key"),
        ("c.yaml", "[" * 5000, "c.yaml: not YAML: brackets inside brackets"),
        ("c.yaml", "!!python/object/apply:os.system [true]", "c.yaml:1: not YAML: could not determine a constructor"),
        ("c.yaml", "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(f"{n}: &{n} [{', '.join([f'*{b}'] * 9)}]\n" for b, n in zip("abcdefgh", "bcdefghi", strict=True)), "c.yaml: not JSON-LD: too deep or too large"),
    ],
)  # fmt: skip
def test_json_and_yaml_that_are_no_catalogue(name: str, text: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccpp.catalogue.documents.MAX_VALUES", 100_000)
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(text.encode(), source=name, vocabularies=VOCABULARIES)
    assert str(caught.value).startswith(message)


def test_yaml_has_a_bound_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccpp.catalogue.documents.MAX_YAML", 2)
    with pytest.raises(CatalogueError, match=r"more than 2 bytes of YAML \(split it, or write it as JSON or Turtle\)"):
        load_catalogue(b"a: 1", source="c.yaml", vocabularies=VOCABULARIES)


def split() -> list[Document]:
    """The small catalogue in three documents: the catalogue, its application, the shapes and variants."""
    lines = SMALL.strip().splitlines(keepends=True)
    shapes = "".join(line for line in lines if "sh:NodeShape" in line)
    chess = SMALL[SMALL.index(":chess a") : SMALL.index(":large a")]
    rest = SMALL[SMALL.index(":large a") :]
    texts = {
        "shop.ttl": lines[0] + ':shop cat:imports "games.ttl", "builds/all.ttl" .',
        "games.ttl": chess,
        "builds/all.ttl": shapes + rest,
    }
    return [Document(name, (PREFIXES + text).encode()) for name, text in texts.items()]


def test_the_order_of_documents_does_not_matter() -> None:
    assert {load_documents(order, VOCABULARIES).digest for order in permutations(split())} == {load(SMALL).digest}


def test_imports_are_gathered_each_once() -> None:
    files = {f"folder/{document.name}": document.data for document in split()}
    files["folder/games.ttl"] += b'\n<#games> cat:imports "shop.ttl" .'
    gathered = gather(["folder/shop.ttl"], lambda name, _: files[name])
    assert sorted(document.name for document in gathered) == sorted(files)
    assert load_documents(gathered, VOCABULARIES).digest == load(SMALL).digest


@pytest.mark.parametrize("name", ["/etc/passwd", "../other.ttl", "https://elsewhere.example/c.ttl", "a/../../b.ttl", "."])
def test_an_import_never_leads_elsewhere(name: str) -> None:
    data = (PREFIXES + f':shop cat:imports "{name}" .').encode()
    with pytest.raises(CatalogueError, match="which is not in its folder or below"):
        gather(["shop.ttl"], lambda _, __: data)


def test_an_import_that_is_not_given_is_an_error() -> None:
    with pytest.raises(
        CatalogueError, match=r"shop\.ttl:7: `shop` imports `builds/all\.ttl`, which is not among the files given"
    ):
        load_documents(split()[:1], VOCABULARIES)


def test_an_error_names_the_document_it_is_in() -> None:
    shop, games, builds = split()
    broken = games._replace(data=games.data.replace(b"cat:variants", b"cat:variant"))
    with pytest.raises(CatalogueError, match=r"^games\.ttl:7: `chess` has the unknown property"):
        load_documents([shop, broken, builds], VOCABULARIES)


# Secrets.


def test_a_secret_is_in_no_representation() -> None:
    catalogue = load_catalogue(WHOLE.read_bytes(), source="whole.ttl", vocabularies=VOCABULARIES)
    password = next(one for one in catalogue.terminal_settings["internet"].layers[0].settings if one.key == "password")
    assert password.value == Secret("s3same")
    assert "s3same" not in repr(catalogue.terminal_settings)


# The digest.


def test_the_digest_is_of_the_content_not_of_the_text() -> None:
    graph = Graph().parse(data=PREFIXES + SMALL, format="turtle")
    lines = graph.serialize(format="nt").splitlines()
    digests = set()
    for seed in range(5):
        Random(seed).shuffle(lines)  # noqa: S311  no secret
        digests.add(load("\n".join(lines).encode()).digest)
    assert digests == {load(SMALL).digest}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"Shop"', '"Store"'),
        ('"Chess"', '"Checkers"'),
        ('"A game."', '"A play."'),
        ("( :large :small )", "( :small :large )"),
        ("0.9", "0.8"),
        ("61440", "61441"),
        ("large.jar", "larger.jar"),
        ("serveIndeterminate true", "serveIndeterminate false"),
        ("; cat:rule cat:Locked", ""),
        ('"hints" ; cat:value true', '"hints" ; cat:value "Yes"'),
        ('3, 1, "2"', "3, 1, 2"),
        ('( "up" "down" "up" )', '( "up" "up" "down" )'),
        (":large a cat:Variant ;", ':large a cat:Variant ; cat:when [ cat:requirement :Sound ; cat:setting [ cat:key "x" ; cat:value 1 ] ] ;'),
        ("cat:requirement :Colour ; cat:quality", "cat:requirement :Sound ; cat:quality"),
        ("sh:hasValue true ] .\n:chess", "sh:hasValue false ] .\n:chess"),
        (":Sound a sh:NodeShape ; sh:property", ":Sound a sh:NodeShape ; sh:not [ sh:node :Colour ] ; sh:property"),
    ],
)  # fmt: skip
def test_whatever_changes_a_decision_changes_the_digest(before: str, after: str) -> None:
    assert SMALL.count(before) == 1
    assert load(SMALL.replace(before, after)).digest != load(SMALL).digest


def test_the_digest_does_not_name_the_document() -> None:
    elsewhere = load_catalogue((PREFIXES + SMALL).encode(), source="other.ttl", vocabularies=VOCABULARIES)
    assert elsewhere.digest == load(SMALL).digest


# What is refused.


def error_cases() -> list[object]:
    return [pytest.param(path, id=path.stem) for path in sorted(ERRORS.glob("*.ttl"))]


@pytest.mark.parametrize("path", error_cases())
def test_a_broken_catalogue_is_one_line_that_says_what_to_do(path: Path) -> None:
    expected = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# expected: ")
    with pytest.raises(CcppError) as caught:
        load_catalogue(path.read_bytes(), source=path.name, vocabularies=VOCABULARIES)
    assert str(caught.value) == expected
    assert caught.value.hint


def test_each_needed_term_has_a_case_without_it() -> None:
    heads = "".join(path.read_text(encoding="utf-8").splitlines()[0] for path in ERRORS.glob("*.ttl"))
    for kind, names in terms.TERMS.items():
        for name, needed in names.items():
            assert not needed or f"states no `cat:{name}` (every `cat:{kind}` needs it)" in heads


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "0 catalogues"),
        (b"\x89PNG\r\n\x1a\n", "not Turtle: 'utf-8' codec"),
        (b"\xff\xfe@\x00", "not Turtle: 'utf-8' codec"),
        (b"<a:b> <a:c> " + b"[ <a:d> " * 5000 + b"1" + b"]" * 5000 + b".", "brackets inside brackets"),
        (b"<a:b> <a:c> " + b"(" * 5000 + b")" * 5000 + b".", "brackets inside brackets"),
    ],
)
def test_what_is_no_catalogue_at_all(data: bytes, message: str) -> None:
    with pytest.raises(CatalogueError, match=message):
        load(data)


def test_a_catalogue_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_CATALOGUE", 100)
    with pytest.raises(CatalogueError, match=r"more than 100 bytes \(split the catalogue\)"):
        load(SMALL)


def test_hints_do_not_list_every_name() -> None:
    shapes = "".join(f":S{number} a sh:NodeShape ; sh:node :Colour . " for number in range(facts.MAX_LISTED + 1))
    with pytest.raises(CatalogueError, match="check its spelling"):
        load(SMALL.replace("cat:requirement :Colour ; cat:quality", "cat:requirement :Zzzzzzz ; cat:quality") + shapes)


PIECES = [
    b"[",
    b"]",
    b"(",
    b")",
    b";",
    b".",
    b'"',
    b"<",
    b">",
    b"@",
    b":",
    b"^^",
    b"\\",
    b"#",
    b"_:x",
    b"\x00",
    b"\xff",
    b"{",
    b"@prefix",
]


@pytest.mark.parametrize("seed", range(150))
def test_damage_is_an_error_never_a_traceback(seed: int) -> None:
    random, data = Random(seed), sample(CATALOGUE)  # noqa: S311  no secret
    for _ in range(random.randint(1, 3)):
        place = random.randrange(len(data))
        damaged = [
            data[:place] + data[place + random.randint(1, 30) :],
            data[:place] + random.choice(PIECES) + data[place:],
            data[:place] + bytes([random.randrange(256)]) + data[place + 1 :],
            data[: max(place, 1)],
        ]
        data = random.choice(damaged)
    try:
        load(data)
    except CcppError as error:
        assert "\n" not in str(error)  # noqa: PT017  some damage is harmless


def test_an_error_is_all_that_is_printed(tmp_path: Path) -> None:
    """rdflib logs a traceback for a literal that is none of its type, unless a program asks for its log."""
    folder = ERRORS.parent
    script = (
        "import sys; from ccpp.catalogue.loading import load_catalogue; from ccpp.vocabulary import load_vocabularies, vocabulary_folder\n"
        "try: load_catalogue(open(sys.argv[1], 'rb').read(), source='c', vocabularies=load_vocabularies())\n"
        "except Exception as error: print(type(error).__name__)"
    )
    path = tmp_path / "c.ttl"
    text = (folder / "catalogue_errors" / "literal-of-wrong-type.ttl").read_text(encoding="utf-8")
    path.write_text(text + ':build cat:quality "high"^^xsd:integer .', encoding="utf-8")
    result = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("CatalogueError\n", "")


def test_loading_grows_with_the_catalogue_and_no_faster() -> None:
    """Its digest once took 17 s for 500 variants, and minutes for 1,500; now the whole takes a second."""
    names = [f"v{number}" for number in range(1500)]
    variants = "".join(
        f':{name} a cat:Variant ; rdfs:label "V" ; cat:requirement :Colour ; cat:artefact [ cat:uri "https://apps.example/{name}" ; '
        'cat:mediaType "application/java-archive" ] ; cat:setting [ cat:key "x" ; cat:value 1 ] . '
        for name in names
    )
    catalogue = load(SMALL.replace("( :large :small )", f"( :large :small :{' :'.join(names)} )") + variants)
    assert len(catalogue.applications["chess"].variants) == 1502


# The samples that ship.


def test_every_sample_is_there() -> None:
    assert len(devices()) == 10
    for name in (*devices(), CATALOGUE, *DIFF, *OVERRIDE):
        assert 500 < len(sample(name)) < 10_000
    assert DIFF[1] in devices()
    assert OVERRIDE[1] in devices()


def test_the_sample_catalogue_shows_the_language() -> None:
    """A reader learns the core of the language from it."""
    text = sample(CATALOGUE).decode()
    assert {"cat:Locked", "cat:Append"} <= set(re.findall(r"cat:[A-Z]\w+", text))
