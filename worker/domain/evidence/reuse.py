"""Numbers used again: order numbers restart, and couriers give a tracking number to another parcel after months."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from worker.domain.events import EventName, RecordedEvent
from worker.domain.evidence.carriers import OF_A_PARCEL_UNDER_WAY
from worker.domain.instants import DAY, Instant
from worker.domain.orders import Order, Reading
from worker.domain.stages import Stage, TerminalStatus, has_reached
from worker.domain.tracking import parcel_form

REUSED_AFTER = 30 * DAY
"""After so long without news, a parcel of an order that has ended does not begin again. Couriers use a number again
after about 120 days; an event without a time of its own, or with an old one, may come 30 days late.
"""

NEVER: Instant = 2**62
"""Later than everything that happens."""


@dataclass(frozen=True, slots=True)
class ClosedOrder:
    """An order that is completed, cancelled or refunded, with all of its events."""

    order: Order
    events: tuple[RecordedEvent, ...]


def is_about_a_later_parcel(news: Iterable[RecordedEvent], closed: ClosedOrder) -> bool:
    """Tell whether *news*, which has a number of the *closed* order, is about a parcel of another order.

    That is so if a parcel is under way so long after the order has ended, or if it is a parcel that the order does not
    have, and that was heard of after everything else. A late repetition is neither.
    """
    last = _last_heard_of(closed)
    numbers = {parcel_form(e.event.tracking) for e in closed.events} - {""}
    return any(_is_later(recorded, last, numbers) for recorded in news)


def is_long_over(news: Iterable[RecordedEvent], closed: ClosedOrder) -> bool:
    """Tell whether all *news* happened so long after the *closed* order ended that any other order is meant rather."""
    last = _last_heard_of(closed)
    return all(recorded.event.occurred_at >= last + REUSED_AFTER for recorded in news)


def begins_after(news: Iterable[RecordedEvent]) -> Instant | None:
    """Return the instant such that an order that had ended by then is not the one that *news* is about.

    None if the news is not about a parcel under way.
    """
    under_way = [e.event.occurred_at for e in news if e.event.name in OF_A_PARCEL_UNDER_WAY]
    return max(under_way) - REUSED_AFTER if under_way else None


def had_ended_by(reading: Reading, instant: Instant | None) -> bool:
    """Tell whether *reading* shows that the order had been delivered, cancelled or refunded by *instant*.

    A list may show a completed order as delivered. False if the answer does not tell since when it is so.
    """
    if instant is None or reading.as_of is None or reading.position is None or reading.as_of > instant:
        return False
    return not isinstance(reading.position, Stage) or has_reached(reading.position, Stage.DELIVERED)


def _last_heard_of(closed: ClosedOrder) -> Instant:
    """Return when something last happened to the order: an event, except hints, a change of its stage, or its end.

    A read of an order that had ended before is nothing that happened to it. `NEVER` if nothing is known.
    """
    happened = [e.event.occurred_at for e in closed.events if e.event.name is not EventName.HINT]
    order = closed.order
    shown = (order.staged_at, order.confirmed_at, order.delivered_at, _closed_at(order))
    return max((*happened, *(at for at in shown if at is not None)), default=NEVER)


def _closed_at(order: Order) -> Instant | None:
    """Return when the order was first shown as closed; if an earlier version closed it, the last read says by when.

    A completed order has the time of its stage, too.
    """
    return order.read_at if order.closed_at is None and isinstance(order.closed, TerminalStatus) else order.closed_at


def _is_later(recorded: RecordedEvent, last: Instant, numbers: Collection[str]) -> bool:
    event, number = recorded.event, parcel_form(recorded.event.tracking)
    if event.name not in OF_A_PARCEL_UNDER_WAY:
        return False
    is_another = bool(number and numbers) and number not in numbers
    return event.occurred_at >= last + REUSED_AFTER or (is_another and event.occurred_at > last)
