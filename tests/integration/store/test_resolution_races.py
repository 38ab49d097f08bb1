"""An operator ends a search while a new event comes in, or another operator acts: exactly one action takes effect."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.at_once import at_once
from tests.support.blocked import wait_until_blocked
from tests.support.events import a_delivery, an_event
from tests.support.searches import NUMBER
from tests.support.tables import rows
from worker.domain.events import Event, EventResult
from worker.domain.instants import MINUTE
from worker.domain.overview.snapshot import Snapshot
from worker.domain.reasons import StopReason
from worker.domain.results import Stopped
from worker.ports import Attached
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.intake.recording import record
from worker.store.leases.order_store import SqlOrderStore
from worker.store.operator import SqlOperatorStore
from worker.store.tables import audit_log, events, orders

ACTS: dict[str, Callable[[SqlOperatorStore, Snapshot], bool]] = {
    "found": lambda store, seen: store.attach(seen, "1", "x") is Attached.DONE,
    "closed": lambda store, seen: store.close(seen, "x", {}),
    "released": lambda store, seen: store.release(seen, "x"),
}
"""What an operator may do with a stopped search, by the action in the audit log. Each returns whether it was done."""


def by_number(key: str) -> Event:
    return an_event(key=key, order=NUMBER)


def stopped_search(database: Database) -> Snapshot:
    SqlIntake(database).write(a_delivery(by_number("first")))
    order_store, operator_store = SqlOrderStore(database), SqlOperatorStore(database)
    leased = order_store.lease(NUMBER, MINUTE)
    assert leased is not None
    results = {event.id: EventResult.VOID for event in leased.events}
    order_store.finish(leased, leased.order, Stopped(StopReason.UNKNOWN_ORDER), results)
    seen = operator_store.snapshot(NUMBER)
    assert seen is not None
    return seen


def test_exactly_one_of_several_actions_at_the_same_time_is_done(database: Database):
    seen, store = stopped_search(database), SqlOperatorStore(database)
    actions = [*ACTS, *ACTS]
    were_done = at_once(lambda action: ACTS[action](store, seen), actions)
    done = [action for action, was_done in zip(actions, were_done, strict=True) if was_done]
    assert len(done) == 1
    assert [entry.action for entry in rows(database, audit_log) if entry.action != "stopped"] == done


@pytest.mark.parametrize("action", ["found", "closed"])
def test_an_action_that_follows_a_newer_event_changes_nothing(contested: Database, postgresql_url: str, action: str):
    seen = stopped_search(contested)
    with ThreadPoolExecutor(1) as pool:
        with contested.write() as connection:
            record(connection, [a_delivery(by_number("newer"))])
            was_done = pool.submit(ACTS[action], SqlOperatorStore(contested), seen)
            wait_until_blocked(postgresql_url)
        assert not was_done.result()
    (row,) = rows(contested, orders)
    assert (row.order_id, row.stop, row.due is None) == ("number:ORD-1", None, False)
    assert [entry.action for entry in rows(contested, audit_log)] == ["stopped"]


def test_an_event_that_comes_in_while_an_operator_names_the_order_starts_a_new_search(
    contested: Database, postgresql_url: str
):
    seen = stopped_search(contested)
    with ThreadPoolExecutor(2) as pool:
        with contested.write() as connection:
            record(connection, [a_delivery(an_event(key="by id"))])  # its order is locked until the end of the block
            attached = pool.submit(SqlOperatorStore(contested).attach, seen, "1", "x")
            wait_until_blocked(postgresql_url)
            newer = pool.submit(SqlIntake(contested).write, a_delivery(by_number("newer")))
        assert (attached.result(), newer.result().outcome) == (Attached.DONE, "accepted")
    assert {row.order_id: (row.event_count, row.stop, row.due is None) for row in rows(contested, orders)} == {
        "1": (2, None, False),
        "number:ORD-1": (1, None, False),
    }
    assert {event.result for event in rows(contested, events)} == {"pending"}


def test_a_replay_that_waits_for_a_close_restarts_the_search(contested: Database, postgresql_url: str):
    seen = stopped_search(contested)
    (delivery_id,) = {event.delivery_id for event in rows(contested, events)}
    with ThreadPoolExecutor(2) as pool:
        with contested.write() as connection:
            connection.execute(orders.update().values(updated_at=orders.c.updated_at))
            closed = pool.submit(SqlOperatorStore(contested).close, seen, "x", {})
            wait_until_blocked(postgresql_url)
            replayed = pool.submit(SqlIntake(contested).replay, delivery_id, a_delivery(by_number("first")))
        assert (closed.result(), replayed.result().wake_ups) == (True, (NUMBER,))
    (row,) = rows(contested, orders)
    assert [event.result for event in rows(contested, events)] == ["pending"]
    assert (row.stop, row.due is None) == (None, False)
