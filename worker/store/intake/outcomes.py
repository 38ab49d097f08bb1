"""The result of the intake for one event, or for a whole delivery."""

from typing import NamedTuple

from worker.domain.orders import OrderKey
from worker.domain.reasons import DeliveryOutcome, QuarantineReason
from worker.ports import Receipt


class Overtaken(Exception):
    """Another transaction has just changed rows that this one read: roll back, and begin again."""


class IntakeResult(NamedTuple):
    """The result of one event, or of a whole delivery. *wake_ups* are the orders that it makes due."""

    outcome: DeliveryOutcome
    event_id: int | None = None
    reason: QuarantineReason | None = None
    detail: str = ""
    wake_ups: tuple[OrderKey, ...] = ()

    def receipt(self, delivery_id: int | None) -> Receipt:
        """Return the receipt of the delivery with this id."""
        return Receipt(self.outcome, delivery_id, self.event_id, self.reason, self.wake_ups)


def quarantined(reason: QuarantineReason, detail: str) -> IntakeResult:
    """Return the result of an event that cannot be used."""
    return IntakeResult(DeliveryOutcome.QUARANTINED, reason=reason, detail=detail)
