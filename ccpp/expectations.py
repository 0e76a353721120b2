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

    [[expect]]
    name = "the N80 of a subscriber"
    profile = "devices/07-delta-n80.rdf"
    subscriber = "anna.toml"                # optional, as is the time
    at = 2026-12-24T12:00:00Z
    [expect.variants]                       # several applications at once, each an expectation of its own
    chess = "chess-medium"
    navigator = "navigator-symbian"
    [expect.plans]                          # what is installed for an application, in order; [] where there is no plan
    navigator = ["maps", "navigator"]

Coverage says which variants are chosen by some expectation, which conditional settings apply and do not, and which constraints come out
both ways, and which bounds some device just meets: whether exactly 8 is still enough is what a slip in a bound changes. What no expectation
exercises, a change can break unnoticed.
"""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from ccpp.decision import decide, decide_all
from ccpp.errors import ExpectationError
from ccpp.matching.definition import evaluate
from ccpp.model import Verdict
from ccpp.plain import plain_value
from ccpp.planning import plan
from ccpp.situation import situation_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ccpp.catalogue.model import Catalogue
    from ccpp.decision import Decision
    from ccpp.model import ResolvedProfile
    from ccpp.requirements.expression import Constraint
    from ccpp.situation import Subscriber

#: An expectation file's bytes: an expectation takes some 200.
MAX_EXPECTATIONS = 4 * 1_048_576
#: No subscriber by any name.
NOBODY: Mapping[str, Subscriber] = MappingProxyType({})
#: The variant of an expectation that none fits.
NONE = "none"

_TEXT = (str, "text", "write it in quotes")
_TABLE = (dict, "table", "write `[expect.settings]`, or whichever it is, and a line for each")
#: Key → what its value is in Python and in words, and how to write it.
_KNOWN: Mapping[str, tuple[type, str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("name", "profile", "diff", "override", "subscriber", "application", "variant"), _TEXT),
        **dict.fromkeys(("settings", "variants", "plans"), _TABLE),
        "at": (datetime, "time", "write it without quotes, such as 2026-12-24T12:00:00Z"),
    }
)


class Expectation(NamedTuple):
    """One expectation: the documents of the device, and what it gets of an application; `variant` is `NONE` where nothing.

    Of a plan, `variant` is empty and `plan` the applications in order; none where there is no plan.
    """

    name: str
    profile: str
    diff: str | None
    override: str | None
    application: str
    variant: str
    settings: Mapping[str, Any]
    subscriber: str | None = None
    at: datetime | None = None
    plan: tuple[str, ...] | None = None


class Result(NamedTuple):
    """An expectation with what is not as expected, a sentence each; none where all is."""

    expectation: Expectation
    failures: tuple[str, ...]


class Coverage(NamedTuple):
    """What the expectations exercise, of how much.

    That is: variants that some of them get, conditions and constraints that come out both ways, bounds that some device states exactly.
    """

    variants: tuple[str, ...]
    variants_missed: tuple[str, ...]
    conditions: int
    conditions_missed: tuple[str, ...]
    constraints: int
    constraints_missed: tuple[str, ...]
    bounds: int
    bounds_missed: tuple[str, ...]


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
    return tuple(one for position, table in enumerate(listed, 1) for one in _expectations(table, position, source))


def _expectations(table: dict[str, Any], position: int, source: str) -> Iterator[Expectation]:
    """The expectations of one table: of one application, or one for each that `variants` and `plans` name."""
    name = str(table.get("name", f"expectation {position}"))
    try:
        _check(table)
        for application, variant in table.get("variants", {}).items():
            yield _one(table, f"{name}, {application}", application, variant)
        for application, steps in table.get("plans", {}).items():
            yield _one(table, f"{name}, plan of {application}", application, "")._replace(plan=tuple(steps))
        if not {"variants", "plans"} & table.keys():
            yield _one(table, name, table["application"], table["variant"])
    except ExpectationError as error:
        raise ExpectationError(f"in `{name}`: {error.message}", source=source, hint=error.hint) from None


def _check(table: dict[str, Any]) -> None:
    """Refuse what no expectation can say."""
    for key, value in table.items():
        if key not in _KNOWN:
            raise ExpectationError(f"unknown key `{key}`", hint="known are " + ", ".join(sorted(_KNOWN)))
        kind, what, hint = _KNOWN[key]
        if not isinstance(value, kind):
            raise ExpectationError(f"`{key}` is no {what}", hint=hint)
    _check_whole(table)
    for application, variant in table.get("variants", {}).items():
        if not isinstance(variant, str):
            raise ExpectationError(f"`{application}` is no text", hint="write the name of a variant in quotes")
    for application, steps in table.get("plans", {}).items():
        if not isinstance(steps, list) or not all(isinstance(one, str) for one in steps):
            raise ExpectationError(f"the plan of `{application}` is no list", hint="write the applications in their order")


def _check_whole(table: dict[str, Any]) -> None:
    """Refuse what says too little, or too much at once."""
    several = {"variants", "plans"} & table.keys()
    for key in ("profile",) if several else ("profile", "application", "variant"):
        if key not in table:
            raise ExpectationError(f"states no `{key}`", hint="every expectation needs it")
    if several and {"application", "variant", "settings"} & table.keys():
        raise ExpectationError("is of one application and of several", hint="write an expectation of its own")


def _one(table: dict[str, Any], name: str, application: str, variant: str) -> Expectation:
    at = table.get("at")
    return Expectation(
        name,
        table["profile"],
        table.get("diff"),
        table.get("override"),
        application,
        variant,
        table.get("settings", {}),
        table.get("subscriber"),
        at.replace(tzinfo=UTC) if at and at.tzinfo is None else at,
    )


def check(
    expectation: Expectation, profile: ResolvedProfile, catalogue: Catalogue, subscribers: Mapping[str, Subscriber] = NOBODY
) -> Result:
    """Whether a device gets what is expected; `subscribers` by the names of their files."""
    application = catalogue.applications.get(expectation.application)
    if application is None:
        return Result(expectation, (f"there is no application `{expectation.application}`",))
    subscriber = subscribers[expectation.subscriber] if expectation.subscriber else None
    if expectation.plan is not None:
        return Result(expectation, tuple(_plan(expectation, expectation.plan, profile, catalogue, subscriber)))
    situation = situation_of(catalogue, profile, subscriber, expectation.at)
    decision = decide(application, catalogue.matcher.match(profile), situation)
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


def _plan(
    expectation: Expectation,
    expected: tuple[str, ...],
    profile: ResolvedProfile,
    catalogue: Catalogue,
    subscriber: Subscriber | None,
) -> Iterable[str]:
    decisions = decide_all(profile, catalogue, subscriber=subscriber, at=expectation.at)
    found = plan([expectation.application], decisions, catalogue)
    steps = tuple(step.application.id for step in found.steps)
    if steps != expected:
        why = "; ".join(one.text for one in found.obstacles)
        yield f"installs {', '.join(steps) or 'nothing'}, not {', '.join(expected) or 'nothing'}" + (f": {why}" if why else "")


def _settings(expectation: Expectation, decision: Decision) -> Iterable[str]:
    for key, expected in expectation.settings.items():
        setting = decision.configuration.get(key)
        stated = None if setting is None else plain_value(setting.value)
        if type(stated) is not type(expected) or stated != expected:
            yield f"setting `{key}` is {stated!r}, not {expected!r}"


#: Kinds of bound → the kinds that hold together just where a device states the bound itself.
_AT_BOUND: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("minInclusive", "maxInclusive", "minExclusive", "maxExclusive"), ("minInclusive", "maxInclusive")),
        **dict.fromkeys(("dimensionAtLeast", "dimensionAtMost"), ("dimensionAtLeast", "dimensionAtMost")),
        **dict.fromkeys(("quantityAtLeast", "quantityAtMost"), ("quantityAtLeast", "quantityAtMost")),
        **dict.fromkeys(("versionAtLeast", "versionAtMost"), ("versionAtLeast", "versionAtMost")),
        **dict.fromkeys(("minLength", "maxLength"), ("minLength", "maxLength")),
    }
)


def at_bound(constraint: Constraint, profile: ResolvedProfile) -> bool:
    """Whether a device states just the bound that a constraint sets."""
    pair = [constraint._replace(kind=kind) for kind in _AT_BOUND[constraint.kind]]
    return all(evaluate(one, profile, {}) is Verdict.SATISFIED for one in pair)


def coverage(
    profiles: Iterable[tuple[Expectation, ResolvedProfile]],
    catalogue: Catalogue,
    subscribers: Mapping[str, Subscriber] = NOBODY,
) -> Coverage:
    """What the expectations exercise of a catalogue."""
    chosen: set[str] = set()
    outcomes: dict[str, set[Verdict]] = {}
    judged: set[str] = set()
    constraints = {one for name in catalogue.requirements for one in catalogue.requirements.constraints(name)}
    seen: dict[object, set[Verdict]] = {constraint: set() for constraint in constraints}
    bounds = {one for one in constraints if one.kind in _AT_BOUND}
    missed = set(bounds)
    for expectation, profile in profiles:
        verdicts = catalogue.matcher.match(profile)
        application = catalogue.applications.get(expectation.application)
        if application is not None:
            subscriber = subscribers[expectation.subscriber] if expectation.subscriber else None
            situation = situation_of(catalogue, profile, subscriber, expectation.at)
            found = decide(application, verdicts, situation).selection.chosen
            chosen |= {found.id} if found else set()
        if profile.digest in judged:
            continue
        judged.add(profile.digest)
        missed -= {one for one in missed if at_bound(one, profile)}
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
        tuple(sorted(_named(one) for one in constraints if not both <= seen[one])),
        len(bounds),
        tuple(sorted(_named(one) for one in missed)),
    )


def _named(constraint: Constraint) -> str:
    return f"{constraint.attribute} {constraint.kind} {constraint.operand}"


def _conditions(catalogue: Catalogue) -> list[str]:
    layers = [layer for one in catalogue.applications.values() for layer in one.layers]
    layers += [layer for one in catalogue.applications.values() for variant in one.variants for layer in variant.layers]
    return list(dict.fromkeys(layer.when for layer in layers if layer.when is not None))


#: Characters that no XML document may have, not even escaped (XML 1.0 §2.2).
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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
    return _NOT_IN_XML.sub("\ufffd", start + "\n".join(cases) + "\n</testsuite>\n")
