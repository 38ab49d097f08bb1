"""Writes deliveries and their events, in a transaction that the caller opens and ends.

Many deliveries need hardly more statements than one. Each delivery has one outcome; `judgement` has the rules.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from sqlalchemy import Connection

from worker.domain.instants import Instant
from worker.domain.reasons import STORED_OUTCOMES, DeliveryOutcome, QuarantineReason
from worker.domain.text import clean_text, is_storable
from worker.ports import Delivery, Receipt
from worker.store.bodies import NO_BODY, body_columns
from worker.store.intake.arrivals import MAX_INDEXED, Arrival
from worker.store.intake.events import write_events
from worker.store.intake.order_bodies import keep_bodies
from worker.store.intake.outcomes import IntakeResult, quarantined
from worker.store.intake.statements import UPDATE_DELIVERY, statements
from worker.store.intake.unknown.rooms import UnknownRooms

UNUSABLE = frozenset({DeliveryOutcome.QUARANTINED, DeliveryOutcome.STALE})
"""The outcomes of deliveries of which the database has the order that they name."""
MAX_DETAIL = 2000
"""Characters of the detail of a delivery."""


def record(connection: Connection, deliveries: Sequence[Delivery], rooms: UnknownRooms | None = None) -> list[Receipt]:
    """Write *deliveries* and their events, and return a receipt for each. Raises `Overtaken`, or the driver's errors.

    *rooms* has what earlier calls know of the room of each source for unknown orders.

    New events make their orders due at the instant at which their delivery was received. A duplicate is stored without
    its body. A delivery with a `keep_once` that is stored already is only counted.
    """
    once = {index: delivery for index, delivery in enumerate(deliveries) if delivery.keep_once}
    stale = _keep_once(connection, once) if once else {}
    ordinary = [delivery for delivery in deliveries if not delivery.keep_once]
    others = iter(_record_all(connection, ordinary, rooms or UnknownRooms()))
    return [stale[index] if index in stale else next(others) for index in range(len(deliveries))]


def _record_all(connection: Connection, deliveries: Sequence[Delivery], rooms: UnknownRooms) -> list[Receipt]:
    if not deliveries:
        return []
    # The deliveries come first, because events refer to them. Nearly all are accepted, so they are written as accepted.
    expected = [_unusable(delivery) or _accepted(delivery) for delivery in deliveries]
    rows = [delivery_columns(delivery, result) for delivery, result in zip(deliveries, expected, strict=True)]
    ids = [row_id for row_id in _insert(connection, rows) if row_id is not None]
    received = [(delivery, row_id, delivery.received_at) for delivery, row_id in zip(deliveries, ids, strict=True)]
    results = record_events(connection, received, rooms)
    for delivery_id, before, after in zip(ids, expected, results, strict=True):
        if after.outcome is not before.outcome:
            is_known = after.outcome is DeliveryOutcome.DUPLICATE
            update_outcome(connection, delivery_id, after, **(dict(NO_BODY) if is_known else {}))
    keep_bodies(connection, _sizes_of_accepted(ids, rows, results))
    return [result.receipt(delivery_id) for result, delivery_id in zip(results, ids, strict=True)]


def _sizes_of_accepted(
    ids: Sequence[int], rows: Sequence[Mapping[str, object]], results: Sequence[IntakeResult]
) -> dict[int, int]:
    """Return the bytes of the stored bodies of the accepted deliveries, by their ids."""
    return {
        delivery_id: len(body)
        for delivery_id, row, result in zip(ids, rows, results, strict=True)
        if result.outcome is DeliveryOutcome.ACCEPTED and isinstance(body := row["body"], bytes)
    }


def record_events(
    connection: Connection, deliveries: Sequence[tuple[Delivery, int, Instant]], rooms: UnknownRooms
) -> list[IntakeResult]:
    """Write the events of deliveries that have their rows, and return the result of each delivery.

    *deliveries* are (delivery, id of its row, when its events make orders due). An event that cannot be used does not
    keep the other events of its delivery from being written.
    """
    arrivals = [
        Arrival(event, row_id, now, delivery.max_unknown)
        for delivery, row_id, now in deliveries
        for event in delivery.events
    ]
    results = iter(write_events(connection, arrivals, rooms))
    return [gravest(delivery, results) for delivery, _, _ in deliveries]


def gravest(delivery: Delivery, results: Iterator[IntakeResult]) -> IntakeResult:
    """Take the results of the delivery's events from *results*. Return the gravest of them, with all wake-ups."""
    event_results = list(islice(results, len(delivery.events)))
    wake_ups = tuple(dict.fromkeys(key for result in event_results for key in result.wake_ups))
    if unusable := _unusable(delivery):
        return unusable._replace(wake_ups=wake_ups)
    worst = min(event_results, key=lambda result: STORED_OUTCOMES.index(result.outcome))
    named = delivery.events[event_results.index(worst)].order
    return worst._replace(detail=worst.detail or delivery.detail, wake_ups=wake_ups, named=named)


