"""The match matrix: devices in rows, applications or the variants of one in columns, a sign and a letter in each cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ccpp.errors import ProfileError
from ccpp.model import Verdict
from ccpp.server.live import When
from ccpp.server.pages import paths
from ccpp.server.pages.devices import MAX_SEARCH, called, profile_of
from ccpp.server.pages.frame import page, visit_of
from ccpp.server.pages.markup import Html, join, tag
from ccpp.server.pages.parts import empty, heading, pager, part_of, row
from ccpp.server.pages.paths import anchor, application_link, device_link, to
from ccpp.server.problems import Refused
from ccpp.server.steps import call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ccpp.catalogue.model import Application, Catalogue, Variant
    from ccpp.decision import Decision
    from ccpp.server.message import Request, Response
    from ccpp.server.pages.markup import Child
    from ccpp.server.pages.parts import Part
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps
    from ccpp.storage.repository import Entry

#: Devices and columns on one page; a cold profile takes some 10 ms to read.
_DEVICES, _COLUMNS = 40, 24
#: Columns whose names stand upright.
_FEW = 6
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Row(NamedTuple):
    """A device and what was decided for it; `None` where its profile cannot be read."""

    entry: Entry
    decisions: Mapping[str, Decision] | None


class Asked(NamedTuple):
    """What a matrix is of: devices found by a text; all applications, or the variants of one."""

    text: str
    application: Application | None

    def link(self, devices: int = 1, columns: int = 1) -> str:
        """The address of a part of the matrix."""
        of = self.application.id if self.application else None
        return to(
            paths.MATRIX, q=self.text, of=of, page=devices if devices > 1 else None, columns=columns if columns > 1 else None
        )


def matrix(request: Request, service: Service) -> Steps[Response]:
    """Which device gets what."""
    live = service.current
    asked = _asked(request, live.catalogue)
    entries = yield from call(service.library.search, asked.text, "")
    devices = part_of(request, _DEVICES, len(entries))
    rows = []
    for entry in entries[devices.slice]:
        decisions: Mapping[str, Decision] | None = None
        try:
            profile = yield from profile_of(entry.uri, request, service)
            decisions = yield from live.decisions(profile, When(request.time))
        except ProfileError:
            pass
        rows.append(Row(entry, decisions))
    width = len(asked.application.variants if asked.application else live.catalogue.applications)
    columns = part_of(request, _COLUMNS, width, "columns")
    return page(visit_of(request, service), "Matrix", matrix_page(asked, live.catalogue, rows, devices, columns))


def _asked(request: Request, catalogue: Catalogue) -> Asked:
    of = request.arguments.get("of", "")
    if of and of not in catalogue.applications:
        raise Refused(404, f"no application `{of[:80]}` in the catalogue", hint="the catalogue in service has others")
    return Asked(request.arguments.get("q", "").strip()[:MAX_SEARCH], catalogue.applications.get(of))


def matrix_page(asked: Asked, catalogue: Catalogue, rows: Sequence[Row], devices: Part, columns: Part) -> Html:
    """The matrix with its key."""
    shown = _by_variant(asked.application, rows, columns) if asked.application else _by_application(catalogue, rows, columns)
    return join(
        heading("Which device gets what", _form(asked, catalogue)),
        _key(asked, catalogue, columns),
        shown if rows else empty("No device is found by that.", anchor(paths.MATRIX, "See all devices")),
        pager(devices, lambda number: asked.link(number, columns.number)),
        pager(columns, lambda number: asked.link(devices.number, number), "columns"),
    )


def _form(asked: Asked, catalogue: Catalogue) -> Html:
    of = asked.application.id if asked.application else ""
    options = [tag("option", one.label, value=one.id, selected=one.id == of) for one in catalogue.applications.values()]
    columns = tag("select", tag("option", "applications", value=""), tag("optgroup", options, label="variants of"), name="of")
    box = tag("input", type="search", name="q", value=asked.text, maxlength=MAX_SEARCH)
    return tag(
        "form",
        tag("label", "Devices", box, class_="wide"),
        tag("label", "Against", columns),
        tag("button", "Show"),
        action=paths.MATRIX,
        method="get",
        class_="search",
    )


def _key(asked: Asked, catalogue: Catalogue, columns: Part) -> Html:
    """What signs and letters mean."""
    signs = [
        tag("span", cell, " ", text)
        for cell, text in (
            (_sign(Verdict.SATISFIED), "gets it"),
            (_sign(Verdict.INDETERMINATE), "not known"),
            (_sign(Verdict.UNSATISFIED), "does not"),
        )
    ]
    if asked.application:
        return tag("p", *signs, tag("span", _sign(Verdict.SATISFIED), " in a frame: chosen", class_="chosen"), class_="key")
    applications = list(catalogue.applications.values())[columns.slice]
    letters = tag(
        "details",
        tag("summary", "A letter is the variant that is chosen"),
        tag(
            "ul",
            (
                tag(
                    "li",
                    application_link(one.id, one.label),
                    ": ",
                    ", ".join(f"{letter} {variant.label}" for letter, variant in lettered(one)),
                )
                for one in applications
            ),
        ),
    )
    return join(tag("p", *signs, class_="key"), letters)


def lettered(application: Application) -> Iterator[tuple[str, Variant]]:
    """The variants of an application by letter, in the catalogue's order; those after the last letter have its number."""
    for place, variant in enumerate(application.variants):
        yield _LETTERS[place] if place < len(_LETTERS) else str(place + 1), variant


