"""A client of the server, for programs: the same calls synchronously and asynchronously, typed, on httpx (extra `client`).

    with Client("http://127.0.0.1:8080") as client:
        client.match(Device(uri="http://ua.example/phone.rdf"))["applications"]["chess"]["chosen"]
        client.send(calls.activate(3))

What is sent and the type of what comes back are values, `ccpp.calls`, one a route; either client carries any of them, and has methods for
those that programs need most.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

import httpx

from ccpp import calls
from ccpp.calls import Call, Device
from ccpp.errors import CcppError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator
    from types import TracebackType

    from ccpp.answers import Configuration, Explained, Install, Match, Offer, Profile, Progress, Provision

__all__ = ["TIMEOUT", "AsyncClient", "Call", "Client", "Device", "Line", "ServerError", "read_problem"]

T = TypeVar("T")

#: Seconds for an answer, unless told otherwise: the server gives up a body after ten.
TIMEOUT = 30.0

_JSON = "application/json"
_FAILED, _NO_CONTENT = 400, 204


class ServerError(CcppError):
    """An answer that is none: what the server says is wrong, with its status; 0 where it cannot be reached."""

    def __init__(self, status: int, message: str, *, hint: str | None = None, source: str | None = None) -> None:
        super().__init__(message, hint=hint, source=source)
        self.status = status


class Line(NamedTuple):
    """One line of a batch: its number, and the result or what is wrong with it."""

    number: int
    result: Any
    error: ServerError | None


def read_problem(status: int, content: bytes) -> ServerError:
    """What an answer says is wrong."""
    try:
        stated = json.loads(content)
        return ServerError(status, str(stated["detail"]), hint=stated.get("hint"), source=stated.get("instance"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return ServerError(status, f"the server answered {status}")


def _read(response: httpx.Response) -> Any:  # noqa: ANN401  JSON
    """What an answer holds.

    Raises:
        ServerError: it is an error, or no JSON where that is due.
    """
    if response.status_code >= _FAILED:
        raise read_problem(response.status_code, response.content)
    if response.status_code == _NO_CONTENT:
        return None
    if not response.headers.get("content-type", "").startswith(_JSON):
        return response.content
    try:
        return response.json()
    except ValueError:
        raise ServerError(response.status_code, "the answer is no JSON") from None


def _read_line(text: str) -> Line:
    stated = json.loads(text)
    if "problem" in stated:
        return Line(stated["line"], None, read_problem(stated["problem"]["status"], json.dumps(stated["problem"]).encode()))
    return Line(stated["line"], stated["result"], None)


def _unreachable(error: httpx.HTTPError) -> ServerError:
    return ServerError(0, f"the server cannot be reached: {type(error).__name__}", hint="is it running, and where?")


class Client:
    """The synchronous client.

    Args:
        base: the server's URL.
        headers: sent with every call, such as an `Authorization`.
        auth: who asks, such as `httpx.DigestAuth`.
        timeout: seconds for an answer.

    Raises:
        ServerError: from every call, if the answer is an error or there is none.
    """

    def __init__(
        self,
        base: str,
        *,
        headers: dict[str, str] | None = None,
        auth: httpx.Auth | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self._http = httpx.Client(base_url=base, headers=headers, auth=auth, timeout=timeout, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._http.close()

    def send(self, call: Call[T]) -> T:
        """Any call of `ccpp.calls`."""
        try:
            answer: T = _read(self._http.request(call.method, call.path, content=call.body, headers=list(call.headers)))
        except httpx.HTTPError as error:
            raise _unreachable(error) from None
        return answer

    def resolve(self, device: Device) -> Profile:
        """What a device can do, with origins and findings."""
        return self.send(calls.resolve(device))[0]

    def match(self, device: Device) -> Match:
        """The verdict of each variant, and the chosen one of each application."""
        return self.send(calls.match(device))

    def explain(self, device: Device, variant: str) -> Explained:
        """Why a variant fits or does not, and what would change it."""
        return self.send(calls.explain(device, variant))

    def provision(self, device: Device, application: str) -> Provision:
        """The decision on an application, its configuration and documents."""
        return self.send(calls.provision(device, application))

    def batch(self, operation: str, devices: Iterable[Device], **more: str) -> Iterator[Line]:
        """An operation for each of many devices, the answers as they come."""
        call = calls.batch(operation, devices, **more)
        try:
            with self._http.stream(call.method, call.path, content=call.body, headers=list(call.headers)) as response:
                if response.status_code >= _FAILED:
                    raise read_problem(response.status_code, response.read())
                yield from map(_read_line, response.iter_lines())
        except httpx.HTTPError as error:
            raise _unreachable(error) from None

    def begin(self, device: Device, application: str, *, key: str | None = None) -> Offer:
        """Offer an application to a device; sent again with the same key it is the same install."""
        return self.send(calls.begin(device, application, key))

    def progress(self, install: str) -> Install:
        """How far an install is."""
        return self.send(calls.install(install))

    def artefact(self, install: str, start: int = 0) -> bytes:
        """The artefact of an install, from a byte on."""
        return self.send(calls.artefact(install, start))

    def report(self, install: str, code: int) -> Progress:
        """Report what became of an install: 900 Success, and so on."""
        return self.send(calls.report(install, code))

    def configuration(self, install: str) -> Configuration:
        """The settings of an install."""
        return self.send(calls.configuration(install))

    def remove(self, install: str) -> None:
        """The application is gone from the device."""
        self.send(calls.remove(install))


class AsyncClient:
    """The asynchronous client; its calls are those of `Client`."""

    def __init__(
        self,
        base: str,
        *,
        headers: dict[str, str] | None = None,
        auth: httpx.Auth | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self._http = httpx.AsyncClient(base_url=base, headers=headers, auth=auth, timeout=timeout, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def send(self, call: Call[T]) -> T:
        """Any call of `ccpp.calls`."""
        try:
            answer: T = _read(await self._http.request(call.method, call.path, content=call.body, headers=list(call.headers)))
        except httpx.HTTPError as error:
            raise _unreachable(error) from None
        return answer

    async def resolve(self, device: Device) -> Profile:
        """What a device can do, with origins and findings."""
        return (await self.send(calls.resolve(device)))[0]

    async def match(self, device: Device) -> Match:
        """The verdict of each variant, and the chosen one of each application."""
        return await self.send(calls.match(device))

    async def explain(self, device: Device, variant: str) -> Explained:
        """Why a variant fits or does not, and what would change it."""
        return await self.send(calls.explain(device, variant))

    async def provision(self, device: Device, application: str) -> Provision:
        """The decision on an application, its configuration and documents."""
        return await self.send(calls.provision(device, application))

    async def batch(self, operation: str, devices: Iterable[Device], **more: str) -> AsyncIterator[Line]:
        """An operation for each of many devices, the answers as they come."""
        call = calls.batch(operation, devices, **more)
        try:
            async with self._http.stream(call.method, call.path, content=call.body, headers=list(call.headers)) as response:
                if response.status_code >= _FAILED:
                    raise read_problem(response.status_code, await response.aread())
                async for line in response.aiter_lines():
                    yield _read_line(line)
        except httpx.HTTPError as error:
            raise _unreachable(error) from None

    async def begin(self, device: Device, application: str, *, key: str | None = None) -> Offer:
        """Offer an application to a device; sent again with the same key it is the same install."""
        return await self.send(calls.begin(device, application, key))

    async def progress(self, install: str) -> Install:
        """How far an install is."""
        return await self.send(calls.install(install))

    async def artefact(self, install: str, start: int = 0) -> bytes:
        """The artefact of an install, from a byte on."""
        return await self.send(calls.artefact(install, start))

    async def report(self, install: str, code: int) -> Progress:
        """Report what became of an install: 900 Success, and so on."""
        return await self.send(calls.report(install, code))

    async def configuration(self, install: str) -> Configuration:
        """The settings of an install."""
        return await self.send(calls.configuration(install))

    async def remove(self, install: str) -> None:
        """The application is gone from the device."""
        await self.send(calls.remove(install))
