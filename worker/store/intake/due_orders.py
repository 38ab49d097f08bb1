"""Makes orders due, and counts their new events. Each order is written once in a transaction.

On PostgreSQL, one pass over the sorted rows takes all locks of orders, so that no two transactions block each other.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from sqlalchemy import Connection

from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.store.database.prepared import ResultRow
from worker.store.intake.judgement import Judgement
from worker.store.intake.outcomes import Overtaken
from worker.store.intake.statements import MAX_EVENTS, TAKE_BACK, statements
from worker.store.intake.waiting import lock_sequence, wake_all


class Place(NamedTuple):
    """The row of an order, and the revision that an arrival has caused."""

    order_row: int
    revision: int


Places: TypeAlias = dict[Judgement, Place]
_ByOrder: TypeAlias = Mapping[OrderKey, Sequence[Judgement]]


def make_due(connection: Connection, judgements: Sequence[Judgement], to_wake: Mapping[OrderKey, Instant]) -> Places:
    """Make the orders of *judgements* due, and the references *to_wake* at their instants.

    Returns the place of each arrival that takes effect. The others have found their order full. Raises `Overtaken`.
    """
    by_order: dict[OrderKey, list[Judgement]] = {}
    for judgement in judgements:
        if judgement.result.wake_ups:
            by_order.setdefault(judgement.arrival.event.order, []).append(judgement)
    rows = _run_in_sequence(connection, by_order, to_wake)
    places: Places = {}
    for order, its_judgements in by_order.items():
        if row := rows[order]:
            places.update(_places(connection, its_judgements, *row))
    _require_same_rows(places)
    _restart_searches(connection, places)
    return places


def _run_in_sequence(
    connection: Connection, by_order: _ByOrder, to_wake: Mapping[OrderKey, Instant]
) -> dict[OrderKey, ResultRow]:
    """Write all orders, and wake the references *to_wake*, in the sequence of locks. Return the rows of the orders."""
    rows: dict[OrderKey, ResultRow] = {}
    wakes = [(lock_sequence(key), False) for key in to_wake]
    steps = sorted([*wakes, *((lock_sequence(key), True) for key in by_order)])
    for is_written, group in groupby(steps, key=itemgetter(1)):
        keys = [key for (_, key), _ in group]
        if is_written:
            rows |= _write(connection, {key: by_order[key] for key in keys})
        else:
            wake_all(connection, keys, to_wake)
    return rows


def _write(connection: Connection, by_order: _ByOrder) -> dict[OrderKey, ResultRow]:
    values = [_values(key, judgements) for key, judgements in by_order.items()]
    return dict(zip(by_order, statements(connection.dialect.name).make_order_due.run(connection, values), strict=True))


def _values(order: OrderKey, judgements: Sequence[Judgement]) -> dict[str, object]:
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
    }


def _places(
    connection: Connection, judgements: Sequence[Judgement], order_row: int, revision: int, event_count: int
) -> Places:
    """Return the places of the arrivals of one order, whose row has just got this *revision* and *event_count*.

    The earliest new events take effect. What the order cannot take is taken back.
    """
    taken, first_revision = judgements, revision - len(judgements) + 1
    if event_count > MAX_EVENTS:
        taken = _take(judgements, event_count - MAX_EVENTS)
        too_many = {"revisions": len(judgements) - len(taken), "events": _count_new(judgements) - _count_new(taken)}
        connection.execute(TAKE_BACK, {"its_row": order_row, **too_many})
    return {judgement: Place(order_row, number) for number, judgement in enumerate(taken, first_revision)}


def _take(judgements: Sequence[Judgement], excess: int) -> Sequence[Judgement]:
    """Return *judgements* without the last new events, *excess* of them, and without what repeats these."""
    new = [judgement for judgement in judgements if judgement.is_new]
    refused = set(new[max(0, len(new) - excess) :])
    return [judgement for judgement in judgements if judgement not in refused and judgement.first not in refused]


def _count_new(judgements: Sequence[Judgement]) -> int:
    return sum(judgement.is_new for judgement in judgements)


def _require_same_rows(places: Places) -> None:
    """Raise `Overtaken` when an order was pruned just now, and a repeated hint with it: the hint is new again."""
    for judgement, place in places.items():
        if judgement.known_event and judgement.known_event.order_row != place.order_row:
            raise Overtaken


def _restart_searches(connection: Connection, places: Places) -> None:
    """Restart the stopped and dismissed searches for the references at *places*, because there are new events."""
    instants = {judgement.arrival.event.order: judgement.arrival.now for judgement in places}
    values = [
        {"its_account": key.account, "its_order_id": key.order_id, "at": now}
        for key, now in instants.items()
        if key.reference
    ]
    statements(connection.dialect.name).restart_search.run(connection, values)
