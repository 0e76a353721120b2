"""WBXML: the tree that bytes stand for, the bytes of a tree, and what is refused, for a vocabulary made up for it and for UAProf's."""

from __future__ import annotations

import pytest
from conftest import ROOT

from ccpp.errors import CcppError, NotXml, ProfileError, ProfileTooLarge, VocabularyError
from ccpp.exchange.uaprof import UAPROF, decode_uaprof, encode_uaprof, uaprof_tokens
from ccpp.reading import MAX_DOCUMENT as MAX_XML
from ccpp.wbxml.charsets import CHARSETS
from ccpp.wbxml.decoding import decode_wbxml, read_wbxml
from ccpp.wbxml.document import MAX_DEPTH, MAX_DOCUMENT, Document, Element, Instruction, WbxmlError
from ccpp.wbxml.encoding import Strings, Values, encode_wbxml
from ccpp.wbxml.integers import decode_uint, encode_uint
from ccpp.wbxml.tokens import read_token_table

TOKENS = read_token_table(
    """kind,page,token,name,value,use
tag,0,05,a,,
tag,0,06,b,,
tag,1,05,c,,
tag,1,06,b,,
tag,1,07,old,,decode
attribute,0,05,id,,
attribute,0,06,href,http://,
attribute,0,07,href,,
attribute,1,05,title,,
attribute,1,06,id,,
value,0,85,,example,
value,1,85,,.com/,
value,1,86,,old,decode
"""
)

#: Bytes after the header `03 01 6A`, and the document; where `only` is `decode` the encoder writes other bytes.
PAIRS = [
    ("00 05", Document(Element("a"))),
    ("00 45 01", Document(Element("a")), "decode"),
    ("00 45 03 78 00 01", Document(Element("a", (), ("x",)))),
    ("00 45 06 46 03 78 00 01 01", Document(Element("a", (), (Element("b"), Element("b", (), ("x",)))))),
    ("00 45 00 01 05 06 00 00 05 01", Document(Element("a", (), (Element("c"), Element("b"), Element("a"))))),
    ("00 45 00 01 07 01", Document(Element("a", (), (Element("old"),))), "decode"),
    ("02 78 00 44 00 03 79 00 01", Document(Element("x", (), ("y",)))),
    ("02 78 00 04 00", Document(Element("x"))),
    ("04 78 00 79 00 84 00 04 02 03 7A 00 01", Document(Element("x", (("y", "z"),)))),
    ("04 78 00 79 00 C4 00 04 02 03 7A 00 01 03 7A 00 01", Document(Element("x", (("y", "z"),), ("z",)))),
    ("00 85 05 03 31 00 01", Document(Element("a", (("id", "1"),)))),
    ("00 85 05 03 00 01", Document(Element("a", (("id", ""),)))),
    ("00 85 05 01", Document(Element("a", (("id", ""),))), "decode"),
    ("00 85 06 85 01", Document(Element("a", (("href", "http://example"),)))),
    ("00 85 06 01", Document(Element("a", (("href", "http://"),)))),
    ("00 85 07 03 66 00 01", Document(Element("a", (("href", "f"),)))),
    ("00 85 00 01 05 03 74 00 06 03 31 00 01", Document(Element("a", (("title", "t"), ("id", "1"))))),
    ("00 85 06 85 00 01 85 03 78 00 01", Document(Element("a", (("href", "http://example.com/x"),))), "parts"),
    ("00 85 05 03 78 00 03 79 00 02 7A C3 01 61 01", Document(Element("a", (("id", "xyza"),))), "decode"),
    ("00 45 03 78 00 02 81 20 03 79 00 01", Document(Element("a", (), ("x\xa0y",))), "decode"),
    ("03 78 79 00 45 83 00 83 01 01", Document(Element("a", (), ("xyy",))), "decode"),
    ("00 45 C3 02 01 00 01", Document(Element("a", (), (b"\x01\0",)))),
    ("00 45 43 05 03 64 00 01 01", Document(Element("a", (), (Instruction("id", "d"),)))),
    (
        "00 43 05 03 64 00 01 05 43 05 03 65 00 01",
        Document(Element("a"), prolog=(Instruction("id", "d"),), epilog=(Instruction("id", "e"),)),
    ),
]
HEADER = bytes.fromhex("03016A")


