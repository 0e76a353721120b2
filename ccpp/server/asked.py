"""What a call of the interface for programs asks: a JSON object, a profile as the body, or nothing but headers.

`KEYS` is the one table of what an object may say; the OpenAPI document is made of the same rows.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from ccpp.exchange.decoding import read_exchange
from ccpp.server.devices import Given, given_by_headers
from ccpp.server.message import JSON
from ccpp.server.problems import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ccpp.exchange.model import Exchange, Field
    from ccpp.server.message import Request

#: Media types of a body that is itself the profile.
PROFILES = frozenset({"application/rdf+xml", "application/xml", "text/xml"})

#: Diffs, overrides or headers of one request.
MAX_MEMBERS = 200


class Key(NamedTuple):
    """A key of a request: the JSON type, what it means, and an example for the OpenAPI document."""

    type: str
    text: str
    example: Any = None


KEYS: Mapping[str, Key] = MappingProxyType(
    {
        "document": Key("text", "the device's profile itself, in RDF/XML"),
        "uri": Key(
            "text", "the profile's URI: of the document, or to be found in the repository", "http://ua.example/phone.rdf"
        ),
        "name": Key("text", "how origins name the document; its URI if not given"),
        "userAgent": Key("text", "the device's User-Agent, where it names no profile"),
        "headers": Key("headers", "the headers that the device sent: an object, or a list of pairs"),
        "diffs": Key("texts", "profile-diffs, in order"),
        "overrides": Key("texts", "an operator's overrides, in order"),
        "normalise": Key("truth", "read the spellings that devices use for one thing as one"),
        "derive": Key("truth", "add the attributes that follow from stated ones"),
        "foldDefaults": Key("truth", "a default counts like a stated value (WAP-248 §7.5)"),
        "strict": Key("truth", "refuse what the specifications refuse; repair nothing"),
        "closedWorld": Key("truth", "take what is not stated as absent, as SHACL does"),
        "variant": Key("text", "the variant to explain"),
        "application": Key("text", "the application to provision"),
    }
)

#: What a request for a terminal's settings says beside them.
ACCOUNT_KEYS: Mapping[str, Key] = MappingProxyType(
    {
        "account": Key("text", "whose settings: the account itself, in TOML"),
        "subscriber": Key("text", "or the subscriber, by name"),
        "form": Key("text", "the form of the settings, as `ccpp settings --to` names it; else as the profile asks"),
        "security": Key("text", "how a bootstrap is sealed: NETWPIN, USERPIN, USERNETWPIN or USERPINMAC (WAP-184)"),
        "pin": Key("text", "the PIN that was agreed with the user"),
        "send": Key("truth", "give a bootstrap to the gateway for short messages; the answer names the message"),
        "to": Key("text", "the telephone number that it is sent to, with + if international", "+15550100"),
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call asks: the device, the thing, the world to decide in, and what its own headers say, where they tell the device."""

    given: Given
    variant: str | None = None
    application: str | None = None
    closed_world: bool = False
    exchange: Exchange | None = None


def read_asked(request: Request, *, derive: bool = True) -> Asked:
    """What a request asks.

    Raises:
        Refused: the body is no JSON, says what is not known, or is of a media type that says nothing.
        ExchangeError: there are too many header fields or references.
    """
    if request.media_type == JSON:
        return read_object(_parsed(request.body), derive=derive)
    if request.media_type in PROFILES:
        arguments: dict[str, Any] = {
            key: value for key, value in request.arguments.items() if key in {"variant", "application"}
        }
        uri = request.header("content-location")
        asked = read_object(arguments | ({"uri": uri} if uri else {}) | {"document": ""}, derive=derive)
        return Asked(asked.given._replace(document=request.body), asked.variant, asked.application)
    if request.body:
        known = ", ".join([JSON, *sorted(PROFILES)])
        raise Refused(415, f"`{request.media_type[:80]}` is no way to ask", hint=f"send {known}, or headers alone")
    arguments = request.arguments
    exchange = read_exchange(request.headers)
    given = given_by_headers(request.headers, exchange)._replace(derive=derive)
    return Asked(given, arguments.get("variant"), arguments.get("application"), exchange=exchange)


