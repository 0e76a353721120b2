"""What each route takes and answers, beyond its row in `routes.INTERFACE`: a row here a route, read by `openapi` and held to by tests."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from ccpp import answers
from ccpp.provisioning import DOCUMENTS
from ccpp.provisioning.formats import TERMINAL_FORMATS
from ccpp.server.message import JSON
from ccpp.server.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Mapping


class Shape(NamedTuple):
    """A row.

    `answer` is the type of the JSON that is answered (of each line, in a batch) with one of `statuses`, `also` further media types, `empty`
    statuses without content; `asks` is the name of a component or a type, `example` what a caller could send, `query` and `headers` what may stand there.
    """

    answer: Any = None
    statuses: tuple[int, ...] = (200,)
    also: tuple[str, ...] = ()
    empty: tuple[int, ...] = ()
    asks: Any = None
    example: Mapping[str, Any] | None = None
    query: Mapping[str, str] = MappingProxyType({})
    headers: Mapping[str, str] = MappingProxyType({})


REQUEST, ACCOUNT = "Request", "AccountRequest"

_PHONE = "http://wap.delta.example/profiles/n80.xml"
_TOML = 'imsi = "262011234567890"\n[access.internet]\nname = "Packets"\napn = "internet.example"\n'
_DEVICE = MappingProxyType(
    {
        "x-wap-profile": "URIs of the device's profile, in quotes, and digests of diffs (WAP-248 §9.1)",
        "x-wap-profile-diff-1": "the first diff, and so on",
        "User-Agent": "names the device, where no profile is named",
        "Accept-Language": "and the other Accept headers: added to what the profile says",
    }
)
_ONCE = MappingProxyType({"Idempotency-Key": "a name for the request: sent again under it, it makes nothing a second time"})
_NAMED = MappingProxyType({"variant": "the variant to explain", "application": "the application to provision"})
_FROM = MappingProxyType({"from": "the number of the first entry of a WML deck"})
_RCS = MappingProxyType(
    {
        "vers": "the version of the document that the client has, 0 for none",
        "token": "the token of the last document",
        "IMSI": "whose client it is, where neither the network nor a token says so",
        "SMS_port": "the port that a one-time password is sent to, 0 for a text to read",
        "OTP": "the password, with the cookie of the answer before",
    }
)
_PAGES = tuple(VIEWS)


def _asked(answer: object, **example: str) -> Shape:
    return Shape(answer, asks=REQUEST, example={"uri": _PHONE, **example}, query=_NAMED, headers=_DEVICE)


#: Method and path → the row.
SHAPES: Mapping[tuple[str, str], Shape] = MappingProxyType(
    {
        ("POST", "/v1/match"): _asked(answers.Match),
        ("POST", "/v1/resolve"): _asked(list[answers.Profile]),
        ("POST", "/v1/explain"): _asked(answers.Explained, variant="chess-large"),
        ("POST", "/v1/provision"): _asked(answers.Provision, application="chess"),
        ("POST", "/v1/match/batch"): Shape(answers.MatchLine, asks=REQUEST),
        ("POST", "/v1/resolve/batch"): Shape(answers.ProfileLine, asks=REQUEST),
        ("POST", "/v1/explain/batch"): Shape(answers.ExplainedLine, asks=REQUEST),
        ("POST", "/v1/provision/batch"): Shape(answers.ProvisionLine, asks=REQUEST),
        ("GET", "/"): Shape(answers.Discovery, also=_PAGES, query=_FROM, headers=_DEVICE),
        ("GET", "/applications"): Shape(answers.Discovery, also=_PAGES, query=_FROM, headers=_DEVICE),
        ("GET", "/applications/{application}"): Shape(answers.Discovered, also=_PAGES, query=_FROM, headers=_DEVICE),
        ("GET", "/applications/{application}/descriptor"): Shape(
            answers.Offer, also=tuple(one.media_type for one in DOCUMENTS.values() if one.media_type != JSON), headers=_DEVICE
        ),
        ("POST", "/v1/installs"): Shape(
            answers.Offer,
            statuses=(201,),
            asks=REQUEST,
            example={"uri": _PHONE, "application": "chess"},
            headers=_ONCE,
        ),
        ("GET", "/installs/{install}"): Shape(answers.Install),
        ("DELETE", "/installs/{install}"): Shape(empty=(204,)),
        ("GET", "/installs/{install}/artefact"): Shape(
            statuses=(200, 206),
            also=("*/*",),
            empty=(302, 304),
            headers={"Range": "a part (RFC 9110 §14)", "If-None-Match": "the `ETag` at hand"},
        ),
        ("POST", "/installs/{install}/notify"): Shape(answers.Progress, asks=answers.Report, example={"status": 900}),
        ("GET", "/installs/{install}/configuration"): Shape(answers.Configuration, also=("text/plain",)),
        ("GET", "/installs/{install}/update"): Shape(answers.Update, empty=(204,)),
        ("GET", "/settings"): Shape(also=tuple(one.media_type for one in TERMINAL_FORMATS.values()), headers=_DEVICE),
        ("GET", "/autoconfiguration"): Shape(also=(TERMINAL_FORMATS["rcs"].media_type,), headers=_DEVICE, query=_RCS),
        ("POST", "/v1/settings"): Shape(
            also=tuple(one.media_type for one in TERMINAL_FORMATS.values()),
            asks=ACCOUNT,
            example={"uri": _PHONE, "account": _TOML, "form": "wap-xml"},
        ),
        ("POST", "/v1/bootstrap"): Shape(
            answers.Bootstrap,
            statuses=(200, 202),
            asks=ACCOUNT,
            example={"uri": _PHONE, "account": _TOML, "security": "NETWPIN"},
            headers=_ONCE,
        ),
        ("GET", "/v1/messages/{message}"): Shape(answers.Message),
        ("GET", "/v1/catalogue/versions"): Shape(answers.Versions),
        ("POST", "/v1/catalogue/versions"): Shape(answers.Published, statuses=(201,)),
        ("POST", "/v1/catalogue/versions/{number}/activate"): Shape(answers.Active),
        ("POST", "/v1/catalogue/rollback"): Shape(answers.Active),
        ("GET", "/v1/subscribers/{subscriber}"): Shape(answers.Subscriber),
        ("PUT", "/v1/subscribers/{subscriber}"): Shape(
            empty=(204,),
            asks=answers.StatedSubscriber,
            example={"facts": {"languages": ["fi"]}},
        ),
        ("DELETE", "/v1/subscribers/{subscriber}"): Shape(empty=(204,)),
        ("POST", "/v1/subscribers/{subscriber}/autoconfiguration"): Shape(answers.Message, statuses=(202,), headers=_ONCE),
        ("POST", "/v1/enrolments"): Shape(answers.Enrolment, statuses=(201,), asks=answers.StatedEnrolment),
        ("POST", "/v1/credentials"): Shape(answers.Account, statuses=(201,), asks=answers.PresentedCode),
        ("DELETE", "/v1/credentials/{user}"): Shape(empty=(204,)),
        ("GET", "/v1/audit"): Shape(list[answers.AuditEntry], query={"after": "the number of the last line that was read"}),
        ("GET", "/healthz"): Shape(answers.Health),
        ("GET", "/readyz"): Shape(answers.Readiness, statuses=(200, 503)),
        ("GET", "/metrics"): Shape(also=("text/plain",)),
        ("GET", "/openapi.json"): Shape(dict[str, Any]),
    }
)