@pytest.mark.parametrize("pair", PAIRS, ids=[pair[0] for pair in PAIRS])
def test_pair(pair: tuple[str, Document] | tuple[str, Document, str]) -> None:
    data, document = HEADER + bytes.fromhex(pair[0]), pair[1]
    assert decode_wbxml(data, TOKENS) == document
    assert read_wbxml(data + b"\xff\xff", TOKENS) == (document, len(data))
    values = Values.PARTS if pair[2:] == ("parts",) else Values.WHOLE
    if pair[2:] != ("decode",):
        assert encode_wbxml(document, TOKENS, values=values).hex(" ") == data.hex(" ")
    for strings in Strings:
        assert decode_wbxml(encode_wbxml(document, TOKENS, strings=strings, values=values), TOKENS) == document
    for end in range(0 if document.epilog else len(data)):
        with pytest.raises(WbxmlError):
            decode_wbxml(data[:end], TOKENS)


def test_shared_strings_stand_once() -> None:
    document = Document(Element("a", (("id", "same"),), (Element("b", (), ("same",)), Element("a", (), ("same",)))))
    assert encode_wbxml(document, TOKENS, strings=Strings.SHARED).count(b"same") == 1
    assert encode_wbxml(document, TOKENS).count(b"same") == 3


@pytest.mark.parametrize("charset", CHARSETS)
def test_every_charset_holds_every_character(charset: int) -> None:
    document = Document(Element("a", (("id", "é\0€"),), ("a\ufeff€\U0001f4f1b\0",)), charset=charset)
    for strings in Strings:
        assert decode_wbxml(encode_wbxml(document, TOKENS, strings=strings), TOKENS) == document


def test_utf_16_may_bring_its_mark() -> None:
    for text in ("\ufeffhé".encode("utf-16-be"), "\ufeffhé".encode("utf-16-le")):
        data = bytes.fromhex("0301") + encode_uint(1015) + b"\0\x45\x03" + text + b"\0\0\x01"
        assert decode_wbxml(data, TOKENS).root.content == ("hé",)


def test_headers_of_all_versions() -> None:
    assert decode_wbxml(bytes.fromhex("00 01 00 05"), TOKENS) == Document(Element("a"), version=0)
    assert decode_wbxml(bytes.fromhex("01 05 04 00 05"), TOKENS) == Document(Element("a"), version=1, public_id=5, charset=4)
    named = Document(Element("a"), public_id="-//X//DTD Y//EN")
    assert encode_wbxml(named, TOKENS).startswith(bytes.fromhex("03 00 00 6A 10 2D"))
    assert decode_wbxml(encode_wbxml(named, TOKENS), TOKENS) == named
    assert encode_wbxml(Document(Element("a"), version=0), TOKENS) == bytes.fromhex("00 01 00 05")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "ends too early"),
        ("04 01 6A 00 05", "version byte 0x04"),
        ("03 01 02 00 05", "unknown charset, MIBenum 2"),
        ("03 01 6A 05 05", "5 bytes announced, 1 left"),
        ("03 01 6A 00 3F", "unknown tag token 0x3f on code page 0"),
        ("03 01 6A 00 85 7F 01", "unknown attribute token 0x7f on code page 0"),
        ("03 01 6A 00 85 05 99 01", "unknown value token 0x99 on code page 0"),
        ("03 01 6A 00 85 85 01", "unknown attribute token 0x85"),
        ("03 01 6A 00 44 00 01", "no string 0 in the string table of 0 bytes"),
        ("03 01 6A 01 78 44 00 01", "no string 0"),
        ("03 01 6A 00 45 03 78", "a string without end"),
        ("03 01 6A 00 45 03 FF 00 01", "not UTF-8"),
        ("03 01 6A 00 45 02 83 B0 00 01", "code 0xd800, which is no character"),
        ("03 01 6A 00 45 02 C4 80 00 01", "code 0x110000, which is no character"),
        ("03 01 6A 00 45 C0 01", "extension token 0xc0"),
        ("03 01 6A 00 85 05 80 00 01", "extension token 0x80"),
        ("03 01 6A 00 43 05 03 78 00 06 01 05", "more than one value"),
        ("03 01 6A 00 05 05", "1 bytes after the end"),
        ("03 8F FF FF FF FF 6A 00 05", "more than 32 bits"),
        ("03 90 80 80 80 00 6A 00 05", "more than 32 bits"),
        ("03 01 6A 00 01", "unknown tag token 0x01"),
    ],
)
def test_refused(data: str, message: str) -> None:
    with pytest.raises(WbxmlError, match=message):
        decode_wbxml(bytes.fromhex(data), TOKENS)


