"""Messages from the queue to a device: nothing that was acknowledged is lost, whatever a gateway does, and a device is configured in the end."""

from __future__ import annotations

import hmac
import json
import threading
import time
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from centre import PASSWORD, Centre
from hypothesis import given, settings
from hypothesis import strategies as st
from serving import N80, Ask, start_server

from ccpp.errors import UsageError
from ccpp.provisioning.sms import SmsError, decode_segment
from ccpp.provisioning.user_agent.simulated import Terminal, receive, settings_of
from ccpp.server.gateways.gateway import Errand, GatewayError
from ccpp.server.gateways.smpp import Centre as Address
from ccpp.server.gateways.smpp import SmppGateway
from ccpp.server.gateways.webhook import Webhook, wait_of
from ccpp.server.observing import Observer
from ccpp.server.options import Options
from ccpp.server.sending import Sender, make_gateway, pause
from ccpp.storage.database.opening import Database, StorageError
from ccpp.storage.database.outbox import (
    Letter,
    Message,
    MessageState,
    Part,
    Sending,
    claim_messages,
    expire_messages,
    find_message,
    put_message,
)
from ccpp.storage.database.subscribers import open_keys, rotate
from ccpp.storage.database.tables import OUTBOX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ccpp.server.gateways.gateway import Gateway
    from ccpp.server.service import Service
    from ccpp.storage.database.secrecy import Keys

IMSI, PIN, NUMBER = "262011234567890", "73914", "+358401234567"
ACCOUNT = f"""imsi = "{IMSI}"
[access.internet]
name = "Packets"
apn = "internet.example"
authentication = "PAP"
user = "alice"
password = "very-secret-password"
"""
MASTER = b"k" * 32
QUICK: dict[str, float] = {"answer": 0.2, "quiet": 1_000.0}


class Bench(NamedTuple):
    """What a sender needs of a service."""

    options: Options
    database: Database
    keys: Keys


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    database = Database(f"sqlite:///{tmp_path / 'server.sqlite'}")
    database.prepare()
    yield Bench(Options(gateway="smpp://"), database, open_keys(database, MASTER, 1.0))
    database.close()


def queue(bench: Bench, name: str, *contents: bytes, expires: float = 1e6, key: str | None = None) -> Message:
    message = Message(name, MessageState.QUEUED, (None,) * len(contents), 0, 0.0, 0.0, expires, 0.0, None)
    letter = Letter(NUMBER, tuple(Part(one, header=True, coding=4) for one in contents))
    return put_message(bench.database, bench.keys, message, letter, Sending("test", "r", key))


def state_of(bench: Bench, name: str) -> Message:
    found = find_message(bench.database, name)
    assert found
    return found


class Turns:
    """A sender whose time goes on as it is told, by an hour for each turn."""

    def __init__(self, bench: Any, gateway: Gateway) -> None:  # noqa: ANN401  what a sender needs of a service
        self.now = 10.0
        self.told: list[bytes] = []
        observer = Observer(lines=False, write=self.told.append)
        self.sender = Sender(bench, gateway, observer, clock=lambda: self.now, chance=lambda: 1.0)
        self.gateway = gateway

    def take(self, times: int = 1, seconds: float = 3_600.0) -> None:
        for _ in range(times):
            self.sender.turn()
            self.now += seconds


_MADE: list[SmppGateway] = []


