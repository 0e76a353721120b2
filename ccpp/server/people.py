"""Whose device a request is about, where that is known: what the subscriber prefers and refuses counts in the choice."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from ccpp.server.live import When
from ccpp.server.steps import call
from ccpp.situation import Subscriber
from ccpp.storage.database.subscribers import get_subscriber
from ccpp.subscribers import load_subscriber

if TYPE_CHECKING:
    from ccpp.server.message import Request
    from ccpp.server.service import Service
    from ccpp.server.steps import Steps


def when_of(request: Request, service: Service) -> Steps[When]:
    """For whom and when a request is decided; a step only where somebody is known."""
    identifier = request.identity.subscriber
    if identifier is None:
        return When(request.time)
    kept = yield from call(get_subscriber, service.database, service.keys, identifier)
    subscriber = Subscriber() if kept is None else read_facts(kept.facts)
    return When(request.time, replace(subscriber, id=identifier))


def read_facts(facts: object) -> Subscriber:
    """What is known of a subscriber, as the choice takes it.

    Raises:
        SubscriberError: it says what cannot be said of a subscriber.
    """
    return load_subscriber(json.dumps(facts).encode(), source="facts.json")
