'''Overlays: an operator's corrections of what manufacturers' profiles say, chosen by profile URI, vendor, model or requirement.

They are a TOML file, read from top to bottom::

    [[overlay]]
    name = "the B610 of 2006 has a larger screen than it says"
    vendor = "Borealis"                     # globs; case does not count for vendor and model
    model = "B61*"
    [overlay.attributes]
    "HardwarePlatform/ScreenSize" = "240x320"
    "SoftwarePlatform/CcppAccept" = ["text/html", "image/png"]

    [[overlay]]
    name = "no Java on small heaps"
    profile = "http://profiles.example/*"
    requirement = """[] a sh:NodeShape ; sh:property [ sh:path prf:BitsPerPixel ; sh:maxInclusive 8 ] ."""
    [overlay.attributes]
    "SoftwarePlatform/JavaEnabled" = false

All conditions of an overlay must hold of the profile as its own documents resolve, before any overlay: so each can be read by
itself, and their order decides only which of two corrections of one attribute is the last. What an overlay states is an override
document of its own: it stands above everything, may change Locked attributes (T-49), and its name is in the origin of each value.
'''

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

from ccpp.errors import CcppError, OverlayError
from ccpp.matching.definition import evaluate
from ccpp.model import AttributeName, Container, Kind, Profile, Status, Verdict
from ccpp.reading.draft import Draft, Item

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ccpp.model import ResolvedProfile
    from ccpp.requirements.expression import Requirement
    from ccpp.requirements.graph import RequirementGraph
    from ccpp.vocabulary import Vocabularies

#: An overlay file's bytes: a correction takes some 200, and an operator has thousands at most.
MAX_OVERLAYS = 4 * 1_048_576

#: A key of more parts than any table here has.
_MANY_PARTS = re.compile(rb"^[ \t]*\[*(?:[^.=\n]*\.){32}[^=\n]*(?:=|\])", re.MULTILINE)

#: Which attribute a glob is held against.
_GLOBS: Mapping[str, AttributeName] = {
    "vendor": AttributeName("HardwarePlatform", "Vendor"),
    "model": AttributeName("HardwarePlatform", "Model"),
}
_CONDITIONS = ("profile", *_GLOBS, "requirement")
_KEYS = frozenset({"name", "attributes", *_CONDITIONS})

_PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix req: <urn:ccpp:requirement#> .
@prefix prf: <http://www.openmobilealliance.org/tech/profiles/UAPROF/ccppschema-20070511#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


class Overlay(NamedTuple):
    """One correction: the conditions under which it counts, and the override document it is."""

    name: str
    globs: Mapping[str, str]
    requirement: tuple[Requirement, RequirementGraph] | None
    correction: Profile

    def applies(self, profile: ResolvedProfile) -> bool:
        """Whether every condition holds; a requirement that is indeterminate does not."""
        for key, glob in self.globs.items():
            if key == "profile":
                if not fnmatchcase(profile.uri, glob):
                    return False
            elif not any(fnmatchcase(str(value).casefold(), glob.casefold()) for value in profile.values(_GLOBS[key]) or ()):
                return False
        if self.requirement is None:
            return True
        requirement, graph = self.requirement
        return evaluate(requirement, profile, graph) is Verdict.SATISFIED


def corrections(overlays: Iterable[Overlay], profile: ResolvedProfile) -> list[Profile]:
    """The override documents that a profile needs, in order; to be resolved after its own."""
    return [overlay.correction for overlay in overlays if overlay.applies(profile)]


