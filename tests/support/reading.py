"""Reads a document by the profile of its source."""

import pytest

from tests.support.receiver import COURIER, NOW_SECONDS
from webhook_receiver.profiles.engine import read_events
from webhook_receiver.sources import Source
from worker.domain.errors import Unusable
from worker.domain.events import Event

RECEIVED_AT = NOW_SECONDS * 1_000_000 + 5
"""Microseconds."""


def read(body: bytes, source: Source = COURIER) -> Event:
    """Return the only event in *body*."""
    (event,) = read_events(source, body, RECEIVED_AT)
    return event


def reason(body: bytes, source: Source = COURIER) -> str:
    """Return the reason why *body* is unusable."""
    with pytest.raises(Unusable) as caught:
        read_events(source, body, RECEIVED_AT)
    return caught.value.reason
