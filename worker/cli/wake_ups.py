"""Wake-ups from a command. If the broker does not answer at once, the scheduler enqueues the orders instead."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from worker.domain.orders import OrderKey

BROKER_TIMEOUT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class BestEffortWakeUps:
    """The port `WakeUps` on the broker at *broker_url*. A broker that does not answer is no error."""

    broker_url: str

    def enqueue(self, keys: Sequence[OrderKey]) -> None:
        from worker.queue.celery_config import make_celery
        from worker.queue.wake_ups import BrokerUnavailable, WakeUpQueue

        queue = WakeUpQueue(make_celery(self.broker_url, timeout_seconds=BROKER_TIMEOUT_SECONDS))
        with suppress(BrokerUnavailable):
            for key in keys:
                queue.enqueue(key)
