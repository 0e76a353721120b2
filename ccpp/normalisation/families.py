"""One spelling for one thing: what real devices write for a platform, a protocol, a language or a vendor, mapped as data says.

The data are families, one CSV file each in `vocabularies/normalisation/`. A line that starts with `#` is a comment, one that
starts with `@` a setting, any other one a row::

    @title,Java platforms
    @attribute,SoftwarePlatform/JavaPlatform
    @fold,letters
    @plain,SoftwarePlatform/JavaPlatform,MIDP/2.0
    MIDP
    {name} {version},{name}/{version}
    J2ME MIDP/CLDC,MIDP | CLDC,a note

A row of one cell is a canonical spelling. A row of two maps a spelling to its canonical one, or to several (` | ` between them), or
to none (`-`); what is not exactly one counts only where the attribute is a container. A spelling with a place in braces is a
pattern, `PLACES` says of what; rows without places are looked at first, then the patterns in the file's order.

=============  ========================================================================================================
`@title`       what the family is about
`@attribute`   an attribute that it is for, once for each; an attribute may be in several families, the first that knows a text wins
`@fold`        how a text is compared: `case` without case, `letters` by nothing but its letters, digits and plus signs
`@form`        a form of `FORMS` that every text is written in before rows are looked at
`@several`     `yes`: a run of known spellings, with blanks, commas or semicolons between them, is so many members
`@plain`       an attribute and a value that people would ask for, by which the family's use is measured
=============  ========================================================================================================

What comes out never changes again: a row whose result another row maps is an error, and a pattern's result that is not final is
not used.
"""

from __future__ import annotations

import csv
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ccpp.errors import VocabularyError
from ccpp.model import AttributeName
from ccpp.normalisation.forms import media_type
from ccpp.vocabulary import vocabulary_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: Characters of a family's file. The largest has 8,000, and an operator may write a good many more.
MAX_FAMILY = 1_048_576


class Row(NamedTuple):
    """One line of a family: a spelling, or a pattern of spellings, and the canonical members it stands for."""

    line: int
    spelling: str
    canonical: tuple[str, ...]


class Family(NamedTuple):
    """Spellings of one sort of thing, the attributes that use them, and the requirements by which their use is measured."""

    name: str
    title: str
    attributes: tuple[AttributeName, ...]
    fold: str
    form: str
    several: bool
    plain: tuple[tuple[AttributeName, str], ...]
    rows: tuple[Row, ...]


# The tables: how texts are compared, and what may stand in a pattern's places.


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum() or sign == "+")


FOLDS: Mapping[str, Callable[[str], str]] = MappingProxyType({"case": str.casefold, "letters": _letters})


class Form(Protocol):
    """A function of a text and the rows `;this,;that`."""

    def __call__(self, text: str, renamed: Mapping[str, str]) -> str | None:
        """The text in its usual form; `None` where it has none."""


FORMS: Mapping[str, Form] = MappingProxyType({"media-type": media_type})


def version(text: str) -> str:
    """A version as it is usually written: at least two numbers, and no zeros that say nothing: `2` and `2.00` are `2.0`."""
    parts = [re.sub("^0+$", "0", part) for part in text.split(".")]
    while len(parts) > 2 and parts[-1] == "0":  # noqa: PLR2004  major and minor
        parts.pop()
    return ".".join(parts if len(parts) > 1 else [*parts, "0"])


class Place(NamedTuple):
    """What may stand in a pattern's place, and how it is written in the canonical spelling."""

    pattern: str
    write: Callable[[str], str]


#: `{name}` is a spelling of a row without places, `{known}` any that the family knows; both are written as the family has them.
PLACES: Mapping[str, Place] = MappingProxyType(
    {
        "name": Place(".+?", str),
        "known": Place(".+?", str),
        "version": Place(r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,3}", version),
        "number": Place("[0-9]{1,4}", str),
        "region": Place("[A-Za-z]{2}|[0-9]{3}", str.upper),
        "script": Place("[A-Za-z]{4}", str.title),
        "abbreviation": Place("[A-Z][A-Za-z0-9]{1,5}", str),
    }
)
PLACE_IN_PATTERN = re.compile(r"\{([^{}]*)\}")


