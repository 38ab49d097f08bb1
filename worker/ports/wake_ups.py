"""The port of the queue."""

from collections.abc import Sequence
from typing import Protocol

from worker.domain.orders import OrderKey


class WakeUps(Protocol):
    """Celery messages that say "reconcile this order". They may be lost: the scheduler finds what is due."""

    def enqueue(self, keys: Sequence[OrderKey]) -> None:
        """Enqueue a wake-up for each order. Never waits and never fails."""
