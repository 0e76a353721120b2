"""What is answered when a request cannot be: a problem document (RFC 9457) with one sentence, and the table of statuses."""

from __future__ import annotations

import json
import traceback
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING

from ccpp.errors import (
    CatalogueError,
    CcppError,
    FetchError,
    NoProfile,
    NotRdf,
    NotXml,
    ProfileError,
    ProfileTooLarge,
    RequirementError,
    SubscriberError,
    UsageError,
)
from ccpp.exchange.model import ExchangeError
from ccpp.provisioning.bootstrap import BootstrapError
from ccpp.provisioning.settings import SettingsError
from ccpp.provisioning.sms import SmsError
from ccpp.provisioning.subscriber import SubscriberError as AccountError
from ccpp.server.message import Response
from ccpp.storage.database.opening import StorageError, StorageFull

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccpp.exchange.model import Field

PROBLEM = "application/problem+json"


class Refused(CcppError):
    """A request that is answered with an error; `status` says which, `headers` go with it."""

    def __init__(self, status: int, message: str, *, hint: str | None = None, headers: tuple[Field, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.headers = headers


#: Class of an error → the status of the response to a request that caused it; the nearest base class counts.
STATUSES: Mapping[type[CcppError], int] = MappingProxyType(
    {
        CcppError: 500,
        UsageError: 400,
        ExchangeError: 400,
        SubscriberError: 400,
        AccountError: 400,
        BootstrapError: 400,
        SettingsError: 400,
        SmsError: 400,
        CatalogueError: 422,
        RequirementError: 422,
        StorageError: 503,
        StorageFull: 507,
        FetchError: 502,
        ProfileError: 422,
        ProfileTooLarge: 413,
        NotXml: 422,
        NotRdf: 422,
        NoProfile: 422,
    }
)


#: Class of an error that is not told in detail → what is told of it.
_UNTOLD: Mapping[type[CcppError], str] = MappingProxyType(
    {
        StorageError: "what is kept here cannot be reached now; nothing was changed by this request, or all of it",
        StorageFull: "there is no room for what is to be kept; nothing was changed by this request",
    }
)


def status_of(error: CcppError) -> int:
    """The status that an error is answered with."""
    if isinstance(error, Refused):
        return error.status
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def places(error: BaseException) -> list[str]:
    """Where an exception was raised, the last three places: what can be told of one that nobody foresaw."""
    last = traceback.extract_tb(error.__traceback__)[-3:]
    return [f"{frame.filename.rpartition('ccpp/')[2]}:{frame.lineno}" for frame in last]


def problem(error: CcppError, request_id: str) -> Response:
    """An error as a problem document; what the server itself is to blame for is not told in detail, the log has it under the same id."""
    status = status_of(error)
    told = error if status < HTTPStatus.INTERNAL_SERVER_ERROR or isinstance(error, Refused | FetchError) else None
    form = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": " ".join(told.message.split()) if told else _UNTOLD.get(type(error), "the server could not do this"),
        "hint": told.hint if told else None,
        "line": told.line if told else None,
        "instance": f"urn:ccpp:request:{request_id}",
    }
    content = json.dumps({key: value for key, value in form.items() if value is not None}, ensure_ascii=False)
    headers = error.headers if isinstance(error, Refused) else ()
    headers += (("Retry-After", "1"),) if isinstance(error, StorageError) else ()
    written = content.encode(errors="replace")
    return Response(status, (("Content-Type", PROBLEM), *headers), written, error=None if told else error)
