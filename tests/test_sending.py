"""`ccpp document mac` and `sms` as a user runs them; no secret is ever printed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from conftest import SUITE

from ccpp.commands.document import document as group
from ccpp.errors import CcppError

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

VECTORS = json.loads((SUITE / "bootstrap" / "vectors.json").read_text())
IMSI = VECTORS["subscriber"]
CASE = VECTORS["documents"]["full_page_return"]
DOCUMENT = bytes.fromhex(CASE["wbxml_hex"])
MACS = CASE["mac"]


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(group, arguments, env=environment)


@pytest.fixture
def file(tmp_path: Path) -> str:
    """The document as a card keeps it, with padding that the MAC leaves out."""
    path = tmp_path / "document.wbxml"
    path.write_bytes(DOCUMENT + b"\xff" * 9)
    return str(path)


def test_a_mac_by_option_file_and_environment(file: str, tmp_path: Path) -> None:
    pin = tmp_path / "pin"
    pin.write_text("1234\n")
    expected = f"application/vnd.wap.connectivity-wbxml; SEC=2; MAC={MACS['USERNETWPIN']}\n"
    assert run("mac", file, "--method", "USERNETWPIN", "--pin", "1234", "--imsi", IMSI).stdout == expected
    assert run("mac", file, "--method", "USERNETWPIN", "--pin-file", str(pin), CCPP_IMSI=IMSI).stdout == expected
    secret = VECTORS["imsi"][IMSI]
    assert run("mac", file, "--method", "USERNETWPIN", CCPP_PIN="1234", CCPP_NETWORK_SECRET=secret).stdout == expected
    shown = json.loads(run("mac", file, "--method", "USERPIN", "--pin", "1234", "--format", "json").stdout)
    assert (shown["method"], shown["mac"], shown["userPin"]) == ("USERPIN", MACS["USERPIN"], None)
    told = run("mac", file, "--method", "USERPINMAC", "--nonce", VECTORS["nonce"]).stdout
    assert told.splitlines() == [
        "application/vnd.wap.connectivity-wbxml; SEC=3",
        f"tell the user: {MACS['USERPINMAC_pin']}",
    ]


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        (("--verify", MACS["USERPIN"], "--method", "USERPIN", "--pin", "1234"), 0),
        (("--verify", f"a/b; SEC=1; MAC={MACS['USERPIN'].lower()}", "--pin", "1234"), 0),
        (("--verify", "a/b; SEC=3", "--pin", MACS["USERPINMAC_pin"]), 0),
        (("--verify", f"a/b; SEC=0; MAC={MACS['NETWPIN']}", "--imsi", IMSI), 0),
        (("--verify", f"a/b; SEC=1; MAC={MACS['NETWPIN']}", "--pin", "1234"), 1),
        (("--verify", "a/b; SEC=3", "--pin", MACS["USERPINMAC_pin"][:-1] + "0"), 1),
    ],
)
def test_a_mac_is_checked(file: str, arguments: tuple[str, ...], exit_code: int) -> None:
    assert run("mac", file, *arguments).exit_code == exit_code
    assert json.loads(run("mac", file, *arguments, "--format", "json").stdout)["authentic"] is (exit_code == 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no method"),
        (("--method", "USERPIN"), "needs the PIN"),
        (("--method", "USERPIN", "--pin", "hunter2"), "decimal digits"),
        (("--method", "NETWPIN", "--imsi", "hunter2"), "decimal digits"),
        (("--method", "NETWPIN", "--network-secret", "hunter2"), "hexadecimal"),
        (("--method", "NETWPIN", "--network-secret", "00", "--imsi", IMSI), "both an IMSI"),
        (("--method", "USERPIN", "--pin", "1", "--pin-file", "hunter2"), "both `--pin`"),
        (("--method", "USERPIN", "--pin", "1", "--nonce", "12345"), "no nonce"),
        (("--verify", "00"), "without a method"),
        (("--verify", "a/b"), "has no SEC"),
    ],
)
def test_secrets_that_cannot_be_used_are_not_repeated(file: str, arguments: tuple[str, ...], message: str) -> None:
    error = run("mac", file, *arguments).exception
    assert isinstance(error, CcppError)
    assert message in str(error)
    assert "hunter2" not in str(error)


@pytest.mark.parametrize("shape", ["hex", "pdu", "smpp"])
def test_short_messages_out_of_order_and_back(file: str, tmp_path: Path, shape: str) -> None:
    sent, back = tmp_path / "sent", tmp_path / "back.wbxml"
    method = ("--method", "USERNETWPIN", "--imsi", IMSI, "--pin", "1234")
    assert run("sms", file, "--as", shape, "--to", "+155501000", *method, "--output", str(sent)).exit_code == 0
    messages = json.loads(sent.read_text()) if shape == "smpp" else sent.read_text().split()
    assert len(messages) == 5
    shuffled = [*messages[::-1], messages[2]]
    sent.write_text(json.dumps(shuffled) if shape == "smpp" else "\n".join(shuffled))
    joined = ("sms", "--join", str(sent), "--as", shape, "--imsi", IMSI)
    assert run(*joined, "--pin", "1234", "--output", str(back)).exit_code == 0
    assert back.read_bytes() == DOCUMENT
    shown = json.loads(run(*joined, "--pin", "1234", "--format", "json").stdout)
    assert (shown["authentic"], shown["missing"], shown["repeated"]) == (True, [], [3])
    assert run(*joined, "--pin", "4321").exit_code == 1
    sent.write_text(json.dumps(messages[1:]) if shape == "smpp" else "\n".join(messages[1:]))
    missing = run(*joined, "--format", "json")
    assert (missing.exit_code, json.loads(missing.stdout)) == (1, {"missing": [1], "repeated": []})
    assert run(*joined).stdout == "missing: 1\n"


def test_a_document_in_xml_is_sent_and_shown(tmp_path: Path) -> None:
    xml, sent = tmp_path / "a.xml", tmp_path / "sent"
    xml.write_text(json.loads((SUITE / "connectivity" / "vectors.json").read_text())["xml"])
    told = run("sms", str(xml), "--method", "USERPINMAC", "--output", str(sent))
    assert told.stderr.startswith("tell the user: ")
    pin = told.stderr.split()[-1]
    shown = run("sms", "--join", str(sent), "--pin", pin)
    assert "wap-provisioningdoc" in shown.stdout
    assert shown.stderr == "application/vnd.wap.connectivity-wbxml; SEC=3 (authentic)\n"
    listed = json.loads(run("sms", str(xml), "--format", "json").stdout)
    assert (listed["as"], listed["userPin"], len(listed["messages"])) == ("hex", None, 5)


@pytest.mark.parametrize(
    ("arguments", "content", "message"),
    [
        (("--as", "pdu"), DOCUMENT, "needs a number"),
        (("--join",), b"xyz", "not in hexadecimal"),
        (("--join",), b"", "no segment"),
        (("--join", "--as", "smpp"), b"[", "no JSON"),
        (("--join", "--as", "smpp"), b"[1]", "names with values"),
        (("--join", "--as", "pdu"), b"0041", "ends early"),
    ],
)
def test_what_cannot_be_sent_or_joined(tmp_path: Path, arguments: tuple[str, ...], content: bytes, message: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    error = run("sms", str(file), *arguments).exception
    assert isinstance(error, CcppError)
    assert message in str(error)


def test_what_a_terminal_makes_of_messages(file: str, tmp_path: Path) -> None:
    sent, card = tmp_path / "sent", tmp_path / "card.json"
    secrets = ("--imsi", IMSI, "--pin", "1234")
    assert run("sms", file, "--method", "USERNETWPIN", *secrets, "--output", str(sent)).exit_code == 0
    shown = run("simulate", str(sent), *secrets, "--request", "http://home.example/")
    assert shown.exit_code == 0
    lines = shown.stdout.splitlines()
    assert lines[:4] == [f"info waiting: {number} of 5 short messages have come" for number in range(1, 5)]
    assert "info accepted: the document makes the privileged context" in lines
    assert "  /NAPDEF[gprs1] NAP-ADDRESS=wap.example" in lines
    assert lines[-1] == "  http://home.example/: wap.example.net"
    refused = run("simulate", str(sent), "--imsi", IMSI, "--pin", "4321", "--format", "json")
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["remarks"][-1]["code"] == "not-authentic"
    assert run("card", file, "--output", str(card)).exit_code == 0
    held = json.loads(run("simulate", "--card", str(card), "--bearer", "GSM-CSD", "--format", "json").stdout)["contexts"]
    assert [remark["code"] for remark in held[0]["remarks"]] == ["bearer"]
    assert isinstance(run("simulate", "--card", file).exception, CcppError)
