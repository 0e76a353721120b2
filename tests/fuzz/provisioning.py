"""What terminals are sent and what cards store: connectivity documents, pushes, short messages, media types, files of a card."""

from __future__ import annotations

import json

from ccpp.provisioning.bootstrap import read_media_type, write_media_type
from ccpp.provisioning.card.creating import creating
from ccpp.provisioning.card.image import read_image, write_image
from ccpp.provisioning.card.layout import Place, Storage, make_card, read_storage
from ccpp.provisioning.card.mexe import Domain, RootKey
from ccpp.provisioning.card.script import commands, read_script, write_script
from ccpp.provisioning.card.structures import (
    read_application,
    read_certificates,
    read_data_objects,
    read_objects,
    read_pins,
    write_data_object,
)
from ccpp.provisioning.connectivity.mapping import document_to_settings
from ccpp.provisioning.connectivity.rules import validate_connectivity
from ccpp.provisioning.connectivity.wbxml import decode_connectivity, encode_connectivity
from ccpp.provisioning.connectivity.xml import read_connectivity, write_connectivity
from ccpp.provisioning.push import decode_push, encode_push
from ccpp.provisioning.smpp import UNKNOWN, Pdu, decode_pdu, encode_pdu, split_units
from ccpp.provisioning.sms import decode_segment, encode_segment
from ccpp.provisioning.submission import ShortMessage, read_tpdu, submit_sm, write_submit
from ccpp.provisioning.user_agent.choosing import choose_proxies
from ccpp.provisioning.user_agent.merging import merge
from ccpp.provisioning.user_agent.supporting import Capabilities, support
from ccpp.provisioning.user_agent.understanding import understand

from .exchanges import WAP
from .target import SUITE, Target, tokens

_VECTORS = json.loads((SUITE / "bootstrap" / "vectors.json").read_text())["documents"]
_DOCUMENTS = [bytes.fromhex(case["wbxml_hex"]) for case in _VECTORS.values()]
_SEGMENTS = [bytes.fromhex(one) for case in _VECTORS.values() for one in case.get("sms_user_data_hex", [])]


def connectivity(data: bytes) -> None:
    """A document in WBXML: it can be written and reads the same, be judged, be understood by a terminal, and be settings."""
    document = decode_connectivity(data).document
    assert decode_connectivity(encode_connectivity(document)).document == document, "the document was not the same again"
    assert all(breach.message for breach in validate_connectivity(document))
    understood = understand(document).document
    assert understand(understood) == (understood, ()), "a terminal understood something else the second time"
    merged = merge([understood, understood]).document
    held = support(merged, Capabilities(frozenset({"GSM-GPRS"}))).document
    assert merge([merged, understood]).document == merged, "what is there already was added"
    assert support(held, Capabilities(frozenset({"GSM-GPRS"}))).document == held, "there was more to cut"
    choose_proxies(held, "http://home.example/a")
    document_to_settings(document)


def connectivity_xml(data: bytes) -> None:
    """A document in XML: it can be written and reads the same."""
    document = read_connectivity(data).document
    assert read_connectivity(write_connectivity(document)).document == document, "the document was not the same again"


def xml_documents() -> list[bytes]:
    return [json.loads((SUITE / "connectivity" / "vectors.json").read_text())["xml"].encode()]


def push(data: bytes) -> None:
    """A push: it can be written and reads the same."""
    read = decode_push(data)
    assert decode_push(encode_push(read)) == read, "the push was not the same again"


def segment(data: bytes) -> None:
    """The user data of a short message: it can be written, unless elements were passed over, and reads the same."""
    read = decode_segment(data)
    if len(data) + 9 <= 140:
        assert decode_segment(encode_segment(read)) == read, "the segment was not the same again"


def tpdu(data: bytes) -> None:
    """A short message as a modem takes it."""
    read = read_tpdu(data)
    if read.number.lstrip("+").isdecimal() and len(read.number) <= 15:
        assert read_tpdu(write_submit(read)) == read, "the message was not the same again"


def smpp(data: bytes) -> None:
    """Units of SMPP from a stream: each can be written and reads the same."""
    for unit in split_units(data)[0]:
        read = decode_pdu(unit)
        texts = "".join(value for value in read.fields.values() if isinstance(value, str))
        if read.command != UNKNOWN and read.sequence < 2**31 and texts.isascii() and len(unit) > 16:
            assert decode_pdu(encode_pdu(read)) == read, "the unit was not the same again"


def units() -> list[bytes]:
    submits = [encode_pdu(Pdu("submit_sm", 7, 0, submit_sm(ShortMessage("+155501000", one)))) for one in _SEGMENTS]
    return [*submits, encode_pdu(Pdu("bind_transceiver_resp", 1, 0, {"system_id": "a"}, ((0x0210, b"4"),)))]


def media_type(data: bytes) -> None:
    """The header of a bootstrap: it can be written and reads the same."""
    read = read_media_type(data.decode("latin-1"))
    assert read_media_type(write_media_type(read)) == read, "the media type was not the same again"


def card(data: bytes) -> None:
    """The image of a card: it can be written and reads the same, what it stores can be read, and made and written by a script."""
    image = read_image(data)
    assert read_image(write_image(image)) == image, "the image was not the same again"
    read_script(write_script((*creating(image, "usim"), *commands(image, "usim"))))
    read_storage(image)


def cards() -> list[bytes]:
    storage = Storage({Place.BOOTSTRAP: _DOCUMENTS[0]}, (RootKey(Domain.THIRD_PARTY, b"key", b"id"),), (b"certificate",))
    return [write_image(make_card(storage, "usim", size=150))]


def structures(data: bytes) -> None:
    """Each structure of PKCS#15, in the first of which the bytes are one."""
    for read in (read_application, read_objects, read_data_objects, read_pins, read_certificates):
        read(data)
    assert b"".join(map(write_data_object, read_data_objects(data))) or not data or data[0] in {0x00, 0xFF}


def entries() -> list[bytes]:
    file = make_card(Storage({})).files[1]
    return [one.content for one in getattr(file, "files", ())]


TARGETS = (
    Target("connectivity", connectivity, lambda: _DOCUMENTS, WAP, 300),
    Target("connectivity-xml", connectivity_xml, xml_documents, tokens("xml"), 200),
    Target("push", push, lambda: [bytes.fromhex(case["wsp_push_userpin_hex"]) for case in _VECTORS.values()], WAP, 1_000),
    Target("segment", segment, lambda: _SEGMENTS, WAP, 1_000),
    Target("tpdu", tpdu, lambda: [write_submit(ShortMessage("+155501000", one)) for one in _SEGMENTS], WAP, 1_000),
    Target("smpp", smpp, units, WAP, 1_000),
    Target("media-type", media_type, lambda: [b"a/b; SEC=1; MAC=00", b"a/b;sec=3"], tokens("fields"), 1_000),
    Target("card", card, cards, tokens("json"), 200),
    Target("structures", structures, entries, (b"\x30\x00", b"\xa1\x80", b"\x06\x01", b"\x04\x01", b"\x30\x80", b"\xff"), 300),
)
