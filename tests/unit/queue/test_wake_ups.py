"""What happens to wake-ups when the broker refuses them, or the queue is full."""

from itertools import count
from typing import Any

import pytest
from amqp.exceptions import AccessRefused
from celery import Celery

from tests.support.events import KEY
from worker.queue import wake_ups
from worker.queue.celery_config import make_celery
from worker.queue.messages import QUEUE
from worker.queue.wake_ups import BrokerUnavailable, WakeUpQueue

SECRET = "long-password"


class Refusing(Celery):
    """An app whose broker refuses the connection."""

    def connection_for_write(self, *_args: Any, **_options: Any) -> Any:
        raise AccessRefused(f"ACCESS_REFUSED - {SECRET}")


@pytest.mark.parametrize("ask", [WakeUpQueue.ping, WakeUpQueue.capacity, lambda queue: queue.enqueue(KEY)])
def test_a_broker_that_refuses_the_connection_is_unavailable(ask):
    with pytest.raises(BrokerUnavailable) as caught:
        ask(WakeUpQueue(Refusing()))
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("seconds_each", [0.0, 2.0], ids=["one measurement", "a measurement for each"])
def test_a_queue_that_nobody_empties_takes_no_more_than_its_bound(monkeypatch, seconds_each):
    monkeypatch.setattr(wake_ups, "MAX_QUEUED", 3)
    seconds = count(step=seconds_each)
    app = make_celery("memory://")
    wake_up_queue = WakeUpQueue(app, monotonic=lambda: next(seconds))
    with app.connection_for_read() as connection:
        queue: Any = app.amqp.queues[QUEUE].bind(connection.channel())
        queue.declare()
        queue.purge()
        for _ in range(10):
            wake_up_queue.enqueue(KEY)
        assert queue.queue_declare().message_count == 3
    assert wake_up_queue.capacity() == 0