def _parsed(body: bytes) -> Any:  # noqa: ANN401  JSON
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(400, f"the body is no JSON: {error}", hint="send a JSON object in UTF-8") from None


def read_line(line: bytes, *, derive: bool = True) -> Asked:
    """What one line of a batch asks.

    Raises:
        Refused: it is no JSON object, or says what is not known.
    """
    return read_object(_parsed(line), derive=derive)


def read_object(stated: Any, *, derive: bool = True) -> Asked:  # noqa: ANN401  JSON
    """What an object asks, held to the table of keys."""
    if not isinstance(stated, dict):
        raise Refused(400, "the body is no JSON object", hint='for example {"uri": "http://ua.example/phone.rdf"}')
    values = read_values(stated, KEYS)
    return Asked(
        _given(values, derive=derive), values.get("variant"), values.get("application"), values.get("closedWorld", False)
    )


def read_values(stated: Mapping[str, object], keys: Mapping[str, Key]) -> dict[str, Any]:
    """The values of an object, each held to its row.

    Raises:
        Refused: a key is none of these, or its value not of its type.
    """
    values: dict[str, Any] = {}
    for key, value in stated.items():
        row = keys.get(key)
        if row is None:
            raise Refused(400, f"unknown key `{key[:80]}`", hint="known are " + ", ".join(keys))
        values[key] = _READERS[row.type](key, value, row.text)
    return values


#: What most requests say: which profile, and nothing else.
_BY_NAME = {"uri"}


def _given(values: Mapping[str, Any], *, derive: bool) -> Given:
    document, uri, headers = values.get("document"), values.get("uri", ""), values.get("headers", ())
    if values.keys() == _BY_NAME:
        return Given(references=(uri,) if uri else (), derive=derive)
    given = given_by_headers(headers) if headers else Given()
    if document is None and uri:
        given = given._replace(references=(uri,), agent="")
    elif "userAgent" in values and not given.references:
        given = given._replace(agent=values["userAgent"])
    return given._replace(
        document=None if document is None else document.encode(errors="surrogatepass"),
        uri=uri if document is not None else "",
        name=values.get("name", ""),
        diffs=tuple(one.encode(errors="surrogatepass") for one in values.get("diffs", ())),
        overrides=tuple(one.encode(errors="surrogatepass") for one in values.get("overrides", ())),
        normalise=values.get("normalise", False),
        derive=values.get("derive", derive),
        fold_defaults=values.get("foldDefaults", False),
        strict=values.get("strict", False),
    )


# Values by the type of their key; `text` says what the key means.


def _text(key: str, value: object, text: str) -> str:
    if not isinstance(value, str):
        raise Refused(400, f"`{key}` is no text", hint=text)
    return value


def _truth(key: str, value: object, text: str) -> bool:
    if not isinstance(value, bool):
        raise Refused(400, f"`{key}` is neither true nor false", hint=text)
    return value


def _texts(key: str, value: object, text: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_MEMBERS:
        raise Refused(400, f"`{key}` is no list of texts, {MAX_MEMBERS} at most", hint=text)
    return tuple(_text(key, member, text) for member in value)


def _headers(key: str, value: object, text: str) -> tuple[Field, ...]:
    pairs = list(value.items()) if isinstance(value, dict) else value
    if not isinstance(pairs, list) or len(pairs) > MAX_MEMBERS:
        raise Refused(400, f"`{key}` is neither an object nor a list of pairs, {MAX_MEMBERS} at most", hint=text)
    fields = []
    for pair in pairs:
        if not isinstance(pair, list | tuple) or len(pair) != 2:  # noqa: PLR2004  a name and a value
            raise Refused(400, f"a header in `{key}` is no pair of name and value", hint=text)
        fields.append((_text(key, pair[0], text), _text(key, pair[1], text)))
    return tuple(fields)


_READERS: Mapping[str, Callable[[str, object, str], Any]] = MappingProxyType(
    {"text": _text, "truth": _truth, "texts": _texts, "headers": _headers}
)
