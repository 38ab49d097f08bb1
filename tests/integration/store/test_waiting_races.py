"""Registrations, searches and deliveries that touch the same references at the same time do not block each other."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from typing import Any

from tests.support.at_once import at_once
from tests.support.blocked import wait_until_blocked
from tests.support.events import KEY, a_delivery, an_event
from tests.support.searches import NUMBER, PARCEL, SHIPMENT
from tests.support.tables import rows
from worker.domain.events import Event
from worker.domain.orders import OrderKey
from worker.domain.reasons import WaitReason
from worker.domain.results import Later
from worker.ports import Attached
from worker.reconcile.reconciliation import MIN_LEASE
from worker.store.conditions import has_key
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.intake.recording import record
from worker.store.intake.references.attachment import give_events, lock_reference
from worker.store.leases.order_store import SqlOrderStore
from worker.store.tables import orders

ROUNDS = 30
NAMES: dict[str, Any] = {"tracking": "TRK1", "shipment": "S1"}
REFERENCES = (NUMBER, PARCEL, SHIPMENT)


def test_a_registration_waits_for_a_reference_whose_order_is_found_and_wakes_nothing(
    contested: Database, postgresql_url: str
):
    sql, order_store = SqlIntake(contested), SqlOrderStore(contested)
    sql.write(a_delivery(an_event("shipment.delivered", "TRK1", order=PARCEL)))
    leased = order_store.lease(PARCEL, MIN_LEASE)
    assert leased is not None
    with ThreadPoolExecutor(1) as pool:
        with contested.write() as connection:
            lock_reference(connection, PARCEL, leased.row_id)
            registered = pool.submit(sql.write, a_delivery(an_event("shipment.created", "TRK1")))
            wait_until_blocked(postgresql_url)
            assert give_events(connection, leased.row_id, PARCEL, "1", leased.leased_at) is Attached.DONE
        assert registered.result().outcome == "accepted"
    (row,) = rows(contested, orders)
    assert (row.order_id, row.event_count) == ("1", 2)


def test_a_woken_search_that_ends_later_is_due_at_once(contested: Database, postgresql_url: str):
    """The registration is committed while the search waits to record that it has found nothing."""
    sql, order_store = SqlIntake(contested), SqlOrderStore(contested)
    sql.write(a_delivery(an_event("shipment.delivered", "TRK1", order=PARCEL)))
    leased = order_store.lease(PARCEL, MIN_LEASE)
    assert leased is not None
    later = Later(leased.leased_at + MIN_LEASE * 20, WaitReason.UNKNOWN_ORDER, firm=True)
    with ThreadPoolExecutor(1) as pool:
        with contested.write() as connection:
            record(connection, [a_delivery(an_event("shipment.created", "TRK1"))])
            finished = pool.submit(order_store.finish, leased, leased.order, later, {})
            wait_until_blocked(postgresql_url)
        finished.result()
    row = next(row for row in rows(contested, orders) if row.order_id == PARCEL.order_id)
    assert row.not_before is None
    assert row.due < later.due


def test_a_reference_that_is_locked_while_its_parcel_is_found_elsewhere_is_woken(
    contested: Database, postgresql_url: str
):
    sql, order_store = SqlIntake(contested), SqlOrderStore(contested)
    sql.write(a_delivery(an_event("shipment.delivered", order=SHIPMENT, shipment="S1")))
    sql.write(a_delivery(an_event("shipment.created", order=PARCEL, **NAMES)))
    leased = order_store.lease(PARCEL, MIN_LEASE)
    assert leased is not None
    with ThreadPoolExecutor(1) as pool:
        with contested.write() as connection:
            back_off = {"due": leased.leased_at + MIN_LEASE, "not_before": leased.leased_at + MIN_LEASE}
            connection.execute(orders.update().where(has_key(SHIPMENT)).values(back_off))
            attached = pool.submit(order_store.attach, leased, "1")
            wait_until_blocked(postgresql_url)
        assert attached.result() is Attached.DONE
    (waiting,) = (row for row in rows(contested, orders) if row.order_id == SHIPMENT.order_id)
    assert (waiting.not_before, waiting.revision) == (None, 2)


def test_searches_registrations_and_news_of_one_parcel_do_not_block_each_other(database: Database):
    order_store, over, numbers = SqlOrderStore(database), threading.Event(), count()

    def deliver(backwards: bool) -> None:
        for _ in range(ROUNDS):
            deliveries = [a_delivery(event) for event in news_of_one_parcel(next(numbers))]
            with database.write() as connection:
                record(connection, deliveries[::-1] if backwards else deliveries)
        over.set()

    def search(reference: OrderKey) -> None:
        while not over.is_set():
            attach(reference)

    def attach(reference: OrderKey) -> None:
        if leased := order_store.lease(reference, MIN_LEASE):
            assert order_store.attach(leased, "1") is Attached.DONE

    senders = [partial(deliver, backwards) for backwards in (False, True)]
    at_once(lambda work: work(), [*senders, *(partial(search, reference) for reference in REFERENCES)])
    for reference in REFERENCES:
        attach(reference)
    (order,) = (row for row in rows(database, orders) if row.order_id == KEY.order_id)
    assert order.event_count == len(senders) * ROUNDS * (len(REFERENCES) + 1)


def news_of_one_parcel(number: int) -> list[Event]:
    """Return an event of each reference and of the order, and one of a reference that no search finds."""
    named = [an_event("shipment.in_transit", order=key, key=f"{key}{number}", **NAMES) for key in (*REFERENCES, KEY)]
    unknown = OrderKey("main", f"number:UNKNOWN-{number % 3}")
    return [an_event("shipment.created", "TRK9", key=f"unknown {number}", order=unknown), *named]
