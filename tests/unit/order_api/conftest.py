"""Platforms and a client in haste, and a peer for them to call."""

from collections.abc import Iterator

import pytest

from tests.support.answers import Answers
from tests.support.peer import Peer
from tests.unit.order_api.accounts import Account
from tests.unit.order_api.calling import QUICK
from worker.order_api.http.client import Client
from worker.order_api.platforms import PLATFORMS


@pytest.fixture(scope="module", params=[*PLATFORMS])
def platform(request: pytest.FixtureRequest) -> str:
    """The name of a platform; every test that uses it, or what follows, runs on each of them."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def answers(platform: str) -> Answers:
    return Answers(platform)


@pytest.fixture
def account(peer: Peer, answers: Answers, platform: str) -> Iterator[Account]:
    """An account of the platform, which is the peer; it answers with the order 7."""
    with Client() as client:
        account = Account(peer, client, platform)
        account.meets(answers.show())
        yield account


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.close()


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(QUICK) as client:
        yield client
