"""Every call of the server's interface, as a value: what is sent, and the type of what is answered; `ccpp.client` carries them.

One function a route, whose address is here and nowhere else in a client. Nothing is sent here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeAlias, TypeVar
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ccpp.answers import (
        Account,
        Active,
        AuditEntry,
        Bootstrap,
        Configuration,
        Discovered,
        Discovery,
        Enrolment,
        Explained,
        Health,
        Install,
        Match,
        Message,
        Offer,
        PresentedCode,
        Profile,
        Progress,
        Provision,
        Published,
        Readiness,
        StatedEnrolment,
        StatedSubscriber,
        Subscriber,
        Update,
        Versions,
    )

T = TypeVar("T")
Fields: TypeAlias = tuple[tuple[str, str], ...]

_JSON, _NDJSON, _TURTLE = "application/json", "application/x-ndjson", "text/turtle"


class Call(NamedTuple, Generic[T]):
    """What is sent; `T` is the type of the answer: of its JSON, else bytes, or nothing."""

    method: str
    path: str
    body: bytes | None = None
    headers: Fields = ()


@dataclass(frozen=True, slots=True)
class Device:
    """What tells a device: a document, a URI in the server's repository, a User-Agent, or the headers it sent; then what is merged."""

    document: str | None = None
    uri: str | None = None
    user_agent: str | None = None
    headers: Sequence[tuple[str, str]] | None = None
    diffs: Sequence[str] = ()
    overrides: Sequence[str] = ()
    normalise: bool = False
    closed_world: bool = False


_KEYS = {"user_agent": "userAgent", "closed_world": "closedWorld"}


def asked(device: Device, **more: str | bool | None) -> dict[str, Any]:
    """A device, and what else is asked, as the server reads it; what is not said is left out."""
    stated = {_KEYS.get(one.name, one.name): getattr(device, one.name) for one in fields(device)}
    stated = {key: list(value) if isinstance(value, tuple | list) else value for key, value in stated.items() if value}
    return stated | {key: value for key, value in more.items() if value is not None}


def _post(path: str, value: object, *headers: tuple[str, str]) -> Call[Any]:
    return Call("POST", path, json.dumps(value).encode(), (("content-type", _JSON), *headers))


def _path(*parts: str) -> str:
    return "/" + "/".join(quote(part, safe="") for part in parts)


def _once(key: str | None) -> Fields:
    return () if key is None else (("idempotency-key", key),)


# Decisions.


def resolve(device: Device) -> Call[list[Profile]]:
    """What a device can do, with origins and findings."""
    return _post("/v1/resolve", asked(device))


def match(device: Device) -> Call[Match]:
    """The verdict of each variant, and the chosen one of each application."""
    return _post("/v1/match", asked(device))


def explain(device: Device, variant: str) -> Call[Explained]:
    """Why a variant fits or does not, and what would change it."""
    return _post("/v1/explain", asked(device, variant=variant))


def provision(device: Device, application: str) -> Call[Provision]:
    """The decision on an application, its configuration and documents."""
    return _post("/v1/provision", asked(device, application=application))


def batch(operation: str, devices: Iterable[Device], **more: str) -> Call[bytes]:
    """One of the four for each of many devices; the answer has a line for each."""
    body = b"".join(json.dumps(asked(one, **more)).encode() + b"\n" for one in devices)
    return Call("POST", f"/v1/{operation}/batch", body, (("content-type", _NDJSON),))


# Applications on a device; `headers` are what it would send itself.


def discover(headers: Fields = ()) -> Call[Discovery]:
    """What a device can have."""
    return Call("GET", "/applications", None, (*headers, ("accept", _JSON)))


def application(identifier: str, headers: Fields = ()) -> Call[Discovered]:
    """One application, or why not."""
    return Call("GET", _path("applications", identifier), None, (*headers, ("accept", _JSON)))


def descriptor(identifier: str, headers: Fields = ()) -> Call[Offer]:
    """The descriptor of an application, in JSON: an install begins."""
    return Call("GET", _path("applications", identifier, "descriptor"), None, (*headers, ("accept", _JSON)))


def begin(device: Device, application: str, key: str | None = None) -> Call[Offer]:
    """The same for a device that is told; sent again with the same key it is the same install."""
    return _post("/v1/installs", asked(device, application=application), *_once(key))


def install(identifier: str) -> Call[Install]:
    """How far an install is, and what happened to it."""
    return Call("GET", _path("installs", identifier))


