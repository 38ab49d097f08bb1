"""Nudges: which brokers may carry them, and what becomes of one that fails."""

from itertools import count
from typing import Any

import pytest
from amqp.exceptions import AccessRefused
from celery import Celery

from tests.support.stories import KEY
from worker.domain.errors import SettingsError
from worker.queue import wake_ups
from worker.queue.wake_ups import BrokerUnavailable, WakeUpQueue, make_celery

SECRET = "long-password"


@pytest.mark.parametrize("kind", ["foo", "foo+bar", "sqs", "sentinel", "valkey"])
def test_a_broker_to_which_there_is_no_way_is_refused_in_one_sentence(kind):
    with pytest.raises(SettingsError) as refused:
        make_celery(f"{kind}://u:{SECRET}@h/")
    assert str(refused.value).startswith(f"broker_url begins with {kind.partition('+')[0]}://, ")
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("url", ["redis://h", "rediss://h", "redis+socket:///s", "amqp://h//", "memory://"])
def test_a_broker_that_celery_knows_is_taken(url):
    assert make_celery(url).conf.task_default_queue == "fulfillment"


class Refusing(Celery):
    """An app whose broker does not let us in."""

    def connection_for_write(self, *_args: Any, **_options: Any) -> Any:
        raise AccessRefused(f"ACCESS_REFUSED - {SECRET}")


@pytest.mark.parametrize("ask", [WakeUpQueue.ping, WakeUpQueue.capacity, lambda wake_ups: wake_ups(KEY)])
def test_a_broker_that_does_not_let_us_in_does_not_take_nudges(ask):
    with pytest.raises(BrokerUnavailable) as caught:
        ask(WakeUpQueue(Refusing()))
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("a_nudge_takes", [0.0, 2.0], ids=["within one look", "with a look for each"])
def test_a_queue_that_nobody_empties_takes_no_more_than_its_bound(monkeypatch, a_nudge_takes):
    monkeypatch.setattr(wake_ups, "MOST_QUEUED", 3)
    seconds = count(step=a_nudge_takes)
    app = make_celery("memory://")
    wake_ups = WakeUpQueue(app, elapsed=lambda: next(seconds))
    with app.connection_for_read() as connection:
        queue: Any = app.amqp.queues[wake_ups.QUEUE].bind(connection.channel())
        queue.declare()
        queue.purge()
        for _ in range(10):
            wake_ups(KEY)
        assert queue.queue_declare().message_count == 3
    assert wake_ups.capacity() == 0
