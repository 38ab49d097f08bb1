"""A client in haste, and a peer for it to call."""

from collections.abc import Iterator

import pytest

from tests.support.peer import Peer
from tests.unit.order_api.calling import QUICK
from worker.order_api.client import Client


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.close()


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(QUICK) as client:
        yield client