def test_bounds() -> None:
    deep = HEADER + b"\0" + b"\x45" * (MAX_DEPTH + 1)
    with pytest.raises(WbxmlError, match="levels of elements"):
        decode_wbxml(deep, TOKENS)
    bomb = HEADER + encode_uint(60_001) + b"x" * 60_000 + b"\0" + b"\x45" + b"\x83\0" * 100_000 + b"\x01"
    with pytest.raises(WbxmlError, match="once expanded"):
        decode_wbxml(bomb, TOKENS)
    with pytest.raises(WbxmlError, match="once expanded"):
        decode_wbxml(HEADER + b"\0\x45" + b"\x05" * 200_000 + b"\x01", TOKENS)
    with pytest.raises(WbxmlError, match="more than"):
        decode_wbxml(bytes(MAX_DOCUMENT + 1), TOKENS)
    tree = Element("a")
    for _ in range(MAX_DEPTH):
        tree = Element("a", (), (tree,))
    with pytest.raises(WbxmlError, match="levels of elements"):
        encode_wbxml(Document(tree), TOKENS)


def test_the_encoder_refuses_what_no_document_holds() -> None:
    with pytest.raises(WbxmlError, match="half a surrogate pair"):
        encode_wbxml(Document(Element("a", (), ("\ud800",))), TOKENS)
    with pytest.raises(WbxmlError, match="unknown charset"):
        encode_wbxml(Document(Element("a"), charset=2), TOKENS)
    with pytest.raises(WbxmlError, match="cannot stand in a string table"):
        encode_wbxml(Document(Element("é"), charset=3), TOKENS)


@pytest.mark.parametrize("value", [0, 1, 127, 128, 16_383, 16_384, 2**32 - 1])
def test_integers(value: int) -> None:
    assert decode_uint(b"\xff" + encode_uint(value) + b"\xff", 1) == (value, 1 + len(encode_uint(value)))


@pytest.mark.parametrize(
    "row",
    ["tag,0,05,again,,", "tag,0,45,x,,", "value,0,05,,x,", "attribute,0,zz,x,,", "tag,x,06,x,,", "other,0,06,x,,", "tag"],
)
def test_a_token_table_that_contradicts_itself_is_refused(row: str) -> None:
    table = f"kind,page,token,name,value,use\ntag,0,05,a,,\n{row}\n"
    with pytest.raises(VocabularyError, match=r"table\.csv:3: "):
        read_token_table(table, source="table.csv")
    with pytest.raises(VocabularyError, match="without its columns"):
        read_token_table("kind,page\n")


# UAProf.


def test_uaprof_has_the_tokens_of_the_standard() -> None:
    tokens = uaprof_tokens()
    assert len(tokens.tags) + len(tokens.attributes) + len(tokens.values) == (
        len((ROOT / "vocabularies" / "wbxml" / "uaprof.csv").read_text().splitlines()) - 1
    )
    assert tokens.tags[1, 0x18] == "prf:ScreenSize"  # type: ignore[index]
    assert tokens.attributes[1, 0x11] == ("prf:ColorCapable", "Yes")  # type: ignore[index]


RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SMALL = (
    f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:prf="{UAPROF}"><rdf:Description><prf:component><rdf:Description>'
    f'<rdf:type rdf:resource="{UAPROF}HardwarePlatform"/><prf:ScreenSize>96x65</prf:ScreenSize>'
    f"</rdf:Description></prf:component></rdf:Description></rdf:RDF>"
)


def test_uaprof_as_written() -> None:
    """Version 1.1, no public identifier, UTF-8; one byte for each name; page 1 of both spaces once."""
    encoded = encode_uaprof(SMALL.encode())
    assert encoded.startswith(bytes.fromhex("01 01 6A 00 C5"))
    assert b"\x10\x87\x03w3\0\x8e\x031999/02/22-rdf-syntax-ns#\0\x0f\x87\x03wapforum\0\x8e\x03profiles/" in encoded
    assert encoded.endswith(b"\x46\0\x01\x4c\x46\x8b\0\x01\x06\x01\x58\x0396x65\0\x01\x01\x01\x01\x01")
    assert decode_uaprof(encoded).decode().splitlines()[1] == SMALL


