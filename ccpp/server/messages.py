"""Short messages on their way to devices, over HTTP: one is queued, and how far it is can be asked by whoever has its name."""

from __future__ import annotations

from hashlib import sha256
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

from ccpp.provisioning.submission import ShortMessage, submit_sm
from ccpp.server.live import to_json
from ccpp.server.message import json_response
from ccpp.server.problems import Refused
from ccpp.server.steps import call
from ccpp.server.views import link
from ccpp.storage.database.outbox import Message, MessageState, Sending, find_message, put_message

if TYPE_CHECKING:
    from ccpp.server.message import Request, Response
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps
    from ccpp.storage.database.outbox import Letter

#: Characters of an `Idempotency-Key`, and of a message's name.
_MAX_KEY, _MAX_ID = 200, 64


def enqueue(
    request: Request,
    service: Service,
    letter: Letter,
    *,
    seconds: float | None = None,
    state: MessageState = MessageState.QUEUED,
) -> Steps[Message]:
    """Put a letter into the queue, which is of use for some seconds, else for as long as the options say.

    Sent again under the same `Idempotency-Key` it is the message that is there already. In a state of the end it is never sent, and soon
    forgotten: so what is done for nobody takes as long as what is done for somebody.

    Raises:
        Refused: there is no gateway, or what is to be sent is nothing that it could take.
    """
    if not service.options.gateway:
        raise Refused(400, "this server has no gateway for short messages", hint="start it with --gateway")
    for part in letter.parts:
        submit_sm(ShortMessage(letter.to, part.user_data, part.coding, part.header))
    now = request.time
    expires = now + (service.options.message_seconds if seconds is None else seconds)
    changed = now if state is MessageState.QUEUED else 0.0
    message = Message(token_urlsafe(18), state, (None,) * len(letter.parts), 0, now, now, expires, changed, None)
    who = Sending(request.identity.name, request.id, _request_key(request))
    return (yield from call(put_message, service.database, service.keys, message, letter, who))


def _request_key(request: Request) -> str | None:
    given = request.header("idempotency-key")
    if given is None:
        return None
    if not given or len(given) > _MAX_KEY:
        raise Refused(400, f"an Idempotency-Key has 1 to {_MAX_KEY} characters")
    whose = "\n".join(("message", request.identity.name, request.identity.subscriber or "", given))
    return sha256(whose.encode(errors="replace")).hexdigest()


def location_of(message: Message) -> str:
    """Where to ask how far a message is."""
    return link("v1", "messages", message.id)


def status(request: Request, service: Service) -> Steps[Response]:
    """How far a message is."""
    identifier = request.parameters["message"]
    found = None
    if len(identifier) <= _MAX_ID:
        found = yield from call(find_message, service.database, identifier)
    if found is None:
        raise Refused(404, "no such message", hint="messages that ended are forgotten after a month")
    return json_response(to_json(plain_message(found)), 200, ("Cache-Control", "no-store"))


def plain_message(message: Message) -> dict[str, Any]:
    """What may be told of a message."""
    return {
        "message": message.id,
        "state": message.state.value,
        "parts": len(message.receipts),
        "sent": sum(one is not None for one in message.receipts),
        "attempts": message.attempts,
        "created": message.created,
        "expires": message.expires,
        "changed": message.changed,
        "due": message.due if message.state is MessageState.QUEUED else None,
        "error": message.error,
    }
