"""Wake-ups: Celery messages with a key (account, order id) that say "reconcile this order now"."""

import threading
import time
from collections.abc import Callable
from typing import Any

from celery import Celery

from worker.domain.orders import OrderKey
from worker.queue.broker_connections import BrokerConnections, BrokerUnavailable
from worker.queue.celery_config import timeout_of
from worker.queue.messages import QUEUE, RECONCILE

__all__ = ["BrokerUnavailable", "WakeUpQueue"]

EXPIRES_SECONDS = 60
"""A wake-up that has waited for this long is dropped, because the schedulers have claimed its order long since."""
MAX_QUEUED = 5_000
"""The most wake-ups in the queue: when no worker runs, they must not fill the broker."""
MEASURE_EVERY_SECONDS = 1.0
"""How often the length of the queue is measured. The answer also shows that the connection is alive."""


class WakeUpQueue:
    """Enqueues wake-ups. The timeouts of the app bound the time that it takes, `MAX_QUEUED` the number of wake-ups.

    Threads may share it: none of them waits for another. *monotonic* returns seconds.
    """

    def __init__(self, app: Celery, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._app, self._monotonic = app, monotonic
        self._connections = BrokerConnections(app, timeout_of(app))
        self._measured_at, self._capacity = float("-inf"), 0
        self._lock = threading.Lock()
        """For the two figures above. Nobody holds it while the broker is asked."""

    def capacity(self) -> int:
        """Return how many more wake-ups the queue takes. Raises `BrokerUnavailable`."""
        if self._monotonic() - self._measured_at >= MEASURE_EVERY_SECONDS:
            capacity = MAX_QUEUED - self._connections.use(self._length)
            with self._lock:
                self._measured_at, self._capacity = self._monotonic(), capacity
        return self._capacity

    def enqueue(self, key: OrderKey) -> None:
        """Enqueue one wake-up, or drop it when the queue is full. Raises `BrokerUnavailable`."""
        self.capacity()
        with self._lock:
            if self._capacity <= 0:
                return
            self._capacity -= 1
        self._connections.use(lambda connection: self._publish(connection, key))

    def ping(self) -> None:
        """Raise `BrokerUnavailable` unless the broker answers."""
        self._connections.use(self._length)

    def close(self) -> None:
        """Close the connections to the broker. The next call opens new ones."""
        self._connections.close()

    def _publish(self, connection: Any, key: OrderKey) -> None:  # noqa: ANN401 - kombu's own type
        producer = self._app.amqp.Producer(connection, auto_declare=False)
        self._app.send_task(RECONCILE, args=list(key), producer=producer, expires=EXPIRES_SECONDS, ignore_result=True)

    def _length(self, connection: Any) -> int:  # noqa: ANN401 - kombu's own type
        """Return the length of the queue. This creates a missing queue."""
        declared: Any = self._app.amqp.queues[QUEUE].bind(connection.default_channel).queue_declare()
        return int(declared.message_count)
