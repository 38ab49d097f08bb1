"""Every platform as a peer on a socket, a patient client, and one with a short deadline."""

from collections.abc import Iterator

import pytest

from tests.integration.order_api.accounts import PeerAccount
from tests.integration.order_api.calling import PATIENT, QUICK
from tests.support.answers import Answers
from tests.support.peer import Peer
from worker.order_api.http.client import Client
from worker.order_api.platforms import PLATFORMS


@pytest.fixture(scope="module", params=[*PLATFORMS])
def platform(request: pytest.FixtureRequest) -> str:
    """The name of a platform. A test that uses this fixture, or one of the following, runs on each platform."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def answers(platform: str) -> Answers:
    return Answers(platform)


@pytest.fixture
def account(peer: Peer, answers: Answers, platform: str) -> Iterator[PeerAccount]:
    """An account of the platform, which is the peer; it answers with the order 7."""
    with Client() as client:
        account = PeerAccount(peer, client, platform)
        account.answers_with(answers.show())
        yield account


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.close()


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(PATIENT) as client:
        yield client


@pytest.fixture
def quick() -> Iterator[Client]:
    with Client(QUICK) as client:
        yield client
