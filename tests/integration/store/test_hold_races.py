"""A hold that ends while news comes in: both touch many orders at once, and neither waits for the other for ever."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from tests.support.blocked import wait_until_blocked
from tests.support.events import a_delivery, an_event
from tests.support.tables import rows
from worker.domain.orders import OrderKey
from worker.store.accounts.holds import SqlHolds
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.tables import orders


@pytest.mark.parametrize("wanted", [("1", "2"), ("number:A", "1"), ("B", "a")], ids=" then ".join)
def test_orders_are_excused_in_the_order_in_which_news_takes_them(contested: Database, postgresql_url: str, wanted):
    holds, intake = SqlHolds(contested), SqlIntake(contested)
    for order_id in reversed(wanted):  # so that a walk through the table would meet the last one first
        intake.write(a_delivery(an_event(key=order_id, order=OrderKey("main", order_id))))
    with contested.write() as connection:
        connection.execute(update(orders).values(failing_since=1))
    holds.hold("main", "operator", None)
    with ThreadPoolExecutor(1) as pool:
        with contested.write() as connection:
            first, last = (select(orders.c.id).where(orders.c.order_id == name).with_for_update() for name in wanted)
            connection.execute(first)
            lifted = pool.submit(holds.lift, "main", "operator")
            wait_until_blocked(postgresql_url)
            connection.execute(last)
        lifted.result()
    assert all(row.failing_since > 1 for row in rows(contested, orders))
