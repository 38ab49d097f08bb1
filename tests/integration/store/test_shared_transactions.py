"""Turns that end at the same time may share a transaction: each finds what it wrote, and none suffers for another."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, event, insert, select, text

from tests.support.events import a_delivery, an_event
from worker.store.database.database import PAUSE, Database
from worker.store.intake.intake import SqlIntake
from worker.store.tables import claims

SEVEN = "7"


def write(database: Database, name: str) -> str:
    def work(connection: Connection, now: int) -> str:
        connection.execute(insert(claims).values(name=name, until=now))
        if name == SEVEN:
            raise ValueError(name)
        return name

    return database.transact(work)


def written(database: Database) -> set[str]:
    with database.read() as connection:
        return set(connection.execute(select(claims.c.name)).scalars())


def test_a_work_that_fails_leaves_nothing_behind_and_the_others_do(database: Database):
    names = [str(n) for n in range(20)]
    with ThreadPoolExecutor(len(names)) as pool:
        asked = {name: pool.submit(write, database, name) for name in names}
    with pytest.raises(ValueError, match=SEVEN):
        asked.pop(SEVEN).result()
    assert [asked[name].result() for name in asked] == list(asked)
    assert written(database) == set(asked)


def test_on_sqlite_those_who_wait_are_committed_together(sqlite_url: str):
    database, commits, coming = Database(sqlite_url), list[int](), threading.Semaphore(0)
    event.listen(database.engine, "commit", lambda _: commits.append(1))
    begun, goes_on = threading.Event(), threading.Event()

    def hold_up(_connection: Connection, _now: int) -> None:
        begun.set()
        assert goes_on.wait(10)

    def come(name: str) -> None:
        coming.release()
        write(database, name)

    with ThreadPoolExecutor(21) as pool:
        pool.submit(database.transact, hold_up)
        assert begun.wait(5)
        pool.map(come, (f"turn {n}" for n in range(20)))
        assert all(coming.acquire(timeout=5) for _ in range(20))
        goes_on.set()
    assert len(commits) <= 1 + 10, "they were committed one by one"
    assert len(written(database)) == 20
    database.close()


def test_deliveries_that_wait_are_committed_together(database: Database):
    intake, commits, coming = SqlIntake(database), list[int](), threading.Semaphore(0)

    def come(number: int) -> str:
        coming.release()
        return intake.write(a_delivery(an_event(key=f"evt_{number}"))).outcome

    with ThreadPoolExecutor(20) as pool:
        with database.write() as connection:
            if not database.is_sqlite:  # where one transaction does not keep out another
                connection.execute(text("LOCK TABLE deliveries"))
            event.listen(database.engine, "commit", lambda _: commits.append(1))
            asked = [pool.submit(come, n) for n in range(20)]
            assert all(coming.acquire(timeout=5) for _ in range(20))
        assert [one.result() for one in asked] == ["accepted"] * 20
    assert len(commits) <= 1 + 10, "they were committed one by one"


def test_between_two_turns_sqlite_is_left_to_other_processes(sqlite_url: str):
    database, left, taken = Database(sqlite_url), list[float](), list[float]()
    event.listen(database.engine, "checkin", lambda *_: left.append(time.monotonic()))
    for _ in range(20):
        database.transact(lambda _connection, _now: taken.append(time.monotonic()))
    assert min(again - before for before, again in zip(left, taken[1:], strict=False)) >= 0.99 * PAUSE
    database.close()
