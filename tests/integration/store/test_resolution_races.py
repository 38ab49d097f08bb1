"""An operator's verdict on a search that meets newer news or another act at the same moment: one of them holds."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.at_once import at_once
from tests.support.blocked import wait_until_blocked
from tests.support.events import a_delivery, an_event
from tests.support.tables import rows
from worker.domain.events import Event, EventResult
from worker.domain.instants import MINUTE
from worker.domain.orders import OrderKey
from worker.domain.reasons import StopReason
from worker.domain.results import Stopped
from worker.domain.snapshot import Snapshot
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.intake.recording import record
from worker.store.leases.order_store import SqlOrderStore
from worker.store.operator import SqlOperatorStore
from worker.store.tables import audit_log, events, orders

NUMBER = OrderKey("main", "number:ORD-1")
ACTS: dict[str, Callable[[SqlOperatorStore, Snapshot], bool | None]] = {
    "found": lambda store, seen: store.attach(seen, "1", "x"),
    "dismissed": lambda store, seen: store.dismiss(seen, "x"),
    "released": lambda store, seen: store.release(seen, "x"),
}


def named(key: str) -> Event:
    return an_event(key=key, order=NUMBER)


def search_in_vain(database: Database) -> Snapshot:
    SqlIntake(database).write(a_delivery(named("first")))
    order_store, store = SqlOrderStore(database), SqlOperatorStore(database)
    leased = order_store.lease(NUMBER, MINUTE)
    assert leased is not None
    order_store.finish(
        leased, leased.order, Stopped(StopReason.UNKNOWN_ORDER), {told.id: EventResult.VOID for told in leased.events}
    )
    seen = store.snapshot(NUMBER)
    assert seen is not None
    return seen


def test_of_all_acts_at_the_same_moment_one_is_done(database: Database):
    seen, store = search_in_vain(database), SqlOperatorStore(database)
    words = [*ACTS, *ACTS]
    done = [word for word, act in zip(words, at_once(lambda word: ACTS[word](store, seen), words), strict=True) if act]
    assert len(done) == 1
    assert [said.word for said in rows(database, audit_log) if said.word != "stopped"] == done


@pytest.mark.parametrize("word", ["found", "dismissed"])
def test_a_verdict_that_newer_news_has_overtaken_changes_nothing(contested: Database, postgresql_url: str, word: str):
    seen = search_in_vain(contested)
    with ThreadPoolExecutor(1) as pool:
        with contested.write() as connection:
            record(connection, [a_delivery(named("newer"))])
            decided = pool.submit(ACTS[word], SqlOperatorStore(contested), seen)
            wait_until_blocked(postgresql_url)
        assert not decided.result()
    (row,) = rows(contested, orders)
    assert (row.order_id, row.stop, row.due is None) == ("number:ORD-1", None, False)
    assert [said.word for said in rows(contested, audit_log)] == ["stopped"]


def test_news_that_comes_in_while_an_operator_names_the_order_is_looked_for(contested: Database, postgresql_url: str):
    seen = search_in_vain(contested)
    with ThreadPoolExecutor(2) as pool:
        with contested.write() as connection:
            record(connection, [a_delivery(an_event(key="by id"))])  # its order is locked until the end of the block
            decided = pool.submit(SqlOperatorStore(contested).attach, seen, "1", "x")
            wait_until_blocked(postgresql_url)
            newer = pool.submit(SqlIntake(contested).write, a_delivery(named("newer")))
        assert (decided.result(), newer.result().outcome) == (True, "accepted")
    known = {row.order_id: row for row in rows(contested, orders)}
    assert {name: (row.events, row.stop, row.due is None) for name, row in known.items()} == {
        "1": (2, None, False),
        "number:ORD-1": (1, None, False),
    }
    assert {told.result for told in rows(contested, events)} == {"pending"}


def test_a_replay_that_waits_for_a_dismissal_begins_the_search_anew(contested: Database, postgresql_url: str):
    seen = search_in_vain(contested)
    (delivery,) = {told.delivery for told in rows(contested, events)}
    with ThreadPoolExecutor(2) as pool:
        with contested.write() as connection:
            connection.execute(orders.update().values(updated_at=orders.c.updated_at))
            dismissed = pool.submit(SqlOperatorStore(contested).dismiss, seen, "x")
            wait_until_blocked(postgresql_url)
            replayed = pool.submit(SqlIntake(contested).replay, delivery, a_delivery(named("first")))
        assert (dismissed.result(), replayed.result().wake_ups) == (True, (NUMBER,))
    (row,) = rows(contested, orders)
    assert [told.result for told in rows(contested, events)] == ["pending"]
    assert (row.stop, row.due is None) == (None, False)
