"""Scans for an operator, with the parts of a worker: opened for a command, or run in threads of a process that serves.

A worker's scan and one of these are the same, and exclude each other.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import structlog

from worker.application.context import Context
from worker.application.names import require_name
from worker.domain.errors import StoreError
from worker.ports import ScanResult
from worker.reconcile.scan import Scanner, ScanProgress
from worker.service.accounts import connect_database, open_client
from worker.service.scans import build_scanner, log_values
from worker.settings import Settings
from worker.store.database.database import Database

log = structlog.get_logger()


@contextmanager
def open_scanner(settings: Settings, database: Database, stopping: threading.Event) -> Iterator[Scanner]:
    """Open what scans the accounts of *settings*. Nothing is sent yet. A scan ends early when *stopping* is set."""
    policies = {name: account.policy for name, account in settings.accounts.items()}
    with ExitStack() as stack:
        calls = connect_database(settings, database, lambda account: stack.enter_context(open_client(account)))
        yield build_scanner(database, calls, policies, stopping)


@dataclass(frozen=True, slots=True)
class ScanView:
    """The scan of an account that an operator has started in this process.

    While it runs, *progress* says how far it is, once it has begun. Then *result* says what it has found; without one,
    *failure* says why there is none, in a sentence.
    """

    is_running: bool = False
    progress: ScanProgress | None = None
    result: ScanResult | None = None
    failure: str = ""


class OperatorScans:
    """The scans of one process: of each account one at a time, in a thread of its own."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._stopping, self._lock = threading.Event(), threading.Lock()
        self._views: dict[str, ScanView] = {}
        self._threads: list[threading.Thread] = []

    def start(self, account: str) -> bool:
        """Start a scan of *account*; False if one runs already. Raises `IllegalRequest` for an unknown account."""
        require_name("account", account, self._context.settings.accounts)
        with self._lock:
            if self._stopping.is_set() or self._views.get(account, ScanView()).is_running:
                return False
            self._views[account] = ScanView(is_running=True)
            thread = threading.Thread(target=self._run, args=(account,), name=f"scan-{account}", daemon=True)
            self._threads = [each for each in self._threads if each.is_alive()] + [thread]
            thread.start()
        return True

    def view(self, account: str) -> ScanView | None:
        """Return the last scan of *account* that was started here; None if none was."""
        return self._views.get(account)

    def close(self, timeout_seconds: float = 5.0) -> None:
        """Let all scans end before their next call, and wait for them, up to *timeout_seconds* for each."""
        with self._lock:
            self._stopping.set()
            threads = list(self._threads)
        for thread in threads:
            thread.join(timeout_seconds)

    def _run(self, account: str) -> None:
        self._views[account] = self._scanned(account)

    def _scanned(self, account: str) -> ScanView:
        def show(progress: ScanProgress) -> None:
            self._views[account] = ScanView(is_running=True, progress=progress)

        try:
            with open_scanner(self._context.settings, self._context.database, self._stopping) as scanner:
                result = scanner.scan(account, show)
        except StoreError as error:
            return ScanView(failure=f"The scan has ended: {error}.")
        except Exception:  # a defect must not end in silence
            log.exception("scan_failed", account=account)
            return ScanView(failure="The scan has ended by a defect of the program, which the console's log shows.")
        if result is None:
            return ScanView(failure="A worker scans the account at the moment: look at its result in a while.")
        log.info("scanned", account=account, **log_values(result))
        return ScanView(result=result)
