"""What is known of a subscriber, from a TOML or a JSON document; every part may be left out.

::

    id = "358401234567"                  # whose place in a rollout it is, and what its lists may name
    languages = ["fi", "sv"]             # the first one rather
    drafts = true                        # has what is not live yet
    budget = 300000                      # bytes to download for an application
    [accept]                             # media ranges with weights; what none of them covers is not accepted
    "application/java-archive" = 1.0
    "text/*" = 0.5
    [[refuse]]                           # what matches all that is stated: mediaType, language, domain, largerThan
    domain = "untrusted"
    reason = "nothing from strangers"
    [[prefer]]
    weight = 0.5
    mediaType = "text/*"
    [settings.chess]                     # settings of an application, above all others
    level = 3

Other programs make a `ccpp.situation.Subscriber` themselves.
"""

from __future__ import annotations

import json
import tomllib
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ccpp.catalogue.model import Domain, Offer, Preference, Refusal, Setting
from ccpp.errors import SubscriberError
from ccpp.situation import Subscriber

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ccpp.catalogue.model import SettingValue

#: A subscriber's bytes: a person has some dozens of preferences.
MAX_SUBSCRIBER = 1_048_576

_OFFER = ("mediaType", "language", "domain", "largerThan")


def load_subscriber(data: bytes, *, source: str) -> Subscriber:
    """The subscriber that a document describes; JSON if its name ends so, else TOML.

    Raises:
        SubscriberError: it is neither, or says what cannot be said of a subscriber.
    """
    try:
        table = _parsed(data, source)
        return Subscriber(**{name: read(table[key], key) for key, (name, read) in _PARTS.items() if key in table})
    except SubscriberError as error:
        raise error.located(source) from None


def _parsed(data: bytes, source: str) -> dict[str, Any]:
    if len(data) > MAX_SUBSCRIBER:
        raise SubscriberError(f"{len(data)} bytes, more than {MAX_SUBSCRIBER}")
    form = "JSON" if source.lower().endswith(".json") else "TOML"
    try:
        text = data.decode()
        table = json.loads(text, parse_float=Decimal) if form == "JSON" else tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise SubscriberError(f"not {form}: {error}", hint='a subscriber is a table such as `languages = ["fi"]`') from None
    if not isinstance(table, dict):
        raise SubscriberError("no table", hint='a subscriber in JSON is an object such as {"languages": ["fi"]}')
    unknown = sorted(table.keys() - _PARTS.keys())
    if unknown:
        raise SubscriberError(f"unknown key `{unknown[0]}`", hint=f"known are {', '.join(_PARTS)}")
    return table


# One part each: what is written, and the key it is written under, to a field of `Subscriber`.


def _text(value: Any, key: str) -> str:  # noqa: ANN401  JSON
    if not isinstance(value, str) or not value.strip():
        raise SubscriberError(f"`{key}` is no text", hint="write it in quotes")
    return value


def _flag(value: Any, key: str) -> bool:  # noqa: ANN401  JSON
    if not isinstance(value, bool):
        raise SubscriberError(f"`{key}` is neither true nor false", hint="write it without quotes")
    return value


def _bytes(value: Any, key: str) -> int:  # noqa: ANN401  JSON
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise SubscriberError(f"`{key}` is no number of bytes", hint="write it such as 65536")
    return value


def _texts(value: Any, key: str) -> tuple[str, ...]:  # noqa: ANN401  JSON
    if not isinstance(value, list):
        raise SubscriberError(f"`{key}` is no list", hint='write it such as ["fi", "sv"]')
    return tuple(_text(one, key) for one in value)


def _weight(value: Any, key: str) -> float:  # noqa: ANN401  JSON
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= 1:
        raise SubscriberError(f"the weight of `{key}` is not from 0 to 1", hint="write a number such as 0.5")
    return float(value)


def _accepts(value: Any, key: str) -> tuple[tuple[str, float], ...]:  # noqa: ANN401  JSON
    for one in _table(value, key):
        if one.count("/") != 1:
            raise SubscriberError(f"`{one}` is no media range", hint='write one such as "text/*"')
    return tuple((one.lower(), _weight(weight, one)) for one, weight in value.items())


def _refusals(value: Any, key: str) -> tuple[Refusal, ...]:  # noqa: ANN401  JSON
    return tuple(
        Refusal(_text(one.get("reason", "the subscriber refuses it"), "reason"), None, _offer(one, key))
        for one in _tables(value, key, ("reason",))
    )


def _preferences(value: Any, key: str) -> tuple[Preference, ...]:  # noqa: ANN401  JSON
    return tuple(
        Preference(_weight(one.get("weight", 1), key), None, _offer(one, key)) for one in _tables(value, key, ("weight",))
    )


def _offer(table: Mapping[str, Any], key: str) -> Offer:
    if not table.keys() & set(_OFFER):
        raise SubscriberError(f"`{key}` without a condition", hint=f"state one of {', '.join(_OFFER)}")
    domain = table.get("domain")
    if domain is not None and domain not in list(Domain):
        raise SubscriberError(f"`{domain}` is no security domain", hint=f"known are {', '.join(Domain)}")
    return Offer(
        _text(table["mediaType"], "mediaType") if "mediaType" in table else None,
        _text(table["language"], "language") if "language" in table else None,
        None if domain is None else Domain(domain),
        _bytes(table["largerThan"], "largerThan") if "largerThan" in table else None,
    )


def _settings(value: Any, key: str) -> Mapping[str, tuple[Setting, ...]]:  # noqa: ANN401  JSON
    return MappingProxyType(
        {
            application: tuple(Setting(name, _setting(one, name)) for name, one in sorted(_table(stated, application).items()))
            for application, stated in _table(value, key).items()
        }
    )


def _setting(value: Any, key: str) -> SettingValue:  # noqa: ANN401  JSON
    if isinstance(value, list):
        members = tuple(_setting(one, key) for one in value)
        if any(isinstance(one, tuple) for one in members):
            raise SubscriberError(f"`{key}` is a list of lists", hint="write the members as texts or numbers")
        return members  # type: ignore[return-value]  # checked above
    if isinstance(value, Decimal) and value.is_finite():
        return Fraction(value)
    if not isinstance(value, str | int):
        raise SubscriberError(f"`{key}` is no text, number, truth value or list of them", hint="write one of these")
    return value


def _table(value: Any, key: str) -> dict[str, Any]:  # noqa: ANN401  JSON
    if not isinstance(value, dict):
        raise SubscriberError(f"`{key}` is no table", hint=f"write [{key}] and a line for each")
    return value


def _tables(value: Any, key: str, more: tuple[str, ...]) -> Iterator[dict[str, Any]]:  # noqa: ANN401  JSON
    for one in value if isinstance(value, list) else [value]:
        unknown = sorted(_table(one, key).keys() - {*_OFFER, *more})
        if unknown:
            raise SubscriberError(
                f"`{key}` has the unknown key `{unknown[0]}`", hint=f"known are {', '.join((*_OFFER, *more))}"
            )
        yield one


#: Key → the field of `Subscriber`, and what reads it.
_PARTS: Mapping[str, tuple[str, Callable[[Any, str], Any]]] = MappingProxyType(
    {
        "id": ("id", _text),
        "languages": ("languages", _texts),
        "accept": ("accepts", _accepts),
        "prefer": ("preferences", _preferences),
        "refuse": ("refusals", _refusals),
        "settings": ("settings", _settings),
        "drafts": ("drafts", _flag),
        "budget": ("budget", _bytes),
    }
)
