"""The rules of a connectivity document beyond its grammar, one row each: what is defined, occurrence, values, references.

Types and parms that no specification defines are information only, and nothing within them is checked: a terminal ignores what it
does not know (WAP-185 §5.1), and RCS and entitlement documents are full of them.
"""

from __future__ import annotations

import re
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.diagnostics import Finding, Severity
from ccpp.provisioning.connectivity.vocabulary import characteristic_types, parm_types, required_parms, required_types, values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ccpp.provisioning.connectivity.document import Characteristic, ConnectivityDocument

#: The access point of the context that carries the parm INTERNET, whichever it is; no identifier (WAP-183 §5.3).
INTERNET = "INTERNET"
#: Parms that hold whatever the vendor defines.
OPEN_TYPES = frozenset({"VENDORCONFIG", "APPLICATION"})
MAX_DOMAINS = 4

_DECIMAL = r"[0-9]{1,10}"
#: Datatype → the texts it allows. Enumerated datatypes are in `vocabularies/provisioning/values.csv`.
_FORMS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "boolean": re.compile("[01]"),
        "number": re.compile(_DECIMAL),
        "byte": re.compile("0*(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"),
        "port": re.compile("0*(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5]?[0-9]{1,4})"),
        "hexadecimal": re.compile("[0-9A-Fa-f]{1,8}"),
        "version": re.compile(r"[0-9]{1,3}\.[0-9]{1,3}"),
        "speed": re.compile(f"{_DECIMAL}|AUTOBAUDING"),
        "uri": re.compile(r"\S+"),
    }
)


class Breach(NamedTuple):
    """A rule that does not hold: a row of `RULES`, where, and what fills the row's sentence."""

    code: str
    place: str
    details: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return RULES[self.code].finding.severity

    @property
    def message(self) -> str:
        """The breach in one sentence."""
        return RULES[self.code].finding.sentence.format(*self.details)


class _Node(NamedTuple):
    """A characteristic, its path, and the type it stands in."""

    place: str
    parent: str
    characteristic: Characteristic


class _Whole(NamedTuple):
    """The document, and its characteristics of known types with their places."""

    document: ConnectivityDocument
    known: tuple[_Node, ...]
    unknown: tuple[_Node, ...]


class Rule(NamedTuple):
    """A rule: the finding when it is broken, and what finds the places and details."""

    finding: Finding
    breaches: Callable[[_Whole], Iterator[tuple[str, tuple[str, ...]]]]


def validate_connectivity(document: ConnectivityDocument) -> list[Breach]:
    """Every breach of a rule, in the order of the table, then of the document."""
    known: list[_Node] = []
    unknown: list[_Node] = []
    waiting = [_Node(f"/{one.type}", "", one) for one in reversed(document.characteristics)]
    while waiting:
        node = waiting.pop()
        if (node.characteristic.type, node.parent) not in characteristic_types():
            unknown.append(node)
            continue
        known.append(node)
        kind = node.characteristic.type
        waiting += (_Node(f"{node.place}/{one.type}", kind, one) for one in reversed(node.characteristic.characteristics))
    whole = _Whole(document, tuple(known), tuple(unknown))
    return [Breach(code, place, details) for code, rule in RULES.items() for place, details in rule.breaches(whole)]


def _empty(whole: _Whole) -> Iterator[tuple[str, tuple[str, ...]]]:
    if not whole.document.characteristics:
        yield "/", ()


def _unknown_types(whole: _Whole) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in whole.unknown:
        yield node.place, (node.characteristic.type,)


def _unknown_parms(whole: _Whole) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in whole.known:
        kind = node.characteristic.type
        if kind not in OPEN_TYPES:
            for parm in node.characteristic.parms:
                if (kind, parm.name) not in parm_types():
                    yield node.place, (parm.name,)


def _missing(whole: _Whole) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in whole.known:
        for name in required_parms().get(node.characteristic.type, ()):
            if not node.characteristic.has(name):
                yield f"{node.place}/{name}", ()


def _missing_characteristics(whole: _Whole) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in whole.known:
        for kind in required_types().get(node.characteristic.type, ()):
            if not node.characteristic.within(kind):
                yield node.place, (kind,)


