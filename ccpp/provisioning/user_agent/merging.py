"""The documents of one context as one: always append, never overwrite (WAP-185 §6). What comes first has the higher priority."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccpp.provisioning.connectivity.document import Characteristic, ConnectivityDocument, Parm
from ccpp.provisioning.connectivity.rules import KEYS, MAX_DOMAINS
from ccpp.provisioning.connectivity.vocabulary import parm_types
from ccpp.provisioning.user_agent.remarks import Remark
from ccpp.provisioning.user_agent.understanding import Understood

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: What lower priority may add to; of other definitions that are there already nothing is taken.
_EXTENDED = frozenset({"PXLOGICAL", "PXPHYSICAL", "BOOTSTRAP"})
_ONLY = frozenset({"BOOTSTRAP", "CLIENTIDENTITY"})


def merge(documents: Sequence[ConnectivityDocument]) -> Understood:
    """Documents that are understood, the highest priority first, as one."""
    remarks: list[Remark] = []
    everything = (one for document in documents for one in document.characteristics)
    version = max((document.version or "1.0" for document in documents), default=None)
    if len(documents) == 1:
        version = documents[0].version
    return Understood(ConnectivityDocument(_joined(everything, "", remarks), version), tuple(remarks))


def _joined(characteristics: Iterable[Characteristic], place: str, remarks: list[Remark]) -> tuple[Characteristic, ...]:
    kept: list[Characteristic] = []
    seen: set[Characteristic] = set()
    places: dict[tuple[str, str | None], int] = {}
    for one in characteristics:
        key = _key(one)
        if key is None:
            if one not in seen:
                seen.add(one)
                kept.append(one)
        elif key not in places:
            places[key] = len(kept)
            kept.append(one if one.type not in _EXTENDED else _with_joined_children(one, f"{place}/{one.type}", remarks))
        elif one.type in _EXTENDED:
            kept[places[key]] = _extended(kept[places[key]], one, f"{place}/{one.type}", remarks)
        elif kept[places[key]] != one:
            remarks.append(Remark("lower-priority", f"{place}/{one.type}", (key[1] or one.type,)))
    return tuple(kept)


def _key(one: Characteristic) -> tuple[str, str | None] | None:
    if one.type in _ONLY:
        return one.type, None
    return (one.type, one.first(KEYS[one.type])) if one.type in KEYS else None


def _with_joined_children(one: Characteristic, place: str, remarks: list[Remark]) -> Characteristic:
    return one._replace(characteristics=_joined(one.characteristics, place, remarks))


def _extended(high: Characteristic, low: Characteristic, place: str, remarks: list[Remark]) -> Characteristic:
    """A definition with what one of lower priority adds: parms that it lacks, further values where several may stand."""
    parms = list(high.parms)
    present: dict[str, set[Parm]] = {}
    for parm in high.parms:
        present.setdefault(parm.name, set()).add(parm)
    for parm in low.parms:
        same = present.setdefault(parm.name, set())
        if parm in same:
            continue
        row = parm_types().get((high.type, parm.name))
        several = row is not None and row.occurrence in {"*", "+"}
        if not same or (several and not _full(parm, same)):
            same.add(parm)
            parms.append(parm)
        else:
            remarks.append(Remark("lower-priority", place, (parm.name,)))
    return Characteristic(high.type, tuple(parms), _joined((*high.characteristics, *low.characteristics), place, remarks))


def _full(parm: Parm, present: set[Parm]) -> bool:
    return parm.name == "DOMAIN" and len(present) >= MAX_DOMAINS