def load_overlays(data: bytes, *, source: str, vocabularies: Vocabularies) -> tuple[Overlay, ...]:
    """The overlays of a TOML file, every value typed by the vocabulary.

    Raises:
        OverlayError: the file is no TOML, or says what no overlay can say; the message names the overlay.
    """
    if len(data) > MAX_OVERLAYS:
        raise OverlayError(f"{len(data)} bytes, more than {MAX_OVERLAYS}", source=source)
    try:
        if _MANY_PARTS.search(data):
            raise ValueError("a key of many parts")  # noqa: TRY301  the same error; the parser's time grows with their square
        tables = tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:  # a number of too many digits is a ValueError too
        raise OverlayError(f"not TOML: {error}", source=source, hint="overlays are `[[overlay]]` tables") from None
    unknown = sorted(tables.keys() - {"overlay"})
    listed = tables.get("overlay", [])
    if unknown or not isinstance(listed, list) or not all(isinstance(table, dict) for table in listed):
        raise OverlayError(
            f"unknown table `{unknown[0] if unknown else 'overlay'}`", source=source, hint="`[[overlay]]` is due"
        )
    try:
        return tuple(_overlay(table, position, source, vocabularies) for position, table in enumerate(listed, 1))
    except CcppError as error:
        raise error.located(source) from None


def _overlay(table: dict[str, Any], position: int, source: str, vocabularies: Vocabularies) -> Overlay:
    name = table.get("name", f"overlay {position}")
    try:
        unknown = sorted(table.keys() - _KEYS)
        if unknown:
            raise OverlayError(f"unknown key `{unknown[0]}`", hint="known are " + ", ".join(sorted(_KEYS)))
        for key in ("name", *_CONDITIONS):
            if not isinstance(table.get(key, ""), str):
                raise OverlayError(f"`{key}` is no text")
        if not any(key in table for key in _CONDITIONS):
            raise OverlayError(
                "no condition", hint='state one of profile, vendor, model, requirement; `profile = "*"` is every device'
            )
        attributes = table.get("attributes")
        if not isinstance(attributes, dict) or not attributes:
            raise OverlayError("corrects nothing", hint="state `[overlay.attributes]`")
        return Overlay(
            name,
            {key: table[key] for key in ("profile", *_GLOBS) if key in table},
            _requirement(table["requirement"], vocabularies) if "requirement" in table else None,
            _correction(attributes, f"{source}: {name}", vocabularies),
        )
    except CcppError as error:
        raise OverlayError(f"in `{name}`: {error.message}", source=error.source, hint=error.hint) from None


def _requirement(turtle: str, vocabularies: Vocabularies) -> tuple[Requirement, RequirementGraph]:
    """The shape that counts: the one that is written as a blank node, else the only one."""
    from ccpp.requirements.shacl import read_requirements  # noqa: PLC0415  few overlays have a requirement, and rdflib is slow to load
    from ccpp.requirements.turtle import parse_turtle  # noqa: PLC0415

    named = turtle.replace("[] a sh:NodeShape", "<urn:ccpp:overlay> a sh:NodeShape")
    graph = read_requirements(parse_turtle((_PREFIXES + named).encode(), OverlayError), vocabularies)
    if "urn:ccpp:overlay" in graph:
        return graph["urn:ccpp:overlay"], graph
    if len(graph) == 1:
        return next(iter(graph.values())), graph
    raise OverlayError(f"{len(graph)} shapes where one is due", hint="begin the one that counts with `[] a sh:NodeShape`")


def _correction(attributes: dict[str, Any], document: str, vocabularies: Vocabularies) -> Profile:
    """The override document, written as a reader writes one."""
    draft = Draft(document, document, vocabularies, Kind.OVERRIDE)
    for name, value in attributes.items():
        attribute = vocabularies.named(name)
        listed = isinstance(value, list)
        found = Container.NONE if not listed else Container.SEQ if attribute.container is Container.SEQ else Container.BAG
        texts = [_text(name, member) for member in (value if listed else [value])]
        draft.state(Item(attribute.uri, found, texts, 0), attribute.name.component, Kind.OVERRIDE)
        stated = draft.stated[-1] if draft.stated else None
        if stated is None or stated.attribute.name != attribute.name or stated.status is Status.INVALID:
            raise OverlayError(f"`{value}` is no value of {attribute.name}", hint=f"a {attribute.datatype} is due")
    return draft.profile(None)._replace(diagnostics=())


def _text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, str | int):
        return str(value)
    raise OverlayError(f"the value of `{name}` is no text, number, truth value or list of them")