def centre_of(centre: Centre, **more: Any) -> SmppGateway:  # noqa: ANN401  fields of a centre
    _MADE.append(SmppGateway(Address("127.0.0.1", centre.port, "ccpp", PASSWORD, **{**QUICK, **more})))
    return _MADE[-1]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Every connection to a centre is closed at the end."""
    yield
    while _MADE:
        _MADE.pop().close()


# A centre by SMPP.


def test_short_messages_are_submitted_as_they_are(bench: Bench) -> None:
    with Centre() as centre:
        queue(bench, "a", b"\x06one", b"\x06two", expires=3_610.0)
        turns = Turns(bench, centre_of(centre, source="12345"))
        turns.take()
        assert [one.user_data for one in centre.taken] == [b"\x06one", b"\x06two"]
        assert {one[:5] for one in centre.taken} == {("12345", NUMBER.lstrip("+"), 0x40, 4, "000000010000000R")}
        found = state_of(bench, "a")
        assert (found.state, found.receipts, found.attempts, found.error) == (MessageState.SENT, ("m-1", "m-2"), 1, None)
        turns.take(2)
        assert (len(centre.taken), centre.binds) == (2, 1)
        turns.gateway.close()
        assert centre.unbinds == 1


def test_what_was_sent_is_no_longer_there(bench: Bench) -> None:
    with Centre() as centre:
        queue(bench, "a", b"\x06one")
        with bench.database.reading() as connection:
            [before] = connection.execute(OUTBOX.select()).all()
        assert before.sealed
        assert b"one" not in before.sealed
        assert NUMBER.encode() not in before.sealed
        Turns(bench, centre_of(centre)).take()
        with bench.database.reading() as connection:
            [after] = connection.execute(OUTBOX.select()).all()
        assert (after.sealed, after.data_key) == (None, None)


#: What a centre may do, and how many copies of the short message it may have more for it.
FAULTS = ["ok", "throttle", "full", "drop", "lose", "late:0.3", "twice", "garbage"]


SCRIPTS = st.lists(st.sampled_from(FAULTS), max_size=8), st.integers(1, 3), st.integers(1, 3)


@settings(max_examples=5, deadline=None, derandomize=True)
@given(*SCRIPTS)
def test_nothing_is_lost_and_only_what_had_no_answer_comes_twice(
    tmp_path_factory: pytest.TempPathFactory, script: list[str], messages: int, window: int
) -> None:
    delivered(tmp_path_factory, script, messages, window)


@pytest.mark.long
@settings(max_examples=60, deadline=None)
@given(*SCRIPTS)
def test_nothing_is_lost_whatever_happens(
    tmp_path_factory: pytest.TempPathFactory, script: list[str], messages: int, window: int
) -> None:
    delivered(tmp_path_factory, script, messages, window)


def delivered(tmp_path_factory: pytest.TempPathFactory, script: list[str], messages: int, window: int) -> None:
    """Messages through a centre that does all of that, one after the other."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('queue') / 'server.sqlite'}")
    database.prepare()
    bench = Bench(Options(), database, open_keys(database, MASTER, 1.0))
    sent = [(f"m{number}", [b"\x06%d-%d" % (number, part) for part in range(3)]) for number in range(messages)]
    with Centre(script) as centre:
        for name, contents in sent:
            queue(bench, name, *contents)
        turns = Turns(bench, centre_of(centre, window=window))
        turns.take(len(script) + 2)
        turns.gateway.close()
        taken = Counter(one.user_data for one in centre.taken)
        assert {state_of(bench, name).state for name, _ in sent} == {MessageState.SENT}
        assert set(taken) == {content for _, contents in sent for content in contents}
        # A connection that ends takes the responses of all that stood in the window with it.
        ends = sum(one in {"lose", "drop", "garbage", "late:0.3"} for one in script)
        assert sum(taken.values()) - len(taken) <= ends * window
        if not ends:
            assert set(taken.values()) == {1}
    database.close()


def test_a_centre_that_is_given_too_much_is_left_alone_for_longer_and_longer(bench: Bench) -> None:
    with Centre(["throttle"] * 3) as centre:
        queue(bench, "a", b"\x06one")
        turns = Turns(bench, centre_of(centre))
        dues = []
        for _ in range(3):
            turns.take(seconds=0.0)
            dues.append(state_of(bench, "a").due - turns.now)
            assert not turns.sender.turn()  # it is not tried before its time
            turns.now = state_of(bench, "a").due
        assert dues == pytest.approx([2.0, 4.0, 8.0])
        assert state_of(bench, "a").error == "the centre answers with ESME_RTHROTTLED"
        turns.take()
        assert state_of(bench, "a").state is MessageState.SENT


def test_a_number_that_there_is_not_is_given_up_at_once(bench: Bench) -> None:
    with Centre(["ok", "refuse"]) as centre:
        queue(bench, "a", b"\x06one", b"\x06two", b"\x06three")
        queue(bench, "b", b"\x06four")
        turns = Turns(bench, centre_of(centre, window=1))
        turns.take(3)
        assert [one.user_data for one in centre.taken] == [b"\x06one", b"\x06four"]
        found = state_of(bench, "a")
        assert (found.state, found.error) == (MessageState.FAILED, "the centre answers with ESME_RINVDSTADR")
        assert state_of(bench, "b").state is MessageState.SENT


def test_who_is_not_let_in_says_so_and_tries_again(bench: Bench) -> None:
    with Centre(system_id="other") as centre:
        queue(bench, "a", b"\x06one")
        turns = Turns(bench, centre_of(centre))
        turns.take(2)
        found = state_of(bench, "a")
        assert (found.state, found.attempts) == (MessageState.QUEUED, 2)
        assert found.error == "the centre answers bind_transceiver with ESME_RINVPASWD"
        assert PASSWORD.encode() not in b"".join(turns.told)
        assert PASSWORD not in repr(Address("a", 1, "ccpp", PASSWORD))


