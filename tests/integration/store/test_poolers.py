"""Behind a pooler of transactions, everything works as on the server itself: limits, statements, migrations."""

import os
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import make_url, text, update

from tests.conftest import new_database
from tests.support.events import KEY, a_delivery, an_event
from tests.support.pooler import Pooler
from worker.domain.errors import StoreUnavailable
from worker.domain.instants import MINUTE
from worker.domain.reasons import WriteOutcome
from worker.domain.results import Done, Step
from worker.domain.stages import Stage
from worker.ports import Finished, WriteResult
from worker.store.database.database import Database
from worker.store.database.statement import RowConflict, Statement
from worker.store.intake.intake import SqlIntake
from worker.store.leases.order_store import SqlOrderStore
from worker.store.schema import check, migrate
from worker.store.tables import orders


@pytest.fixture
def pooled_url(postgresql_server: psycopg.Connection) -> Iterator[str]:
    """The URL of an empty database, behind a pooler."""
    for url in new_database(postgresql_server, f"fulfillment_test_pooled_{os.getpid()}"):
        server = make_url(url)
        pooler = Pooler(
            server.host or "127.0.0.1", server.port or 5432, server.username or "postgres", server.database or ""
        )
        yield server.set(host="127.0.0.1", port=pooler.port).render_as_string(hide_password=False)
        pooler.close()


def test_the_schema_is_made_and_deliveries_are_written_behind_a_pooler(pooled_url: str):
    database = Database(pooled_url)
    migrate(database)
    check(database)
    intake = SqlIntake(database)
    outcomes = [intake.write(a_delivery(an_event(key=f"evt_{n}"), an_event(key=f"more_{n}"))) for n in range(30)]
    assert {receipt.outcome for receipt in outcomes} == {"accepted"}
    database.close()


@pytest.mark.usefixtures("patient_client")
def test_a_slow_statement_ends_in_time_behind_a_pooler_and_limits_nobody_else(pooled_url: str):
    database, patient = Database(pooled_url, timeout_seconds=0.4), Database(pooled_url, timeout_seconds=20)
    with pytest.raises(StoreUnavailable, match="statement timeout"), database.read() as connection:
        connection.execute(text("SELECT pg_sleep(10)"))
    for _ in range(4):  # once in every session of the pooler
        with patient.read() as connection:
            connection.execute(text("SELECT pg_sleep(0.5)"))
    database.close()
    patient.close()


@pytest.mark.usefixtures("patient_client")
def test_a_statement_of_its_own_ends_in_time_behind_a_pooler_and_a_later_one_is_committed(pooled_url: str):
    with closing(Database(pooled_url)) as patient:
        migrate(patient)
    database = Database(pooled_url, timeout_seconds=0.8)
    with pytest.raises(StoreUnavailable, match="statement timeout"), database.statements() as run:
        run(Statement("SELECT CAST(pg_sleep(10) AS text)"), {})
    insert = Statement("INSERT INTO locks (name, locked_until) VALUES (:name, 1) RETURNING name")
    for number in range(4):  # once in every session of the pooler
        with database.statements() as run:
            assert run(insert, {"name": str(number)}) == [(str(number),)]
        with pytest.raises(RowConflict), database.statements() as run:
            run(insert, {"name": str(number)})
    with database.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM locks")) == 4
    database.close()


def test_an_order_is_reconciled_behind_a_pooler(pooled_url: str):
    database = Database(pooled_url)
    migrate(database)
    SqlIntake(database).write(a_delivery(an_event()))
    store = SqlOrderStore(database)
    for _ in range(4):  # once in every session of the pooler
        with database.write() as connection:
            connection.execute(update(orders).values(due=1, lease_until=None))
        leased = store.lease(KEY, MINUTE)
        assert leased is not None
        announced = store.announce(leased, Step(Stage.SHIPPED, 1, inferred=False), {"status": "shipped"}, MINUTE)
        assert announced is not None
        result = WriteResult(announced, leased.order, WriteOutcome.CONFIRMED)
        assert store.finish(leased, leased.order, Done(), {}, result) is Finished.RESTS
    database.close()


def test_without_a_pooler_statements_are_prepared(postgresql_url: str):
    database = Database(postgresql_url)
    with database.read() as connection:
        for _ in range(10):
            connection.execute(text("SELECT 1"))
        prepared = connection.scalar(text("SELECT count(*) FROM pg_prepared_statements"))
    assert prepared
    database.close()
