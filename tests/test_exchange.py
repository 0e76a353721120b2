"""Profile exchange, case by case: what requests say, how they are written, and how they are answered."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from conftest import SUITE

from ccpp.errors import NotXml
from ccpp.exchange.answering import WARNINGS, Outcome, ProfileWarning, plain_method, read_warnings, refusal, response_headers
from ccpp.exchange.decoding import read_exchange
from ccpp.exchange.digest import diff_digest
from ccpp.exchange.encoding import mandatory_method, references_of, request_headers
from ccpp.exchange.head import read_head, write_head
from ccpp.exchange.model import (
    MAX_FIELDS,
    MAX_REFERENCES,
    MAX_SIZE,
    STRENGTHS,
    Declaration,
    Diff,
    Digests,
    ExchangeError,
    Protocol,
)
from ccpp.exchange.uaprof import decode_uaprof, encode_uaprof
from ccpp.exchange.wsp import (
    Session,
    WspOther,
    WspProfile,
    WspProfileDiff,
    decode_wsp,
    encode_wsp,
    gateway_references,
    open_session,
    request_in_session,
)
from ccpp.reading import read_profile
from ccpp.resolution import resolve
from ccpp.samples import devices, sample
from ccpp.wbxml.document import WbxmlError

if TYPE_CHECKING:
    from pathlib import Path

    from ccpp.exchange.model import Field, Reference
    from ccpp.exchange.wsp import WspHeader
    from ccpp.vocabulary import Vocabularies

CASES = json.loads((SUITE / "exchange.json").read_text())
URI = "http://profiles.example/device.rdf"


def cases(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", CASES[kind], ids=[case.get("description", "") for case in CASES[kind]])


def fields(case: dict[str, Any]) -> list[Field]:
    return [(name, value) for name, value in case["headers"]]


def plain(reference: Reference) -> str | dict[str, Any]:
    if isinstance(reference, str):
        return reference
    return {"diff": reference.number, "document": reference.document.decode(), "verified": reference.verified}


# Requests.


@cases("requests")
def test_request(case: dict[str, Any]) -> None:
    exchange = read_exchange(fields(case), digests=Digests(case.get("digests", "checked")))
    assert exchange.protocol == case["protocol"]
    assert [plain(reference) for reference in exchange.references] == case["references"]
    assert [finding.code for finding in exchange.diagnostics] == case["findings"]
    assert all(finding.message for finding in exchange.diagnostics)
    assert exchange.mandatory == case.get("mandatory", exchange.mandatory)
    assert list(exchange.unmet) == case.get("unmet", [])
    assert list(exchange.consulted) == case.get("vary", list(exchange.consulted))


@pytest.mark.parametrize("case", CASES["digests"])
def test_digest(case: dict[str, str]) -> None:
    assert diff_digest(case["text"].encode()) == case["digest"]


def test_a_value_decoded_as_utf_8_is_read_as_well() -> None:
    document = "<d>€</d>"
    headers = [("x-wap-profile", f'"1-{diff_digest(document.encode())}"'), ("x-wap-profile-diff", f"1;{document}")]
    assert read_exchange(headers).references == (Diff(1, document.encode()),)


@pytest.mark.parametrize(
    "headers",
    [
        [("a", "b")] * (MAX_FIELDS + 1),
        [("a", "b" * MAX_SIZE)],
        [("x-wap-profile", '"http://a/", ' * (MAX_REFERENCES + 1))],
        [("x-wap-profile", '"http://a/"')] * (MAX_REFERENCES + 1),
        [("x-wap-profile", '"",' * (MAX_REFERENCES + 1))],
    ],
)
def test_what_is_too_much_is_refused(headers: list[Field]) -> None:
    with pytest.raises(ExchangeError, match="more than"):
        read_exchange(headers)


@pytest.mark.parametrize(
    "value",
    [
        " " * MAX_SIZE,
        "," * MAX_SIZE,
        "a," * (MAX_SIZE // 2),
        '"' * MAX_SIZE,
        ";ns=" * (MAX_SIZE // 4),
        "1,2;" * (MAX_SIZE // 4),
    ],
)
@pytest.mark.parametrize("name", ["x-wap-profile", "x-wap-profile-diff", "Opt"])
def test_hostile_values_take_no_time(name: str, value: str) -> None:
    """Each of these took minutes if any step of it were quadratic; pytest itself would be the one to hang."""
    try:
        read_exchange([(name, value[: MAX_SIZE - 20])])
    except ExchangeError as error:
        assert "more than" in str(error)  # noqa: PT017  either way is right


# Writing requests.


def test_w_http_as_written() -> None:
    assert request_headers(references_of(URI, [b" <a/>\n"])) == (
        ("x-wap-profile", f'"{URI}", "1-{diff_digest(b"<a/>")}"'),
        ("x-wap-profile-diff", "1;<a/>"),
    )


def test_ccpp_exchange_as_written() -> None:
    assert request_headers(references_of(URI, [b"<a/>"]), Protocol.CCPP_EXCHANGE, Declaration(STRENGTHS["c-man"], "7")) == (
        ("Connection", "C-Man, 7-Profile, 7-Profile-Diff-1"),
        ("C-Man", '"http://www.w3.org/1999/06/24-CCPPexchange"; ns=7'),
        ("7-Profile", f'"{URI}", "1-{diff_digest(b"<a/>")}"'),
        ("7-Profile-Diff-1", "<a/>"),
    )


def test_a_mandatory_extension_changes_the_method() -> None:
    assert mandatory_method("GET", Declaration(STRENGTHS["man"])) == "M-GET"
    assert mandatory_method("GET", Declaration()) == "GET"
    assert plain_method("M-GET") == plain_method("GET") == "GET"


@pytest.mark.parametrize(
    ("references", "message"),
    [
        (["file:///a"], "is no absolute"),
        ([Diff(2, b"<a/>"), Diff(1, b"<a/>")], "diff 1 after diff 2"),
        ([Diff(0, b"<a/>")], "diff 0 after diff 0"),
        ([Diff(1, b"\xef\xbb\xbf<a/>")], "cannot stand in a header"),
        ([Diff(1, b"<a>\0</a>")], "cannot stand in a header"),
        ([Diff(1, b"<a>,2;<b/></a>")], "reads as the beginning of another"),
        ([URI] * (MAX_REFERENCES + 1), "more than"),
    ],
)
def test_what_no_header_can_say_is_refused(references: list[Reference], message: str) -> None:
    with pytest.raises(ExchangeError, match=message):
        request_headers(references)


# Responses.


def warning(case: dict[str, Any]) -> ProfileWarning:
    date = datetime.fromisoformat(case["date"]) if "date" in case else None
    return ProfileWarning(Outcome(case.get("code", case.get("warning"))), case.get("target", ""), case.get("text", ""), date)


@cases("responses")
def test_response(case: dict[str, Any]) -> None:
    warnings = [warning(one) for one in case["warnings"]]
    answer = response_headers(read_exchange(fields(case)), warnings, agent="host.example:80")
    assert [list(field) for field in answer] == case["answer"]


@cases("refusals")
def test_refusal(case: dict[str, Any]) -> None:
    assert refusal(case["method"], read_exchange(fields(case)), {"GET", "HEAD"}) == case["status"]


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_a_row(outcome: Outcome) -> None:
    assert WARNINGS[outcome].text
    assert WARNINGS[outcome].protocols


def test_warnings_are_read_back() -> None:
    warnings = [
        ProfileWarning(Outcome.SELECTION, "host.example", "chosen"),
        ProfileWarning(Outcome.PROFILE_NOT_USED, URI, "gone"),
    ]
    exchange = read_exchange([("Opt", '"http://www.w3.org/1999/06/24-CCPPexchange"; ns=19'), ("19-Profile", f'"{URI}"')])
    assert list(read_warnings(response_headers(exchange, warnings))) == warnings
    assert read_warnings([("X-Wap-Profile-Warning", "200, 201")]) == (
        ProfileWarning(Outcome.NOT_APPLIED),
        ProfileWarning(Outcome.SELECTION),
    )


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("x-wap-profile-warning", "204", "unknown warning code"),
        ("x-wap-profile-warning", "", "unknown warning code"),
        ("19-Profile-Warning", "200 a", "is no warning"),
        ("Profile-Warning", '999 a "b"', "unknown warning code"),
        ("Profile-Warning", '200 a "b" "yesterday"', "no HTTP date"),
        ("Profile-Warning", "a" * (MAX_SIZE + 1), "more than"),
    ],
)
def test_other_warnings_are_refused(name: str, value: str, message: str) -> None:
    with pytest.raises(ExchangeError, match=message):
        read_warnings([(name, value)])


@pytest.mark.parametrize("one", [ProfileWarning(Outcome.OK, "a b"), ProfileWarning(Outcome.OK, "a", 'say "no"')])
def test_warnings_that_no_header_holds_are_refused(one: ProfileWarning) -> None:
    exchange = read_exchange([("Opt", '"http://www.w3.org/1999/06/24-CCPPexchange"'), ("Profile", f'"{URI}"')])
    with pytest.raises(ExchangeError, match="cannot be the"):
        response_headers(exchange, [one])


# Heads.


def test_a_head_is_read_as_it_is_written() -> None:
    head = read_head(b'GET /a HTTP/1.1\r\nHost: b\r\nx-wap-profile: "http://a/",\r\n "http://b/"\r\n\r\nbody: not read')
    assert head == ("GET", (("Host", "b"), ("x-wap-profile", '"http://a/",\r\n "http://b/"')))
    assert read_head(write_head([("a", "b"), ("c", "")]).encode()) == (None, (("a", "b"), ("c", "")))


@pytest.mark.parametrize("data", [b"no colon", b": no name", b"a name: b", b"a" * (MAX_SIZE + 1)])
def test_what_is_no_head_is_refused(data: bytes) -> None:
    with pytest.raises(ExchangeError):
        read_head(data)


# WSP.


def wsp_header(case: dict[str, Any]) -> WspHeader:
    if "profile" in case:
        return WspProfile(case["profile"])
    if "diff" in case:
        return WspProfileDiff(bytes.fromhex(case["diff"]))
    if "warning" in case:
        return warning(case)
    return WspOther(case["page"], case["name"], bytes.fromhex(case["value"]))


@cases("wsp")
def test_wsp(case: dict[str, Any]) -> None:
    headers = tuple(map(wsp_header, case["headers"]))
    assert decode_wsp(bytes.fromhex(case["hex"])) == headers
    assert encode_wsp(headers).hex() == case["hex"]


@cases("wsp_errors")
def test_wsp_error(case: dict[str, Any]) -> None:
    with pytest.raises(ExchangeError):
        decode_wsp(bytes.fromhex(case["hex"]))


def test_wsp_reads_what_it_does_not_write() -> None:
    assert decode_wsp(b"profile\0http://a/\0") == (WspProfile("http://a/"),)
    assert decode_wsp(b"\x02\xb5\x80\x01\xb5http://a/\0") == (WspOther(2, 0x35, b"\x80"), WspProfile("http://a/"))


@pytest.mark.parametrize("block", [bytes(MAX_SIZE + 1), b"\xb7\x90" * (MAX_FIELDS + 1)])
def test_too_much_of_wsp_is_refused(block: bytes) -> None:
    with pytest.raises(ExchangeError, match="more than"):
        decode_wsp(block)


@pytest.mark.parametrize(
    "header",
    [
        WspProfile(""),
        WspProfile("http://ä/"),
        ProfileWarning(Outcome.NOT_SUPPORTED),
        ProfileWarning(Outcome.OK, "\0"),
        ProfileWarning(Outcome.OK, "a", date=datetime(1969, 7, 20, tzinfo=UTC)),
    ],
)
def test_wsp_refuses_what_it_cannot_write(header: WspHeader) -> None:
    with pytest.raises(ExchangeError):
        encode_wsp([header])


@cases("sessions")
def test_session(case: dict[str, Any]) -> None:
    session = Session(tuple(map(wsp_header, case["session"])), understood=True)
    holds = request_in_session(session, [wsp_header(one) for one in case["request"]])
    assert holds == tuple(map(wsp_header, case["holds"]))


def test_a_session_is_understood_by_warning_100() -> None:
    headers = [WspProfile(URI), WspOther(1, 0, b"\x94")]
    assert open_session(headers, [ProfileWarning(Outcome.OK)]) == Session((WspProfile(URI),), understood=True)
    assert open_session(headers, []) == Session((WspProfile(URI),), understood=False)


def test_a_gateway_turns_wsp_into_w_http(vocabularies: Vocabularies) -> None:
    name = devices()[0]
    headers = [WspProfile(URI), WspProfileDiff(encode_uaprof(sample(name))), ProfileWarning(Outcome.OK)]
    references = gateway_references(headers, ["http://gateway.example/", b"<rdf:RDF/>"])
    exchange = read_exchange(request_headers(references))
    uri, diff, gateway, own = exchange.references
    assert (uri, gateway, own) == (URI, "http://gateway.example/", Diff(2, b"<rdf:RDF/>"))
    assert isinstance(diff, Diff)
    assert digest_of(diff.document, vocabularies) == digest_of(sample(name), vocabularies)
    with pytest.raises(ExchangeError):
        gateway_references([WspProfile("a")])
    with pytest.raises(WbxmlError):
        gateway_references([WspProfileDiff(b"<rdf:RDF/>")])


# Profiles in WBXML.


def digest_of(document: bytes, vocabularies: Vocabularies) -> str:
    return resolve([read_profile(document, uri=URI, vocabularies=vocabularies)]).digest


@pytest.mark.parametrize("name", devices())
@pytest.mark.parametrize("charset", [3, 4, 106, 1015])
def test_samples_survive_wbxml(name: str, charset: int, vocabularies: Vocabularies) -> None:
    decoded = decode_uaprof(encode_uaprof(sample(name), charset=charset))
    assert digest_of(decoded, vocabularies) == digest_of(sample(name), vocabularies)


def test_real_profiles_survive_wbxml(real_profiles: list[Path], vocabularies: Vocabularies) -> None:
    compared = 0
    for path in real_profiles[:: len(real_profiles) // 100]:
        document = path.read_bytes()
        try:
            encoded = encode_uaprof(document)
        except NotXml:
            continue
        assert digest_of(decode_uaprof(encoded), vocabularies) == digest_of(document, vocabularies), path.name
        compared += 1
    assert compared > 90


def command(*arguments: str, status: int = 0) -> str:
    result = subprocess.run([sys.executable, "-m", "ccpp", "headers", *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == status, result.stderr
    assert "Traceback" not in result.stderr
    return result.stdout + result.stderr


def test_headers_command(tmp_path: Path) -> None:
    diff = tmp_path / "diff.rdf"
    diff.write_bytes(sample(devices()[0]))
    head = tmp_path / "head"
    for protocol in Protocol:
        head.write_text(command("encode", URI, "--diff", str(diff), "--protocol", protocol))
        assert len(json.loads(command("encode", URI, "--protocol", protocol, "--format", "json"))) in {1, 2}
        decoded = json.loads(command("decode", str(head), "--format", "json"))
        assert decoded["protocol"] == protocol
        assert decoded["references"][0] == {"uri": URI}
        assert decoded["references"][1]["verified"]
        assert decoded["diagnostics"] == []
        assert f"diff 1, {len(decoded['references'][1]['document'])} bytes, digest right" in command("decode", str(head))
    head.write_text("x-wap-profile: /a\n")
    assert "reference-refused" in command("decode", str(head), status=1)
    head.write_text("a b c\n")
    assert "head:1: no header field" in command("decode", str(head), status=2)


def test_wbxml_command(tmp_path: Path) -> None:
    document, encoded, decoded = tmp_path / "a.rdf", tmp_path / "a.wbxml", tmp_path / "b.rdf"
    document.write_bytes(sample(devices()[0]))
    assert str(encode_uaprof(document.read_bytes()).hex(" ")) in command("wbxml", "encode", str(document))
    assert f"{encoded}: " in command("wbxml", "encode", str(document), "--output", str(encoded))
    assert f"{decoded}: " in command("wbxml", "decode", str(encoded), "--output", str(decoded))
    assert decoded.read_text() == command("wbxml", "decode", str(encoded))
    assert json.loads(command("wbxml", "decode", str(encoded), "--format", "json"))["content"] == decoded.read_text()
    assert json.loads(command("wbxml", "encode", str(document), "--format", "json"))["hex"] == encoded.read_bytes().hex()
    assert "a.rdf: version byte 0x3c" in command("wbxml", "decode", str(document), status=2)
    assert "a folder where a file is due" in command("wbxml", "encode", str(document), "--output", str(tmp_path), status=2)
