"""The result of the intake for one event, or for a whole delivery."""

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection

from worker.domain.errors import StoreUnavailable
from worker.domain.orders import OrderKey
from worker.domain.reasons import DeliveryOutcome, QuarantineReason
from worker.ports import Receipt
from worker.store.database.database import Database


class Overtaken(Exception):
    """Another transaction has just changed rows that this one read: roll back, and begin again."""


class AlwaysOvertaken(StoreUnavailable):
    """Other transactions have overtaken this one again and again."""


ATTEMPTS = 3
"""At the second attempt, a transaction that was overtaken reads what the other transaction wrote."""
T = TypeVar("T")


def again_if_overtaken(transact: Callable[[], T]) -> T:
    """Return what *transact* returns: one transaction, which begins again when another one has overtaken it.

    Raises `AlwaysOvertaken` when that happens again and again.
    """
    for _ in range(ATTEMPTS):
        with suppress(Overtaken):
            return transact()
    raise AlwaysOvertaken("other transactions write the same events")


def write_again_if_overtaken(database: Database, work: Callable[[Connection], T]) -> T:
    """Do *work* in a transaction that may write, and return its result: see `again_if_overtaken`."""

    def transact() -> T:
        with database.write() as connection:
            return work(connection)

    return again_if_overtaken(transact)


class IntakeResult(NamedTuple):
    """The result of one event, or of a whole delivery. *wake_ups* are the orders that it makes due.

    *named* is the order that a delivery names which cannot be used; None if it names none.
    """

    outcome: DeliveryOutcome
    event_id: int | None = None
    reason: QuarantineReason | None = None
    detail: str = ""
    wake_ups: tuple[OrderKey, ...] = ()
    named: OrderKey | None = None

    def receipt(self, delivery_id: int | None) -> Receipt:
        """Return the receipt of the delivery with this id."""
        return Receipt(self.outcome, delivery_id, self.event_id, self.reason, self.wake_ups)


def quarantined(reason: QuarantineReason, detail: str) -> IntakeResult:
    """Return the result of an event that cannot be used."""
    return IntakeResult(DeliveryOutcome.QUARANTINED, reason=reason, detail=detail)