def _repeated(whole: _Whole) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in whole.known:
        names = [parm.name for parm in node.characteristic.parms]
        if len(set(names)) == len(names):
            continue
        for name, count in Counter(names).items():
            row = parm_types().get((node.characteristic.type, name))
            limit = MAX_DOMAINS if name == "DOMAIN" and node.parent != "ACCESS" and node.characteristic.type != "ACCESS" else 0
            if row and ((row.occurrence in {"1", "?"} and count > 1) or (limit and count > limit)):
                yield f"{node.place}/{name}", (str(count),)
    if len(whole.document.within("CLIENTIDENTITY")) > 1:
        yield "/CLIENTIDENTITY", (str(len(whole.document.within("CLIENTIDENTITY"))),)


def canonical_value(datatype: str, value: str) -> str | None:
    """The value in the spelling of the token table; None where the datatype has no such value."""
    if datatype in _FORMS:
        return value if _FORMS[datatype].fullmatch(value) else None
    enumerated = values().get(datatype)
    return value if enumerated is None or value in enumerated else _meant(datatype, value)


def _values(whole: _Whole) -> Iterator[tuple[str, tuple[str, ...]]]:
    for place, datatype, value, _ in _stated(whole):
        if canonical_value(datatype, value) is None:
            yield place, (value[:64], datatype)


def _spellings(whole: _Whole) -> Iterator[tuple[str, tuple[str, ...]]]:
    for place, datatype, value, enumerated in _stated(whole):
        meant = _meant(datatype, value) if enumerated is not None and value not in enumerated else None
        if meant:
            yield place, (value, meant)


def _flags(whole: _Whole) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in whole.known:
        for parm in node.characteristic.parms:
            row = parm_types().get((node.characteristic.type, parm.name))
            if row and row.datatype == "flag" and parm.value is not None:
                yield f"{node.place}/{parm.name}", ()


def _stated(whole: _Whole) -> Iterator[tuple[str, str, str, Mapping[str, object] | None]]:
    for node in whole.known:
        for parm in node.characteristic.parms:
            row = parm_types().get((node.characteristic.type, parm.name))
            if row and row.datatype not in {"flag", "secret", "text"}:
                yield f"{node.place}/{parm.name}", row.datatype, parm.value or "", values().get(row.datatype)


def _meant(datatype: str, value: str) -> str | None:
    """The token-table spelling of an alias or of another letter case."""
    folded = value.upper()
    rows = values().get(datatype, {}).values()
    return next((row.value for row in rows if folded == row.value or folded in row.aliases.split("|")), None)


def _access_points(whole: _Whole) -> Iterator[tuple[str, tuple[str, ...]]]:
    ids = {value for one in whole.document.within("NAPDEF") for value in one.all("NAPID")} | {INTERNET}
    yield from _dangling(whole, "TO-NAPID", ids)


def _proxies(whole: _Whole) -> Iterator[tuple[str, tuple[str, ...]]]:
    ids = {value for one in whole.document.within("PXLOGICAL") for value in one.all("PROXY-ID")}
    yield from _dangling(whole, "TO-PROXY", ids)
    for one in whole.document.within("BOOTSTRAP"):
        for value in one.all("PROXY-ID"):
            if value not in ids:
                yield "/BOOTSTRAP/PROXY-ID", (value,)


