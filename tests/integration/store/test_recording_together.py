"""Deliveries written in one transaction have the same effect as deliveries written one after the other."""

import random
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, select

from tests.support.clock import START
from tests.support.events import a_delivery, a_hint, an_event
from worker.domain.errors import StoreUnavailable
from worker.domain.events import EventName
from worker.domain.orders import OrderKey
from worker.domain.reasons import QuarantineReason
from worker.ports import Delivery, Receipt
from worker.store.database.database import Database
from worker.store.intake import intake
from worker.store.intake.intake import SqlIntake
from worker.store.intake.outcomes import Overtaken
from worker.store.intake.recording import record
from worker.store.intake.unknown.rooms import UnknownRooms
from worker.store.tables import counters, deliveries, events, orders


def order(number: int) -> OrderKey:
    return OrderKey("main", str(number))


def write(connection: Connection, *groups: Sequence[Delivery]) -> tuple[Any, ...]:
    """Record *groups*, and return the receipts and all rows that were written, without the ids of the rows."""
    receipts = [receipt for group in groups for receipt in record(connection, group)]
    stored = connection.execute(select(deliveries).order_by(deliveries.c.received_at)).all()
    nth = {row.id: row.received_at - START for row in stored}
    written = connection.execute(select(orders, events).join(events, events.c.order_row == orders.c.id)).all()
    keys = {row.id_1: row.key for row in written}
    return (
        [(r.outcome, r.reason, r.wake_ups, keys.get(r.event_id), nth.get(r.delivery_id)) for r in receipts],
        [(nth[row.id], row.outcome, row.reason, row.keep_once, row.body) for row in stored],
        {row.order_id: (row.revision, row.event_count, row.due, row.updated_at) for row in written},
        {row.key: (nth[row.delivery_id], row.order_id, row.revision_1, row.name, row.tracking) for row in written},
        sorted(tuple(row) for row in connection.execute(select(counters))),
    )


def test_every_receipt_names_its_own_delivery_and_event(database: Database):
    group = [
        a_delivery(an_event(key=f"evt_{n}", order=order(9 - n)), body=b"%d" % n, received_at=START + n)
        for n in range(9)
    ]
    with database.write() as connection:
        receipts, stored, *_ = write(connection, group)
    assert receipts == [("accepted", None, (order(9 - n),), f"evt_{n}", n) for n in range(9)]
    assert [row[-1] for row in stored] == [b"%d" % n for n in range(9)]


def test_what_cannot_be_written_the_general_way_fails_alone(database: Database, monkeypatch: pytest.MonkeyPatch):
    sql, plain = SqlIntake(database), a_delivery(an_event(key="plain"))
    sources = ("well", "defect", "silent", "contested")
    odd = [a_delivery(unusable=QuarantineReason.NOT_JSON, source=source) for source in sources]

    def record_some(connection: Connection, group: Sequence[Delivery], rooms: UnknownRooms) -> list[Receipt]:
        errors = {"defect": ZeroDivisionError(), "silent": StoreUnavailable("no answer"), "contested": Overtaken()}
        for delivery in group:
            if error := errors.get(delivery.source):
                raise error
        return record(connection, group, rooms)

    monkeypatch.setattr(intake, "record", record_some)
    pending = [sql.submit(delivery) for delivery in (odd[0], plain, *odd[1:])]
    assert [each.receipt().outcome for each in pending[:2]] == ["quarantined", "accepted"]
    for each, error in zip(pending[2:], (ZeroDivisionError, StoreUnavailable, StoreUnavailable), strict=True):
        with pytest.raises(error):
            each.receipt()
    with database.read() as connection:
        assert len(connection.execute(select(deliveries)).all()) == 2


def test_a_delivery_that_is_always_overtaken_fails_alone(database: Database, monkeypatch: pytest.MonkeyPatch):
    def overtake_some(connection: Connection, group: Sequence[Delivery], rooms: UnknownRooms) -> list[Receipt]:
        if any(delivery.source == "contested" for delivery in group):
            raise Overtaken
        return record(connection, group, rooms)

    monkeypatch.setattr(intake, "record", overtake_some)
    sql = SqlIntake(database)
    sources = ("first", "contested", "last")
    pending = [sql.submit(a_delivery(unusable=QuarantineReason.NOT_JSON, source=source)) for source in sources]
    assert pending[0].receipt().outcome == pending[2].receipt().outcome == "quarantined"
    with pytest.raises(StoreUnavailable, match="other transactions"):
        pending[1].receipt()


@pytest.mark.parametrize("seed", range(6))
def test_it_makes_no_difference_whether_deliveries_are_written_together(database: Database, seed: int):
    chance = random.Random(seed)
    chosen = [some_delivery(chance, n) for n in range(60)]
    cuts = sorted(chance.sample(range(1, 60), 6))
    with database.engine.connect() as connection, connection.begin() as transaction:
        one_by_one = write(connection, *[[delivery] for delivery in chosen])
        transaction.rollback()
    with database.write() as connection:
        together = write(connection, *[chosen[a:b] for a, b in zip([0, *cuts], [*cuts, 60], strict=True)])
    assert together == one_by_one
    assert {row[0] for row in one_by_one[0]} == {"accepted", "duplicate", "quarantined", "stale"}


def some_delivery(chance: random.Random, number: int) -> Delivery:
    """Return a new, repeated, contradictory, stale or unusable delivery about one of three orders."""
    received_at = START + number
    match chance.randrange(10):
        case 0:
            return a_delivery(unusable=QuarantineReason.NOT_JSON, received_at=received_at)
        case 1:
            return a_delivery(keep_once=f"courier/{chance.randrange(2)}", received_at=received_at)
        case 2 | 3:
            return a_delivery(a_hint(f"hint_{chance.randrange(4)}", order=order(1)), received_at=received_at)
        case _:
            its_events = [
                an_event(
                    key=f"evt_{chance.randrange(25)}",
                    order=order(chance.randrange(3)),
                    name=chance.choice([EventName.PICKED_UP, EventName.DELIVERED]),
                    tracking=chance.choice(["", "TRK1", "TRK2"]),
                )
                for _ in range(chance.choice([1, 1, 1, 2]))
            ]
            return a_delivery(*its_events, received_at=received_at)
