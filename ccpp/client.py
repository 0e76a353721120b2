"""A client of the server, for programs: the same calls synchronously and asynchronously, typed, on httpx (extra `client`).

    with Client("http://127.0.0.1:8080") as client:
        client.match(Device(uri="http://ua.example/phone.rdf"))["applications"]["chess"]["chosen"]

What a call sends and what its answer means are values and functions, written once; the two clients only carry them. Answers are of the types
of `ccpp.answers`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import quote

import httpx

from ccpp.errors import CcppError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
    from types import TracebackType

    from ccpp.answers import Configuration, Explained, Match, Offer, Profile, Progress, Provision

#: Seconds for an answer, unless told otherwise: the server gives up a body after ten.
TIMEOUT = 30.0

_JSON, _NDJSON = "application/json", "application/x-ndjson"
_FAILED = 400


class ServerError(CcppError):
    """An answer that is none: what the server says is wrong, with its status; 0 where it cannot be reached."""

    def __init__(self, status: int, message: str, *, hint: str | None = None, source: str | None = None) -> None:
        super().__init__(message, hint=hint, source=source)
        self.status = status


@dataclass(frozen=True, slots=True)
class Device:
    """What tells a device: a document, a URI in the server's repository, a User-Agent, or the headers it sent; then what is merged."""

    document: str | None = None
    uri: str | None = None
    user_agent: str | None = None
    headers: Sequence[tuple[str, str]] | None = None
    diffs: Sequence[str] = ()
    overrides: Sequence[str] = ()
    normalise: bool = False
    closed_world: bool = False


class Line(NamedTuple):
    """One line of a batch: its number, and the result or what is wrong with it."""

    number: int
    result: Any
    error: ServerError | None


class Call(NamedTuple):
    """What is sent."""

    method: str
    path: str
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()


_KEYS = {"user_agent": "userAgent", "closed_world": "closedWorld"}


def asked(device: Device, **more: str | None) -> dict[str, Any]:
    """A device, and what else is asked, as the server reads it; what is not said is left out."""
    stated = {_KEYS.get(one.name, one.name): getattr(device, one.name) for one in fields(device)}
    stated = {key: list(value) if isinstance(value, tuple | list) else value for key, value in stated.items() if value}
    return stated | {key: value for key, value in more.items() if value is not None}


def _post(path: str, value: object, *headers: tuple[str, str]) -> Call:
    return Call("POST", path, json.dumps(value).encode(), (("content-type", _JSON), *headers))


def _batch(operation: str, devices: Iterable[dict[str, Any]]) -> Call:
    body = b"".join(json.dumps(one).encode() + b"\n" for one in devices)
    return Call("POST", f"/v1/{operation}/batch", body, (("content-type", _NDJSON),))


def _begin(device: Device, application: str, key: str | None) -> Call:
    return _post("/v1/installs", asked(device, application=application), *([("idempotency-key", key)] if key else []))


