r"""Regular expressions of `sh:pattern`: the part of XPath's that every engine reads alike, matched in time linear in the text.

SHACL takes its patterns from SPARQL, and SPARQL from XPath (Functions and Operators §7.6.1). Python's `re` differs from them in
places, and takes exponential time on patterns such as `(a+)+b`; a device's values come from outside, so that would let a profile stop
a server. Here a pattern becomes a list of steps, and a text is matched by following all steps that can be reached, at once.

Grammar, outermost first; what it leaves out (look-around, references, `\w`, `\b`, `\p`, class subtraction) is refused by name::

    pattern  = branch *("|" branch)
    branch   = *piece
    piece    = atom [("?" / "*" / "+" / "{n}" / "{n,}" / "{n,m}") ["?"]] / "^" / "$"
    atom     = "(" pattern ")" / "." / "[" ["^"] 1*(member ["-" member]) "]" / escape / character
    escape   = "\" one of  n r t s S d D  or of  \ | . ? * + ( ) { } $ - [ ] ^
"""

from __future__ import annotations

import re
from collections import deque
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ccpp.errors import RequirementError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

#: Length of a pattern. Real ones name a product or a version.
MAX_PATTERN = 200

#: Groups inside each other; the parser calls itself for each.
MAX_GROUPS = 16

#: Steps of a pattern with its repetitions written out. Each character of a text may visit every step.
MAX_STEPS = 1_000

#: Texts of which a pattern remembers whether they match, and their length: devices share most members of their lists.
MAX_REMEMBERED = 4_096
MAX_REMEMBERED_LENGTH = 256

#: Texts tried for an example; a pattern of 20 characters takes some hundred.
MAX_TRIED = 500

FLAGS = frozenset("ims")

Test: TypeAlias = "Callable[[str], bool]"


class Step(NamedTuple):
    """A character that `accepts` takes, or nothing where there is no `accepts`; then any of `targets`. `at` is `^`, `$` or neither."""

    accepts: Test | None
    targets: tuple[int, ...]
    at: str = ""


Emit: TypeAlias = "Callable[[_Steps], None]"
"""A part of a pattern: it adds its steps at the end of those there are, and goes on behind them."""


class Pattern:
    """A compiled pattern; made by `compile_pattern`, never changed but for what it remembers, so that threads may share it."""

    def __init__(self, steps: Iterable[Step], flags: str) -> None:
        self._steps = tuple(steps)
        self._lines = "m" in flags
        self._known: dict[str, bool] = {}

    def search(self, text: str) -> bool:
        """Whether some part of the text matches."""
        if len(text) > MAX_REMEMBERED_LENGTH:
            return self._search(text)
        known = self._known.get(text)
        if known is None:
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            known = self._known[text] = self._search(text)
        return known

    def _search(self, text: str) -> bool:
        reached: set[int] = set()
        for position in range(len(text) + 1):
            reached = self._follow({0, *reached}, text, position)
            if len(self._steps) in reached:
                return True
            if position < len(text):
                reached = self._taken(reached, text[position])
        return False

    def example(self, alphabet: str) -> str | None:
        """A short text that matches, of these characters and some common ones; `None` where none was found soon."""
        pending, seen = deque([""]), set()
        for _ in range(MAX_TRIED):
            if not pending:
                break
            text = pending.popleft()
            if self.search(text):
                return text
            for character in dict.fromkeys(f"{alphabet}a0 "):
                reached = self._reached(text + character)
                if reached not in seen:
                    seen.add(reached)
                    pending.append(text + character)
        return None

    def _reached(self, text: str) -> frozenset[int]:
        """The steps that are reached once a whole text is taken."""
        reached: set[int] = set()
        for position, character in enumerate(text):
            reached = self._taken(self._follow({0, *reached}, text, position), character)
        return frozenset(reached)

    def _taken(self, reached: Iterable[int], character: str) -> set[int]:
        """The steps behind those that take a character."""
        steps = (self._steps[index] for index in reached)
        return {step.targets[0] for step in steps if step.accepts is not None and step.accepts(character)}

    def _follow(self, starts: set[int], text: str, position: int) -> set[int]:
        """The steps that are reached from these without taking a character."""
        reached, pending = set(starts), list(starts)
        while pending:
            index = pending.pop()
            step = self._steps[index] if index < len(self._steps) else None
            if step is None or step.accepts is not None or not self._stands_at(step.at, text, position):
                continue
            pending += (target for target in step.targets if target not in reached)
            reached.update(step.targets)
        return reached

    def _stands_at(self, anchor: str, text: str, position: int) -> bool:
        if anchor == "^":
            return position == 0 or (self._lines and text[position - 1] == "\n")
        if anchor == "$":
            return position == len(text) or (self._lines and text[position] == "\n")
        return True


