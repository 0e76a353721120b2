"""What another version of the catalogue would change: what it says otherwise, and which stored devices gain, lose or get something else.

The page is sent while it is made: a tick for every few devices, then the figures. So nobody waits before an empty page, and nothing is kept
of a comparison that nobody waits for.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from ccpp.catalogue.difference import differences
from ccpp.catalogue.loading import load_documents
from ccpp.catalogue.model import Document
from ccpp.errors import ProfileError
from ccpp.impact import Effect, impact
from ccpp.server.live import When
from ccpp.server.message import Response
from ccpp.server.pages import paths
from ccpp.server.pages.asked import sentence
from ccpp.server.pages.changes import number_of
from ccpp.server.pages.devices import profile_of
from ccpp.server.pages.forms import form
from ccpp.server.pages.frame import foot, head, headers_of, visit_of
from ccpp.server.pages.markup import Html, join, prose, tag
from ccpp.server.pages.parts import Figures, empty, figure, heading, label, row, section, table
from ccpp.server.pages.paths import anchor, device_link
from ccpp.server.problems import Refused
from ccpp.server.steps import call
from ccpp.storage.database.catalogues import active, documents_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccpp.catalogue.difference import Difference
    from ccpp.catalogue.model import Catalogue
    from ccpp.impact import Affected
    from ccpp.server.message import Lines, Request
    from ccpp.server.pages.frame import Visit
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps
    from ccpp.storage.repository import Entry

#: Devices that are compared, and those of one tick; a cold profile takes some 10 ms to read.
MAX_DEVICES, _TICK = 5_000, 5
#: Examples of one change, changes that are shown, and differences of the catalogues.
_EXAMPLES, _GROUPS, _DIFFERENCES = 5, 200, 200

_NAMES = {
    Effect.GAINED: "gains",
    Effect.LOST: "losses",
    Effect.VARIANT: "other variants",
    Effect.CONFIGURATION: "other settings",
}
_LOOKS = {Effect.GAINED: "yes", Effect.LOST: "bad", Effect.VARIANT: "maybe", Effect.CONFIGURATION: "plain"}


class Change(NamedTuple):
    """What happens alike to several devices: of which application, what, and the variants before and after."""

    application: str
    effect: Effect
    before: str | None
    after: str | None


class Found:
    """What was found so far: how many devices, whom each change concerns, and some of them with the reason."""

    def __init__(self) -> None:
        self.devices = 0
        self.unread = 0
        self.affected: set[str] = set()
        self.counts: Counter[Change] = Counter()
        self.examples: dict[Change, list[tuple[str, str]]] = {}

    def add(self, one: Affected) -> None:
        """One more device that gets something else."""
        change = Change(one.application, one.effect, *one.variants)
        self.affected.add(one.profile)
        self.counts[change] += 1
        shown = self.examples.setdefault(change, [])
        if len(shown) < _EXAMPLES:
            shown.append((one.profile, one.reason))


class Versions(NamedTuple):
    """Two versions with their numbers, and whether the second is in service already."""

    before: Catalogue
    after: Catalogue
    numbers: tuple[int, int]
    serving: bool


def show(request: Request, service: Service) -> Steps[Response]:
    """What the version `?after=` would change where the version `?before=` decides."""
    numbers = tuple(number_of(request.arguments.get(name, "")) for name in ("before", "after"))
    before = yield from call(_load, service, numbers[0])
    after = yield from call(_load, service, numbers[1])
    serving = (yield from call(active, service.database)) == numbers[1]
    compared = Versions(before, after, (numbers[0], numbers[1]), serving)
    entries = yield from call(service.library.search, "", "")
    visit = visit_of(request, service)
    lines = _lines(visit, compared, entries, request, service)
    return Response(200, headers_of(visit), lines=lines)


def _load(service: Service, number: int) -> Catalogue:
    """A version, loaded."""
    if service.live is not None and service.live.number == number:
        return service.live.catalogue
    documents = [Document(name, data) for name, data in documents_of(service.database, number)]
    return load_documents(documents, service.vocabularies)


def _lines(visit: Visit, compared: Versions, entries: Sequence[Entry], request: Request, service: Service) -> Lines:
    """The page in pieces: its head, a tick for some devices each, what was found."""
    found = Found()
    chosen = entries[:MAX_DEVICES]
    yield _sent(
        join(
            head(visit, "What would change"),
            _above(compared),
            Html(f'<p class="ticks" aria-hidden="true">{len(chosen):,} devices '),
        )
    )
    for start in range(0, len(chosen), _TICK):
        yield _ticked(compared, chosen[start : start + _TICK], found, request, service)
    yield _concluded(visit, compared, found, len(entries))


def _sent(content: Html) -> Steps[bytes]:
    yield from ()
    return content.encode(errors="replace")


def _ticked(compared: Versions, entries: Sequence[Entry], found: Found, request: Request, service: Service) -> Steps[bytes]:
    for entry in entries:
        found.devices += 1
        try:
            profile = yield from profile_of(entry.uri, request, service)
        except (ProfileError, Refused):
            found.unread += 1
            continue
        at = service.current.at(When(request.time))
        for one in impact(compared.before, compared.after, [profile], at=at):
            found.add(one)
    return b"<i></i>"


def _concluded(visit: Visit, compared: Versions, found: Found, total: int) -> Steps[bytes]:
    """The figures; they are there when this step is taken, not before."""
    return (yield from _sent(join(Html("</p>\n"), conclusion(visit, compared, found, total), foot(visit))))


def _above(compared: Versions) -> Html:
    said = differences(compared.before, compared.after)
    rows = (
        row(
            label(one.change),
            tag("td", one.kind),
            tag("td", tag("code", one.name.rpartition("#")[2])),
            tag("td", one.what),
            tag("td", _said(one, compared), class_="long"),
        )
        for one in said[:_DIFFERENCES]
    )
    more = tag("p", f"The first {_DIFFERENCES} of {len(said):,}.", class_="soft") if len(said) > _DIFFERENCES else None
    before, after = compared.numbers
    return join(
        heading(
            f"From version {before} to version {after}",
            tag("p", compared.before.label, " → ", compared.after.label, class_="lead"),
            over=anchor(paths.CHANGES, "Changes"),
        ),
        section(
            "What it says otherwise", table(("Change", "Of", "Name", "What", "Before → after"), rows, label="Differences"), more
        )
        if said
        else section("What it says otherwise", empty("Nothing: the two say the same.")),
    )


def _said(one: Difference, compared: Versions) -> Html:
    """What is said before and after, a requirement in words."""
    if one.kind == "requirement":
        graphs = compared.before.requirements, compared.after.requirements
        told = [sentence(graph[one.name], linked=False) if one.name in graph else tag("em", "nothing") for graph in graphs]
        return join(told[0], tag("div", "→ ", told[1]))
    values = [tag("em", "nothing") if value is None else str(value) for value in (one.before, one.after)]
    return join(values[0], " → ", values[1]) if one.what else Html("")


def conclusion(visit: Visit, compared: Versions, found: Found, total: int) -> Html:
    """How many devices get something else, what, some of them with the reason, and the button."""
    sums = Counter[Effect]()
    for change, number in found.counts.items():
        sums[change.effect] += number
    tiles = [
        (f"{len(found.affected):,}", "devices affected"),
        *((f"{sums[effect]:,}", name) for effect, name in _NAMES.items()),
    ]
    limits = [f"{found.devices:,} devices compared"]
    if total > found.devices:
        limits.append(f"the first of {total:,}: the limit of this page; `ccpp catalogue impact` has none")
    if found.unread:
        limits.append(f"{found.unread:,} could not be read")
    return section(
        "What devices get otherwise",
        tag("ul", (tag("li", tag("b", number), " ", name) for number, name in tiles), class_="tiles"),
        tag("p", prose("; ".join(limits) + "."), class_="soft"),
        _groups(found) if found.counts else empty("No device gets anything else."),
        _button(visit, compared),
        name="impact",
    )


def _groups(found: Found) -> Html:
    rows = (
        row(
            change.application,
            tag("td", label(change.effect.value.replace("-", " "), _LOOKS[change.effect])),
            figure(number),
            tag("td", f"{change.before or 'nothing'} → {change.after or 'nothing'}"),
            tag(
                "td",
                tag(
                    "ul",
                    (tag("li", device_link(uri, uri), ": ", prose(why)) for uri, why in found.examples[change]),
                    class_="said",
                ),
                class_="long",
            ),
        )
        for change, number in found.counts.most_common(_GROUPS)
    )
    return table(("Application", "Effect", Figures("Devices"), "Variant", "For example"), rows, label="Changes for devices")


def _button(visit: Visit, compared: Versions) -> Html | None:
    if compared.serving:
        return tag("p", "This version is in service.", class_="hint")
    if not visit.operates:
        return None
    number = compared.numbers[1]
    inner = (tag("input", type="hidden", name="number", value=number), tag("button", f"Activate version {number}"))
    return tag("div", form(visit, paths.ACTIVATE, *inner), class_="actions")
