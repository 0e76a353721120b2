"""What must hold of a catalogue beyond the form of its parts; each check gives the contradiction in words, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccpp.catalogue.model import Layer
    from ccpp.model import Rule


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