def _accepted(delivery: Delivery) -> IntakeResult:
    return IntakeResult(DeliveryOutcome.ACCEPTED, detail=delivery.detail)


def _unusable(delivery: Delivery) -> IntakeResult | None:
    if delivery.events and not delivery.unusable:
        return None
    return quarantined(delivery.unusable or QuarantineReason.NO_EVENT, delivery.detail)._replace(named=delivery.named)


def update_outcome(connection: Connection, delivery_id: int, result: IntakeResult, **columns: object) -> None:
    """Give the delivery the outcome of *result*, and set further *columns*."""
    values = {**outcome_columns(result), **columns}
    connection.execute(UPDATE_DELIVERY, {"its_delivery": delivery_id, **values})


def _keep_once(connection: Connection, deliveries: Mapping[int, Delivery]) -> dict[int, Receipt]:
    """Write stale deliveries, each `keep_once` once, and count the others. Return the receipts by index."""
    # All transactions write the same rows in one sequence, so that no two of them wait for each other.
    indexes = sorted(deliveries, key=lambda index: _digest(deliveries[index]))
    stale = {index: _stale(deliveries[index]) for index in indexes}
    rows = [delivery_columns(deliveries[index], stale[index], _digest(deliveries[index])) for index in indexes]
    ids = dict(zip(indexes, _insert(connection, rows), strict=True))
    counts = Counter(deliveries[index].source for index, delivery_id in ids.items() if delivery_id is None)
    if counts:
        outcome = DeliveryOutcome.STALE.value
        more = [{"source": source, "outcome": outcome, "count": count} for source, count in sorted(counts.items())]
        connection.execute(statements(connection.dialect.name).add_counts, more)
    return {index: stale[index].receipt(delivery_id) for index, delivery_id in ids.items()}


def _digest(delivery: Delivery) -> str:
    """Return a digest of what comes from the sender, and may be too long for an index."""
    return hashlib.sha256(delivery.keep_once.encode(errors="surrogatepass")).hexdigest()


def _stale(delivery: Delivery) -> IntakeResult:
    return IntakeResult(DeliveryOutcome.STALE, reason=delivery.unusable, detail=delivery.detail, named=delivery.named)


def _insert(connection: Connection, rows: Sequence[Mapping[str, object]]) -> list[int | None]:
    """Insert rows of deliveries, and return their ids; None for one whose `keep_once` is stored already."""
    inserted = statements(connection.dialect.name).insert_delivery.run(connection, rows)
    return [row[0] if row else None for row in inserted]


def delivery_columns(delivery: Delivery, result: IntakeResult, keep_once: str | None = None) -> dict[str, object]:
    """Return the columns of a new delivery that has *result*. A duplicate is stored without its body."""
    is_known = result.outcome is DeliveryOutcome.DUPLICATE
    return {
        "source": delivery.source,
        "received_at": delivery.received_at,
        **outcome_columns(result),
        "keep_once": keep_once,
        **(NO_BODY if is_known else body_columns(delivery.body)),
        "peer": delivery.peer,
        "headers": delivery.headers,
    }


def outcome_columns(result: IntakeResult) -> dict[str, str]:
    """Return the columns of a delivery that has *result*."""
    return {
        "outcome": result.outcome.value,
        "reason": result.reason.value if result.reason else "",
        "detail": clean_text(result.detail, MAX_DETAIL),
        "named": _named(result),
    }


def _named(result: IntakeResult) -> str:
    """Return the order that an unusable delivery names, as the index has it; empty if it cannot have it."""
    if result.named is None or result.outcome not in UNUSABLE:
        return ""
    text = result.named.comparable
    return text if len(text) <= MAX_INDEXED and is_storable(text) else ""
