"""What a process tells of its work: a line of JSON for each request and event, and figures for Prometheus. Never a secret.

A line names the route, not the path, and no header or body, because tokens and credentials stand in those. Requests are noted in memory
and told by `flush`, several times a second, so that a request pays for neither a system call nor the files in which several processes
keep their figures.
"""

from __future__ import annotations

import json
import logging
import os
import time
from bisect import bisect_left
from collections import Counter as Counted
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from ccpp.server.problems import places

if TYPE_CHECKING:
    from collections.abc import Callable

#: The variable that names the folder in which several processes keep their figures.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"

#: Upper bounds of the histogram, in seconds. A decision for a known device takes 0.1 ms, a cold profile 1 to 10 ms.
BOUNDS = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0)
_STANDARD_ERROR = 2
_TRACE = b',"trace":"%s"'


class Observer:
    """Where the rim reports what happened.

    Args:
        lines: write a line for each request; without it only what went wrong is written.
        write: what takes lines; standard error unless something else is given.
    """

    def __init__(self, *, lines: bool = True, write: Callable[[bytes], object] | None = None) -> None:
        self._lines = lines
        self._write = write or _to_standard_error
        self._lock = Lock()
        self._noted: list[tuple[float, str, str, str, int, float, str]] = []
        self._registry = CollectorRegistry()
        self._requests = Counter("ccpp_requests", "Requests answered", ("route", "method", "status"), registry=self._registry)
        self._seconds = Counter("ccpp_request_seconds", "Seconds of all requests", ("route",), registry=self._registry)
        self._within = Counter(
            "ccpp_requests_within",
            "Requests answered within so many seconds, and no fewer",
            ("route", "le"),
            registry=self._registry,
        )
        self._checks = Counter(
            "ccpp_checks", "New decisions held against another", ("against", "same"), registry=self._registry
        )
        self._messages = Counter(
            "ccpp_messages", "Short messages by what became of them", ("outcome",), registry=self._registry
        )
        self.waiting = Gauge(
            "ccpp_waiting", "Requests in a thread or waiting for one", multiprocess_mode="livesum", registry=self._registry
        )

    def request(self, request_id: str, route: str, method: str, status: int, seconds: float, trace: str = "") -> None:
        """A request was answered, as part of a trace where there is one."""
        self._noted.append((time.time(), request_id, route, method, status, seconds, trace))

    def checked(self, against: str, *, same: bool) -> None:
        """A decision was held against another."""
        self._checks.labels(against, str(same).lower()).inc()

    def messages(self, outcome: str, times: int) -> None:
        """Something became of short messages."""
        self._messages.labels(outcome).inc(times)

    def flush(self) -> None:
        """Tell what was noted."""
        with self._lock:
            noted, self._noted = self._noted, []
            for (route, method, status), times in Counted((one[2], one[3], one[4]) for one in noted).items():
                self._requests.labels(route, method, str(status)).inc(times)
            seconds: dict[str, float] = {}
            within: Counted[tuple[str, int]] = Counted()
            for _, _, route, _, _, took, _ in noted:
                seconds[route] = seconds.get(route, 0.0) + took
                within[route, bisect_left(BOUNDS, took)] += 1
            for route, took in seconds.items():
                self._seconds.labels(route).inc(took)
            for (route, bound), times in within.items():
                self._within.labels(route, str(BOUNDS[bound]) if bound < len(BOUNDS) else "+Inf").inc(times)
        if self._lines and noted:
            self._write(
                b"".join(
                    b'{"time":%.3f,"level":"info","event":"request","id":"%s","method":"%s","route":"%s","status":%d,"ms":%.2f%s}\n'
                    % (
                        when,
                        request_id.encode(),
                        method.encode(),
                        route.encode(),
                        status,
                        seconds * 1e3,
                        _TRACE % trace.encode() if trace else b"",
                    )
                    for when, request_id, route, method, status, seconds, trace in noted
                )
            )

    def event(self, event: str, level: str = "info", **details: object) -> None:
        """Something happened that is no request."""
        if self._lines or level == "error":
            line = {"time": round(time.time(), 3), "level": level, "event": event, **details}
            self._write(json.dumps(line, ensure_ascii=False, default=str).encode(errors="replace") + b"\n")

    def defect(self, request_id: str, error: BaseException) -> None:
        """An exception that nobody foresaw: its class and where it was raised, not what it says, which may hold what was sent."""
        self.event("defect", "error", id=request_id, error=type(error).__name__, at=places(error))

    def handler(self) -> logging.Handler:
        """What takes what libraries log, and tells it as lines of the same form."""
        return _Handler(self)

    def figures(self) -> tuple[str, bytes]:
        """The figures of all processes, with their media type."""
        self.flush()
        registry = self._registry
        if FOLDER in os.environ:
            registry = CollectorRegistry()
            _forget_the_dead(Path(os.environ[FOLDER]))
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call, unused-ignore]
        return CONTENT_TYPE_LATEST, generate_latest(registry)


class _Handler(logging.Handler):
    """Log records as events; of an exception its class and where it was raised, as `Observer.defect` does."""

    def __init__(self, observer: Observer) -> None:
        super().__init__()
        self._observer = observer

    def emit(self, record: logging.LogRecord) -> None:
        """Tell one record."""
        details: dict[str, object] = {"logger": record.name, "message": record.getMessage().strip()}
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            details |= {"error": type(error).__name__, "at": places(error)}
        self._observer.event("log", "error" if record.levelno >= logging.ERROR else "warning", **details)


def _to_standard_error(line: bytes) -> None:
    """Write a line; where there is no room for it, it is lost, and nothing else."""
    with suppress(OSError):
        os.write(_STANDARD_ERROR, line)


def _forget_the_dead(folder: Path) -> None:
    """Of processes that are no more, drop what counts only while they live."""
    for process in {int(path.stem.rpartition("_")[2]) for path in folder.glob("gauge_live*.db")}:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            with suppress(OSError):  # another process drops it too
                mark_process_dead(process)  # type: ignore[no-untyped-call, unused-ignore]
