"""A shell that is left in a transaction lets SQLite's write-ahead log grow; afterwards the log shrinks by itself."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.support.events import a_delivery, an_event
from worker.store.database import write_ahead_log
from worker.store.database.database import Database
from worker.store.database.sqlite import LOG_LIMIT_BYTES
from worker.store.database.write_ahead_log import WriteAheadLog
from worker.store.intake.intake import SqlIntake

BODY = b"x" * 100_000


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)
    yield database
    database.close()


@contextmanager
def shell_in_a_transaction(database: Database) -> Iterator[None]:
    """Read the file as a shell does that was left after BEGIN and a SELECT."""
    with closing(sqlite3.connect(Path(str(make_url(database.url).database)), isolation_level=None)) as shell:
        shell.execute("BEGIN")
        shell.execute("SELECT count(*) FROM deliveries").fetchall()
        yield


def grow(database: Database, is_enough: Callable[[], bool], name: str) -> None:
    intake = SqlIntake(database)
    for number in range(1000):
        if is_enough():
            return
        intake.write(a_delivery(an_event(key=f"{name}_{number}"), body=BODY))
    pytest.fail("the log does not grow")


def test_a_log_that_has_grown_is_known_to_be_read_and_shrinks_when_nobody_reads_it_any_more(database: Database):
    log = WriteAheadLog(database)
    with shell_in_a_transaction(database):
        grow(database, lambda: log.has_grown, "grown")
        log.shrink()
        assert log.has_grown, "what somebody reads stays"
        assert log.is_read()
        assert SqlIntake(database).write(a_delivery(an_event(key="meanwhile"))).outcome == "accepted"
    assert not log.is_read()
    log.shrink()
    assert log.size() == 0
    assert SqlIntake(database).write(a_delivery(an_event(key="afterwards"))).outcome == "accepted"


def test_without_a_worker_the_next_writes_cut_the_log(database: Database):
    log = WriteAheadLog(database)
    with shell_in_a_transaction(database):
        grow(database, lambda: log.size() > LOG_LIMIT_BYTES + 2 * len(BODY), "grown")
    grow(database, lambda: log.size() <= LOG_LIMIT_BYTES, "more")


def test_a_log_that_nobody_disturbs_stays_small(database: Database):
    log, sizes = WriteAheadLog(database), [0]

    def seen_often() -> bool:
        sizes.append(log.size())
        return len(sizes) > 150

    grow(database, seen_often, "small")
    assert max(sizes) < LOG_LIMIT_BYTES / 2


def test_a_new_reader_does_not_let_writers_wait(database: Database, monkeypatch: pytest.MonkeyPatch):
    log = WriteAheadLog(database)
    monkeypatch.setattr(write_ahead_log, "LOG_LIMIT_BYTES", 0)
    SqlIntake(database).write(a_delivery(an_event(key="first")))
    monkeypatch.setattr(log, "is_read", lambda: False)  # the reader begins a moment later
    with shell_in_a_transaction(database):
        SqlIntake(database).write(a_delivery(an_event(key="second")))
        log.shrink()
        assert log.size() > 0
    assert SqlIntake(database).write(a_delivery(an_event(key="third"))).outcome == "accepted"


def test_postgresql_has_no_log_that_concerns_us(postgresql_url: str):
    database = Database(postgresql_url)
    log = WriteAheadLog(database)
    assert (log.size(), log.has_grown) == (0, False)
    log.shrink()
    database.close()
