"""A service over the samples, and the demo as a process."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from serving import Ask, Process, start_server

from ccpp.server.observing import Observer
from ccpp.server.options import Options
from ccpp.server.starting import make_service, write_demo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccpp.server.service import Service


@pytest.fixture(scope="session")
def demo_options(tmp_path_factory: pytest.TempPathFactory) -> Options:
    return replace(Options(), **write_demo(tmp_path_factory.mktemp("demo")))


@pytest.fixture(scope="session")
def service(demo_options: Options) -> Service:
    return make_service(demo_options, Observer(lines=False))


@pytest.fixture
def ask(service: Service) -> Ask:
    return Ask(service)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The demo, served."""
    started = start_server(tmp_path_factory.mktemp("server") / "log", "--demo")
    try:
        started.wait()
        yield started
    finally:
        started.stop()
