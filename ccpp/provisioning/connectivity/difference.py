"""What differs between two connectivity documents: order of siblings of different kinds does not count, secrets are not shown."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from ccpp.provisioning.connectivity.vocabulary import secret_parms

if TYPE_CHECKING:
    from ccpp.provisioning.connectivity.document import Characteristic, ConnectivityDocument

#: The parms that tell a characteristic from its siblings, the most telling first.
_KEYS = ("PROXY-ID", "NAPID", "PHYSICAL-PROXY-ID", "APPID", "PORTNBR", "AUTHTYPE", "PXAUTH-TYPE", "AAUTHLEVEL", "URI", "NAME")


class Change(NamedTuple):
    """A line of one document that the other has not: `sign` is `-` for the first, `+` for the second."""

    sign: str
    place: str
    text: str


def compare_connectivity(before: ConnectivityDocument, after: ConnectivityDocument) -> list[Change]:
    """The lines that one of the documents has and the other has not, by place; none where they mean the same."""
    if before == after:
        return []
    old, new = _lines(before), _lines(after)
    changes = [Change(sign, *line[:2]) for sign, lines in (("-", old - new), ("+", new - old)) for line in lines.elements()]
    return sorted(changes, key=lambda change: (change.place, change.sign == "+", change.text))


def _lines(document: ConnectivityDocument) -> Counter[tuple[str, str, str | None]]:
    """The parms and empty characteristics with their paths; the value is part of the key even where the text hides it."""
    found: Counter[tuple[str, str, str | None]] = Counter()
    if document.version is not None:
        found["/", f"version={document.version}", None] += 1
    _add(document.characteristics, "", found)
    return found


def _add(characteristics: tuple[Characteristic, ...], place: str, found: Counter[tuple[str, str, str | None]]) -> None:
    for one in characteristics:
        key = next((one.first(name) for name in _KEYS if one.first(name)), None)
        here = f"{place}/{one.type}" + (f"[{key}]" if key else "")
        found[here, "", None] += 1
        ranks: Counter[str] = Counter()
        for parm in one.parms:
            # The order of values of one name is their priority.
            ranks[parm.name] += 1
            rank = f"#{ranks[parm.name]}" if ranks[parm.name] > 1 else ""
            shown = "…" if parm.name in secret_parms() and parm.value else parm.value
            found[here, f"{parm.name}{rank}" + ("" if shown is None else f"={shown}"), parm.value] += 1
        _add(one.characteristics, here, found)
