"""What the server's interface for programs answers, as types: the one place where the shapes are stated.

The OpenAPI document is made of them (`ccpp.server.schemas`), the clients of `ccpp.client` are typed by them, and tests hold the answers to
them. A docstring here is the description that others read. Nothing is computed here, and nothing of the package is imported, so that a
client needs no engine.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypeAlias, TypedDict

Digest: TypeAlias = Annotated[str, ("pattern", "^sha256:[0-9a-f]{64}$")]
Base64: TypeAlias = Annotated[str, ("contentEncoding", "base64")]
Hexadecimal: TypeAlias = Annotated[str, ("pattern", "^([0-9a-fA-F]{2})*$")]
Seconds: TypeAlias = Annotated[float, ("description", "seconds since 1970")]
Count: TypeAlias = Annotated[int, ("minimum", 0)]
Value: TypeAlias = str | int | bool | list[str | int | bool]
Verdict: TypeAlias = Literal["satisfied", "unsatisfied", "indeterminate"]
Kind: TypeAlias = Literal["default", "explicit", "diff", "override"]
Rule: TypeAlias = Literal["Locked", "Override", "Append"]
State: TypeAlias = Literal["offered", "transferred", "installed", "configured", "refused", "failed", "removed"]
MessageState: TypeAlias = Literal["queued", "sent", "failed", "expired"]
Step: TypeAlias = Literal["offer", "transfer", "install", "configure", "refuse", "fail", "remove"]


class Problem(TypedDict):
    """RFC 9457: what is wrong in one sentence, and what to do."""

    type: str
    title: str
    status: Annotated[int, ("minimum", 400), ("maximum", 599)]
    detail: str
    hint: NotRequired[str]
    line: NotRequired[int]
    instance: str


# A device.


class Place(TypedDict):
    """The document and line that something was stated in, and how."""

    document: str
    kind: Kind
    line: int | None


class Origin(Place):
    """The same, with the attribute's URI as it was written."""

    uri: str


class Beaten(Origin):
    """A statement that did not win."""

    value: Value


Mapping = TypedDict("Mapping", {"from": str, "to": list[str], "family": str, "row": int | None})
Mapping.__doc__ = "A spelling that was replaced by the one that its family of spellings has for it."


class Attribute(TypedDict):
    """What holds of one attribute: its value, its type, whether the text was of it, and who stated it."""

    value: Value
    datatype: str
    container: Literal["none", "Bag", "Seq"]
    status: Literal["ok", "coerced", "invalid"]
    rule: Rule
    origins: list[Origin]
    stated: NotRequired[Value]
    mappings: NotRequired[list[Mapping]]
    beaten: NotRequired[list[Beaten]]


class Finding(TypedDict):
    """Something odd about a document that could be used."""

    code: str
    severity: Literal["error", "warning", "info"]
    message: str
    line: int | None


class Profile(TypedDict):
    """What a device can do: attributes by component and name."""

    profile: str
    digest: Digest
    attributes: dict[str, Attribute]
    diagnostics: list[Finding]


# Decisions.


class ApplicationMatch(TypedDict):
    """What a device gets of an application: the chosen variant, and the verdict of each."""

    chosen: str | None
    variants: dict[str, Verdict]


class Match(TypedDict):
    """The answer to `match`: applications by their names."""

    profile: str
    catalogue: Digest
    applications: dict[str, ApplicationMatch]


class Explanation(TypedDict):
    """What decided: a combination has parts; a leaf has what is asked of an attribute, what is stated of it, and where."""

    requirement: str
    verdict: Verdict
    parts: NotRequired[list[Explanation]]
    attribute: NotRequired[str]
    asked: NotRequired[str]
    stated: NotRequired[list[Value] | None]
    origins: NotRequired[list[Place]]


class DeviceChange(TypedDict):
    """An attribute that would have to be otherwise."""

    attribute: str
    before: list[Value] | None
    after: list[Value]


class RequirementChange(TypedDict):
    """A test that would have to ask less; `instead` is null where it would have to go."""

    attribute: str
    asked: str
    instead: str | None


class Flip(TypedDict):
    """What would turn the verdict, on either side; null where nothing of that side would."""

    device: list[DeviceChange] | None
    requirement: list[RequirementChange] | None


class Near(TypedDict):
    """Another variant, and how many of its tests the device does not pass."""

    variant: str
    unmet: Count


class Explained(TypedDict):
    """Everything there is to say of one variant on one device."""

    profile: str
    variant: str
    verdict: Verdict
    explanation: Explanation
    changes: list[str]
    core: list[str]
    missing: list[str]
    flip: Flip
    nearest: list[Near]
    cause: str
    reason: str


class Reason(TypedDict):
    """Why a variant is chosen or not."""

    variant: str
    verdict: Verdict
    cause: str
    reason: str


class Delivery(TypedDict):
    """What goes along with the variant, and why the rest does not."""

    parts: list[str]
    leftOut: dict[str, str]
    size: int | None


class Layer(TypedDict):
    """A value of a setting, and the layer that states it."""

    layer: str
    value: Value


class Setting(TypedDict):
    """A setting: its value, how layers combine, and which stated it."""

    value: Value
    rule: Rule
    origins: list[Layer]
    beaten: list[Layer]


class Document(TypedDict):
    """A document; its content is null where a setting in it is secret."""

    name: str
    mediaType: str
    content: str | None


class Choice(TypedDict):
    """A form of document that was looked at."""

    form: str
    taken: bool
    reason: str


