"""Health: what waits and since when, whether the tables agree, and whether a commit survives a power failure."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, literal, or_, select, text

from worker.domain.events import EventResult
from worker.domain.figures import Backlog, BacklogKind, Health, Refusals, UnknownWords
from worker.domain.instants import Duration, Instant
from worker.domain.reasons import STORED_OUTCOMES, DeliveryOutcome, QuarantineReason, WaitReason
from worker.domain.snapshot import Snapshot
from worker.domain.stages import Stage
from worker.store.conditions import is_due
from worker.store.database.database import Database
from worker.store.queries.orders import is_free
from worker.store.removals import WAS_REMOVED
from worker.store.snapshots import active_holds, snapshot_of
from worker.store.tables import counters, deliveries, events, orders

SAMPLE_SIZE = 200
"""How many orphaned orders are returned. If there are more, they have the same cause."""

MAX_WORDS = 10
"""How many unknown words of each source are returned."""

_PENDING = events.c.result == EventResult.PENDING.value
_RESTS = and_(orders.c.due.is_(None), orders.c.stop.is_(None))
_NOT_REPLAYED = and_(deliveries.c.outcome == DeliveryOutcome.QUARANTINED.value, deliveries.c.replayed_at.is_(None))
_SAFE_MODES = {
    True: {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"},
    False: {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"},
}
"""The modes with which a commit survives a power failure, on SQLite (True) and on PostgreSQL (False)."""


class HealthQueries:
    """The queries of `doctor` about the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def health(self, never_pruned: Duration) -> Health:
        """Count everything that waits, in one transaction and a few passes over the tables. Raises `StoreUnavailable`.

        Nothing younger than *never_pruned* is ever deleted, so the tables must agree on these rows.
        """
        with self._database.read() as connection:
            now = self._database.now(connection)
            return Health(
                now=now,
                backlogs=(*_backlogs(connection, now), *_held(connection, now)),
                discrepancies=_discrepancies(connection, now - never_pruned),
                orphaned=_orphaned(connection, now),
                unknown_words=tuple(_unknown_words(connection)),
                refusals=tuple(Refusals(*row) for row in connection.execute(_REFUSALS)),
            )

    def unsafe_modes(self) -> Mapping[str, str]:
        """Return the modes of the database, with their values, with which a power failure may undo a commit."""
        show = "PRAGMA {}" if self._database.is_sqlite else "SHOW {}"
        safe_modes = _SAFE_MODES[self._database.is_sqlite]
        with self._database.read() as connection:
            modes = {name: str(connection.scalar(text(show.format(name)))) for name in safe_modes}
        return {name: mode for name, mode in modes.items() if not _is_safe(name, mode, safe_modes[name])}


def _is_safe(name: str, mode: str, safe_mode: str) -> bool:
    # With a standby, PostgreSQL has modes that are as safe as "on".
    return mode == safe_mode or (name == "synchronous_commit" and mode in {"remote_write", "remote_apply"})


def _backlogs(connection: Connection, now: Instant) -> Iterable[Backlog]:
    stop, reason, source = orders.c.stop, deliveries.c.reason, deliveries.c.source
    # A pending event of an order at rest is no backlog: it waits for other events, say the delivery of a second parcel.
    waits = and_(_PENDING, events.c.order_row == orders.c.id, ~_RESTS)
    in_dry_run = orders.c.waiting == WaitReason.DRY_RUN.value
    return (
        *_grouped(connection, BacklogKind.STOPPED, orders.c.stopped_at, orders.c.stop.is_not(None), by=(stop,)),
        *_grouped(connection, BacklogKind.QUARANTINED, deliveries.c.received_at, _NOT_REPLAYED, by=(reason, source)),
        *_one(connection, BacklogKind.DUE, orders.c.due, is_due(now)),
        *_one(connection, BacklogKind.LEASE, orders.c.lease_until, orders.c.lease_until <= now),
        *_one(connection, BacklogKind.UNCERTAIN, orders.c.sent_at, orders.c.sending.is_not(None)),
        *_one(connection, BacklogKind.PENDING, events.c.received_at, and_(waits, ~in_dry_run)),
        *_one(connection, BacklogKind.PENDING, events.c.received_at, and_(waits, in_dry_run), WaitReason.DRY_RUN),
    )


def _grouped(
    connection: Connection,
    kind: BacklogKind,
    at: ColumnElement[int],
    where: ColumnElement[bool],
    *,
    by: Sequence[ColumnElement[str]],
) -> Iterable[Backlog]:
    """Count the rows *where*, grouped *by* the reason, and by the source if it is given."""
    reason, *source = by
    query = select(reason, func.count(), func.min(at)).add_columns(*source).where(where).group_by(*by).order_by(*by)
    return [Backlog(kind, *row) for row in connection.execute(query)]