def _install(identifier: str, *parts: str, method: str = "GET", body: bytes | None = None) -> Call:
    return Call(method, "/".join(("/installs", quote(identifier, safe=""), *parts)), body)


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
        timeout: seconds for an answer.

    Raises:
        ServerError: from every call, if the answer is an error or there is none.
    """

    def __init__(self, base: str, *, headers: dict[str, str] | None = None, timeout: float = TIMEOUT) -> None:
        self._http = httpx.Client(base_url=base, headers=headers, timeout=timeout, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._http.close()

    def send(self, call: Call) -> Any:  # noqa: ANN401  JSON
        """Any call."""
        try:
            return _read(self._http.request(call.method, call.path, content=call.body, headers=list(call.headers)))
        except httpx.HTTPError as error:
            raise _unreachable(error) from None

    def resolve(self, device: Device) -> Profile:
        """What a device can do, with origins and findings."""
        found: Profile = self.send(_post("/v1/resolve", asked(device)))[0]
        return found

    def match(self, device: Device) -> Match:
        """The verdict of each variant, and the chosen one of each application."""
        found: Match = self.send(_post("/v1/match", asked(device)))
        return found

    def explain(self, device: Device, variant: str) -> Explained:
        """Why a variant fits or does not, and what would change it."""
        found: Explained = self.send(_post("/v1/explain", asked(device, variant=variant)))
        return found

    def provision(self, device: Device, application: str) -> Provision:
        """The decision on an application, its configuration and documents."""
        found: Provision = self.send(_post("/v1/provision", asked(device, application=application)))
        return found

    def batch(self, operation: str, devices: Iterable[Device], **more: str) -> Iterator[Line]:
        """An operation for each of many devices, the answers as they come."""
        call = _batch(operation, (asked(device, **more) for device in devices))
        try:
            with self._http.stream(call.method, call.path, content=call.body, headers=list(call.headers)) as response:
                if response.status_code >= _FAILED:
                    raise read_problem(response.status_code, response.read())
                yield from map(_read_line, response.iter_lines())
        except httpx.HTTPError as error:
            raise _unreachable(error) from None

    def begin(self, device: Device, application: str, *, key: str | None = None) -> Offer:
        """Offer an application to a device; sent again with the same key it is the same install."""
        found: Offer = self.send(_begin(device, application, key))
        return found

    def progress(self, install: str) -> Progress:
        """How far an install is."""
        found: Progress = self.send(_install(install))
        return found

    def artefact(self, install: str, start: int = 0) -> bytes:
        """The artefact of an install, from a byte on."""
        call = _install(install, "artefact")
        found: bytes = self.send(call._replace(headers=(("range", f"bytes={start}-"),)) if start else call)
        return found

    def report(self, install: str, code: int) -> Progress:
        """Report what became of an install: 900 Success, and so on."""
        found: Progress = self.send(_install(install, "notify", method="POST", body=str(code).encode()))
        return found

    def configuration(self, install: str) -> Configuration:
        """The settings of an install."""
        found: Configuration = self.send(_install(install, "configuration"))
        return found

    def remove(self, install: str) -> None:
        """The application is gone from the device."""
        self.send(_install(install, method="DELETE"))


class AsyncClient:
    """The asynchronous client; its calls are those of `Client`."""

    def __init__(self, base: str, *, headers: dict[str, str] | None = None, timeout: float = TIMEOUT) -> None:
        self._http = httpx.AsyncClient(base_url=base, headers=headers, timeout=timeout, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def send(self, call: Call) -> Any:  # noqa: ANN401  JSON
        """Any call."""
        try:
            return _read(await self._http.request(call.method, call.path, content=call.body, headers=list(call.headers)))
        except httpx.HTTPError as error:
            raise _unreachable(error) from None

    async def resolve(self, device: Device) -> Profile:
        """What a device can do, with origins and findings."""
        found: Profile = (await self.send(_post("/v1/resolve", asked(device))))[0]
        return found

    async def match(self, device: Device) -> Match:
        """The verdict of each variant, and the chosen one of each application."""
        found: Match = await self.send(_post("/v1/match", asked(device)))
        return found

    async def explain(self, device: Device, variant: str) -> Explained:
        """Why a variant fits or does not, and what would change it."""
        found: Explained = await self.send(_post("/v1/explain", asked(device, variant=variant)))
        return found

    async def provision(self, device: Device, application: str) -> Provision:
        """The decision on an application, its configuration and documents."""
        found: Provision = await self.send(_post("/v1/provision", asked(device, application=application)))
        return found

    async def batch(self, operation: str, devices: Iterable[Device], **more: str) -> AsyncIterator[Line]:
        """An operation for each of many devices, the answers as they come."""
        call = _batch(operation, (asked(device, **more) for device in devices))
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
        found: Offer = await self.send(_begin(device, application, key))
        return found

    async def progress(self, install: str) -> Progress:
        """How far an install is."""
        found: Progress = await self.send(_install(install))
        return found

    async def artefact(self, install: str, start: int = 0) -> bytes:
        """The artefact of an install, from a byte on."""
        call = _install(install, "artefact")
        found: bytes = await self.send(call._replace(headers=(("range", f"bytes={start}-"),)) if start else call)
        return found

    async def report(self, install: str, code: int) -> Progress:
        """Report what became of an install: 900 Success, and so on."""
        found: Progress = await self.send(_install(install, "notify", method="POST", body=str(code).encode()))
        return found

    async def configuration(self, install: str) -> Configuration:
        """The settings of an install."""
        found: Configuration = await self.send(_install(install, "configuration"))
        return found

    async def remove(self, install: str) -> None:
        """The application is gone from the device."""
        await self.send(_install(install, method="DELETE"))
