"""Forms that are sent: their fields, and the proof that they come from these pages.

Who is signed in by a certificate or by HTTP Digest is so for every request of the browser, also one that another site's page causes. So a form
counts only with the token of the visitor's cookie in it, which no other site can read, and never where the browser itself says that it
comes from elsewhere.
"""

from __future__ import annotations

import re
from hmac import compare_digest
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from ccpp.server.message import Response
from ccpp.server.pages.frame import token_of
from ccpp.server.pages.markup import tag
from ccpp.server.problems import Refused

if TYPE_CHECKING:
    from ccpp.server.message import Request
    from ccpp.server.pages.frame import Visit
    from ccpp.server.pages.markup import Child, Html

#: Fields of one form; the largest here has six.
MAX_FIELDS = 20
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
TOKEN = "token"  # noqa: S105  the name of a field

_BOUNDARY = re.compile(r'boundary="?([A-Za-z0-9\'()+_,./:=? -]{1,70})"?')
_NAME = re.compile(rb'[; ]name="([^"\r\n]{1,100})"')
_FILE = re.compile(rb'[; ]filename="([^"\r\n]{0,200})"')


class Field(NamedTuple):
    """What a field holds, and the name of the file that it was read from, where it is one."""

    content: bytes
    file: str = ""

    @property
    def text(self) -> str:
        """The content as text, with line ends as everywhere else."""
        return self.content.decode(errors="replace").replace("\r\n", "\n")


class Form(dict[str, Field]):
    """The fields of a form by name."""

    def text(self, name: str) -> str:
        """A field's text; empty where there is none."""
        return self[name].text if name in self else ""


def form(
    visit: Visit, action: str, *children: Child, class_: str | None = None, id_: str | None = None, files: bool = False
) -> Html:
    """A form that is sent to one of these pages."""
    token = tag("input", type="hidden", name=TOKEN, value=visit.token)
    encoding = PARTS if files else None
    return tag("form", token, *children, action=action, method="post", enctype=encoding, class_=class_, id=id_)


def read_form(request: Request) -> Form:
    """The fields of a form that was sent from one of these pages.

    Raises:
        Refused: it is no form, has too many fields, or comes from elsewhere.
    """
    if request.media_type == FORM:
        try:
            pairs = parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
        except ValueError:
            raise Refused(400, f"a form of more than {MAX_FIELDS} fields") from None
        found = Form({name: Field(value.encode(errors="replace")) for name, value in pairs})
    elif request.media_type == PARTS:
        found = _parts(request)
    else:
        raise Refused(415, "that is no form", hint="send the one on the page")
    _check(request, found)
    return found


def _parts(request: Request) -> Form:
    """The fields of a form with files (RFC 7578)."""
    boundary = _BOUNDARY.search(request.header("content-type") or "")
    parts = (b"\r\n" + request.body).split(b"\r\n--" + boundary[1].encode()) if boundary else []
    if not parts or len(parts) > MAX_FIELDS + 2 or not parts[-1].startswith(b"--"):
        raise Refused(400, "the form cannot be read", hint="send the one on the page")
    found = Form()
    for part in parts[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        name, file = _NAME.search(head), _FILE.search(head)
        if name:
            found[name[1].decode(errors="replace")] = Field(content, file[1].decode(errors="replace") if file else "")
    return found


def _check(request: Request, found: Form) -> None:
    """Refuse a form that another site's page sent, or nobody's."""
    site, origin = request.header("sec-fetch-site"), request.header("origin")
    foreign = site is not None and site != "same-origin"
    foreign = foreign or (site is None and origin is not None and urlsplit(origin).netloc != urlsplit(request.base).netloc)
    token = token_of(request)
    if foreign or token is None or not compare_digest(token.encode(), found.text(TOKEN).encode()):
        raise Refused(400, "this form was not sent from these pages", hint="open the page again and send the form from there")


def see_other(address: str) -> Response:
    """Go on at another page, by GET."""
    return Response(303, (("Location", address), ("Cache-Control", "no-store")))
