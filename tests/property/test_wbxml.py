"""Laws of WBXML: trees come back as they went, resolved profiles are the same, and any bytes give a tree or one error."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from ccpp.errors import CcppError
from ccpp.exchange.uaprof import UAPROF, decode_uaprof, encode_uaprof, uaprof_tokens
from ccpp.reading import read_profile
from ccpp.resolution import resolve
from ccpp.samples import devices, sample
from ccpp.vocabulary import load_vocabularies
from ccpp.wbxml import decoding
from ccpp.wbxml.charsets import CHARSETS
from ccpp.wbxml.decoding import decode_wbxml
from ccpp.wbxml.document import Document, Element, Instruction, WbxmlError
from ccpp.wbxml.encoding import Strings, Values, encode_wbxml
from ccpp.wbxml.integers import decode_uint, encode_uint

if TYPE_CHECKING:
    from ccpp.wbxml.document import Content

TOKENS = uaprof_tokens()
VOCABULARIES = load_vocabularies()
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
ENCODED = [encode_uaprof(sample(name)) for name in devices()]

NAMES = st.one_of(st.sampled_from(sorted(TOKENS.written[0].tags)), st.from_regex("[a-z]{1,3}(:[a-z]{1,3})?", fullmatch=True))
STARTS = st.one_of(st.sampled_from(sorted(TOKENS.beginnings)), st.from_regex("[a-z]{1,3}", fullmatch=True))
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.lists(
        st.sampled_from([*TOKENS.written[0].values, UAPROF, "HardwarePlatform", "Yes", "No", "3.2", "x", "é", "€", "\0"]),
        max_size=4,
    ).map("".join),
)


@st.composite
def elements(draw: st.DrawFn, depth: int = 4) -> Element:
    content: list[Content] = []
    pieces = st.one_of(TEXTS.filter(bool), st.binary(max_size=4), st.builds(Instruction, STARTS, TEXTS))
    for piece in draw(st.lists(st.one_of(pieces, elements(depth - 1)) if depth else pieces, max_size=4)):
        if not (isinstance(piece, str) and content and isinstance(content[-1], str)):
            content.append(piece)
    return Element(draw(NAMES), tuple(draw(st.lists(st.tuples(STARTS, TEXTS), max_size=3))), tuple(content))


INSTRUCTIONS = st.lists(st.builds(Instruction, STARTS, TEXTS), max_size=2).map(tuple)
DOCUMENTS = st.builds(
    Document,
    elements(),
    st.integers(1, 3),
    st.one_of(st.integers(1, 2**32 - 1), st.from_regex("[ -~]{1,20}", fullmatch=True)),
    st.sampled_from(sorted(CHARSETS)),
    INSTRUCTIONS,
    INSTRUCTIONS,
)


@given(DOCUMENTS, st.sampled_from(Strings), st.sampled_from(Values))
def test_trees_come_back(document: Document, strings: Strings, values: Values) -> None:
    assert decode_wbxml(encode_wbxml(document, TOKENS, strings=strings, values=values), TOKENS) == document


@given(st.integers(0, 2**32 - 1), st.binary(max_size=3))
def test_integers_come_back(value: int, after: bytes) -> None:
    encoded = encode_uint(value)
    assert decode_uint(encoded + after, 0) == (value, len(encoded))


ATTRIBUTES = sorted(
    {place.removeprefix("prf:") for place in TOKENS.written[0].tags if place.startswith("prf:")} - {"component", "defaults"}
)
SCHEMAS = [UAPROF, "http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20021212#"]
VALUES = st.one_of(
    st.sampled_from(["Yes", "No", "96x65", "3.2", "", " a  b ", "http://www.x.com/"]), st.text("aé€&<>\"'\t\n ", max_size=6)
)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


@st.composite
def profiles(draw: st.DrawFn) -> bytes:
    """Profiles with values as elements, as attributes and in containers, in a schema with tokens or one without."""
    prefix = draw(st.sampled_from(["prf", "p", "rdf2"]))
    schema = draw(st.sampled_from(SCHEMAS))
    properties, attributes = [], []
    for name in draw(st.lists(st.sampled_from(ATTRIBUTES), max_size=6, unique=True)):
        form = draw(st.sampled_from(["text", "Bag", "Seq", "attribute"]))
        value = escaped(draw(VALUES))
        if form == "attribute":
            attributes.append(f' {prefix}:{name}="{value}"')
        else:
            inside = value if form == "text" else f"<rdf:{form}><rdf:li>{value}</rdf:li> <rdf:li>b</rdf:li></rdf:{form}>"
            properties.append(f"<{prefix}:{name}>{inside}</{prefix}:{name}>")
    component = draw(st.sampled_from(["HardwarePlatform", "SoftwarePlatform", "BrowserUA"]))
    text = (
        f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:{prefix}="{schema}"><rdf:Description rdf:ID="P"><{prefix}:component>'
        f'<rdf:Description rdf:ID="C"{"".join(attributes)}><rdf:type rdf:resource="{schema}{component}"/>\n'
        f"{' '.join(properties)}</rdf:Description></{prefix}:component></rdf:Description></rdf:RDF>"
    )
    return text.encode()


def digest(document: bytes) -> str:
    return resolve([read_profile(document, uri="http://a/", vocabularies=VOCABULARIES)]).digest


@given(profiles(), st.sampled_from(sorted(CHARSETS)))
def test_profiles_mean_the_same_after_wbxml(document: bytes, charset: int) -> None:
    assert digest(decode_uaprof(encode_uaprof(document, charset=charset))) == digest(document)


def outcome(data: bytes) -> Document | str:
    try:
        return decode_wbxml(data, TOKENS)
    except WbxmlError as error:
        return str(error)


def survives(data: bytes) -> None:
    with patch.object(decoding._Reader, "usual_attribute", return_value=None):
        definition = outcome(data)
    assert outcome(data) == definition
    try:
        document = decode_uaprof(data)
    except WbxmlError as error:
        assert "\n" not in str(error)  # noqa: PT017  either way is right
        return
    try:
        encoded = encode_uaprof(document)
    except CcppError:
        return  # well-formed XML, but no RDF
    assert decode_uaprof(encode_uaprof(decode_uaprof(encoded))) == decode_uaprof(encoded)


HEADER = bytes.fromhex("01016A")
BYTES = st.lists(
    st.sampled_from([b"\xc5", b"\x45", b"\x05", b"\x46", b"\0\x01", b"\x01", b"\x03a\0", b"\x83\0", b"\x02\x41", b"\x0b"]),
    max_size=20,
)


@given(
    st.one_of(
        st.binary(max_size=60),
        st.tuples(BYTES, st.binary(max_size=3)).map(lambda pair: HEADER + b"\x02a\0" + b"".join(pair[0]) + pair[1]),
    )
)
def test_any_bytes_give_a_document_or_an_error(data: bytes) -> None:
    survives(data)


@given(st.sampled_from(ENCODED), st.data())
def test_any_damage_gives_a_document_or_an_error(data: bytes, draw: st.DataObject) -> None:
    for _ in range(draw.draw(st.integers(1, 3))):
        start = draw.draw(st.integers(0, len(data)))
        end = draw.draw(st.integers(start, min(len(data), start + 6)))
        data = data[:start] + draw.draw(st.binary(max_size=4)) + data[end:]
    survives(data)


@given(st.text(max_size=60), st.sampled_from(["", "<rdf:RDF xmlns:rdf='" + RDF + "'>"]))
def test_any_text_is_encoded_or_refused(text: str, before: str) -> None:
    try:
        encode_uaprof((before + text).encode(errors="surrogatepass"))
    except CcppError as error:
        assert "\n" not in str(error)  # noqa: PT017  either way is right
