"""What two catalogues say differently, by meaning: how they are written, and in what order where order means nothing, does not count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ccpp.catalogue.digest import plain_requirement, plain_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ccpp.catalogue.model import Application, Catalogue, Layer, Variant


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
        *_things(before.applications, after.applications, _application),
        *_requirements(before, after),
    )


def _things(before: Mapping[str, Any], after: Mapping[str, Any], compare: Any) -> Iterator[Difference]:  # noqa: ANN401
    for name in dict.fromkeys((*before, *after)):
        yield from compare(name, before.get(name), after.get(name))


def _application(name: str, before: Application | None, after: Application | None) -> Iterator[Difference]:
    if before is None or after is None:
        yield Difference("application", name, "", before and before.label, after and after.label)
        return
    yield from _compared("application", name, _stated(before, "label", "description"), _stated(after, "label", "description"))
    yield from _layers("application", name, before.layers, after.layers)
    old, new = ({variant.id: variant for variant in one.variants} for one in (before, after))
    yield from _order("application", name, "order of variants", list(old), list(new))
    yield from _things(old, new, _variant)


def _variant(name: str, before: Variant | None, after: Variant | None) -> Iterator[Difference]:
    if before is None or after is None:
        yield Difference("variant", name, "", before and before.label, after and after.label)
        return
    stated = ("label", "requirement", "quality", "serve_indeterminate")
    yield from _compared("variant", name, _stated(before, *stated), _stated(after, *stated))
    parts = ("uri", "media_type", "size")
    yield from _compared("variant", name, _stated(before.artefact, *parts), _stated(after.artefact, *parts))
    yield from _layers("variant", name, before.layers, after.layers)


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
            yield Difference(kind, name, what, before[what], after[what])
