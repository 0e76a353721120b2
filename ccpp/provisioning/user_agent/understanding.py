"""One document as a terminal understands it: what it does not know, and what is illegal, is as if it were not there (WAP-185 §5)."""

from __future__ import annotations

from typing import NamedTuple

from ccpp.provisioning.connectivity.document import Characteristic, ConnectivityDocument, Parm
from ccpp.provisioning.connectivity.rules import INTERNET, KEYS, MAX_DOMAINS, OPEN_TYPES, canonical_value
from ccpp.provisioning.connectivity.vocabulary import ParmType, characteristic_types, parm_types
from ccpp.provisioning.user_agent.remarks import Remark

#: What a definition may leave to an earlier one of the same key: all but that (WAP-185 §6).
_INHERITING = frozenset({"PXLOGICAL", "PXPHYSICAL"})
#: Definitions that are merged when they come again; of others the later is dropped.
_MERGED = _INHERITING


class Understood(NamedTuple):
    """A document without what the terminal ignores, and the remarks on that."""

    document: ConnectivityDocument
    remarks: tuple[Remark, ...] = ()


def understand(document: ConnectivityDocument) -> Understood:
    """The document as a terminal of WAP-183 and OMA CP 1.1 understands it."""
    remarks: list[Remark] = []
    characteristics = _siblings(document.characteristics, "", "", remarks)
    return Understood(document._replace(characteristics=characteristics), tuple(remarks))


def _siblings(
    characteristics: tuple[Characteristic, ...], parent: str, place: str, remarks: list[Remark]
) -> tuple[Characteristic, ...]:
    kept: list[Characteristic] = []
    seen: set[tuple[str, str | None]] = set()
    for one in characteristics:
        here = f"{place}/{one.type}"
        if (one.type, parent) not in characteristic_types():
            remarks.append(Remark("unknown-type", here))
            continue
        found = _characteristic(one, here, remarks)
        if found is None:
            continue
        key = _key(found)
        if key in seen and found.type not in _MERGED:
            remarks.append(Remark("defined-twice", here, (key[1] or found.type,)))
            continue
        if key is not None:
            seen.add(key)
        kept.append(found)
    return tuple(kept)


def _key(one: Characteristic) -> tuple[str, str | None] | None:
    """What makes a characteristic the same as another; None where any number may stand side by side."""
    if one.type == "CLIENTIDENTITY":
        return one.type, None
    return (one.type, one.first(KEYS[one.type])) if one.type in KEYS else None


def _characteristic(one: Characteristic, place: str, remarks: list[Remark]) -> Characteristic | None:
    """A characteristic without what is ignored in it, or None if it is no definition."""
    parms = _parms(one, place, remarks)
    kept = Characteristic(one.type, parms, _siblings(one.characteristics, one.type, place, remarks))
    needed = [row.parm for (kind, _), row in parm_types().items() if kind == one.type and row.occurrence in {"1", "+"}]
    if one.type in _INHERITING:
        needed = [KEYS[one.type]]
    for name in needed:
        if not kept.has(name):
            remarks.append(Remark("incomplete", place, (name,)))
            return None
    if one.type == "NAPDEF" and kept.first("NAPID") == INTERNET:
        remarks.append(Remark("reserved", place))
        return None
    return kept


def _parms(one: Characteristic, place: str, remarks: list[Remark]) -> tuple[Parm, ...]:
    kept: list[Parm] = []
    counts: dict[str, int] = {}
    for parm in one.parms:
        row = parm_types().get((one.type, parm.name))
        if row is None:
            if one.type in OPEN_TYPES:
                kept.append(parm)
            else:
                remarks.append(Remark("unknown-parm", place, (parm.name,)))
            continue
        if counts.get(parm.name, 0) >= _limit(one.type, row):
            remarks.append(Remark("repeated", place, (parm.name,)))
            continue
        known = _known(parm, row)
        if known is None:
            remarks.append(Remark("unknown-value", place, (parm.name,)))
            continue
        counts[parm.name] = counts.get(parm.name, 0) + 1
        kept.append(known)
    return tuple(kept)


def _limit(kind: str, row: ParmType) -> float:
    if row.occurrence in {"1", "?"}:
        return 1
    return MAX_DOMAINS if row.parm == "DOMAIN" and kind != "ACCESS" else float("inf")


def _known(parm: Parm, row: ParmType) -> Parm | None:
    """The parm with its value in the spelling of the token table, None where the value is not known."""
    if row.datatype == "flag":
        return Parm(parm.name)
    if parm.value is None:
        return parm if row.datatype in {"text", "secret"} else None
    value = canonical_value(row.datatype, parm.value)
    return None if value is None else Parm(parm.name, value)
