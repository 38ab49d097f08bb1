"""The same news at the same time: one delivery is accepted, all others are duplicates, and nobody fails."""

import multiprocessing
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import chain

import pytest
from sqlalchemy import delete, func, select

from tests.support.at_once import at_once
from tests.support.blocked import wait_until_blocked
from tests.support.events import KEY, a_delivery, a_hint, an_event
from worker.domain.errors import StoreUnavailable
from worker.domain.events import Event
from worker.domain.orders import OrderKey
from worker.ports import Delivery
from worker.store.database.database import Database
from worker.store.intake import intake
from worker.store.intake.events import Overtaken
from worker.store.intake.intake import SqlIntake
from worker.store.intake.recording import record
from worker.store.tables import deliveries, events, orders

ELSEWHERE = multiprocessing.get_context("spawn")
NEWS = 60
ORDERS = 5


def the_news() -> list[Event]:
    return [an_event(key=f"evt_{n}", order=OrderKey("main", str(n % ORDERS + 1))) for n in range(NEWS)]


def deliver_all(url: str) -> list[tuple[str, str]]:
    database = Database(url)
    outcomes = [(event.key, SqlIntake(database).write(a_delivery(event)).outcome) for event in the_news()]
    database.close()
    return outcomes


def check_each_was_accepted_once(database: Database, outcomes: list[tuple[str, str]], senders: int) -> None:
    assert Counter(outcome for _, outcome in outcomes) == {"accepted": NEWS, "duplicate": NEWS * (senders - 1)}
    assert sorted(key for key, outcome in outcomes if outcome == "accepted") == sorted(e.key for e in the_news())
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(events)) == NEWS
        assert connection.scalar(select(func.count()).select_from(deliveries)) == NEWS * senders
        counted = connection.execute(select(orders.c.revision, orders.c.event_count)).all()
        assert [tuple(row) for row in counted] == [(NEWS // ORDERS, NEWS // ORDERS)] * ORDERS
        revisions = connection.execute(select(events.c.order_row, events.c.revision)).all()
        assert len(set(map(tuple, revisions))) == NEWS


def test_threads_that_deliver_the_same_news_at_once(database: Database):
    sql = SqlIntake(database)

    def deliver(_: int) -> list[tuple[str, str]]:
        return [(event.key, sql.write(a_delivery(event)).outcome) for event in the_news()]

    check_each_was_accepted_once(database, list(chain.from_iterable(at_once(deliver, range(6)))), 6)


def test_processes_that_deliver_the_same_news_at_once(database: Database, database_url: str):
    with ELSEWHERE.Pool(3) as pool:
        told = pool.map(deliver_all, [database_url] * 3, chunksize=1)
    check_each_was_accepted_once(database, list(chain.from_iterable(told)), 3)


@pytest.mark.parametrize("elsewhere", [False, True], ids=["of the same orders", "under the same keys, of other orders"])
def test_groups_that_meet_the_same_rows_in_another_order_do_not_block_each_other(
    database: Database, database_url: str, elsewhere: bool
):
    other = Database(database_url)

    def news(group: int, backwards: bool) -> list[Delivery]:
        away = 1000 * (backwards and elsewhere)
        told = [an_event(key=f"evt_{group}_{n}", order=OrderKey("main", str(n + away))) for n in range(1, 31)]
        return [a_delivery(one) for one in (told[::-1] if backwards else told)]

    def write(group: int, backwards: bool) -> None:
        with suppress(Overtaken), (other if backwards else database).write() as connection:
            record(connection, news(group, backwards))

    for group in range(20):
        at_once(partial(write, group), [False, True])
    other.close()


def test_threads_that_keep_the_same_stale_delivery_at_once(database: Database):
    sql = SqlIntake(database)
    kept = at_once(lambda _: sql.write(a_delivery(keep_once="courier/evt_1")).delivery_id, range(4))
    assert kept.count(None) == 3


@pytest.fixture
def contested(postgresql_url: str) -> Iterator[Database]:
    """Only PostgreSQL lets two transactions write at a time, and so overtake each other."""
    opened = Database(postgresql_url)
    yield opened
    opened.close()


def test_a_delivery_overtaken_by_its_repetition_is_a_duplicate_and_leaves_no_trace(
    contested: Database, postgresql_url: str
):
    sql = SqlIntake(contested)
    with ThreadPoolExecutor(1) as pool:
        with contested.write() as connection:
            (first,) = record(connection, [a_delivery(an_event(key="evt_1"))])
            second = pool.submit(sql.write, a_delivery(an_event(key="evt_1")))
            wait_until_blocked(postgresql_url)
        receipt = second.result()
    assert (first.outcome, receipt.outcome, receipt.event_id) == ("accepted", "duplicate", first.event_id)
    with contested.read() as connection:
        assert connection.execute(select(orders.c.revision, orders.c.event_count)).all() == [(1, 1)]
        assert connection.scalar(select(func.count()).select_from(deliveries)) == 2


def test_a_repeated_hint_whose_order_is_pruned_meanwhile_is_news_again(contested: Database, postgresql_url: str):
    sql = SqlIntake(contested)
    sql.write(a_delivery(a_hint()))
    with ThreadPoolExecutor(1) as pool:
        with contested.write() as connection:
            connection.execute(delete(events))
            connection.execute(delete(orders))
            again = pool.submit(sql.write, a_delivery(a_hint()))
            wait_until_blocked(postgresql_url)
        receipt = again.result()
    assert (receipt.outcome, receipt.wake_ups) == ("accepted", (KEY,))


def test_what_is_overtaken_again_and_again_is_given_up_in_bounds(database: Database, monkeypatch: pytest.MonkeyPatch):
    def always(*_: object) -> None:
        raise Overtaken

    monkeypatch.setattr(intake, "record", always)
    with pytest.raises(StoreUnavailable, match="written by others"):
        SqlIntake(database).write(a_delivery(an_event(key="evt_1")))
