"""Puts the worker together from its settings. Nothing is opened at import."""

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import structlog

from worker.domain.instants import HOUR, SECOND, microseconds
from worker.queue.dropped import dropped
from worker.queue.fair_share import FairShare
from worker.reconcile.probe import PROBE_EVERY, Probe
from worker.reconcile.reconciler import Reconciler
from worker.reconcile.trouble import AccountTrouble
from worker.service.accounts import connect_database, monotonic_us
from worker.service.due_loop import DUE_INTERVAL_SECONDS, DueLoop
from worker.service.heartbeat import HEARTBEAT_INTERVAL_SECONDS, Heartbeat
from worker.service.hold_log import HOLDS_INTERVAL_SECONDS, HoldLog
from worker.service.reconciliation_log import ReconciliationLog
from worker.service.reconciling import reconcile_due
from worker.service.scans import SCAN_INTERVAL_SECONDS, Scans, build_scanner
from worker.service.scheduler import Loop
from worker.service.slots import Slots
from worker.settings import Settings
from worker.store.accounts.holds import SqlHolds
from worker.store.accounts.locks import SqlLocks
from worker.store.clock_changes import ClockChanges
from worker.store.database.database import Database
from worker.store.database.write_ahead_log import WriteAheadLog
from worker.store.leases.dry_run import end_dry_run
from worker.store.leases.due import DueOrders
from worker.store.leases.order_store import SqlOrderStore
from worker.store.prune import prune
from worker.store.scans import SqlScans
from worker.store.schema import open_store
from worker.store.workers import SqlWorkers

log = structlog.get_logger()

PRUNE_EVERY = HOUR
"""All workers together prune once in this time."""
MAINTENANCE_INTERVAL_SECONDS = 5.0
PROBE_INTERVAL_SECONDS = 2.0
PROBE_LOOPS = 4
"""So many accounts are probed at once, so that a platform that is slow to answer delays no other account's probe."""
SPARE_CONNECTIONS = 8
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
    slots: Slots
    prune: Callable[[], Mapping[str, int]]
    scans: Scans

    def maintain(self) -> None:
        """Do the work that one of the workers must do at intervals: prune.

        First, what a wrong clock has left in the database is put right, and what this worker has dropped is logged.
        """
        ahead = ClockChanges(self.database).put_right()
        if ahead:
            log.warning("clock_was_ahead", seconds=round(ahead / SECOND, 1))
        WriteAheadLog(self.database).shrink()
        dropped.log_if_due()
        if self.locks.acquire("prune", PRUNE_EVERY):
            _say_what_was_lost(self.prune())
            SqlWorkers(self.database).forget()


def _say_what_was_lost(pruned: Mapping[str, int]) -> None:
    if count := pruned["quarantined"]:
        log.warning("deliveries_evicted", quarantined=count)


def build_worker(settings: Settings, fair_share: FairShare) -> WorkerServices:
    """Put a worker together. Raises `SchemaOutdated` or `StoreUnavailable`."""
    database = open_store(settings.database_url.get_secret_value(), fair_share.slots + SPARE_CONNECTIONS)
    end_dry_run(database, [name for name, account in settings.accounts.items() if not account.policy.dry_run])
    calls = connect_database(settings, database)
    calls.probes.hasten(calls.apis, PROBE_EVERY)
    policies = {name: account.policy for name, account in settings.accounts.items()}
    stopping = threading.Event()
    scanner = build_scanner(database, calls, policies, stopping)
    due = DueOrders(database, calls.apis, calls.limits, calls.budget.is_used_up)
    # On SQLite, reconciliations share transactions: more of them make larger groups.
    few_active = not database.is_sqlite
    slots = Slots(fair_share, lambda key: reconcile_due(reconciler, due, key), due.put_back, few_active=few_active)
    reconciler = Reconciler(
        store=SqlOrderStore(database),
        apis=calls.apis,
        policies=policies,
        trouble=AccountTrouble(calls.probe, monotonic_us),
        budget=calls.budget,
        chance=random.random,
        monotonic_us=monotonic_us,
        is_stopping=fair_share.is_closed,
        calling=slots.calling,
        observer=ReconciliationLog(),
    )
    keep, dedupe_for = microseconds(settings.keep), microseconds(settings.dedupe_for)
    bounds = {name: source.kept_bounds for name, source in settings.sources.items()}
    prune_old = partial(prune, database, keep=keep, dedupe_for=dedupe_for, bounds=bounds)
    return WorkerServices(
        database=database,
        reconciler=reconciler,
        probe=calls.probe,
        holds=SqlHolds(database),
        locks=SqlLocks(database),
        due=due,
        slots=slots,
        prune=prune_old,
        scans=Scans(scanner, SqlScans(database).is_due, microseconds(settings.scan_every), stopping),
    )


def scheduler_loops(services: WorkerServices) -> tuple[Loop, ...]:
    """Return the loops of the scheduler of one worker process."""
    due = DueLoop(services.due.claim, services.slots)
    heartbeat = Heartbeat(SqlWorkers(services.database), services.reconciler.apis, lambda: due.last_run_at)
    at_once = threading.Event()
    at_once.set()
    return (
        Loop("heartbeat", HEARTBEAT_INTERVAL_SECONDS, heartbeat.beat, at_once, heartbeat.end),
        Loop("holds", HOLDS_INTERVAL_SECONDS, HoldLog(services.holds, services.reconciler.apis).run),
        Loop("due", DUE_INTERVAL_SECONDS, due.run, due.wake, services.due.flush),
        Loop("maintenance", MAINTENANCE_INTERVAL_SECONDS, services.maintain),
        Loop("scans", SCAN_INTERVAL_SECONDS, services.scans.start_due, end=services.scans.stop),
        *(Loop(f"probe-{number}", PROBE_INTERVAL_SECONDS, services.probe.run_due) for number in range(PROBE_LOOPS)),
    )


_opened: list[WorkerServices] = []


def open_worker(settings: Settings, fair_share: FairShare) -> None:
    """Open the services of this process. Raises as `build_worker`. The tasks get them from `worker_services`."""
    _opened[:] = [build_worker(settings, fair_share)]


def worker_services() -> WorkerServices:
    """Return the services that `open_worker` has opened in this process."""
    return _opened[0]
