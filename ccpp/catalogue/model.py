"""A catalogue as values: immutable, replaced as a whole. What each of them means is said in `ccpp.catalogue.terms`.

Whatever a field's default is, a catalogue that does not state it means just that, and has the digest that it had before the field was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ccpp.model import Scalar, Secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ccpp.matching.compiler import Matcher
    from ccpp.model import Rule
    from ccpp.requirements.graph import RequirementGraph


SettingValue: TypeAlias = Scalar | tuple[Scalar, ...] | Secret
"""What a setting may be set to."""


class Document(NamedTuple):
    """A document that a catalogue is written in, by the name it is given under."""

    name: str
    data: bytes


class State(StrEnum):
    """Where something is in its life: not for everybody yet, for everybody, not given to anybody any more."""

    DRAFT = "draft"
    LIVE = "live"
    WITHDRAWN = "withdrawn"


class Domain(StrEnum):
    """The security domain that an application runs in. 3GPP TS 23.057 §6: three that a root key vouches for, and the rest."""

    OPERATOR = "operator"
    MANUFACTURER = "manufacturer"
    THIRD_PARTY = "third-party"
    UNTRUSTED = "untrusted"


class SettingType(StrEnum):
    """What the values of a declared setting are."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DIMENSION = "dimension"
    URI = "uri"


# What is downloaded.


@dataclass(frozen=True, slots=True)
class Signature:
    """Who vouches for an artefact: the algorithm, the signature and the chain of certificates from the signer's on, each in base64."""

    algorithm: str
    value: str
    certificates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Artefact:
    """What is downloaded: its address, its media type, its size in bytes and its digest (`sha256:…`) where they are known."""

    uri: str
    media_type: str
    size: int | None = None
    digest: str | None = None
    signature: Signature | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A piece that is delivered with a variant's own artefact: a feature, or the pack of a language.

    A part that is `needed` goes along or the variant does not go at all.
    """

    id: str
    label: str
    artefact: Artefact
    requirement: str | None = None
    language: str | None = None
    needed: bool = False


# Settings.


@dataclass(frozen=True, slots=True)
class Setting:
    """One statement of a setting; `rule` is how it combines with those of other layers, if this layer says so."""

    key: str
    value: SettingValue
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """Settings that apply together: always, or where the device meets the requirement `when`."""

    name: str
    settings: tuple[Setting, ...]
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the values of a setting may be, in every layer; `pattern` is one of `sh:pattern`, for the whole text."""

    key: str
    type: SettingType
    one_of: tuple[Scalar, ...] = ()
    minimum: Scalar | None = None
    maximum: Scalar | None = None
    pattern: str | None = None
    secret: bool = False


@dataclass(frozen=True, slots=True)
class TerminalSettings:
    """Settings of the terminal itself, such as an access point, that an operator sends to devices that meet the requirement."""

    id: str
    label: str
    requirement: str | None
    layers: tuple[Layer, ...]
    declarations: Mapping[str, Declaration] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class OperatorSettings:
    """What the operator sets above what applications and variants say: of one application, or of all where it names none."""

    application: str | None
    layers: tuple[Layer, ...]


# To whom, when, with what else.


@dataclass(frozen=True, slots=True)
class Offer:
    """Which variants something is about: those with this media type (a glob), language, domain, and those larger than so many bytes.

    What is `None` leaves it open.
    """

    media_type: str | None = None
    language: str | None = None
    domain: Domain | None = None
    larger_than: int | None = None


@dataclass(frozen=True, slots=True)
class Preference:
    """A wish, not a demand: what it is worth that the device meets the requirement `when` and the variant is of that offer."""

    weight: float
    when: str | None = None
    offer: Offer = Offer()


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the other side does not take: devices that meet `when`, or the subscriber who says so, refuse variants of that offer."""

    reason: str
    when: str | None = None
    offer: Offer = Offer()


@dataclass(frozen=True, slots=True)
class DeviceException:
    """Named models that get something whatever they state, or do not get it, and why; globs, in which case does not count.

    It counts before `until`.
    """

    included: bool
    reason: str
    vendor: str | None = None
    model: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rollout:
    """Who gets something already: a share (0 to 1) of subscribers or devices, those named, and nobody of those denied.

    Everybody has a place from 0 to 1 that follows from `salt` and their name, so that a larger share takes nobody out again.
    """

    share: float = 1.0
    salt: str = ""
    allow: frozenset[str] = frozenset()
    deny: frozenset[str] = frozenset()
    start: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """Something that has to be there, or must not be: an application or what one provides, of versions from … to below …."""

    name: str
    at_least: str | None = None
    below: str | None = None


@dataclass(frozen=True, slots=True)
class Provided:
    """What comes with an application or a variant beside itself, for others to need."""

    name: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """The terms on which an application or one of its variants is supplied."""

    state: State = State.LIVE
    version: str | None = None
    rollout: Rollout | None = None
    exceptions: tuple[DeviceException, ...] = ()
    preferences: tuple[Preference, ...] = ()
    needs: tuple[Need, ...] = ()
    conflicts: tuple[Need, ...] = ()
    provides: tuple[Provided, ...] = ()
    budget: int | None = None


#: To everybody, for ever, with nothing else: told by identity, so that what states nothing of its supply costs nothing to decide.
PLAIN = Supply()


# What there is.


@dataclass(frozen=True, slots=True)
class Variant:
    """One build of an application; without a requirement it fits every device."""

    id: str
    label: str
    artefact: Artefact
    requirement: str | None
    quality: float
    layers: tuple[Layer, ...]
    serve_indeterminate: bool
    specificity: int
    languages: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    supply: Supply = PLAIN


@dataclass(frozen=True, slots=True)
class Application:
    """Something to provision, with its variants in the catalogue's order; `ordered` variants are tried in it."""

    id: str
    label: str
    description: str
    variants: tuple[Variant, ...]
    layers: tuple[Layer, ...]
    ordered: bool = False
    fallback: str | None = None
    domain: Domain | None = None
    declarations: Mapping[str, Declaration] = field(default_factory=lambda: MappingProxyType({}))
    supply: Supply = PLAIN


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything loaded, checked and compiled that decisions are made with. `digest` names its content."""

    source: str
    label: str
    applications: Mapping[str, Application]
    requirements: RequirementGraph
    matcher: Matcher
    digest: str
    preferences: tuple[Preference, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    operator: tuple[OperatorSettings, ...] = ()
    terminal_settings: Mapping[str, TerminalSettings] = field(default_factory=lambda: MappingProxyType({}))
