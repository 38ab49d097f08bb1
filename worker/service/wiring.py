"""Puts the worker together from its settings. Nothing is opened at import."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from worker.domain.instants import HOUR, microseconds
from worker.queue.fair_share import FairShare
from worker.reconcile.budget import Budget
from worker.reconcile.probe import Probe
from worker.reconcile.reconciler import Reconciler
from worker.service.accounts import connect_accounts
from worker.settings import Settings
from worker.store.accounts.call_limits import SqlCallLimits
from worker.store.accounts.holds import SqlHolds
from worker.store.accounts.locks import SqlLocks
from worker.store.database.database import Database
from worker.store.leases.due import DueOrders
from worker.store.leases.order_store import SqlOrderStore
from worker.store.prune import prune
from worker.store.schema import open_store

PRUNE_EVERY = HOUR
"""All workers together prune once in this time."""
SPARE_CONNECTIONS = 4
"""Database connections of a worker besides one for each slot: for the scheduler, and for the tasks of operators."""


@dataclass(frozen=True, slots=True)
class WorkerServices:
    """The services of one worker process."""

    database: Database
    reconciler: Reconciler
    probe: Probe
    holds: SqlHolds
    locks: SqlLocks
    due: DueOrders
    fair_share: FairShare
    prune: Callable[[], Mapping[str, int]]

    def maintain(self) -> None:
        """Do the work that one of the workers must do at intervals: end expired holds, probe held accounts, prune."""
        self.holds.expire()
        for account in self.holds.waiting_for_probe():
            if account in self.reconciler.apis:
                self.probe.run(account)
        if self.locks.acquire("prune", PRUNE_EVERY):
            self.prune()


def build_worker(settings: Settings, fair_share: FairShare) -> WorkerServices:
    """Put a worker together. Raises `SchemaOutdated` or `StoreUnavailable`."""
    database = open_store(settings.database_url.get_secret_value(), fair_share.slots + SPARE_CONNECTIONS)
    holds, locks = SqlHolds(database), SqlLocks(database)
    limits = {name: account.calls_per_minute for name, account in settings.accounts.items() if account.calls_per_minute}
    budget = Budget(holds, SqlCallLimits(database), limits)
    apis = connect_accounts(settings, budget)
    holds.hold_unconfigured(apis)
    probe = Probe(holds, locks, apis, budget.acquire)
    reconciler = Reconciler(
        store=SqlOrderStore(database),
        apis=apis,
        policies={name: account.policy for name, account in settings.accounts.items()},
        probe=probe,
        budget=budget,
        chance=random.random,
        monotonic_us=_monotonic_us,
    )
    keep, dedupe_for = microseconds(settings.keep), microseconds(settings.dedupe_for)
    prune_old = partial(prune, database, keep=keep, dedupe_for=dedupe_for)
    return WorkerServices(
        database=database,
        reconciler=reconciler,
        probe=probe,
        holds=holds,
        locks=locks,
        due=DueOrders(database),
        fair_share=fair_share,
        prune=prune_old,
    )


def _monotonic_us() -> int:
    """Return the microseconds of a clock that is never set. If possible, it counts while the machine is suspended."""
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)) // 1000


_opened: list[WorkerServices] = []


def open_worker(settings: Settings, fair_share: FairShare) -> None:
    """Open the services of this process. Raises as `build_worker`. The tasks get them from `worker_services`."""
    _opened[:] = [build_worker(settings, fair_share)]


def worker_services() -> WorkerServices:
    """Return the services that `open_worker` has opened in this process."""
    return _opened[0]
