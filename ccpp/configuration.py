"""The settings of a chosen variant: layers merged by the algebra of profiles.

Layers from low to high: the application's settings, its conditional ones, the variant's, its conditional ones; a conditional layer counts
where the device satisfies its requirement. A setting's rule is the one that its lowest layer states: Locked keeps the lowest value,
Append joins all into a list, Override, also where no layer states a rule, keeps the highest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccpp.model import Rule, Scalar, Secret, Verdict
from ccpp.resolution import settle

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ccpp.catalogue.model import Application, Layer, Variant


@dataclass(frozen=True, slots=True)
class Source:
    """A value of a setting and the layer that states it."""

    layer: str
    value: Scalar | tuple[Scalar, ...] | Secret


@dataclass(frozen=True, slots=True)
class ConfiguredSetting:
    """The value in force, the rule that made it so, where it comes from and what it beat."""

    value: Scalar | tuple[Scalar, ...] | Secret
    rule: Rule
    winners: tuple[Source, ...]
    losers: tuple[Source, ...]


def configure(application: Application, variant: Variant, verdicts: Mapping[str, Verdict]) -> dict[str, ConfiguredSetting]:
    """The settings of a variant for a device, by key; `verdicts` are those of the requirements by name."""
    return merge_layers(layer for layer in (*application.layers, *variant.layers) if _applies(layer, verdicts))


def merge_layers(layers: Iterable[Layer]) -> dict[str, ConfiguredSetting]:
    """What holds of each key after all layers, the first one lowest."""
    layers = list(layers)
    keys = sorted({setting.key for layer in layers for setting in layer.settings})
    return {key: _configure(key, layers) for key in keys}


def _applies(layer: Layer, verdicts: Mapping[str, Verdict]) -> bool:
    return layer.when is None or verdicts[layer.when] is Verdict.SATISFIED


def _configure(key: str, layers: Iterable[Layer]) -> ConfiguredSetting:
    stated = [(layer.name, setting) for layer in layers for setting in layer.settings if setting.key == key]
    rule = next((setting.rule for _, setting in stated if setting.rule is not None), Rule.OVERRIDE)
    winners, losers = settle(rule, [Source(name, setting.value) for name, setting in stated])
    value = _joined(winners) if rule is Rule.APPEND else winners[0].value
    return ConfiguredSetting(value, rule, winners, losers)


def _joined(winners: Iterable[Source]) -> tuple[Scalar, ...]:
    members: list[Scalar] = []
    for winner in winners:
        if type(winner.value) is tuple:  # a Dimension is a tuple too, but one value
            members += winner.value
        else:
            members.append(winner.value)  # type: ignore[arg-type]
    # By type too: in Python `1 == True`, in a configuration they are two values.
    return tuple({(type(member), member): member for member in members}.values())
