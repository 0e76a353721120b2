"""A subscriber's account: whose network it is, and the terminal settings that are this subscriber's own. Nothing of it is ever shown.

In TOML; a table is a step of a key's path, `rules` gives the rules of keys that this layer is the first to state::

    imsi = "262011234567890"       # or network = "26201"
    operator = "Congstar"          # where several share the network
    plan = "prepaid"

    [access.internet]
    user = "alice"
    password = "her own"

    [rules]
    "access/internet/user" = "Locked"
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ccpp.catalogue.model import Layer, Setting
from ccpp.errors import CcppError
from ccpp.model import Rule, Secret
from ccpp.provisioning.terminal import Form, form_of, typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Bytes of an account; one with a hundred settings has 4,000.
MAX_SUBSCRIBER = 65_536
#: Tables inside tables: a path has no more steps.
_MAX_STEPS = 12
_FACTS = ("imsi", "network", "operator", "plan")


class SubscriberError(CcppError):
    """A file that is no subscriber's account."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """What of an account matters here; `network` is MCC and MNC together, `plan` is prepaid or postpaid."""

    layer: Layer
    imsi: Secret | None = None
    network: str | None = None
    operator: str | None = None
    plan: str | None = None


def read_subscriber(data: bytes) -> Subscriber:
    """The account in a TOML document.

    Raises:
        SubscriberError: it is no TOML, too large, or has a key or a value that means nothing; the message shows no value.
    """
    if len(data) > MAX_SUBSCRIBER:
        raise SubscriberError(f"{len(data)} bytes, more than {MAX_SUBSCRIBER}", hint="no account comes near it")
    try:
        document = tomllib.loads(data.decode())
    except UnicodeDecodeError as slip:
        raise SubscriberError(f"not UTF-8 at byte {slip.start}") from None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        # Its message may quote the value that it fell over, which may be a password.
        raise SubscriberError("not TOML", hint="texts stand in quotes, one `key = value` a line") from None
    facts = {name: _fact(name, document.pop(name)) for name in _FACTS if name in document}
    rules = document.pop("rules", {})
    if not isinstance(rules, dict):
        raise SubscriberError("`rules` is no table")
    stated = dict(_flat(document, ()))
    settings = tuple(_setting(key, value, rules) for key, value in stated.items())
    for key in rules:
        if key not in stated:
            raise SubscriberError(f"a rule for `{key}`, which is not stated")
    imsi = facts.pop("imsi", None)
    return Subscriber(Layer("subscriber", settings), None if imsi is None else Secret(imsi), **facts)


def _fact(name: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise SubscriberError(f"`{name}` is no text", hint=f'{name} = "…"')
    return value


def _flat(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if len(path) > _MAX_STEPS:
        raise SubscriberError(f"tables inside tables, more than {_MAX_STEPS}")
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, (*path, name))
        else:
            yield "/".join((*path, name)), tuple(value) if isinstance(value, list) else value


def _setting(key: str, value: Any, rules: Mapping[str, Any]) -> Setting:  # noqa: ANN401  TOML
    rule = rules.get(key)
    if rule is not None and rule not in set(Rule):
        raise SubscriberError(f"`{key}` has no such rule", hint=", ".join(Rule))
    try:
        stated = typed(key, value)
    except CcppError as error:
        raise SubscriberError(error.message, hint=error.hint) from None
    if rule == Rule.APPEND and form_of(key) is not Form.LIST:
        raise SubscriberError(f"`{key}` holds one value, which cannot be appended to")
    return Setting(key, stated, None if rule is None else Rule(rule))
