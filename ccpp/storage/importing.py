"""Importing documents into a repository: many readers, one writer, and an end that loses nothing.

The documents go in order through three stages. The parent process takes the bytes from their sources and leaves out what the
repository has from there unchanged. Worker processes read and resolve, a batch at a time, because that is nearly all of the time.
The parent writes each batch in one transaction, in the order of the sources, so that it does not matter how the workers were
scheduled. Whatever ends an import, the batches written are whole, and the next import of the same source goes on behind them.
"""

from __future__ import annotations

import os
import signal
import threading
import zlib
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from itertools import islice, takewhile
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING, Generic, NamedTuple, Self, TypeVar

from ccpp.collecting import collect_seldom
from ccpp.diagnostics import Severity
from ccpp.errors import CcppError, FetchError, ProfileError, UsageError
from ccpp.intake import read_input
from ccpp.model import AttributeName
from ccpp.resolution import resolve
from ccpp.storage.agents import names
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping

    from ccpp.model import ResolvedProfile
    from ccpp.storage.sources import Found
    from ccpp.vocabulary import Vocabularies

#: Documents that a worker is given at a time and the writer commits together: 30 ms of work, of which 1 ms is the commit.
BATCH = 32

VENDOR = AttributeName("HardwarePlatform", "Vendor")
MODEL = AttributeName("HardwarePlatform", "Model")

P = TypeVar("P")
R = TypeVar("R")


class Facts(NamedTuple):
    """What the repository keeps of a document that can be read, beside its bytes."""

    uri: str
    resolved_digest: str
    vendor: str | None
    model: str | None
    errors: int
    warnings: int
    infos: int
    names: tuple[str, ...]


class Failure(NamedTuple):
    """Why a place holds no document: the kind, for machines, and the sentence."""

    kind: str
    message: str


class Examined(NamedTuple):
    """One place after reading: what lay there, packed, and what it is."""

    name: str
    base: str
    digest: str
    packed: bytes
    outcome: Facts | Failure


class Step(NamedTuple):
    """A part of an import: what is to be written, and the places that were left out since the last one because nothing changed."""

    examined: tuple[Examined, ...]
    unchanged: tuple[str, ...]


def digest_of(content: bytes) -> str:
    """The name of some bytes."""
    return "sha256:" + sha256(content).hexdigest()


def text_of(profile: ResolvedProfile, name: AttributeName) -> str | None:
    """The value of an attribute that is to be one text, if it is stated as one."""
    values = profile.values(name)
    return storable(str(values[0])) if values and len(values) == 1 and str(values[0]) else None


def storable(written: str) -> str:
    """The text with what UTF-8 cannot hold replaced."""
    return written.encode(errors="replace").decode()


def examine(found: Found, vocabularies: Vocabularies) -> Examined:
    """What lies in one place."""
    content = found.content
    if isinstance(content, CcppError):
        kind = f"fetch-{content.kind}" if isinstance(content, FetchError) else "unreadable-file"
        return Examined(found.name, found.base, "", b"", Failure(kind, content.message))
    digest = digest_of(content)
    try:
        profile = resolve([read_input(content, uri=found.base, document=found.name, vocabularies=vocabularies)])
    except CcppError as error:
        place = f"line {error.line}: " if error.line else ""
        kind = error.kind if isinstance(error, ProfileError) else "unreadable"
        return Examined(found.name, found.base, digest, b"", Failure(kind, storable(place + error.message)))
    except Exception as error:  # noqa: BLE001  a defect of the reader is to cost one document, not the import of all others
        return Examined(found.name, found.base, digest, b"", Failure("defect", f"the reader failed: {type(error).__name__}"))
    errors, warnings, infos = (sum(one.severity is severity for one in profile.diagnostics) for severity in Severity)
    vendor, model = text_of(profile, VENDOR), text_of(profile, MODEL)
    facts = Facts(storable(profile.uri), profile.digest, vendor, model, errors, warnings, infos, names(vendor, model))
    return Examined(found.name, found.base, digest, zlib.compress(content), facts)


