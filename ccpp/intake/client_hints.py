"""What a browser says of itself in client hints, as a profile: its own attributes, and those of UAProf that they determine.

Sources: User-Agent Client Hints (WICG), Client Hints infrastructure (RFC 8942), structured fields (RFC 9651). The table is
`vocabularies/intake/client-hints.csv`. A full version list stands above the short one; brands made up to keep servers honest (GREASE:
"Not A Brand" with odd signs between) are left out, which is what they are there for; the browser is the first brand that is not the
engine's own, "Chromium".
"""

from __future__ import annotations

import re
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from ccpp.intake.accept import HEADERS
from ccpp.intake.mapping import Row, load_mapping, state
from ccpp.intake.structured import Bare, parse_item, parse_list
from ccpp.model import Kind
from ccpp.reading.draft import Draft

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ccpp.model import Profile
    from ccpp.vocabulary import Vocabularies

#: Form of an item → the type its value has.
_FORMS: Mapping[str, type] = MappingProxyType({"text": str, "boolean": bool, "number": Fraction})
_GREASE = re.compile(r"[\W_]*Not[\W_]*A[\W_]*Brand[\W_]*", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9-]{1,16}")
_ENGINE = "Chromium"
_FULL = "sec-ch-ua-full-version-list"
_SHORT = "sec-ch-ua"


def accept_hints() -> tuple[tuple[str, str], ...]:
    """The response headers that ask a browser for every hint of the table. RFC 8942 §3.1."""
    hints = ", ".join(row.name for row in load_mapping("client-hints").values())
    return (("Accept-CH", hints), ("Critical-CH", "Sec-CH-UA-Model, Sec-CH-UA-Platform-Version"), ("Vary", hints))


def read_client_hints(
    headers: Iterable[tuple[str, str]], *, vocabularies: Vocabularies, kind: Kind = Kind.EXPLICIT
) -> Profile | None:
    """The profile that the client hints among the headers of a request state; `None` where there is none.

    A hint that cannot be read is a finding. `kind` is `DIFF` for hints that come beside a profile.
    """
    draft = Draft(HEADERS, HEADERS, vocabularies, kind)
    rows = load_mapping("client-hints")
    given = {name.lower(): value for name, value in headers if name.lower() in rows}
    if _FULL in given:
        given.pop(_SHORT, None)
    stated: set[str] = set()
    for name, value in given.items():
        row = rows[name]
        texts = _texts(row, value)
        if texts is None:
            draft.note("intake-invalid", 0, row.name, value[:40])
            continue
        for attribute, members in zip(row.attributes, texts, strict=True):
            # An old name and the new one of a hint may both be sent; they say the same.
            if members and attribute not in stated:
                stated.add(attribute)
                state(draft, attribute, members)
    return draft.profile(None) if draft.stated or given else None


def _texts(row: Row, value: str) -> list[list[str]] | None:
    """For each attribute of the row the texts of its value; none for what is said to be unknown; `None` if it cannot be read."""
    if row.form == "brands":
        return _brands(value)
    if row.form == "texts":
        items = parse_list(value)
        return None if items is None else [[_text(item.value) for item in items]] * len(row.attributes)
    if row.form == "switch":  # `on`, or absent; this and the next are older than structured fields
        return [["Yes" if value.strip().lower() == "on" else "No"]]
    if row.form == "word":
        return [[value.strip()]] if _WORD.fullmatch(value.strip()) else None
    item = parse_item(value)
    if item is None or _FORMS[row.form] is not type(item.value):
        return None
    text = _text(item.value)
    return [[text] if text else []] * len(row.attributes)


def _brands(value: str) -> list[list[str]] | None:
    items = parse_list(value)
    if items is None:
        return None
    brands = [
        (str(item.value), _text(item.parameters.get("v", ""))) for item in items if not _GREASE.fullmatch(str(item.value))
    ]
    if not brands:
        return [[], [], []]
    name, version = next((brand for brand in brands if brand[0] != _ENGINE), brands[0])
    return [[f"{brand}/{of}" if of else brand for brand, of in brands], [name], [version] if version else []]


def _text(value: Bare) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value)
