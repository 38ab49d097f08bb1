"""A worker starts the scans that are due, each in a thread of its own, and none keeps another from starting."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from tests.support.programs import until
from worker.domain.errors import StoreUnavailable
from worker.domain.instants import MINUTE
from worker.domain.orders import OrderKey
from worker.domain.reasons import Finding
from worker.ports import Found, ScanResult
from worker.service import scans
from worker.service.scans import Scans

EVERY = 5 * MINUTE
GOOD = ScanResult("main", 0, 7, 120, {Finding.NEW: Found(3, (OrderKey("main", "1"),))}, ("odd",), complete=True)


class FakeScanner:
    """Scans whatever it is told to: `blocked` accounts until `go`, and every account with the result of `outcome`."""

    def __init__(self, *accounts: str) -> None:
        self.apis = dict.fromkeys(accounts)
        self.begun: list[str] = []
        self.blocked: set[str] = set()
        self.go = threading.Event()
        self.outcome: Callable[[], ScanResult | None] = lambda: GOOD

    def scan(self, account: str) -> ScanResult | None:
        self.begun.append(account)
        if account in self.blocked:
            self.go.wait(60)
        return self.outcome()


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as entries:
        yield entries


def service(scanner: FakeScanner, every: int = EVERY, *, is_due: Callable[..., bool] = lambda *_: True) -> Scans:
    return Scans(scanner, is_due, every)  # type: ignore[arg-type]


def ended(name: str) -> bool:
    return not any(thread.name == f"scan-{name}" for thread in threading.enumerate())


def test_the_scans_that_are_due_are_made_and_logged(logged: list[Any]):
    scanner = FakeScanner("main", "other")
    service(scanner, is_due=lambda account, every: account == "main" and every == EVERY).start_due()
    until(lambda: ended("main"))
    assert scanner.begun == ["main"]
    (entry,) = logged
    expected = {"listed": 120, "pages": 7, "found": {"new": 3}, "problems": ["odd"], "account": "main"}
    assert {key: entry[key] for key in expected} == expected
    assert entry["event"] == "scanned"


def test_a_slow_scan_delays_no_other_account_and_is_not_begun_twice():
    scanner = FakeScanner("slow", "main")
    scanner.blocked = {"slow"}
    running = service(scanner)
    for _ in range(3):
        running.start_due()
        until(lambda: ended("main"))
    assert scanner.begun.count("slow") == 1
    assert scanner.begun.count("main") == 3
    scanner.go.set()
    until(lambda: ended("slow"))
    running.start_due()
    until(lambda: ended("slow"))
    assert scanner.begun.count("slow") == 2


def test_a_bounded_number_of_accounts_is_scanned_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scans, "MAX_AT_ONCE", 2)
    scanner = FakeScanner("a", "b", "c")
    scanner.blocked = {"a", "b", "c"}
    running = service(scanner)
    running.start_due()
    running.start_due()
    until(lambda: len(scanner.begun) == 2)
    scanner.go.set()
    until(lambda: ended("a") and ended("b"))
    running.start_due()
    until(lambda: "c" in scanner.begun and ended("c"))


def test_nothing_is_scanned_when_the_settings_say_never_or_when_the_process_ends():
    scanner = FakeScanner("main")
    service(scanner, 0).start_due()
    stopping = service(scanner)
    stopping.stop()
    stopping.start_due()
    assert scanner.begun == []


def test_a_scan_of_another_worker_is_not_logged(logged: list[Any]):
    scanner = FakeScanner("main")
    scanner.outcome = lambda: None
    service(scanner).start_due()
    until(lambda: ended("main"))
    assert logged == []


@pytest.mark.parametrize("error", [StoreUnavailable("the database is busy"), ZeroDivisionError()])
def test_a_failure_is_logged_and_the_next_scan_begins(error: Exception, logged: list[Any]):
    def fail() -> ScanResult:
        raise error

    scanner = FakeScanner("main")
    scanner.outcome = fail
    running = service(scanner)
    for _ in range(2):
        running.start_due()
        until(lambda: ended("main"))
    assert [entry["event"] for entry in logged] == ["scan_failed"] * 2
    assert len(scanner.begun) == 2
