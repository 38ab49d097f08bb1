"""Orders are locked while events come in: everything that locks many of them does so in one sequence."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from tests.support.blocked import wait_until_blocked
from tests.support.events import a_delivery, an_event
from tests.support.tables import rows
from worker.domain.instants import HOUR, SECOND
from worker.domain.orders import OrderKey
from worker.domain.reasons import HoldReason
from worker.store.accounts.holds import SqlHolds
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.leases.due import DueOrders
from worker.store.leases.order_store import SqlOrderStore
from worker.store.tables import orders


def take_in(database: Database, in_order: tuple[str, str], **columns: int) -> None:
    """Write orders that lie in the table in the opposite order, with these *columns*."""
    for order_id in reversed(in_order):
        SqlIntake(database).write(a_delivery(an_event(key=order_id, order=OrderKey("main", order_id))))
    with database.write() as connection:
        connection.execute(update(orders).values(columns))


def run_while_locked(
    database: Database, url: str, in_order: tuple[str, str], work: Callable[[], object], *, waits: bool = True
) -> None:
    """Do *work* while a transaction locks the orders *in_order*, one after the other. Fails if there is a deadlock."""
    with ThreadPoolExecutor(1) as pool:
        with database.write() as connection:
            first, last = (select(orders.c.id).where(orders.c.order_id == name).with_for_update() for name in in_order)
            connection.execute(first)
            done = pool.submit(work)
            if waits:
                wait_until_blocked(url)
            else:
                done.result()
            connection.execute(last)
        done.result()


@pytest.mark.parametrize("in_order", [("1", "2"), ("number:A", "1"), ("B", "a")], ids=" then ".join)
def test_the_end_of_a_hold_locks_orders_in_the_same_order_as_new_events(
    contested: Database, postgresql_url: str, in_order: tuple[str, str]
):
    holds = SqlHolds(contested)
    take_in(contested, in_order, failing_since=1)
    holds.hold("main", HoldReason.RATE_LIMITED, None)
    run_while_locked(contested, postgresql_url, in_order, lambda: holds.lift("main", HoldReason.RATE_LIMITED))
    assert all(row.failing_since > 1 for row in rows(contested, orders))


def test_the_end_of_a_hold_locks_those_whose_failures_it_forgets_together_with_the_others(
    contested: Database, postgresql_url: str
):
    holds = SqlHolds(contested)
    with contested.read() as connection:
        now = contested.now(connection)
    take_in(contested, ("1", "2"), failing_since=now, failures=3)
    with contested.write() as connection:  # the failures of the first began long before the hold
        connection.execute(update(orders).where(orders.c.order_id == "1").values(failing_since=now - 10 * HOUR))
    holds.hold("main", HoldReason.OUTAGE, None, "", 1)
    run_while_locked(contested, postgresql_url, ("1", "2"), lambda: holds.lift("main", HoldReason.OUTAGE))
    by_id = {row.order_id: row for row in rows(contested, orders)}
    assert by_id["1"].failing_since > now - 10 * HOUR
    assert (by_id["2"].failing_since, by_id["2"].failures) == (None, 0)


def test_a_lease_after_a_hold_has_expired_locks_its_own_order_alone(contested: Database, postgresql_url: str):
    take_in(contested, ("1", "2"), failing_since=1)
    with contested.write() as connection:  # only the second fails, so the end of the hold locks that one
        connection.execute(update(orders).where(orders.c.order_id == "1").values(failing_since=None))
    SqlHolds(contested).hold("main", HoldReason.RATE_LIMITED, 1)
    store, key = SqlOrderStore(contested), OrderKey("main", "1")
    run_while_locked(contested, postgresql_url, ("1", "2"), lambda: store.lease(key, 30 * SECOND))
    by_id = {row.order_id: row for row in rows(contested, orders)}
    assert by_id["1"].lease_token is not None
    assert by_id["2"].failing_since > 1, "the hold has ended before"


def test_orders_that_are_put_back_wait_for_no_lock(contested: Database, postgresql_url: str):
    take_in(contested, ("1", "2"), enqueued_at=5)
    due = DueOrders(contested)
    for order_id in ("1", "2"):
        due.put_back(OrderKey("main", order_id))
    run_while_locked(contested, postgresql_url, ("1", "2"), due.flush, waits=False)
    assert {row.order_id: row.enqueued_at for row in rows(contested, orders)} == {"1": 5, "2": None}
