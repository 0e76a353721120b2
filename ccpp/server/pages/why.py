"""Why a device gets a variant or does not: every condition with what is asked and what is stated where, and what would change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccpp.advice import advise
from ccpp.console import show_value
from ccpp.matching.explanation import short_name
from ccpp.matching.flipping import phrase
from ccpp.model import Verdict
from ccpp.server.live import When
from ccpp.server.pages import paths
from ccpp.server.pages.asked import asked
from ccpp.server.pages.devices import name_of, profile_of
from ccpp.server.pages.frame import page, visit_of
from ccpp.server.pages.markup import Html, join, prose, tag
from ccpp.server.pages.parts import Figures, badge, empty, heading, label, mark, row, section, table
from ccpp.server.pages.paths import application_link, device_link, requirement_link, to, why_link
from ccpp.server.problems import Refused
from ccpp.server.steps import call

if TYPE_CHECKING:
    from ccpp.advice import Advice
    from ccpp.catalogue.model import Application, Catalogue, Variant
    from ccpp.decision import Decision
    from ccpp.matching.explanation import Explanation, Fact
    from ccpp.model import Origin, ResolvedProfile
    from ccpp.selection import Reason
    from ccpp.server.message import Request, Response
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps

#: Values of an attribute that are shown in one line.
_VALUES = 8
#: What an explanation calls a conjunction.
_ALL = "all of"


def why(request: Request, service: Service) -> Steps[Response]:
    """Why a device gets a variant (`?variant=`) or what it gets of an application (`?application=`), or does not."""
    live = service.current
    catalogue = live.catalogue
    profile = yield from profile_of(request.arguments.get("device", ""), request, service)
    application, variant = _subject(request, catalogue)
    decisions = yield from live.decisions(profile, When(request.time))
    decision = decisions[application.id]
    visit = visit_of(request, service)
    title = f"{(variant or application).label} on {name_of(profile)}"
    if variant is None:
        return page(visit, title, choice_page(decision, profile))
    reason = next(one for one in decision.selection.reasons if one.variant is variant)
    advice = None
    if variant.requirement:
        advice = yield from call(advise, variant, profile, catalogue, service.vocabularies.attributes)
    return page(visit, title, variant_page(application, reason, profile, advice, catalogue))


def _subject(request: Request, catalogue: Catalogue) -> tuple[Application, Variant | None]:
    """What is asked about.

    Raises:
        Refused: the catalogue has no such thing.
    """
    name, variant = (request.arguments.get(key, "") for key in ("application", "variant"))
    if name in catalogue.applications and not variant:
        return catalogue.applications[name], None
    found = [(one, each) for one in catalogue.applications.values() for each in one.variants if each.id == variant]
    if not found:
        raise Refused(
            404, f"nothing is called `{(variant or name)[:80]}` in the catalogue", hint="the catalogue in service has others"
        )
    return found[0]


# An application: the choice among its variants.


def choice_page(decision: Decision, profile: ResolvedProfile) -> Html:
    """What a device gets of an application, and the reason of each variant."""
    selection = decision.selection
    application, chosen = selection.application, selection.chosen
    rows = (
        row(
            why_link(profile.uri, one.variant.id, one.variant.label),
            tag("td", mark(one.verdict)),
            tag("td", prose(one.text)),
            tag("td", f"{one.variant.quality:g}", class_="n"),
            class_="chosen" if one.variant is chosen else None,
        )
        for one in selection.reasons
    )
    served = join("gets ", label(chosen.label, "yes")) if chosen else join("gets ", label("nothing", "no"))
    return join(
        heading(
            join(application.label, " on ", name_of(profile)),
            tag(
                "p",
                device_link(profile.uri, name_of(profile)),
                " ",
                served,
                " of ",
                application_link(application.id, application.label),
                ".",
            ),
            over=tag("a", "Matrix", href=paths.MATRIX),
        ),
        section("Every variant, and why", table(("Variant", "Fits", "Reason", Figures("Quality")), rows, label="Variants")),
        _configuration(decision) if decision.configuration else None,
    )


def _configuration(decision: Decision) -> Html:
    rows = (
        row(
            tag("code", key),
            tag("td", show_value(one.value), class_="value"),
            tag("td", ", ".join(winner.layer for winner in one.winners)),
            tag("td", ", ".join(loser.layer for loser in one.losers)),
        )
        for key, one in decision.configuration.items()
    )
    return section("How it is set up", table(("Setting", "Value", "Stated by", "Beats"), rows, label="Settings"))


# A variant: its requirement.


def variant_page(
    application: Application, reason: Reason, profile: ResolvedProfile, advice: Advice | None, catalogue: Catalogue
) -> Html:
    """The reasons for one variant, and what would change them."""
    variant = reason.variant
    head = heading(
        join(variant.label, " on ", name_of(profile)),
        tag("p", badge(reason.verdict), " ", prose(_sentence(reason.text)), class_="lead"),
        tag(
            "p",
            device_link(profile.uri, name_of(profile)),
            " · ",
            application_link(application.id, application.label),
            " · ",
            _all(application, profile),
        ),
        over=tag("a", "Matrix", href=paths.MATRIX),
    )
    if advice is None or variant.requirement is None:
        return join(head, empty("The variant asks nothing: it fits every device."))
    return join(
        head,
        reasons(advice.explanation, profile.uri, short_name(variant.requirement)),
        changes(advice, short_name(variant.requirement)),
        _nearest(advice, profile),
        _whole(variant.requirement, catalogue, profile.uri),
    )


def _all(application: Application, profile: ResolvedProfile) -> Html:
    return tag("a", "all its variants", href=to(paths.WHY, device=profile.uri, application=application.id))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def reasons(explanation: Explanation, uri: str | None, name: str) -> Html:
    """What decided about a requirement, condition by condition; the parts that did not matter are left out.

    Args:
        explanation: the reasons.
        uri: the device's profile, whose lines are linked to; `None` where it is not in the repository.
        name: what the requirement is called.
    """
    title = "Why it fits" if explanation.verdict is Verdict.SATISFIED else "What stands in the way"
    return section(title, tag("ul", _part(explanation, uri, name), class_="reasons"))


def _part(part: Explanation, uri: str | None, name: str | None = None) -> Html:
    if part.fact is not None:
        return _fact(part.fact, part.verdict, uri)
    inner = part.parts
    while len(inner) == 1 and inner[0].fact is None and inner[0].what == _ALL:
        inner = inner[0].parts  # what a requirement asks is nearly always all of something
    title = tag("span", name or short_name(part.what), title=part.what, class_="attribute")
    return tag("li", tag("div", mark(part.verdict), " ", title), tag("ul", (_part(one, uri) for one in inner)))


def _fact(fact: Fact, verdict: Verdict, uri: str | None) -> Html:
    return tag(
        "li",
        tag(
            "div",
            mark(verdict),
            " ",
            tag("span", fact.attribute.name, title=str(fact.attribute), class_="attribute"),
            " ",
            prose(fact.asked),
        ),
        tag(
            "div",
            "the device states " if fact.values is not None else None,
            _stated(fact),
            _places(fact.origins, uri),
            class_="stated",
        ),
    )


def _stated(fact: Fact) -> Html:
    if fact.values is None:
        return tag("em", "the device does not state it")
    shown = show_value(fact.values[:_VALUES]) if len(fact.values) != 1 else show_value(fact.values[0])
    more = len(fact.values) - _VALUES
    return join(tag("b", shown), f" and {more} more" if more > 0 else None)


def _places(origins: tuple[Origin, ...], uri: str | None) -> Html:
    """The lines that state a value."""
    lines = dict.fromkeys((one.line, one.kind.value) for one in origins if one.line)

    def place(line: int) -> Html:
        text = f"line {line}"
        return tag("a", text, href=f"{to(paths.SOURCE, uri=uri)}#L{line}") if uri else tag("span", text)

    return join(*(join(", ", place(line), f" ({kind})") for line, kind in lines if line))


def changes(advice: Advice, name: str) -> Html | None:
    """What would flip the verdict on the requirement of that name: on the device, in the requirement; and what to ask the device for."""
    if advice.explanation.verdict is Verdict.SATISFIED:
        names = ", ".join(str(one) for one in advice.core)
        return section("What it rests on", tag("p", f"It would be another verdict without any of: {names}.")) if names else None
    asks = ", ".join(str(one) for one in advice.missing)
    return section(
        "What would change it",
        tag("p", "Worth asking the device for: ", tag("b", asks), ".", class_="hint") if asks else None,
        tag("div", _other_device(advice, name), _other_requirement(advice, name), class_="two"),
    )


def _other_device(advice: Advice, name: str) -> Html:
    rows = (
        row(
            one.attribute.name,
            tag("td", "not stated" if one.before is None else show_value(one.before)),
            tag("td", show_value(one.after)),
        )
        for one in advice.device or ()
    )
    listed = table(("Attribute", "Now", "Instead"), rows, label=f"Changes of the device for {name}")
    none = empty("No such device was found.")
    return tag("div", tag("h3", "A device with this would get it"), listed if advice.device else none)


def _other_requirement(advice: Advice, name: str) -> Html:
    rows = (
        row(
            one.constraint.attribute.name,
            tag("td", prose(phrase(one.constraint))),
            tag("td", "nothing: drop it" if one.operand is None else prose(phrase(one.constraint, one.operand))),
        )
        for one in advice.requirement or ()
    )
    listed = table(("Attribute", "Asked now", "Instead"), rows, label=f"Changes of {name}")
    none = empty("No such requirement was found.")
    return tag("div", tag("h3", "A requirement that asked for this would let it"), listed if advice.requirement else none)


def _nearest(advice: Advice, profile: ResolvedProfile) -> Html | None:
    if not advice.nearest:
        return None
    rows = (
        row(
            why_link(profile.uri, variant.id, variant.label),
            tag("td", f"{unmet} in the way" if unmet else label("fits", "yes")),
        )
        for variant, unmet in advice.nearest
    )
    return section("The nearest other variants", table(("Variant", "Conditions"), rows, label="Other variants"))


def _whole(requirement: str, catalogue: Catalogue, uri: str) -> Html:
    graph = catalogue.requirements
    name = short_name(requirement)
    inner = tag("details", tag("summary", name, " in full"), asked(graph[requirement], graph))
    edit = tag("a", "edit it in the playground", href=to(paths.PLAYGROUND, device=uri, requirement=requirement))
    return section("What it asks", inner, tag("p", "See ", requirement_link(requirement, name), " by itself, or ", edit, "."))
