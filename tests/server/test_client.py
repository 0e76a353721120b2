"""The client against the server, both ways of calling it: they have the same calls and get the same answers."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING

import pytest
from serving import B610, DROID, N80, free_port

from ccpp import samples
from ccpp.client import AsyncClient, Client, Device, ServerError

if TYPE_CHECKING:
    from serving import Process

HEADERS = (("x-wap-profile", f'"{N80}"'),)


def base(server: Process) -> str:
    return f"http://127.0.0.1:{server.port}"


def test_both_clients_have_the_same_calls() -> None:
    def calls(client: type) -> dict[str, list[str]]:
        found = inspect.getmembers(client, inspect.isfunction)
        return {name: list(inspect.signature(function).parameters) for name, function in found if not name.startswith("__")}

    assert calls(Client) == calls(AsyncClient)


def test_decisions_are_those_of_the_server(server: Process) -> None:
    async def asynchronously() -> list[object]:
        async with AsyncClient(base(server)) as client:
            return [
                await client.resolve(Device(uri=N80)),
                await client.match(Device(headers=HEADERS)),
                await client.explain(Device(user_agent="Delta N80/1.0"), "chess-large"),
                await client.provision(Device(document=samples.sample("09-echo-droid.rdf").decode(), uri=DROID), "chess"),
                *[line async for line in client.batch("match", [Device(uri=N80), Device(uri="http://nobody.example/")])],
            ][:5]

    with Client(base(server)) as client:
        found = [
            client.resolve(Device(uri=N80)),
            client.match(Device(headers=HEADERS)),
            client.explain(Device(user_agent="Delta N80/1.0"), "chess-large"),
            client.provision(Device(document=samples.sample("09-echo-droid.rdf").decode(), uri=DROID), "chess"),
        ]
        lines = list(client.batch("match", [Device(uri=N80), Device(uri="http://nobody.example/")]))
    assert client.match.__doc__
    assert found[1]["applications"]["chess"]["chosen"] == "chess-medium"
    assert lines[0].result == found[1]
    assert (lines[1].number, lines[1].error and lines[1].error.status) == (2, 404)
    assert asyncio.run(asynchronously()) == [*found, lines[0]]


def test_an_install_goes_its_way(server: Process) -> None:
    async def asynchronously() -> str:
        async with AsyncClient(base(server)) as client:
            offer = await client.begin(Device(uri=B610), "chess")
            assert len(await client.artefact(offer["install"])) == 121_866
            await client.report(offer["install"], 900)
            await client.configuration(offer["install"])
            state = (await client.progress(offer["install"]))["state"]
            await client.remove(offer["install"])
            return state

    assert asyncio.run(asynchronously()) == "configured"
    with Client(base(server)) as client:
        offer = client.begin(Device(uri=B610), "chess", key="once")
        assert client.begin(Device(uri=B610), "chess", key="once")["install"] == offer["install"]
        whole = client.artefact(offer["install"])
        assert client.artefact(offer["install"], 100_000) == whole[100_000:]
        assert client.report(offer["install"], 900)["state"] == "installed"
        assert client.configuration(offer["install"]) == offer["configuration"]
        client.remove(offer["install"])
        assert client.progress(offer["install"])["state"] == "removed"
        with pytest.raises(ServerError, match="cannot install") as error:
            client.report(offer["install"], 900)
        assert error.value.status == 409


def test_what_is_wrong_is_told() -> None:
    with Client(f"http://127.0.0.1:{free_port()}") as client, pytest.raises(ServerError, match="cannot be reached") as error:
        client.match(Device(uri=N80))
    assert error.value.status == 0
