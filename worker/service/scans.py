"""The scans of a worker: each account's, every `scan_every`, in a thread of its own."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import count

import structlog

from worker.domain.accounts.call_requests import CallUse
from worker.domain.errors import ApiError, StoreError, Throttled
from worker.domain.instants import SECOND, Duration
from worker.domain.policy import Policy
from worker.domain.reasons import HoldReason
from worker.ports import ScanResult
from worker.reconcile.scan import Scanner
from worker.service.accounts import AccountCalls
from worker.store.accounts.locks import SqlLocks
from worker.store.database.database import Database
from worker.store.scans import SqlScans

log = structlog.get_logger()

SCAN_INTERVAL_SECONDS = 5.0
"""How often a worker looks which scans are due."""
MAX_AT_ONCE = 16
"""How many accounts a worker scans at once. A scan mostly waits, for its platform or for its share of the budget."""


@dataclass(slots=True)
class Scans:
    """Starts the scans that are due. *scan_every* is 0 if there are none; *is_due* tells of an account whether it is.

    Nothing here waits for a scan, so that a slow platform delays no other account, and no end of the process.
    """

    scanner: Scanner
    is_due: Callable[[str, Duration], bool]
    scan_every: Duration
    stopping: threading.Event = field(default_factory=threading.Event)
    _running: dict[str, threading.Thread] = field(default_factory=dict)
    _begun: dict[str, int] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def start_due(self) -> None:
        """Start the scans that are due. Raises `StoreUnavailable`."""
        self._running = {name: thread for name, thread in self._running.items() if thread.is_alive()}
        # The account whose scan began longest ago comes first, so that none starves when there are many.
        for account in sorted(self.scanner.apis, key=lambda name: self._begun.get(name, 0)) if self.scan_every else ():
            if len(self._running) >= MAX_AT_ONCE or self.stopping.is_set():
                return
            if account not in self._running and self.is_due(account, self.scan_every):
                thread = threading.Thread(target=self._scan, args=(account,), name=f"scan-{account}", daemon=True)
                self._running[account], self._begun[account] = thread, next(self._numbers)
                thread.start()

    def stop(self) -> None:
        """Let the scans end before their next call, without waiting for them."""
        self.stopping.set()

    def _scan(self, account: str) -> None:
        try:
            result = self.scanner.scan(account)
        except StoreError as error:
            log.warning("scan_failed", account=account, detail=str(error))
        except Exception:  # a defect must not end in silence
            log.exception("scan_failed", account=account)
        else:
            if result is not None:
                log.info("scanned", account=account, **log_values(result))


def log_values(result: ScanResult) -> Mapping[str, object]:
    """Return what the log shows of a scan."""
    counts = {finding.value: found.count for finding, found in result.found.items()}
    return {"listed": result.listed, "pages": result.pages, "found": counts, "problems": list(result.problems)}


def build_scanner(
    database: Database, calls: AccountCalls, policies: Mapping[str, Policy], stopping: threading.Event
) -> Scanner:
    """Put together what scans accounts. When *stopping* is set, a scan ends before its next call."""

    def report(account: str, error: ApiError) -> None:
        if isinstance(error, Throttled):
            calls.budget.pause(account, error.wait, str(error))
        else:
            calls.probe.confirm(account, HoldReason.CREDENTIALS)

    return Scanner(
        store=SqlScans(database),
        locks=SqlLocks(database),
        apis=calls.apis,
        policies=policies,
        take_call=partial(calls.budget.acquire, use=CallUse.SCAN),
        wait=lambda wait: stopping.wait(wait / SECOND),
        report=report,
    )
