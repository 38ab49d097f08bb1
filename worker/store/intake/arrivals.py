"""The events that arrive, and what the database knows of them. Nothing here reads or writes the database."""

from collections.abc import Mapping, MutableMapping
from typing import NamedTuple, TypeAlias

from worker.domain.events import Event
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.reasons import QuarantineReason
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


KnownEvents: TypeAlias = Mapping[tuple[str, str], KnownEvent]
"""The events in the database, by the identity of the arrivals that have their keys."""
ParcelsOfOrders: TypeAlias = MutableMapping[OrderKey, set[str]]
"""The tracking numbers of the parcels of some orders; of several parcels, two are enough."""


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
