"""The heartbeats of workers, over both databases."""

import pytest

from tests.support.clock import START
from worker.domain.accounts.workers import FORGOTTEN_AFTER, SeenWorker, WorkerProcess
from worker.domain.instants import MINUTE, SECOND
from worker.store.workers import SqlWorkers, seen_workers

WORKER = WorkerProcess("host:1:ab", "host", 1, "1.2", ("main", "other"), started_at=0)


@pytest.fixture
def workers(harness):
    return SqlWorkers(harness.database)


def seen(harness) -> tuple[SeenWorker, ...]:
    with harness.database.read() as connection:
        return seen_workers(connection)


def test_a_heartbeat_says_which_worker_runs_since_when_and_for_which_accounts(harness, workers):
    first = workers.beat(WORKER, None)
    assert seen(harness) == (SeenWorker(first, START),)
    assert (first.started_at, first.accounts) == (START, ("main", "other"))


def test_the_next_heartbeat_of_a_worker_is_in_the_same_row(harness, workers):
    first = workers.beat(WORKER, None)
    harness.clock.advance(minutes=1)
    workers.beat(first, 2 * SECOND)
    assert seen(harness) == (SeenWorker(first, START + MINUTE, START + MINUTE - 2 * SECOND),)


def test_a_worker_whose_row_was_deleted_meanwhile_writes_it_again(harness, workers):
    first = workers.beat(WORKER, None)
    workers.remove(WORKER.name)
    workers.beat(first, None)
    assert [worker.process for worker in seen(harness)] == [first]


def test_a_worker_that_stops_removes_its_own_row_only(harness, workers):
    workers.beat(WORKER, None)
    other = workers.beat(WorkerProcess("other", "host", 2, "", (), 0), None)
    workers.remove(WORKER.name)
    assert [worker.process for worker in seen(harness)] == [other]


def test_a_worker_that_was_killed_is_forgotten_after_an_hour(harness, workers):
    workers.beat(WORKER, None)
    harness.clock.now += FORGOTTEN_AFTER
    workers.forget()
    assert len(seen(harness)) == 1
    harness.clock.now += 1
    workers.forget()
    assert seen(harness) == ()
