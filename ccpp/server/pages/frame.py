"""The frame of every page: what stands above and below, and the headers that keep a page to itself."""

from __future__ import annotations

import re
from secrets import token_urlsafe
from typing import TYPE_CHECKING, NamedTuple

from ccpp.server.message import Response, Role
from ccpp.server.pages import paths
from ccpp.server.pages.markup import Html, join, tag
from ccpp.server.pages.static import address

if TYPE_CHECKING:
    from ccpp.server.message import Request
    from ccpp.server.pages.markup import Child
    from ccpp.server.service import Service

#: The cookie with which a form proves that it came from a page of this server.
COOKIE = "ccpp-form"
_TOKEN = re.compile(rf"(?:^|;\s*){COOKIE}=([A-Za-z0-9_-]{{32}})(?:;|$)")

#: Nothing but the server's own files, nothing inside a page, no page inside another's.
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)

#: The parts of the pages, in the order of the navigation.
_PARTS = (
    ("Overview", paths.HOME),
    ("Devices", paths.DEVICES),
    ("Catalogue", paths.CATALOGUE),
    ("Matrix", paths.MATRIX),
    ("Decisions", paths.DECISIONS),
    ("Changes", paths.CHANGES),
    ("Playground", paths.PLAYGROUND),
)


class Visit(NamedTuple):
    """Who looks at a page, which one, and what every page says of the catalogue in service."""

    path: str
    name: str
    roles: frozenset[Role]
    token: str
    catalogue: str
    number: int
    new: bool = False
    secure: bool = False

    @property
    def operates(self) -> bool:
        """Whether whoever looks may change anything."""
        return Role.OPERATOR in self.roles


def token_of(request: Request) -> str | None:
    """The token of a visitor's cookie; `None` where there is none."""
    found = _TOKEN.search(request.headers_of("cookie").replace(", ", "; "))
    return found[1] if found else None


def visit_of(request: Request, service: Service) -> Visit:
    """What there is to say of a request for a page."""
    token = token_of(request)
    live = service.live
    return Visit(
        request.path,
        request.identity.name,
        request.identity.roles,
        token or token_urlsafe(24),
        live.catalogue.label if live else "",
        live.number if live else 0,
        new=token is None,
        secure=request.base.startswith("https:"),
    )


def page(visit: Visit, title: str, *content: Child, status: int = 200) -> Response:
    """A page as a response."""
    return Response(status, headers_of(visit), whole(visit, title, *content).encode(errors="replace"))


def headers_of(visit: Visit) -> tuple[tuple[str, str], ...]:
    """The header fields of a page."""
    cookie = f"{COOKIE}={visit.token}; Path={paths.HOME}; HttpOnly; SameSite=Strict{'; Secure' if visit.secure else ''}"
    return (
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Security-Policy", _POLICY),
        ("Cache-Control", "private, no-cache"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        *([("Set-Cookie", cookie)] if visit.new else []),
    )


def whole(visit: Visit, title: str, *content: Child) -> Html:
    """A page as markup."""
    return join(head(visit, title), *content, foot(visit))


def head(visit: Visit, title: str) -> Html:
    """A page up to its content: `foot` ends it, so that a page can be sent while it is made."""
    return Html(
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
        + tag("title", title, " · ccpp")
        + '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        + tag("link", rel="stylesheet", href=address("pages.css"))
        + tag("link", rel="icon", href=address("icon.svg"), type="image/svg+xml")
        + tag("script", src=address("pages.js"), defer=True)
        + '</head>\n<body>\n<a class="skip" href="#main">Skip to the content</a>\n'
        + _above(visit)
        + '<main id="main" tabindex="-1">\n'
    )


def _above(visit: Visit) -> Html:
    links = [tag("a", name, href=href, aria_current="page" if _within(visit.path, href) else None) for name, href in _PARTS]
    return tag(
        "header",
        tag(
            "a",
            tag("span", "cc", class_="logo-a"),
            tag("span", "pp", class_="logo-b"),
            href=paths.HOME,
            class_="logo",
            aria_label="ccpp: overview",
        ),
        tag("nav", links, aria_label="Pages"),
        class_="bar",
    )


def _within(path: str, href: str) -> bool:
    """Whether a page belongs to a part; what is about one thing belongs to the list of such things."""
    return _PART_OF.get(path, path if path in dict(_PARTS).values() else _parent(path)) == href


def _parent(path: str) -> str:
    return paths.CATALOGUE if path.startswith(paths.APPLICATIONS) else path


_PART_OF = {
    paths.DEVICE: paths.DEVICES,
    paths.SOURCE: paths.DEVICES,
    paths.REQUIREMENT: paths.CATALOGUE,
    paths.WHY: paths.MATRIX,
    paths.AUDIT: paths.DECISIONS,
    paths.IMPACT: paths.CHANGES,
}


def foot(visit: Visit) -> Html:
    """What ends a page."""
    catalogue = f"{visit.catalogue}, version {visit.number}" if visit.catalogue else "no catalogue in service"
    return Html(
        "\n</main>\n" + tag("footer", tag("span", catalogue), tag("span", "signed in as ", visit.name)) + "\n</body>\n</html>\n"
    )
