"""News of a reference that comes in while its order is found: nothing is lost, and nobody waits in vain."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from sqlalchemy import func, select

from tests.support.at_once import at_once
from tests.support.blocked import wait_until_blocked
from tests.support.events import KEY, a_delivery, an_event
from tests.support.tables import rows
from worker.domain.events import Event, EventResult
from worker.domain.orders import OrderKey
from worker.domain.reasons import StopReason
from worker.domain.results import Stopped
from worker.ports import Delivery
from worker.reconcile.reconciliation import MIN_LEASE
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.intake.recording import record
from worker.store.intake.references import give
from worker.store.leases.order_store import SqlOrderStore
from worker.store.tables import events, orders

NUMBER = OrderKey("main", "number:ORD-1")
GROUPS = 60


def named(key: str) -> Event:
    return an_event(key=key, order=NUMBER)


def test_news_that_waits_while_its_order_is_found_is_looked_for_anew(contested: Database, postgresql_url: str):
    sql = SqlIntake(contested)
    sql.write(a_delivery(named("first")))
    leased = SqlOrderStore(contested).take(NUMBER, MIN_LEASE)
    assert leased is not None
    with ThreadPoolExecutor(2) as pool:
        with contested.write() as connection:
            assert give(connection, leased.row_id, NUMBER, "1", leased.leased_at)
            newer, again = (pool.submit(sql.write, a_delivery(named(key))) for key in ("newer", "first"))
            wait_until_blocked(postgresql_url)
        assert (newer.result().outcome, again.result().outcome) == ("accepted", "duplicate")
    assert sorted(row.order_id for row in rows(contested, orders)) == ["1", "number:ORD-1"]
    assert [(row.key, row.reference) for row in rows(contested, events)] == [("first", "number:ORD-1"), ("newer", "")]


def test_a_replay_that_meets_a_search_begun_anew_leaves_it_alone(contested: Database, postgresql_url: str):
    sql, order_store = SqlIntake(contested), SqlOrderStore(contested)
    delivery = sql.write(a_delivery(named("first"))).delivery_id
    leased = order_store.lease(NUMBER, MIN_LEASE)
    assert leased is not None
    assert delivery is not None
    order_store.finish(
        leased, leased.order, Stopped(StopReason.UNKNOWN_ORDER), {told.id: EventResult.VOID for told in leased.events}
    )
    with ThreadPoolExecutor(1) as pool:
        with contested.write() as connection:
            record(connection, [a_delivery(named("newer"))])
            replayed = pool.submit(sql.replay, delivery, a_delivery(named("first")))
            wait_until_blocked(postgresql_url)
            assert give(connection, leased.row_id, NUMBER, "1", leased.leased_at)
        assert replayed.result().wake_ups == (NUMBER,)
    assert [(row.key, row.result) for row in rows(contested, events)] == [("first", "pending"), ("newer", "pending")]


def test_an_order_that_is_made_by_news_of_its_own_meanwhile_is_still_one(contested: Database, postgresql_url: str):
    sql, order_store = SqlIntake(contested), SqlOrderStore(contested)
    sql.write(a_delivery(named("first")))
    leased = order_store.lease(NUMBER, MIN_LEASE)
    assert leased is not None
    with ThreadPoolExecutor(1) as pool:
        with contested.write() as connection:
            record(connection, [a_delivery(an_event(key="by id"))])
            attached = pool.submit(order_store.attach, leased, KEY.order_id)
            wait_until_blocked(postgresql_url)
        assert attached.result() is True
    (row,) = rows(contested, orders)
    assert (row.order_id, row.events, row.revision) == ("1", 2, 2)


def test_searches_and_senders_that_meet_the_same_rows_do_not_block_each_other(database: Database):
    sql, order_store, over = SqlIntake(database), SqlOrderStore(database), threading.Event()
    numbers = count()

    def send(backwards: bool) -> int:
        for _ in range(GROUPS):
            n = next(numbers)
            told = [a_delivery(named(f"number_{n}")), a_delivery(an_event(key=f"id_{n}"))]
            write(told[::-1] if backwards else told)
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
            assert order_store.attach(leased, "1") is True

    told = sum(at_once(lambda work: work(), [lambda: send(False), lambda: send(True), search]))
    attach()
    assert sql.write(a_delivery(named("number_0"))).outcome == "duplicate"
    (row,) = rows(database, orders)
    assert (row.order_id, row.events) == ("1", told)
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(events).where(events.c.order_row == row.id)) == told
