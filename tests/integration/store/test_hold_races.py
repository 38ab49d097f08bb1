"""A hold that ends while events come in: both lock many orders at once, and there is no deadlock."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from tests.support.blocked import wait_until_blocked
from tests.support.events import a_delivery, an_event
from tests.support.tables import rows
from worker.domain.orders import OrderKey
from worker.domain.reasons import HoldReason
from worker.store.accounts.holds import SqlHolds
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.tables import orders


@pytest.mark.parametrize("in_order", [("1", "2"), ("number:A", "1"), ("B", "a")], ids=" then ".join)
def test_the_end_of_a_hold_locks_orders_in_the_same_order_as_new_events(
    contested: Database, postgresql_url: str, in_order: tuple[str, str]
):
    holds, intake = SqlHolds(contested), SqlIntake(contested)
    for order_id in reversed(in_order):  # the rows in the table have the opposite order
        intake.write(a_delivery(an_event(key=order_id, order=OrderKey("main", order_id))))
    with contested.write() as connection:
        connection.execute(update(orders).values(failing_since=1))
    holds.hold("main", HoldReason.RATE_LIMITED, None)
    with ThreadPoolExecutor(1) as pool:
        with contested.write() as connection:
            first, last = (select(orders.c.id).where(orders.c.order_id == name).with_for_update() for name in in_order)
            connection.execute(first)
            lifted = pool.submit(holds.lift, "main", HoldReason.RATE_LIMITED)
            wait_until_blocked(postgresql_url)
            connection.execute(last)
        lifted.result()
    assert all(row.failing_since > 1 for row in rows(contested, orders))
