"""Laws of profile exchange: what is written is read back, in each protocol, and whatever comes gives a result or one error."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from ccpp.errors import CcppError
from ccpp.exchange.answering import WARNINGS, Outcome, ProfileWarning, read_warnings, response_headers
from ccpp.exchange.decoding import read_exchange
from ccpp.exchange.digest import diff_digest, normalised
from ccpp.exchange.encoding import request_headers
from ccpp.exchange.head import read_head, write_head
from ccpp.exchange.model import STRENGTHS, Declaration, Diff, Digests, Protocol
from ccpp.exchange.wsp import WspOther, WspProfile, WspProfileDiff, decode_wsp, encode_wsp

if TYPE_CHECKING:
    from ccpp.exchange.model import Field, Reference
    from ccpp.exchange.wsp import WspHeader

URIS = st.from_regex(r"https?://[a-z0-9.]{1,9}(:[0-9]{1,4})?/[!#-;=?-~]{0,20}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<&"), max_size=20)
DOCUMENTS = TEXTS.map(lambda text: normalised(f"<d>{text}</d>".encode())).filter(lambda document: b";<" not in document)


@st.composite
def references(draw: st.DrawFn) -> tuple[Reference, ...]:
    """URIs, each perhaps followed by diffs whose numbers rise."""
    found: list[Reference] = []
    number = 0
    for uri in draw(st.lists(URIS, min_size=1, max_size=3)):
        found.append(uri)
        for document in draw(st.lists(DOCUMENTS, max_size=3)):
            number += draw(st.integers(1, 3))
            found.append(Diff(number, document))
    return tuple(found)


DECLARATIONS = st.builds(
    Declaration, st.sampled_from(sorted(STRENGTHS.values())), st.from_regex("[1-9][0-9]?|", fullmatch=True)
)


@given(references(), st.sampled_from(Protocol), DECLARATIONS)
def test_what_is_written_is_read_back(written: tuple[Reference, ...], protocol: Protocol, declaration: Declaration) -> None:
    exchange = read_exchange(request_headers(written, protocol, declaration))
    assert exchange.references == written
    assert exchange.protocol == protocol
    assert exchange.diagnostics == ()
    assert exchange.declarations == ((declaration,) if protocol is Protocol.CCPP_EXCHANGE else ())


@given(references(), st.sampled_from(Protocol), DECLARATIONS)
def test_a_head_carries_what_is_written(written: tuple[Reference, ...], protocol: Protocol, declaration: Declaration) -> None:
    fields = request_headers(written, protocol, declaration)
    assert read_head(write_head(fields).encode("latin-1")).fields == fields


@given(references(), st.randoms())
def test_the_order_of_diff_headers_does_not_matter(written: tuple[Reference, ...], random: object) -> None:
    fields = list(request_headers(written))
    random.shuffle(fields)  # type: ignore[attr-defined]
    assert read_exchange(fields).references == written


@given(references())
def test_a_proxy_may_join_headers(written: tuple[Reference, ...]) -> None:
    joined: dict[str, list[str]] = {}
    for name, value in request_headers(written):
        joined.setdefault(name, []).append(value)
    exchange = read_exchange([(name, ", ".join(values)) for name, values in joined.items()])
    assert exchange.references == written


@given(st.binary(max_size=60), st.lists(st.sampled_from([b" ", b"\t", b"\r\n ", b"  "]), min_size=1, max_size=3))
def test_the_digest_knows_no_white_space_but_that_it_is_there(text: bytes, spaces: list[bytes]) -> None:
    assert diff_digest(b"".join(spaces) + text + b"".join(spaces)) == diff_digest(text)
    assert diff_digest(text + b"x" + b"".join(spaces) + b"y") == diff_digest(text + b"x y")


WARNED = st.builds(
    ProfileWarning,
    st.sampled_from(Outcome),
    st.one_of(URIS.filter(lambda uri: "," not in uri), st.just("")),
    st.text(st.sampled_from("aB 9.é"), min_size=1, max_size=9),
    st.one_of(
        st.none(),
        st.integers(0, 2**33).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    ),
)


@given(st.lists(WARNED, max_size=4), DECLARATIONS)
def test_warnings_are_read_back(warnings: list[ProfileWarning], declaration: Declaration) -> None:
    exchange = read_exchange(request_headers(["http://a/"], Protocol.CCPP_EXCHANGE, declaration))
    told = [
        warning._replace(target=warning.target or "me")
        for warning in warnings
        if Protocol.CCPP_EXCHANGE in WARNINGS[warning.outcome].protocols
    ]
    assert list(read_warnings(response_headers(exchange, warnings, agent="me"))) == told


# Whatever comes.

NAMES = st.one_of(
    st.sampled_from(["x-wap-profile", "X-Wap-Profile-Diff", "Wap-Profile", "x-wap-profile-warning", "Opt", "Man", "C-Opt"]),
    st.sampled_from(
        [
            "Profile",
            "Profile-Diff",
            "Profile-Diff-1",
            "19-Profile",
            "19-Profile-Diff",
            "19-Profile-Diff-1",
            "19-Profile-Warning",
        ]
    ),
    st.text(max_size=5),
)
PIECES = st.one_of(
    st.sampled_from(["http://a/", "http://[", "<a/>", "1;<a/>", "200", "1", "01", "ns=19", "€", "é", "\ud800", "\r\n "]),
    st.sampled_from(['"http://www.w3.org/1999/06/24-CCPPexchange"', '"http://b/c.rdf"', f'"1-{diff_digest(b"<a/>")}"']),
    st.sampled_from("\"',; -\0\\"),
)
VALUES = st.one_of(st.lists(PIECES, max_size=12).map("".join), st.text(max_size=20))
HEADERS = st.lists(st.tuples(NAMES, VALUES), max_size=8)


@given(HEADERS, st.sampled_from(Digests))
def test_any_headers_give_a_result_or_an_error(headers: list[Field], digests: Digests) -> None:
    try:
        exchange = read_exchange(headers, digests=digests)
    except CcppError as error:
        assert "\n" not in str(error)  # noqa: PT017  either way is right
        return
    assert all(finding.message for finding in exchange.diagnostics)
    assert all(isinstance(one, str) or one.verified or digests is Digests.TOLERATED for one in exchange.references)
    assert exchange.consulted
    answer = response_headers(exchange, [ProfileWarning(outcome) for outcome in Outcome])
    assert all(name and "\n" not in value and "\r" not in value for name, value in answer)


@given(HEADERS)
def test_any_warnings_give_a_result_or_an_error(headers: list[Field]) -> None:
    try:
        read_warnings(headers)
    except CcppError as error:
        assert "\n" not in str(error)  # noqa: PT017  either way is right


@given(
    st.one_of(st.binary(max_size=80), st.lists(PIECES, max_size=9).map(lambda pieces: "".join(pieces).encode(errors="replace")))
)
def test_any_head_gives_a_result_or_an_error(data: bytes) -> None:
    try:
        head = read_head(data)
    except CcppError as error:
        assert "\n" not in str(error)  # noqa: PT017  either way is right
    else:
        assert read_head(write_head(head.fields).encode("latin-1")).fields is not None


# WSP.

PRINTABLE = st.from_regex("[!-~]{1,20}", fullmatch=True)
RAW_VALUES = st.one_of(
    st.integers(128, 255).map(lambda byte: bytes([byte])),
    PRINTABLE.map(lambda text: text.encode() + b"\0"),
    st.binary(max_size=30).map(lambda data: bytes([len(data)]) + data),
)
WSP_HEADERS = st.one_of(
    st.builds(WspProfile, PRINTABLE),
    st.builds(WspProfileDiff, st.binary(max_size=200)),
    st.builds(
        lambda outcome, target, date: ProfileWarning(outcome, target, date=date if target else None),
        st.sampled_from([outcome for outcome in Outcome if WARNINGS[outcome].wsp]),
        st.one_of(st.just(""), PRINTABLE),
        st.one_of(st.none(), st.integers(0, 2**33).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))),
    ),
    st.builds(WspOther, st.integers(1, 255), st.integers(0, 0x34), RAW_VALUES),
    st.builds(WspOther, st.integers(1, 255), PRINTABLE.map("x-".__add__), RAW_VALUES),
)


@given(st.lists(WSP_HEADERS, max_size=6))
def test_wsp_is_read_back(headers: list[WspHeader]) -> None:
    assert list(decode_wsp(encode_wsp(headers))) == headers


WSP_PIECES = st.one_of(
    st.sampled_from([b"\xb5", b"\xb6", b"\xb7", b"http://a/\0", b"\x90", b"\x1f\x03", b"\x03", b"\x7f", b"\0", b"profile\0"]),
    st.binary(max_size=4),
)


@given(st.lists(WSP_PIECES, max_size=10).map(b"".join))
def test_any_block_of_wsp_gives_headers_or_an_error(block: bytes) -> None:
    try:
        headers = decode_wsp(block)
    except CcppError as error:
        assert "\n" not in str(error)  # noqa: PT017  either way is right
    else:
        assert decode_wsp(encode_wsp(headers)) == headers