def test_other_namespaces_go_as_literals_under_their_own_prefix() -> None:
    other = "http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20021212#"
    document = f'<r:RDF xmlns:r="{RDF}" xmlns:prf="{other}" xmlns="urn:x"><r:Description><prf:CPU>a</prf:CPU><y/></r:Description></r:RDF>'
    decoded = decode_uaprof(encode_uaprof(document.encode())).decode()
    assert f'xmlns:n1="{other}" xmlns:n2="urn:x"' in decoded
    assert "<rdf:Description><n1:CPU>a</n1:CPU><n2:y/></rdf:Description>" in decoded


def test_tokens_and_literals_of_one_spelling_are_the_same() -> None:
    tree = Document(Element("rdf:RDF", (), (Element("rdf:Description", (("prf:CPU", "a"),)),)))
    literal = encode_wbxml(tree, read_token_table("kind,page,token,name,value,use\n"))
    assert decode_uaprof(literal) == decode_uaprof(encode_wbxml(tree, uaprof_tokens()))


@pytest.mark.parametrize(
    ("document", "error"),
    [
        (b"", NotXml),
        (SMALL.encode()[:-1], NotXml),
        (b"<html/>", ProfileError),
        (b'<!DOCTYPE a SYSTEM "x"><r:RDF xmlns:r="' + RDF.encode() + b'">&b;</r:RDF>', NotXml),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "x">]><r:RDF xmlns:r="' + RDF.encode() + b'">&b;</r:RDF>', ProfileError),
        (b" " * (MAX_XML + 1), ProfileTooLarge),
        (b"<a>" * 100, ProfileError),
        (b'<?xml version="1.0" encoding="shift_jis"?>' + SMALL.encode(), NotXml),
        (b'<?xml version="1.0" encoding="' + b"x" * 200 + b'"?>' + SMALL.encode(), NotXml),
    ],
)
def test_what_is_no_profile_is_not_encoded(document: bytes, error: type[CcppError]) -> None:
    with pytest.raises(error):
        encode_uaprof(document)


@pytest.mark.parametrize(
    ("root", "message"),
    [
        (Element("a b"), "is no XML name"),
        (Element("a", (("<", ""),)), "is no XML name"),
        (Element("a", (("b", ""), ("b", ""))), "not well-formed: duplicate attribute"),
        (Element("x:a"), "not well-formed: unbound prefix"),
        (Element("a", (), ("\x01",)), "holds 0x1, which is no character of XML"),
        (Element("a", (), (b"\x01",)), "opaque data in `a`"),
    ],
)
def test_what_is_no_xml_is_not_decoded(root: Element, message: str) -> None:
    with pytest.raises(WbxmlError, match=message):
        decode_uaprof(encode_wbxml(Document(root), uaprof_tokens()))


def test_white_space_survives_where_it_says_something() -> None:
    literal = f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:e="urn:e#"> <rdf:Description>\n <e:a rdf:parseType="Literal"> <b/> </e:a><e:c>\t\r\n&#13;"</e:c></rdf:Description></rdf:RDF>'
    decoded = decode_uaprof(encode_uaprof(literal.encode())).decode()
    assert '<rdf:Description><e:a rdf:parseType="Literal"> <b/> </e:a><e:c>\t\n&#13;"</e:c></rdf:Description>' in decoded


def test_long_text_and_instructions() -> None:
    """expat gives long text in pieces; processing instructions are no part of a profile."""
    long = "0123456789\n" * 2_000
    document = (
        f'<?a b?><rdf:RDF xmlns:rdf="{RDF}"><rdf:Description><x:y xmlns:x="urn:x">{long}</x:y></rdf:Description></rdf:RDF>'
    )
    assert long in decode_uaprof(encode_uaprof(document.encode())).decode()
    tree = Document(Element("rdf:RDF", (), (Instruction("a", "b"),)), prolog=(Instruction("a", "b"),))
    assert b"<?a" not in decode_uaprof(encode_wbxml(tree, uaprof_tokens()))


def test_hostile_documents_take_no_time() -> None:
    """Each of these took minutes if any step of it were quadratic; pytest itself would be the one to hang."""
    namespaces = "".join(f'<a{number} xmlns="urn:{number}"/>' for number in range(10_000))
    document = f'<rdf:RDF xmlns:rdf="{RDF}"><rdf:Description>{namespaces}</rdf:Description></rdf:RDF>'
    assert decode_uaprof(encode_uaprof(document.encode())).count(b"xmlns:n") == 10_000
    pieces = HEADER + b"\0\x45" + b"\x02\x41" * 500_000 + b"\x01"
    assert len(decode_wbxml(pieces, TOKENS).root.content) == 1