class Provision(TypedDict):
    """The decision on an application, its configuration, and the documents."""

    profile: str
    application: str
    chosen: str | None
    reasons: list[Reason]
    delivery: Delivery
    configuration: dict[str, Setting]
    documents: list[Document]
    choice: list[Choice]


# Applications on devices.


class Artefact(TypedDict):
    """What is downloaded."""

    uri: str
    mediaType: NotRequired[str]
    size: NotRequired[Count]
    digest: NotRequired[Digest]


class Offer(TypedDict):
    """An install that is offered: what to download, how to configure it, and where to go on."""

    install: str
    application: str
    variant: str
    label: str
    version: str
    artefact: Artefact
    configuration: dict[str, Value]
    links: dict[str, str]


class Progress(TypedDict):
    """How far an install is, and the last status that was reported of it."""

    install: str
    state: State
    code: int | None


class Event(TypedDict):
    """A step of an install."""

    step: Step
    state: State
    code: int | None
    at: Seconds


class Install(Progress):
    """An install with everything that happened to it."""

    application: str
    variant: str
    version: str
    meaning: str | None
    events: list[Event]
    links: dict[str, str]


class Installed(TypedDict):
    """What is on a device."""

    variant: str
    version: str


class Update(TypedDict):
    """Something newer for the device."""

    application: str
    variant: str
    version: str
    instead: Installed
    links: dict[str, str]


class Discovered(TypedDict):
    """An application for a device: what it gets, or why nothing."""

    id: str
    label: str
    description: str
    chosen: str | None
    mediaType: NotRequired[str]
    size: NotRequired[int | None]
    links: NotRequired[dict[str, str]]
    reasons: NotRequired[dict[str, str]]


class Discovery(TypedDict):
    """What a device can have."""

    profile: str
    catalogue: Digest
    applications: list[Discovered]


Configuration: TypeAlias = dict[str, Value]


# Terminals.


class Bootstrap(TypedDict):
    """A bootstrap: the document, the push that carries it, that in short messages, and what the user has to be told."""

    contentType: str
    document: Base64
    push: Base64
    messages: list[Hexadecimal]
    tell: str | None
    message: NotRequired[str]


class Message(TypedDict):
    """Short messages on their way: how many there are and how many the gateway took, and when it is tried again while it is queued."""

    message: str
    state: MessageState
    parts: Count
    sent: Count
    attempts: Count
    created: Seconds
    expires: Seconds
    changed: Seconds
    due: Seconds | None
    error: str | None


# Administration and operation.


class Version(TypedDict):
    """A version of the catalogue."""

    number: Count
    digest: Digest
    label: str
    created: Seconds
    actor: str


class Versions(TypedDict):
    """The versions of the catalogue, the newest first, and which is in service."""

    active: int | None
    versions: list[Version]


class Published(TypedDict):
    """A version that was kept."""

    number: Count
    digest: Digest
    label: str


class Active(TypedDict):
    """The version in service."""

    active: Count


class Subscriber(TypedDict):
    """What is known of a subscriber, and the names of what is secret."""

    id: str
    facts: dict[str, Any]
    secrets: list[str]


class AuditEntry(TypedDict):
    """Who changed what."""

    number: Count
    at: Seconds
    actor: str
    action: str
    subject: str
    detail: Any
    request: str


class Enrolment(TypedDict):
    """A code that somebody gets a name and a password for, once and in time."""

    code: str
    until: Seconds


class Account(TypedDict):
    """A name and a password for HTTP Digest, told once."""

    user: str
    password: str
    realm: str
    algorithms: list[str]


class Health(TypedDict):
    """The process works."""

    status: Literal["ok"]


class Readiness(TypedDict):
    """Whether requests can be answered: the catalogue in service, or why not."""

    status: Literal["ready", "not ready"]
    catalogue: NotRequired[Digest]
    version: NotRequired[Count]
    reason: NotRequired[str]


# Lines of a batch: the result, or what is wrong with that line.


class ProfileLine(TypedDict):
    """A line of `/v1/resolve/batch`."""

    line: Count
    result: NotRequired[list[Profile]]
    problem: NotRequired[Problem]


class MatchLine(TypedDict):
    """A line of `/v1/match/batch`."""

    line: Count
    result: NotRequired[Match]
    problem: NotRequired[Problem]


class ExplainedLine(TypedDict):
    """A line of `/v1/explain/batch`."""

    line: Count
    result: NotRequired[Explained]
    problem: NotRequired[Problem]


class ProvisionLine(TypedDict):
    """A line of `/v1/provision/batch`."""

    line: Count
    result: NotRequired[Provision]
    problem: NotRequired[Problem]


# What is asked, beside `Request`, which is made of the table of its keys (`ccpp.server.asked`).


class Report(TypedDict):
    """What became of an install, by the number that MIDP OTA and OMA Download give it: 900 is success."""

    status: Annotated[int, ("examples", (900,))]


class StatedSubscriber(TypedDict):
    """A subscriber to be kept: facts as catalogues know them, and secrets by name, which are sealed and not given back."""

    facts: NotRequired[dict[str, Any]]
    secrets: NotRequired[dict[str, str]]


class StatedEnrolment(TypedDict):
    """Whom a code is for: a subscriber's device or somebody without one, for how many seconds, and whether the user's PIN is asked for."""

    subscriber: NotRequired[str | None]
    roles: NotRequired[list[Literal["device", "provisioning-server", "operator", "auditor"]]]
    seconds: NotRequired[float]
    pin: NotRequired[bool]


class PresentedCode(TypedDict):
    """A code, and the user's PIN where the code asks for it."""

    code: str
    pin: NotRequired[str | None]
