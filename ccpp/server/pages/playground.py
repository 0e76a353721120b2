"""The playground: a device or a pasted profile, a requirement to be edited, and the verdict with its reasons at once.

Without script the form is sent by its button; with script it is sent while one types, and what came back takes the place of the result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ccpp.errors import CcppError, ProfileError
from ccpp.matching.definition import evaluate
from ccpp.matching.explanation import short_name
from ccpp.model import Verdict
from ccpp.server.devices import Given
from ccpp.server.pages import paths
from ccpp.server.pages.asked import asked
from ccpp.server.pages.catalogue import reached
from ccpp.server.pages.devices import called, name_of, profile_of
from ccpp.server.pages.forms import form, read_form
from ccpp.server.pages.frame import page, visit_of
from ccpp.server.pages.markup import Html, join, prose, tag
from ccpp.server.pages.parts import badge, heading, mark, section
from ccpp.server.pages.paths import anchor, device_link, to
from ccpp.server.pages.trial import EXAMPLES, MAX_TEXT, excerpt, read_trial, try_on
from ccpp.server.pages.why import changes, reasons
from ccpp.server.problems import Refused
from ccpp.server.steps import call
from ccpp.storage.database.catalogues import documents_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccpp.model import ResolvedProfile
    from ccpp.server.message import Request, Response
    from ccpp.server.pages.frame import Visit
    from ccpp.server.pages.trial import Trial, Tried
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps
    from ccpp.storage.repository import Entry

#: Devices that can be chosen from, and those that a requirement is tried on beside the one; a cold profile takes some 10 ms.
_CHOICE, _OTHERS = 500, 40
#: Characters of a pasted profile; the largest real one has 90 kB.
MAX_PROFILE = 1_000_000


class Entered(NamedTuple):
    """What stands in the form."""

    device: str = ""
    profile: str = ""
    requirement: str = ""


class Outcome(NamedTuple):
    """What came of it: the device, what each requirement comes to, the verdict on some other devices; or what is wrong."""

    profile: ResolvedProfile | None = None
    known: bool = False
    tried: tuple[Tried, ...] = ()
    trial: Trial | None = None
    others: tuple[tuple[Entry, Verdict], ...] = ()
    problem: CcppError | None = None


def play(request: Request, service: Service) -> Steps[Response]:
    """The playground, with the device and the requirement that the address or the form says."""
    entries = yield from call(service.library.search, "", "")
    entered = yield from _entered(request, service, entries)
    outcome = yield from _outcome(entered, entries, request, service)
    visit = visit_of(request, service)
    return page(visit, "Playground", playground_page(visit, entered, outcome, entries[:_CHOICE]))


def _entered(request: Request, service: Service, entries: Sequence[Entry]) -> Steps[Entered]:
    if request.method == "POST":
        sent = read_form(request)
        return Entered(sent.text("device").strip(), sent.text("profile"), sent.text("requirement"))
    arguments = request.arguments
    first = entries[0].uri if entries else ""
    text = yield from call(_written, service, arguments.get("requirement", ""))
    return Entered(arguments.get("device", first), "", text or EXAMPLES.get(arguments.get("example", ""), EXAMPLES["Turtle"]))


def _written(service: Service, name: str) -> str:
    """A requirement of the catalogue in service and those it rests on, as they are written there."""
    live = service.live
    if live is None or name not in live.catalogue.requirements:
        return ""
    text = excerpt(documents_of(service.database, live.number), reached(name, live.catalogue.requirements))
    return text if len(text) <= MAX_TEXT else ""


def _outcome(entered: Entered, entries: Sequence[Entry], request: Request, service: Service) -> Steps[Outcome]:
    try:
        known = not entered.profile.strip()
        profile = yield from _profile(entered, request, service)
        trial = yield from call(read_trial, entered.requirement, service.vocabularies)
        tried = yield from call(try_on, profile, trial, service.vocabularies)
    except CcppError as error:
        return Outcome(problem=error)
    others = []
    for entry in entries[:_OTHERS]:
        try:
            other = yield from profile_of(entry.uri, request, service)
        except (ProfileError, Refused):
            continue
        others.append((entry, evaluate(tried[0].required, other, trial.graph)))
    return Outcome(profile, known, tried, trial, tuple(others))


def _profile(entered: Entered, request: Request, service: Service) -> Steps[ResolvedProfile]:
    """The device: the profile that was pasted, else the one of that URI.

    Raises:
        CcppError: it cannot be read, or there is none.
    """
    if not entered.profile.strip():
        return (yield from profile_of(entered.device, request, service))
    if len(entered.profile) > MAX_PROFILE:
        raise Refused(413, f"more than {MAX_PROFILE:,} characters of a profile", hint="import it into the repository")
    given = Given(document=entered.profile.encode(errors="replace"), uri="urn:ccpp:pasted", name="the pasted profile")
    return (yield from service.devices.find(given, request.time)).profile


# The page.


def playground_page(visit: Visit, entered: Entered, outcome: Outcome, entries: Sequence[Entry]) -> Html:
    """The form, and beside it what comes of it."""
    result = tag("div", result_of(outcome), id="result", class_="result", aria_live="polite")
    inner = tag(
        "div", form(visit, paths.PLAYGROUND, _fields(entered, entries), class_="play", id_="play"), result, class_="two wide"
    )
    return join(
        heading("Playground", tag("p", "Edit a requirement, and see what it comes to. Nothing is kept.", class_="soft")), inner
    )


def _fields(entered: Entered, entries: Sequence[Entry]) -> Html:
    options = [tag("option", called(one), value=one.uri, selected=one.uri == entered.device) for one in entries]
    if entered.device and all(one.uri != entered.device for one in entries):
        options.insert(0, tag("option", entered.device, value=entered.device, selected=True))
    pasted = tag("textarea", "\n", entered.profile, name="profile", rows=8, maxlength=MAX_PROFILE, spellcheck="false")
    written = tag(
        "textarea",
        "\n",
        entered.requirement,
        name="requirement",
        rows=14,
        maxlength=MAX_TEXT,
        spellcheck="false",
        required=True,
    )
    examples = (
        join(", " if place else None, anchor(to(paths.PLAYGROUND, device=entered.device, example=name), name))
        for place, name in enumerate(EXAMPLES)
    )
    return join(
        tag("label", "Device", tag("select", options, name="device")),
        tag(
            "details",
            tag("summary", "or paste a profile"),
            tag("label", "Profile, in RDF/XML", pasted),
            open=bool(entered.profile.strip()),
        ),
        tag("label", "Requirement", written),
        tag("p", "As in a catalogue, or RFC 2533; the usual prefixes are there. Examples: ", examples, class_="soft small"),
        tag("button", "Try it"),
    )


def result_of(outcome: Outcome) -> Html:
    """The verdicts with their reasons, or what is wrong."""
    if outcome.problem is not None:
        error = outcome.problem
        line = f"Line {error.line}: " if error.line else ""
        hint = tag("p", prose(error.hint), class_="soft") if error.hint else None
        return tag(
            "div", tag("p", tag("b", "That cannot be tried.")), tag("p", line, prose(error.message)), hint, class_="hint bad"
        )
    uri = outcome.profile.uri if outcome.profile and outcome.known else None
    return join(*(_tried(one, outcome, uri) for one in outcome.tried), _others(outcome))


def _tried(one: Tried, outcome: Outcome, uri: str | None) -> Html:
    explanation = one.advice.explanation
    name = name_of(outcome.profile) if outcome.profile else ""
    graph = outcome.trial.graph if outcome.trial else {}
    return tag(
        "article",
        tag("h2", short_name(one.name), " ", badge(explanation.verdict)),
        tag("p", "on ", device_link(uri, name) if uri else name, class_="soft"),
        reasons(explanation, uri, short_name(one.name)),
        changes(one.advice, short_name(one.name)),
        section("What it asks", tag("details", tag("summary", "in words"), asked(one.required, graph, linked=False))),
    )


def _others(outcome: Outcome) -> Html | None:
    """The verdict of the first requirement on some devices of the repository."""
    if not outcome.others:
        return None
    counted = [sum(verdict is one for _, verdict in outcome.others) for one in Verdict]
    said = ", ".join(f"{number} {verdict.value}" for number, verdict in zip(counted, Verdict, strict=True))
    items = (tag("li", mark(verdict), " ", device_link(entry.uri, called(entry))) for entry, verdict in outcome.others)
    return section(
        f"On {len(outcome.others)} stored devices", tag("p", said, class_="soft"), tag("ul", items, class_="columns")
    )
