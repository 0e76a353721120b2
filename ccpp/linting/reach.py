"""What can be said of a catalogue beside real profiles: what they never state, what is too large for them, what none of them gets."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ccpp.decision import decide_all
from ccpp.linting.rules import LintFinding
from ccpp.model import AttributeName, Verdict
from ccpp.requirements.expression import Constraint, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccpp.catalogue.model import Artefact, Catalogue, Variant
    from ccpp.model import ResolvedProfile

#: Media type (a glob) → the attribute that says how many bytes of it a device takes.
LIMITS: tuple[tuple[str, AttributeName], ...] = (
    ("application/java*", AttributeName("SoftwarePlatform", "JavaMaxDownloadJarSize")),
    ("text/vnd.wap.wml*", AttributeName("WapCharacteristics", "WmlDeckSize")),
    ("application/vnd.wap.wml*", AttributeName("WapCharacteristics", "WmlDeckSize")),
    ("application/vnd.wap.mms-message", AttributeName("MmsCharacteristics", "MmsMaxMessageSize")),
)


def beside_profiles(catalogue: Catalogue, profiles: Sequence[ResolvedProfile]) -> Iterator[LintFinding]:
    """Every finding, for so many profiles as there are."""
    yield from _unstated(catalogue, profiles)
    chosen: set[str] = set()
    fitting: dict[str, list[ResolvedProfile]] = {}
    for profile in profiles:
        for decision in decide_all(profile, catalogue).values():
            chosen |= {decision.selection.chosen.id} if decision.selection.chosen else set()
            for reason in decision.selection.reasons:
                if reason.verdict is Verdict.SATISFIED:
                    fitting.setdefault(reason.variant.id, []).append(profile)
    for application in catalogue.applications.values():
        for variant in application.variants:
            yield from _too_large(variant, fitting.get(variant.id, ()))
            if variant.id not in chosen:
                message = f"none of the {len(profiles)} profiles gets `{variant.id}`"
                yield LintFinding(
                    "unchosen", variant.id, message, "look whether it is meant for devices that are not among them"
                )


def _too_large(variant: Variant, fitting: Sequence[ResolvedProfile]) -> Iterator[LintFinding]:
    small = [(profile, *found) for profile in fitting for found in exceeded(variant.artefact, profile)]
    if small:
        profile, name, limit = small[0]
        message = (
            f"`{variant.id}` takes {variant.artefact.size} bytes, more than {len(small)} of the {len(fitting)} devices that it fits "
            f"accept; {profile.uri} states {name} {limit}"
        )
        yield LintFinding("artefact-too-large", variant.id, message, f"require that much of {name}, or make it smaller")


def exceeded(artefact: Artefact, profile: ResolvedProfile) -> Iterator[tuple[AttributeName, int]]:
    """The limits that a device states and an artefact passes."""
    if artefact.size is None:
        return
    for glob, name in LIMITS:
        if fnmatchcase(artefact.media_type.casefold(), glob):
            stated = [value for value in profile.values(name) or () if type(value) is int]
            if stated and max(stated) < artefact.size:
                yield name, max(stated)


def _unstated(catalogue: Catalogue, profiles: Sequence[ResolvedProfile]) -> Iterator[LintFinding]:
    stated = {name for profile in profiles for name in profile.attributes}
    for requirement in catalogue.requirements:
        parts = (part for part in walk(catalogue.requirements[requirement]) if isinstance(part, Constraint))
        for name in dict.fromkeys(one for part in parts for one in part.attributes if one not in stated):
            message = f"`{requirement}` asks for {name}, which none of the {len(profiles)} profiles states"
            yield LintFinding("unstated-attribute", requirement, message, "ask for something that devices state")
