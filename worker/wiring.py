"""Wiring: everything is put together here, from settings, and nowhere else. Nothing is opened at import."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from worker.advance import Advance
from worker.budget import Budget
from worker.domain.errors import JournalUnavailable
from worker.domain.instants import HOUR, microseconds
from worker.errands import Errands
from worker.journal.budgets import SqlAllowances
from worker.journal.clocks import machine_now
from worker.journal.database import Database
from worker.journal.due import SqlDue
from worker.journal.holds import SqlHolds
from worker.journal.intake import SqlIntake
from worker.journal.prune import prune
from worker.journal.queries.counts import CountQueries
from worker.journal.schema import check
from worker.journal.turns import SqlTurns
from worker.metrics import render
from worker.nudges import NotQueued, Nudger, make_celery
from worker.order_api.accounts import Surroundings
from worker.order_api.client import Client, Patience
from worker.ports import OrderApi
from worker.probe import Probe
from worker.settings import AccountSettings, Settings
from worker.slots import Slots

PRUNE_EVERY = HOUR
"""One worker prunes in this time."""
LOOK_EVERY = 1.0
"""Seconds for which a look at the receiver's parts is good: anybody may ask, and each look costs a write."""
SPARE_CONNECTIONS = 4
"""Database connections of a worker beyond one a slot: for the ticks, and for whoever looks."""


def open_journal(settings: Settings, connections: int = 8) -> Database:
    """Open the journal; raises `SchemaOutdated` or `JournalUnavailable`."""
    database = Database(settings.database_url.get_secret_value(), connections=connections)
    check(database)
    return database


def connect_accounts(settings: Settings, budget: Budget) -> dict[str, OrderApi]:
    """Connect every account to its platform; accounts with the same deadline share one HTTP client."""
    clients: dict[timedelta, Client] = {}
    apis = {}
    for name, account in settings.accounts.items():
        if account.call_deadline not in clients:
            clients[account.call_deadline] = Client(Patience().within(account.call_deadline))
        apis[name] = connect(account, clients[account.call_deadline], partial(budget.exhausted, name))
    return apis


def connect(account: AccountSettings, client: Client, exhausted: Callable[[int], None]) -> OrderApi:
    """Connect one account through *client*."""
    return account.credentials.connect(surroundings_of(account, client, exhausted))


def surroundings_of(account: AccountSettings, client: Client, exhausted: Callable[[int], None]) -> Surroundings:
    """What one account works with, besides its credentials."""
    return Surroundings(client, machine_now, account.timezone, exhausted, account.statuses)


@dataclass(frozen=True, slots=True)
class WorkerServices:
    """All that a worker process works with."""

    database: Database
    advance: Advance
    probe: Probe
    holds: SqlHolds
    due: SqlDue
    slots: Slots
    prune: Callable[[], Mapping[str, int]]

    def chores(self) -> None:
        """What some worker must do now and then: end holds, probe the held, prune."""
        self.holds.expire()
        for account in self.holds.waiting_for_probe():
            if account in self.advance.apis:
                self.probe(account)
        if self.holds.claim("prune", PRUNE_EVERY):
            self.prune()


def build_worker(settings: Settings, slots: Slots) -> WorkerServices:
    """Put a worker together; raises `SchemaOutdated` or `JournalUnavailable`."""
    database = open_journal(settings, slots.size + SPARE_CONNECTIONS)
    holds = SqlHolds(database)
    limits = {name: account.calls_per_minute for name, account in settings.accounts.items() if account.calls_per_minute}
    budget = Budget(holds, SqlAllowances(database), limits)
    apis = connect_accounts(settings, budget)
    holds.hold_strangers(apis)
    probe = Probe(holds, apis, budget.allows)
    policies = {name: account.policy for name, account in settings.accounts.items()}
    advance = Advance(
        turns=SqlTurns(database),
        apis=apis,
        policies=policies,
        probe=probe,
        budget=budget,
        chance=random.random,
        elapsed=_elapsed,
    )
    old = partial(prune, database, keep=microseconds(settings.keep), dedupe_for=microseconds(settings.dedupe_for))
    return WorkerServices(database, advance, probe, holds, SqlDue(database), slots, old)


def _elapsed() -> int:
    """Microseconds of a clock that never jumps and, where there is one, does not stand still in a suspended machine."""
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)) // 1000


_open: list[WorkerServices] = []


def open_worker(settings: Settings, slots: Slots) -> None:
    """Open this process's services; the tasks find them with `worker_services`."""
    _open[:] = [build_worker(settings, slots)]


def worker_services() -> WorkerServices:
    """The services of this worker process, which `open_worker` has opened."""
    return _open[0]


@dataclass(frozen=True, slots=True)
class DoorServices:
    """All that a receiver process works with."""

    intake: SqlIntake
    errands: Errands
    ready: Callable[[], Mapping[str, str]]
    metrics: Callable[[], bytes]


@contextmanager
def open_door(settings: Settings) -> Iterator[DoorServices]:
    """Put a receiver together for the length of the block; raises `SchemaOutdated` or `JournalUnavailable`."""
    database = open_journal(settings)
    intake, holds = SqlIntake(database), SqlHolds(database)
    nudger = Nudger(make_celery(settings.queue_url, timeout=1.0))
    errands = Errands(nudger, intake.tally)
    try:
        yield DoorServices(
            intake,
            errands,
            ready=Readiness(database=partial(holds.claim, "ready", 1), broker=nudger.ping),
            metrics=partial(render, CountQueries(database)),
        )
    finally:
        errands.close(5.0)
        database.close()


class Readiness:
    """Names the state of each part, looked at once a second at most: whoever asks more often gets the last answer."""

    def __init__(self, **looks: Callable[[], object]) -> None:
        self._looks, self._lock = looks, threading.Lock()
        self._states: Mapping[str, str] = dict.fromkeys(looks, "unknown")
        self._looked_at = float("-inf")

    def __call__(self) -> Mapping[str, str]:
        if time.monotonic() - self._looked_at > LOOK_EVERY and self._lock.acquire(blocking=False):
            try:
                self._states = {part: _state(look) for part, look in self._looks.items()}
                self._looked_at = time.monotonic()
            finally:
                self._lock.release()
        return self._states


def _state(look: Callable[[], object]) -> str:
    """Name the state of a part: `ok`, or that it does not answer."""
    try:
        look()
    except (JournalUnavailable, NotQueued):
        return "unavailable"
    return "ok"
