"""The device explorer: profiles looked for by vendor, model, URI or User-Agent; a device with its attributes, their origins and findings."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from ccpp.console import show_value
from ccpp.model import Status
from ccpp.resolution import account
from ccpp.server.devices import Given
from ccpp.server.live import When
from ccpp.server.pages import paths
from ccpp.server.pages.frame import page, visit_of
from ccpp.server.pages.markup import Html, breaking, join, prose, tag
from ccpp.server.pages.parts import (
    Figures,
    digest,
    empty,
    facts,
    figure,
    filter_box,
    heading,
    label,
    moment,
    pager,
    part_of,
    row,
    section,
    table,
)
from ccpp.server.pages.paths import anchor, application_link, device_link, to, why_link
from ccpp.server.problems import Refused
from ccpp.server.steps import call
from ccpp.situation import MODEL, VENDOR

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ccpp.decision import Decision
    from ccpp.diagnostics import Diagnostic
    from ccpp.model import AttributeName, Origin, Resolved, ResolvedProfile
    from ccpp.server.message import Request, Response
    from ccpp.server.pages.markup import Child
    from ccpp.server.pages.parts import Part
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps
    from ccpp.storage.repository import Entry

#: Devices on one page.
_DEVICES = 50
#: Vendors that can be chosen from; all profiles ever collected name some hundred.
_VENDORS = 300
#: Characters of a search.
MAX_SEARCH = 512
#: Bytes of a document that are shown; the largest real profile has 90 kB.
_SHOWN = 1_000_000


class Found(NamedTuple):
    """Profiles that were looked for; `named` is the one whose device the text names as a User-Agent."""

    entries: tuple[Entry, ...]
    named: Entry | None
    vendors: Mapping[str, int]


# Search.


def search(request: Request, service: Service) -> Steps[Response]:
    """The profiles of the repository, as far as a text is in vendor, model or URI, or names the device."""
    text, vendor = (request.arguments.get(name, "").strip()[:MAX_SEARCH] for name in ("q", "vendor"))
    found = yield from call(_find, service, text, vendor)
    part = part_of(request, _DEVICES, len(found.entries))
    return page(visit_of(request, service), "Devices", search_page(found, text, vendor, part))


def _find(service: Service, text: str, vendor: str) -> Found:
    library = service.library
    entries = library.search(text, vendor)
    named = library.named(text) if text and not vendor else None
    vendors = Counter(entry.vendor for entry in library.search("", "") if entry.vendor)
    return Found(entries, named, dict(sorted(vendors.items(), key=lambda pair: pair[0].casefold())[:_VENDORS]))


def search_page(found: Found, text: str, vendor: str, part: Part) -> Html:
    """The search with what it found."""
    named = found.named if found.named and found.named not in found.entries else None
    told = tag("p", "That User-Agent is of ", device_link(named.uri, called(named)), ".", class_="hint") if named else None
    return join(
        heading("Devices", search_form(text, found.vendors, vendor)),
        told,
        _listed(found.entries, part) if found.entries else None if named else _nothing(text or vendor),
        pager(part, lambda number: to(paths.DEVICES, q=text, vendor=vendor, page=number)),
    )


def search_form(text: str = "", vendors: Mapping[str, int] | None = None, vendor: str = "") -> Html:
    """The form that looks for devices."""
    chosen = vendor.casefold()
    options = [
        tag("option", f"{name} ({number})", value=name, selected=name.casefold() == chosen)
        for name, number in (vendors or {}).items()
    ]
    select = tag("label", "Vendor", tag("select", tag("option", "any", value=""), options, name="vendor")) if options else None
    box = tag(
        "input", type="search", name="q", value=text, maxlength=MAX_SEARCH, placeholder="Nokia 6600, n80.xml, Mozilla/5.0 …"
    )
    return tag(
        "form",
        tag("label", "Vendor, model, URI or user agent", box, class_="wide"),
        select,
        tag("button", "Search"),
        action=paths.DEVICES,
        method="get",
        role="search",
        class_="search",
    )


def called(entry: Entry) -> str:
    """What people call the device of a document."""
    return " ".join(filter(None, (entry.vendor, entry.model))) or entry.uri


def _listed(entries: Sequence[Entry], part: Part) -> Html:
    rows = (
        row(
            device_link(entry.uri, called(entry)),
            tag("td", tag("span", entry.uri, class_="uri")),
            figure(entry.errors),
            figure(entry.warnings),
            figure(entry.infos),
        )
        for entry in entries[part.slice]
    )
    return table(("Device", "Profile", *map(Figures, ("Errors", "Warnings", "Remarks"))), rows, label="Devices", class_="sort")


def _nothing(asked: str) -> Html:
    if asked:
        return empty("No device is found by that.", join("Try fewer words, or ", anchor(paths.DEVICES, "see all devices"), "."))
    return empty(
        "The repository has no profiles yet.",
        join(
            "Import some: ",
            tag("code", "ccpp profiles import DIRECTORY"),
            ", and name the file by ",
            tag("code", "--repository"),
            ".",
        ),
    )


# One device.


def show(request: Request, service: Service) -> Steps[Response]:
    """A device of the repository."""
    uri = request.arguments.get("uri", "")
    profile = yield from profile_of(uri, request, service)
    decisions: Mapping[str, Decision] = {}
    if service.live is not None:
        decisions = yield from service.live.decisions(profile, When(request.time))
    entry = yield from call(service.library.entry, uri)
    title = name_of(profile)
    return page(visit_of(request, service), title, device_page(profile, decisions, entry))


def profile_of(uri: str, request: Request, service: Service) -> Steps[ResolvedProfile]:
    """The resolved profile of a URI, with derived attributes.

    Raises:
        Refused: there is none.
    """
    device = yield from service.devices.find(Given(references=(uri,)), request.time)
    if not device.known:
        raise Refused(404, f"no profile `{uri[:120]}` in the repository", hint="look for the device by its vendor or model")
    return device.profile


def name_of(profile: ResolvedProfile) -> str:
    """What people call a device: its vendor and model, else its URI."""
    said = (str(value) for name in (VENDOR, MODEL) for value in (profile.values(name) or ())[:1])
    return " ".join(said) or profile.uri


def device_page(profile: ResolvedProfile, decisions: Mapping[str, Decision], entry: Entry | None) -> Html:
    """What is known of a device, what it gets, and what is wrong with its profile."""
    return join(
        heading(
            name_of(profile),
            facts(
                ("Profile", tag("span", profile.uri, class_="uri")),
                ("Content", digest(profile.digest)),
                ("Attributes", len(profile.attributes)),
                ("Imported", moment(entry.first_seen) if entry and entry.first_seen else None),
                ("Document", anchor(to(paths.SOURCE, uri=profile.uri), "as it was received")),
            ),
            over=anchor(paths.DEVICES, "Devices"),
        ),
        section("What it gets", _gets(profile, decisions), name="gets") if decisions else None,
        section("Attributes", filter_box("attributes", "attributes"), _attributes(profile, entry), name="attributes-of"),
        section("Findings", _findings(profile.diagnostics, profile.uri), name="findings"),
    )


def _gets(profile: ResolvedProfile, decisions: Mapping[str, Decision]) -> Html:
    rows = []
    for name, decision in decisions.items():
        selection = decision.selection
        chosen = selection.chosen
        reason = next((one.text for one in selection.reasons if one.variant is chosen), "none of its variants fits")
        served = why_link(profile.uri, chosen.id, label(chosen.label, "yes")) if chosen else label("nothing", "no")
        others = anchor(to(paths.WHY, device=profile.uri, application=name), f"all {len(selection.reasons)} variants")
        cells = (tag("td", served), tag("td", prose(reason)), tag("td", others))
        rows.append(row(application_link(name, selection.application.label), *cells))
    return table(("Application", "Variant", "Reason", "Why, and why not"), rows, label="What the device gets")


def _attributes(profile: ResolvedProfile, entry: Entry | None) -> Html:
    own = {profile.uri, entry.base} if entry else {profile.uri}
    if not profile.attributes:
        return empty("The profile states nothing.")
    groups = groupby(sorted(profile.attributes.items()), key=lambda pair: pair[0].component)
    bodies = [
        tag(
            "tbody",
            tag("tr", tag("th", component, scope="rowgroup", colspan=3), class_="group"),
            (_attribute(name, resolved, profile.uri, own) for name, resolved in members),
        )
        for component, members in groups
    ]
    heads = tag("tr", (tag("th", column, scope="col") for column in ("Attribute", "Value", "Stated")))
    inner = tag("table", tag("thead", heads), bodies, id="attributes", class_="attributes")
    return tag("div", inner, class_="frame", tabindex=0, role="region", aria_label="Attributes of the device")


def _attribute(name: AttributeName, resolved: Resolved, uri: str, own: Collection[str]) -> Html:
    status = None if resolved.status is Status.OK else label(resolved.status.value, "maybe")
    origins = [_origin(stated.origin, uri, own) for stated in resolved.winners[:3]]
    more = len(resolved.winners) - len(origins)
    beaten = _beaten(resolved) if resolved.losers else None
    told = join(
        [tag("div", one) for one in origins], tag("div", f"and {more} more", class_="soft") if more > 0 else None, beaten
    )
    cell = tag("td", show_value(resolved.value), " " if status else None, status, class_="value")
    return row(tag("span", breaking(name.name), title=resolved.attribute.uri), cell, tag("td", told, class_="origins"))


def _origin(origin: Origin, uri: str, own: Collection[str]) -> Html:
    """Where a value was stated: what kind of statement, the line, and the document where that is not one of the device's `own`."""
    line = tag("span", f"line {origin.line}") if origin.line else None
    if line and origin.document in own:
        line = tag("a", f"line {origin.line}", href=f"{to(paths.SOURCE, uri=uri)}#L{origin.line}")
    document = None if origin.document in own else tag("span", origin.document, class_="uri")
    return join(tag("span", origin.kind.value, class_="kind"), " ", line, " " if line and document else None, document)


