"""Concurrent work may share a transaction: each caller has its own result, and no failure reaches another caller."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, select, text

from tests.support.events import a_delivery, an_event
from tests.support.programs import until
from worker.store.database.database import PAUSE_SECONDS, Database
from worker.store.intake.intake import SqlIntake
from worker.store.tables import locks

FAILING = "7"


def write(database: Database, name: str) -> str:
    def work(connection: Connection, now: int) -> str:
        connection.execute(insert(locks).values(name=name, locked_until=now))
        if name == FAILING:
            raise ValueError(name)
        return name

    return database.transact(work)


def written(database: Database) -> set[str]:
    with database.read() as connection:
        return set(connection.execute(select(locks.c.name)).scalars())


def test_work_that_fails_writes_nothing_and_all_other_work_is_done(database: Database):
    names = [str(n) for n in range(20)]
    with ThreadPoolExecutor(len(names)) as pool:
        results = {name: pool.submit(write, database, name) for name in names}
    with pytest.raises(ValueError, match=FAILING):
        results.pop(FAILING).result()
    assert [results[name].result() for name in results] == list(results)
    assert written(database) == set(results)


def test_on_sqlite_waiting_work_is_committed_together(sqlite_url: str):
    database, commits = Database(sqlite_url, timeout_seconds=60), list[int]()
    group: Any = database._run_work.__self__  # type: ignore[attr-defined]  # noqa: SLF001 - nobody else can tell
    event.listen(database.engine, "commit", lambda _: commits.append(1))
    has_begun, may_end = threading.Event(), threading.Event()

    def hold_up(_connection: Connection, _now: int) -> None:
        has_begun.set()
        assert may_end.wait(60)

    with ThreadPoolExecutor(21) as pool:
        first = pool.submit(database.transact, hold_up)
        assert has_begun.wait(60)
        works = [pool.submit(write, database, f"work {n}") for n in range(20)]
        until(lambda: group.waiting == 20)
        may_end.set()
    first.result()
    assert [work.result() for work in works] == [f"work {n}" for n in range(20)]
    assert len(commits) == 2, "that of the first, and one of all that waited"
    assert len(written(database)) == 20
    database.close()


def test_waiting_deliveries_are_committed_together(database: Database):
    intake, commits = SqlIntake(database), list[int]()

    def come(number: int) -> str:
        return intake.write(a_delivery(an_event(key=f"evt_{number}"))).outcome

    with ThreadPoolExecutor(20) as pool:
        with database.write() as connection:
            if not database.is_sqlite:  # PostgreSQL lets two transactions write at a time
                connection.execute(text("LOCK TABLE deliveries"))
            event.listen(database.engine, "commit", lambda _: commits.append(1))
            outcomes = [pool.submit(come, n) for n in range(20)]
            until(lambda: intake._group.waiting == 19)  # noqa: SLF001 - nobody else can tell
        assert [outcome.result() for outcome in outcomes] == ["accepted"] * 20
    assert len(commits) <= 1 + 2, "the test's own, that of the first delivery, and one of all others"


def test_sqlite_is_unlocked_between_two_transactions_so_that_other_processes_can_write(sqlite_url: str):
    database, left, taken = Database(sqlite_url), list[float](), list[float]()
    event.listen(database.engine, "checkin", lambda *_: left.append(time.monotonic()))
    for _ in range(20):
        database.transact(lambda _connection, _now: taken.append(time.monotonic()))
    assert min(after - before for before, after in zip(left, taken[1:], strict=False)) >= 0.99 * PAUSE_SECONDS
    database.close()
