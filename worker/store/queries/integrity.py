"""Whether the tables agree: every delivery has its outcome, every event its result, and no order is forgotten."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial, reduce
from itertools import islice

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
)

from worker.domain.errors import StoreUnavailable
from worker.domain.events import MOVEMENTS, STAGE_OF, EventResult
from worker.domain.evidence.evidence import ALARMS
from worker.domain.instants import Duration, Instant
from worker.domain.lifecycle.forecast import is_orphaned
from worker.domain.orders import OrderKey
from worker.domain.overview.figures import MAX_FORGOTTEN, Integrity
from worker.domain.overview.snapshot import EventEntry, Snapshot
from worker.domain.policy import Policy
from worker.domain.reasons import STORED_OUTCOMES, Accept, DeliveryOutcome, Discrepancy, WriteOutcome
from worker.domain.stages import STAGES, Stage, TerminalStatus
from worker.store.database.database import Database
from worker.store.queries.older_rows import OlderRows
from worker.store.queries.planning import use_indexes, without_compiling
from worker.store.queries.row_ranges import Choice, Rows, all_rows, last_older_ids, pages_until, rows_after
from worker.store.queries.states import is_closed, is_free
from worker.store.removals import WAS_REMOVED
from worker.store.rows import events_of
from worker.store.snapshots import order_row
from worker.store.tables import deliveries, events, orders, writes

PAGE_SIZE = 200
"""How many orders are in memory at once."""
LASTS_SECONDS = 60.0
"""The metrics show a check for this long."""
MAX_CANDIDATES = 1000
"""How many orders at rest with news the metrics judge by the rules. In a good database there are hardly any."""
_ONE: ColumnElement[int] = literal(1)
_AT_REST = and_(orders.c.due.is_(None), orders.c.stop.is_(None))
_OF_ORDER = events.c.order_row == orders.c.id
_UNANSWERED = [WriteOutcome.SENT.value, WriteOutcome.UNCERTAIN.value]


class IntegrityQueries:
    """Proves that the tables agree, in one consistent view of the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def check(
        self,
        policies: Mapping[str, Policy],
        never_pruned: Duration,
        max_candidates: int | None = None,
        choice: Choice = all_rows,
    ) -> Integrity:
        """Count everything that must not be, at one instant. Raises `StoreUnavailable`.

        *policies* is by account; other accounts have the defaults. Nothing younger than *never_pruned* was deleted. Of
        the orders at rest with news, at most *max_candidates* are judged by the rules; by default, all of them.
        *choice* chooses the rows that are checked, each together with all that belongs to it.
        """
        with self._database.read() as connection:
            use_one_view(connection)
            now = self._database.now(connection)
            return integrity_of(connection, policies, now, now - never_pruned, max_candidates, choice(connection))

    def check_recent(self, policies: Mapping[str, Policy], never_pruned: Duration) -> Integrity:
        """Check the recent rows, and whether any open order is forgotten. Raises `StoreUnavailable`.

        The cost grows with the open orders, not with the tables.
        """
        with self._database.read() as connection:
            use_one_view(connection)
            now, ends = self._database.now(connection), last_older_ids(connection)
            recent = integrity_of(connection, policies, now, now - never_pruned, rows=rows_after(ends))
            older = and_(orders.c.id + 0 <= ends[orders], orders.c.closed.is_(None))
            forgotten = tuple(_forgotten(connection, policies, now, MAX_CANDIDATES, lambda _table: older))
        open_orders = Integrity(discrepancies={Discrepancy.FORGOTTEN: len(forgotten)}, forgotten=forgotten)
        return replace(recent.plus(open_orders), is_partial=any(ends.values()))

    def check_all(self, policies: Mapping[str, Policy], never_pruned: Duration) -> Integrity:
        """Check all rows in pages, each in one view of its own, so that no statement is long.

        Raises `StoreUnavailable`.
        """
        with self._database.read() as connection:
            ends = last_older_ids(connection)
        choices = [*pages_until(ends), rows_after(ends)]
        parts = (self.check(policies, never_pruned, choice=partial(_same, rows)) for rows in choices)
        return reduce(Integrity.plus, parts)


def _same(rows: Rows, _connection: Connection) -> Rows:
    return rows


