"""Puts away a parcel for which an order should not wait any more, because it will never arrive under this number."""

import json
from dataclasses import dataclass
from shlex import quote

from worker.domain.errors import IllegalRequest
from worker.domain.events import OPERATOR, Event, EventName, RecordedEvent
from worker.domain.evidence.evidence import weigh
from worker.domain.evidence.missing import MISSING_FOR
from worker.domain.evidence.parcels import ParcelHistory, parcel_of
from worker.domain.instants import DAY, Instant
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Snapshot
from worker.domain.text import clean_text
from worker.operations.instants import moment
from worker.operations.orders import Operations, require_reason
from worker.operations.parcels.registrations import known_order
from worker.operations.parcels.way_on import way_on


@dataclass(frozen=True, slots=True)
class Drop:
    """The result of `drop`. *is_new* is false when the parcel had been put away, or was cancelled before its pick-up.

    *missing* are the tracking numbers for which the order still waits, *unnamed* is how many parcels beside them are
    announced. *stop* is the reason of its stop, or empty.
    """

    order: OrderKey
    tracking: str
    is_new: bool
    missing: tuple[str, ...] = ()
    unnamed: int = 0
    stop: str = ""


def drop(operations: Operations, key: OrderKey, tracking: str, reason: str) -> Drop:
    """Write an event that puts the parcel *tracking* of the order *key* away; nothing is deleted.

    *key* may be a reference that leads to one order. *reason* is a sentence for people. Raises `IllegalRequest` when
    the order does not have the parcel, or the courier has it or has delivered it: see `is_at_rest`.
    """
    note, key = require_reason(reason), known_order(operations, key)
    snapshot = operations.snapshot(key)
    parcel = require_droppable(snapshot, tracking)
    if parcel.is_cancelled:
        return _result(snapshot, parcel, is_new=False)
    event = _event(key, parcel.number, note, operations.intake.now())
    operations.write(event, json.dumps({"order": str(key), "dropped": parcel.number, "reason": note}).encode())
    return _result(snapshot, parcel, RecordedEvent(0, snapshot.order.revision + 1, event), is_new=True)


def _result(snapshot: Snapshot, parcel: ParcelHistory, *new: RecordedEvent, is_new: bool) -> Drop:
    evidence = weigh((*snapshot.events, *new), snapshot.order.acknowledged, snapshot.order.counting_source)
    unnamed = evidence.parcels - evidence.delivered - len(evidence.missing)
    return Drop(snapshot.order.key, parcel.number, is_new, evidence.missing, unnamed, snapshot.row.stop)


def is_at_rest(parcel: ParcelHistory, now: Instant) -> bool:
    """Tell whether a parcel that has not arrived may be put away: it is not on its way, or there is no news of it.

    A parcel that moves counts again, so this is about mistakes of people.
    """
    return parcel.arrived_at is None and (not parcel.is_on_its_way or parcel.heard_at + MISSING_FOR <= now)


def require_droppable(snapshot: Snapshot, tracking: str) -> ParcelHistory:
    """Return the parcel *tracking*. Raises `IllegalRequest` as `drop` does; not if it is cancelled or away already."""
    parcel = _require_parcel(snapshot, tracking)
    if not parcel.is_cancelled:
        require_at_rest(snapshot, parcel)
    return parcel


def _require_parcel(snapshot: Snapshot, tracking: str) -> ParcelHistory:
    parcel, key = parcel_of(snapshot.events, tracking), snapshot.order.key
    if parcel is None:
        command = f"fulfillment parcels list {quote(str(key))}"
        raise IllegalRequest(f"{key} has no parcel “{clean_text(tracking)}”; for its parcels: {command}")
    return parcel


def require_at_rest(snapshot: Snapshot, parcel: ParcelHistory) -> None:
    """Raise `IllegalRequest` when the parcel has arrived, or may still arrive."""
    key, name = snapshot.order.key, clean_text(parcel.number)
    if parcel.arrived_at is not None:
        raise IllegalRequest(f"{name} has arrived, on {moment(parcel.arrived_at)}: {key} does not wait for it")
    if not is_at_rest(parcel, snapshot.now):
        latest = parcel.events[-1].event
        raise IllegalRequest(
            f"the courier has {name}: {latest.name} from {latest.source}, of {moment(latest.occurred_at)}; without"
            f" news for {MISSING_FOR // DAY} days, it can be put away on {moment(parcel.heard_at + MISSING_FOR)}"
            f"{way_on(snapshot)}"
        )


def _event(key: OrderKey, tracking: str, note: str, now: Instant) -> Event:
    return Event(
        source=OPERATOR,
        key=f"{key}:dropped:{tracking}:{now}",
        order=key,
        name=EventName.CANCELLED,
        occurred_at=now,
        received_at=now,
        tracking=tracking,
        note=note,
    )