# Reading families.


def read_family(text: str, name: str) -> Family:
    """The family in a CSV file.

    Raises:
        VocabularyError: a line that is neither a comment, a setting nor a row; it names the file and the line.
    """
    if len(text) > MAX_FAMILY:
        raise VocabularyError(f"{len(text)} characters, more than {MAX_FAMILY}", source=name)
    settings: dict[str, list[list[str]]] = {key: [] for key in _SETTINGS}
    rows: list[Row] = []
    for line, written in enumerate(text.splitlines(), 1):
        if not written.strip() or written.startswith("#"):
            continue
        try:
            cells = [cell.strip() for cell in next(csv.reader([written], strict=True))]
            if cells[0].startswith("@"):
                _setting(cells, settings)
            else:
                rows.append(_row(cells, line))
        except (VocabularyError, csv.Error) as error:
            raise VocabularyError(str(error), source=name, line=line) from None
    fold = _only(settings, "fold", "case")
    if fold not in FOLDS:
        raise VocabularyError(f"unknown fold `{fold}`", source=name, hint=f"one of {', '.join(FOLDS)}")
    form = _only(settings, "form", "")
    if form and form not in FORMS:
        raise VocabularyError(f"unknown form `{form}`", source=name, hint=f"one of {', '.join(FORMS)}")
    for row in rows:
        if row.spelling.startswith(";") and not (form and len(row.canonical) == 1 and row.canonical[0].startswith(";")):
            raise VocabularyError(
                f"`{row.spelling}` is no other name of a parameter", source=name, line=row.line, hint="write `;other,;usual`"
            )
    return Family(
        name,
        _only(settings, "title", name),
        tuple(_attribute(cells[0]) for cells in settings["attribute"]),
        fold,
        form,
        bool(settings["several"]),
        tuple((_attribute(cells[0]), cells[1]) for cells in settings["plain"]),
        tuple(rows),
    )


#: Setting → how many cells it takes.
_SETTINGS = MappingProxyType({"title": 1, "attribute": 1, "fold": 1, "form": 1, "several": 1, "plain": 2})


def _setting(cells: list[str], settings: dict[str, list[list[str]]]) -> None:
    key, values = cells[0][1:], cells[1:]
    if key not in _SETTINGS:
        raise VocabularyError(f"unknown setting `@{key}`", hint="one of " + ", ".join(f"@{known}" for known in _SETTINGS))
    if len(values) < _SETTINGS[key] or not all(values):
        raise VocabularyError(f"`@{key}` lacks a cell")
    settings[key].append(values)


def _only(settings: dict[str, list[list[str]]], key: str, missing: str) -> str:
    return settings[key][-1][0] if settings[key] else missing


def _attribute(text: str) -> AttributeName:
    component, _, name = text.rpartition("/")
    return AttributeName(component, name)


def _row(cells: list[str], line: int) -> Row:
    spelling = cells[0]
    if not spelling:
        raise VocabularyError("a row without a spelling")
    if len(cells) == 1:
        canonical: tuple[str, ...] = (spelling,)
    elif not cells[1]:
        raise VocabularyError(f"`{spelling}` is mapped to nothing", hint="write `-` for no member at all")
    else:
        canonical = () if cells[1] == "-" else tuple(member.strip() for member in cells[1].split(" | "))
    places = PLACE_IN_PATTERN.findall(spelling)
    for place in (*places, *(place for member in canonical for place in PLACE_IN_PATTERN.findall(member))):
        if place not in PLACES or places.count(place) != 1:
            raise VocabularyError(
                f"`{{{place}}}` is no place of the pattern `{spelling}`", hint=f"once each of {', '.join(PLACES)}"
            )
    return Row(line, spelling, canonical)


def load_families() -> tuple[Family, ...]:
    """The shipped families, by name."""
    files = sorted((vocabulary_folder() / "normalisation").glob("*.csv"))
    return tuple(read_family(file.read_text(encoding="utf-8"), file.stem) for file in files)
