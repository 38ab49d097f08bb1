"""Deliveries that are written in one transaction come to what they would have come to one after the other."""

import random
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, select

from tests.support.clock import START
from tests.support.events import a_delivery, a_hint, an_event
from worker.domain.events import EventName
from worker.domain.orders import OrderKey
from worker.ports import Delivery
from worker.store.database.database import Database
from worker.store.intake.recording import record
from worker.store.tables import counters, deliveries, events, orders


def order(number: int) -> OrderKey:
    return OrderKey("main", str(number))


def write(connection: Connection, *groups: Sequence[Delivery]) -> tuple[Any, ...]:
    """Record *groups*, and tell everything that is known of them then, but for the numbers of rows."""
    receipts = [receipt for group in groups for receipt in record(connection, group)]
    filed = connection.execute(select(deliveries).order_by(deliveries.c.received_at)).all()
    nth = {row.id: row.received_at - START for row in filed}
    found = connection.execute(select(orders, events).join(events, events.c.order_row == orders.c.id)).all()
    keys = {row.id_1: row.key for row in found}
    return (
        [(r.outcome, r.reason, r.wake_ups, keys.get(r.event_id), nth.get(r.delivery_id)) for r in receipts],
        [(nth[row.id], row.outcome, row.reason, row.keep_once, row.body) for row in filed],
        {row.order_id: (row.revision, row.events, row.due, row.updated_at) for row in found},
        {row.key: (nth[row.delivery], row.order_id, row.revision_1, row.name, row.tracking) for row in found},
        sorted(tuple(row) for row in connection.execute(select(counters))),
    )


def test_every_receipt_names_the_delivery_and_the_event_of_its_own(database: Database):
    news = [
        a_delivery(an_event(key=f"evt_{n}", order=order(9 - n)), body=b"%d" % n, received_at=START + n) for n in range(9)
    ]
    with database.write() as connection:
        receipts, filed, *_ = write(connection, news)
    assert receipts == [("accepted", "", (order(9 - n),), f"evt_{n}", n) for n in range(9)]
    assert [row[-1] for row in filed] == [b"%d" % n for n in range(9)]


@pytest.mark.parametrize("seed", range(6))
def test_together_or_one_by_one_makes_no_difference(database: Database, seed: int):
    chance = random.Random(seed)
    news = [a_piece(chance, n) for n in range(60)]
    cuts = sorted(chance.sample(range(1, 60), 6))
    with database.engine.connect() as connection, connection.begin() as undone:
        one_by_one = write(connection, *[[delivery] for delivery in news])
        undone.rollback()
    with database.write() as connection:
        together = write(connection, *[news[a:b] for a, b in zip([0, *cuts], [*cuts, 60], strict=True)])
    assert together == one_by_one
    assert {row[0] for row in one_by_one[0]} == {"accepted", "duplicate", "quarantined", "stale"}


def a_piece(chance: random.Random, number: int) -> Delivery:
    """New, repeated and contradictory news of few orders, stale deliveries, and such as cannot be used."""
    received = START + number
    match chance.randrange(10):
        case 0:
            return a_delivery(unusable="not_json", received_at=received)
        case 1:
            return a_delivery(keep_once=f"courier/{chance.randrange(2)}", received_at=received)
        case 2 | 3:
            return a_delivery(a_hint(f"hint_{chance.randrange(4)}", order=order(1)), received_at=received)
        case _:
            told = [
                an_event(
                    key=f"evt_{chance.randrange(25)}",
                    order=order(chance.randrange(3)),
                    name=chance.choice([EventName.PICKED_UP, EventName.DELIVERED]),
                    tracking=chance.choice(["", "TRK1", "TRK2"]),
                )
                for _ in range(chance.choice([1, 1, 1, 2]))
            ]
            return a_delivery(*told, received_at=received)
