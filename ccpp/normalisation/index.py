"""Looking texts up in families: exact spellings first, then patterns, then runs of known spellings."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from ccpp.errors import VocabularyError
from ccpp.model import Mapped
from ccpp.normalisation.families import FOLDS, FORMS, PLACE_IN_PATTERN, PLACES, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccpp.normalisation.families import Family

#: A longer text is left as it stands. The longest real spelling, fifteen Bluetooth profiles in one member, has 330 characters.
MAX_TEXT = 512

#: Texts remembered for one set of families. Real profiles have 2,600 media types; past this a hostile sender is inventing them.
MAX_REMEMBERED = 8_192

#: A longer text is no pattern's, though it may be a run of spellings. The longest real one has 57 characters.
MAX_PATTERNED = 96

#: Patterns within patterns (`{known}`): a profile, its version, its abbreviation. Bounds what a text can cost.
MAX_DEPTH = 3

#: Words of one spelling within a run of them, words in all (the longest real one has 36), and patterns within patterns there.
MAX_WORDS, MAX_RUN, RUN_DEPTH = 5, 48, 1

#: What a blank stands for where only letters count; ` - ` is three. Without a bound, a text of hyphens takes the square of its length.
_OTHER_SIGNS = r"[\W_]{0,4}"


class _Index:
    """One family, made ready for attributes that are containers, or for those that are not."""

    def __init__(self, family: Family, *, several: bool) -> None:
        rows = [row for row in family.rows if several or len(row.canonical) == 1]
        self.name = family.name
        self.fold = FOLDS[family.fold]
        self.several = several and family.several
        renamed = {row.spelling.lower(): row.canonical[0] for row in rows if row.spelling.startswith(";")}
        form = FORMS.get(family.form)
        self.form = None if form is None else partial(form, renamed=renamed)
        self.exact: dict[str, Row] = {}
        self.patterns: list[tuple[re.Pattern[str], Row]] = []
        for row in rows:
            if "{" in row.spelling:
                self.patterns.append((_compile(row.spelling, family.fold), row))
            elif not row.spelling.startswith(";"):
                self.exact.setdefault(self.fold(row.spelling), row)
        # What rows without places give is a spelling too, without a row of its own.
        for row in list(self.exact.values()):
            for member in row.canonical:
                self.exact.setdefault(self.fold(member), Row(row.line, member, (member,)))

    def find(self, text: str) -> tuple[tuple[str, ...], int | None] | None:
        """The canonical members of a text and the line that says so; `None` if no row knows it."""
        written = text if self.form is None else self.form(text)
        if written is None:
            return None
        known = self._known(written, MAX_DEPTH)
        if known is not None:
            return known.canonical, known.line
        if self.form is not None:
            return (written,), None
        return self._run(written) if self.several else None

    def _known(self, text: str, depth: int) -> Row | None:
        row = self.exact.get(self.fold(text))
        if row is not None or not depth or len(text) > MAX_PATTERNED:
            return row
        for pattern, row in self.patterns:
            found = pattern.fullmatch(text)
            canonical = found and self._written(row, found.groupdict(), depth - 1)
            if canonical is not None:
                return Row(row.line, text, canonical)
        return None

    def _written(self, row: Row, places: dict[str, str], depth: int) -> tuple[str, ...] | None:
        """The members that a pattern's row gives for what stands in its places; `None` if one of them is not what is asked."""
        written = {}
        for place, text in places.items():
            if place in ("name", "known"):
                known = self._known(text, 0 if place == "name" else depth)
                if known is None or len(known.canonical) != 1:
                    return None
                written[place] = known.canonical[0]
            else:
                written[place] = PLACES[place].write(text)
        return tuple(member.format_map(written) for member in row.canonical)

    def _run(self, text: str) -> tuple[tuple[str, ...], int | None] | None:
        """A run of known spellings, the longest first; `None` where one word of it belongs to none."""
        words = re.split("[ ,;]+", text.strip(" ,;"), maxsplit=MAX_RUN)
        members: list[str] = []
        start = 0
        while start < len(words) <= MAX_RUN:
            for end in range(min(start + MAX_WORDS, len(words)), start, -1):
                row = self._known(" ".join(words[start:end]), RUN_DEPTH)
                if row is not None:
                    members += row.canonical
                    start = end
                    break
            else:
                return None
        return (tuple(dict.fromkeys(members)), None) if start == len(words) else None


def _compile(spelling: str, fold: str) -> re.Pattern[str]:
    """A pattern's expression. Where only letters count, a blank stands for some other signs, or for none."""
    parts = []
    for index, part in enumerate(PLACE_IN_PATTERN.split(spelling)):
        if index % 2:
            parts.append(f"(?P<{part}>{PLACES[part].pattern})")
        elif fold == "letters":
            parts.append(_OTHER_SIGNS.join(map(re.escape, part.split(" "))))
        else:
            parts.append(re.escape(part))
    # An abbreviation is known by its capitals; everything else is compared without case.
    return re.compile("".join(f"(?-i:{part})" if "?P<abbreviation>" in part else part for part in parts), re.IGNORECASE)


class Speller:
    """The families of one set of attributes, and what was looked up in them before."""

    def __init__(self, families: Sequence[Family], *, several: bool) -> None:
        self.indices = [_Index(family, several=several) for family in families]
        self.seen: dict[str, Mapped | None] = {}
        for index in self.indices:
            for row in index.exact.values():
                self._check(index.name, row)

    def _check(self, family: str, row: Row) -> None:
        for member in row.canonical:
            again = self._find(member)
            if again is not None and again.canonical != (member,):
                raise VocabularyError(
                    f"`{member}` is given for `{row.spelling}`, and is itself mapped to `{' | '.join(again.canonical)}`",
                    source=family,
                    line=row.line,
                    hint="map the first to the last",
                )

    def map(self, text: str) -> Mapped | None:
        """How a text is spelt in canonical form; `None` if it is already, or if nobody knows it."""
        if text in self.seen:
            return self.seen[text]
        if len(self.seen) >= MAX_REMEMBERED:
            self.seen.clear()
        found = self.seen[text] = self._look_up(text)
        return found

    def _look_up(self, text: str) -> Mapped | None:
        """The same without memory: the first family that knows a text, if what it gives is final."""
        found = self._find(text)
        if found is None or found.canonical == (text,):
            return None
        for member in found.canonical:
            again = self._find(member)
            if again is not None and again.canonical != (member,):
                return None
        return found

    def _find(self, text: str) -> Mapped | None:
        if len(text) > MAX_TEXT:
            return None
        for index in self.indices:
            found = index.find(text)
            if found is not None:
                return Mapped(text, found[0], index.name, found[1])
        return None
