"""What the tests of the receiver's server share."""

from collections.abc import Iterator

import pytest

from tests.support.receiver import ReceiverHarness
from tests.support.wire import Connect, connections, serving
from webhook_receiver.server.timeouts import Timeouts


@pytest.fixture
def receiver() -> ReceiverHarness:
    return ReceiverHarness()


@pytest.fixture
def timeouts() -> Timeouts:
    return Timeouts(answer_seconds=60.0)  # also on a busy machine


@pytest.fixture
def connect(receiver: ReceiverHarness, timeouts: Timeouts) -> Iterator[Connect]:
    """Connections to the receiver's server, which runs in a thread."""
    with serving(receiver.app, timeouts) as (_, port), connections(port) as connect:
        yield connect