def remove(identifier: str) -> Call[None]:
    """The application is gone from the device."""
    return Call("DELETE", _path("installs", identifier))


def artefact(identifier: str, start: int = 0) -> Call[bytes]:
    """The artefact of an install, from a byte on."""
    return Call("GET", _path("installs", identifier, "artefact"), None, (("range", f"bytes={start}-"),) if start else ())


def report(identifier: str, code: int) -> Call[Progress]:
    """What became of an install: 900 Success, and so on."""
    return _post(_path("installs", identifier, "notify"), {"status": code})


def configuration(identifier: str) -> Call[Configuration]:
    """The settings of an install."""
    return Call("GET", _path("installs", identifier, "configuration"))


def update(identifier: str) -> Call[Update | None]:
    """What is newer for the device, if anything is."""
    return Call("GET", _path("installs", identifier, "update"))


# Terminals.


def settings(headers: Fields = ()) -> Call[bytes]:
    """The settings of the subscriber who asks."""
    return Call("GET", "/settings", None, headers)


def autoconfiguration(headers: Fields = (), **told: str) -> Call[bytes]:
    """What RCS clients poll for, by what they tell: `vers`, `IMSI`, `token`, `OTP` and so on."""
    return Call("GET", f"/autoconfiguration?{urlencode(told)}", None, headers)


def settings_for(device: Device, **whose: str | None) -> Call[bytes]:
    """A terminal's settings, by `account` or `subscriber`, perhaps in a `form`."""
    return _post("/v1/settings", asked(device, **whose))


def bootstrap(device: Device, *, to: str | None = None, key: str | None = None, **whose: str | None) -> Call[Bootstrap]:
    """A bootstrap, by `account` or `subscriber`, perhaps `security` and `pin`; sent by short messages where `to` is a number."""
    return _post("/v1/bootstrap", asked(device, to=to, send=None if to is None else True, **whose), *_once(key))


def message(identifier: str) -> Call[Message]:
    """How far short messages are."""
    return Call("GET", _path("v1", "messages", identifier))


# Administration.


def versions() -> Call[Versions]:
    """The versions of the catalogue."""
    return Call("GET", "/v1/catalogue/versions")


def publish(content: bytes, media_type: str = _TURTLE) -> Call[Published]:
    """Check a catalogue and keep it as a version."""
    return Call("POST", "/v1/catalogue/versions", content, (("content-type", media_type),))


def activate(number: int) -> Call[Active]:
    """Put a version into service."""
    return Call("POST", _path("v1", "catalogue", "versions", str(number), "activate"))


def roll_back() -> Call[Active]:
    """Put the version before into service."""
    return Call("POST", "/v1/catalogue/rollback")


def subscriber(identifier: str) -> Call[Subscriber]:
    """A subscriber, without secrets."""
    return Call("GET", _path("v1", "subscribers", identifier))


def put_subscriber(identifier: str, stated: StatedSubscriber) -> Call[None]:
    """Keep a subscriber."""
    return _post("", stated)._replace(method="PUT", path=_path("v1", "subscribers", identifier))


def remove_subscriber(identifier: str) -> Call[None]:
    """Forget a subscriber."""
    return Call("DELETE", _path("v1", "subscribers", identifier))


def reconfigure(identifier: str) -> Call[Message]:
    """Have a subscriber's RCS client ask now."""
    return Call("POST", _path("v1", "subscribers", identifier, "autoconfiguration"))


def enrol(stated: StatedEnrolment) -> Call[Enrolment]:
    """A code that somebody gets a name and a password for."""
    return _post("/v1/enrolments", stated)


def present(stated: PresentedCode) -> Call[Account]:
    """The name and the password for a code, once."""
    return _post("/v1/credentials", stated)


def revoke(user: str) -> Call[None]:
    """Take somebody's password away."""
    return Call("DELETE", _path("v1", "credentials", user))


def audit(after: int = 0) -> Call[list[AuditEntry]]:
    """The audit log after a number, a thousand lines at most."""
    return Call("GET", f"/v1/audit?after={after}")


# Operation.


def health() -> Call[Health]:
    """Whether the process works."""
    return Call("GET", "/healthz")


def readiness() -> Call[Readiness]:
    """Whether requests can be answered."""
    return Call("GET", "/readyz")


def metrics() -> Call[bytes]:
    """Figures for Prometheus."""
    return Call("GET", "/metrics")


def description() -> Call[Mapping[str, Any]]:
    """The interface, as OpenAPI 3.1 describes it."""
    return Call("GET", "/openapi.json")
