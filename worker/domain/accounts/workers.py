"""Running workers, as the database shows them: each writes a heartbeat."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from worker.domain.instants import HOUR, SECOND, Instant

RUNS_FOR = 30 * SECOND
"""A worker counts as running for this long after its last heartbeat."""
FORGOTTEN_AFTER = HOUR
"""After this time without a heartbeat, the row of a worker is deleted: it was killed."""


@dataclass(frozen=True, slots=True)
class WorkerProcess:
    """One worker process. *accounts* are those in its settings, the only ones whose orders it reconciles."""

    name: str
    host: str
    pid: int
    version: str
    accounts: tuple[str, ...]
    started_at: Instant


@dataclass(frozen=True, slots=True)
class SeenWorker:
    """A worker, and its last heartbeat. *scheduled_at* is when it last looked for due orders; None before the first."""

    process: WorkerProcess
    seen_at: Instant
    scheduled_at: Instant | None = None


class Service(StrEnum):
    """Whether a running worker reconciles the orders of an account."""

    SERVED = "served"
    NOT_SERVED = "not_served"
    """Workers run, but none has the account in its settings."""
    NO_WORKER = "no_worker"


def running(workers: Iterable[SeenWorker], now: Instant) -> tuple[SeenWorker, ...]:
    """Return the workers that run at *now*."""
    return tuple(worker for worker in workers if now - worker.seen_at < RUNS_FOR)


def service_of(account: str, workers: Iterable[SeenWorker], now: Instant) -> Service:
    """Return whether one of *workers* serves *account* at *now*."""
    present = running(workers, now)
    if not present:
        return Service.NO_WORKER
    is_served = any(account in worker.process.accounts for worker in present)
    return Service.SERVED if is_served else Service.NOT_SERVED


def serving_since(account: str, workers: Iterable[SeenWorker], now: Instant) -> Instant | None:
    """Return the earliest start of those of *workers* that serve *account* at *now*; None without one."""
    starts = [each.process.started_at for each in running(workers, now) if account in each.process.accounts]
    return min(starts, default=None)
