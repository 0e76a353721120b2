"""What two catalogues say differently, by meaning: how they are written, and in what order where order means nothing, does not count."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ccpp.catalogue.digest import plain_requirement, plain_value
from ccpp.model import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ccpp.catalogue.model import Application, Catalogue, Declaration, Layer, Supply, TerminalSettings, Variant


class Difference(NamedTuple):
    """One thing said differently: what it belongs to, which property, and what each catalogue says; `None` where one says nothing."""

    kind: str
    name: str
    what: str
    before: Any
    after: Any

    @property
    def change(self) -> str:
        """Added, removed or changed."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"


def differences(before: Catalogue, after: Catalogue) -> tuple[Difference, ...]:
    """Every difference, applications first, in the order of the older catalogue and then of the newer one."""
    return (
        *_compared("catalogue", "", {"label": before.label}, {"label": after.label}),
        *_order("catalogue", "", "order of applications", list(before.applications), list(after.applications)),
        *_members("catalogue", "", "preferences", before.preferences, after.preferences),
        *_members("catalogue", "", "refusals", before.refusals, after.refusals),
        *_things(before.applications, after.applications, _application),
        *_things(_by_application(before), _by_application(after), _operator),
        *_things(before.terminal_settings, after.terminal_settings, _terminal_settings),
        *_requirements(before, after),
    )


def _things(before: Mapping[str, Any], after: Mapping[str, Any], compare: Any) -> Iterator[Difference]:  # noqa: ANN401
    for name in dict.fromkeys((*before, *after)):
        yield from compare(name, before.get(name), after.get(name))


def _application(name: str, before: Application | None, after: Application | None) -> Iterator[Difference]:
    if before is None or after is None:
        yield Difference("application", name, "", before and before.label, after and after.label)
        return
    stated = ("label", "description", "ordered", "fallback", "domain")
    yield from _compared("application", name, _stated(before, *stated), _stated(after, *stated))
    yield from _declarations("application", name, before.declarations, after.declarations)
    yield from _layers("application", name, before.layers, after.layers)
    yield from _supply("application", name, before.supply, after.supply)
    old, new = ({variant.id: variant for variant in one.variants} for one in (before, after))
    yield from _order("application", name, "order of variants", list(old), list(new))
    yield from _things(old, new, _variant)


def _variant(name: str, before: Variant | None, after: Variant | None) -> Iterator[Difference]:
    if before is None or after is None:
        yield Difference("variant", name, "", before and before.label, after and after.label)
        return
    stated = ("label", "requirement", "quality", "serve_indeterminate", "languages")
    yield from _compared("variant", name, _stated(before, *stated), _stated(after, *stated))
    parts = ("uri", "media_type", "size", "digest", "signature")
    yield from _compared("variant", name, _stated(before.artefact, *parts), _stated(after.artefact, *parts))
    yield from _order("variant", name, "order of parts", [part.id for part in before.parts], [part.id for part in after.parts])
    yield from _members("variant", name, "parts", before.parts, after.parts)
    yield from _layers("variant", name, before.layers, after.layers)
    yield from _supply("variant", name, before.supply, after.supply)


def _supply(kind: str, name: str, before: Supply, after: Supply) -> Iterator[Difference]:
    stated = ("state", "version", "budget")
    yield from _compared(kind, name, _stated(before, *stated), _stated(after, *stated))
    old, new = (one.rollout and words(one.rollout) for one in (before, after))
    yield from _compared(kind, name, {"rollout": old}, {"rollout": new})
    for what in ("exceptions", "preferences", "needs", "conflicts", "provides"):
        yield from _members(kind, name, what, getattr(before, what), getattr(after, what))


def _by_application(catalogue: Catalogue) -> dict[str, tuple[Layer, ...]]:
    """What the operator sets, of one application, or of all under the empty name."""
    found: dict[str, tuple[Layer, ...]] = {}
    for one in catalogue.operator:
        found[one.application or ""] = (*found.get(one.application or "", ()), *one.layers)
    return found


def _operator(name: str, before: tuple[Layer, ...] | None, after: tuple[Layer, ...] | None) -> Iterator[Difference]:
    yield from _layers("operator", name, before or (), after or ())


