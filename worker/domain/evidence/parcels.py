"""Parcels: the events about each, and what they say together.

Everything here is a function of the set of events. The sequence in which they arrived never matters, except that an
operator has seen only those with a lower revision.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from worker.domain.events import LOSSES, MOVEMENTS, OPERATOR, EventName, RecordedEvent
from worker.domain.instants import Instant
from worker.domain.tracking import is_same_parcel, parcel_form
from worker.domain.web_urls import shown_web_url

ALARMING = LOSSES | {EventName.CANCELLED}
"""The events after which a parcel that has moved will not arrive."""
WITH_COURIER = MOVEMENTS | {EventName.DELIVERY_FAILED}
"""The events that show that the courier has the parcel, or has delivered it. After a loss, they say: it was found."""


@dataclass(frozen=True, slots=True)
class ParcelHistory:
    """The events about one parcel, the earliest first. There is at least one."""

    number: str
    """The tracking number as it was first written; empty for a parcel without one."""
    events: tuple[RecordedEvent, ...]

    @property
    def first_at(self) -> Instant:
        """When the parcel was first heard of."""
        return self.events[0].event.occurred_at

    @property
    def arrived_at(self) -> Instant | None:
        """When it was first delivered; None while it was not."""
        return self._first_at({EventName.DELIVERED})

    @property
    def url(self) -> str:
        """The latest URL of its tracking page; empty without one."""
        return next((e.event.tracking_url for e in reversed(self.events) if e.event.tracking_url), "")

    @property
    def for_notes(self) -> tuple[str, str]:
        """The number and the URL as an order's notes may have them: an earlier version took any URL."""
        return self.number, shown_web_url(self.url)

    @property
    def alarms(self) -> tuple[RecordedEvent, ...]:
        """The courier's words that the parcel will not arrive. A parcel that an operator has put away has none."""
        return () if self.is_cancelled else self._losses

    @property
    def is_cancelled(self) -> bool:
        """Whether it was cancelled before its pick-up, or an operator has put it away.

        If the courier has a parcel or delivers it after an operator has put it away, it counts again.
        """
        if self.arrived_at is not None:
            return False
        names = {e.event.name for e in self.events if e.event.source != OPERATOR}
        return self.is_put_away or (EventName.CANCELLED in names and not names & (MOVEMENTS | LOSSES))

    @property
    def cancelled_at(self) -> Instant:
        """When it was first cancelled; 0 if it was not."""
        return self._first_at({EventName.CANCELLED}) or 0

    @property
    def is_on_its_way(self) -> bool:
        """Whether the courier had it after all that was said of its loss, and has not delivered it."""
        lost_at = max((e.event.occurred_at for e in self._losses), default=0)
        return self.arrived_at is None and self._last_moved_at > lost_at

    @property
    def heard_at(self) -> Instant:
        """When the latest event about it was received."""
        return max(e.event.received_at for e in self.events)

    def lost_at(self, acknowledged: int) -> Instant | None:
        """Return when the courier said that the parcel will not arrive: the first time after its last movement.

        None if it has arrived or was found again, or while an operator has not acknowledged all losses: *acknowledged*
        is the revision. At the same instant, the movement may be the later one.
        """
        if self.arrived_at is not None or any(e.revision > acknowledged for e in self._losses):
            return None
        losses = (e.event.occurred_at for e in self._losses)
        return next((at for at in losses if at > self._last_moved_at), None)

    @property
    def is_put_away(self) -> bool:
        """Whether an operator has put it away, and no news since then shows that the courier has it."""
        put_away = (e for e in self.events if e.event.name is EventName.CANCELLED and e.event.source == OPERATOR)
        moved = (e for e in self.events if e.event.name in WITH_COURIER)
        return max((e.revision for e in put_away), default=0) > max((e.revision for e in moved), default=0)

    @property
    def _losses(self) -> tuple[RecordedEvent, ...]:
        return tuple(e for e in self.events if e.event.name in ALARMING and e.event.source != OPERATOR)

    @property
    def _last_moved_at(self) -> Instant:
        return max((e.event.occurred_at for e in self.events if e.event.name in WITH_COURIER), default=0)

    def _first_at(self, names: Iterable[EventName]) -> Instant | None:
        return next((e.event.occurred_at for e in self.events if e.event.name in names), None)


def in_sequence(events: Iterable[RecordedEvent]) -> list[RecordedEvent]:
    """Return *events* as they happened, the earliest first; the sequence in which they arrived makes no difference."""
    return sorted(events, key=lambda e: (e.event.occurred_at, e.event.source, e.event.key))


def parcel_of(events: Iterable[RecordedEvent], tracking: str) -> ParcelHistory | None:
    """Return the parcel of an order with the number *tracking*, from all *events* of the order; None without it."""
    parcels, _ = by_parcel(in_sequence(events))
    return next((parcel for parcel in parcels if is_same_parcel(parcel.number, tracking)), None)


def by_parcel(timeline: Iterable[RecordedEvent]) -> tuple[list[ParcelHistory], list[RecordedEvent]]:
    """Group the shipment events of *timeline*, the earliest first, by tracking number.

    An event without a number belongs to the only parcel known. With several parcels known, the second list has the
    events without a number: they prove that a parcel moved, but not which one.
    """
    shipments = [e for e in timeline if e.event.name.startswith("shipment.")]
    written = dict[str, str]()
    for recorded in shipments:
        written.setdefault(parcel_form(recorded.event.tracking), recorded.event.tracking)
    numbers = [form for form in written if form]
    only_one = numbers[0] if len(numbers) == 1 else ""
    groups: dict[str, list[RecordedEvent]] = {}
    for recorded in shipments:
        groups.setdefault(parcel_form(recorded.event.tracking) or only_one, []).append(recorded)
    unassigned = groups.pop("", []) if len(numbers) > 1 else []
    return [ParcelHistory(written[form] if form else "", tuple(group)) for form, group in groups.items()], unassigned
