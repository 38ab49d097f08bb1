"""Runs scans for one command, with the parts of a worker."""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace

from worker.application.names import require_name
from worker.application.scanning import open_scanner
from worker.cli.scan.printing import progress_shown
from worker.domain.errors import ApiError, Unauthorized
from worker.domain.reasons import HoldReason
from worker.ports import ScanResult
from worker.processes.exits import NEEDS_A_PERSON, UNREACHABLE, WELL, print_error
from worker.reconcile.scan import OnProgress, Scanner
from worker.settings import load_settings
from worker.store.schema import open_store

CONNECTIONS = 2
"""A command needs few connections: it asks one thing after another."""
ASK_AGAIN_SECONDS = 1.0
"""How often a command looks whether the scan of a worker has ended."""


@dataclass(slots=True)
class CommandScans:
    """The scans of one command: of *accounts*, one after another."""

    scanner: Scanner
    accounts: Sequence[str]
    exit_code: int = WELL
    _refusals: list[ApiError] = field(default_factory=list)

    def __post_init__(self) -> None:
        report = self.scanner.report

        def remember(account: str, error: ApiError) -> None:
            self._refusals.append(error)
            report(account, error)

        self.scanner = replace(self.scanner, report=remember)

    def run(self) -> Iterator[ScanResult]:
        """Scan each account, and yield the results. Raises `StoreUnavailable`."""
        for account in self.accounts:
            with progress_shown(account) as on_progress:
                result = self._scan(account, on_progress)
            is_refused = any(isinstance(error, Unauthorized) for error in self._refusals)
            is_refused |= result.held == HoldReason.CREDENTIALS
            if not result.complete:
                self.exit_code = max(self.exit_code, NEEDS_A_PERSON if is_refused else UNREACHABLE)
            yield result

    def _scan(self, account: str, on_progress: OnProgress) -> ScanResult:
        """Scan *account*, as soon as no worker scans it."""
        has_said = False
        while True:
            result = self.scanner.scan(account, on_progress)
            if result is not None:
                return result
            if not has_said:
                print_error(f"a worker scans {account} at the moment; waiting for the end of its scan")
                has_said = True
            time.sleep(ASK_AGAIN_SECONDS)


@contextmanager
def open_scans(account: str) -> Iterator[CommandScans]:
    """Open the scans of *account*, or of all accounts if it is empty. Nothing is sent yet.

    Raises `SettingsError`, `IllegalRequest`, `SchemaOutdated` and `StoreUnavailable`.
    """
    settings = load_settings(os.environ)
    if account:
        require_name("account", account, settings.accounts)
    with (
        closing(open_store(settings.database_url.get_secret_value(), CONNECTIONS)) as database,
        open_scanner(settings, database, threading.Event()) as scanner,
    ):
        yield CommandScans(scanner, [account] if account else [*settings.accounts])