def _beaten(resolved: Resolved) -> Html:
    """The statements that lost, and why."""
    lost = [
        tag(
            "li",
            tag("span", show_value(stated.value), class_="value"),
            " ",
            stated.origin.kind.value,
            f", line {stated.origin.line}: {reason}",
        )
        for stated, won, reason in account(resolved)
        if not won
    ]
    return tag("details", tag("summary", f"beats {len(lost)}"), tag("ul", lost))


def _findings(found: Iterable[Diagnostic], uri: str) -> Html:
    rows = []
    for one in found:
        line: Child = tag("a", one.line, href=f"{to(paths.SOURCE, uri=uri)}#L{one.line}") if one.line else None
        severity = label(one.severity.value, {"error": "bad", "warning": "maybe"}.get(one.severity.value, "plain"))
        rows.append(row(tag("code", one.code), tag("td", severity), tag("td", prose(one.message)), tag("td", line, class_="n")))
    if not rows:
        return empty("Nothing was found wrong with the profile.")
    return table(("Code", "Severity", "Finding", Figures("Line")), rows, label="Findings", class_="sort")


# Its document.


def source(request: Request, service: Service) -> Steps[Response]:
    """The document of a profile as it was received, with the numbers of its lines."""
    uri = request.arguments.get("uri", "")
    content = yield from call(service.library.document, uri)
    if content is None:
        raise Refused(404, f"no profile `{uri[:120]}` in the repository", hint="look for the device by its vendor or model")
    return page(visit_of(request, service), "Document", source_page(uri, content))


def source_page(uri: str, content: bytes) -> Html:
    """A document line by line; what is no text of it is shown as such."""
    lines = content[:_SHOWN].decode(errors="replace").splitlines()
    cut = tag("p", f"The first {_SHOWN:,} bytes of {len(content):,}.", class_="hint") if len(content) > _SHOWN else None
    rows = (tag("li", tag("code", line or " "), id=f"L{number}") for number, line in enumerate(lines, 1))
    listing = tag("ol", rows)
    return join(
        heading("Document", tag("p", tag("span", uri, class_="uri"), class_="soft"), over=device_link(uri, "Device")),
        cut,
        tag("div", listing, class_="frame source", tabindex=0, role="region", aria_label="The document"),
    )
