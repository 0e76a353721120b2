"""What pages are sent: the playground's cases, forms that do not come from these pages, versions taken in, activated and rolled back."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from looking import HTML, known_as, text_of
from serving import N80, Ask

from ccpp import samples
from ccpp.errors import CcppError
from ccpp.server.demonstration import CHANGES
from ccpp.server.message import VISITOR, Request, Response
from ccpp.server.observing import Observer
from ccpp.server.pages.forms import FORM, MAX_FIELDS, read_form
from ccpp.server.pages.trial import read_trial
from ccpp.server.problems import Refused
from ccpp.server.starting import make_service, prepare, write_demo
from ccpp.server.steps import finish
from ccpp.server.watching import Watcher

if TYPE_CHECKING:
    from ccpp.server.options import Options
    from ccpp.server.service import Service

CASES = json.loads((Path(__file__).parents[1] / "suite" / "playground.json").read_text())
TOKEN = "t" * 32
SENT = {"cookie": f"other=1; ccpp-form={TOKEN}", "accept": HTML}
PLAYGROUND = "/pages/playground"


@pytest.fixture
def look(service: Service) -> Ask:
    return Ask(replace(service, authenticate=known_as(VISITOR)))


def send(look: Ask, path: str, fields: dict[str, str], **headers: str) -> Response:
    body = urlencode({"token": TOKEN, **fields}).encode()
    return look("POST", path, body, **{**SENT, "content_type": FORM, **headers})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["description"])
def test_a_requirement_is_tried(case: dict[str, Any], look: Ask) -> None:
    fields = {"device": N80, "profile": case.get("profile", ""), "requirement": case["requirement"]}
    response = send(look, PLAYGROUND, fields)
    assert response.status == 200
    text = text_of(response)
    assert [one for one in case.get("says", []) if one not in text] == []
    assert [one for one in case.get("never", []) if one in text] == []


def test_what_is_too_large_is_refused(look: Ask) -> None:
    assert "more than 65,536 characters" in text_of(send(look, PLAYGROUND, {"device": N80, "requirement": "#" * 70_000}))
    assert "of YAML" in text_of(send(look, PLAYGROUND, {"device": N80, "requirement": "a: b\n" * 2_000}))
    long = {"device": N80, "requirement": ":A", "profile": "x" * 1_000_001}
    assert "characters of a profile" in text_of(send(look, PLAYGROUND, long))
    many = {str(number): "" for number in range(MAX_FIELDS + 1)}
    assert send(look, PLAYGROUND, many).status == 400
    assert look("POST", PLAYGROUND, b"{}", content_type="application/json", accept=HTML).status == 415


@pytest.mark.parametrize(
    "headers",
    [
        {"cookie": ""},
        {"cookie": f"ccpp-form={'u' * 32}"},
        {"cookie": "ccpp-form=short"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "http://other.example"},
        {"origin": "null"},
        {"origin": "http://server.example:81"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", [PLAYGROUND, "/pages/changes/activate", "/pages/changes/rollback", "/pages/changes/upload"])
def test_a_form_that_does_not_come_from_these_pages_does_nothing(headers: dict[str, str], path: str, look: Ask) -> None:
    refused = send(look, path, {"number": "1"}, **headers)
    assert refused.status == 400
    assert "was not sent from these pages" in text_of(refused)


@pytest.mark.parametrize("headers", [{}, {"sec_fetch_site": "same-origin"}, {"origin": "http://server.example"}], ids=str)
def test_a_form_that_does_counts(headers: dict[str, str], look: Ask) -> None:
    assert send(look, PLAYGROUND, {"device": N80}, **headers).status == 200


def test_a_page_gives_a_token_once(look: Ask) -> None:
    headers = dict(look("GET", PLAYGROUND, accept=HTML).headers)
    made = re.fullmatch(r"ccpp-form=([\w-]{32}); Path=/pages; HttpOnly; SameSite=Strict", headers["Set-Cookie"])
    assert made is not None
    again = look("GET", PLAYGROUND, accept=HTML, cookie=f"ccpp-form={made[1]}")
    assert "Set-Cookie" not in dict(again.headers)
    assert f'name="token" value="{made[1]}"' in again.body.decode()


# Versions.


@pytest.fixture
def own(tmp_path: Path, demo_options: Options) -> Ask:
    """A service with a database of its own."""
    options = replace(demo_options, **{**write_demo(tmp_path), "database": f"sqlite:///{tmp_path / 'own.sqlite'}"})
    prepare(options)
    return Ask(make_service(options, Observer(lines=False), known_as(VISITOR)))


def uploaded(look: Ask, content: bytes, name: str = "new.ttl") -> Response:
    part = (
        b'Content-Disposition: form-data; name="catalogue"; filename="%s"\r\nContent-Type: text/turtle\r\n\r\n' % name.encode()
    )
    token = b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n' + TOKEN.encode()
    body = token + b"\r\n--x\r\n" + part + content + b"\r\n--x--\r\n"
    return look("POST", "/pages/changes/upload", body, **SENT, content_type="multipart/form-data; boundary=x")


def streamed(response: Response) -> str:
    body = b"".join(finish(line) for line in response.lines or ())
    return text_of(replace(response, body=body))


def test_a_version_is_taken_in_compared_activated_and_taken_back(own: Ask) -> None:
    changed = samples.sample(samples.CATALOGUE).replace(b'"Sample catalogue"', b'"<b>New</b>"')
    for before, after in CHANGES:
        changed = changed.replace(before, after)
    kept = uploaded(own, changed)
    assert kept.status == 303
    assert dict(kept.headers)["Location"] == "/pages/impact?before=1&after=2"
    text = streamed(own("GET", "/pages/impact?before=1&after=2", accept=HTML))
    assert "&lt;b&gt;New&lt;/b&gt;" in text
    assert "<b>New" not in text
    assert "LargeDisplay" in text
    assert "is at least 176x208 both ways" in text
    assert "10 devices compared." in text
    assert "<b>1</b> losses" in text
    assert "<b>6</b> other variants" in text
    assert "Activate version 2" in text
    done = send(own, "/pages/changes/activate", {"number": "2"})
    assert dict(done.headers)["Location"] == "/pages/changes?done=activated"
    Watcher(own.service, Observer(lines=False)).look()
    listed = text_of(own("GET", "/pages/changes?done=activated", accept=HTML))
    assert "Roll back to version 1" in listed
    assert "This version is in service." in streamed(own("GET", "/pages/impact?before=1&after=2", accept=HTML))
    audit = text_of(own("GET", "/pages/audit", accept=HTML))
    assert "visitor" in audit
    assert send(own, "/pages/changes/rollback", {}).status == 303
    Watcher(own.service, Observer(lines=False)).look()
    assert own.service.current.number == 1


def test_a_version_that_cannot_be_used_is_not_kept(own: Ask) -> None:
    for content in (b"no turtle", b"\xff\x00", b"<urn:a> <urn:b> <urn:c> ."):
        refused = uploaded(own, content, "<script>.ttl")
        assert refused.status == 422
        assert "&lt;script&gt;.ttl" in text_of(refused)
    assert uploaded(own, b"").status == 400
    assert send(own, "/pages/changes/activate", {"number": "x"}).status == 404
    assert send(own, "/pages/changes/activate", {"number": "7"}).status == 400
    assert send(own, "/pages/changes/rollback", {}).status == 400
    assert "Roll back" not in text_of(own("GET", "/pages/changes", accept=HTML))


def test_who_only_reads_has_no_buttons(service: Service) -> None:
    reader = Ask(replace(service, authenticate=known_as(replace(VISITOR, roles=VISITOR.roles - {"operator"}))))
    assert "Check and keep" not in text_of(reader("GET", "/pages/changes", accept=HTML))
    assert send(reader, "/pages/changes/activate", {"number": "1"}).status == 403


# Whatever is sent.


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200) | st.from_regex(r"[:@<>\[\]().;a-z \n\"#]{0,80}"))
def test_any_text_is_a_requirement_or_one_error(service: Service, text: str) -> None:
    with suppress(CcppError):
        assert read_trial(text, service.vocabularies).roots


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["x", '"x"', "", "--", "a b"]))
def test_any_bytes_are_a_form_or_refused(body: bytes, boundary: str) -> None:
    for media_type in (FORM, f"multipart/form-data; boundary={boundary}"):
        with pytest.raises(Refused):
            read_form(Request("POST", "/pages", (("content-type", media_type),), body))
