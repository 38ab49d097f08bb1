"""Documents, read by their source's profile."""

import pytest

from tests.support.receiver import COURIER, NOW
from webhook_receiver.profiles.engine import read_events
from webhook_receiver.sources import Source
from worker.domain.errors import Unusable
from worker.domain.events import Event

RECEIVED = NOW * 1_000_000 + 5


def read(body: bytes, source: Source = COURIER) -> Event:
    (event,) = read_events(source, body, RECEIVED)
    return event


def reason(body: bytes, source: Source = COURIER) -> str:
    with pytest.raises(Unusable) as caught:
        read_events(source, body, RECEIVED)
    return caught.value.reason
