"""A worker runs while its heartbeats are young, and serves only the accounts of its settings."""

from worker.domain.accounts.workers import (
    RUNS_FOR,
    SeenWorker,
    Service,
    WorkerProcess,
    running,
    service_of,
    serving_since,
)

NOW = 10 * RUNS_FOR


def a_worker(*accounts: str, seen_at: int = NOW) -> SeenWorker:
    return SeenWorker(WorkerProcess("a", "host", 1, "1.0", accounts, 0), seen_at)


def test_a_worker_without_a_heartbeat_for_half_a_minute_does_not_run():
    late, present = a_worker("main", seen_at=NOW - RUNS_FOR), a_worker("main", seen_at=NOW - RUNS_FOR + 1)
    assert running([late, present], NOW) == (present,)


def test_an_account_is_served_by_a_running_worker_that_has_it_in_its_settings():
    workers = [a_worker("main"), a_worker("other"), a_worker("third", seen_at=0)]
    assert service_of("main", workers, NOW) is Service.SERVED
    assert service_of("third", workers, NOW) is Service.NOT_SERVED


def test_without_a_running_worker_no_account_is_served():
    assert service_of("main", [a_worker("main", seen_at=0)], NOW) is Service.NO_WORKER
    assert service_of("main", [], NOW) is Service.NO_WORKER


def test_workers_serve_an_account_since_the_earliest_start_of_those_that_run_and_have_it():
    def worker(name: str, started_at: int, *accounts: str, seen_at: int = NOW) -> SeenWorker:
        return SeenWorker(WorkerProcess(name, "host", 1, "1", accounts, started_at), seen_at)

    workers = [worker("a", 7, "main"), worker("b", 5, "main", "mall"), worker("c", 1, "main", seen_at=0)]
    assert serving_since("main", workers, NOW) == 5
    assert serving_since("other", workers, NOW) is None
