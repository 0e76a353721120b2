"""One connection, over a real socket in this process: clients that are slow, that take nothing, that go, and a server that stops."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import uvicorn
from serving import free_port
from uvicorn.server import ServerState

from ccpp.server.wire import BoundedProtocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@asynccontextmanager
async def served(
    app: Callable[..., Awaitable[None]], stalled: float = 60.0, head: float = 15.0
) -> AsyncIterator[tuple[int, ServerState]]:
    """An application on a port."""
    config = uvicorn.Config(app, lifespan="off", log_config=None, timeout_keep_alive=head, h11_max_incomplete_event_size=65_536)  # type: ignore[arg-type]
    config.load()
    state, port = ServerState(), free_port()

    def connection() -> BoundedProtocol:
        return BoundedProtocol(config=config, server_state=state, app_state={}, stalled=stalled)

    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", port)
    async with server:
        yield port, state


async def greet(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401  ASGI
    del scope, receive
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello", "more_body": False})


def test_a_client_that_takes_nothing_is_given_up() -> None:
    ended = asyncio.Event()

    async def pour(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401  ASGI
        del scope
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            await send({"type": "http.response.body", "body": b"x" * 1_000_000, "more_body": True})
            if ended.is_set():
                return
            waiting = asyncio.ensure_future(receive())
            await asyncio.sleep(0)
            if waiting.done() and waiting.result()["type"] == "http.disconnect":
                ended.set()
            waiting.cancel()

    async def scenario() -> None:
        async with served(pour, stalled=0.3) as (port, state):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_000)
            writer.write(GET)
            await asyncio.wait_for(ended.wait(), 30)  # nothing is read
            assert not state.connections
            writer.close()
            del reader

    asyncio.run(scenario())


def test_a_client_that_takes_little_by_little_is_not() -> None:
    size = 20_000_000

    async def pour(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401  ASGI
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % size)]})
        await send({"type": "http.response.body", "body": b"x" * size, "more_body": False})

    async def scenario() -> int:
        async with served(pour, stalled=0.5) as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=65_536)
            writer.write(GET)
            await reader.readuntil(b"\r\n\r\n")
            got = 0
            while got < size:
                got += len(await reader.read(2_000_000))
                if got < size // 2:
                    await asyncio.sleep(0.02)
            writer.close()
            return got

    assert asyncio.run(scenario()) == size


def test_slow_heads_time_out_and_hold_up_nobody() -> None:
    async def drip(port: int) -> bytes:
        """A byte now and then, for ever."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nX-A: ")
        answer = asyncio.ensure_future(reader.read())
        while not answer.done():
            writer.write(b"x")
            await asyncio.wait([answer], timeout=0.1)
        writer.close()
        return answer.result()

    async def ask(port: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET)
        answer = await reader.readuntil(b"hello")
        writer.close()
        return answer

    async def scenario() -> None:
        async with served(greet, head=1.0) as (port, _):
            slow = [asyncio.ensure_future(drip(port)) for _ in range(100)]
            await asyncio.sleep(0.1)
            for _ in range(20):
                assert b" 200 " in await ask(port)
            assert all(answer.startswith(b"HTTP/1.1 408 ") for answer in await asyncio.gather(*slow))

    asyncio.run(scenario())


def test_what_was_on_its_way_when_the_server_stops_is_answered() -> None:
    """On a new connection and on one that was used before; both answers say that the connection closes, and it does."""

    async def scenario() -> None:
        async with served(greet) as (port, state):
            new = await asyncio.open_connection("127.0.0.1", port)
            used = await asyncio.open_connection("127.0.0.1", port)
            idle = await asyncio.open_connection("127.0.0.1", port)
            used[1].write(GET)
            assert b"connection: close" not in await used[0].readuntil(b"hello")
            for connection in list(state.connections):
                connection.shutdown()
            await asyncio.sleep(0.3)
            for reader, writer in (new, used):
                writer.write(GET)
                answer = await reader.read()
                assert b" 200 " in answer
                assert b"connection: close" in answer
                writer.close()
            assert await idle[0].read() == b""
            idle[1].close()

    asyncio.run(scenario())
