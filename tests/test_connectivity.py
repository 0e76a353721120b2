"""The connectivity document: the shared vectors byte for byte, tolerant reading, the rules, the difference, the commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ccpp.commands.document import document as group
from ccpp.errors import CcppError
from ccpp.provisioning.connectivity.difference import compare_connectivity
from ccpp.provisioning.connectivity.document import NOTES, Characteristic, ConnectivityDocument, Parm
from ccpp.provisioning.connectivity.rules import RULES, validate_connectivity
from ccpp.provisioning.connectivity.usual import read_usual, write_usual
from ccpp.provisioning.connectivity.vocabulary import connectivity_tokens
from ccpp.provisioning.connectivity.wbxml import decode_connectivity, encode_connectivity
from ccpp.provisioning.connectivity.xml import read_connectivity, write_connectivity
from ccpp.wbxml.document import ITEM_SIZE, MAX_DEPTH, WbxmlError

SUITE = Path(__file__).parent / "suite" / "connectivity"
VECTORS = json.loads((SUITE / "vectors.json").read_text())
CASES = json.loads((SUITE / "cases.json").read_text())
SMALL = bytes.fromhex(VECTORS["documents"]["small"])
FULL = bytes.fromhex(VECTORS["documents"]["full_page_return"])


def test_encodes_the_vector_byte_for_byte() -> None:
    reading = read_connectivity(VECTORS["xml"].encode())
    assert reading.notes == ()
    assert encode_connectivity(reading.document) == FULL


def test_the_usual_form_is_recognised() -> None:
    """What is typical takes the short way in both directions, up to the bounds of the codec; the laws see to what comes out of it."""
    document = read_connectivity(VECTORS["xml"].encode()).document
    assert write_usual(document) == FULL
    assert read_usual(FULL) == document
    assert max(map(len, connectivity_tokens().written[0].values)) <= 3 * ITEM_SIZE


def test_depth_is_bounded_in_the_usual_form() -> None:
    deep = Characteristic("ACCESS", (Parm("NAME", "x"),))
    for _ in range(MAX_DEPTH - 3):
        deep = Characteristic("ACCESS", (), (deep,))
    data = encode_connectivity(ConnectivityDocument((deep,)))
    assert decode_connectivity(data).document == ConnectivityDocument((deep,))
    deeper = ConnectivityDocument((Characteristic("ACCESS", (), (deep,)),))
    with pytest.raises(WbxmlError, match="levels of elements"):
        encode_connectivity(deeper)
    with pytest.raises(WbxmlError, match="levels of elements at byte"):
        decode_connectivity(data[:5] + data[5:8] + data[5:] + b"\x01")


@pytest.mark.parametrize("name", VECTORS["documents"])
def test_decodes_each_vector(name: str) -> None:
    reading = decode_connectivity(bytes.fromhex(VECTORS["documents"][name]))
    assert reading.notes == ()
    if name != "small":
        assert reading.document == read_connectivity(VECTORS["xml"].encode()).document
    assert read_connectivity(write_connectivity(reading.document)) == reading


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["description"])
def test_notes_and_rules(case: dict[str, object]) -> None:
    reading = read_connectivity(f"<wap-provisioningdoc>{case['xml']}</wap-provisioningdoc>".encode())
    assert [note.code for note in reading.notes] == case.get("notes", [])
    found = validate_connectivity(reading.document)
    assert [breach.code for breach in found] == case.get("rules", [])
    assert all(note.message and note.severity for note in reading.notes)
    assert all(breach.message and breach.severity for breach in found)


def test_each_rule_and_note_has_a_case() -> None:
    assert {code for case in CASES for code in case.get("rules", [])} == set(RULES)
    assert {code for case in CASES for code in case.get("notes", [])} == set(NOTES) - {"padding", "other-identifier"}


@pytest.mark.parametrize("code", RULES)
def test_each_rule_is_in_the_manual(code: str) -> None:
    assert f"`{code}`" in (Path(__file__).parent.parent / "README.md").read_text()


def test_padding_and_other_identifiers_are_noted() -> None:
    assert [note.code for note in decode_connectivity(SMALL + b"\xff" * 9).notes] == ["padding"]
    assert [note.code for note in decode_connectivity(b"\x03\x05" + SMALL[2:]).notes] == ["other-identifier"]
    with pytest.raises(CcppError, match="after the end of the document at byte 51"):
        decode_connectivity(SMALL + b"x")


def test_every_truncation_is_one_error_with_its_offset() -> None:
    for end in range(len(FULL)):
        with pytest.raises(CcppError, match="at byte"):
            decode_connectivity(FULL[:end])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<wap/>", "the root is `wap`"),
        ('<wap-provisioningdoc version="2.0"/>', "version `2.0`"),
        ("<wap-provisioningdoc>", "at byte"),
        ("", "at byte"),
        ('<!DOCTYPE w [<!ENTITY a "b">]><wap-provisioningdoc/>', "declaration of an entity at byte"),
        ("<wap-provisioningdoc>" + "<a>" * 70, "more than 64 levels"),
        ('<?xml version="1.0" encoding="none"?><wap-provisioningdoc/>', "unknown encoding"),
    ],
)
def test_what_is_no_document_is_one_error(text: str, message: str) -> None:
    with pytest.raises(CcppError, match=message):
        read_connectivity(text.encode())


def test_difference_shows_no_secret() -> None:
    before = read_connectivity(VECTORS["xml"].encode()).document
    after = read_connectivity(VECTORS["xml"].replace('AUTHSECRET" value="', 'AUTHSECRET" value="hunter2').encode()).document
    changes = compare_connectivity(before, after)
    assert [(change.sign, change.text) for change in changes] == [("-", "AUTHSECRET="), ("+", "AUTHSECRET=…")]
    assert compare_connectivity(before, before) == []
    assert "hunter2" not in repr(after)
    assert repr(Parm("AUTHSECRET", "hunter2")) == "Parm('AUTHSECRET', '…')"


def test_tokens_are_those_of_the_two_versions() -> None:
    tokens = connectivity_tokens()
    assert (len(tokens.tags), len(tokens.attributes), len(tokens.values)) == (5, 110, 67)


def test_commands(tmp_path: Path) -> None:
    xml, wbxml = tmp_path / "a.xml", tmp_path / "a.wbxml"
    xml.write_text(VECTORS["xml"])
    run = CliRunner().invoke
    assert run(group, ["encode", str(xml), "--output", str(wbxml)]).exit_code == 0
    assert wbxml.read_bytes() == FULL
    assert json.loads(run(group, ["encode", str(xml), "--format", "json"]).stdout)["length"] == len(FULL)
    assert run(group, ["decode", str(wbxml)]).stdout.startswith("<?xml")
    assert run(group, ["validate", str(wbxml)]).exit_code == 0
    assert run(group, ["diff", str(xml), str(wbxml)]).exit_code == 0
    other = tmp_path / "b.wbxml"
    other.write_bytes(SMALL)
    assert "NAPDEF" in run(group, ["diff", str(xml), str(other)]).stdout
    assert json.loads(run(group, ["diff", str(xml), str(other), "--format", "json"]).stdout)
    xml.write_text(VECTORS["xml"].replace('value="gprs1"', 'value="nowhere"', 1))
    bad = run(group, ["validate", str(xml), "--format", "json"])
    assert bad.exit_code == 1
    assert "access-point" in bad.stdout
    assert isinstance(run(group, ["encode", str(tmp_path / "none")]).exception, CcppError)
