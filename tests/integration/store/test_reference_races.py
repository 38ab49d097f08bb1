"""Events of a reference that come in while its order is found: none is lost, and none waits forever."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from sqlalchemy import func, select

from tests.support.at_once import at_once
from tests.support.blocked import wait_until_blocked
from tests.support.events import KEY, a_delivery, an_event
from tests.support.searches import NUMBER
from tests.support.tables import rows
from worker.domain.events import Event, EventResult
from worker.domain.reasons import StopReason
from worker.domain.results import Stopped
from worker.ports import Attached, Delivery
from worker.reconcile.reconciliation import MIN_LEASE
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.intake.recording import record
from worker.store.intake.references.attachment import give_events
from worker.store.leases.order_store import SqlOrderStore
from worker.store.tables import events, orders

GROUPS = 60


def by_number(key: str) -> Event:
    return an_event(key=key, order=NUMBER)


def test_an_event_that_waits_while_its_order_is_found_starts_a_new_search(contested: Database, postgresql_url: str):
    sql = SqlIntake(contested)
    sql.write(a_delivery(by_number("first")))
    leased = SqlOrderStore(contested).lease(NUMBER, MIN_LEASE)
    assert leased is not None
    with ThreadPoolExecutor(2) as pool:
        with contested.write() as connection:
            assert give_events(connection, leased.row_id, NUMBER, "1", leased.leased_at) is Attached.DONE
            newer, repeated = (pool.submit(sql.write, a_delivery(by_number(key))) for key in ("newer", "first"))
            wait_until_blocked(postgresql_url)
        assert (newer.result().outcome, repeated.result().outcome) == ("accepted", "duplicate")
    assert sorted(row.order_id for row in rows(contested, orders)) == ["1", "number:ORD-1"]
    assert [(row.key, row.reference) for row in rows(contested, events)] == [("first", "number:ORD-1"), ("newer", "")]


def test_a_replay_that_meets_a_restarted_search_does_not_change_it(contested: Database, postgresql_url: str):
    sql, order_store = SqlIntake(contested), SqlOrderStore(contested)
    delivery_id = sql.write(a_delivery(by_number("first"))).delivery_id
    leased = order_store.lease(NUMBER, MIN_LEASE)
    assert leased is not None
    assert delivery_id is not None
    results = {event.id: EventResult.VOID for event in leased.events}
    order_store.finish(leased, leased.order, Stopped(StopReason.UNKNOWN_ORDER), results)
    with ThreadPoolExecutor(1) as pool:
        with contested.write() as connection:
            record(connection, [a_delivery(by_number("newer"))])
            replayed = pool.submit(sql.replay, delivery_id, a_delivery(by_number("first")))
            wait_until_blocked(postgresql_url)
            assert give_events(connection, leased.row_id, NUMBER, "1", leased.leased_at) is Attached.DONE
        assert replayed.result().wake_ups == (NUMBER,)
    assert [(row.key, row.result) for row in rows(contested, events)] == [("first", "pending"), ("newer", "pending")]


def test_an_order_whose_own_event_comes_in_while_it_is_found_has_one_row(contested: Database, postgresql_url: str):
    sql, order_store = SqlIntake(contested), SqlOrderStore(contested)
    sql.write(a_delivery(by_number("first")))
    leased = order_store.lease(NUMBER, MIN_LEASE)
    assert leased is not None
    with ThreadPoolExecutor(1) as pool:
        with contested.write() as connection:
            record(connection, [a_delivery(an_event(key="by id"))])
            attached = pool.submit(order_store.attach, leased, KEY.order_id)
            wait_until_blocked(postgresql_url)
        assert attached.result() is Attached.DONE
    (row,) = rows(contested, orders)
    assert (row.order_id, row.event_count, row.revision) == ("1", 2, 2)


def test_searches_and_deliveries_that_write_the_same_rows_do_not_block_each_other(database: Database):
    sql, order_store, over = SqlIntake(database), SqlOrderStore(database), threading.Event()
    numbers = count()

    def send(backwards: bool) -> int:
        for _ in range(GROUPS):
            n = next(numbers)
            pair = [a_delivery(by_number(f"number_{n}")), a_delivery(an_event(key=f"id_{n}"))]
            write(pair[::-1] if backwards else pair)
        over.set()
        return 2 * GROUPS

    def write(group: list[Delivery]) -> None:
        with database.write() as connection:
            record(connection, group)

    def search() -> int:
        while not over.is_set():
            attach()
        return 0

    def attach() -> None:
        leased = order_store.lease(NUMBER, MIN_LEASE)
        if leased:
            assert order_store.attach(leased, "1") is Attached.DONE

    sent = sum(at_once(lambda work: work(), [lambda: send(False), lambda: send(True), search]))
    attach()
    assert sql.write(a_delivery(by_number("number_0"))).outcome == "duplicate"
    (row,) = rows(database, orders)
    assert (row.order_id, row.event_count) == ("1", sent)
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(events).where(events.c.order_row == row.id)) == sent
