"""A broker whose connections fall silent without an end: nobody waits for long, and new connections are used."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.brokers import rabbitmq_url, redis_url, through
from tests.support.database_in_trouble import within
from tests.support.events import KEY
from tests.support.network import Network
from tests.support.programs import until
from webhook_receiver.background.sender import BackgroundSender
from webhook_receiver.wiring import Readiness
from worker.queue import wake_ups
from worker.queue.celery_config import make_celery
from worker.queue.messages import QUEUE
from worker.queue.wake_ups import MAX_QUEUED, BrokerUnavailable, WakeUpQueue

TIMEOUT_SECONDS = 2.0
"""Enough for a broker that answers, also on a busy machine."""
IN_TIME_SECONDS = 30.0
"""Less than the timeouts of twenty calls one after another."""


@pytest.fixture(scope="module", params=[redis_url, rabbitmq_url], ids=["redis", "rabbitmq"])
def broker(request: pytest.FixtureRequest) -> Iterator[str]:
    yield from request.param()


@pytest.fixture
def url(broker: str) -> str:
    """The URL of a broker without wake-ups."""
    app = make_celery(broker)
    with app.connection_for_write() as connection:
        queue: Any = app.amqp.queues[QUEUE].bind(connection.default_channel)
        queue.declare()
        queue.purge()
    return broker


@pytest.fixture
def network(url: str) -> Iterator[Network]:
    parts = urlsplit(url)
    network = Network(parts.hostname or "", parts.port or 0)
    yield network
    network.close()


@pytest.fixture
def queue(network: Network, url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[WakeUpQueue]:
    """A queue that is measured for every wake-up."""
    monkeypatch.setattr(wake_ups, "MEASURE_EVERY_SECONDS", 0.0)
    with closing(WakeUpQueue(make_celery(through(network.port, url), timeout_seconds=TIMEOUT_SECONDS))) as queue:
        yield queue


def length(url: str) -> int:
    with closing(WakeUpQueue(make_celery(url))) as queue:
        return MAX_QUEUED - queue.capacity()


def test_a_connection_that_has_fallen_silent_is_replaced(queue: WakeUpQueue, network: Network, url: str):
    queue.enqueue(KEY)
    until(lambda: length(url) == 1)
    network.forget()
    with within(IN_TIME_SECONDS):
        queue.enqueue(KEY)
    until(lambda: length(url) == 2)


@pytest.mark.parametrize("ask", [WakeUpQueue.ping, WakeUpQueue.capacity, lambda queue: queue.enqueue(KEY)])
def test_a_broker_that_is_silent_is_unavailable_in_time_and_used_again_when_it_answers(
    queue: WakeUpQueue, network: Network, ask: Callable[[WakeUpQueue], object]
):
    queue.enqueue(KEY)
    network.silent.set()
    with within(IN_TIME_SECONDS), pytest.raises(BrokerUnavailable):
        ask(queue)
    network.silent.clear()
    ask(queue)


def test_nobody_waits_for_somebody_who_waits_for_the_broker(queue: WakeUpQueue, network: Network):
    queue.enqueue(KEY)
    network.silent.set()

    def ask(_number: int) -> None:
        with pytest.raises(BrokerUnavailable):
            queue.enqueue(KEY)

    with within(IN_TIME_SECONDS), ThreadPoolExecutor(20) as pool:
        list(pool.map(ask, range(20)))


def test_the_receiver_goes_on_and_says_that_it_has_no_broker(queue: WakeUpQueue, network: Network, url: str):
    counts: list[object] = []
    sender = BackgroundSender(queue.enqueue, counts.append)
    readiness = Readiness(database=lambda: None, broker=queue.ping)
    sender.enqueue([KEY])
    until(lambda: length(url) == 1)
    network.silent.set()
    sender.enqueue([KEY])
    sender.count("courier", "refused")
    until(lambda: counts, what="the counts are added")
    until(lambda: readiness.states()["broker"] == "unavailable")
    network.silent.clear()
    sender.enqueue([KEY])
    until(lambda: length(url) == 2, what="wake-ups are enqueued again")
    until(lambda: readiness.states()["broker"] == "ok")
    sender.close(5)
