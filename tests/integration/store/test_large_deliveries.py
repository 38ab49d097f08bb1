"""Many events of one order in one transaction: each has its own revision, and the order takes what it has room for."""

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Connection, event, select, text, update

from tests.support.events import KEY, a_delivery, a_hint, an_event
from tests.support.programs import until
from tests.support.tables import rows
from worker.domain.events import Event, EventName
from worker.domain.orders import OrderKey
from worker.ports import Delivery, Receipt
from worker.store.conditions import has_key
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.intake.recording import record
from worker.store.tables import events, orders

OTHER = OrderKey("main", "2")


def many(count: int, first: int = 0, **fields: Any) -> list[Event]:
    return [an_event(key=f"evt_{first + n}", **fields) for n in range(count)]


def leave_room(database: Database, room: int, key: OrderKey = KEY) -> None:
    """Let the order have a place for *room* more events."""
    with database.write() as connection:
        record(connection, [a_delivery(an_event(key=f"first of {key}", order=key))])
        connection.execute(update(orders).where(has_key(key)).values(event_count=1000 - room))


def counts(database: Database, key: OrderKey = KEY) -> tuple[int, int]:
    """Return the revision of the order, and how many events it has."""
    with database.read() as connection:
        revision, count = connection.execute(select(orders.c.revision, orders.c.event_count).where(has_key(key))).one()
        return revision, count


def revisions(database: Database) -> dict[str, int]:
    return {row.key: row.revision for row in rows(database, events) if row.key.startswith("evt_")}


def test_each_event_of_an_order_has_a_revision_of_its_own(intake: SqlIntake, database: Database):
    receipt = intake.write(a_delivery(*many(1000)))
    assert (receipt.outcome, receipt.wake_ups) == ("accepted", (KEY,))
    assert counts(database) == (1000, 1000)
    assert revisions(database) == {f"evt_{n}": n + 1 for n in range(1000)}


def test_a_new_order_takes_a_thousand_events_of_one_transaction(database: Database):
    groups = [a_delivery(*many(1000)), a_delivery(*many(3, 1000))]
    with database.write() as connection:
        receipts = record(connection, groups)
    assert [(r.outcome, r.reason) for r in receipts] == [("accepted", None), ("quarantined", "too_many_events")]
    assert counts(database) == (1000, 1000)


def test_an_order_takes_the_earliest_events_that_it_has_room_for(intake: SqlIntake, database: Database):
    leave_room(database, 2)
    receipt = intake.write(a_delivery(*many(3), an_event(key="evt_other", order=OTHER)))
    assert (receipt.outcome, receipt.reason, receipt.wake_ups) == ("quarantined", "too_many_events", (KEY, OTHER))
    assert (counts(database), counts(database, OTHER)) == ((3, 1000), (1, 1))
    assert revisions(database) == {"evt_0": 2, "evt_1": 3, "evt_other": 1}


def test_events_that_an_order_cannot_take_change_nothing(intake: SqlIntake, database: Database):
    leave_room(database, 0)
    before = rows(database, orders)
    assert intake.write(a_delivery(*many(3), received_at=before[0].due + 1)).wake_ups == ()
    assert rows(database, orders) == before


def test_a_repetition_of_an_event_that_was_not_taken_is_not_taken(intake: SqlIntake, database: Database):
    leave_room(database, 1)
    hints = [a_hint(f"evt_{n}") for n in (1, 2, 2, 1)]
    receipt = intake.write(a_delivery(*hints))
    assert (receipt.outcome, receipt.reason) == ("quarantined", "too_many_events")
    assert counts(database) == (3, 1000), "one new hint, and its repetition"
    elsewhere = intake.write(a_delivery(a_hint("evt_3"), a_hint("evt_3", order=OTHER)))
    assert (elsewhere.outcome, elsewhere.wake_ups, len(rows(database, orders))) == ("quarantined", (), 1)


