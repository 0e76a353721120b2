"""The main job on the shipped samples: every sample device, what it gets and how it is configured, and one refusal explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from click import style

from ccpp.catalogue.loading import load_catalogue
from ccpp.console import heading, show_explanation, show_value, table
from ccpp.decision import decide_all
from ccpp.matching.explanation import explain
from ccpp.model import Kind, ResolvedProfile
from ccpp.plain import plain_configuration, plain_match
from ccpp.reading import read_profile
from ccpp.resolution import resolve
from ccpp.samples import CATALOGUE, DIFF, OVERRIDE, devices, sample
from ccpp.vocabulary import Vocabularies, load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccpp.catalogue.model import Catalogue
    from ccpp.decision import Decision

#: The refusal that the demo explains.
_REFUSED = ("07-delta-n80.rdf", "chess-large")


def run_demo() -> tuple[list[dict[str, Any]], str]:
    """The decisions as plain data, and as text."""
    vocabularies = load_vocabularies()
    catalogue = load_catalogue(sample(CATALOGUE), source=CATALOGUE, vocabularies=vocabularies)
    results, blocks = [], [heading(f"{catalogue.label}: {len(catalogue.applications)} applications, {len(devices())} devices")]
    for label, profile in sample_profiles(vocabularies):
        decisions = decide_all(profile, catalogue)
        configuration = {identifier: plain_configuration(decision.configuration) for identifier, decision in decisions.items()}
        results.append({"device": label, **plain_match(profile, catalogue, decisions), "configuration": configuration})
        blocks.append(_block(label, decisions))
    blocks.append(_refusal(catalogue, dict(sample_profiles(vocabularies))))
    return results, "\n\n".join(blocks)


def sample_profiles(vocabularies: Vocabularies) -> Iterator[tuple[str, ResolvedProfile]]:
    """The sample devices resolved, and once more with the diff or the override that there is for one."""

    def read(name: str, kind: Kind = Kind.EXPLICIT) -> Any:  # noqa: ANN401  a Profile
        return read_profile(sample(name), uri=f"urn:ccpp:sample:{name}", document=name, vocabularies=vocabularies, kind=kind)

    for name in devices():
        yield name, resolve([read(name)])
        for extra, device, kind in ((*DIFF, Kind.DIFF), (*OVERRIDE, Kind.OVERRIDE)):
            if device == name:
                yield f"{name} + {extra}", resolve([read(name), read(extra, kind)])


def _block(label: str, decisions: dict[str, Decision]) -> str:
    rows = []
    for identifier, decision in decisions.items():
        chosen = decision.selection.chosen
        settings = "  ".join(f"{key}={show_value(one.value)}" for key, one in decision.configuration.items())
        answer = style(chosen.id, fg="green") if chosen else style("none fits", fg="red")
        rows.append((identifier, answer, style(settings, dim=True)))
    return f"{style(label, bold=True)}\n{table(rows, indent='  ')}"


def _refusal(catalogue: Catalogue, profiles: dict[str, ResolvedProfile]) -> str:
    device, refused = _REFUSED
    variant = next(one for application in catalogue.applications.values() for one in application.variants if one.id == refused)
    requirement = catalogue.requirements[variant.requirement or ""]
    reasons = explain(requirement, profiles[device], catalogue.requirements)
    return f"{heading(f'Why {device} does not get {refused}')}\n{show_explanation(reasons)}"
