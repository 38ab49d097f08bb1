"""Accounts as an operator sees them: their orders, their holds, and the workers that serve them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from worker.domain.accounts.probing import WANTS_SILENCE
from worker.domain.accounts.workers import SeenWorker, Service, running, service_of
from worker.domain.instants import Instant
from worker.domain.overview.snapshot import Hold


@dataclass(frozen=True, slots=True)
class AccountOrders:
    """How many orders of an account are in the database, and what they wait for.

    *waiting* have a due time. Of these, *ready* are due now, or would be without a hold; the first of them since
    *ready_since*, which is None without one.
    """

    total: int = 0
    waiting: int = 0
    ready: int = 0
    ready_since: Instant | None = None


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """What an operator did to an account at one instant, by a word of `AccountAction`."""

    account: str
    at: Instant
    action: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """All accounts with orders, all active holds, and all workers, at *now*."""

    now: Instant
    orders: Mapping[str, AccountOrders] = field(default_factory=dict)
    """By account."""
    holds: tuple[Hold, ...] = ()
    workers: tuple[SeenWorker, ...] = ()
    log: tuple[AccountEntry, ...] = ()
    """The latest entries of the log of accounts, the earliest first."""

    @property
    def running(self) -> tuple[SeenWorker, ...]:
        """The workers that run."""
        return running(self.workers, self.now)

    def service_of(self, account: str) -> Service:
        """Return whether a running worker serves *account*."""
        return service_of(account, self.workers, self.now)

    def holds_of(self, account: str) -> tuple[Hold, ...]:
        """Return the holds of *account*."""
        return tuple(hold for hold in self.holds if hold.account == account)

    def silence_of(self, account: str) -> str | None:
        """Return the reason of the hold while which no probe of *account* comes by itself; None without one."""
        return next((hold.reason for hold in self.holds_of(account) if hold.reason in WANTS_SILENCE), None)

    def serving(self, account: str) -> tuple[SeenWorker, ...]:
        """Return the workers that run and serve *account*."""
        return tuple(worker for worker in self.running if account in worker.process.accounts)

    def names(self, configured: Iterable[str]) -> list[str]:
        """Return the accounts that are *configured* in the settings, and those with orders or holds."""
        return sorted({*configured, *self.orders, *(hold.account for hold in self.holds)})
