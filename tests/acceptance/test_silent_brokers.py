"""A broker that falls silent without an end: orders go on, and a worker that is told to stop ends in time."""

from collections.abc import Callable, Iterator
from signal import SIGTERM
from urllib.parse import urlsplit

import pytest

from tests.support.brokers import rabbitmq_url, redis_url, through
from tests.support.courier import event_document
from tests.support.installation import CELERY, FULFILLMENT, Installation
from tests.support.kills import logs_are_clean
from tests.support.network import Network
from tests.support.programs import Program, until

GOES_ON_WITHIN_SECONDS = 120
"""RabbitMQ is known to be silent after two heartbeats."""
STOPS_WITHIN_SECONDS = 28
"""`fulfillment up` and systemd kill later than this."""
COMMANDS = {"fulfillment": (*FULFILLMENT, "worker"), "celery": (*CELERY, "worker", "--concurrency", "8")}


@pytest.fixture(scope="module", params=[redis_url, rabbitmq_url], ids=["redis", "rabbitmq"])
def broker(request: pytest.FixtureRequest) -> Iterator[tuple[str, Network]]:
    """The URL of a broker, and the network before it."""
    for url in request.param():
        parts = urlsplit(url)
        network = Network(parts.hostname or "", parts.port or 0)
        yield through(network.port, url), network
        network.close()


@pytest.fixture(scope="module")
def installation(broker: tuple[str, Network], build: Callable[..., Installation]) -> Installation:
    installation = build(BROKER_URL=broker[0])
    return installation.open(installation.platform, installation.receiver, installation.worker)


@pytest.fixture
def network(broker: tuple[str, Network]) -> Iterator[Network]:
    yield broker[1]
    broker[1].silent.clear()


def completes(installation: Installation, *order_ids: int) -> None:
    for order_id in order_ids:
        installation.sandbox.order(order_id)
        document = event_document(f"evt_{order_id}", "shipment.delivered", order_id)
        assert installation.courier.post(document).status_code == 202

    def are_completed() -> bool:
        return all(installation.sandbox.seen(order_id)["status"] == "completed" for order_id in order_ids)

    until(are_completed, GOES_ON_WITHIN_SECONDS, "the orders are completed")


def test_orders_go_on_when_the_connections_have_fallen_silent(installation: Installation, network: Network):
    completes(installation, 1, 2)
    network.forget()
    completes(installation, 3, 4, 5)
    until(lambda: installation.get("/readyz").json()["broker"] == "ok")
    assert logs_are_clean(installation.worker, installation.receiver)


def test_the_receiver_says_that_the_broker_is_silent_and_orders_go_on_meanwhile_and_after_it(
    installation: Installation, network: Network
):
    network.silent.set()
    until(lambda: installation.get("/readyz").json()["broker"] == "unavailable")
    completes(installation, 6, 7)
    network.silent.clear()
    completes(installation, 8)
    until(lambda: installation.get("/readyz").json()["broker"] == "ok")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_worker_that_is_told_to_stop_while_its_broker_is_silent_ends_in_time(
    installation: Installation, network: Network, name: str
):
    worker: Program = installation.add_worker(f"{name}-worker", *COMMANDS[name])
    worker.start()
    network.silent.set()
    worker.send(SIGTERM)
    assert worker.exit_code(STOPS_WITHIN_SECONDS) == 0
    assert "Traceback" not in worker.output
