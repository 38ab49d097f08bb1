"""A look at the whole installation: small tables as they are now, large ones recounted."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TypeVar

from worker.application.context import Context
from worker.domain.accounts.call_usage import CallUsage
from worker.domain.instants import HOUR, Duration, Instant, microseconds
from worker.domain.overview.accounts import Overview
from worker.domain.overview.confirmations import Confirmations, summarized
from worker.domain.overview.filters import OrderFilter
from worker.domain.overview.order_states import OrderStates
from worker.domain.overview.quarantine import Quarantined
from worker.domain.overview.silence import SourceActivity
from worker.domain.overview.snapshot import State
from worker.domain.overview.traffic import Traffic
from worker.domain.overview.watch import LastScan, LateOrders, Watch
from worker.domain.reasons import Discrepancy
from worker.operations.doctor.checks import Check, Verdict
from worker.operations.doctor.watch import judge_watch
from worker.operations.doctor.workers import judge_workers
from worker.processes.version import program_version
from worker.store.queries.accounts import without_orders
from worker.store.queries.budgets import call_usage
from worker.store.queries.causes import Causes
from worker.store.queries.integrity import MAX_CANDIDATES, IntegrityQueries, RecentIntegrity
from worker.store.queries.late import late_orders
from worker.store.queries.older_rows import OlderRows
from worker.store.queries.order_states import OrderStateQueries
from worker.store.queries.orders import OrderQueries
from worker.store.queries.recounted import Recounted
from worker.store.queries.row_ranges import recent_rows
from worker.store.queries.source_figures import counted_requests, quarantined_deliveries
from worker.store.queries.traffic import TrafficQueries
from worker.store.queries.watch import last_deliveries, last_scans

T = TypeVar("T")

WAIT_SECONDS = 0.2
"""A page waits so long for counts that are under way: those of a small database are fresh then."""
FIRST_WAIT_SECONDS = 3.0
"""A page waits so long in all for what was never counted: the first page is complete, unless a database is large."""
INTEGRITY_EVERY_SECONDS = 60.0
MAX_AGE: Duration = HOUR
"""As in `doctor`, what waits for longer is a failure."""


@dataclass(frozen=True, slots=True)
class OrderFigures:
    """What is counted of the orders: where they stand, which are late, and how fast the last ones were confirmed."""

    states: OrderStates
    late: tuple[LateOrders, ...]
    confirmations: Confirmations | None


@dataclass(frozen=True, slots=True)
class NeedsPerson:
    """What needs a person: the causes of stopped orders, and the groups of quarantined deliveries."""

    causes: Causes
    quarantined: tuple[Quarantined, ...]


@dataclass(frozen=True, slots=True)
class OverviewLook:
    """The whole installation at *now*. What was not counted yet is None.

    *attention* has what `doctor` warns of or calls a failure, among the workers, scans, late orders and sources.
    *usage* is by account; *counted* has the requests that are counted and not stored, by source and outcome.
    """

    now: Instant
    attention: tuple[Check, ...]
    accounts: Overview
    scans: Mapping[str, LastScan]
    usage: Mapping[str, CallUsage]
    counted: Mapping[str, Counter[str]]
    last_deliveries: Mapping[str, Instant]
    activities: tuple[SourceActivity, ...]
    orders: OrderFigures | None
    needs_person: NeedsPerson | None
    traffic: Traffic | None
    integrity: Mapping[Discrepancy, int] | None

    @property
    def silent(self) -> tuple[SourceActivity, ...]:
        """The sources that are silent for longer than usual."""
        return tuple(activity for activity in self.activities if activity.is_silent(self.now))

    @property
    def discrepancies(self) -> Mapping[Discrepancy, int]:
        """The discrepancies that were found. There is none in a good database."""
        return {name: count for name, count in (self.integrity or {}).items() if count}


class OverviewFigures:
    """The figures of one installation, for the length of a process. Threads count only after somebody has looked."""

    def __init__(self, context: Context) -> None:
        self._context, self._database = context, context.database
        self._traffic = TrafficQueries(self._database)
        self._orders = Recounted("orders-recounted", self._count_orders)
        self._needs_person = Recounted("needs-person-recounted", self._count_what_needs_a_person)
        self._deliveries = Recounted("deliveries-recounted", self._traffic.count)
        self._integrity = _integrity(context)
        self._discrepancies = Recounted(
            "integrity-recounted", self._integrity.discrepancies, least_rest_seconds=INTEGRITY_EVERY_SECONDS
        )
        self._counts = (self._needs_person, self._orders, self._deliveries, self._discrepancies)

    def close(self) -> None:
        """End all threads."""
        self._traffic.close()
        for recounted in self._counts:
            recounted.close()
        self._integrity.close()

    def look(self, wait_seconds: float = WAIT_SECONDS) -> OverviewLook:
        """Return the overview. It costs the same, however many orders there are. Raises `StoreUnavailable`."""
        settings = self._context.settings
        for recounted in self._counts:
            recounted.latest()  # all begin before one of them is awaited
        first_until = time.monotonic() + FIRST_WAIT_SECONDS
        needs_person = _awaited(self._needs_person, wait_seconds, first_until)
        orders = _awaited(self._orders, wait_seconds, first_until)
        traffic = _awaited(self._deliveries, wait_seconds, first_until)
        integrity = _awaited(self._discrepancies, 0, first_until)
        ceilings = {name: account.calls_per_minute for name, account in settings.accounts.items()}
        with self._database.read() as connection:
            now = self._database.now(connection)
            accounts, scans = without_orders(connection, now), last_scans(connection)
            usage, counted = call_usage(connection, ceilings, now), counted_requests(connection)
            last_at = last_deliveries(connection)
        activities = traffic.activities(tuple(settings.sources), last_at) if traffic else ()
        watch = Watch(now, scans, orders.late if orders else (), activities, accounts.workers)
        return OverviewLook(
            now=now,
            attention=tuple(self._attention(accounts, watch, orders)),
            accounts=accounts,
            scans=scans,
            usage=usage,
            counted=counted,
            last_deliveries=last_at,
            activities=activities,
            orders=orders,
            needs_person=needs_person,
            traffic=traffic,
            integrity=integrity,
        )

    def _attention(self, accounts: Overview, watch: Watch, orders: OrderFigures | None) -> Iterator[Check]:
        """Yield what `doctor` would say of the same facts, without what is well."""
        settings = self._context.settings
        of_accounts = orders.states.of_accounts() if orders else {}
        overview = Overview(accounts.now, of_accounts, accounts.holds, accounts.workers, accounts.log)
        scan_every = dict.fromkeys(settings.accounts, microseconds(settings.scan_every))
        workers = judge_workers(overview, settings.accounts, MAX_AGE, program_version())
        checks = chain(workers, judge_watch(watch, scan_every))
        return (check for check in checks if check.verdict is not Verdict.OK)

    def _count_orders(self) -> OrderFigures:
        queries = OrderStateQueries(self._database)
        states, confirmations = queries.count(), summarized(queries.confirmation_times())
        with self._database.read() as connection:
            late = tuple(late_orders(connection, self._context.policies, self._database.now(connection)))
        return OrderFigures(states, late, confirmations)

    def _count_what_needs_a_person(self) -> NeedsPerson:
        stopped = OrderFilter(states=frozenset({State.STOPPED}))
        causes = OrderQueries(self._database, self._context.policies).causes(stopped)
        with self._database.read() as connection:
            return NeedsPerson(causes, quarantined_deliveries(connection))


def _awaited(recounted: Recounted[T], wait_seconds: float, first_until: float) -> T | None:
    """Return what was counted last; the first count is awaited until *first_until*, by `time.monotonic`."""
    if recounted.latest() is None:
        wait_seconds = max(wait_seconds, first_until - time.monotonic())
    return recounted.latest(wait_seconds)


def _integrity(context: Context) -> RecentIntegrity:
    """Return what the receiver's metrics show, too: a check of the recent rows, and passes over the older ones."""
    settings, database = context.settings, context.database
    never_pruned = microseconds(max(settings.keep, settings.dedupe_for))
    check = partial(IntegrityQueries(database).check, context.policies, never_pruned, MAX_CANDIDATES)
    older = OlderRows(database, lambda rows: check(lambda _connection: rows).discrepancies)
    return RecentIntegrity(partial(check, recent_rows), older=older)
