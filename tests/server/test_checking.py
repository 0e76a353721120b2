"""New decisions are held against the definition and against the catalogue to come; what differs is counted and told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from serving import N80

from ccpp import samples
from ccpp.catalogue.loading import load_catalogue
from ccpp.model import Verdict
from ccpp.server.checking import Checker
from ccpp.server.devices import Given
from ccpp.server.live import Live, When
from ccpp.server.steps import finish

if TYPE_CHECKING:
    import pytest

    from ccpp.server.service import Service


class Noted:
    """An observer that remembers."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.checks: list[tuple[str, bool]] = []

    def event(self, event: str, _level: str = "info", **details: Any) -> None:  # noqa: ANN401  as an observer's
        self.events.append((event, details))

    def checked(self, against: str, *, same: bool) -> None:
        self.checks.append((against, same))


def decided(service: Service, catalogue: bytes, checker: Checker, number: int = 1) -> None:
    device = finish(service.devices.find(Given(references=(N80,)), 1.0))
    loaded = load_catalogue(catalogue, source="c.ttl", vocabularies=service.vocabularies)
    finish(Live(loaded, number, checker).decisions(device.profile, When(1.0)))


def test_the_definition_agrees_and_is_asked_as_often_as_is_said(service: Service) -> None:
    for share, expected in ((1.0, [("definition", True)]), (0.0, [])):
        noted = Noted()
        decided(service, samples.sample(samples.CATALOGUE), Checker(noted, share))  # type: ignore[arg-type]
        assert noted.checks == expected
        assert noted.events == []


def test_a_divergence_from_the_definition_is_an_alarm(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccpp.server.checking.evaluate", lambda *_: Verdict.INDETERMINATE)
    noted = Noted()
    decided(service, samples.sample(samples.CATALOGUE), Checker(noted, 1.0))  # type: ignore[arg-type]
    assert noted.checks == [("definition", False)]
    assert noted.events[0][0] == "divergence"


def test_what_the_next_catalogue_changes_is_counted_and_told(service: Service) -> None:
    noted = Noted()
    checker = Checker(noted, 0.0)  # type: ignore[arg-type]
    before = samples.sample(samples.CATALOGUE)
    after = before.replace(b'"176x208"', b'"1760x2080"')
    checker.candidate = Live(load_catalogue(after, source="next.ttl", vocabularies=service.vocabularies), 2)
    decided(service, before, checker)
    counted = len(noted.checks)
    assert set(noted.checks) == {("candidate", False), ("candidate", True)}
    told = {
        details["application"]: (details["before"], details["after"]) for event, details in noted.events if event == "candidate"
    }
    assert told["chess"] == ("chess-medium", "chess-small")
    assert len(told) == noted.checks.count(("candidate", False))
    checker.candidate = replace_number(checker.candidate, 1)
    decided(service, before, checker)
    assert len(noted.checks) == counted


def replace_number(live: Live, number: int) -> Live:
    return Live(replace(live.catalogue), number)
