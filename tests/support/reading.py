"""Reads a document by the profile of its source."""

import pytest

from tests.support.receiver import COURIER, NOW_SECONDS
from webhook_receiver.profiles.formats import format_of
from webhook_receiver.sources import Source
from worker.domain.errors import Unusable
from worker.domain.events import Event

RECEIVED_AT = NOW_SECONDS * 1_000_000 + 5
"""Microseconds."""


def read_events(source: Source, body: bytes, received_at: int) -> tuple[Event, ...]:
    """Return the events in *body*, or raise `Unusable`."""
    delivery = format_of(source).read(body, received_at)
    if delivery.unusable:
        raise Unusable(delivery.unusable, delivery.detail)
    return delivery.events


def read(body: bytes, source: Source = COURIER) -> Event:
    """Return the only event in *body*."""
    (event,) = read_events(source, body, RECEIVED_AT)
    return event


def reason(body: bytes, source: Source = COURIER) -> str:
    """Return the reason why *body* is unusable."""
    with pytest.raises(Unusable) as caught:
        read_events(source, body, RECEIVED_AT)
    return caught.value.reason
