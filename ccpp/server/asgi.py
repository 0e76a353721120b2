"""The rim: what comes from an ASGI server becomes a request, a response goes back, and what waits is done in threads.

A request runs on the event loop as long as it finds what it needs in memory. At its first call it moves to a worker thread, of which
there are a few; how many requests may wait for one is bounded, and whoever comes then is told to come again. So a profile that takes
long to read holds up nobody whose device is known.

A request that is one answered before, byte for byte but for what names it, has the answer that it had then, as long as the response
says so, the catalogue is the same, and it comes from the same caller with the same roles: who that is is found out first.
"""

from __future__ import annotations

import asyncio
import gc
import re
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count, islice
from os import getpid
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ccpp.server.exchange import respond, template
from ccpp.server.heads import base_of, fields_of, host_of, method_of, target_of
from ccpp.server.memory import Memory
from ccpp.server.message import ANONYMOUS, Identity, Request, Response
from ccpp.server.pages.failure import failure
from ccpp.server.problems import Refused
from ccpp.server.steps import Steps, do_call, finish
from ccpp.server.tracing import identifier

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event

    from ccpp.server.live import Live
    from ccpp.server.message import Lines
    from ccpp.server.observing import Observer
    from ccpp.server.options import Options
    from ccpp.server.routes import Routes
    from ccpp.server.service import Service
    from ccpp.server.steps import Call
    from ccpp.server.tracing import Tracer

T = TypeVar("T")
Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: Seconds that a thread keeps Python to itself while another waits. A warm request waits so long at most for each thread that reads a
#: cold profile; Python's own 5 ms are a hundred warm requests.
_SWITCH = 0.0005

#: Lines of a batch that are made in one turn of a thread.
_LINES = 20

#: Seconds between two rounds of `App._tick`.
_TICK = 0.1

#: Answers that are remembered, and bytes of a request and a quarter of those of its answer: 80 MB at worst.
_ANSWERS, _REPEATED = 4_096, 4_096
#: Requests of which it is known that they came once, as numbers: 4 MB.
_ONCE = 65_536

#: Headers that name a request, a connection or a caller, and are no part of what is asked.
_NAMING = frozenset(
    {b"authorization", b"x-request-id", b"traceparent", b"tracestate", b"connection", b"content-length", b"date"}
)

_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


#: Statuses whose responses have no content, and say no length (RFC 9110 §8.6).
_WITHOUT_BODY = frozenset({204, 304})


class _Answer:
    """A response as it is sent, the route it came by, the catalogue it rests on, and since when it holds."""

    __slots__ = ("headers", "live", "response", "route", "since")

    def __init__(self, response: Response, route: str = "none", live: Live | None = None, since: float = 0.0) -> None:
        self.response = response
        self.route = route
        self.live = live
        self.since = since
        self.headers = fields_of(response.headers)
        if (
            response.status not in _WITHOUT_BODY
            and response.lines is None
            and all(name != b"content-length" for name, _ in self.headers)
        ):
            self.headers += ((b"content-length", b"%d" % len(response.body)),)


