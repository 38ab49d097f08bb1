"""Wake-ups: Celery messages with a key (account, order id) that say "reconcile this order now"."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import redis
from amqp.exceptions import AMQPError
from celery import Celery
from kombu.exceptions import OperationalError

from worker.domain.orders import OrderKey
from worker.queue.celery_config import QUEUE

RECONCILE = "fulfillment.reconcile"
PROBE = "fulfillment.probe"
PRUNE = "fulfillment.prune"

EXPIRES_SECONDS = 60
"""A wake-up that has waited for this long is dropped, because the scheduler has enqueued another."""
MAX_QUEUED = 5_000
"""The most wake-ups in the queue: when no worker runs, they must not fill the broker."""
MEASURE_EVERY_SECONDS = 1.0
"""How often the length of the queue is measured."""


class BrokerUnavailable(Exception):
    """The broker takes no wake-ups now. The scheduler enqueues the orders later."""


class WakeUpQueue:
    """Enqueues wake-ups. The timeouts of the app bound the time that it takes, `MAX_QUEUED` the number of wake-ups.

    *monotonic* returns seconds.
    """

    def __init__(self, app: Celery, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._app, self._monotonic = app, monotonic
        self._measured_at, self._capacity = float("-inf"), 0
        self._lock = threading.Lock()

    def capacity(self) -> int:
        """Return how many more wake-ups the queue takes. Raises `BrokerUnavailable`."""
        with _translated(), self._lock:
            self._measure()
            return self._capacity

    def enqueue(self, key: OrderKey) -> None:
        """Enqueue one wake-up, or drop it when the queue is full. Raises `BrokerUnavailable`."""
        with _translated():
            with self._lock:
                self._measure()
                if self._capacity <= 0:
                    return
                self._capacity -= 1
            self._app.send_task(RECONCILE, args=list(key), expires=EXPIRES_SECONDS, ignore_result=True)

    def ping(self) -> None:
        """Raise `BrokerUnavailable` unless the broker answers."""
        with _translated(), self._app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=1)

    def _measure(self) -> None:
        """Measure the length of the queue, if `MEASURE_EVERY_SECONDS` have passed. This creates a missing queue."""
        if self._monotonic() - self._measured_at < MEASURE_EVERY_SECONDS:
            return
        with self._app.connection_for_write() as connection, connection.channel() as channel:
            declared: Any = self._app.amqp.queues[QUEUE].bind(channel).queue_declare()
        self._measured_at, self._capacity = self._monotonic(), MAX_QUEUED - declared.message_count


@contextmanager
def _translated() -> Iterator[None]:
    """Raise every error of the broker as `BrokerUnavailable`."""
    try:
        yield
    except (OperationalError, AMQPError, OSError, redis.RedisError) as error:
        raise BrokerUnavailable(f"the broker does not answer: {type(error).__name__}") from error
