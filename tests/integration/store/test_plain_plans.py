"""The statements of the plain ways find their rows by indexes, although the server planned them for small tables."""

import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import text

from tests.support.events import a_delivery, an_event
from worker.domain.events import EventName, EventResult
from worker.domain.instants import MINUTE
from worker.domain.orders import OrderKey
from worker.domain.reasons import WriteOutcome
from worker.domain.results import Done, Step
from worker.domain.stages import Stage
from worker.ports import WriteResult
from worker.store.database.database import Database
from worker.store.database.statement import Statement
from worker.store.intake.intake import SqlIntake
from worker.store.intake.plain import postgresql, sqlite
from worker.store.leases import plain_statements
from worker.store.leases.order_store import SqlOrderStore

ORDERS = 9
"""More than it takes until the server keeps plans of its own choice."""
OF_THE_BACKLOG = "ix_orders_due"
"""The index that has all due orders of an account."""


def deliver_and_reconcile(database: Database, number: int) -> None:
    """Let an order have an event, twice, and two writes."""
    key, store = OrderKey("main", str(number)), SqlOrderStore(database)
    for _ in range(2):
        SqlIntake(database).write(a_delivery(an_event(EventName.PICKED_UP, "T1", key=f"evt_{number}", order=key)))
    leased = store.lease(key, MINUTE)
    assert leased is not None
    written = None
    for stage in (Stage.ACCEPTED, Stage.SHIPPED):
        announced = store.announce(leased, Step(stage, 1, inferred=False), {"status": "x"}, MINUTE, written)
        assert announced is not None
        written = WriteResult(announced, leased.order, WriteOutcome.CONFIRMED)
    store.finish(leased, leased.order, Done(), {event.id: EventResult.APPLIED for event in leased.events}, written)


def statements_in(module: ModuleType) -> Iterator[Statement]:
    for value in vars(module).values():
        yield from (each for each in (value.values() if isinstance(value, dict) else [value]) if _is_one(each))


def _is_one(value: Any) -> bool:
    return isinstance(value, Statement)


KEPT = Statement("""
SELECT name, array_length(parameter_types, 1) FROM pg_prepared_statements
WHERE generic_plans > 0 AND custom_plans = 0 AND to_jsonb(name) <@ CAST(:names AS jsonb)
""")
"""Selects the names of statements that are planned once for all values, and their numbers of parameters."""


@pytest.fixture
def postgresql_url(new_postgresql_url: str) -> str:
    """The URL of a database of each test alone."""
    return new_postgresql_url


@pytest.fixture(params=[[1], [1, 4], [1, ORDERS]], ids=["at first", "and in between", "and at the end"])
def prepared(postgresql_url: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database with one connection. Its server has planned all statements for tables with hardly a row.

    It has looked at its tables by then, as it does by itself at any time.
    """
    database = Database(postgresql_url, connections=1)
    for number in range(1, ORDERS + 1):
        deliver_and_reconcile(database, number)
        if number in request.param:
            with database.write() as connection:
                connection.execute(text("ANALYZE"))
    yield database
    database.close()


def test_no_plan_that_a_postgresql_server_keeps_reads_a_whole_table_or_backlog(prepared: Database):
    of_ways = [*statements_in(postgresql), *statements_in(plain_statements)]
    names = {each.name.decode(): each for each in of_ways if "sqlite" not in each.text}
    with prepared.statements() as run:
        kept = run(KEPT, {"names": json.dumps([*names])})
        plans = {
            names[name].text: [line for (line,) in run(Statement(f"EXPLAIN EXECUTE {name}({nulls})"), {})]
            for name, count in kept
            for nulls in [", ".join(["NULL"] * count)]
        }
    expected = {postgresql.LOOK_UP, postgresql.WRITE, plain_statements.LEASE, plain_statements.FINISH}
    assert {each.text for each in expected | {plain_statements.ANNOUNCE, plain_statements.ANNOUNCE_NEXT}} == {*plans}
    odd = [line for plan in plans.values() for line in plan if "Seq Scan" in line or OF_THE_BACKLOG in line]
    assert not odd


def scans(database: Database) -> int:
    """Return how often the server has read a whole table of those that grow."""
    with database.read() as connection:
        if (connection.dialect.server_version_info or (0,)) < (15,):
            pytest.skip("an older server does not tell at once")
        connection.execute(text("SELECT pg_stat_force_next_flush()"))
    with database.read() as connection:
        of_each = "SELECT sum(seq_scan) FROM pg_stat_user_tables WHERE relname = ANY(:names)"
        return int(connection.scalar(text(of_each), {"names": ["orders", "events", "deliveries", "writes"]}) or 0)


def test_no_check_of_a_foreign_key_reads_a_whole_table_either(prepared: Database):
    before = scans(prepared)
    for number in range(1001, 1004):
        deliver_and_reconcile(prepared, number)
    assert scans(prepared) == before


def test_no_statement_of_the_plain_ways_scans_a_table_on_sqlite(sqlite_url: str):
    database = Database(sqlite_url)
    of_leases = [each for name, each in vars(plain_statements).items() if name.startswith("SQLITE_")]
    asked = [*statements_in(sqlite), plain_statements.IS_HELD, *of_leases]
    assert len(asked) > 15
    with database.statements() as run:
        for statement in asked:
            values = dict.fromkeys(statement.names)
            lines = [str(row[-1]) for row in run(Statement(f"EXPLAIN QUERY PLAN {statement.text}"), values)]
            assert not [line for line in lines if line.startswith("SCAN") or OF_THE_BACKLOG in line], lines
    database.close()
