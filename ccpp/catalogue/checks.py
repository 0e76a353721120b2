"""What must hold of a catalogue beyond the form of its parts; each check gives the contradiction in words, or nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ccpp.catalogue.model import SettingType
from ccpp.datatypes import lexical
from ccpp.model import Dimension, Secret
from ccpp.requirements.patterns import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ccpp.catalogue.model import Declaration, Layer, SettingValue
    from ccpp.model import Rule
    from ccpp.requirements.patterns import Pattern


def contradicting_rules(layers: Iterable[Layer]) -> str | None:
    """Two layers that state different rules for one setting: the higher one would be ignored, whatever its author meant."""
    rules: dict[str, tuple[Rule, str]] = {}
    for layer in layers:
        for setting in layer.settings:
            if setting.rule is None:
                continue
            rule, name = rules.setdefault(setting.key, (setting.rule, layer.name))
            if rule is not setting.rule:
                return f"has setting `{setting.key}` {setting.rule} in {layer.name}, but {rule} in {name}"
    return None


def repeated_condition(layers: Iterable[Layer]) -> str | None:
    """A requirement under which two layers of one thing stand: which of them is the higher one, nobody can say."""
    seen: set[str | None] = set()
    for layer in layers:
        if layer.when in seen:
            return f"has two conditions `{layer.name}`"
        seen.add(layer.when)
    return None


def misused_settings(layers: Iterable[Layer], declared: Mapping[str, Declaration]) -> tuple[str, str] | None:
    """The first setting whose key or value is none of those that are declared, and what to do; anything goes where nothing is."""
    if not declared:
        return None
    for layer in layers:
        for setting in layer.settings:
            declaration = declared.get(setting.key)
            if declaration is None:
                return f"states setting `{setting.key}`, which is not declared", f"declared are {', '.join(declared)}"
            wrong = misfit(setting.value, declaration)
            if wrong:
                return (
                    f"setting `{setting.key}` in {layer.name}: {wrong}",
                    "correct the value, or what `cat:declares` says of it",
                )
    return None


def misfit(value: SettingValue, declaration: Declaration) -> str | None:
    """Why a value is none that a setting may have; each of several must be one, and a secret is one."""
    if isinstance(value, Secret):
        return misfit(value.value, declaration) if declaration.secret else "the value is a secret, and the setting is none"
    if declaration.secret and not isinstance(value, str):
        return "the value is no text, as a secret is"
    members: tuple[Any, ...] = value if type(value) is tuple else (value,)  # a Dimension is a tuple too, but one value
    for one in members:
        shown = "the value" if declaration.secret else f"`{lexical(one)}`"
        for wrong, what in _MISFITS:
            if wrong(one, declaration):
                return f"{shown} is {what(declaration)}"
    return None


def concealed(layers: Iterable[Layer], declared: Mapping[str, Declaration]) -> tuple[Layer, ...]:
    """The layers with the values of secret settings as what nobody shows."""
    if not any(one.secret for one in declared.values()):
        return tuple(layers)
    return tuple(
        replace(layer, settings=tuple(replace(one, value=conceal(one.value, declared.get(one.key))) for one in layer.settings))
        for layer in layers
    )


def conceal(value: SettingValue, declaration: Declaration | None) -> SettingValue:
    """A value as its declaration wants it kept."""
    return Secret(value) if declaration is not None and declaration.secret and isinstance(value, str) else value


def _untyped(value: Any, declaration: Declaration) -> bool:  # noqa: ANN401  a Scalar
    return not isinstance(value, _TYPES[declaration.type]) or (
        isinstance(value, bool) and declaration.type is not SettingType.BOOLEAN
    )


def _below(value: Any, declaration: Declaration) -> bool:  # noqa: ANN401  a Scalar of a declared type
    return declaration.minimum is not None and value < declaration.minimum


def _above(value: Any, declaration: Declaration) -> bool:  # noqa: ANN401  a Scalar of a declared type
    return declaration.maximum is not None and value > declaration.maximum


_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")

#: Type of a setting → what its values are in Python.
_TYPES: Mapping[SettingType, tuple[type, ...]] = MappingProxyType(
    {
        SettingType.TEXT: (str,),
        SettingType.INTEGER: (int,),
        SettingType.DECIMAL: (int, Fraction),
        SettingType.BOOLEAN: (bool,),
        SettingType.DIMENSION: (Dimension,),
        SettingType.URI: (str,),
    }
)
#: What may be wrong with a value, and how it is said, in this order: what follows is only asked of values of the right type.
_MISFITS: tuple[tuple[Callable[[Any, Declaration], bool], Callable[[Declaration], str]], ...] = (
    (_untyped, lambda one: f"no {one.type}"),
    (lambda value, one: one.type is SettingType.URI and not _URI.fullmatch(value), lambda one: f"no {one.type}"),
    (
        lambda value, one: bool(one.one_of) and value not in one.one_of,
        lambda one: f"none of {', '.join(map(lexical, one.one_of))}",
    ),
    (_below, lambda one: f"below {one.minimum}"),
    (_above, lambda one: f"above {one.maximum}"),
    (
        lambda value, one: one.pattern is not None and not whole_pattern(one.pattern).search(value),
        lambda one: f"not like {one.pattern}",
    ),
)


def whole_pattern(pattern: str) -> Pattern:
    """The pattern of a setting, for a whole text: matched in linear time, because a subscriber's texts come from outside.

    Raises:
        RequirementError: it is none.
    """
    compile_pattern(pattern)  # so that an error is about what was written
    return compile_pattern(f"^({pattern})$")


def misdeclared(declaration: Declaration) -> str | None:
    """What a declaration contradicts itself in: bounds or members that are not of its type, a pattern for what is no text."""
    stated = (*declaration.one_of, *(one for one in (declaration.minimum, declaration.maximum) if one is not None))
    for one in stated:
        if _untyped(one, declaration):
            return f"`{lexical(one)}` is no {declaration.type}"
    ordered = declaration.type in {SettingType.INTEGER, SettingType.DECIMAL}
    if not ordered and (declaration.minimum is not None or declaration.maximum is not None):
        return f"a {declaration.type} has neither minimum nor maximum"
    if declaration.type not in {SettingType.TEXT, SettingType.URI} and (declaration.pattern is not None or declaration.secret):
        return f"a {declaration.type} has no pattern and is no secret"
    if ordered and None not in (declaration.minimum, declaration.maximum) and _above(declaration.minimum, declaration):
        return "its minimum is above its maximum"
    return None
