"""What a server is told: a TOML file, then the environment, then the command line, the last one counting. One field is one option.

In the file an option is a key (`port = 8080`), in the environment `CCPP_SERVE_` and its name in capitals (`CCPP_SERVE_PORT=8080`), lists
between commas. `print_options` writes what is in force as such a file; what is secret is shown as set or not, never as it is.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from ccpp.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from dataclasses import Field

#: What the names of variables begin with.
PREFIX = "CCPP_SERVE_"

#: Bytes of an options file; it has some 30 short lines.
MAX_OPTIONS = 65_536


def _option(default: Any, text: str, *, least: float | None = None, secret: bool = False) -> Any:  # noqa: ANN401
    return field(default=default, metadata={"text": text, "least": least, "secret": secret})


@dataclass(frozen=True, slots=True, repr=False)
class Options:
    """Everything a server can be told; `text` of each field says what it is."""

    host: str = _option("127.0.0.1", "the address to listen on")
    port: int = _option(8080, "the port to listen on", least=1)
    workers: int = _option(1, "worker processes", least=1)
    demo: bool = _option(default=False, text="serve the shipped sample devices, catalogue and artefacts")
    catalogue: str = _option("", "the catalogue, in Turtle; empty where the database has one")
    repository: str = _option("", "the repository of profiles (`ccpp profiles import` makes it); empty for none")
    database: str = _option(
        "", "where what the server keeps is: sqlite:///FILE or postgresql://…; empty for a file in the data folder"
    )
    artefacts: str = _option(
        "", "the folder of what is downloaded, by the last part of its URI; empty where all of it lies elsewhere"
    )
    key: str = _option("", "the key that subscribers' secrets are sealed with: 32 bytes in base64", secret=True)
    key_file: str = _option("", "the file that has the key")
    key_command: str = _option("", "a command that prints the key, such as one that asks a key management service")
    bootstrap: tuple[str, ...] = _option(
        ("USERNETWPIN", "NETWPIN", "USERPIN", "USERPINMAC"), "ways to seal a bootstrap (WAP-184), the usual one first"
    )
    bootstrap_pin_digits: int = _option(4, "digits that a PIN must have at least", least=1)
    gateway: str = _option(
        "", "what short messages are given to: https://…, a webhook, or smpp://SYSTEM_ID@HOST:PORT; empty for nothing"
    )
    gateway_secret: str = _option("", "what the webhook's requests are signed with, or the password of SMPP", secret=True)
    gateway_source: str = _option("", "the number that short messages come from; empty for what the centre sets")
    gateway_window: int = _option(10, "short messages that may wait for the centre's answer at once", least=1)
    gateway_seconds: float = _option(
        120.0, "seconds after which a message that a process took to send, and said nothing of, is another's", least=1
    )
    message_seconds: float = _option(86_400.0, "seconds after which a short message that was not sent is given up", least=1)
    overlays: str = _option("", "corrections of profiles, in TOML; empty for none")
    accept: str = _option("union", "who wins where Accept headers and profile differ: request, union or profile")
    public_url: str = _option("", "the URL that devices know the server by; empty for what the Host header says")
    fetch: tuple[str, ...] = _option((), "hosts that profiles not in the repository are fetched from; none unless named")
    check_share: float = _option(0.01, "share of devices whose decisions are decided again by the definition, 0 to 1", least=0)
    profile_lifetime: float = _option(10.0, "seconds for which a profile is not looked up again", least=0)
    max_body: int = _option(4_194_304, "bytes of a request's body", least=1)
    max_headers: int = _option(65_536, "bytes of a request's headers", least=1_024)
    head_seconds: float = _option(
        15.0, "seconds in which a request's head must have come, and after which an idle connection is closed", least=0.1
    )
    body_seconds: float = _option(10.0, "seconds in which a request's body must have come", least=0.1)
    send_seconds: float = _option(
        60.0, "seconds after which a client that takes nothing of its response is given up", least=0.1
    )
    threads: int = _option(4, "threads of a worker for what waits or takes long", least=1)
    readers: int = _option(
        1, "processes of a worker that read profiles which are not known yet; 0 for its threads to do it", least=0
    )
    read_seconds: float = _option(20.0, "seconds that reading a profile may take, and a request may wait for it", least=0.1)
    max_waiting: int = _option(
        256, "requests of a worker that may wait for a thread; further ones are told to come again", least=1
    )
    leave_seconds: float = _option(
        0.0, "seconds for which a server that is to stop still serves and says at /readyz that it leaves", least=0
    )
    drain_seconds: float = _option(10.0, "seconds that requests under way are given when the server stops", least=0)
    anonymous: tuple[str, ...] = _option(
        (),
        "roles of a caller who says nothing, of device and provisioning-server; while nothing authenticates, on loopback, both",
    )
    token_keys: str = _option(
        "", "the keys that bearer tokens are signed with: a JWK set, by its file or URL; empty for no tokens"
    )
    token_issuer: str = _option("", "who issues tokens: the claim `iss`")
    token_audience: str = _option("", "whom tokens are for, this server: in the claim `aud`")
    token_algorithms: tuple[str, ...] = _option(
        ("RS256", "PS256", "ES256", "EdDSA"), "algorithms that tokens are signed by; none with a shared secret can be named"
    )
    token_roles: str = _option("roles", "the claim with the roles, a list or words; a path of names has dots")
    token_subscriber: str = _option("subscriber", "the claim with the subscriber whose device it is")
    token_leeway: float = _option(30.0, "seconds that the clock of the issuer may differ", least=0)
    token_once: bool = _option(default=False, text="a token's `jti` is used up by a change: another change needs another token")
    token_keys_seconds: float = _option(300.0, "seconds after which the keys are read again", least=1)
    token_networks: tuple[str, ...] = _option((), "networks besides the public Internet that the keys may be fetched from")
    digest: tuple[str, ...] = _option((), "algorithms of HTTP Digest, of SHA-256 and MD5; empty for none; needs a key")
    digest_seconds: float = _option(300.0, "seconds for which a nonce of HTTP Digest can be used", least=1)
    tls_certificate: str = _option("", "the server's certificate and those above it, in PEM; empty for no TLS")
    tls_key: str = _option("", "the key of the certificate, in PEM")
    tls_callers: str = _option("", "the certificates, in PEM, that vouch for those of callers; empty where callers show none")
    callers: str = _option("", "which certificate is whose: a TOML table; see README, Who may ask what")
    trusted_proxies: tuple[str, ...] = _option((), "networks of proxies whose word counts, in X-Forwarded-For and the next two")
    proxy_certificate: str = _option(
        "", "the header in which a proxy passes on a caller's certificate, as Client-Cert; empty for none"
    )
    proxy_subscriber: str = _option("", "the header in which a proxy names the subscriber, as X-MSISDN; empty for none")
    roots_operator: str = _option(
        "", "certificates, in PEM, that vouch for signers of the security domain operator (3GPP TS 23.057)"
    )
    roots_manufacturer: str = _option("", "the same of the domain manufacturer")
    roots_third_party: str = _option("", "the same of the domain third party")
    domains: tuple[str, ...] = _option(
        ("operator", "manufacturer", "third-party", "untrusted"), "the security domains that anything is offered of"
    )
    sign_key: str = _option(
        "",
        "the RSA key, in PEM, that descriptors of Java archives and Apple configuration profiles are signed with; empty for none",
    )
    sign_certificates: str = _option("", "the signer's certificates, in PEM, its own first")
    rate_address: float = _option(0.0, "requests a second that an address may make of a worker; 0 for any number", least=0)
    rate_caller: float = _option(0.0, "requests a second that a caller may make of a worker; 0 for any number", least=0)
    rate_failures: float = _option(0.2, "credentials and codes a second that may fail from an address; ten at once", least=0)
    enrolment_seconds: float = _option(
        86_400.0, "seconds for which a code of enrolment can be used, unless it says less", least=1
    )
    traces: str = _option(
        "off", "off; log: a line for each span; otlp: to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names"
    )
    log: str = _option("json", "json: a line for each request and event on standard error; off: errors only")

    def __repr__(self) -> str:
        """The options as they may be shown."""
        return f"Options({shown_options(self)})"


def _check(one: Field[Any], value: Any, source: str) -> Any:  # noqa: ANN401  the option's own type
    """A value as its option has it."""
    kind: Any = type(one.default)
    if kind is tuple and isinstance(value, list) and all(isinstance(member, str) for member in value):
        value = tuple(value)
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise UsageError(f"`{one.name}` is no {_KINDS[kind]}", source=source, hint=one.metadata["text"])
    least = one.metadata["least"]
    if least is not None and value < least:
        raise UsageError(f"`{one.name}` is less than {least}", source=source, hint=one.metadata["text"])
    return value


_KINDS: Mapping[type, str] = {str: "text", int: "whole number", float: "number", bool: "truth value", tuple: "list of texts"}
_TRUTH: Mapping[str, bool] = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def _read(one: Field[Any], text: str) -> Any:  # noqa: ANN401  the option's own type
    """A value from the text of a variable."""
    kind: Any = type(one.default)
    if kind is bool:
        return _TRUTH.get(text.strip().lower(), text)
    if kind is tuple:
        return [member.strip() for member in text.split(",") if member.strip()]
    try:
        return kind(text)
    except ValueError:
        return text


def load_options(file: tuple[str, bytes] | None, environment: Mapping[str, str], given: Mapping[str, Any]) -> Options:
    """The options in force.

    Args:
        file: the name and content of a TOML file, where there is one.
        environment: the process's.
        given: options of the command line; `None` is not given.

    Raises:
        UsageError: the file is no TOML, an option is unknown, or a value is of the wrong type or out of bounds.
    """
    known = {one.name: one for one in fields(Options)}
    options = Options()
    if file is not None:
        name, content = file
        for key, value in _tables(name, content).items():
            if key not in known:
                raise UsageError(f"unknown option `{key}`", source=name, hint="`ccpp serve --print-config` lists them")
            options = replace(options, **{key: _check(known[key], value, name)})
    for key, one in known.items():
        text = environment.get(PREFIX + key.upper())
        if text is not None:
            options = replace(options, **{key: _check(one, _read(one, text), PREFIX + key.upper())})
    stated = {key: value for key, value in given.items() if value is not None}
    return replace(options, **{key: _check(known[key], value, f"--{key}") for key, value in stated.items()})


def _tables(name: str, content: bytes) -> dict[str, Any]:
    if len(content) > MAX_OPTIONS:
        raise UsageError(f"more than {MAX_OPTIONS} bytes", source=name)
    try:
        return tomllib.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise UsageError(f"not TOML: {error}", source=name) from None


def shown_options(options: Options) -> dict[str, Any]:
    """The options in force by name, as they may be shown: what is secret only as set or not, a URL without its password."""
    form: dict[str, Any] = {}
    for one in fields(options):
        value = getattr(options, one.name)
        form[one.name] = bool(value) if one.metadata["secret"] else value
        if isinstance(value, str) and not one.metadata["secret"]:
            form[one.name] = masked(value)
    return form


def print_options(options: Options) -> str:
    """The options in force, as a file of them."""
    lines = []
    shown = shown_options(options)
    for one in fields(options):
        lines.append(f"# {one.metadata['text']}")
        if one.metadata["secret"]:
            lines.append(f"# {one.name} is {'set' if shown[one.name] else 'not set'}")
        else:
            lines.append(f"{one.name} = {_toml(shown[one.name])}")
    return "\n".join(lines) + "\n"


#: What stands for a secret in a text: the password of a URL, before its last `@` or among its parameters.
_PASSWORD = re.compile(r"(?<=://)([^:/@]*:).*@|((?:^|[?&])[a-z]*(?:password|token|secret)=)[^&]*", re.IGNORECASE)


def masked(text: str) -> str:
    """A text as it may be shown: a URL in it without its password."""
    return _PASSWORD.sub(lambda found: f"{found[1]}***@" if found[1] else f"{found[2]}***", text)


def _toml(value: Any) -> str:  # noqa: ANN401  an option
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return str(value)