def _one(
    connection: Connection, kind: BacklogKind, at: ColumnElement[int], where: ColumnElement[bool], reason: str = ""
) -> Iterable[Backlog]:
    count, oldest = connection.execute(select(func.count(), func.min(at)).where(where)).one()
    return [Backlog(kind, reason, count, oldest)] if count else []


def _unknown_words(connection: Connection) -> Iterable[UnknownWords]:
    by_source = groupby(connection.execute(_UNKNOWN_WORDS), lambda row: row.source)
    for source, rows in by_source:
        words = list(rows)
        most_frequent = tuple((row.word, row.number) for row in words)
        # PostgreSQL sums up counts as decimals.
        yield UnknownWords(source, int(words[0].total), words[0].oldest, most_frequent)


def _select_unknown_words() -> Select[Any]:
    """Select the most frequent words of each source, with the sums over all its words, in one pass."""
    source, word, count = deliveries.c.source, deliveries.c.detail.label("word"), func.count()
    groups = (
        select(
            source,
            word,
            count.label("number"),
            func.sum(count).over(partition_by=source).label("total"),
            func.min(func.min(deliveries.c.received_at)).over(partition_by=source).label("oldest"),
            func.row_number().over(partition_by=source, order_by=(count.desc(), word)).label("place"),
        )
        .where(_NOT_REPLAYED, deliveries.c.reason == QuarantineReason.UNKNOWN_EVENT.value)
        .group_by(source, deliveries.c.detail)
        .subquery()
    )
    return select(groups).where(groups.c.place <= MAX_WORDS).order_by(groups.c.source, groups.c.place)


_UNKNOWN_WORDS = _select_unknown_words()


def _select_refusals() -> Select[Any]:
    """Select the sources with refused requests, their number, and whether no other request of them is known."""
    other = counters.alias()
    is_counted = exists(literal(1)).where(
        other.c.source == counters.c.source, other.c.outcome != DeliveryOutcome.REFUSED.value
    )
    is_stored = exists(literal(1)).where(deliveries.c.source == counters.c.source)
    return (
        select(counters.c.source, counters.c.count, and_(~is_counted, ~is_stored).label("is_all"))
        .where(counters.c.outcome == DeliveryOutcome.REFUSED.value)
        .order_by(counters.c.source)
    )


_REFUSALS = _select_refusals()


def _held(connection: Connection, now: Instant) -> Iterable[Backlog]:
    held = chain.from_iterable(active_holds(connection, now).values())
    return [Backlog(BacklogKind.HELD, f"{hold.account}: {hold.reason}", 1, hold.since) for hold in held]


def _orphaned(connection: Connection, now: Instant) -> tuple[Snapshot, ...]:
    """Return the orders without a due time that have something open: an event, a write, a read, or the last step."""
    has_pending = exists(literal(1)).where(events.c.order_row == orders.c.id, _PENDING)
    has_open_part = or_(
        orders.c.revision > orders.c.seen_revision,
        orders.c.unread,
        orders.c.sending.is_not(None),
        orders.c.stage == Stage.DELIVERED.value,
        has_pending,
    )
    query = select(orders).where(is_free(now), orders.c.due.is_(None), orders.c.closed.is_(None), has_open_part)
    rows = connection.execute(query.order_by(orders.c.id).limit(SAMPLE_SIZE)).all()
    held = active_holds(connection, now)
    return tuple(snapshot_of(connection, row, held, now) for row in rows)


def _discrepancies(connection: Connection, since: Instant) -> dict[str, int]:
    """Count, by name, rows that only a defect of the program can have caused. No row after *since* was pruned."""
    outcomes, event_results = [outcome.value for outcome in STORED_OUTCOMES], [result.value for result in EventResult]
    accepted = and_(deliveries.c.outcome == DeliveryOutcome.ACCEPTED.value, deliveries.c.received_at >= since)
    impossible = {
        "deliveries without an outcome that we know": deliveries.c.outcome.not_in(outcomes),
        # Pruning deletes the events first, and their delivery a moment later.
        "accepted deliveries without an event": and_(
            accepted, ~WAS_REMOVED, ~exists(literal(1)).where(events.c.delivery_id == deliveries.c.id)
        ),
        "events without a result that we know": events.c.result.not_in(event_results),
        "events without their order": ~exists(literal(1)).where(orders.c.id == events.c.order_row),
    }
    tables = {name: deliveries if "deliveries" in name else events for name in impossible}
    return {
        name: connection.execute(select(func.count()).select_from(tables[name]).where(condition)).scalar_one()
        for name, condition in impossible.items()
    }
