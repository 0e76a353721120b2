"""The pages over HTTP: each says what it should, whatever is asked stays text, and nobody sees them who may not."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from looking import HTML, known_as, text_of
from serving import N80, Ask

from ccpp.server.exchange import respond
from ccpp.server.message import VISITOR, Identity, Request, Role
from ccpp.server.pages.markup import Html, join, prose, tag
from ccpp.server.routes import ROUTES, Routes
from ccpp.server.steps import finish

if TYPE_CHECKING:
    from ccpp.server.service import Service

CASES = json.loads((Path(__file__).parents[1] / "suite" / "pages.json").read_text())


@pytest.fixture
def look(service: Service) -> Ask:
    """Requests of somebody who may do everything."""
    return Ask(replace(service, authenticate=known_as(VISITOR)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["path"][:60])
def test_a_page_says_what_it_should(case: dict[str, Any], look: Ask) -> None:
    response = look("GET", case["path"], accept=HTML)
    assert response.status == case.get("status", 200), response.body
    text = text_of(response)
    assert [one for one in case.get("says", []) if one not in text] == []
    assert [one for one in case.get("never", []) if one in text] == []
    headers = dict(response.headers)
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_a_program_is_told_of_failures_as_everywhere(look: Ask) -> None:
    response = look("GET", "/pages/nothing", accept="application/json")
    assert json.loads(response.body)["status"] == 404
    assert json.loads(look("GET", "/v1/nothing", accept=HTML).body)["status"] == 404


def test_pages_are_for_those_who_may(service: Service, look: Ask) -> None:
    stranger = Ask(service)
    for route in look.routes.rows:
        if route.path.startswith("/pages") and route.role is not None:
            refused = stranger(route.method, route.path, accept=HTML)
            assert refused.status == 403
            assert "this is for the role" in text_of(refused).lower()
            assert route.role in {Role.AUDITOR, Role.OPERATOR}

    def status(role: Role, path: str) -> int:
        asking = Ask(replace(service, authenticate=known_as(Identity("one", frozenset({role})))))
        return asking("GET", path, accept=HTML).status

    assert [status(role, "/pages") for role in Role] == [403, 403, 200, 200]
    assert [status(role, "/pages/audit") for role in Role] == [403, 403, 403, 200]


def test_whoever_comes_to_the_samples_by_an_address_of_this_machine_may_look(service: Service) -> None:
    routes = Routes(ROUTES)
    for base, status in (("http://127.0.0.1:8080", 200), ("http://localhost", 200), ("http://rebound.example:8080", 403)):
        request = Request("GET", "/pages", base=base)
        assert finish(respond(request, routes, replace(service, stranger=VISITOR))).status == status
        assert finish(respond(request, routes, service)).status == 403


def test_files_are_kept_for_ever_under_the_name_of_their_content(look: Ask) -> None:
    text = text_of(look("GET", "/pages", accept=HTML))
    found = re.findall(r'(?:href|src)="(/pages/static/[^"]+)"', text)
    assert len(found) == 3
    for address in found:
        response = look("GET", address)
        headers = dict(response.headers)
        assert "immutable" in headers["Cache-Control"]
        assert len(response.body) > 100
        assert look("GET", address, if_none_match=headers["ETag"]).status == 304


def test_decisions_on_record_are_listed_a_screenful_at_a_time(look: Ask) -> None:
    for _ in range(60):
        look.json("/v1/installs", {"uri": N80, "application": "chess"}, 201)
    text = text_of(look("GET", "/pages/decisions?application=chess", accept=HTML))
    assert "chess-medium" in text
    assert "in service" in text
    assert text.count("<tr") == 51
    older = re.search(r'href="(/pages/decisions\?[^"]*before=[0-9]+)"', text)
    assert older is not None
    assert text_of(look("GET", older[1].replace("&amp;", "&"), accept=HTML)).count("<tr") >= 10
    assert "No such decision" in text_of(look("GET", "/pages/decisions?application=mail&device=x", accept=HTML))


def test_text_never_becomes_markup() -> None:
    assert (
        tag("p", "<b>", class_='"><', data_x=True, hidden=False, title=None) == '<p class="&quot;&gt;&lt;" data-x>&lt;b&gt;</p>'
    )
    assert join(Html("<b>"), ["<", [1, None]], prose("a `<` b")) == "<b>&lt;1a <code>&lt;</code> b"
    assert tag("br") == "<br>"


class Read(HTMLParser):
    """The texts and the values of attributes as a browser reads them."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[str | None] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag, *(value for _, value in attrs)]

    def handle_data(self, data: str) -> None:
        self.found.append(data)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_characters="\r\0"), min_size=1))
def test_what_is_written_is_what_a_browser_reads(text: str) -> None:
    assert Read(tag("p", text, title=text)).found == ["p", text, text]
    assert "".join(map(str, Read(prose(text)).found)).replace("code", "") == text.replace("`", "").replace("code", "")
