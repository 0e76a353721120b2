"""The overview: how much there is of what, and the ways in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ccpp.server.pages import paths
from ccpp.server.pages.devices import search_form
from ccpp.server.pages.frame import page, visit_of
from ccpp.server.pages.markup import Html, join, tag
from ccpp.server.pages.parts import heading
from ccpp.server.steps import call

if TYPE_CHECKING:
    from ccpp.server.live import Live
    from ccpp.server.message import Request, Response
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps


class Figures(NamedTuple):
    """How much there is."""

    devices: int
    applications: int
    variants: int
    requirements: int


#: The ways in: address, name, and what is there.
_WAYS = (
    (
        paths.DEVICES,
        "Devices",
        "Look a device up, and see what its profile comes to: every value with the line that states it.",
    ),
    (
        paths.CATALOGUE,
        "Catalogue",
        "Read what each variant asks of a device, on what terms it is supplied, and how it is set up.",
    ),
    (paths.MATRIX, "Matrix", "See which device gets which application or variant; each cell leads to its reasons."),
    (
        paths.PLAYGROUND,
        "Playground",
        "Edit a requirement beside a device or a pasted profile; see verdict and reasons at once.",
    ),
    (paths.CHANGES, "Changes", "See who gains or loses by another version of the catalogue, before it decides anything."),
    (
        paths.DECISIONS,
        "Decisions",
        "Look up what was decided for an install, under which catalogue and why; and who changed what.",
    ),
)


def home(request: Request, service: Service) -> Steps[Response]:
    """The overview."""
    devices = yield from call(lambda: len(service.library.search("", "")))
    return page(visit_of(request, service), "Overview", home_page(_figures(devices, service.live), service.options.demo))


def _figures(devices: int, live: Live | None) -> Figures:
    if live is None:
        return Figures(devices, 0, 0, 0)
    applications = live.catalogue.applications
    variants = sum(len(one.variants) for one in applications.values())
    return Figures(devices, len(applications), variants, len(live.catalogue.requirements))


def home_page(figures: Figures, demo: bool) -> Html:  # noqa: FBT001  a fact, not a mode
    """The overview as a page."""
    counted = zip(("devices", "applications", "variants", "requirements"), figures, strict=True)
    samples = tag(
        "p",
        "These are the shipped samples: nothing here is of a real device, and all of it is gone when the server stops.",
        class_="hint",
    )
    return join(
        heading("Which device gets what, and why", search_form()),
        samples if demo else None,
        tag("ul", (tag("li", tag("b", f"{number:,}"), " ", name) for name, number in counted), class_="tiles"),
        tag(
            "ul", (tag("li", tag("a", tag("h2", name), tag("p", text), href=href)) for href, name, text in _WAYS), class_="ways"
        ),
    )
