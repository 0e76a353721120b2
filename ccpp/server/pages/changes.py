"""Versions of the catalogue: which there are, another one taken in, one put into service, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ccpp.catalogue.documents import SYNTAXES
from ccpp.catalogue.loading import load_documents
from ccpp.catalogue.model import Document
from ccpp.errors import CcppError
from ccpp.server.pages import paths
from ccpp.server.pages.forms import form, read_form, see_other
from ccpp.server.pages.frame import page, visit_of
from ccpp.server.pages.markup import Html, join, prose, tag
from ccpp.server.pages.parts import digest, empty, heading, label, moment, row, section, table
from ccpp.server.pages.paths import anchor, to
from ccpp.server.problems import Refused
from ccpp.server.steps import call
from ccpp.storage.database.catalogues import activate, active, previous, publish, rollback, versions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.server.message import Request, Response
    from ccpp.server.pages.frame import Visit
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps
    from ccpp.storage.database.catalogues import Version

#: Versions that are listed; each is kept for ever.
_VERSIONS = 100
#: Digits of a number that a database gives out, at most.
_DIGITS = 15

#: What was done → what is said of it; nothing that stands in an address is ever said again.
_DONE: Mapping[str, str] = {
    "activated": "The version is in service: every process changes over within a second.",
    "back": "The version before is in service again: every process changes over within a second.",
}


class Kept(NamedTuple):
    """The versions that are kept, the newest first, the one in service, and the one that was so before it."""

    versions: tuple[Version, ...]
    active: int | None
    previous: int | None


def _kept(service: Service) -> Kept:
    database = service.database
    return Kept(versions(database), active(database), previous(database))


def changes(request: Request, service: Service) -> Steps[Response]:
    """The versions, and what can be done with them."""
    kept = yield from call(_kept, service)
    visit = visit_of(request, service)
    return page(visit, "Changes", changes_page(visit, kept, _DONE.get(request.arguments.get("done", ""), "")))


def changes_page(visit: Visit, kept: Kept, done: str = "", problem: str = "") -> Html:
    """The versions of the catalogue; `done` says what was done, `problem` why it could not be."""
    return join(
        heading(
            "Versions of the catalogue", tag("p", "See what a version would change before it decides anything.", class_="soft")
        ),
        tag("p", done, class_="hint", role="status") if done else None,
        tag("p", prose(problem), class_="hint bad", role="alert") if problem else None,
        _versions(visit, kept) if kept.versions else empty("No version is kept yet."),
        _compare(kept) if len(kept.versions) > 1 else None,
        _upload(visit) if visit.operates else None,
    )


def _versions(visit: Visit, kept: Kept) -> Html:
    rows = (
        row(
            f"{one.number}",
            tag("td", one.label, " ", label("in service", "yes") if one.number == kept.active else None),
            tag("td", digest(one.digest)),
            tag("td", moment(one.created), tag("div", "by ", one.actor, class_="soft small")),
            tag("td", _what_next(visit, one, kept)),
        )
        for one in kept.versions[:_VERSIONS]
    )
    listed = table(("Version", "Catalogue", "Content", "Kept", "What it would change"), rows, label="Versions of the catalogue")
    if not visit.operates or kept.previous is None:
        return listed
    back = form(visit, paths.ROLLBACK, tag("button", f"Roll back to version {kept.previous}", class_="second"))
    return join(listed, tag("div", back, class_="actions"))


def _what_next(visit: Visit, one: Version, kept: Kept) -> Html | None:
    if one.number == kept.active or kept.active is None:
        return None
    see = "see, and activate" if visit.operates else "see"
    return anchor(to(paths.IMPACT, before=kept.active, after=one.number), see)


def _compare(kept: Kept) -> Html:
    def choice(name: str, text: str, chosen: int | None) -> Html:
        options = (
            tag("option", f"{one.number}: {one.label}", value=one.number, selected=one.number == chosen)
            for one in kept.versions[:_VERSIONS]
        )
        return tag("label", text, tag("select", options, name=name))

    newest = kept.versions[0].number
    inner = (choice("before", "From", kept.active), choice("after", "To", newest), tag("button", "Compare"))
    return section("Compare two versions", tag("form", *inner, action=paths.IMPACT, method="get", class_="search"))


def _upload(visit: Visit) -> Html:
    kinds = ", ".join(SYNTAXES)
    return section(
        "Take another one in",
        form(
            visit,
            paths.UPLOAD,
            tag(
                "label",
                f"Catalogue in one file ({kinds})",
                tag("input", type="file", name="catalogue", accept=kinds, required=True),
            ),
            tag("button", "Check and keep"),
            class_="search",
            files=True,
        ),
        note="It is checked and kept, and decides nothing before it is activated.",
    )


# What is done.


def upload(request: Request, service: Service) -> Steps[Response]:
    """Check a catalogue and keep it; then see what it would change."""
    sent = read_form(request).get("catalogue")
    visit = visit_of(request, service)
    if sent is None or not sent.content:
        raise Refused(400, "no file was sent", hint="choose the file of a catalogue")
    document = Document(sent.file.rpartition("/")[2].rpartition("\\")[2] or "catalogue.ttl", sent.content)
    try:
        catalogue = yield from call(load_documents, [document], service.vocabularies)
    except CcppError as error:
        kept = yield from call(_kept, service)
        return page(visit, "Changes", changes_page(visit, kept, problem=str(error)), status=422)
    number = yield from call(
        publish, service.database, [document], catalogue.label, catalogue.digest, request.time, request.identity.name
    )
    before = yield from call(active, service.database)
    return see_other(to(paths.IMPACT, before=before, after=number) if before not in {None, number} else paths.CHANGES)


def put_into_service(request: Request, service: Service) -> Steps[Response]:
    """Put a version into service."""
    number = number_of(read_form(request).text("number"))
    yield from call(activate, service.database, number, request.time, request.identity.name)
    return see_other(to(paths.CHANGES, done="activated"))


def go_back(request: Request, service: Service) -> Steps[Response]:
    """Put the version into service that was there before."""
    read_form(request)
    yield from call(rollback, service.database, request.time, request.identity.name)
    return see_other(to(paths.CHANGES, done="back"))


def number_of(text: str) -> int:
    """The number of a version.

    Raises:
        Refused: it is none.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise Refused(404, "no such version of the catalogue", hint="the page of versions lists them")
    return int(text)