class RecentIntegrity:
    """The discrepancies for the metrics: those of the last minute, and those of the last pass over the older rows.

    *check* makes a new check of the recent rows. *monotonic_seconds* is a clock that is never set.
    """

    def __init__(
        self,
        check: Callable[[], Integrity],
        monotonic_seconds: Callable[[], float] = time.monotonic,
        older: OlderRows[Discrepancy] | None = None,
    ) -> None:
        self._check, self._monotonic_seconds, self._older = check, monotonic_seconds, older
        self._lock = threading.Lock()
        self._checked_at = float("-inf")
        self._discrepancies: Mapping[Discrepancy, int] = {}

    def discrepancies(self) -> Mapping[Discrepancy, int]:
        """Return how often each discrepancy was found, in the recent rows about `LASTS_SECONDS` ago at most.

        If a check takes longer than a statement may, the one before it counts for another minute.
        """
        with self._lock:
            now = self._monotonic_seconds()
            if now - self._checked_at >= LASTS_SECONDS:
                self._checked_at = now
                with suppress(StoreUnavailable):
                    self._discrepancies = self._check().discrepancies
        older = self._older.latest() if self._older else None
        if older is None:
            return self._discrepancies
        return {name: count + older.counts[name] for name, count in self._discrepancies.items()}

    def close(self) -> None:
        """End the thread that checks the older rows."""
        if self._older:
            self._older.close()


def use_one_view(connection: Connection) -> None:
    """Let all statements of a transaction see one state of the database. It must be the first statement."""
    if connection.dialect.name == "postgresql":  # by default, each statement would see a state of its own
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    without_compiling(connection)
    use_indexes(connection)


def integrity_of(
    connection: Connection,
    policies: Mapping[str, Policy],
    now: Instant,
    since: Instant,
    max_candidates: int | None = None,
    rows: Rows | None = None,
) -> Integrity:
    """Return what `IntegrityQueries.check` promises, in the caller's transaction. No row after *since* was pruned."""
    rows = rows or all_rows(connection)
    outcomes, results = _by(connection, deliveries, "outcome", rows), _by(connection, events, "result", rows)
    forgotten = list(_forgotten(connection, policies, now, max_candidates, rows))
    discrepancies = {
        Discrepancy.DELIVERY_WITHOUT_OUTCOME: _unknown(outcomes, STORED_OUTCOMES),
        Discrepancy.EVENT_WITHOUT_RESULT: _unknown(results, EventResult),
        Discrepancy.EVENT_COUNT: _count(connection, orders, _has_wrong_count(), rows),
        Discrepancy.FORGOTTEN: len(forgotten),
        **{name: _count(connection, *of, rows) for name, of in _impossible(now, since).items()},
    }
    return Integrity(outcomes, results, discrepancies, tuple(forgotten[:MAX_FORGOTTEN]))


def _by(connection: Connection, table: Table, column: str, rows: Rows) -> dict[str, int]:
    # By the column itself, SQLite would read all of the index on outcomes, to group them.
    word = func.coalesce(table.c[column], literal_column("''"))
    counts = select(word, func.count()).where(rows(table)).group_by(word)
    return {row[0]: row[1] for row in connection.execute(counts)}


def _unknown(counts: Mapping[str, int], words: Iterable[str]) -> int:
    return sum(counts.values()) - sum(counts.get(word, 0) for word in words)


def _count(connection: Connection, table: Table, condition: ColumnElement[bool], rows: Rows) -> int:
    return connection.execute(select(func.count()).select_from(table).where(rows(table), condition)).scalar_one()


def _impossible(now: Instant, since: Instant) -> dict[Discrepancy, tuple[Table, ColumnElement[bool]]]:
    """Return the table and the condition of the rows of each discrepancy. No row after *since* was pruned."""
    # The rows are found by their ids: SQLite would take the index on outcomes, which has nearly all rows for this one.
    outcome, received_at = func.coalesce(deliveries.c.outcome, ""), func.coalesce(deliveries.c.received_at, 0)
    accepted = and_(outcome == DeliveryOutcome.ACCEPTED.value, received_at >= since)
    # Pruning deletes the events first, and their delivery a moment later.
    has_event = exists(_ONE).where(events.c.delivery_id == deliveries.c.id)
    is_pending = and_(_OF_ORDER, events.c.result == EventResult.PENDING.value)
    announced = and_(
        writes.c.order_row == orders.c.id,
        writes.c.sent_at == orders.c.sent_at,
        writes.c.stage == orders.c.sending,
        writes.c.outcome.in_(_UNANSWERED),
    )
    # After a lease has ended, a read tells what a write without an answer has done.
    of_lease = and_(writes.c.outcome == WriteOutcome.SENT.value, writes.c.lease_token == orders.c.lease_token)
    return {
        Discrepancy.DELIVERY_WITHOUT_EVENT: (deliveries, and_(accepted, ~WAS_REMOVED, ~has_event)),
        Discrepancy.EVENT_WITHOUT_ORDER: (events, ~exists(_ONE).where(_OF_ORDER)),
        Discrepancy.EVENT_WITHOUT_DELIVERY: (events, ~exists(_ONE).where(deliveries.c.id == events.c.delivery_id)),
        Discrepancy.PENDING_AFTER_END: (
            orders,
            and_(_AT_REST, is_free(now), is_closed(), exists(_ONE).where(is_pending)),
        ),
        Discrepancy.STOPPED_AND_LEASED: (orders, and_(orders.c.stop.is_not(None), orders.c.lease_token.is_not(None))),
        Discrepancy.STOPPED_AND_CLOSED: (orders, and_(orders.c.stop.is_not(None), orders.c.closed_by_operator > 0)),
        Discrepancy.SENDING_WITHOUT_WRITE: (
            orders,
            and_(orders.c.sending.is_not(None), ~exists(_ONE).where(announced)),
        ),
        Discrepancy.WRITE_WITHOUT_SENDING: (
            orders,
            and_(
                orders.c.lease_token.is_not(None),
                orders.c.sending.is_(None),
                exists(_ONE).where(writes.c.order_row == orders.c.id, of_lease),
            ),
        ),
    }


