"""The catalogue browser: applications, their variants and what these ask, as sentences; settings, artefacts, and on what terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccpp.catalogue.difference import words
from ccpp.catalogue.model import PLAIN, State
from ccpp.console import show_value
from ccpp.matching.explanation import short_name
from ccpp.requirements.expression import Reference, walk
from ccpp.server.pages import paths
from ccpp.server.pages.asked import asked, sentence
from ccpp.server.pages.frame import page, visit_of
from ccpp.server.pages.markup import Html, join, tag
from ccpp.server.pages.parts import (
    Figures,
    digest,
    empty,
    facts,
    figure,
    filter_box,
    heading,
    label,
    row,
    section,
    size_of,
    table,
)
from ccpp.server.pages.paths import anchor, application_link, requirement_link, to
from ccpp.server.problems import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ccpp.catalogue.model import Application, Artefact, Catalogue, Declaration, Layer, Supply, Variant
    from ccpp.requirements.expression import Requirement
    from ccpp.server.message import Request, Response
    from ccpp.server.pages.markup import Child
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps

_STATES = {State.LIVE: "yes", State.DRAFT: "maybe", State.WITHDRAWN: "no"}


def browse(request: Request, service: Service) -> Steps[Response]:
    """The applications of the catalogue in service."""
    yield from ()
    live = service.current
    return page(visit_of(request, service), "Catalogue", catalogue_page(live.catalogue, live.number))


def catalogue_page(catalogue: Catalogue, number: int) -> Html:
    """What a catalogue has."""
    rows = (
        row(
            application_link(one.id, one.label),
            tag("td", one.description),
            figure(len(one.variants)),
            tag("td", one.supply.version),
            tag("td", _terms_in_short(one.supply)),
        )
        for one in catalogue.applications.values()
    )
    return join(
        heading(
            catalogue.label,
            facts(
                ("Version", f"{number}"),
                ("Content", digest(catalogue.digest)),
                ("Applications", len(catalogue.applications)),
                ("Variants", sum(len(one.variants) for one in catalogue.applications.values())),
                ("Requirements", len(catalogue.requirements)),
            ),
            over="Catalogue in service",
        ),
        section(
            "Applications",
            filter_box("applications", "applications"),
            table(
                ("Application", "What it is", Figures("Variants"), "Version", "Terms"),
                rows,
                label="Applications",
                name="applications",
            ),
        ),
        section("Requirements", filter_box("requirements", "requirements"), _requirements(catalogue), name="all-requirements"),
        _terminal(catalogue) if catalogue.terminal_settings else None,
        section(
            "Settings of the operator",
            *(_layers(one.layers, f"the operator for {one.application or 'everything'}") for one in catalogue.operator),
        )
        if catalogue.operator
        else None,
        section("Preferences and refusals", _said((*catalogue.preferences, *catalogue.refusals)))
        if catalogue.preferences or catalogue.refusals
        else None,
    )


def _requirements(catalogue: Catalogue) -> Html:
    rows = (
        row(requirement_link(name, short_name(name)), tag("td", sentence(catalogue.requirements[name])))
        for name in sorted(catalogue.requirements, key=short_name)
    )
    return table(("Requirement", "What it asks"), rows, label="Requirements", name="requirements")


def _terminal(catalogue: Catalogue) -> Html:
    rows = (
        row(
            one.label,
            tag("td", requirement_link(one.requirement, short_name(one.requirement)) if one.requirement else "every device"),
            tag("td", _layers(one.layers, one.label)),
        )
        for one in catalogue.terminal_settings.values()
    )
    return section("Terminal settings", table(("Settings", "For", "Values"), rows, label="Terminal settings"))


# An application.


def show(request: Request, service: Service) -> Steps[Response]:
    """An application of the catalogue in service."""
    yield from ()
    catalogue = service.current.catalogue
    identifier = request.parameters["application"]
    application = catalogue.applications.get(identifier)
    if application is None:
        raise Refused(404, f"no application `{identifier[:80]}` in the catalogue", hint="the catalogue in service has others")
    return page(visit_of(request, service), application.label, application_page(application, catalogue))


def application_page(application: Application, catalogue: Catalogue) -> Html:
    """An application with its variants in order, the first being tried first where quality leaves it open."""
    return join(
        heading(
            application.label,
            tag("p", application.description, class_="lead") if application.description else None,
            facts(
                ("Choice", "the first that fits" if application.ordered else "the best that fits"),
                ("Otherwise", application.fallback),
                ("Domain", application.domain.value if application.domain else None),
                *_terms(application.supply),
                ("Matrix", anchor(to(paths.MATRIX, of=application.id), "which device gets which variant")),
            ),
            over=anchor(paths.CATALOGUE, "Catalogue"),
        ),
        section("Variants", (_variant(one, place, catalogue) for place, one in enumerate(application.variants, 1))),
        section("Settings of every variant", _layers(application.layers, "every variant")) if application.layers else None,
        section("Settings it takes", _declared(application.declarations.values())) if application.declarations else None,
    )


def _variant(variant: Variant, place: int, catalogue: Catalogue) -> Html:
    graph = catalogue.requirements
    asks = asked(graph[variant.requirement], graph) if variant.requirement else tag("p", "Nothing: it fits every device.")
    named = requirement_link(variant.requirement, short_name(variant.requirement)) if variant.requirement else None
    return tag(
        "article",
        tag("h3", tag("span", f"{place}.", class_="soft"), " ", variant.label, " ", tag("code", variant.id)),
        facts(
            ("Quality", f"{variant.quality:g}"),
            ("Artefact", _artefact(variant.artefact)),
            ("Languages", ", ".join(variant.languages)),
            ("Uncertain", "is served where the device does not state what is asked" if variant.serve_indeterminate else None),
            *_terms(variant.supply),
        ),
        tag("h4", "It asks", tag("span", " (", named, ")", class_="soft") if named else None),
        asks,
        tag("h4", "Settings") if variant.layers else None,
        _layers(variant.layers, variant.label) if variant.layers else None,
        tag("h4", "Parts that go along") if variant.parts else None,
        tag("ul", (tag("li", part.label, " ", tag("code", part.id), " ", _artefact(part.artefact)) for part in variant.parts))
        if variant.parts
        else None,
        class_="card",
        id=f"variant-{variant.id}",
    )


def _artefact(artefact: Artefact) -> Html:
    size = f", {size_of(artefact.size)}" if artefact.size else ""
    signed = ", signed" if artefact.signature else ""
    return join(tag("span", artefact.uri, class_="uri"), tag("span", f" {artefact.media_type}{size}{signed}", class_="soft"))


def _terms_in_short(supply: Supply) -> Html | None:
    if supply is PLAIN:
        return None
    state = None if supply.state is State.LIVE else label(supply.state.value, _STATES[supply.state])
    share = label(f"{supply.rollout.share:.0%} of devices", "maybe") if supply.rollout and supply.rollout.share < 1 else None
    others = [name for name in ("exceptions", "needs", "conflicts", "budget") if getattr(supply, name)]
    return join(state, " " if state else None, share, " " if share else None, ", ".join(others))


def _terms(supply: Supply) -> Iterator[tuple[str, Child]]:
    """On what terms something is supplied, a fact each."""
    yield "State", None if supply.state is State.LIVE else label(supply.state.value, _STATES[supply.state])
    yield "Version", supply.version
    yield "Rollout", words(supply.rollout) or "everybody" if supply.rollout else None
    yield "Budget", size_of(supply.budget) if supply.budget else None
    for name in ("exceptions", "preferences", "needs", "conflicts", "provides"):
        stated = getattr(supply, name)
        yield name.capitalize(), _said(stated) if stated else None


def _said(things: Iterable[object]) -> Html:
    return tag("ul", (tag("li", words(one)) for one in things), class_="said")


def _layers(layers: Iterable[Layer], whose: str) -> Html:
    """Settings by layer, each with its condition; nothing of a secret."""
    rows = (
        row(
            tag("code", setting.key),
            tag("td", show_value(setting.value), class_="value"),
            tag("td", setting.rule.value if setting.rule else None),
            tag("td", join("where ", requirement_link(layer.when, short_name(layer.when))) if layer.when else "always"),
        )
        for layer in layers
        for setting in layer.settings
    )
    return table(("Setting", "Value", "Rule", "When"), rows, label=f"Settings of {whose}")


def _declared(declarations: Iterable[Declaration]) -> Html:
    rows = (
        row(
            tag("code", one.key),
            tag("td", one.type.value),
            tag("td", words(one)),
        )
        for one in declarations
    )
    return table(("Setting", "Type", "In full"), rows, label="Settings that it takes")


# A requirement.


def requirement(request: Request, service: Service) -> Steps[Response]:
    """A requirement of the catalogue in service."""
    yield from ()
    catalogue = service.current.catalogue
    name = request.arguments.get("name", "")
    if name not in catalogue.requirements:
        raise Refused(404, f"no requirement `{name[:120]}` in the catalogue", hint="the catalogue in service has others")
    return page(visit_of(request, service), short_name(name), requirement_page(name, catalogue))


def requirement_page(name: str, catalogue: Catalogue) -> Html:
    """What a requirement asks, what rests on it, and the way to try another one."""
    graph = catalogue.requirements
    variants = [
        (application, one)
        for application in catalogue.applications.values()
        for one in application.variants
        if one.requirement and name in reached(one.requirement, graph)
    ]
    users = [tag("li", application_link(application.id, application.label), ": ", one.label) for application, one in variants]
    others = [other for other in sorted(graph, key=short_name) if name in _names(graph[other])]
    return join(
        heading(
            short_name(name),
            facts(
                ("Name", tag("span", name, class_="uri")),
                ("Try it", anchor(to(paths.PLAYGROUND, requirement=name), "edit it in the playground")),
                (
                    "Used by",
                    join(
                        *(
                            join(", " if place else None, requirement_link(one, short_name(one)))
                            for place, one in enumerate(others)
                        )
                    ),
                ),
            ),
            over=anchor(paths.CATALOGUE, "Catalogue"),
        ),
        section("What it asks", asked(graph[name], graph)),
        section("Variants that rest on it", tag("ul", users) if users else empty("No variant rests on it.")),
    )


def _names(one: Requirement) -> set[str]:
    return {part.name for part in walk(one) if isinstance(part, Reference)}


def reached(name: str, graph: Mapping[str, Requirement]) -> list[str]:
    """The requirements that one rests on, itself the first."""
    found = [name]
    for one in found:
        found += [other for other in sorted(_names(graph[one])) if other not in found]
    return found
