"""A catalogue as values: immutable, replaced as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.matching.compiler import Matcher
    from ccpp.model import Rule, Scalar, Secret
    from ccpp.requirements.graph import RequirementGraph


@dataclass(frozen=True, slots=True)
class Artefact:
    """What is downloaded: its address, its media type, and its size in bytes where it is known."""

    uri: str
    media_type: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """One statement of a setting; `rule` is how it combines with those of other layers, if this layer says so."""

    key: str
    value: Scalar | tuple[Scalar, ...] | Secret
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """Settings that apply together: always, or where the device meets the requirement `when`."""

    name: str
    settings: tuple[Setting, ...]
    when: str | None = None


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


@dataclass(frozen=True, slots=True)
class Application:
    """Something to provision, with its variants in the catalogue's order."""

    id: str
    label: str
    description: str
    variants: tuple[Variant, ...]
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything loaded, checked and compiled that decisions are made with. `digest` names its content."""

    source: str
    label: str
    applications: Mapping[str, Application]
    requirements: RequirementGraph
    matcher: Matcher
    digest: str
