"""Where the pages are, and links to them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from ccpp.server.pages.markup import tag
from ccpp.server.views import link

if TYPE_CHECKING:
    from ccpp.server.pages.markup import Child, Html

HOME = "/pages"
DEVICES, DEVICE, SOURCE = "/pages/devices", "/pages/device", "/pages/source"
CATALOGUE, APPLICATIONS, REQUIREMENT = "/pages/catalogue", "/pages/applications", "/pages/requirement"
MATRIX, WHY = "/pages/matrix", "/pages/why"
DECISIONS, AUDIT = "/pages/decisions", "/pages/audit"
CHANGES, IMPACT, UPLOAD = "/pages/changes", "/pages/impact", "/pages/changes/upload"
ACTIVATE, ROLLBACK = "/pages/changes/activate", "/pages/changes/rollback"
PLAYGROUND = "/pages/playground"
STATIC = "/pages/static"


def to(path: str, **query: str | int | None) -> str:
    """The address of a page with what it is asked, as far as that is said."""
    said = {key: value for key, value in query.items() if value not in {None, ""}}
    return f"{path}?{urlencode(said)}" if said else path


def anchor(href: str, *children: Child, class_: str | None = None) -> Html:
    """A link."""
    return tag("a", *children, href=href, class_=class_)


def device_link(uri: str, *children: Child) -> Html:
    """A link to a device by its profile's URI."""
    return anchor(to(DEVICE, uri=uri), *(children or (uri,)))


def application_link(application: str, *children: Child) -> Html:
    """A link to an application of the catalogue."""
    return anchor(link("pages", "applications", application), *(children or (application,)))


def why_link(uri: str, variant: str, *children: Child) -> Html:
    """A link to why a device gets a variant or does not."""
    return anchor(to(WHY, device=uri, variant=variant), *children)


def requirement_link(name: str, *children: Child) -> Html:
    """A link to a requirement of the catalogue."""
    return anchor(to(REQUIREMENT, name=name), *children)