class App:
    """The ASGI application.

    Args:
        options: the bounds.
        routes: what is served.
        start: makes the service, when the process begins to serve; it may take a while.
        observer: who is told what happened.
        clock: the time in seconds since 1970; it may jump.
        leaving: set when the server is about to stop.
        tracer: makes spans; none where nobody takes them.
    """

    def __init__(
        self,
        options: Options,
        routes: Routes,
        start: Callable[[Observer], Service],
        observer: Observer,
        clock: Callable[[], float] = time.time,
        leaving: Event | None = None,
        tracer: Tracer | None = None,
    ) -> None:
        self._tracer = tracer
        self._leaving = leaving
        self._clock = clock
        self._options = options
        self._routes = routes
        self._start = start
        self._observer = observer
        self._pool = ThreadPoolExecutor(options.threads, thread_name_prefix="ccpp")
        self._waiting = 0
        self._ids = count(1)
        self._prefix = f"{getpid():x}-{time.time_ns() // 1_000_000:x}"
        self._reading: dict[asyncio.Task[Any] | None, float] = {}
        self._answered: Memory[tuple[Any, ...], _Answer] = Memory(_ANSWERS)
        self._once: set[int] = set()
        self._ticking: asyncio.Task[None] | None = None
        self._service: Service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or begin and end serving."""
        if scope["type"] == "http":
            await self._serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await send({"type": "websocket.close"})

    # Beginning and end.

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                sys.setswitchinterval(_SWITCH)
                try:
                    self._service = await asyncio.get_running_loop().run_in_executor(self._pool, self._start, self._observer)
                except Exception as error:  # noqa: BLE001  the server is told, and says so
                    self._observer.event("start", "error", error=str(error))
                    await send({"type": "lifespan.startup.failed", "message": str(error)})
                    return
                gc.collect()
                gc.freeze()  # vocabularies and catalogue are never garbage, so no collection need look at them
                self._ticking = asyncio.create_task(self._tick())
                await send({"type": "lifespan.startup.complete"})
                for begin in self._service.beginning:
                    begin()
            else:
                self._service.stopping = True
                self._pool.shutdown(wait=True)
                for end in self._service.ending:
                    end()
                if self._ticking:
                    self._ticking.cancel()
                if self._tracer:
                    self._tracer.close()
                self._observer.flush()
                self._observer.event("stop")
                await send({"type": "lifespan.shutdown.complete"})
                return

    # One request.

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        headers = scope["headers"]
        request_id = self._named(headers)
        span = None if self._tracer is None else self._tracer.begin(headers)
        body = b""
        try:
            body = await self._body(headers, receive)
            told = tuple([one for one in headers if one[0] not in _NAMING])
            who, now = self._known(scope), self._clock()
            key = (who, method_of(scope), scope["path"], scope["query_string"], body, told)
            # Of a caller who is not known at once it must be found out first whether it may ask.
            answer = self._answered.get(key) if who is not None else None
            # A clock that was set back makes nothing last longer.
            if answer is None or answer.live is not self._service.live or not answer.since <= now <= answer.response.until:
                answer = await self._answer(self._request(scope, body, request_id, who or ANONYMOUS, now), span)
                if who is not None:
                    self._remember(key, answer, len(body))
        except Refused as error:
            answer = _Answer(_failure(error, scope, request_id))
        except Exception as error:  # noqa: BLE001  a defect is answered too, and reported
            self._observer.defect(request_id, error)
            answer = _Answer(_failure(Refused(500, "the server could not do this"), scope, request_id))
        response = answer.response
        if response.error is not None:
            self._observer.event("refused", "error", id=request_id, route=answer.route, error=str(response.error))
        named = (b"x-request-id", request_id.encode("latin-1"))
        await send({"type": "http.response.start", "status": response.status, "headers": [named, *answer.headers]})
        if response.lines is not None:
            await self._send_lines(response.lines, self._doing(span), receive, send)
        await send({"type": "http.response.body", "body": response.body, "more_body": False})
        trace = ""
        if self._tracer is not None:
            self._tracer.end(span, scope["method"], answer.route, response.status, request_id)
            trace = identifier(span)
        took = time.perf_counter() - started
        self._observer.request(request_id, answer.route, scope["method"], response.status, took, trace)

    def _remember(self, key: tuple[Any, ...], answer: _Answer, size: int) -> None:
        """Keep an answer that may be given again, once its request came a second time: most that come once come never again."""
        if not answer.response.until or size > _REPEATED or len(answer.response.body) > _REPEATED * 4:
            return
        mark = hash(key)
        if mark in self._once:
            self._answered.put(key, answer)
            return
        if len(self._once) >= _ONCE:
            self._once.clear()
        self._once.add(mark)

    def _doing(self, span: Any) -> Callable[[Call], Any]:  # noqa: ANN401  a span, or none
        """What does the steps of a request: in spans of their own, where there is one of the request."""
        return do_call if self._tracer is None or span is None else partial(self._tracer.do, span)

    async def _answer(self, request: Request, span: Any) -> _Answer:  # noqa: ANN401
        live = self._service.live
        response = await self._drive(respond(request, self._routes, self._service), self._doing(span))
        return _Answer(response, template(request, self._routes), live, request.time)

    def _named(self, headers: Iterable[tuple[bytes, bytes]]) -> str:
        """The request's identifier: as a proxy gave it, where it is one, else one of our own."""
        for name, value in headers:
            if name == b"x-request-id" and _ID.fullmatch(value):
                return value.decode()
        return f"{self._prefix}-{next(self._ids):x}"

    def _known(self, scope: Scope) -> Identity | None:
        """Who calls, where that needs no finding out."""
        service = self._service
        if service.authenticate is None:
            return ANONYMOUS
        client = scope.get("client")
        return service.known(scope["headers"], client[0] if client else "", scope.get("certificate", b""), self._clock())

    def _request(self, scope: Scope, body: bytes, request_id: str, who: Identity, now: float) -> Request:
        client = scope.get("client")
        return Request(
            method=method_of(scope),
            path=scope["path"],
            headers=tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]),
            body=body,
            query=scope["query_string"].decode("latin-1"),
            time=now,
            id=request_id,
            client=client[0] if client else "",
            base=self._options.public_url or base_of(scope["scheme"], host_of(scope["headers"])),
            target=target_of(scope),
            certificate=scope.get("certificate", b""),
            identity=who,
        )

    async def _body(self, headers: Sequence[tuple[bytes, bytes]], receive: Receive) -> bytes:
        """The body, within bounds of bytes and time.

        Raises:
            Refused: a bound was passed.
        """
        size, expected = 0, False
        for name, value in headers:
            size += len(name) + len(value) + 4
            if name == b"content-length":
                expected = True
                if value.isdigit() and int(value[:20]) > self._options.max_body:
                    raise self._too_large()
            elif name == b"transfer-encoding":
                expected = True
        if size > self._options.max_headers:
            raise Refused(431, f"more than {self._options.max_headers} bytes of headers", hint="refer to large profiles by URI")
        if not expected:
            return b""
        task = asyncio.current_task()
        self._reading[task] = time.monotonic() + self._options.body_seconds
        try:
            return await self._received(receive)
        except asyncio.CancelledError:
            if self._reading[task] > time.monotonic():
                raise
            raise Refused(408, f"the body did not come within {self._options.body_seconds:g} seconds") from None
        finally:
            del self._reading[task]

    async def _received(self, receive: Receive) -> bytes:
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refused(400, "the body ended before its end")
            part = message.get("body", b"")
            size += len(part)
            if size > self._options.max_body:
                raise self._too_large()
            parts.append(part)
            if not message.get("more_body"):
                return parts[0] if len(parts) == 1 else b"".join(parts)

    def _too_large(self) -> Refused:
        return Refused(413, f"more than {self._options.max_body} bytes", hint="send several batches")

    async def _tick(self) -> None:
        """What is done several times a second and not for each request: bodies that are too slow are given up, reports are told."""
        while True:
            await asyncio.sleep(_TICK)
            now = time.monotonic()
            for task in [task for task, end in self._reading.items() if end < now]:
                if task is not None:
                    task.cancel()
            if self._leaving is not None and self._leaving.is_set():
                self._service.stopping = True
            self._observer.flush()

    async def _drive(self, steps: Steps[T], do: Callable[[Call], Any]) -> T:
        """The result of some steps: on the event loop up to the first call, then in a thread.

        Raises:
            Refused: too many requests wait for a thread.
        """
        try:
            first = next(steps)
        except StopIteration as end:
            value: T = end.value
            return value
        if self._waiting >= self._options.max_waiting:
            steps.close()
            raise Refused(503, "too many requests wait", hint="come again", headers=(("Retry-After", "1"),))
        return await self._in_thread(finish, steps, first, do)

    async def _in_thread(self, function: Callable[..., T], *arguments: Any) -> T:  # noqa: ANN401  the function's own
        self._waiting += 1
        self._observer.waiting.inc()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)
        finally:
            self._waiting -= 1
            self._observer.waiting.dec()

    # The response.

    async def _send_lines(self, lines: Lines, do: Callable[[Call], Any], receive: Receive, send: Send) -> None:
        """Make and send what there is, for as long as whoever asked is there."""
        gone = asyncio.ensure_future(_gone(receive))
        try:
            while not gone.done() and (batch := list(islice(lines, _LINES))):
                made = await self._in_thread(_finished, batch, do)
                await send({"type": "http.response.body", "body": made, "more_body": True})
        finally:
            gone.cancel()
            lines.close()


async def _gone(receive: Receive) -> None:
    """Wait until the connection is lost."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _failure(error: Refused, scope: Scope, request_id: str) -> Response:
    """What is answered where no handler could answer."""
    accept = ", ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"accept")
    return failure(error, scope["path"], accept, request_id)


def _finished(lines: Iterable[Steps[bytes]], do: Callable[[Call], Any]) -> bytes:
    return b"".join(finish(line, None, do) for line in lines)
