"""Which applications need, provide and exclude which: one graph of names, checked when a catalogue is loaded.

An edge leads from an application to each that can provide what it, or one of its variants, needs. A circle of such edges has no order in
which to install its members, and is refused even where an alternative would avoid it: whether it is met would depend on the device.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccpp.catalogue.facts import nearest
from ccpp.catalogue.model import Provided
from ccpp.errors import CatalogueError
from ccpp.ordering import CircleError, ordered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccpp.catalogue.model import Application, Need, Supply


def check_dependencies(applications: Mapping[str, Application]) -> None:
    """Refuse what no plan could ever meet.

    Raises:
        CatalogueError: something needed or excluded is nothing that is provided, or not in that version; or needs go round in a circle.
    """
    offered = providers(applications)
    for application in applications.values():
        for owner, supply in supplies(application):
            for need in (*supply.needs, *supply.conflicts):
                if need.name not in offered:
                    raise CatalogueError(
                        f"`{owner}` names `{need.name}`, which no application is or provides",
                        hint=nearest(need.name, offered),
                        subject=owner,
                    )
            for need in supply.needs:
                if not any(meets(version, need) for _, version in offered[need.name]):
                    known = ", ".join(sorted({version or "none" for _, version in offered[need.name]}))
                    raise CatalogueError(
                        f"`{owner}` needs {text_of(need)}, which is in no such version",
                        hint=f"versions are {known}",
                        subject=owner,
                    )
    _check_circles(applications, offered)


def supplies(application: Application) -> Iterator[tuple[str, Supply]]:
    """The terms of an application and of each of its variants, with whose they are."""
    yield application.id, application.supply
    for variant in application.variants:
        yield variant.id, variant.supply


def providers(applications: Mapping[str, Application]) -> Mapping[str, list[tuple[str, str | None]]]:
    """What is provided → the applications that can, each with the version: itself, what it provides, what a variant of it does."""
    found: dict[str, list[tuple[str, str | None]]] = {}
    for application in applications.values():
        for provided in provisions(application):
            found.setdefault(provided.name, []).append((application.id, provided.version))
    return found


def provisions(application: Application) -> Iterator[Provided]:
    """Everything that an application may provide, itself first."""
    for variant in application.variants:
        yield Provided(application.id, variant.supply.version or application.supply.version)
    for _, supply in supplies(application):
        yield from supply.provides


def meets(version: str | None, need: Need) -> bool:
    """Whether a version is one that is needed; what states none meets only a need that asks for none."""
    if version is None:
        return need.at_least is None and need.below is None
    number = parsed(version)
    return (need.at_least is None or parsed(need.at_least) <= number) and (need.below is None or number < parsed(need.below))


def parsed(version: str) -> tuple[int, ...]:
    """A version to compare: `2.0` and `2` are equal."""
    numbers = [int(one) for one in version.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def text_of(need: Need) -> str:
    """A need in words."""
    bounds = [f"{need.at_least} or later"] if need.at_least else []
    bounds += [f"before {need.below}"] if need.below else []
    return f"`{need.name}`" + (f" ({', '.join(bounds)})" if bounds else "")


def _check_circles(applications: Mapping[str, Application], offered: Mapping[str, list[tuple[str, str | None]]]) -> None:
    needs = {
        application.id: [
            provider
            for _, supply in supplies(application)
            for need in supply.needs
            for provider, version in offered[need.name]
            if meets(version, need)
        ]
        for application in applications.values()
    }
    try:
        ordered(needs)
    except CircleError as error:
        raise CatalogueError(
            f"applications need each other in a circle: {error}", hint="break the circle", subject=error.path[0]
        ) from None
