"""Settings made up at random, valid by themselves: what the laws and the comparisons of provisioning draw from."""

from __future__ import annotations

from hypothesis import strategies as st

from ccpp.model import Secret
from ccpp.provisioning.connectivity.vocabulary import values
from ccpp.provisioning.settings import (
    QOS_BITS,
    QOS_PARMS,
    AccessPoint,
    Application,
    Context,
    Credentials,
    Gateway,
    Port,
    Proxy,
    Resource,
    Server,
    Settings,
    Validity,
)

#: What other implementations do otherwise is kept out: libwbxml misspells TETRA's tokens, Kannel takes `pap` for PAP.
BEARERS = st.sampled_from(sorted(name for name in values()["bearer"] if "TETRA" not in name))
WORDS = st.text("bcdfgjklmé &<>'\"ß漢", min_size=4, max_size=9).map(lambda text: f"x{text}x")
NAMES = st.none() | WORDS
SECRETS = st.none() | st.builds(Secret, st.just("") | WORDS)
DIGITS = st.text("0123456789", min_size=2, max_size=3)


def few(strategy: st.SearchStrategy[object], most: int = 2) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(strategy, max_size=most, unique_by=str).map(tuple)


def one_of(datatype: str) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(values()[datatype]))


def credentials(datatype: str) -> st.SearchStrategy[tuple[Credentials, ...]]:
    one = st.builds(Credentials, one_of(datatype), NAMES, SECRETS)
    return st.lists(one, max_size=2, unique_by=lambda each: each.method).map(tuple)


PORTS = st.lists(
    st.builds(Port, st.integers(0, 65_535), few(one_of("service"))), max_size=2, unique_by=lambda port: port.number
).map(tuple)
QUALITIES = st.lists(
    st.sampled_from(sorted(QOS_PARMS)).flatmap(
        lambda key: st.tuples(st.just(key), st.integers(0, 255).map(lambda value: f"{value & QOS_BITS.get(key, 255):02X}"))
    ),
    max_size=4,
    unique_by=lambda pair: pair[0],
).map(tuple)
VALIDITIES = st.builds(Validity, DIGITS, st.lists(DIGITS, max_size=2).map(tuple), st.none() | st.integers(0, 9**9)) | st.builds(
    Validity, seconds=st.integers(0, 9**9)
)


def access_points(identifier: str) -> st.SearchStrategy[AccessPoint]:
    return st.builds(
        AccessPoint,
        st.just(identifier),
        WORDS,
        WORDS,
        st.none() | one_of("address-type"),
        few(BEARERS),
        st.booleans(),
        st.none() | one_of("call-type"),
        st.none() | st.sampled_from(["AUTOBAUDING", "9600"]),
        st.none() | st.integers(0, 9_999),
        QUALITIES,
        credentials("authentication"),
        few(VALIDITIES),
        few(WORDS),
    )


def proxies(identifier: str, points: tuple[str, ...]) -> st.SearchStrategy[Proxy]:
    gateway = st.builds(
        Gateway,
        WORDS,
        WORDS,
        st.lists(st.sampled_from(points), min_size=1, max_size=2, unique=True).map(tuple),
        st.none() | one_of("proxy-address-type"),
        PORTS,
        NAMES,
    )
    return st.builds(
        Proxy,
        st.just(identifier),
        WORDS,
        st.lists(gateway, min_size=1, max_size=2, unique_by=lambda each: each.id).map(tuple),
        st.none() | st.just("http://home.example/"),
        st.none() | st.builds(Credentials, st.just("HTTP-BASIC"), WORDS, SECRETS),
        few(WORDS, 3),
        st.booleans(),
        st.booleans(),
        st.none() | st.booleans(),
        PORTS,
        credentials("proxy-authentication"),
        NAMES,
    )


def applications(points: tuple[str, ...], all_proxies: tuple[str, ...]) -> st.SearchStrategy[Application]:
    return st.builds(
        Application,
        st.sampled_from(["w2", "w4", "w5", "w7", "25", "143", "ap2001"]),
        NAMES,
        NAMES,
        few(WORDS),
        st.lists(st.sampled_from(all_proxies), max_size=1).map(tuple) if all_proxies else st.just(()),
        st.lists(st.sampled_from((*points, "INTERNET")), max_size=1).map(tuple),
        few(
            st.builds(
                Credentials, st.none() | WORDS, NAMES, SECRETS, st.sampled_from([None, "APPSRV", "CLIENT", "OBEX"]), SECRETS
            )
        ),
        few(st.builds(Resource, st.just("http://r.example/"), NAMES, st.booleans(), NAMES)),
        few(st.builds(Server, WORDS, st.none() | st.just("IPV4"), PORTS)),
        NAMES,
        NAMES,
        few(st.tuples(st.just("FROM"), WORDS), 1),
    )


CONTEXTS = st.builds(
    Context,
    NAMES,
    st.none() | st.just("http://tps.example/"),
    st.none() | st.integers(0, 255),
    st.just(()),
    st.none() | DIGITS,
    st.just(()),
)


@st.composite
def settings(draw: st.DrawFn) -> Settings:
    points = tuple(f"point-{number}" for number in range(draw(st.integers(0, 2))))
    all_proxies = tuple(f"proxy-{number}" for number in range(draw(st.integers(0, 2)))) if points else ()
    return Settings(
        tuple(draw(access_points(one)) for one in points),
        tuple(draw(proxies(one, points)) for one in all_proxies),
        draw(st.lists(applications(points, all_proxies), max_size=2).map(tuple)),
        draw(st.none() | CONTEXTS),
        draw(NAMES),
    )


SETTINGS = settings()
