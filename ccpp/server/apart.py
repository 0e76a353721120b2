"""Documents read in processes apart, so that a profile which nobody knows costs those who ask about known ones a share of the machine and no more.

A thread that reads keeps Python to itself for a while each time, and the event loop needs Python for each thing that it does. So a thread
only hands the documents to a process, waits, and is given the device, packed. Processes start when the server serves already; until then its
threads read. They are nicer than the server: where there is more to do than the machine can, the known devices win.

A process that dies or takes too long is replaced; what one was reading when it died is read once more. How many requests may wait is bounded by
the threads and by what may wait for a thread. None outlives its server: it ends when its pipe does, or when whoever started it is no more.
"""

from __future__ import annotations

import os
import signal
from multiprocessing import get_context
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from ccpp.errors import CcppError
from ccpp.server.composing import make_composer
from ccpp.server.problems import Refused, places
from ccpp.storage.importing import prepare_worker, undisturbed
from ccpp.vocabulary import load_vocabularies

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from ccpp.server.composing import Composer, Recipe
    from ccpp.server.devices import Device, Given, Sources

#: How much nicer a process is than the server.
_NICE = 10
#: Seconds in which a process that was started must be ready.
_STARTING = 60.0
#: Times that documents are given to a process, the one before having died.
_TRIES = 2
#: What a process that is ready says.
_READY = "ready"

_CONTEXT = get_context("spawn")  # a forked process would have the server's sockets, locks and connections


class Died(Exception):
    """A process ended before it answered."""


class TooSlow(Exception):
    """A process did not answer in time."""


class Reader:
    """A process that reads, and the pipe to it."""

    def __init__(self, recipe: Recipe) -> None:
        self._pipe, theirs = _CONTEXT.Pipe()
        self.process = _CONTEXT.Process(target=_read_all, args=(theirs, recipe), daemon=True, name="ccpp-reader")
        # Whoever ends all processes at once wants what is under way answered first.
        with undisturbed(signal.SIGINT, signal.SIGTERM):
            self.process.start()
        theirs.close()

    def give(self, what: Any) -> None:  # noqa: ANN401  what is pickled
        """Give it something to do.

        Raises:
            Died: it is no more.
        """
        try:
            self._pipe.send(what)
        except OSError:
            raise Died from None

    def answer(self, seconds: float) -> Any:  # noqa: ANN401  what was pickled
        """What it says next.

        Raises:
            Died: it is no more.
            TooSlow: it said nothing for so many seconds.
        """
        try:
            if self._pipe.poll(seconds):
                return self._pipe.recv()
        except (EOFError, OSError):
            raise Died from None
        raise TooSlow

    def end(self) -> None:
        """End it, whatever it is doing."""
        self.process.kill()
        self.process.join()
        self._pipe.close()


class Apart:
    """Composes devices in a few processes.

    Args:
        recipe: what each makes its composer of.
        here: the composer of this process, which counts for as long as there is no other.
        size: how many processes.
        seconds: for how long a request waits for a process to be free, and how long its device may take.
        tell: who is told of events.
    """

    def __init__(self, recipe: Recipe, here: Composer, size: int, seconds: float, tell: Callable[..., None]) -> None:
        self._recipe = recipe
        self._here = here
        self._size = size
        self._seconds = seconds
        self._tell = tell
        self._idle: SimpleQueue[Reader] = SimpleQueue()
        self._lock = Lock()
        self._ended = False
        #: Those that are ready or at work.
        self.readers: set[Reader] = set()

    def start(self) -> None:
        """Start the processes, in the background."""
        Thread(target=self._start, name="readers", daemon=True).start()

    def _start(self) -> None:
        for _ in range(self._size):
            self._idle_again(self._started())

    def stop(self) -> None:
        """End the processes; whatever is still asked is done here."""
        with self._lock:
            self._ended = True
            ended, self.readers = self.readers, set()
        for reader in ended:
            reader.end()

    def compose(self, given: Given, sources: Sources) -> Device:
        """The device.

        Raises:
            ProfileError: a document cannot be read.
            Refused: it took too long, or one process after the other died of it.
        """
        if not self.readers:
            return self._here.compose(given, sources)
        try:
            reader: Reader | None = self._idle.get(timeout=self._seconds)
        except Empty:
            raise _too_slow("there are too many profiles to read") from None
        # The sources have the documents.
        what = given._replace(document=None, references=()), sources
        try:
            for _ in range(_TRIES):
                if reader is None:
                    return self._here.compose(given, sources)
                try:
                    reader.give(what)
                    answer: Device | CcppError = reader.answer(self._seconds)
                except Died:
                    reader = self._replaced(reader, "died")
                    continue
                except TooSlow:
                    reader = self._replaced(reader, "slow")
                    raise _too_slow(f"the profile could not be read in {self._seconds:g} seconds") from None
                if isinstance(answer, Exception):
                    raise answer
                return answer
        finally:
            self._idle_again(reader)
        raise Refused(500, "processes died of reading the profile", hint="the log says when")

    def _idle_again(self, reader: Reader | None) -> None:
        if reader is not None:
            self._idle.put(reader)

    def _replaced(self, reader: Reader, why: str) -> Reader | None:
        """Another process in the place of one that is of no use any more."""
        with self._lock:
            self.readers.discard(reader)
        reader.end()
        self._tell("reader", "error", process=reader.process.pid, error=why)
        return self._started()

    def _started(self) -> Reader | None:
        """One more process, which is ready; `None` where there can be none."""
        reader = None
        try:
            reader = Reader(self._recipe)
            reader.answer(_STARTING)
        except (Died, TooSlow, OSError) as error:
            self._tell("reader", "error", error=type(error).__name__)
            if reader is not None:
                reader.end()
            return None
        with self._lock:
            if not self._ended:
                self.readers.add(reader)
                return reader
        reader.end()
        return None


def _too_slow(message: str) -> Refused:
    return Refused(503, message, hint="come again", headers=(("Retry-After", "5"),))


# In the process.


def _read_all(pipe: Connection, recipe: Recipe) -> None:
    """Read whatever is given, until nobody can give anything any more."""
    prepare_worker()
    os.nice(_NICE)
    composer = make_composer(recipe, load_vocabularies())
    try:
        pipe.send(_READY)
        while True:
            given, sources = pipe.recv()
            pipe.send(_composed(composer, given, sources))
    except (EOFError, OSError):
        return


def _composed(composer: Composer, given: Given, sources: Sources) -> Device | CcppError:
    try:
        return composer.compose(given, sources)
    except CcppError as error:
        return error
    except Exception as error:  # noqa: BLE001  a defect of one document is none of the process
        return CcppError(f"{type(error).__name__} at {', '.join(places(error))}")