def _sign(verdict: Verdict) -> Html:
    return tag("span", verdict.mark, class_=f"mark {_CLASSES[verdict]}", aria_hidden="true")


_CLASSES = {Verdict.SATISFIED: "yes", Verdict.INDETERMINATE: "maybe", Verdict.UNSATISFIED: "no"}


def _by_application(catalogue: Catalogue, rows: Sequence[Row], columns: Part) -> Html:
    applications = list(catalogue.applications.values())[columns.slice]
    letters = {one.id: {variant.id: letter for letter, variant in lettered(one)} for one in applications}
    heads = [application_link(one.id, one.label) for one in applications]

    def cells(one: Row) -> Iterator[Html]:
        for application in applications:
            yield _cell_of(one.entry.uri, application, (one.decisions or {}).get(application.id), letters[application.id])

    return _grid(heads, rows, cells)


def _cell_of(uri: str, application: Application, decision: Decision | None, letters: Mapping[str, str]) -> Html:
    if decision is None:
        return tag("td", "–", title="the profile cannot be read")
    chosen = decision.selection.chosen
    href = to(paths.WHY, device=uri, application=application.id)
    if chosen:
        return _linked(href, Verdict.SATISFIED, f"{application.label}: {chosen.label}", letters[chosen.id])
    open_ = any(one.verdict is Verdict.INDETERMINATE for one in decision.selection.reasons)
    verdict = Verdict.INDETERMINATE if open_ else Verdict.UNSATISFIED
    return _linked(href, verdict, f"{application.label}: nothing{', for not all is stated' if open_ else ''}")


def _by_variant(application: Application, rows: Sequence[Row], columns: Part) -> Html:
    variants = application.variants[columns.slice]

    def cells(one: Row) -> Iterator[Html]:
        decision = (one.decisions or {}).get(application.id)
        verdicts = {reason.variant.id: reason for reason in decision.selection.reasons} if decision else {}
        for variant in variants:
            reason = verdicts.get(variant.id)
            if reason is None or decision is None:
                yield tag("td", "–", title="the profile cannot be read")
            else:
                chosen = decision.selection.chosen is variant
                title = f"{variant.label}: {reason.text}"
                href = to(paths.WHY, device=one.entry.uri, variant=variant.id)
                yield _linked(href, reason.verdict, title, class_="chosen" if chosen else None)

    return _grid(
        [join(letter, " ", variant.label) for letter, variant in list(lettered(application))[columns.slice]], rows, cells
    )


def _linked(href: str, verdict: Verdict, title: str, letter: str = "", class_: str | None = None) -> Html:
    """A cell: a sign, perhaps a letter, and a link to the reasons."""
    inner = tag("a", verdict.mark, letter, href=href, title=title, aria_label=title, class_=f"mark {_CLASSES[verdict]}")
    return tag("td", inner, class_=class_)


def _grid(heads: Sequence[Child], rows: Sequence[Row], cells: Callable[[Row], Iterable[Html]]) -> Html:
    head = tag("tr", tag("th", "Device", scope="col"), (tag("th", tag("span", one), scope="col") for one in heads))
    body = (row(device_link(one.entry.uri, called(one.entry)), *cells(one)) for one in rows)
    inner = tag("table", tag("thead", head), tag("tbody", body), class_="matrix many" if len(heads) > _FEW else "matrix")
    return tag("div", inner, class_="frame", tabindex=0, role="region", aria_label="Devices against the catalogue")
