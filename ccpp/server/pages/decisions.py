"""What was decided and who changed what: decisions on record and the audit log, the newest first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ccpp.model import Verdict
from ccpp.records import read_records
from ccpp.server.message import Role
from ccpp.server.pages import paths
from ccpp.server.pages.frame import page, visit_of
from ccpp.server.pages.markup import Html, join, tag
from ccpp.server.pages.parts import digest, empty, filter_box, heading, label, mark, moment, row, table
from ccpp.server.pages.paths import anchor, application_link, device_link, to, why_link
from ccpp.server.steps import call
from ccpp.storage.database.audit import entries_before
from ccpp.storage.database.decisions import decisions_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccpp.catalogue.model import Catalogue
    from ccpp.server.message import Request, Response
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps
    from ccpp.storage.database.audit import Entry
    from ccpp.storage.database.decisions import Decided

#: Lines on one page.
_LINES = 50
#: Digits of a number that a database gives out, at most.
_DIGITS = 15


_ABOUT = "What was decided for each install when it began: digests and reasons, never the value of a setting."


def decisions(request: Request, service: Service) -> Steps[Response]:
    """Decisions on record, of one application (`?application=`) or for one device (`?device=`) where that is asked."""
    application, device = (request.arguments.get(name, "")[:2_000] for name in ("application", "device"))
    asked = {"application": application, "profile": device}
    found = yield from call(decisions_before, service.database, _before(request), _LINES + 1, **asked)
    catalogue = service.live.catalogue if service.live else None
    visit = visit_of(request, service)
    content = decisions_page(found, catalogue, application, device, audits=Role.AUDITOR in visit.roles)
    return page(visit, "Decisions", content)


def _before(request: Request) -> int | None:
    """The number that a request asks for what is before it."""
    text = request.arguments.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


def decisions_page(
    found: Sequence[Decided], catalogue: Catalogue | None, application: str, device: str, *, audits: bool
) -> Html:
    """Decisions, a row each; one more than is shown says that there are others. `audits`: who looks may see the audit log too."""
    older = (
        to(paths.DECISIONS, application=application, device=device, before=found[_LINES - 1].number)
        if len(found) > _LINES
        else None
    )
    return join(
        heading(
            "Decisions on record",
            tag("p", _ABOUT, class_="soft"),
            tag("p", anchor(paths.AUDIT, "The audit log"), " says who changed what.", class_="soft") if audits else None,
            _form(catalogue, application, device),
        ),
        _decided(found[:_LINES], catalogue) if found else _none(asked=bool(application or device)),
        tag("p", anchor(older, "Older →"), class_="pager") if older else None,
    )


def _form(catalogue: Catalogue | None, application: str, device: str) -> Html:
    known = catalogue.applications.values() if catalogue else ()
    options = [tag("option", one.label, value=one.id, selected=one.id == application) for one in known]
    return tag(
        "form",
        tag(
            "label",
            "Profile of the device",
            tag("input", type="search", name="device", value=device, placeholder="its URI"),
            class_="wide",
        ),
        tag("label", "Application", tag("select", tag("option", "any", value=""), options, name="application")),
        tag("button", "Show"),
        action=paths.DECISIONS,
        method="get",
        class_="search",
    )


def _none(*, asked: bool) -> Html:
    if asked:
        return empty("No such decision is on record.", anchor(paths.DECISIONS, "See all decisions"))
    return empty("No decision is on record yet.", "One is kept whenever an install begins.")


def _decided(found: Sequence[Decided], catalogue: Catalogue | None) -> Html:
    rows = (
        row(
            moment(one.at),
            tag("td", device_link(one.profile, tag("span", one.profile, class_="uri"))),
            tag("td", application_link(one.application)),
            tag("td", why_link(one.profile, one.chosen, label(one.chosen, "yes")) if one.chosen else label("nothing", "no")),
            tag("td", _verdicts(one)),
            tag("td", _catalogue(one, catalogue)),
            tag("td", tag("code", one.request)),
        )
        for one in found
    )
    columns = ("Time (UTC)", "Device", "Application", "Chosen", "Verdicts", "Catalogue", "Request")
    return table(columns, rows, label="Decisions")


def _verdicts(one: Decided) -> Html:
    """The verdict and the cause of each variant, as the record has them."""
    [record] = read_records([one.record.encode()], source="the record")
    items = [
        tag("li", mark(Verdict(verdict)), " ", tag("code", name), " ", cause)
        for name, (verdict, cause) in record.variants.items()
    ]
    return tag("details", tag("summary", f"{len(items)} variants"), tag("ul", items, class_="reasons"))


def _catalogue(one: Decided, catalogue: Catalogue | None) -> Html:
    return label("in service", "yes") if catalogue and one.catalogue == catalogue.digest else digest(one.catalogue)


# The audit log.


def audit(request: Request, service: Service) -> Steps[Response]:
    """The audit log."""
    found = yield from call(entries_before, service.database, _before(request), _LINES + 1)
    return page(visit_of(request, service), "Audit log", audit_page(found))


def audit_page(found: Sequence[Entry]) -> Html:
    """The audit log, a row each."""
    rows = (
        row(
            moment(one.at),
            tag("td", one.actor),
            tag("td", label(one.action)),
            tag("td", one.subject),
            tag("td", _detail(one.detail)),
            tag("td", tag("code", one.request)),
        )
        for one in found[:_LINES]
    )
    older = to(paths.AUDIT, before=found[_LINES - 1].number) if len(found) > _LINES else None
    columns = ("Time (UTC)", "Who", "Did", "To what", "Detail", "Request")
    return join(
        heading(
            "Audit log",
            tag("p", "Who changed what. A line is written in the transaction of its change.", class_="soft"),
            over=anchor(paths.DECISIONS, "Decisions on record"),
        ),
        filter_box("audit", "lines"),
        table(columns, rows, label="Audit log", name="audit") if found else empty("Nothing was changed yet."),
        tag("p", anchor(older, "Older →"), class_="pager") if older else None,
    )


def _detail(text: str) -> str:
    return ", ".join(f"{key} {value}" for key, value in json.loads(text).items())