def _dangling(whole: _Whole, name: str, ids: set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in whole.known:
        for value in node.characteristic.all(name):
            if value not in ids:
                yield f"{node.place}/{name}", (value,)


#: Characteristic → the parm that tells it from its siblings (WAP-183 §5.3).
KEYS: Mapping[str, str] = MappingProxyType(
    {
        "PXLOGICAL": "PROXY-ID",
        "NAPDEF": "NAPID",
        "PXPHYSICAL": "PHYSICAL-PROXY-ID",
        "PXAUTHINFO": "PXAUTH-TYPE",
        "PORT": "PORTNBR",
        "NAPAUTHINFO": "AUTHTYPE",
        "VENDORCONFIG": "NAME",
    }
)


def _same_keys(whole: _Whole) -> Iterator[tuple[str, tuple[str, ...]]]:
    groups = [("", whole.document.characteristics)]
    groups += [(node.place, node.characteristic.characteristics) for node in whole.known if node.characteristic.characteristics]
    for place, siblings in groups:
        counts = Counter((one.type, one.first(KEYS[one.type])) for one in siblings if one.type in KEYS)
        for (kind, value), count in counts.items():
            if value is not None and count > 1:
                yield f"{place}/{kind}/{KEYS[kind]}", (value,)


def _reserved(whole: _Whole) -> Iterator[tuple[str, tuple[str, ...]]]:
    for one in whole.document.within("NAPDEF"):
        if one.first("NAPID") == INTERNET:
            yield "/NAPDEF/NAPID", ()


#: A parm that means nothing without another of the same characteristic (WAP-183 §5.3).
_NEEDS = (("VALIDITY", "NETWORK", "COUNTRY"), ("VALIDITY", "SID", "SOC"), ("BOOTSTRAP", "NETWORK", "COUNTRY"))


def _needs(whole: _Whole) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in whole.known:
        for kind, name, needed in _NEEDS:
            one = node.characteristic
            if one.type == kind and one.has(name) and not one.has(needed):
                yield f"{node.place}/{name}", (needed,)


def _lengths(whole: _Whole) -> Iterator[tuple[str, tuple[str, ...]]]:
    newer = (whole.document.version or "").startswith("1.1")
    for node in whole.known:
        for parm in node.characteristic.parms:
            row = parm_types().get((node.characteristic.type, parm.name))
            limit = (row.length_1_1 if newer else row.length) if row else ""
            if limit and (size := len((parm.value or "").encode("utf-8", "surrogatepass"))) > int(limit):
                yield f"{node.place}/{parm.name}", (str(size), limit)


#: Application → what it is no use without: a parm, or a parm of characteristics within it (registrations of OMNA).
_APPLICATIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "w5": ("RESOURCE/AACCEPT",),
        "w7": ("PROVIDER-ID",),
        "wA": ("AACCEPT",),
        "25": ("FROM", "APPADDR/PORT/PORTNBR"),
        "110": ("APPADDR/PORT/PORTNBR",),
        "143": ("APPADDR/PORT/PORTNBR",),
    }
)


def _applications(whole: _Whole) -> Iterator[tuple[str, tuple[str, ...]]]:
    for one in whole.document.within("APPLICATION"):
        application = one.first("APPID") or ""
        for needed in _APPLICATIONS.get(application, ()):
            *kinds, name = needed.split("/")
            found: tuple[Characteristic, ...] = (one,)
            for kind in kinds:
                found = tuple(inner for outer in found for inner in outer.within(kind))
            if not any(inner.has(name) for inner in found):
                yield "/APPLICATION", (application, needed)


_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
_CONTENT = "WAP-183 §5.3"

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "empty": Rule(Finding(_ERROR, "the document has no characteristic", "WAP-183 §5.1"), _empty),
        "unknown-type": Rule(Finding(_INFO, "`{0}` is not defined here; terminals ignore it", "WAP-185 §5.1"), _unknown_types),
        "unknown-parm": Rule(Finding(_INFO, "`{0}` is not defined here; terminals ignore it", "WAP-185 §5.1"), _unknown_parms),
        "missing-parm": Rule(Finding(_ERROR, "a required parm is missing", _CONTENT), _missing),
        "missing-type": Rule(Finding(_ERROR, "holds no `{0}`, of which it needs one", _CONTENT), _missing_characteristics),
        "repeated": Rule(Finding(_ERROR, "stands {0} times, more than it may", _CONTENT), _repeated),
        "value": Rule(Finding(_ERROR, "`{0}` is no value of datatype {1}", _CONTENT), _values),
        "spelling": Rule(Finding(_WARNING, "`{0}` is spelt `{1}`", "WAP-183 §8.3"), _spellings),
        "flag-value": Rule(Finding(_WARNING, "a flag has a value", _CONTENT), _flags),
        "access-point": Rule(Finding(_ERROR, "no NAPDEF of the document is `{0}`", _CONTENT), _access_points),
        "proxy": Rule(Finding(_ERROR, "no PXLOGICAL of the document is `{0}`", _CONTENT), _proxies),
        "unique": Rule(Finding(_ERROR, "`{0}` stands for more than one", _CONTENT), _same_keys),
        "reserved": Rule(Finding(_ERROR, "`INTERNET` is reserved and names no access point", _CONTENT), _reserved),
        "needs": Rule(Finding(_ERROR, "means nothing without `{0}`", _CONTENT), _needs),
        "application": Rule(Finding(_WARNING, "`{0}` is no use without `{1}`", "OMNA"), _applications),
        "length": Rule(Finding(_INFO, "{0} bytes; no terminal needs to take more than {1}", _CONTENT), _lengths),
    }
)