def test_a_link_is_tried_and_a_session_without_use_ends() -> None:
    now = [0.0]
    with Centre() as centre:
        address = Address("127.0.0.1", centre.port, "ccpp", PASSWORD, quiet=30.0, idle=100.0, answer=2.0)
        gateway = SmppGateway(address, clock=lambda: now[0])
        letter = Letter(NUMBER, (Part(b"\x06one", header=True, coding=4),))
        assert [one.receipt for one in gateway.deliver([Errand("a", letter, (0,), 60.0)])] == ["m-1"]
        gateway.rest()
        assert centre.links == 0
        now[0] = 31.0
        gateway.rest()
        assert centre.links == 1
        centre.ask_link()
        for _ in range(100):
            gateway.rest()
            if any(one[4:8] == b"\x80\0\0\x15" for one in centre.stream):
                break
            threading.Event().wait(0.01)
        assert any(one[4:8] == b"\x80\0\0\x15" for one in centre.stream)
        now[0] = 132.0
        gateway.rest()
        assert centre.unbinds == 1
    with pytest.raises(GatewayError, match="the connection failed"):
        list(gateway.deliver([Errand("a", letter, (0,), 60.0)]))


def test_a_receipt_that_cannot_be_noted_is_noted_first_of_all(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from ccpp.server import sending  # noqa: PLC0415  whose database fails for a while

    note, broken = sending.note_receipt, [True]

    def failing(*arguments: Any) -> None:  # noqa: ANN401  those of the function
        if broken[0]:
            raise StorageError("the disk is full")
        note(*arguments)

    monkeypatch.setattr(sending, "note_receipt", failing)
    with Centre() as centre:
        queue(bench, "a", b"\x06one")
        turns = Turns(bench, centre_of(centre))
        turns.take()
        with pytest.raises(StorageError):
            turns.take()
        broken[0] = False
        turns.take()
        assert (state_of(bench, "a").state, len(centre.taken)) == (MessageState.SENT, 1)


# The queue.


def test_a_message_is_one_process_s_until_its_lease_is_over(bench: Bench) -> None:
    queue(bench, "a", b"\x06one")
    [(first, letter)] = claim_messages(bench.database, bench.keys, 10.0, 120.0, 10)
    assert (first.attempts, letter.to, letter.parts[0].user_data) == (1, NUMBER, b"\x06one")
    assert NUMBER not in repr(letter)
    assert claim_messages(bench.database, bench.keys, 129.0, 120.0, 10) == []
    [(second, _)] = claim_messages(bench.database, bench.keys, 131.0, 120.0, 10)
    assert second.attempts == 2


def test_one_request_makes_one_message(bench: Bench) -> None:
    assert queue(bench, "a", b"\x06one", key="k").id == "a"
    assert queue(bench, "b", b"\x06one", key="k").id == "a"
    assert find_message(bench.database, "b") is None


def test_what_is_past_its_use_is_given_up_and_forgotten(bench: Bench) -> None:
    queue(bench, "a", b"\x06one", expires=100.0)
    assert expire_messages(bench.database, 99.0, 1_000.0) == 0
    assert expire_messages(bench.database, 100.0, 1_000.0) == 1
    assert state_of(bench, "a").state is MessageState.EXPIRED
    assert claim_messages(bench.database, bench.keys, 200.0, 120.0, 10) == []
    expire_messages(bench.database, 1_101.0, 1_000.0)
    assert find_message(bench.database, "a") is None


def test_messages_are_sealed_anew_with_the_keys(bench: Bench) -> None:
    queue(bench, "a", b"\x06one")
    assert rotate(bench.database, MASTER, b"n" * 32, 2.0, "test") == 1
    keys = open_keys(bench.database, b"n" * 32, 3.0)
    [(_, letter)] = claim_messages(bench.database, keys, 10.0, 120.0, 10)
    assert letter.parts[0].user_data == b"\x06one"


@given(st.integers(1, 10_000), st.floats(0.0, 1.0))
def test_pauses_grow_and_have_an_end(attempt: int, chance: float) -> None:
    assert 1.0 <= pause(attempt, chance) <= 300.0
    assert pause(attempt + 1, 0.0) >= pause(attempt, 0.0)


# A webhook.


class Receiver:
    """What a webhook's receiver got, and what it answers one after the other: a status, or a status and a header."""

    def __init__(self, *answers: tuple[int, dict[str, str]]) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        left = list(answers)
        got = self.got

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                status, fields = left.pop(0) if left else (204, {})
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/sms"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Callable[..., Receiver]]:
    made: list[Receiver] = []

    def make(*answers: tuple[int, dict[str, str]]) -> Receiver:
        made.append(Receiver(*answers))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def test_a_webhook_is_signed_and_says_what_is_to_be_sent(bench: Bench, receiver: Callable[..., Receiver]) -> None:
    one = receiver((202, {}))
    queue(bench, "a", b"\x06one", b"\x06two")
    turns = Turns(bench, Webhook(one.url, b"hush", clock=lambda: 10.0))
    turns.take(2)
    assert state_of(bench, "a").state is MessageState.SENT
    [(headers, body)] = one.got
    signed = b"a.10." + body
    expected = "v1," + b64encode(hmac.digest(b"hush", signed, "sha256")).decode()
    assert headers["webhook-signature"] == expected
    assert json.loads(body) == {
        "id": "a",
        "to": NUMBER,
        "until": 1_000_000,
        "messages": [
            {"number": 1, "userData": "066f6e65", "header": True, "coding": 4},
            {"number": 2, "userData": "0674776f", "header": True, "coding": 4},
        ],
        "attempt": 1,
        "of": 2,
    }


@pytest.mark.parametrize(
    ("answer", "state", "wait"),
    [
        ((503, {"Retry-After": "77"}), MessageState.QUEUED, 77.0),
        ((429, {}), MessageState.QUEUED, 2.0),
        ((500, {"Retry-After": "soon"}), MessageState.QUEUED, 2.0),
        ((410, {}), MessageState.FAILED, 0.0),
        ((302, {"Location": "http://127.0.0.1:1/"}), MessageState.FAILED, 0.0),
    ],
)
def test_a_receiver_says_later_or_never(
    bench: Bench, receiver: Callable[..., Receiver], answer: tuple[int, dict[str, str]], state: MessageState, wait: float
) -> None:
    one = receiver(answer)
    queue(bench, "a", b"\x06one")
    turns = Turns(bench, Webhook(one.url, b"hush", clock=lambda: 10.0))
    turns.take(seconds=0.0)
    found = state_of(bench, "a")
    assert (found.state, found.error) == (state, f"the receiver answers with status {answer[0]}")
    if state is MessageState.QUEUED:
        assert found.due == 10.0 + wait
        turns.now = found.due
        turns.take()
        assert state_of(bench, "a").state is MessageState.SENT


def test_a_receiver_that_is_not_there_is_tried_again(bench: Bench, receiver: Callable[..., Receiver]) -> None:
    one = receiver()
    one.stop()
    queue(bench, "a", b"\x06one")
    turns = Turns(bench, Webhook(one.url, b"hush"))
    turns.take()
    assert state_of(bench, "a").error == "the connection failed: Connection refused"


@pytest.mark.parametrize(
    ("text", "seconds"), [("5", 5.0), ("", 0.0), ("-1", 0.0), ("Thu, 01 Jan 1970 00:01:00 GMT", 50.0), ("9999999", 3_600.0)]
)
def test_how_long_to_wait(text: str, seconds: float) -> None:
    assert wait_of(text, 10.0) == seconds


# Processes.


@pytest.mark.long
def test_a_process_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    """Killed in the middle of 20 bootstraps whose centre is slow, and begun again: each arrives, whole."""
    key = {"CCPP_SERVE_KEY": "6b" * 32, "CCPP_SERVE_GATEWAY_SECRET": PASSWORD, "CCPP_SERVE_GATEWAY_SECONDS": "2"}
    key["CCPP_SERVE_DATABASE"] = f"sqlite:///{tmp_path / 'server.sqlite'}"
    body = {"uri": N80, "account": ACCOUNT, "security": "NETWPIN", "send": True, "to": NUMBER}
    with Centre(["late:0.05"] * 200) as centre:
        first = start_server(tmp_path / "log", "--demo", "--gateway", centre.url, **key)
        first.wait()
        places = []
        for number in range(20):
            headers = {"Content-Type": "application/json", "Idempotency-Key": f"order-{number}"}
            answer = first.ask("POST", "/v1/bootstrap", json.dumps(body).encode(), headers)
            assert answer.status == 202
            places.append(answer.headers["location"])
        assert first.ask("POST", "/v1/bootstrap", json.dumps(body).encode(), headers).headers["location"] == places[-1]
        first.kill()
        before = len(centre.taken)
        second = start_server(tmp_path / "log", "--demo", "--gateway", centre.url, **key)
        try:
            second.wait()
            for _ in range(300):
                found = [json.loads(second.ask("GET", place).body) for place in places]
                if all(one["state"] == "sent" for one in found):
                    break
                time.sleep(0.1)
            figures = second.ask("GET", "/metrics").body.decode()
        finally:
            second.stop()
        parts = found[0]["parts"]
        assert before < 20 * parts
        assert [(one["state"], one["sent"]) for one in found] == [("sent", parts)] * 20
        # What stood in the window of the process that was killed, ten at most, may have come twice.
        assert 20 * parts <= len(centre.taken) <= 20 * parts + 10
        assert 'ccpp_messages_total{outcome="sent"}' in figures
        log = (tmp_path / "log").read_text()
        assert not [secret for secret in (PASSWORD, NUMBER, IMSI, "very-secret-password") if secret in log + figures]


# What a gateway is.


@pytest.mark.parametrize(
    ("url", "secret", "said"),
    [
        ("ftp://a", "x", "no gateway"),
        ("smpp://ccpp@a", "x", "no centre"),
        ("smpp://ccpp@a:2775", "", "gateway_secret"),
        ("smpp://ccpp@a:2775", "x" * 9, "8 characters"),
        ("http://sms.example/", "x", "this machine"),
    ],
)
def test_what_is_no_gateway_is_said(url: str, secret: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as error:
        make_gateway(Options(gateway=url, gateway_secret=secret))
    assert secret not in str(error.value) or len(secret) < 2


def test_without_a_gateway_nothing_is_queued(ask: Ask) -> None:
    body = {"uri": N80, "account": ACCOUNT, "security": "NETWPIN", "send": True, "to": NUMBER}
    assert "no gateway" in ask.json("/v1/bootstrap", body, 400)["detail"]
    assert ask("GET", "/v1/messages/nothing").status == 404
    assert make_gateway(Options()) is None


def test_a_source_is_a_number() -> None:
    with pytest.raises(SmsError, match="source is no telephone number"):
        make_gateway(Options(gateway="smpp://ccpp@a:2775", gateway_secret="x", gateway_source="us"))  # noqa: S106  none
    assert make_gateway(Options(gateway="smpps://a:2775", gateway_secret="x", gateway_source="+1")) is not None  # noqa: S106


def test_a_bare_terminal_is_configured_by_what_the_centre_took(service: Service, ask: Ask) -> None:
    """Queued over HTTP, sealed, submitted through a connection that is lost on the way, received, checked, and in force."""
    keys = open_keys(service.database, MASTER, 1.0)
    options = replace(service.options, gateway="smpp://ccpp@127.0.0.1:1", message_seconds=1e10)
    told = Ask(replace(service, keys=keys, options=options))
    body = {"uri": N80, "account": ACCOUNT, "security": "USERNETWPIN", "pin": PIN, "send": True}
    assert "telephone number" in told.json("/v1/bootstrap", {**body, "to": "nobody"}, 400)["detail"]
    made = told("POST", "/v1/bootstrap", json.dumps({**body, "to": NUMBER}).encode(), content_type="application/json")
    again = json.loads(made.body)
    location = dict(made.headers)["Location"]
    assert (made.status, location) == (202, f"/v1/messages/{again['message']}")
    assert json.loads(ask("GET", location).body)["state"] == "queued"
    with Centre(["ok", "lose", "throttle", "drop"]) as centre:
        turns = Turns(Bench(options, service.database, keys), centre_of(centre))
        turns.now = 1e9
        turns.take(8)
        turns.gateway.close()
        found = json.loads(ask("GET", location).body)
        assert (found["state"], found["sent"], found["parts"]) == ("sent", len(again["messages"]), len(again["messages"]))
        assert len(centre.taken) > found["parts"]  # one answer was lost, so that one came twice
        terminal, codes = Terminal(IMSI), []
        for one in centre.taken:
            assert one.to == NUMBER.lstrip("+")
            decode_segment(one.user_data)
            terminal, remarks = receive(terminal, one.user_data, pin=PIN)
            codes += [remark.code for remark in remarks]
    assert codes.count("accepted") == 1
    held = {access.address: access for access in settings_of(terminal, 0).access_points}
    assert held["internet.example"].credentials[0].name == "alice"
