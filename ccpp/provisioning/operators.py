"""What real operators' access points are, by MCC and MNC: the data of GNOME's mobile-broadband-provider-info, in the public domain.

`vocabularies/networks/operators.json` is made from its XML by `python -m ccpp.provisioning.serviceproviders FILE`; an operator a line.
The names and passwords in it are known to everybody, and are secrets all the same: where they go, a subscriber's own go too.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ccpp.errors import UsageError
from ccpp.model import Secret
from ccpp.vocabulary import vocabulary_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

_IMSI = re.compile("[0-9]{6,15}")
_NETWORK = re.compile("[0-9]{5,6}")


class Access(NamedTuple):
    """An access point of an operator; `use` as the data say it: internet, mms, wap …; `plans` are prepaid, postpaid."""

    apn: str
    use: str
    name: str | None = None
    user: str | None = None
    password: Secret | None = None
    authentication: str | None = None
    dns: tuple[str, ...] = ()
    mmsc: str | None = None
    mms_proxy: str | None = None
    plans: tuple[str, ...] = ()


class Operator(NamedTuple):
    """An operator of one country and its networks, MCC and MNC together; `primary` where others are guests on them."""

    country: str
    name: str
    networks: tuple[str, ...]
    access: tuple[Access, ...]
    primary: bool = False


@lru_cache(maxsize=1)
def load_operators() -> tuple[Operator, ...]:
    """The shipped operators, in the order of the data."""
    text = (vocabulary_folder() / "networks" / "operators.json").read_text("utf-8")
    return tuple(map(_operator, json.loads(text)["operators"]))


def operators_of(network: str, operators: Iterable[Operator]) -> tuple[Operator, ...]:
    """The operators on a network, named by MCC and MNC (`26201`), the likeliest first.

    That is the primary one, else the one on most networks: guests of others are on one, and few owners are marked.

    Raises:
        UsageError: the name is no MCC with an MNC of two or three digits.
    """
    if not _NETWORK.fullmatch(network):
        raise UsageError(f"`{network}` is no network", hint="write the MCC and the MNC together, for example 26201")
    found = [one for one in operators if network in one.networks]
    return tuple(sorted(found, key=lambda one: (not one.primary, -len(one.networks))))


def network_of(imsi: str, operators: Iterable[Operator]) -> str | None:
    """The network that an IMSI begins with; `None` if no operator is known there.

    An MNC has two or three digits, and only knowing the networks tells which (ITU-T E.212).

    Raises:
        UsageError: the text is no IMSI; the error does not show it, because it names a person.
    """
    if not _IMSI.fullmatch(imsi):
        raise UsageError("an IMSI that is none", hint="6 to 15 digits")
    known = {network for one in operators for network in one.networks}
    return next((imsi[:length] for length in (6, 5) if imsi[:length] in known), None)


def write_operators(operators: Iterable[Operator], source: str, licence: str) -> str:
    """The operators as the text of `operators.json`, with where they come from."""
    rows = ",\n".join(json.dumps(_plain(one), ensure_ascii=False, separators=(",", ":")) for one in operators)
    head = json.dumps({"source": source, "licence": licence}, ensure_ascii=False)
    return f'{head[:-1]}, "operators": [\n{rows}\n]}}\n'


def _plain(one: Operator) -> dict[str, object]:
    access = [
        {
            key: value.value if isinstance(value, Secret) else value
            for key, value in each._asdict().items()
            if value not in ((), None)
        }
        for each in one.access
    ]
    return {key: value for key, value in {**one._asdict(), "access": access}.items() if value is not False}


def _operator(row: dict[str, Any]) -> Operator:
    return Operator(**{**row, "networks": tuple(row["networks"]), "access": tuple(map(_access, row["access"]))})


def _access(row: dict[str, Any]) -> Access:
    lists = {key: tuple(row.get(key, ())) for key in ("dns", "plans")}
    password = Secret(row["password"]) if "password" in row else None
    return Access(**{**row, **lists, "password": password})