def examine_all(
    places: Iterable[Found],
    known: Mapping[str, tuple[str, str]],
    *,
    workers: int,
    stopped: Callable[[], bool] = lambda: False,
) -> Generator[Step, None, None]:
    """Every place that holds something new, examined, in batches and in order.

    Args:
        places: where to look.
        known: what was found before, as name → (base, content digest); what is there unchanged is left out.
        workers: processes that read; they start when there is more than one batch to read.
        stopped: asked before each place; once it says yes, the batches under way are finished and given, and no more.

    Raises:
        UsageError: a worker process died, or a source ended in an error.
    """
    unchanged: list[str] = []

    def news() -> Iterator[Found]:
        for found in takewhile(lambda _: not stopped(), places):
            content = found.content
            if isinstance(content, bytes) and known.get(found.name) == (found.base, digest_of(content)):
                unchanged.append(found.name)
            else:
                yield found

    def step(examined: tuple[Examined, ...]) -> Step:
        left_out = tuple(unchanged)
        unchanged.clear()
        return Step(examined, left_out)

    new = news()
    running: deque[Future[tuple[Examined, ...]]] = deque()
    with Crew(workers, _examine_batch) as crew:
        while batch := tuple(islice(new, BATCH)):
            if len(batch) < BATCH and not running:
                yield step(_examine_batch(batch))
            else:
                running.append(crew.start(batch))
            if len(running) > 2 * workers:
                yield step(result_of(running.popleft()))
        while running:
            yield step(result_of(running.popleft()))
    yield step(())


def result_of(future: Future[R]) -> R:
    """What a worker made of a batch.

    Raises:
        UsageError: the worker died.
    """
    try:
        return future.result()
    except BrokenProcessPool:
        raise UsageError(
            "a worker process died", hint="what was read before is stored; run the same again, with fewer `--jobs`"
        ) from None


class Crew(Generic[P, R]):
    """The worker processes, started with the first batch they are given; `work` is what they do with one."""

    def __init__(self, workers: int, work: Callable[[tuple[P, ...]], R]) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._workers = workers
        self._work = work

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def start(self, batch: tuple[P, ...]) -> Future[R]:
        """Have a batch worked on by the next worker that is free."""
        # Spawned, as on every platform: a forked process would share locks and the connection of its parent. The pool is made outside
        # the block below, because multiprocessing starts a helper with it and unblocks the signals afterwards.
        self._pool = self._pool or ProcessPoolExecutor(self._workers, get_context("spawn"), prepare_worker)
        with undisturbed(signal.SIGINT):
            return self._pool.submit(self._work, batch)


@contextmanager
def undisturbed(*signals: signal.Signals) -> Iterator[None]:
    """Processes started here never see these, such as the SIGINT that Ctrl-C sends to all: a signal that is blocked stays so in a child."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def prepare_worker() -> None:
    """What a process that works for another does first: leave Ctrl-C to that one, and end with it."""
    collect_seldom()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Leave no orphan behind a parent that was killed: the pool's pipes stay open, so a worker would wait for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _examine_batch(batch: tuple[Found, ...]) -> tuple[Examined, ...]:
    return tuple(examine(found, _vocabularies()) for found in batch)


@cache
def _vocabularies() -> Vocabularies:
    return load_vocabularies()


class Stop:
    """Whether the user asked for an end: the first Ctrl-C within `listening` asks, the next one insists."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self) -> bool:
        """Whether it was asked."""
        return self.asked

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take Ctrl-C as a question; only the main thread can."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.getsignal(signal.SIGINT)

        def ask(_signal: int, _frame: object) -> None:
            self.asked = True
            signal.signal(signal.SIGINT, before)

        signal.signal(signal.SIGINT, ask)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
