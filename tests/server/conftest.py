"""A service over the samples, and the demo as a process."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from postgresql import PROGRAMS, PostgreSQL
from serving import Ask, Process, start_server

from ccpp.server.observing import Observer
from ccpp.server.options import Options
from ccpp.server.starting import make_service, prepare, write_demo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccpp.server.service import Service


@pytest.fixture(scope="session")
def demo_options(tmp_path_factory: pytest.TempPathFactory) -> Options:
    return replace(Options(), **write_demo(tmp_path_factory.mktemp("demo")))


@pytest.fixture(scope="session")
def service(demo_options: Options) -> Service:
    prepare(demo_options)
    return make_service(demo_options, Observer(lines=False))


@pytest.fixture
def ask(service: Service) -> Ask:
    return Ask(service)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL that the tests of a process share."""
    if not PROGRAMS:
        pytest.skip("no PostgreSQL here (Debian's `postgresql`)")
    made = PostgreSQL()
    yield made.url
    made.remove()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The demo, served by two processes."""
    folder = tmp_path_factory.mktemp("server")
    database = f"sqlite:///{folder / 'server.sqlite'}"
    started = start_server(
        folder / "log",
        "--demo",
        "--workers",
        "2",
        CCPP_SERVE_DATABASE=database,
        CCPP_SERVE_BODY_SECONDS="1",
        CCPP_SERVE_HEAD_SECONDS="3",
    )
    try:
        started.wait()
        yield started
    finally:
        started.stop()
