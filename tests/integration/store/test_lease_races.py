"""Another transaction changes an order while a statement of its reconciliation waits for the row: nothing is missed."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from tests.support.blocked import wait_until_blocked
from tests.support.events import KEY, a_delivery, an_event
from tests.support.tables import rows
from worker.domain.events import EventResult
from worker.domain.instants import MINUTE
from worker.domain.reasons import WaitReason, WriteOutcome
from worker.domain.results import Done, Later, Step
from worker.domain.stages import Stage
from worker.ports import Finished, LeasedOrder, WriteResult
from worker.reconcile.reconciliation import MIN_LEASE
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.leases.general import GeneralOrderStore
from worker.store.leases.order_store import SqlOrderStore
from worker.store.tables import events, orders, writes

T = TypeVar("T")
SHIP = Step(Stage.SHIPPED, 1, inferred=False)
UNTIL_PLANS_ARE_KEPT = 8
"""After so many runs of a prepared statement, the server plans it no more."""


@pytest.fixture(
    params=[(SqlOrderStore, 0), (SqlOrderStore, UNTIL_PLANS_ARE_KEPT), (GeneralOrderStore, 0)],
    ids=["plain", "plain with kept plans", "general"],
)
def store(request: pytest.FixtureRequest, postgresql_url: str) -> Iterator[SqlOrderStore]:
    """A store with one connection, on which nothing or some reconciliations have run before."""
    kind, rounds = request.param
    database = Database(postgresql_url, connections=1)
    SqlIntake(database).write(a_delivery(an_event(key="evt_1")))
    its_store: SqlOrderStore = kind(database)
    for _ in range(rounds):
        leased = lease(its_store)
        its_store.announce(leased, SHIP, {"status": "shipped"}, MIN_LEASE)
        its_store.finish(leased, leased.order, Later(leased.leased_at, WaitReason.INTERRUPTED), {})
    with database.write() as connection:
        connection.execute(delete(writes))
    yield its_store
    database.close()


def lease(store: SqlOrderStore) -> LeasedOrder:
    leased = store.lease(KEY, MIN_LEASE)
    assert leased is not None
    return leased


def add_event(connection: Connection) -> None:
    """Add an event to the order, as the intake does: first the order's row, then the event's."""
    connection.execute(update(orders).values(revision=2, due=orders.c.first_seen_at))
    (event,) = connection.execute(select(events)).mappings()
    columns = {name: value for name, value in event.items() if name not in {"id", "tracking_form"}}
    connection.execute(insert(events).values({**columns, "key": "evt_2", "revision": 2}))


def while_waiting(database: Database, url: str, change: Callable[[Connection], None], work: Callable[[], T]) -> T:
    """Let *work* wait for a transaction that makes a *change*, and return its result."""
    with ThreadPoolExecutor(1) as pool:
        with database.write() as connection:
            change(connection)
            waiting = pool.submit(work)
            wait_until_blocked(url)
        return waiting.result(timeout=60)


def test_a_lease_that_waits_for_a_new_event_has_it(contested: Database, postgresql_url: str, store: SqlOrderStore):
    leased = while_waiting(contested, postgresql_url, add_event, lambda: lease(store))
    assert leased.order.revision == 2
    assert [recorded.revision for recorded in leased.events] == [1, 2]


def test_a_lease_that_waits_for_another_worker_knows_what_that_one_has_requested(
    contested: Database, postgresql_url: str, store: SqlOrderStore
):
    def request_a_stage(connection: Connection) -> None:
        connection.execute(update(orders).values(failures=1))
        columns = {"order_row": 1, "lease_token": "x", "revision": 1, "stage": "accepted", "inferred": False}
        columns |= {"evidence_at": 1, "fields": {}, "sent_at": 1, "outcome": "confirmed"}
        connection.execute(insert(writes).values(columns))

    leased = while_waiting(contested, postgresql_url, request_a_stage, lambda: lease(store))
    assert leased.requested == {Stage.ACCEPTED: 1}


def test_an_order_that_was_leased_meanwhile_is_not_leased(
    contested: Database, postgresql_url: str, store: SqlOrderStore
):
    def lease_it(connection: Connection) -> None:
        until = contested.now(connection) + MINUTE
        connection.execute(update(orders).values(lease_token="other", lease_until=until))

    assert while_waiting(contested, postgresql_url, lease_it, lambda: store.lease(KEY, MIN_LEASE)) is None
    assert rows(contested, orders)[0].lease_token == "other"


def test_an_event_that_comes_in_while_an_announcement_waits_forbids_the_write(
    contested: Database, postgresql_url: str, store: SqlOrderStore
):
    leased = lease(store)
    announced = while_waiting(
        contested, postgresql_url, add_event, lambda: store.announce(leased, SHIP, {"status": "shipped"}, MIN_LEASE)
    )
    assert (announced, rows(contested, writes)) == (None, [])


def test_an_event_that_comes_in_while_the_end_waits_keeps_the_order_due(
    contested: Database, postgresql_url: str, store: SqlOrderStore
):
    leased = lease(store)
    finished = while_waiting(
        contested, postgresql_url, add_event, lambda: store.finish(leased, leased.order, Done(), {})
    )
    assert finished is Finished.HAS_NEW_EVENTS
    (order,) = rows(contested, orders)
    assert (order.seen_revision, order.lease_token) == (1, None)
    assert order.due is not None


def test_a_lease_that_is_lost_while_a_statement_waits_records_no_answer(
    contested: Database, postgresql_url: str, store: SqlOrderStore
):
    def lose_it(connection: Connection) -> None:
        connection.execute(update(orders).values(lease_token="other"))

    leased = lease(store)
    announced = store.announce(leased, SHIP, {"status": "shipped"}, MIN_LEASE)
    assert announced is not None
    answered = WriteResult(announced, replace(leased.order, stage=Stage.SHIPPED), WriteOutcome.CONFIRMED)
    again = while_waiting(
        contested, postgresql_url, lose_it, lambda: store.announce(leased, SHIP, {}, MIN_LEASE, answered)
    )
    finished = store.finish(leased, answered.order, Done(), {leased.events[0].id: EventResult.APPLIED}, answered)
    assert (again, finished) == (None, Finished.LEASE_LOST)
    (order,), (write,), (event,) = (rows(contested, table) for table in (orders, writes, events))
    assert (order.stage, order.sending, order.lease_token) == (None, Stage.SHIPPED, "other")
    assert (write.outcome, write.answered_at, event.result) == (WriteOutcome.SENT, None, EventResult.PENDING)