@lru_cache(maxsize=1_024)
def compile_pattern(pattern: str, flags: str = "") -> Pattern:
    """The pattern, ready to be searched for.

    Raises:
        RequirementError: it is no such pattern, uses what engines read differently, or is too large.
    """
    if len(pattern) > MAX_PATTERN:
        raise RequirementError(f"a pattern of {len(pattern)} characters", hint=f"write at most {MAX_PATTERN}")
    if not set(flags) <= FLAGS:
        raise RequirementError(f"unknown pattern flags `{flags}`", hint="use any of i, m, s")
    steps = _Steps()
    _Parser(pattern, flags).whole()(steps)
    return Pattern(steps, flags)


class _Steps(list[Step]):
    """Steps being written; room for a step whose targets are not known yet is kept by `reserve`."""

    def add(self, step: Step) -> None:
        if len(self) >= MAX_STEPS:
            raise RequirementError(f"the pattern has more than {MAX_STEPS} steps", hint="repeat less")
        self.append(step)

    def reserve(self) -> int:
        self.add(Step(None, ()))
        return len(self) - 1

    def lead(self, index: int, *targets: int) -> None:
        self[index] = Step(None, targets)


# Parts of a pattern.


def _character(accepts: Test) -> Emit:
    return lambda steps: steps.add(Step(accepts, (len(steps) + 1,)))


def _anchor(anchor: str) -> Emit:
    return lambda steps: steps.add(Step(None, (len(steps) + 1,), anchor))


def _sequence(parts: list[Emit]) -> Emit:
    def emit(steps: _Steps) -> None:
        for part in parts:
            part(steps)

    return emit


def _choice(branches: list[Emit]) -> Emit:
    def emit(steps: _Steps) -> None:
        fork, starts, ends = steps.reserve(), [], []
        for branch in branches:
            starts.append(len(steps))
            branch(steps)
            ends.append(steps.reserve())
        steps.lead(fork, *starts)
        for end in ends:
            steps.lead(end, len(steps))

    return emit if len(branches) > 1 else branches[0]


def _repetition(part: Emit, least: int, most: int | None) -> Emit:
    def emit(steps: _Steps) -> None:
        for _ in range(least):
            part(steps)
        if most is None:
            fork = steps.reserve()
            part(steps)
            steps.lead(steps.reserve(), fork)
            steps.lead(fork, fork + 1, len(steps))
            return
        forks = []
        for _ in range(most - least):
            forks.append(steps.reserve())
            part(steps)
        for fork in forks:
            steps.lead(fork, fork + 1, len(steps))

    return emit


# Characters.

_CLASSES: Mapping[str, Test] = MappingProxyType(
    {
        "s": lambda char: char in " \t\n\r",
        "S": lambda char: char not in " \t\n\r",
        "d": str.isdecimal,
        "D": lambda char: not char.isdecimal(),
    }
)
_CONTROLS = MappingProxyType({"n": "\n", "r": "\r", "t": "\t"})
_ESCAPED = frozenset("\\|.?*+(){}$-[]^")
_REMEDIES = MappingProxyType(
    {
        "w": "write [A-Za-z0-9_]",
        "W": "write [^A-Za-z0-9_]",
        "/": "write it without the backslash",
        "b": "name the characters around",
    }
)
_QUANTIFIER = re.compile(r"(?:([?*+])|\{([0-9]{1,4})(?:(,)([0-9]{1,4})?)?\})\??")


