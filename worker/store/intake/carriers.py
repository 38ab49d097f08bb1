"""The carriers of the orders of events that arrive. The rules are in `worker.domain.evidence.carriers`.

Carriers are read without a lock. When the row of an order is written, it is checked that nobody has changed its carrier
since then; if somebody has, the transaction begins again. So of two sources that report a new order at once, the one
that commits first carries it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlalchemy import Connection

from worker.domain.events import OPERATOR, Event
from worker.domain.evidence.carriers import (
    MAX_OF_ONE,
    NOBODY,
    Carrier,
    about_order,
    assigns,
    carrier_after,
    may_report,
)
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.reasons import QuarantineReason
from worker.store.assignments import note_carrier
from worker.store.intake.outcomes import IntakeResult, quarantined
from worker.store.intake.statements import statements


@dataclass(slots=True)
class KnownCarrier:
    """The carrier of one order *before* a transaction, and *after* the events that were judged so far.

    *unrestricted_before* are the sources that have reported a parcel of the order before they were restricted, and
    *counts* how many events it has of each source since then. *assigned_at* is when the latest event happened that
    assigns it; None without one. *stop* is why it has stopped; empty if it has not.
    """

    before: Carrier = NOBODY
    after: Carrier = NOBODY
    unrestricted_before: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    assigned_at: Instant | None = None
    stop: str = ""

    def refuse(self, event: Event) -> IntakeResult | None:
        """Return the quarantine of *event* if its source may not report the order, or not so often, else None."""
        after = self._after(event)
        if not may_report(event, after):
            return not_your_order(event.order, event.source, after.source)
        if event.restricted and self.counts[event.source] >= MAX_OF_ONE:
            detail = f"the order has {MAX_OF_ONE} events of {event.source} and takes no more of it"
            return quarantined(QuarantineReason.TOO_MANY_EVENTS, detail)
        return None

    def add(self, event: Event) -> None:
        """Take in a new *event* of the order, and what it says of the carrier."""
        self.after = self._after(event)
        self.counts[event.source] += event.restricted
        if assigns(event):
            self.assigned_at = max(event.occurred_at, self.assigned_at or event.occurred_at)

    def has_room_for(self, events: Iterable[Event]) -> bool:
        """Tell whether the order may have all of *events*, which were added."""
        return all(self.counts[event.source] <= MAX_OF_ONE for event in events if event.restricted)

    def _after(self, event: Event) -> Carrier:
        has_reported = event.source in self.unrestricted_before
        return carrier_after(self.after, event, has_reported=has_reported, assigned_at=self.assigned_at)


Carriers: TypeAlias = Mapping[OrderKey, KnownCarrier]
"""The carriers of some orders."""


def not_your_order(order: OrderKey, source: str, carrier: str) -> IntakeResult:
    """Return the quarantine of an event of *source*, because *carrier* carries *order*, or nobody if it is empty."""
    carries = f"{carrier} carries it" if carrier else "nobody carries it yet"
    return quarantined(
        QuarantineReason.NOT_YOUR_ORDER, f"{about_order(order)}{carries}, and {source} may report only its own"
    )


def find_carriers(connection: Connection, events: Iterable[Event]) -> Carriers:
    """Return the carriers of the orders about which one of *events* is restricted, or assigns the order."""
    asking = {(e.order, e.source) for e in events if not e.order.reference and (e.restricted or assigns(e))}
    pairs = sorted(asking)
    values = [{"account": key.account, "order_id": key.order_id, "its_source": source} for key, source in pairs]
    rows = statements(connection.dialect.name).known_carrier.run(connection, values)
    carriers = {key: KnownCarrier() for key, _ in pairs}
    for (key, source), row in zip(pairs, rows, strict=True):
        if row:
            carrier, by, reported, carriers[key].counts[source], carriers[key].assigned_at, stop = row
            carriers[key].before = carriers[key].after = Carrier(carrier, by)
            carriers[key].unrestricted_before.update({source} if reported else ())
            carriers[key].stop = stop or ""
    return carriers


def note_assignment(connection: Connection, order_row: int, known: KnownCarrier, now: Instant) -> None:
    """Note in the audit log that another source has assigned the order to its carrier, unless it was that before.

    The caller has written the row of the order, whose id is *order_row*.
    """
    carrier = known.after
    if carrier.source == known.before.source or carrier.by in {"", OPERATOR, carrier.source}:
        return
    stays = f"; the order is still stopped ({known.stop}): only `orders release` lifts that" if known.stop else ""
    note_carrier(connection, order_row, (known.before.source, carrier.source), f"{carrier.by} says so{stays}", now)


def carrier_columns(events: Iterable[Event], known: KnownCarrier | None) -> dict[str, object]:
    """Return the values of `make_order_due` about the carrier of the order of *events*, and about who reported it."""
    events = list(events)
    its_sources = (event.source for event in events if event.source != OPERATOR)
    if known is None:
        # Nobody is refused, so it is enough that the first one takes an order that nobody carries.
        known = KnownCarrier(after=_first_of(events))
    return {
        "was": known.before.source,
        "carrier": known.after.source,
        "carrier_by": known.after.by,
        "reported_by": next(its_sources, ""),
    }


def _first_of(events: Iterable[Event]) -> Carrier:
    carrier = NOBODY
    for event in events:
        carrier = carrier_after(carrier, event)
    return carrier
