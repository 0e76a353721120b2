"""Which applications to install together, in which order: what is wanted, with all that it needs, or why there is no such set.

An application or its variant needs names; an application provides its own, and others that it or the variant states. A plan has one variant
of each application that it takes, so that every need is met by one of them or by what is installed, and nothing in it conflicts with
anything in it or installed. Variants and providers are tried in the order of the decisions and of the catalogue, so the plan is the best in
that order: the first need is met as well as it can be, then the second, and so on.

The search is complete, up to a bound; that there is no plan is an answer, with every need that could not be met and the chain that led there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ccpp.catalogue.dependencies import meets, text_of
from ccpp.catalogue.model import Need, Provided
from ccpp.ordering import ordered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ccpp.catalogue.model import Application, Catalogue, Variant
    from ccpp.decision import Decision

#: Variants that are tried; a plan of a dozen applications takes a hundred, and who can contrive more is told so.
MAX_TRIES = 100_000
#: Applications of one plan; each is a call inside another.
MAX_STEPS = 200
#: Obstacles that are reported, those of the longest chains first.
MAX_OBSTACLES = 12


@dataclass(frozen=True, slots=True)
class Step:
    """One application to install: the variant, and which applications of the plan need it; none where it is wanted itself."""

    application: Application
    variant: Variant
    needed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A need that could not be met: the applications that lead to it, from the wanted one on, and why each provider will not do."""

    chain: tuple[str, ...]
    need: Need
    causes: tuple[str, ...]

    @property
    def text(self) -> str:
        """The obstacle in words."""
        chain = " needs ".join([*(f"`{name}`" for name in self.chain), text_of(self.need)])
        return f"{chain}: {'; '.join(self.causes)}"


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps, each after those it needs; or none, and the obstacles. `gave_up` says that the search was cut short."""

    steps: tuple[Step, ...]
    obstacles: tuple[Obstacle, ...] = ()
    gave_up: bool = False


class _Open(NamedTuple):
    """A need that is still to be met, and the applications that led to it."""

    need: Need
    chain: tuple[str, ...]


def plan(
    wanted: Sequence[str],
    decisions: Mapping[str, Decision],
    catalogue: Catalogue,
    installed: Mapping[str, str | None] | None = None,
) -> Plan:
    """The plan that installs applications of a catalogue on a device, from the decisions for it.

    Args:
        wanted: identifiers of applications of the catalogue.
        decisions: those of `ccpp.decision.decide_all`.
        catalogue: the catalogue that they were made under.
        installed: what the device has already, each with its version where it is known.
    """
    search = _Search(decisions, catalogue, installed or {})
    chosen = search.solve([_Open(Need(name), ()) for name in dict.fromkeys(wanted)], {})
    if chosen is not None:
        return Plan(_ordered(chosen, catalogue))
    obstacles = sorted(
        ((one, causes) for one, causes in search.obstacles.items() if causes), key=lambda one: -len(one[0].chain)
    )
    found = tuple(Obstacle(one.chain, one.need, tuple(causes)) for one, causes in obstacles[:MAX_OBSTACLES])
    return Plan((), found, gave_up=search.tries > MAX_TRIES)


class _Search:
    """Trying one variant after the other, back from where it cannot go on."""

    def __init__(self, decisions: Mapping[str, Decision], catalogue: Catalogue, installed: Mapping[str, str | None]) -> None:
        self.decisions = decisions
        self.applications = catalogue.applications
        self.installed = [Provided(name, version) for name, version in installed.items()]
        self.providers = _providers(catalogue.applications)
        self.obstacles: dict[_Open, dict[str, None]] = {}
        self.tries = 0

    def solve(self, pending: Sequence[_Open], chosen: Mapping[str, Variant]) -> Mapping[str, Variant] | None:
        """The chosen variants and those that meet all that is pending, or nothing."""
        pending = list(pending)
        while pending and self.met(pending[0], chosen):
            del pending[0]
        if not pending:
            return chosen
        first, *rest = pending
        if len(chosen) == MAX_STEPS:
            self.tries = MAX_TRIES + 1
        causes = self.obstacles.setdefault(first, {})
        for name in self.providers.get(first.need.name, ()):
            if name in chosen:
                causes[f"`{chosen[name].id}` is taken, and does not provide it"] = None
                continue
            for variant in self.candidates(name, first, causes):
                self.tries += 1
                if self.tries > MAX_TRIES:
                    return None
                clash = self.clash(name, variant, chosen)
                if clash:
                    causes[clash] = None
                    continue
                chain = (*first.chain, name)
                needs = [_Open(need, chain) for need in _needs(self.applications[name], variant)]
                found = self.solve([*needs, *rest], {**chosen, name: variant})
                if found is not None:
                    return found
        return None

    def met(self, one: _Open, chosen: Mapping[str, Variant]) -> bool:
        """Whether something chosen or installed meets a need; what is wanted itself, only its own application does."""
        if not one.chain:
            return one.need.name in chosen
        offered = [one for name, variant in chosen.items() for one in provisions(self.applications[name], variant)]
        return any(_is(provided, one.need) for provided in (*offered, *self.installed))

    def candidates(self, name: str, one: _Open, causes: dict[str, None]) -> Iterator[Variant]:
        """The variants of an application that a device may have and that provide what is needed, best first."""
        application, selection = self.applications[name], self.decisions[name].selection
        if one.chain == () and name != one.need.name:
            return
        if not selection.ranked:
            told = dict.fromkeys(reason.text for reason in selection.reasons)
            causes[f"no variant of `{name}` fits: {', '.join(told)}"] = None
        for variant in selection.ranked:
            provided = provisions(application, variant)
            if any(_is(offer, one.need) for offer in provided):
                yield variant
            else:
                versions = [offer.version or "no version" for offer in provided if offer.name == one.need.name]
                causes[f"`{variant.id}` {f'provides {versions[0]}' if versions else 'does not provide it'}"] = None

    def clash(self, name: str, variant: Variant, chosen: Mapping[str, Variant]) -> str | None:
        """What an application conflicts with, in either direction."""
        application = self.applications[name]
        mine = provisions(application, variant)
        for conflict in _conflicts(application, variant):
            for offer in self.installed:
                if _is(offer, conflict):
                    return f"`{name}` conflicts with {text_of(conflict)}, which is installed"
        for other, theirs in chosen.items():
            pairs = (
                (name, _conflicts(application, variant), other, provisions(self.applications[other], theirs)),
                (other, _conflicts(self.applications[other], theirs), name, mine),
            )
            for one, conflicts, against, offers in pairs:
                if any(_is(offer, conflict) for conflict in conflicts for offer in offers):
                    return f"`{one}` conflicts with `{against}`"
        return None


def provisions(application: Application, variant: Variant) -> tuple[Provided, ...]:
    """What an application provides when a variant of it is installed, itself first."""
    own = Provided(application.id, variant.supply.version or application.supply.version)
    return (own, *application.supply.provides, *variant.supply.provides)


def _is(offer: Provided, need: Need) -> bool:
    return offer.name == need.name and meets(offer.version, need)


def _needs(application: Application, variant: Variant) -> tuple[Need, ...]:
    return (*application.supply.needs, *variant.supply.needs)


def _conflicts(application: Application, variant: Variant) -> tuple[Need, ...]:
    return (*application.supply.conflicts, *variant.supply.conflicts)


def _providers(applications: Mapping[str, Application]) -> Mapping[str, list[str]]:
    """Name → the applications that may provide it: the one of that name first, then in the catalogue's order."""
    found: dict[str, list[str]] = {name: [name] for name in applications}
    for application in applications.values():
        for variant in application.variants:
            for provided in provisions(application, variant):
                names = found.setdefault(provided.name, [])
                if application.id not in names:
                    names.append(application.id)
    return found


def _ordered(chosen: Mapping[str, Variant], catalogue: Catalogue) -> tuple[Step, ...]:
    """The steps in an order in which each comes after what it needs; otherwise in the catalogue's."""
    offers = {name: provisions(catalogue.applications[name], variant) for name, variant in chosen.items()}
    needs: dict[str, list[str]] = {}
    for name in [name for name in catalogue.applications if name in chosen]:
        wanted = tuple(_needs(catalogue.applications[name], chosen[name]))
        needs[name] = [other for other in chosen if any(_is(offer, need) for offer in offers[other] for need in wanted)]
    return tuple(
        Step(catalogue.applications[name], chosen[name], tuple(other for other, theirs in needs.items() if name in theirs))
        for name in ordered(needs)
    )
