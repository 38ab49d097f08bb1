"""The events that arrive, and what the database knows of them. Nothing here reads or writes the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from worker.domain.events import Event, EventName
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.reasons import QuarantineReason
from worker.domain.text import is_storable
from worker.domain.tracking import parcel_form
from worker.store.intake.outcomes import IntakeResult, quarantined

MAX_INDEXED = 500
"""Characters of a text that an index has: PostgreSQL cannot index more than about 2,700 bytes."""
MAX_PARCELS = 2**31 - 1
MAX_INSTANT = 2**63 - 1


class Arrival(NamedTuple):
    """One event that arrives, the row id of its delivery, and when it makes its order due.

    *max_unknown* is how many orders its source may name that the platform has never shown; None for any number.
    """

    event: Event
    delivery_id: int
    now: Instant
    max_unknown: int | None = None

    @property
    def identity(self) -> tuple[str, str]:
        """What is unique about the event: its source and its key."""
        return self.event.source, self.event.key


class KnownEvent(NamedTuple):
    """An event in the database: the columns of `known_statements.KNOWN_EVENT`."""

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


@dataclass(slots=True)
class KnownParcels:
    """What is known of the parcels of one order, for the judgement on an event that names none of them.

    *numbers* are the forms of parcels' names; of several, two are enough. *announced* is how many parcels the
    latest announcement names, and *announced_at* what makes it the latest: see `evidence`. *is_any_delivered*: an event
    says that a parcel, or the parcel, was delivered.
    """

    numbers: set[str] = field(default_factory=set)
    announced: int = 0
    announced_at: tuple[Instant, str, str] = (0, "", "")
    is_any_delivered: bool = False

    def add(self, event: Event) -> None:
        """Take in what a new *event* of the order says."""
        at = (event.occurred_at, event.source, event.key)
        if event.parcels is not None and at >= self.announced_at:
            self.announced, self.announced_at = event.parcels, at
        if not event.name.startswith("shipment."):
            return
        if form := parcel_form(event.tracking):
            self.numbers.add(form)
        self.is_any_delivered = self.is_any_delivered or event.name is EventName.DELIVERED

    def leaves_open(self, event: Event) -> bool:
        """Tell whether nobody can know which parcel *event* is about. It names none.

        With one parcel known, it is about that one. But if several are announced, and one was delivered, a delivery may
        be that of another parcel, or the first one once more.
        """
        if len(self.numbers) > 1:
            return True
        return event.name is EventName.DELIVERED and self.announced > 1 and self.is_any_delivered


ParcelsOfOrders: TypeAlias = Mapping[OrderKey, KnownParcels]
"""What is known of the parcels of some orders."""


def check_storable(event: Event) -> IntakeResult | None:
    """Return the quarantine of an event that no database can hold, else None.

    The readers of deliveries let no such event through; this is a second check.
    """
    indexed = (event.key, *event.order, event.tracking, event.shipment)
    texts = (*indexed, event.tracking_url, event.note)
    if max(map(len, indexed)) > MAX_INDEXED or not all(map(is_storable, texts)):
        return quarantined(QuarantineReason.BAD_TEXT, "a text of the event is too long, or cannot be stored")
    if not 0 <= (event.parcels or 0) <= MAX_PARCELS or abs(event.occurred_at) > MAX_INSTANT:
        return quarantined(QuarantineReason.BAD_NUMBER, "a number of the event is too large to be stored")
    return None


def names_no_parcel(event: Event) -> bool:
    """Tell whether *event* is about a parcel, and has no tracking number."""
    return event.name.startswith("shipment.") and not parcel_form(event.tracking)
