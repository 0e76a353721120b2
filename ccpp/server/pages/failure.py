"""What goes wrong as a page, for who asked for a page: the same sentence and the same status as in a problem document."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from ccpp.server.message import ANONYMOUS
from ccpp.server.negotiation import named
from ccpp.server.pages import paths
from ccpp.server.pages.frame import Visit, headers_of, whole
from ccpp.server.pages.markup import prose, tag
from ccpp.server.problems import problem
from ccpp.server.views import HTML

if TYPE_CHECKING:
    from ccpp.errors import CcppError
    from ccpp.server.message import Response


def failure(error: CcppError, path: str, accept: str, request_id: str) -> Response:
    """An error as its reader can read it: a page for a browser that asked for one of the pages, else a problem document."""
    told = problem(error, request_id)
    if not (path == paths.HOME or path.startswith(paths.HOME + "/")) or named(accept, (HTML,)) is None:
        return told
    said = json.loads(told.body)
    visit = Visit(path, ANONYMOUS.name, frozenset(), "", "", 0)
    content = whole(
        visit,
        said["title"],
        tag(
            "div",
            tag("p", str(said["status"]), class_="code"),
            tag("h1", said["title"]),
            tag("p", prose(_sentence(said["detail"]))),
            tag("p", prose(_sentence(said["hint"])), class_="soft") if "hint" in said else None,
            tag("p", tag("a", "Go to the overview", href=paths.HOME, class_="button")),
            tag("p", "Request ", tag("code", request_id), class_="soft small"),
            class_="failure",
        ),
    )
    own = tuple(one for one in told.headers if one[0] != "Content-Type")
    return replace(told, headers=(*headers_of(visit), *own), body=content.encode(errors="replace"))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
