"""The ways to say who one is that the options switch on: `METHODS` is the table, each row made where its options are set."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ccpp.errors import UsageError
from ccpp.server.authentication.certificates import MAX_TABLE, Certificates, read_callers
from ccpp.server.authentication.digest import Digest
from ccpp.server.authentication.guard import Guard, Limits
from ccpp.server.authentication.keyring import MAX_SET, Keyring
from ccpp.server.authentication.proxies import Proxies, Told
from ccpp.server.authentication.tokens import Rules, Tokens
from ccpp.server.limits import Buckets
from ccpp.server.message import ANONYMOUS, Role
from ccpp.storage.addresses import parse_place, refuse_special
from ccpp.storage.fetching import Fetcher, FetchPolicy, Freshness
from ccpp.storage.files import read_file
from ccpp.storage.transfer import Limits as Cost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ccpp.server.authentication.method import Method
    from ccpp.server.options import Options
    from ccpp.storage.addresses import Address
    from ccpp.storage.database.opening import Database
    from ccpp.storage.database.secrecy import Keys

#: Copies and failures are for `Keyring` to judge, so none is kept here.
_NOW = Freshness(0.0, 0.0, 0.0, 0.0, 0.0)


class Kept(NamedTuple):
    """What a way may need besides options: the database, what opens it, the operator's key, and how often somebody failed."""

    database: Database
    keys: Keys
    master: bytes | None
    failures: Buckets = Buckets(0.0)


def make_guard(options: Options, kept: Kept) -> Guard | None:
    """What finds out who calls; `None` where nothing is switched on, and everybody is anonymous.

    Raises:
        CcppError: an option says what cannot be.
    """
    methods = [method for way in METHODS.values() if way.on(options) for method in way.make(options, kept)]
    anybody, proxies = anybody_of(options), proxies_of(options)
    limits = Limits(Buckets(options.rate_address), Buckets(options.rate_caller), kept.failures)
    if not methods and not options.rate_address:
        return None
    return Guard(methods, anybody if methods or anybody else ANONYMOUS.roles, proxies, limits)


def proxies_of(options: Options) -> Proxies:
    """The proxies whose word counts.

    Raises:
        UsageError: their headers are named and they are not, or a network is none.
    """
    networks = read_networks(options.trusted_proxies, "trusted_proxies")
    proxies = Proxies(networks, options.proxy_certificate.lower(), options.proxy_subscriber.lower())
    if (proxies.certificate or proxies.subscriber) and not networks:
        raise UsageError("headers of proxies and no `trusted_proxies`", hint="name the addresses that they come from")
    return proxies


def anybody_of(options: Options) -> frozenset[Role]:
    """The roles of a caller who says nothing.

    Raises:
        UsageError: one is no role, or nobody's to have who is unknown.
    """
    wrong = [name for name in options.anonymous if name not in ANONYMOUS.roles]
    if wrong:
        known = ", ".join(sorted(ANONYMOUS.roles))
        raise UsageError(f"`anonymous` has `{wrong[0]}`", hint=f"a caller of whom nothing is known can be {known}")
    return frozenset(map(Role, options.anonymous))


def _tokens(options: Options, kept: Kept) -> Iterable[Method]:
    del kept
    rules = Rules(
        options.token_issuer,
        options.token_audience,
        options.token_algorithms,
        options.token_roles,
        options.token_subscriber,
        options.token_leeway,
        options.token_once,
    )
    yield Tokens(rules, Keyring(key_source(options.token_keys, options.token_networks), options.token_keys_seconds))


def _digest(options: Options, kept: Kept) -> Iterable[Method]:
    if kept.master is None:
        raise UsageError("digests need a `key`", hint="what a password is known again by is sealed with it")
    yield Digest(kept.database, kept.keys, kept.master, options.digest, options.digest_seconds)


def _certificates(options: Options, kept: Kept) -> Iterable[Method]:
    del kept
    if not options.tls_callers and not options.proxy_certificate:
        raise UsageError("`callers` without certificates", hint="set `tls_callers`, or `proxy_certificate`")
    yield Certificates(read_callers(read_file(options.callers, MAX_TABLE), options.callers))


def _told(options: Options, kept: Kept) -> Iterable[Method]:
    del kept
    yield Told(options.proxy_subscriber.lower())


class Way(NamedTuple):
    """A row: whether a way is switched on, what makes it, and how OpenAPI names it (a security scheme)."""

    on: Callable[[Options], object]
    make: Callable[[Options, Kept], Iterable[Method]]
    scheme: Mapping[str, str]


#: Name → the way; who says something in several ways is who the first says.
METHODS: Mapping[str, Way] = MappingProxyType(
    {
        "token": Way(lambda options: options.token_keys, _tokens, {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}),
        "digest": Way(lambda options: options.digest, _digest, {"type": "http", "scheme": "digest"}),
        "certificate": Way(lambda options: options.callers, _certificates, {"type": "mutualTLS"}),
        "proxy": Way(
            lambda options: options.proxy_subscriber,
            _told,
            {"type": "apiKey", "in": "header", "name": "(option proxy_subscriber)", "description": "of trusted proxies alone"},
        ),
    }
)


def schemes_of(options: Options) -> dict[str, Mapping[str, str]]:
    """The security schemes of OpenAPI for the ways that are switched on."""
    return {name: way.scheme for name, way in METHODS.items() if way.on(options)}


def key_source(place: str, networks: tuple[str, ...]) -> Callable[[], bytes]:
    """What reads a JWK set: from a file, or by https; by http from this machine alone.

    Only the host that is named is asked, and only at an address of the public Internet or of the networks that are named besides.

    Raises:
        UsageError: the place or a network is none, or the file cannot be read now.
    """
    if "://" not in place:
        read_file(place, MAX_SET)
        return lambda: read_file(place, MAX_SET)
    where = parse_place(place)
    local = where.literal is not None and where.literal.is_loopback
    if where.scheme != "https" and not local:
        raise UsageError("keys of tokens are fetched by https", source="token_keys")
    allowed = read_networks(networks, "token_networks")

    def refuses(address: Address, port: int) -> str | None:
        return None if any(address in network for network in allowed) else refuse_special(address, port)

    policy = FetchPolicy(
        hosts=(where.host,),
        schemes=frozenset({where.scheme}),
        ports=frozenset({where.port}),
        refuses=refuses,
        accept="application/jwk-set+json, application/json",
        limits=Cost(max_bytes=MAX_SET, deadline=5.0),
        freshness=_NOW,
    )
    fetcher = Fetcher(policy)
    return lambda: fetcher.fetch(place).content


def read_networks(stated: Iterable[str], source: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks, or single addresses.

    Raises:
        UsageError: one is neither.
    """
    try:
        return tuple(ip_network(one) for one in stated)
    except ValueError as error:
        raise UsageError(f"no network: {error}", source=source, hint="for example 10.0.0.0/8 or 192.0.2.1") from None


def is_local(host: str) -> bool:
    """Whether what listens there can be reached from this machine alone."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check_open(options: Options) -> None:
    """Refuse to serve a network without knowing who asks, unless that is meant.

    Raises:
        UsageError: nothing authenticates, the address is reached by others, and `anonymous` does not say that it is meant.
    """
    if not is_local(options.host) and not options.anonymous and not schemes_of(options):
        raise UsageError(
            f"anybody who reaches {options.host} could ask for anything, for nothing finds out who asks",
            hint="set `token_keys`, `callers`, `digest` or `proxy_subscriber`, or say by `anonymous` what anybody may",
        )
