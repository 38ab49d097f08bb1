"""A claim searches the index on due orders, and sorts nothing, however long a backlog is."""

from contextlib import closing

from sqlalchemy import event

from tests.support.harness import ENQUEUE_AGAIN_AFTER, Harness, order_key
from worker.domain.reasons import HoldReason
from worker.store.database.database import Database


def test_every_query_of_a_claim_is_a_search_in_an_index(sqlite_url, clock):
    with closing(Database(sqlite_url, clock=clock)) as database:
        harness = Harness(database, clock, limits={"main": 1000})
        harness.accept(order=order_key(1))
        harness.holds.hold("main", HoldReason.OPERATOR, None)
        harness.holds.lift("main", HoldReason.OPERATOR)
        queries = []
        event.listen(database.engine, "before_cursor_execute", lambda *arguments: queries.append(arguments[2:4]))
        assert harness.due_orders.claim(8, ENQUEUE_AGAIN_AFTER) == [order_key(1)]
        of_orders = [query for query in queries if query[0].startswith("SELECT") and "FROM orders" in query[0]]
        plans = [line for query in of_orders for line in _plan(database, *query)]
    assert len(of_orders) >= 4
    assert not [line for line in plans if line.startswith("SCAN orders") or "TEMP B-TREE" in line]
    assert any("USING INDEX ix_orders_due (account=? AND lane=? AND due<?)" in line for line in plans)
    of_a_source = "USING INDEX ix_orders_unknown (account=? AND reported_by=? AND lane=? AND due<?)"
    assert sum(of_a_source in line for line in plans) == 2


def _plan(database, statement, parameters):
    with database.read() as connection:
        cursor = connection.connection.cursor()
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [row[-1] for row in cursor.fetchall()]