def _terminal_settings(name: str, before: TerminalSettings | None, after: TerminalSettings | None) -> Iterator[Difference]:
    if before is None or after is None:
        yield Difference("terminal settings", name, "", before and before.label, after and after.label)
        return
    yield from _compared(
        "terminal settings", name, _stated(before, "label", "requirement"), _stated(after, "label", "requirement")
    )
    yield from _declarations("terminal settings", name, before.declarations, after.declarations)
    yield from _layers("terminal settings", name, before.layers, after.layers)


def _declarations(
    kind: str, name: str, before: Mapping[str, Declaration], after: Mapping[str, Declaration]
) -> Iterator[Difference]:
    for key in dict.fromkeys((*before, *after)):
        old, new = (words(one[key]) if key in one else None for one in (before, after))
        yield from _compared(kind, name, {f"declaration {key}": old}, {f"declaration {key}": new})


def _members(kind: str, name: str, what: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Difference]:
    """What one of two sets has and the other has not, in words."""
    old, new = [words(one) for one in before if one not in after], [words(one) for one in after if one not in before]
    if old or new:
        yield Difference(kind, name, what, old or None, new or None)


def words(thing: Any) -> str:  # noqa: ANN401  a dataclass of the model
    """What is said of a thing, a field after the other, those left out that are at their default."""
    said = []
    for field in fields(thing):
        value = getattr(thing, field.name)
        default = field.default if field.default_factory is MISSING else field.default_factory()
        if value is not None and value != default:
            said.append(f"{field.name.replace('_', ' ')} {_word(value)}")
    return ", ".join(said)


def _word(value: Any) -> str:  # noqa: ANN401  a field's value
    if is_dataclass(value) and not isinstance(value, Secret):
        return f"({words(value)})"
    if isinstance(value, tuple | frozenset) and type(value) in {tuple, frozenset}:  # a Dimension is a tuple too, but one value
        return " ".join(_word(one) for one in (sorted(value, key=str) if isinstance(value, frozenset) else value))
    return str(value)


def _layers(kind: str, name: str, before: Sequence[Layer], after: Sequence[Layer]) -> Iterator[Difference]:
    old, new = (
        {
            (layer.when, setting.key): plain_value(setting.value)
            if setting.rule is None
            else [plain_value(setting.value), setting.rule]
            for layer in layers
            for setting in layer.settings
        }
        for layers in (before, after)
    )
    for when, key in dict.fromkeys((*old, *new)):
        if old.get((when, key)) != new.get((when, key)):
            condition = f" when {when}" if when else ""
            yield Difference(kind, name, f"setting {key}{condition}", *(_shown(one.get((when, key))) for one in (old, new)))


def _shown(stated: Any) -> Any:  # noqa: ANN401  JSON
    """What is stated of a setting, nothing of a secret."""
    if isinstance(stated, list):
        return ["secret", "…"] if stated[:1] == ["Secret"] else [_shown(one) for one in stated]
    return stated


def _requirements(before: Catalogue, after: Catalogue) -> Iterator[Difference]:
    old, new = before.requirements, after.requirements
    for name in dict.fromkeys((*old, *new)):
        asked = [plain_requirement(one[name]) if name in one else None for one in (old, new)]
        if asked[0] != asked[1]:
            yield Difference("requirement", name, "", asked[0], asked[1])


def _order(kind: str, name: str, what: str, before: list[str], after: list[str]) -> Iterator[Difference]:
    """The order of what both have."""
    common = set(before) & set(after)
    old, new = ([one for one in names if one in common] for names in (before, after))
    if old != new:
        yield Difference(kind, name, what, old, new)


def _stated(thing: object, *names: str) -> dict[str, object]:
    return {name.replace("_", " "): getattr(thing, name) for name in names}


def _compared(kind: str, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for what in before:
        if before[what] != after[what]:
            yield Difference(kind, name, what, _plainly(before[what]), _plainly(after[what]))


def _plainly(value: Any) -> Any:  # noqa: ANN401  a field's value
    """A value as JSON can have it."""
    return words(value) if is_dataclass(value) else value