class _Parser:
    """A pattern being read; each method reads what it is named for, from `position` on."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = pattern
        self.flags = flags
        self.position = 0
        self.groups = 0

    def error(self, what: str, hint: str | None = None) -> RequirementError:
        return RequirementError(f"{what} at character {self.position + 1} of the pattern `{self.pattern}`", hint=hint)

    @property
    def next(self) -> str:
        return self.pattern[self.position : self.position + 1]

    def take(self) -> str:
        if not self.next:
            raise self.error("the end", hint="the pattern is cut off")
        self.position += 1
        return self.pattern[self.position - 1]

    def whole(self) -> Emit:
        emit = self.branches()
        if self.next:
            raise self.error("unopened `)`", hint=r"write \) for the character")
        return emit

    def branches(self) -> Emit:
        branches = [self.branch()]
        while self.next == "|":
            self.take()
            branches.append(self.branch())
        return _choice(branches)

    def branch(self) -> Emit:
        pieces = []
        while self.next not in {"", "|", ")"}:
            pieces.append(_anchor(self.take()) if self.next in {"^", "$"} else self.piece())
        return _sequence(pieces)

    def piece(self) -> Emit:
        atom = self.atom()
        found = _QUANTIFIER.match(self.pattern, self.position)
        if found is None:
            return atom
        self.position = found.end()
        sign, least, comma, most = found.groups()
        if sign:
            return _repetition(atom, int(sign == "+"), 1 if sign == "?" else None)
        low, high = int(least), int(most) if most else None if comma else int(least)
        if high is not None and high < low:
            raise self.error(f"{{{low},{high}}} counts backwards")
        return _repetition(atom, low, high)

    def atom(self) -> Emit:
        char = self.take()
        match char:
            case "(":
                return self.group()
            case ".":
                return _character(bool if "s" in self.flags else lambda char: char not in "\n\r")
            case "[":
                return _character(self.character_class())
            case "\\":
                return _character(self.ignoring_case(self.escape()))
            case "?" | "*" | "+" | "{" | "}" | "]":
                self.position -= 1
                raise self.error(f"`{char}`", hint=f"write \\{char} for the character")
        return _character(self.ignoring_case(char.__eq__))

    def group(self) -> Emit:
        if self.next == "?":
            raise self.error("`(?`", hint="only plain groups ( … ) are supported")
        self.groups += 1
        if self.groups > MAX_GROUPS:
            raise self.error(f"more than {MAX_GROUPS} groups inside each other")
        emit = self.branches()
        if self.next != ")":
            raise self.error("missing `)`", hint=r"close the group, or write \( for the character")
        self.take()
        self.groups -= 1
        return emit

    def escape(self) -> Test:
        """What stands behind a backslash."""
        char = self.take()
        if char in _CLASSES:
            return _CLASSES[char]
        if char in _ESCAPED or char in _CONTROLS:
            return _CONTROLS.get(char, char).__eq__
        raise self.error(
            f"`\\{char}`", hint=_REMEDIES.get(char, "only the escapes that every engine reads alike are supported")
        )

    def character_class(self) -> Test:
        negative = self.next == "^"
        self.position += negative
        tests = [self.member()]
        while self.next != "]":
            tests.append(self.member())
        self.take()
        positive = self.ignoring_case(lambda char: any(test(char) for test in tests))
        return (lambda char: not positive(char)) if negative else positive

    def member(self) -> Test:
        """A character of a class, a range of them, or an escape."""
        first = self.take()
        if first in "[]" or (first == "-" and self.next != "]" and self.pattern[self.position - 2] not in "[^"):
            self.position -= 1
            raise self.error(f"`{first}` in a class", hint=f"write \\{first} for the character")
        if first == "\\":
            if self.next in _CLASSES:
                return self.escape()
            first = self.single()
        if self.next != "-" or self.pattern[self.position + 1 : self.position + 2] in {"]", ""}:
            return first.__eq__
        self.take()
        last = self.take()
        if last == "\\":
            last = self.single()
        elif last in "[-":
            raise self.error(f"`{last}` in a range", hint="no class subtraction; list the characters")
        if last < first:
            raise self.error(f"the range {first}-{last} runs backwards")
        return lambda char: first <= char <= last

    def single(self) -> str:
        """The one character that an escape stands for."""
        char = self.next
        self.escape()
        if char in _CLASSES:
            raise self.error(f"`\\{char}` in a range")
        return _CONTROLS.get(char, char)

    def ignoring_case(self, test: Test) -> Test:
        if "i" not in self.flags:
            return test
        return lambda char: any(test(form) for form in (char, char.lower(), char.upper()) if len(form) == 1)
