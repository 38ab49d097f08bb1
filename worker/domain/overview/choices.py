"""Choices of many orders or deliveries, on which an operator acts at once. All conditions must hold; empty ones do."""

from dataclasses import dataclass

from worker.domain.instants import Duration, Instant
from worker.domain.reasons import DeliveryOutcome


@dataclass(frozen=True, slots=True)
class OrderChoice:
    """Stopped orders, or orders that wait for their due time (*waiting_orders*).

    *reason* is the word of the stop or of the wait. *text* is a part of its detail, of the order's id or of its number,
    in small or capital letters. *older_than* is how long the stop, or the wait, must have lasted.
    """

    waiting_orders: bool = False
    reason: str = ""
    text: str = ""
    account: str = ""
    older_than: Duration = 0


@dataclass(frozen=True, slots=True)
class DeliveryChoice:
    """Stored deliveries with this *outcome* that were received at *since* or later."""

    outcome: DeliveryOutcome = DeliveryOutcome.QUARANTINED
    source: str = ""
    reason: str = ""
    since: Instant = 0
