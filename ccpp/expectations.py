"""Expectations of a catalogue, written beside it: this device gets that variant with this setting; and how much of it they exercise.

A TOML file, read from top to bottom; files of profiles are named from the folder it lies in::

    [[expect]]
    name = "the N80 gets the middle board"
    profile = "devices/07-delta-n80.rdf"
    diff = "diff.rdf"                       # optional, as are override and settings
    application = "chess"
    variant = "chess-medium"                # "none" where no variant may fit
    [expect.settings]
    server = "chess.example:5000"

Coverage says which variants are chosen by some expectation, which conditional settings apply and do not, and which constraints come out
both ways: what no expectation exercises, a change can break unnoticed.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from ccpp.decision import decide
from ccpp.errors import ExpectationError
from ccpp.matching.definition import evaluate
from ccpp.model import Verdict
from ccpp.plain import plain_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ccpp.catalogue.model import Catalogue
    from ccpp.decision import Decision
    from ccpp.model import ResolvedProfile

#: An expectation file's bytes: an expectation takes some 200.
MAX_EXPECTATIONS = 4 * 1_048_576
#: The variant of an expectation that none fits.
NONE = "none"

_TEXTS = ("name", "profile", "diff", "override", "application", "variant")
_NEEDED = ("profile", "application", "variant")


class Expectation(NamedTuple):
    """One expectation: the documents of the device, and what it gets of an application; `variant` is `NONE` where nothing."""

    name: str
    profile: str
    diff: str | None
    override: str | None
    application: str
    variant: str
    settings: Mapping[str, Any]


class Result(NamedTuple):
    """An expectation with what is not as expected, a sentence each; none where all is."""

    expectation: Expectation
    failures: tuple[str, ...]


class Coverage(NamedTuple):
    """What the expectations exercise, of how much: variants that some of them get, conditions and constraints that come out both ways."""

    variants: tuple[str, ...]
    variants_missed: tuple[str, ...]
    conditions: int
    conditions_missed: tuple[str, ...]
    constraints: int
    constraints_missed: tuple[str, ...]


def load_expectations(data: bytes, *, source: str) -> tuple[Expectation, ...]:
    """The expectations of a TOML file.

    Raises:
        ExpectationError: it is no TOML, or says what no expectation can say; the message names the expectation.
    """
    if len(data) > MAX_EXPECTATIONS:
        raise ExpectationError(f"{len(data)} bytes, more than {MAX_EXPECTATIONS}", source=source, hint="split the file")
    try:
        tables = tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise ExpectationError(f"not TOML: {error}", source=source, hint="expectations are `[[expect]]` tables") from None
    listed = tables.get("expect")
    if set(tables) != {"expect"} or not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise ExpectationError("no list of expectations", source=source, hint="write `[[expect]]` tables and nothing else")
    return tuple(_expectation(table, position, source) for position, table in enumerate(listed, 1))


def _expectation(table: dict[str, Any], position: int, source: str) -> Expectation:
    name = str(table.get("name", f"expectation {position}"))

    def wrong(message: str, hint: str) -> ExpectationError:
        return ExpectationError(f"in `{name}`: {message}", source=source, hint=hint)

    known = {*_TEXTS, "settings"}
    for key, value in table.items():
        if key not in known:
            raise wrong(f"unknown key `{key}`", "known are " + ", ".join(sorted(known)))
        if key in _TEXTS and not isinstance(value, str):
            raise wrong(f"`{key}` is no text", "write it in quotes")
    for key in _NEEDED:
        if key not in table:
            raise wrong(f"states no `{key}`", "every expectation needs it")
    settings = table.get("settings", {})
    if not isinstance(settings, dict):
        raise wrong("`settings` is no table", "write `[expect.settings]` and a line for each")
    return Expectation(
        name,
        table["profile"],
        table.get("diff"),
        table.get("override"),
        table["application"],
        table["variant"],
        settings,
    )


def check(expectation: Expectation, profile: ResolvedProfile, catalogue: Catalogue) -> Result:
    """Whether a device gets what is expected."""
    application = catalogue.applications.get(expectation.application)
    if application is None:
        return Result(expectation, (f"there is no application `{expectation.application}`",))
    decision = decide(application, catalogue.matcher.match(profile))
    chosen = decision.selection.chosen
    got = chosen.id if chosen else NONE
    failures = []
    if got != expectation.variant:
        reasons = {one.variant.id: one.text for one in decision.selection.reasons}
        why = reasons.get(expectation.variant) or reasons.get(got) or "no variant fits"
        if expectation.variant not in (*reasons, NONE):
            why = f"there is no variant `{expectation.variant}`"
        failures.append(f"gets `{got}`, not `{expectation.variant}`: {why}")
    failures += _settings(expectation, decision)
    return Result(expectation, tuple(failures))


def _settings(expectation: Expectation, decision: Decision) -> Iterable[str]:
    for key, expected in expectation.settings.items():
        setting = decision.configuration.get(key)
        stated = None if setting is None else plain_value(setting.value)
        if type(stated) is not type(expected) or stated != expected:
            yield f"setting `{key}` is {stated!r}, not {expected!r}"


def coverage(profiles: Iterable[tuple[Expectation, ResolvedProfile]], catalogue: Catalogue) -> Coverage:
    """What the expectations exercise of a catalogue."""
    chosen: set[str] = set()
    outcomes: dict[str, set[Verdict]] = {}
    constraints = {one for name in catalogue.requirements for one in catalogue.requirements.constraints(name)}
    seen: dict[object, set[Verdict]] = {constraint: set() for constraint in constraints}
    for expectation, profile in profiles:
        verdicts = catalogue.matcher.match(profile)
        application = catalogue.applications.get(expectation.application)
        if application is not None:
            found = decide(application, verdicts).selection.chosen
            chosen |= {found.id} if found else set()
        for name, verdict in verdicts.items():
            outcomes.setdefault(name, set()).add(verdict)
        for constraint in constraints:
            seen[constraint].add(evaluate(constraint, profile, catalogue.requirements))
    variants = [variant.id for one in catalogue.applications.values() for variant in one.variants]
    conditions = _conditions(catalogue)
    both = {Verdict.SATISFIED, Verdict.UNSATISFIED}
    return Coverage(
        tuple(name for name in variants if name in chosen),
        tuple(name for name in variants if name not in chosen),
        len(conditions),
        tuple(name for name in conditions if not (Verdict.SATISFIED in outcomes.get(name, ()) and len(outcomes[name]) > 1)),
        len(constraints),
        tuple(sorted(f"{one.attribute} {one.kind} {one.operand}" for one in constraints if not both <= seen[one])),
    )


def _conditions(catalogue: Catalogue) -> list[str]:
    layers = [layer for one in catalogue.applications.values() for layer in one.layers]
    layers += [layer for one in catalogue.applications.values() for variant in one.variants for layer in variant.layers]
    return list(dict.fromkeys(layer.when for layer in layers if layer.when is not None))


def junit(results: Iterable[Result], name: str) -> str:
    """The results as JUnit XML, which build servers read."""
    cases, failed, count = [], 0, 0
    for expectation, failures in results:
        count += 1
        failed += bool(failures)
        head = f"  <testcase classname={quoteattr(expectation.application)} name={quoteattr(expectation.name)}"
        said = f">\n    <failure>{escape('; '.join(failures))}</failure>\n  </testcase>" if failures else "/>"
        cases.append(head + said)
    start = f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name={quoteattr(name)} tests="{count}" failures="{failed}">\n'
    return start + "\n".join(cases) + "\n</testsuite>\n"
