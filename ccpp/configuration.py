"""The settings of a chosen variant: layers merged by the algebra of profiles.

Layers from low to high: the application's settings, its conditional ones, the variant's, its conditional ones, what the operator sets of all
applications and of this one, each with its conditional ones, the subscriber's own; a conditional layer counts where the device satisfies
its requirement. What the operator sets of all applications, and what the subscriber sets, counts as far as the application declares it. A setting's
rule is the one that its lowest layer states: Locked keeps the lowest value (what the operator locks, the operator's),
Append joins all into a list, Override, also where no layer states a rule, keeps the highest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ccpp.catalogue.checks import conceal, misfit
from ccpp.catalogue.model import Layer
from ccpp.model import Rule, Scalar, Secret, Verdict
from ccpp.resolution import settle
from ccpp.situation import ANY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ccpp.catalogue.model import Application, Declaration, Setting, Variant
    from ccpp.situation import Situation


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


@dataclass(frozen=True, slots=True)
class Ignored:
    """A statement that counts for nothing, because the application does not declare such a setting, or not such a value."""

    key: str
    layer: str
    why: str


def configure(
    application: Application, variant: Variant, verdicts: Mapping[str, Verdict], situation: Situation = ANY
) -> dict[str, ConfiguredSetting]:
    """The settings of a variant for a device, by key; `verdicts` are those of the requirements by name."""
    own = [layer for layer in (*application.layers, *variant.layers) if _applies(layer, verdicts)]
    if not situation.operator and not situation.subscriber.settings:
        return merge_layers(own)
    return merge_layers(own, _allowed(application, verdicts, situation)[0])


def ignored_settings(application: Application, verdicts: Mapping[str, Verdict], situation: Situation) -> tuple[Ignored, ...]:
    """What the operator or the subscriber sets that the application does not take."""
    return _allowed(application, verdicts, situation)[1]


def _allowed(
    application: Application, verdicts: Mapping[str, Verdict], situation: Situation
) -> tuple[list[Layer], tuple[Ignored, ...]]:
    """The layers above those of the variant as far as the application takes them, and what of them it does not."""
    layers = [layer for one in situation.operator if one.application in {None, application.id} for layer in one.layers]
    layers = [layer for layer in layers if _applies(layer, verdicts)]
    layers.append(Layer("subscriber", situation.subscriber.settings.get(application.id, ())))
    declared = application.declarations
    if not declared:
        return layers, ()
    allowed, ignored = [], []
    for layer in layers:
        wrong = {setting.key: _wrong(setting, declared) for setting in layer.settings}
        ignored += [Ignored(key, layer.name, why) for key, why in wrong.items() if why]
        kept = [setting for setting in layer.settings if not wrong[setting.key]]
        allowed.append(Layer(layer.name, tuple(replace(one, value=conceal(one.value, declared[one.key])) for one in kept)))
    return allowed, tuple(ignored)


def _wrong(setting: Setting, declared: Mapping[str, Declaration]) -> str | None:
    declaration = declared.get(setting.key)
    return "the application declares no such setting" if declaration is None else misfit(setting.value, declaration)


def merge_layers(layers: Iterable[Layer], above: Iterable[Layer] = ()) -> dict[str, ConfiguredSetting]:
    """What holds of each key after all layers, the first one lowest; those `above` lock only what they state themselves."""
    layers, above = list(layers), list(above)
    keys = sorted({setting.key for layer in (*layers, *above) for setting in layer.settings})
    return {key: _configure(_stated(key, layers), _stated(key, above)) for key in keys}


def _applies(layer: Layer, verdicts: Mapping[str, Verdict]) -> bool:
    return layer.when is None or verdicts[layer.when] is Verdict.SATISFIED


def _stated(key: str, layers: Iterable[Layer]) -> list[tuple[Source, Rule | None]]:
    return [(Source(layer.name, one.value), one.rule) for layer in layers for one in layer.settings if one.key == key]


def _configure(own: list[tuple[Source, Rule | None]], above: list[tuple[Source, Rule | None]]) -> ConfiguredSetting:
    rules = [rule for _, rule in (*own, *above)]
    place = next((place for place, rule in enumerate(rules) if rule is not None), 0)
    rule = rules[place] or Rule.OVERRIDE
    sources = [source for source, _ in (*own, *above)]
    # A profile's attribute is locked from its first statement on; an operator locks a setting that was open until then.
    open_until = place if rule is Rule.LOCKED and place >= len(own) else 0
    winners, losers = settle(rule, sources[open_until:])
    value = _joined(winners) if rule is Rule.APPEND else winners[0].value
    return ConfiguredSetting(value, rule, winners, (*sources[:open_until], *losers))


def _joined(winners: Iterable[Source]) -> tuple[Scalar, ...]:
    members: list[Scalar] = []
    for winner in winners:
        if type(winner.value) is tuple:  # a Dimension is a tuple too, but one value
            members += winner.value
        else:
            members.append(winner.value)  # type: ignore[arg-type]
    # By type too: in Python `1 == True`, in a configuration they are two values.
    return tuple({(type(member), member): member for member in members}.values())
