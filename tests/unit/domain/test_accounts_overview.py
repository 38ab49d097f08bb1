"""The accounts as an operator sees them: which there are, who serves them, and who is not probed."""

from tests.support.clock import START
from worker.domain.accounts.workers import SeenWorker, WorkerProcess
from worker.domain.instants import HOUR
from worker.domain.overview.accounts import AccountOrders, Overview
from worker.domain.overview.snapshot import Hold


def worker(name: str, *accounts: str, seen_at: int = START) -> SeenWorker:
    return SeenWorker(WorkerProcess(name, "box", 7, "", accounts, START), seen_at)


def test_an_account_is_shown_if_the_settings_an_order_or_a_hold_name_it():
    overview = Overview(START, {"sold": AccountOrders(1)}, (Hold("gone", "operator", START),))
    assert overview.names(["main"]) == ["gone", "main", "sold"]


def test_only_workers_that_run_serve_an_account():
    workers = (worker("a", "main"), worker("b", "other"), worker("c", "main", seen_at=START - HOUR))
    assert Overview(START, workers=workers).serving("main") == workers[:1]


def test_an_account_that_an_operator_holds_is_not_probed_by_itself():
    holds = (Hold("main", "outage", START), Hold("main", "operator", START), Hold("other", "outage", START))
    overview = Overview(START, holds=holds)
    assert overview.silence_of("main") == "operator"
    assert overview.silence_of("other") is None
