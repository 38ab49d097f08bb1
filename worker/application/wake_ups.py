"""Wake-ups from a command. If the broker does not answer at once, the schedulers find the orders without them."""

from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass

from worker.domain.orders import OrderKey

BROKER_TIMEOUT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class BestEffortWakeUps:
    """The port `WakeUps` on the broker at *broker_url*. A broker that does not answer is no error."""

    broker_url: str
    ca_file: str = ""

    def enqueue(self, keys: Sequence[OrderKey]) -> None:
        from worker.queue.celery_config import make_celery
        from worker.queue.wake_ups import BrokerUnavailable, WakeUpQueue

        queue = WakeUpQueue(make_celery(self.broker_url, timeout_seconds=BROKER_TIMEOUT_SECONDS, ca_file=self.ca_file))
        with closing(queue), suppress(BrokerUnavailable):
            for key in keys:
                queue.enqueue(key)
