"""The judgement on each event that arrives: it is new, known, or not usable.

- A known key with the same event (order, event name, tracking number) is a duplicate. A repeated hint makes its order
  due, too.
- A known key with another event is quarantined: `key_reused`.
- A shipment event without a tracking number, of an order with several parcels, is quarantined: `which_parcel`.
- An event that no database can hold is quarantined: `bad_text` or `bad_number`.

Nothing here reads or writes the database. `events` adds the last rule, `too_many_events`, when it writes.
"""

from typing import NamedTuple

from worker.domain.events import Event, EventName
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.reasons import DeliveryOutcome, QuarantineReason
from worker.domain.text import is_storable
from worker.store.intake.outcomes import IntakeResult, quarantined

MAX_KEY = 500
"""Characters of an event's key: PostgreSQL cannot index a text of more than about 2,700 bytes."""
MAX_PARCELS = 2**31 - 1
MAX_INSTANT = 2**63 - 1


class Arrival(NamedTuple):
    """One event that arrives, the row id of its delivery, and when it makes its order due."""

    event: Event
    delivery_id: int
    now: Instant

    @property
    def identity(self) -> tuple[str, str]:
        """What is unique about the event: its source and its key."""
        return self.event.source, self.event.key


class KnownEvent(NamedTuple):
    """An event in the database: the columns of `statements.KNOWN_EVENT`."""

    id: int
    delivery_id: int | None
    order_row: int
    name: str
    tracking: str
    reference: str
    account: str
    order_id: str


def check_storable(event: Event) -> IntakeResult | None:
    """Return the quarantine of an event that no database can hold, else None.

    The readers of deliveries let no such event through; this is a second check.
    """
    texts = (event.key, *event.order, event.tracking, event.tracking_url, event.note, event.shipment)
    if len(event.key) > MAX_KEY or not all(map(is_storable, texts)):
        return quarantined(QuarantineReason.BAD_TEXT, "a text of the event is too long, or cannot be stored")
    if not 0 <= (event.parcels or 0) <= MAX_PARCELS or abs(event.occurred_at) > MAX_INSTANT:
        return quarantined(QuarantineReason.BAD_NUMBER, "a number of the event is too large to be stored")
    return None


def names_no_parcel(event: Event) -> bool:
    """Tell whether *event* is about a parcel, and has no tracking number."""
    return not event.tracking and event.name.startswith("shipment.")


def judge(arrival: Arrival, known_event: KnownEvent | None, several_parcels: frozenset[OrderKey]) -> IntakeResult:
    """Return the result of *arrival*, without the id of a new event. It has wake-ups when it makes its order due.

    *known_event* has the same key; None when the key is new. *several_parcels* are the orders of which the database
    knows several parcels.
    """
    event = arrival.event
    if known_event is not None:
        return _judge_known(arrival, known_event)
    if names_no_parcel(event) and event.order in several_parcels:
        return quarantined(QuarantineReason.WHICH_PARCEL, "the order has several parcels, and the event names none")
    return IntakeResult(DeliveryOutcome.ACCEPTED, wake_ups=(event.order,))


def _judge_known(arrival: Arrival, known_event: KnownEvent) -> IntakeResult:
    event = arrival.event
    # The sender may still name the order by a reference, although its order was found.
    same_order = event.order in {
        (known_event.account, known_event.order_id),
        (known_event.account, known_event.reference),
    }
    if not same_order or (event.name.value, event.tracking) != (known_event.name, known_event.tracking):
        detail = f"event {known_event.id} has the same key and says something else"
        return quarantined(QuarantineReason.KEY_REUSED, detail)
    same_delivery = known_event.delivery_id == arrival.delivery_id
    outcome = DeliveryOutcome.ACCEPTED if same_delivery else DeliveryOutcome.DUPLICATE
    return IntakeResult(outcome, known_event.id, wake_ups=(event.order,) if event.name is EventName.HINT else ())
