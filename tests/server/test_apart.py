"""Documents read in processes apart: the same device, and nothing lost with a process that dies, hangs or loses its server."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from serving import N80, start_server

from ccpp.errors import CcppError, NotXml
from ccpp.intake.accept import Precedence
from ccpp.samples import OVERRIDE, sample
from ccpp.server import apart
from ccpp.server.apart import Apart, Died, TooSlow
from ccpp.server.composing import Recipe, make_composer
from ccpp.server.devices import Document, Given, Sources
from ccpp.server.problems import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ccpp.server.composing import Composer
    from ccpp.server.devices import Device
    from ccpp.vocabulary import Vocabularies

RECIPE = Recipe(Precedence.REQUEST, b'[[overlay]]\nvendor = "Delta"\n[overlay.attributes]\nBitsPerPixel = 31\n')
PHONE = Document(N80, sample("07-delta-n80.rdf"))
NOWHERE = Document("http://nobody.example/", None)
UNREADABLE = Document("urn:ccpp:profile-diff:1", b"<", optional=True)
ASKED = {
    "a document": (Given(document=b"x", headers=(("accept", "text/vnd.wap.wml"),)), Sources((PHONE,), "document")),
    "several": (Given(normalise=True), Sources((PHONE, UNREADABLE, NOWHERE), "reference", stale=True)),
    "an override": (Given(derive=False, overrides=(sample(OVERRIDE[0]),)), Sources((PHONE,), "reference")),
    "hints": (Given(headers=(("sec-ch-ua-mobile", "?1"),)), Sources((), "unknown")),
    "nothing": (Given(), Sources((), "unknown")),
}
PHONE_ALONE = Given(), Sources((PHONE,), "document")


@pytest.fixture(scope="module")
def here(vocabularies: Vocabularies) -> Composer:
    return make_composer(RECIPE, vocabularies)


class Told(list[dict[str, Any]]):
    def __call__(self, _event: str, _level: str = "info", **details: object) -> None:
        self.append(details)


@pytest.fixture(scope="module")
def one(here: Composer) -> Iterator[Apart]:
    """A process, which may be another after each test."""
    made = Apart(RECIPE, here, 1, 30.0, Told())
    made._start()
    assert len(made.readers) == 1
    yield made
    [reader] = made.readers
    made.stop()
    assert reader.process.exitcode == -signal.SIGKILL
    assert made.compose(*PHONE_ALONE) == here.compose(*PHONE_ALONE)


@pytest.mark.parametrize("what", ASKED)
def test_a_device_is_the_same_wherever_it_is_made(what: str, one: Apart, here: Composer) -> None:
    found, expected = one.compose(*ASKED[what]), here.compose(*ASKED[what])
    assert found._replace(packed=b"") == expected._replace(packed=b"")
    assert found.profile == expected.profile


def test_an_error_is_the_same_wherever_it_is_found(one: Apart, here: Composer) -> None:
    bad = Given(), Sources((Document(N80, b"<a"),), "document")
    errors = []
    for compose in (one.compose, here.compose):
        with pytest.raises(NotXml) as raised:
            compose(*bad)
        errors.append((type(raised.value), str(raised.value), raised.value.line, raised.value.hint))
    assert errors[0] == errors[1]


def test_a_defect_is_told_without_what_was_read(one: Apart) -> None:
    with pytest.raises(CcppError, match=r"^TypeError at reading[\w.,:/ ]+$"):
        one.compose(Given(), Sources((Document(N80, "secret"),), "document"))  # type: ignore[arg-type]


def test_what_a_process_died_of_is_read_by_the_next(one: Apart, here: Composer) -> None:
    [before] = one.readers
    assert before.process.pid is not None
    os.kill(before.process.pid, signal.SIGKILL)
    before.process.join()
    assert one.compose(*PHONE_ALONE).profile == here.compose(*PHONE_ALONE).profile
    assert one.readers.isdisjoint({before})
    assert len(one.readers) == 1


class Played:
    """A process that does what its script says, one thing a document."""

    def __init__(self, script: list[type[Exception] | None], device: Device) -> None:
        self.script, self.device, self.ended = script, device, False
        self.process = self
        self.pid = 1

    def give(self, _what: object) -> None:
        pass

    def answer(self, _seconds: float) -> Any:  # noqa: ANN401  what a process answers
        raised = self.script.pop(0) if self.script else None
        if raised is not None:
            raise raised
        return self.device

    def end(self) -> None:
        self.ended = True


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, here: Composer) -> Callable[..., tuple[Apart, Told, list[Played]]]:
    def play(*scripts: list[type[Exception] | None]) -> tuple[Apart, Told, list[Played]]:
        waiting, made = list(scripts), list[Played]()

        def reader(_recipe: Recipe) -> Played:
            if not waiting:
                raise OSError("no more processes")
            made.append(Played(waiting.pop(0), here.compose(*PHONE_ALONE)))
            return made[-1]

        monkeypatch.setattr(apart, "Reader", reader)
        told = Told()
        found = Apart(RECIPE, here, 1, 0.01, told)
        found._start()
        return found, told, made

    return play


Play = "Callable[..., tuple[Apart, Told, list[Played]]]"
READY = None


def test_two_processes_that_die_of_a_document_are_enough(play: Play) -> None:  # type: ignore[valid-type]
    found, told, made = play([READY, Died], [READY, Died], [READY])
    with pytest.raises(Refused) as raised:
        found.compose(*PHONE_ALONE)
    assert raised.value.status == 500
    assert [one.ended for one in made] == [True, True, False]
    assert [one["error"] for one in told] == ["died", "died"]
    assert found.compose(*PHONE_ALONE) is made[2].device


def test_a_process_that_hangs_is_replaced_and_whoever_waits_told_to_come_again(play: Play) -> None:  # type: ignore[valid-type]
    found, told, made = play([READY, TooSlow], [READY])
    with pytest.raises(Refused, match=r"in 0\.01 seconds") as raised:
        found.compose(*PHONE_ALONE)
    assert (raised.value.status, raised.value.headers) == (503, (("Retry-After", "5"),))
    assert ([one.ended for one in made], told[0]["error"]) == ([True, False], "slow")
    assert found.compose(*PHONE_ALONE) is made[1].device


def test_nobody_waits_for_ever_for_a_process(play: Play) -> None:  # type: ignore[valid-type]
    found, _, made = play([READY])
    found._idle.get()  # somebody else has it
    with pytest.raises(Refused, match="too many profiles"):
        found.compose(*PHONE_ALONE)
    found._idle_again(made[0])  # type: ignore[arg-type]
    assert found.compose(*PHONE_ALONE) is made[0].device


@pytest.mark.parametrize("script", [[READY, Died], [Died], [TooSlow]], ids=["later", "at once", "never ready"])
def test_where_there_can_be_no_process_documents_are_read_here(
    script: list[type[Exception] | None],
    play: Play,  # type: ignore[valid-type]
    here: Composer,
) -> None:
    found, told, made = play(script)
    assert found.compose(*PHONE_ALONE) == here.compose(*PHONE_ALONE)
    assert made[0].ended
    assert told
    assert not found.readers


def children(process: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process and fields[0] != "Z":
            found.append(int(folder.name))
    return found


def wait_for(happened: Callable[[], Any]) -> Any:  # noqa: ANN401  whatever it was
    for _ in range(600):
        found = happened()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def is_gone(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_no_process_outlives_its_worker(tmp_path: Path) -> None:
    """On kill -9 of the worker, of which another one begins, and at the end; and a server answers as ever meanwhile."""
    number = 0

    def asked() -> int:
        nonlocal number
        number += 1
        document = sample("07-delta-n80.rdf").decode().replace("<prf:Model>", f"<prf:Model>{number} ")
        return server.ask("POST", "/v1/match", json.dumps({"document": document}).encode(), HEADERS).status

    server = start_server(
        tmp_path / "log", "--demo", CCPP_SERVE_READERS="1", CCPP_SERVE_DATABASE=f"sqlite:///{tmp_path / 'server.sqlite'}"
    )
    try:
        server.wait()
        assert asked() == 200
        [worker] = server.workers()
        [reader] = wait_for(lambda: children(worker))
        assert os.getpriority(os.PRIO_PROCESS, reader) >= 0
        assert asked() == 200
        os.kill(reader, signal.SIGTERM)  # as whoever ends a whole group does
        assert asked() == 200
        assert not is_gone(reader)
        os.kill(worker, signal.SIGKILL)
        wait_for(lambda: is_gone(reader))
        [worker] = wait_for(lambda: [one for one in server.workers() if one != worker])
        server.wait()
        [reader] = wait_for(lambda: children(worker))
        assert asked() == 200
    finally:
        server.stop()
    wait_for(lambda: is_gone(reader))


HEADERS = {"Content-Type": "application/json"}
