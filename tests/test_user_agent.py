"""The rules of a user agent, case by case: one document, several of one context, what the terminal cannot do, who may bootstrap, proxies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import SUITE

from ccpp.errors import UsageError
from ccpp.provisioning.bootstrap import CONTENT_TYPE, MediaType, Secret, Security, compute_mac, imsi_semi_octets, user_pin_mac
from ccpp.provisioning.card.layout import Place, Storage, make_card
from ccpp.provisioning.connectivity.document import Characteristic, ConnectivityDocument, Parm
from ccpp.provisioning.connectivity.wbxml import encode_connectivity
from ccpp.provisioning.connectivity.xml import read_connectivity
from ccpp.provisioning.push import Push, encode_push
from ccpp.provisioning.sms import encode_segment, segment
from ccpp.provisioning.user_agent.choosing import (
    Ask,
    Here,
    Way,
    choose_domains,
    point_identity,
    proxy_identity,
    retried_uri,
    ways_to,
)
from ccpp.provisioning.user_agent.contexts import Bearer
from ccpp.provisioning.user_agent.merging import merge
from ccpp.provisioning.user_agent.remarks import REMARKS
from ccpp.provisioning.user_agent.simulated import (
    Step,
    Terminal,
    close_navigation,
    effective,
    insert_card,
    navigate,
    proxies_for,
    receive,
    receive_push,
    settings_of,
    update,
)
from ccpp.provisioning.user_agent.supporting import Capabilities, services, support
from ccpp.provisioning.user_agent.understanding import understand

CASES = {
    name: json.loads((SUITE / "user_agent" / f"{name}.json").read_text()) for name in ("domains", "documents", "bootstraps")
}
IMSI, PIN = "001010123456789", "1234"


def document(xml: str) -> ConnectivityDocument:
    return read_connectivity(f"<wap-provisioningdoc>{xml}</wap-provisioningdoc>".encode()).document


def point(name: str, **parms: str | None) -> Characteristic:
    stated = {"NAPID": name, "NAME": name, "NAP-ADDRESS": f"{name}.example"} | parms
    return Characteristic("NAPDEF", tuple(Parm(key.replace("_", "-"), value) for key, value in stated.items()))


def proxy(name: str, to: str, *parms: Parm, inner: tuple[Characteristic, ...] = ()) -> Characteristic:
    gateway = Characteristic("PXPHYSICAL", (Parm("PHYSICAL-PROXY-ID", "g"), Parm("PXADDR", "192.0.2.1"), Parm("TO-NAPID", to)))
    return Characteristic("PXLOGICAL", (Parm("PROXY-ID", name), Parm("NAME", name), *parms), (*inner, gateway))


def bootstrap(server: str | None = None, **parms: str) -> Characteristic:
    stated = ({"PROVURL": server} if server else {}) | parms
    return Characteristic("BOOTSTRAP", tuple(Parm(key.replace("_", "-"), value) for key, value in stated.items()))


def whole(*characteristics: Characteristic) -> ConnectivityDocument:
    return ConnectivityDocument(characteristics, "1.0")


@pytest.mark.parametrize("case", CASES["documents"], ids=lambda case: case["description"])
def test_what_is_ignored(case: dict[str, Any]) -> None:
    understood = understand(document(case["xml"]))
    bearers, known = (frozenset(case[name]) if name in case else None for name in ("bearers", "services"))
    supported = support(understood.document, Capabilities(bearers, known))
    remarks = (*understood.remarks, *supported.remarks)
    assert [remark.code for remark in remarks] == case["remarks"]
    assert all(remark.message and remark.severity for remark in remarks)
    assert case.get("holds", "") in repr(supported.document)
    assert understand(supported.document).remarks == ()
    assert support(supported.document, Capabilities(bearers, known)) == (supported.document, ())


@pytest.mark.parametrize("request_", CASES["domains"]["requests"], ids=lambda case: case["uri"])
def test_which_domains_fit_a_request(request_: dict[str, Any]) -> None:
    """The first six are the example of WAP-185 §7."""
    assert sorted(choose_domains(CASES["domains"]["domains"], request_["uri"])) == request_["fits"]


def test_the_best_proxy_is_the_one_whose_domain_says_most() -> None:
    assert choose_domains(CASES["domains"]["domains"], "http://www.op.net/secure/account/") == (1, 2, 3, 4)
    held = whole(
        point("a"),
        proxy("home", "a"),
        proxy("near", "a", Parm("DOMAIN", ".example"), Parm("DOMAIN", "shop.example")),
        proxy("also", "a", Parm("DOMAIN", "shop.example")),
    )
    terminal = Terminal(IMSI).remembering(accepted(held).contexts)
    assert proxies_for(terminal, "http://shop.example/") == ("near", "also", "home")
    assert proxies_for(terminal, "http://other.test/") == ("home",)
    assert proxies_for(terminal, "nothing") == ()


# Several documents of one context.


def test_lower_priority_adds_and_never_overwrites() -> None:
    high = whole(
        bootstrap("http://tps.example/", NAME="card"),
        point("a"),
        proxy("p", "a", Parm("DOMAIN", "x.example"), Parm("STARTPAGE", "http://card.example/")),
    )
    more = Characteristic("PXPHYSICAL", (Parm("PHYSICAL-PROXY-ID", "h"), Parm("PXADDR", "192.0.2.2"), Parm("TO-NAPID", "b")))
    low = whole(
        bootstrap("http://other.example/", CONTEXT_ALLOW="2"),
        point("a", NAP_ADDRESS="other.example"),
        point("b"),
        Characteristic(
            "PXLOGICAL",
            (Parm("PROXY-ID", "p"), Parm("STARTPAGE", "http://low.example/"), Parm("DOMAIN", "y.example"), Parm("TRUST")),
            (more,),
        ),
        Characteristic("APPLICATION", (Parm("APPID", "w2"),)),
    )
    merged = merge([high, low])
    held = merged.document
    (context,), (one,) = held.within("BOOTSTRAP"), held.within("PXLOGICAL")
    assert (context.first("PROVURL"), context.first("NAME"), context.first("CONTEXT-ALLOW")) == (
        "http://tps.example/", "card", "2",
    )  # fmt: skip
    assert [each.first("NAP-ADDRESS") for each in held.within("NAPDEF")] == ["a.example", "b.example"]
    assert (one.first("STARTPAGE"), one.all("DOMAIN"), one.has("TRUST")) == (
        "http://card.example/", ("x.example", "y.example"), True,
    )  # fmt: skip
    assert [each.first("PHYSICAL-PROXY-ID") for each in one.within("PXPHYSICAL")] == ["g", "h"]
    assert held.within("APPLICATION")
    assert {remark.code for remark in merged.remarks} == {"lower-priority"}
    assert merge([held, low]).document == held
    assert merge([high]).document == high


def test_services_of_a_gateway_are_its_own_and_its_proxys() -> None:
    port = Characteristic("PORT", (Parm("PORTNBR", "9201"),))
    named = Characteristic("PORT", (Parm("PORTNBR", "8080"), Parm("SERVICE", "CL-WSP"), Parm("SERVICE", "CO-SEC-WSP")))
    odd = Characteristic("PORT", (Parm("PORTNBR", "80"),))
    logical, physical = proxy("p", "a", inner=(port, odd)), Characteristic("PXPHYSICAL", (), (named,))
    assert services(logical, physical) == ("CL-WSP", "CO-SEC-WSP", "CO-WSP")


@pytest.mark.parametrize(
    ("parms", "client", "expected"),
    [
        ((Parm("PXAUTH-ID", "me"), Parm("PXAUTH-PW", "")), "dev", ("me", "")),
        ((Parm("PXAUTH-ID", ""), Parm("PXAUTH-PW", "x")), "dev", (Ask.USER, "x")),
        ((), "dev", ("dev", Ask.USER)),
        ((), "", (Ask.DEVICE, Ask.USER)),
        ((), None, (Ask.USER, Ask.USER)),
    ],
)
def test_who_the_terminal_says_it_is(parms: tuple[Parm, ...], client: str | None, expected: object) -> None:
    stated = Characteristic("PXAUTHINFO", (Parm("PXAUTH-TYPE", "HTTP-BASIC"), *parms))
    identity = () if client is None else (Characteristic("CLIENTIDENTITY", (Parm("CLIENT-ID", client),)),)
    assert proxy_identity(proxy("p", "a", inner=(stated,)), whole(*identity)) == expected


def test_who_it_says_it_is_to_an_access_point() -> None:
    stated = Characteristic("NAPAUTHINFO", (Parm("AUTHTYPE", "PAP"), Parm("AUTHNAME", ""), Parm("AUTHSECRET")))
    one = point("a")._replace(characteristics=(stated,))
    assert point_identity(one, "PAP") == ("", Ask.USER)
    assert point_identity(one, "CHAP") == (Ask.USER, Ask.USER)


def test_short_messages_are_awaited_and_seen_again() -> None:
    data, typed = push(context(0), "USERNETWPIN")
    first, *others = [encode_segment(part) for part in segment(data, reference=3)]
    terminal, remarks = receive(Terminal(IMSI), first)
    assert [(remark.code, remark.details) for remark in remarks] == [("waiting", ("1", str(1 + len(others))))]
    terminal, remarks = receive(terminal, first)
    assert [remark.code for remark in remarks] == ["repeated-segment", "waiting"]
    for one in others:
        terminal, remarks = receive(terminal, one, pin=typed)
    assert (remarks[0].code, terminal.inbox) == ("accepted", ())


def test_the_ways_to_a_proxy_are_by_priority_and_valid_here_and_now() -> None:
    def valid(**parms: str) -> Characteristic:
        return Characteristic("VALIDITY", tuple(Parm(name, value) for name, value in parms.items()))

    abroad = point("abroad")._replace(characteristics=(valid(COUNTRY="002", NETWORK="01"),))
    home = point("home")._replace(characteristics=(valid(COUNTRY="001", NETWORK="01, 02"), valid(COUNTRY="003")))
    brief = point("brief", INTERNET=None)._replace(characteristics=(valid(VALIDUNTIL="60"),))
    gateway = Characteristic(
        "PXPHYSICAL",
        (Parm("PHYSICAL-PROXY-ID", "h"), *(Parm("TO-NAPID", name) for name in ("abroad", "home", "INTERNET", "nowhere"))),
    )
    held = whole(abroad, home, brief, point("net", INTERNET=None), proxy("p", "net", inner=(gateway,)), proxy("q", "home"))
    expected = (Way("h", "home"), Way("h", "brief"), Way("h", "net"), Way("g", "net"))
    assert ways_to(held, "p", Here("001", "02", 60)) == expected
    assert ways_to(held, "p", Here("003", "99", 61)) == (Way("h", "home"), Way("h", "net"), Way("g", "net"))
    assert ways_to(held, "p", Here("002", "01", 61)) == (Way("h", "abroad"), Way("h", "net"), Way("g", "net"))
    assert ways_to(held, "nobody", Here("001", "01")) == ()


def test_half_a_message_does_not_keep_out_a_later_one_of_the_same_number() -> None:
    lost, _ = push(context(0), "USERPIN")
    data, typed = push(context(1), "USERNETWPIN")
    parts = [encode_segment(part) for part in segment(data, reference=3)]
    terminal, _ = receive(Terminal(IMSI), encode_segment(segment(lost, reference=3)[0]))
    assert len(terminal.inbox) == 1
    for one in parts:
        terminal, remarks = receive(terminal, one, pin=typed)
    assert remarks[0].code == "accepted"


# Who may bootstrap.


def push(held: ConnectivityDocument, method: str | None, pin: str | None = PIN) -> tuple[bytes, str | None]:
    """A push of a document by a method, and what its user types: for USERPINMAC the number that was told."""
    data = encode_connectivity(held)
    if method is None:
        return encode_push(Push(MediaType(CONTENT_TYPE), data)), pin
    security = Security[method]
    if security is Security.USERPINMAC:
        return encode_push(Push(MediaType(CONTENT_TYPE, security), data)), user_pin_mac(data, "73914")
    mac = compute_mac(security, Secret(pin=PIN, network=imsi_semi_octets(IMSI)), data)
    return encode_push(Push(MediaType(CONTENT_TYPE, security, mac), data)), pin


def offer(terminal: Terminal, held: ConnectivityDocument, method: str | None, pin: str | None = PIN) -> Step:
    data, typed = push(held, method, pin)
    return receive_push(terminal, data, pin=typed)


def accepted(held: ConnectivityDocument) -> Terminal:
    return offer(Terminal(IMSI), held, "USERNETWPIN").terminal


def context(number: int, allow: str | None = None) -> ConnectivityDocument:
    parms = {"CONTEXT_ALLOW": allow} if allow else {}
    return whole(bootstrap(f"http://tps{number}.example/", **parms), point("a"), proxy("p", "a", Parm("TRUST")))


@pytest.mark.parametrize("case", CASES["bootstraps"], ids=lambda case: case["description"])
def test_which_bootstraps_are_accepted(case: dict[str, Any]) -> None:
    methods = frozenset(Security[name] for name in case.get("methods", Security.__members__))
    card = make_card(Storage({Place.BOOTSTRAP: encode_connectivity(context(0))})) if case.get("card") else None
    terminal = Terminal(IMSI, Capabilities(methods=methods, further=case.get("further", 0 if card else 3)), card)
    for number, method in enumerate(case["contexts"]):
        terminal, remarks = offer(terminal, context(number, case.get("allow") if number == 0 else None), method)
        assert [remark.code for remark in remarks] == ["accepted"]
    step = offer(terminal, context(0 if case.get("same") else 50), case["method"], case.get("pin", PIN))
    assert [remark.code for remark in step.remarks] == [case["remark"]]
    if "context" in case:
        assert step.remarks[0].details == (case["context"],)
        assert len(step.terminal.contexts) == len(terminal.contexts) + 1
    else:
        assert step.terminal == terminal


def test_a_broadcast_is_for_one_network_and_may_come_again() -> None:
    held = whole(bootstrap(None, COUNTRY="001", NETWORK="01"), point("a"))
    data, _ = push(held, None)
    here = {"bearer": Bearer.BROADCAST, "network": ("001", "01")}
    terminal, remarks = receive_push(Terminal(IMSI), data, **here)  # type: ignore[arg-type]  # two keywords
    assert (remarks[0].code, remarks[0].details) == ("accepted", ("privileged",))
    changed = whole(bootstrap(None, COUNTRY="001", NETWORK="01"), point("b"))
    terminal, _ = receive_push(terminal, push(changed, None)[0], **here)  # type: ignore[arg-type]  # two keywords
    assert [one.id for one in settings_of(terminal).access_points] == ["b"]
    for network, other in ((("001", "02"), data), (("001", "01"), push(whole(point("a")), None)[0])):
        step = receive_push(terminal, other, bearer=Bearer.BROADCAST, network=network)
        assert step == (terminal, step.remarks)
        assert step.remarks[0].code == "other-network"


# Servers and master proxies.


def test_only_the_provisioning_server_by_a_trusted_proxy_changes_a_context() -> None:
    held = whole(bootstrap("http://tps.example/a"), point("a"), proxy("p", "a", Parm("TRUST")), proxy("q", "a"))
    terminal = accepted(held)
    new = whole(bootstrap("http://tps.example/a"), point("b"), proxy("p", "b", Parm("TRUST")))
    for origin, by in (("http://evil.example/", "p"), ("http://tps.example/b", "q"), ("http://tps.example/b", "nobody")):
        step = update(terminal, 0, new, origin=origin, proxy=by)
        assert (step.terminal, step.remarks[0].code) == (terminal, "not-trusted")
    step = update(terminal, 0, new, origin="http://TPS.example/b", proxy="p")
    assert step.remarks[0].code == "updated"
    assert [one.id for one in settings_of(step.terminal).access_points] == ["b"]
    both = offer(accepted(context(0, "1")), context(1), "USERPIN").terminal
    stolen = update(both, 1, context(0), origin="http://tps1.example/", proxy="p")
    assert stolen.remarks[0].code == "known-context"
    changed = update(both, 1, context(1)._replace(version="1.1"), origin="http://tps1.example/", proxy="p").terminal
    assert [one.privileged for one in changed.contexts] == [True, False]
    with pytest.raises(UsageError, match="no context 2"):
        effective(both, 2)


def test_a_master_proxy_leads_elsewhere_for_a_while() -> None:
    static = whole(point("a"), proxy("m", "a", Parm("MASTER")), proxy("s", "a", Parm("DOMAIN", "shop.example")))
    terminal = accepted(static)
    told = whole(point("b"), proxy("n", "b", Parm("DOMAIN", "shop.example")))
    assert navigate(terminal, 0, told, proxy="s").remarks[0].code == "not-master"
    step = navigate(terminal, 0, told, proxy="m")
    assert proxies_for(step.terminal, "http://shop.example/") == ("n", "s", "m")
    assert effective(step.terminal).document == effective(terminal).document
    assert proxies_for(close_navigation(step.terminal), "http://shop.example/") == ("s", "m")
    assert retried_uri(told, "http://shop.example/a") == "http://shop.example/a"
    for page, wanted in (
        ("https://shop.example/b", "https://shop.example/b"),
        ("shop.example:8080/c", "http://shop.example:8080/c"),
    ):
        elsewhere = whole(point("b"), proxy("n", "b", Parm("STARTPAGE", page)))
        assert retried_uri(elsewhere, "http://shop.example/a") == wanted
    for wrong in (
        whole(point("b")),
        whole(proxy("n", "b", Parm("DOMAIN", "a"), Parm("DOMAIN", "b"))),
        whole(proxy("n", "b", Parm("TRUST"))),
        whole(proxy("n", "b"), bootstrap("http://evil.example/")),
    ):
        assert navigate(terminal, 0, wrong, proxy="m").remarks[0].code == "not-navigation"


def test_configuration_belongs_to_the_subscriber() -> None:
    terminal = accepted(context(0))
    other = insert_card(terminal, "001010000000001")
    assert other.contexts == ()
    assert insert_card(other, IMSI).contexts == terminal.contexts


def test_messages_that_cannot_be_used_change_nothing() -> None:
    terminal = Terminal(IMSI)
    for data in (b"", b"\x06\x05\x04\x00\x50\x23\xf0", encode_segment(segment(b"no push", reference=1)[0])):
        step = receive(terminal, data)
        assert (step.terminal, step.remarks[0].code) == (terminal, "not-understood")
    corrupt = encode_push(Push(MediaType(CONTENT_TYPE), b"\x03\x0b"))
    assert receive_push(terminal, corrupt).remarks[0].code == "corrupt"
    card = make_card(Storage({Place.BOOTSTRAP: b"\x03\x0b", Place.CONFIG1: encode_connectivity(whole(point("a")))}))
    held = effective(insert_card(terminal, IMSI, card))
    assert [remark.code for remark in held.remarks] == ["corrupt"]
    assert held.document.within("NAPDEF")
    locked = Terminal(IMSI, card=card, verified=frozenset())
    assert [remark.code for remark in effective(locked).remarks] == ["corrupt"]


def test_every_remark_has_a_case() -> None:
    text = (SUITE / "user_agent").glob("*.json")
    told = "".join(path.read_text() for path in text) + Path(__file__).read_text()
    assert [code for code in REMARKS if f'"{code}"' not in told] == []