def _has_wrong_count() -> ColumnElement[bool]:
    """The order has another number of events than its row says."""
    return orders.c.event_count != select(func.count()).where(_OF_ORDER).correlate(orders).scalar_subquery()


def _forgotten(
    connection: Connection, policies: Mapping[str, Policy], now: Instant, max_candidates: int | None, rows: Rows
) -> Iterator[OrderKey]:
    """Yield the orders at rest that have something left to do, by the rules of the domain."""
    for snapshot in islice(_candidates(connection, policies, now, rows), max_candidates):
        if is_orphaned(snapshot, policies.get(snapshot.order.key.account, Policy())):
            yield snapshot.order.key


def _candidates(connection: Connection, policies: Mapping[str, Policy], now: Instant, of: Rows) -> Iterator[Snapshot]:
    """Yield the orders at rest that may have something left to do, with their events. No forgotten order is missing."""
    accepts_always = [name for name, policy in policies.items() if policy.accept is Accept.ALWAYS]
    condition, last_row = and_(of(orders), _AT_REST, is_free(now), _may_have_work(accepts_always)), 0
    while True:
        # The sums keep databases from reading the whole table in the sequence of its ids, to find hardly any order.
        page = select(orders).where(condition, orders.c.id + 0 > last_row).order_by(orders.c.id + 0).limit(PAGE_SIZE)
        rows = connection.execute(page).all()
        for row in rows:
            order = order_row(row, {})
            recorded = events_of(connection, row.id, order.order.key)
            yield Snapshot(now, order, event_entries=tuple(map(EventEntry, recorded)))
        if len(rows) < PAGE_SIZE:
            return
        last_row = rows[-1].id


def _may_have_work(accepts_always: Iterable[str]) -> ColumnElement[bool]:
    """The order has an open part, or an event after which the rules may ask for a step or for a person."""
    has_open_part = or_(orders.c.revision > orders.c.seen_revision, orders.c.unread, orders.c.sending.is_not(None))
    is_open = and_(orders.c.closed.is_(None), orders.c.closed_by_operator == 0)
    is_odd = or_(orders.c.stage.is_(None), orders.c.stage == Stage.DELIVERED.value, orders.c.behind_at.is_not(None))
    accepts = and_(orders.c.stage == Stage.PENDING.value, orders.c.account.in_(list(accepts_always)))
    return or_(
        has_open_part,
        and_(is_open, or_(is_odd, accepts, _has_event_ahead())),
        and_(orders.c.closed_by_operator == 0, orders.c.closed.in_([*TerminalStatus]), _has_moved()),
        and_(orders.c.closed_by_operator == 0, _has_alarm()),
    )


def _has_event_ahead() -> ColumnElement[bool]:
    """An event names a stage after that of the order."""
    ahead = [
        and_(
            orders.c.stage == stage.value,
            events.c.name.in_([name.value for name, named in STAGE_OF.items() if named in STAGES[index + 1 :]]),
        )
        for index, stage in enumerate(STAGES[:-1])
    ]
    return exists(_ONE).where(_OF_ORDER, or_(false(), *ahead))


def _has_alarm() -> ColumnElement[bool]:
    """An event may be an alarm that no operator has acknowledged, of an order that is not cancelled or refunded."""
    is_not_terminal = or_(orders.c.closed.is_(None), orders.c.closed == Stage.COMPLETED.value)
    names = [name.value for name in ALARMS]
    alarm = exists(_ONE).where(_OF_ORDER, events.c.name.in_(names), events.c.revision > orders.c.acknowledged)
    return and_(is_not_terminal, alarm)


def _has_moved() -> ColumnElement[bool]:
    """A parcel has moved after the order was closed and after what an operator has acknowledged."""
    is_movement = events.c.name.in_([name.value for name in MOVEMENTS])
    is_new = and_(events.c.revision > orders.c.closed_revision, events.c.revision > orders.c.acknowledged)
    return exists(_ONE).where(_OF_ORDER, is_movement, is_new)
