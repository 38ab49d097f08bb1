"""Makes orders due, and counts their new events. Each order is written once in a transaction.

On PostgreSQL, one pass over the sorted rows takes all locks of orders, so that no two transactions block each other.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection

from worker.domain.instants import Instant
from worker.domain.lanes import Lane
from worker.domain.lifecycle.unknown import MAX_EVENTS_OF_UNKNOWN
from worker.domain.orders import OrderKey
from worker.store.database.prepared import ResultRow
from worker.store.intake.carriers import Carriers, carrier_columns, note_assignment
from worker.store.intake.judgement import Judgement
from worker.store.intake.outcomes import Overtaken
from worker.store.intake.references.waiting import lock_sequence, wake_all
from worker.store.intake.statements import MAX_EVENTS, TAKE_BACK, statements


class Place(NamedTuple):
    """The row of an order, and the revision that an arrival has caused."""

    order_row: int
    revision: int


Places: TypeAlias = dict[Judgement, Place]
_ByOrder: TypeAlias = Mapping[OrderKey, Sequence[Judgement]]


def make_due(
    connection: Connection, judgements: Sequence[Judgement], to_wake: Mapping[OrderKey, Instant], carriers: Carriers
) -> Places:
    """Make the orders of *judgements* due, and the references *to_wake* at their instants.

    Returns the place of each arrival that takes effect. The others have found their order full. Raises `Overtaken`,
    also if an order does not get the carrier that *carriers* has for it.
    """
    by_order: dict[OrderKey, list[Judgement]] = {}
    for judgement in judgements:
        if judgement.result.wake_ups:
            by_order.setdefault(judgement.arrival.event.order, []).append(judgement)
    rows = _run_in_sequence(connection, by_order, to_wake, carriers)
    _require_carriers(rows, carriers)
    places: Places = {}
    for order, its_judgements in by_order.items():
        if row := rows[order]:
            places.update(_places(connection, its_judgements, row))
            if order in carriers:
                note_assignment(connection, row[0], carriers[order], its_judgements[-1].arrival.now)
    _require_same_rows(places)
    _restart_searches(connection, places)
    return places


def _run_in_sequence(
    connection: Connection, by_order: _ByOrder, to_wake: Mapping[OrderKey, Instant], carriers: Carriers
) -> dict[OrderKey, ResultRow]:
    """Write all orders, and wake the references *to_wake*, in the sequence of locks. Return the rows of the orders."""
    rows: dict[OrderKey, ResultRow] = {}
    wakes = [(lock_sequence(key), False) for key in to_wake]
    steps = sorted([*wakes, *((lock_sequence(key), True) for key in by_order)])
    for is_written, group in groupby(steps, key=itemgetter(1)):
        keys = [key for (_, key), _ in group]
        if is_written:
            rows |= _write(connection, {key: by_order[key] for key in keys}, carriers)
        else:
            wake_all(connection, keys, to_wake)
    return rows


def _write(connection: Connection, by_order: _ByOrder, carriers: Carriers) -> dict[OrderKey, ResultRow]:
    values = [
        {**order_values(key, judgements), **carrier_columns((j.arrival.event for j in judgements), carriers.get(key))}
        for key, judgements in by_order.items()
    ]
    return dict(zip(by_order, statements(connection.dialect.name).make_order_due.run(connection, values), strict=True))


def order_values(order: OrderKey, judgements: Sequence[Judgement]) -> dict[str, object]:
    """Return the values of `Statements.make_order_due` for *judgements*, except those about the carrier."""
    instants = [judgement.arrival.now for judgement in judgements]
    return {
        "account": order.account,
        "order_id": order.order_id,
        "now": min(instants),
        "last": instants[-1],
        "revisions": len(judgements),
        "new_events": _count_new(judgements),
        # A repeated hint needs no room. If there is none, an order without room for one event stays as it is.
        "needed": 0 if any(judgement.known_event for judgement in judgements) else 1,
        "most_unknown": _most_unknown(judgements),
    }


def _places(connection: Connection, judgements: Sequence[Judgement], row: Sequence[Any]) -> Places:
    """Return the places of the arrivals of one order, whose *row* is that of `Statements.make_order_due`.

    The earliest new events take effect. What the order cannot take is taken back.
    """
    order_row, revision, event_count, _, *is_shown = row
    room = room_of(judgements, *is_shown)
    taken, first_revision = judgements, revision - len(judgements) + 1
    if event_count > room:
        taken = _take(judgements, event_count - room)
        too_many = {"revisions": len(judgements) - len(taken), "events": _count_new(judgements) - _count_new(taken)}
        connection.execute(TAKE_BACK, {"its_row": order_row, **too_many})
    return {judgement: Place(order_row, number) for number, judgement in enumerate(taken, first_revision)}


def room_of(judgements: Sequence[Judgement], lane: int, read_at: Instant | None) -> int:
    """Return how many events an order takes, by its *lane* and its last read: as `is_unread` says it in SQL."""
    is_read = read_at is not None and not judgements[0].arrival.event.order.reference
    return MAX_EVENTS if lane == Lane.KNOWN or is_read else _most_unknown(judgements)


def _most_unknown(judgements: Sequence[Judgement]) -> int:
    """Return how many events an unknown order takes: few, unless one of its new events is of a source without bound."""
    is_bounded = all(judgement.arrival.max_unknown for judgement in judgements)
    return MAX_EVENTS_OF_UNKNOWN if is_bounded else MAX_EVENTS


def _take(judgements: Sequence[Judgement], excess: int) -> Sequence[Judgement]:
    """Return *judgements* without the last new events, *excess* of them, and without what repeats these."""
    new = [judgement for judgement in judgements if judgement.is_new]
    refused = set(new[max(0, len(new) - excess) :])
    return [judgement for judgement in judgements if judgement not in refused and judgement.first not in refused]


def _count_new(judgements: Sequence[Judgement]) -> int:
    return sum(judgement.is_new for judgement in judgements)


def _require_carriers(rows: Mapping[OrderKey, ResultRow], carriers: Carriers) -> None:
    """Raise `Overtaken` when another transaction has changed the carrier of an order between our read and our write."""
    for order, known in carriers.items():
        row = rows.get(order)
        if row and row[3] != known.after.source:
            raise Overtaken


def _require_same_rows(places: Places) -> None:
    """Raise `Overtaken` when an order was pruned just now, and a repeated hint with it: the hint is new again."""
    for judgement, place in places.items():
        if judgement.known_event and judgement.known_event.order_row != place.order_row:
            raise Overtaken


def _restart_searches(connection: Connection, places: Places) -> None:
    """Restart the stopped and closed searches for the references at *places*, because there are new events."""
    instants = {judgement.arrival.event.order: judgement.arrival.now for judgement in places}
    values = [
        {"its_account": key.account, "its_order_id": key.order_id, "at": now}
        for key, now in instants.items()
        if key.reference
    ]
    statements(connection.dialect.name).restart_search.run(connection, values)