def test_a_repeated_hint_needs_no_room(intake: SqlIntake, database: Database):
    intake.write(a_delivery(a_hint()))
    leave_room(database, 0)
    receipt = intake.write(a_delivery(a_hint(), *many(2), a_hint()))
    assert (receipt.outcome, receipt.reason, receipt.wake_ups) == ("quarantined", "too_many_events", (KEY,))
    assert counts(database) == (4, 1000)


def test_orders_that_become_full_take_the_same_events_together_and_one_by_one(database: Database):
    chance = random.Random(3)
    keys = [OrderKey("main", str(n)) for n in range(3)]
    chosen = [a_delivery(*(some_event(chance, keys) for _ in range(chance.choice([1, 1, 3])))) for _ in range(60)]

    def write(connection: Connection, groups: Sequence[Sequence[Delivery]]) -> tuple[Any, ...]:
        for key in keys:
            record(connection, [a_delivery(an_event(key=f"first of {key}", order=key))])
        connection.execute(update(orders).values(event_count=990))
        receipts = [receipt for group in groups for receipt in record(connection, group)]
        columns = (orders.c.order_id, orders.c.revision, orders.c.event_count, events.c.key, events.c.revision)
        written = select(*columns).join(events, events.c.order_row == orders.c.id)
        return [summary(r) for r in receipts], sorted(tuple(row) for row in connection.execute(written))

    with database.engine.connect() as connection, connection.begin() as transaction:
        one_by_one = write(connection, [[delivery] for delivery in chosen])
        transaction.rollback()
    with database.write() as connection:
        assert write(connection, [chosen[:25], chosen[25:]]) == one_by_one
    assert {outcome for outcome, *_ in one_by_one[0]} == {"accepted", "duplicate", "quarantined"}


def some_event(chance: random.Random, keys: Sequence[OrderKey]) -> Event:
    """Return a new event, or a hint that may be repeated, of one of *keys*."""
    order, number = chance.choice(keys), chance.randrange(20)
    if chance.randrange(2):
        return a_hint(f"hint {number} of {order}", order=order)
    return an_event(EventName.IN_TRANSIT, "TRK1", order=order, key=f"{chance.randrange(9)} {number} of {order}")


def summary(receipt: Receipt) -> tuple[Any, ...]:
    return receipt.outcome, receipt.reason, receipt.wake_ups


def test_an_order_is_written_once_however_many_events_a_delivery_has(sqlite_url: str):
    database, statements = Database(sqlite_url), list[str]()
    with database.write() as connection:
        raw: Any = connection.connection.driver_connection
        raw.set_trace_callback(statements.append)
        record(connection, [a_delivery(*many(50), *many(50, 50, order=OTHER))])
        raw.set_trace_callback(None)
    assert sum("INTO orders" in statement for statement in statements) == 2
    database.close()


def test_two_large_deliveries_share_no_transaction_and_a_small_one_waits_for_one_of_them(database: Database):
    intake, commits = SqlIntake(database), list[int]()
    sizes = (1, 1000, 1000, 1)
    done: dict[int, int] = {}

    def come(number: int) -> None:
        intake.write(a_delivery(*many(sizes[number], 10_000 * number, order=OrderKey("main", f"number:{number}"))))
        done[number] = len(commits)

    with ThreadPoolExecutor(len(sizes)) as pool:
        with database.write() as connection:
            if not database.is_sqlite:  # PostgreSQL lets two transactions write at a time
                connection.execute(text("LOCK TABLE deliveries"))
            event.listen(database.engine, "commit", lambda _: commits.append(1))
            calls = []
            for number in range(len(sizes)):
                calls.append(pool.submit(come, number))
                until(lambda: intake._group.waiting == max(0, len(calls) - 1))  # noqa: SLF001 - nobody else can tell
        for call in calls:
            call.result(60)
    assert len(commits) == 4, "the test's own, the first delivery, and two groups"
    assert done[3] < len(commits)
