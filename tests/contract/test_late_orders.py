"""The query for late orders follows the same rule as `domain.overview.lateness`."""

from itertools import count, product

import pytest

from tests.support.harness import Harness, order_key
from worker.domain.instants import DAY, HOUR
from worker.domain.orders import OrderKey
from worker.domain.overview.filters import OrderFilter
from worker.domain.overview.lateness import is_late
from worker.domain.overview.snapshot import OrderRow
from worker.domain.policy import Policy
from worker.domain.stages import STAGES, Stage, TerminalStatus
from worker.store.database.database import Database
from worker.store.queries.late import MAX_NAMED, late_counts, late_orders
from worker.store.queries.orders import OrderQueries

POLICIES = {
    "main": Policy(ship_within=DAY, deliver_within=3 * DAY),
    "other": Policy(deliver_within=HOUR),
    "lax": Policy(),
}


def make(harness: Harness, key: OrderKey, **columns: object) -> None:
    harness.receive(order=key)
    harness.change(key, **columns)


def rows(harness: Harness) -> list[OrderRow]:
    return [*OrderQueries(harness.database).page(OrderFilter(), 10_000).rows]


def test_both_rules_agree_on_every_kind_of_order(harness: Harness):
    now, number = harness.clock(), count(1)
    ages = [None, 0, HOUR - 1, HOUR, DAY - 1, DAY, 3 * DAY - 1, 3 * DAY]
    for account, stage, age in product([*POLICIES, "gone"], [None, *STAGES], ages):
        staged_at = None if age is None else now - age
        make(harness, order_key(next(number), account), stage=stage, staged_at=staged_at)
    for columns in ({"closed": TerminalStatus.CANCELLED}, {"closed_by_operator": 3}, {"stop": "refused"}):
        make(harness, order_key(next(number)), stage=Stage.SHIPPED, staged_at=now - 4 * DAY, **columns)
    found = rows(harness)
    by_rule = {row.order.key for row in found if is_late(row.order, POLICIES.get(row.order.key.account, Policy()), now)}
    listed = OrderQueries(harness.database, POLICIES).page(OrderFilter(late=True), 10_000)
    assert {row.order.key for row in listed.rows} == by_rule
    assert len(by_rule) == 3 + 1 + 5 + 1  # accepted and shipped of main, shipped of other, and the stopped one


def test_late_orders_are_counted_and_named_with_the_longest_first(harness: Harness):
    now = harness.clock()
    for number in range(7):
        make(harness, order_key(number), stage=Stage.SHIPPED, staged_at=now - 4 * DAY - number)
    make(harness, order_key(7), stage=Stage.ACCEPTED, staged_at=now - 2 * DAY)
    make(harness, order_key(8, "lax"), stage=Stage.ACCEPTED, staged_at=now - 200 * DAY)
    with harness.database.read() as connection:
        accepted, shipped = late_orders(connection, POLICIES, now)
        counts = late_counts(connection, POLICIES, now)
    assert (accepted.stage, accepted.count, [key.order_id for key in accepted.some]) == ("accepted", 1, ["7"])
    assert (shipped.stage, shipped.count, shipped.since) == ("shipped", 7, now - 4 * DAY - 6)
    assert [key.order_id for key in shipped.some] == ["6", "5", "4", "3", "2"][:MAX_NAMED]
    assert counts == {("main", "accepted"): 1, ("main", "shipped"): 7, ("other", "shipped"): 0}


def test_nothing_is_late_without_limits(harness: Harness):
    make(harness, order_key(1), stage=Stage.SHIPPED, staged_at=0)
    assert not OrderQueries(harness.database, {"main": Policy()}).page(OrderFilter(late=True), 10).rows


@pytest.mark.parametrize("kind", ["sqlite"])
def test_the_index_of_open_orders_is_used(kind: str, sqlite_url: str):
    database = Database(sqlite_url)
    with database.read() as connection:
        query = (
            "EXPLAIN QUERY PLAN SELECT count(*) FROM orders WHERE account = 'main' AND stage = 'shipped'"
            " AND closed IS NULL AND closed_by_operator = 0 AND staged_at <= 1"
        )
        plan = " ".join(row[-1] for row in connection.exec_driver_sql(query))
    database.close()
    assert "ix_orders_open (account=? AND stage=? AND staged_at<?)" in plan
