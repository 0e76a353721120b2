"""Laws of reading on documents that are made up: the two readers agree, nothing is lost, and the digest is the content's alone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from ccpp.model import Kind
from ccpp.reading import read_any
from ccpp.reading.draft import Draft
from ccpp.reading.usual import read_usual
from ccpp.resolution import resolve
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from ccpp.model import Profile, ResolvedProfile

VOCABULARIES = load_vocabularies()
URI = "http://profiles.example/device.rdf"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PRF = "http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20021212#"
EX = "http://www.example.com/schema#"

TEXTS = st.one_of(
    st.sampled_from(["Yes", "No", "240x320", "16", "text/html", "", " a  b ", "None", "é", "x&y", "<z>", "\t1\n"]),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=6),
)
NAMES = st.sampled_from(
    [
        "prf:ScreenSize",
        "prf:ColorCapable",
        "prf:BitsPerPixel",
        "prf:CcppAccept",
        "prf:CcppAccept-Language",
        "prf:Unknown",
        "ex:Own",
    ]
)
VALUES = st.one_of(TEXTS, st.tuples(st.sampled_from(["Bag", "Seq", "Alt"]), st.lists(TEXTS, max_size=4)))
COMPONENTS = st.lists(
    st.tuples(
        st.sampled_from(["HardwarePlatform", "SoftwarePlatform", "BrowserUA"]), st.lists(st.tuples(NAMES, VALUES), max_size=5)
    ),
    min_size=1,
    max_size=4,
)
SPACES = st.sampled_from(["", " ", "\n", "\r\n", "\n\t", "<!-- a comment -->", " <!-- - --> \n", "<!---->"])


def written(content: list, space: str, prefixes: dict[str, str]) -> bytes:
    """The usual form of a document, with `space` wherever it may stand and prefixes as wanted."""

    def name(qualified: str) -> str:
        prefix, _, local = qualified.partition(":")
        return f"{prefixes[prefix]}:{local}"

    def value(found: str | tuple[str, list[str]]) -> str:
        if isinstance(found, str):
            return escape(found)
        container, members = found
        held = "".join(f"<rdf:li>{escape(member)}</rdf:li>{space}" for member in members)
        return f"{space}<rdf:{container}>{space}{held}</rdf:{container}>{space}"

    parts = [
        f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:{prefixes["prf"]}="{PRF}" xmlns:{prefixes["ex"]}="{EX}">{space}',
        f'<rdf:Description rdf:ID="Profile">{space}',
    ]
    link = name("prf:component")
    for position, (kind, attributes) in enumerate(content):
        parts.append(
            f'<{link}>{space}<rdf:Description rdf:ID="c{position}">{space}<rdf:type rdf:resource="{PRF}{kind}"/>{space}'
        )
        parts += [f"<{name(one)}>{value(found)}</{name(one)}>{space}" for one, found in attributes]
        parts.append(f"</rdf:Description>{space}</{link}>{space}")
    parts.append(f"</rdf:Description>{space}</rdf:RDF>{space}")
    return "".join(parts).encode()


PLAIN = {"prf": "prf", "ex": "ex"}


def any_reader(data: bytes) -> Profile:
    return read_any(data, Draft(URI, URI, VOCABULARIES, Kind.EXPLICIT))


def resolved(data: bytes) -> ResolvedProfile:
    return resolve([any_reader(data)])


@given(COMPONENTS, SPACES)
def test_the_two_readers_agree(content: list, space: str) -> None:
    data = written(content, space, PLAIN)
    usual = read_usual(data, Draft(URI, URI, VOCABULARIES, Kind.EXPLICIT))
    assert usual is not None
    assert usual == any_reader(data)


@given(COMPONENTS, st.data())
@settings(max_examples=200)
def test_they_agree_on_damaged_documents_too(content: list, draw: st.DataObject) -> None:
    """Whatever the fast reader accepts, an XML parser accepts, and reads alike."""
    data = written(content, "\n", PLAIN)
    for _ in range(draw.draw(st.integers(1, 3))):
        start = draw.draw(st.integers(0, len(data)))
        end = draw.draw(st.integers(start, min(len(data), start + 12)))
        pieces = [
            b"",
            b"<",
            b">",
            b"&",
            b"&amp;",
            b'"',
            b"]]>",
            b"-->",
            b"<!--",
            b"\x00",
            b"\xff",
            b" ",
            b"/",
            b"li",
            b"xmlns:rdf",
        ]
        data = data[:start] + draw.draw(st.sampled_from(pieces)) + data[end:]
    usual = read_usual(data, Draft(URI, URI, VOCABULARIES, Kind.EXPLICIT))
    assert usual is None or usual == any_reader(data)


@given(COMPONENTS, SPACES, st.randoms(use_true_random=False))
def test_the_digest_does_not_depend_on_how_it_is_written(content: list, space: str, random: object) -> None:
    """Other white space, other prefixes, attributes in another order: the same digest, while no attribute is stated twice."""
    once = [(kind, list(dict(attributes).items())) for kind, attributes in dict(content).items()]
    shuffled = [(kind, random.sample(attributes, len(attributes))) for kind, attributes in once]  # type: ignore[attr-defined]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    if len({name for _, attributes in once for name, _ in attributes if name != "ex:Own"}) < sum(
        name != "ex:Own" for _, attributes in once for name, _ in attributes
    ):
        return  # a known attribute moves to its component, so it would be stated twice
    assert resolved(written(once, "", PLAIN)).digest == resolved(written(shuffled, space, {"prf": "p", "ex": "e"})).digest


@given(COMPONENTS)
@settings(max_examples=40)
def test_the_digest_survives_another_syntax(content: list) -> None:
    """To Turtle and back by rdflib."""
    once = [(kind, list(dict(attributes).items())) for kind, attributes in dict(content).items()]
    data = written(once, "", PLAIN)
    turtle = rdflib.Graph().parse(data=data, format="xml", publicID=URI).serialize(format="turtle")
    back = rdflib.Graph().parse(data=turtle, format="turtle").serialize(format="xml", encoding="utf-8")
    names = [name for _, attributes in once for name, _ in attributes]
    if len(names) == len(set(names)):
        assert resolved(back).digest == resolved(data).digest


SIGNS = (
    b" ",
    b"<",
    b">",
    b"&",
    b'"',
    b"'",
    b"/",
    b":",
    b"x",
    b"\x00",
    b"\xff",
    b"-",
    b"=",
    b"#",
    b"\n",
    b"&amp;",
    b"]]>",
    b"<!---->",
)


def test_they_agree_wherever_a_document_is_damaged() -> None:
    """Every sign put in, put over and taken out at every place of a document."""
    data = written([("HardwarePlatform", [("prf:ScreenSize", "1x1"), ("prf:CcppAccept", ("Bag", ["a", "b"]))])], "\n", PLAIN)
    accepted = 0
    for place in range(len(data)):
        for sign in SIGNS:
            for damaged in (
                data[:place] + sign + data[place:],
                data[:place] + sign + data[place + 1 :],
                data[:place] + data[place + len(sign) :],
            ):
                usual = read_usual(damaged, Draft(URI, URI, VOCABULARIES, Kind.EXPLICIT))
                if usual is not None:
                    accepted += 1
                    assert usual == any_reader(damaged), damaged
    assert accepted > 1_000
