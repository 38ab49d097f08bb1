"""Health: what waits and since when, whether the sums agree, and whether a commit survives a power failure."""

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, Connection, and_, exists, func, literal, or_, select, text

from worker.domain.events import EventResult
from worker.domain.figures import Backlog, BacklogKind, Health
from worker.domain.instants import Duration, Instant
from worker.domain.reasons import STORED_OUTCOMES, DeliveryOutcome, WaitReason
from worker.domain.snapshot import Snapshot
from worker.domain.stages import Stage
from worker.store.conditions import is_due
from worker.store.database.database import Database
from worker.store.queries.orders import is_free
from worker.store.snapshots import active_holds, snapshot_of
from worker.store.tables import deliveries, events, orders

SAMPLE_SIZE = 200
"""Orders without a due time that are read one by one; more of them would be the same fault."""

_PENDING = events.c.result == EventResult.PENDING.value
_RESTS = and_(orders.c.due.is_(None), orders.c.stop.is_(None))
_MODES = {
    True: {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"},
    False: {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"},
}
"""What each mode must be, on SQLite and on PostgreSQL, for a commit to survive a power failure."""


class HealthQueries:
    """Asks what `doctor` wants to know of the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def health(self, never_pruned: Duration) -> Health:
        """Count everything that waits, in one transaction and a few passes over the tables.

        Nothing younger than *never_pruned* is ever deleted, so there the sums must agree.
        """
        with self._database.read() as connection:
            now = self._database.now(connection)
            return Health(
                now=now,
                backlogs=(*_backlogs(connection, now), *_held(connection, now)),
                discrepancies=_discrepancies(connection, now - never_pruned),
                orphaned=_orphaned(connection, now),
            )

    def unsafe_modes(self) -> Mapping[str, str]:
        """Return the modes of the database in which a committed delivery may be lost, with their values."""
        show = "PRAGMA {}" if self._database.is_sqlite else "SHOW {}"
        with self._database.read() as connection:
            modes = {name: connection.scalar(text(show.format(name))) for name in _MODES[self._database.is_sqlite]}
        wanted = _MODES[self._database.is_sqlite]
        return {name: str(mode) for name, mode in modes.items() if not _is_safe(name, str(mode), wanted[name])}


def _is_safe(name: str, mode: str, wanted: str) -> bool:
    # With a standby, PostgreSQL has modes that promise more than "on".
    return mode == wanted or (name == "synchronous_commit" and mode in {"remote_write", "remote_apply"})


def _backlogs(connection: Connection, now: Instant) -> Iterable[Backlog]:
    stop, reason = orders.c.stop, deliveries.c.reason
    # An event of an order at rest waits for other events: the second of two parcels.
    waits, in_dry_run = (
        and_(_PENDING, events.c.order_row == orders.c.id, ~_RESTS),
        orders.c.waiting == WaitReason.DRY_RUN.value,
    )
    unseen = and_(deliveries.c.outcome == DeliveryOutcome.QUARANTINED.value, deliveries.c.replayed_at.is_(None))
    return (
        *_grouped(connection, BacklogKind.STOPPED, stop, orders.c.stopped_at, stop.is_not(None)),
        *_grouped(connection, BacklogKind.QUARANTINED, reason, deliveries.c.received_at, unseen),
        *_one(connection, BacklogKind.DUE, orders.c.due, is_due(now)),
        *_one(connection, BacklogKind.LEASE, orders.c.lease_until, orders.c.lease_until <= now),
        *_one(connection, BacklogKind.UNCERTAIN, orders.c.sent_at, orders.c.sending.is_not(None)),
        *_one(connection, BacklogKind.PENDING, events.c.received_at, and_(waits, ~in_dry_run)),
        *_one(connection, BacklogKind.PENDING, events.c.received_at, and_(waits, in_dry_run), WaitReason.DRY_RUN),
    )


def _grouped(
    connection: Connection,
    kind: BacklogKind,
    reason: ColumnElement[str],
    at: ColumnElement[int],
    where: ColumnElement[bool],
) -> Iterable[Backlog]:
    query = select(reason, func.count(), func.min(at)).where(where).group_by(reason).order_by(reason)
    return [Backlog(kind, *row) for row in connection.execute(query)]


def _one(
    connection: Connection, kind: BacklogKind, at: ColumnElement[int], where: ColumnElement[bool], reason: str = ""
) -> Iterable[Backlog]:
    count, oldest = connection.execute(select(func.count(), func.min(at)).where(where)).one()
    return [Backlog(kind, reason, count, oldest)] if count else []


def _held(connection: Connection, now: Instant) -> Iterable[Backlog]:
    held = active_holds(connection, now).values()
    return [
        Backlog(BacklogKind.HELD, f"{hold.account}: {hold.reason}", 1, hold.since) for of_one in held for hold in of_one
    ]


def _orphaned(connection: Connection, now: Instant) -> tuple[Snapshot, ...]:
    """Return the orders without a due time of which something is open: an event, a write, a read, the last step."""
    has_pending = exists(literal(1)).where(events.c.order_row == orders.c.id, _PENDING)
    open_ = or_(
        orders.c.revision > orders.c.seen_revision,
        orders.c.unread,
        orders.c.sending.is_not(None),
        orders.c.stage == Stage.DELIVERED.value,
        has_pending,
    )
    found = select(orders).where(is_free(now), orders.c.due.is_(None), orders.c.closed.is_(None), open_)
    rows, held = connection.execute(found.order_by(orders.c.id).limit(SAMPLE_SIZE)).all(), active_holds(connection, now)
    return tuple(snapshot_of(connection, row, held, now) for row in rows)


def _discrepancies(connection: Connection, since: Instant) -> dict[str, int]:
    outcomes, event_results = [outcome.value for outcome in STORED_OUTCOMES], [result.value for result in EventResult]
    accepted = and_(deliveries.c.outcome == DeliveryOutcome.ACCEPTED.value, deliveries.c.received_at >= since)
    impossible = {
        "deliveries without an outcome that we know": deliveries.c.outcome.not_in(outcomes),
        # Pruning deletes the events first, and their delivery a moment later.
        "accepted deliveries without an event": and_(
            accepted, ~exists(literal(1)).where(events.c.delivery_id == deliveries.c.id)
        ),
        "events without a result that we know": events.c.result.not_in(event_results),
        "events without their order": ~exists(literal(1)).where(orders.c.id == events.c.order_row),
    }
    tables = {name: deliveries if "deliveries" in name else events for name in impossible}
    counted = {name: select(func.count()).select_from(tables[name]).where(found) for name, found in impossible.items()}
    return {name: connection.execute(query).scalar_one() for name, query in counted.items()}
