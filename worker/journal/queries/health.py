"""Health: what waits and since when, whether the sums agree, and whether the database keeps its word."""

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, Connection, and_, exists, func, literal, or_, select, text

from worker.domain.events import EventEnd
from worker.domain.figures import Health, Pile
from worker.domain.lifecycle import DRY_RUN
from worker.domain.orders import Place
from worker.domain.snapshot import Snapshot
from worker.journal.database import Database
from worker.journal.outcomes import Outcome
from worker.journal.queries.orders import is_free
from worker.journal.rows import is_due
from worker.journal.snapshots import active_holds, snapshot_of
from worker.journal.tables import deliveries, events, orders

LOOKED_AT = 200
"""Orders without a due time that are looked at one by one; more of them would be the same fault."""

_OPEN = events.c.end == EventEnd.PENDING.value
_SETTLED = and_(orders.c.due.is_(None), orders.c.stop.is_(None))
_MODES = {
    True: {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"},
    False: {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"},
}
"""What each mode must be, on SQLite and on PostgreSQL, for a commit to survive a power failure."""


class HealthQueries:
    """Asks what `doctor` wants to know of the journal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def health(self, never_pruned: int) -> Health:
        """Look at everything that waits, in one transaction; a handful of passes over the tables.

        Nothing younger than *never_pruned* (microseconds) is ever removed: there the sums must agree.
        """
        with self._database.read() as connection:
            now = self._database.now(connection)
            return Health(
                now=now,
                piles=(*_piles(connection, now), *_held(connection, now)),
                discrepancies=_discrepancies(connection, now - never_pruned),
                unattended=_unattended(connection, now),
            )

    def unsafe_modes(self) -> Mapping[str, str]:
        """Return the modes of the database in which a committed delivery may be lost, with their values."""
        show = "PRAGMA {}" if self._database.is_sqlite else "SHOW {}"
        with self._database.read() as connection:
            modes = {name: connection.scalar(text(show.format(name))) for name in _MODES[self._database.is_sqlite]}
        wanted = _MODES[self._database.is_sqlite]
        return {name: str(mode) for name, mode in modes.items() if not _is_safe(name, str(mode), wanted[name])}


def _is_safe(name: str, mode: str, wanted: str) -> bool:
    # With a standby, PostgreSQL knows modes that promise still more than "on".
    return mode == wanted or (name == "synchronous_commit" and mode in {"remote_write", "remote_apply"})


def _piles(connection: Connection, now: int) -> Iterable[Pile]:
    stop, reason = orders.c.stop, deliveries.c.reason
    # News that waits at a settled order waits for more of it: the second of two parcels.
    waits, is_asked_to = and_(_OPEN, events.c.order == orders.c.id, ~_SETTLED), orders.c.waiting == DRY_RUN
    unseen = and_(deliveries.c.outcome == Outcome.QUARANTINED.value, deliveries.c.replayed_at.is_(None))
    return (
        *_grouped(connection, "stopped", stop, orders.c.stopped_at, stop.is_not(None)),
        *_grouped(connection, "quarantined", reason, deliveries.c.received_at, unseen),
        *_one(connection, "due", orders.c.due, is_due(now)),
        *_one(connection, "lease", orders.c.lease_until, orders.c.lease_until <= now),
        *_one(connection, "uncertain", orders.c.sent_at, orders.c.sending.is_not(None)),
        *_one(connection, "pending", events.c.received_at, and_(waits, ~is_asked_to)),
        *_one(connection, "pending", events.c.received_at, and_(waits, is_asked_to), DRY_RUN),
    )


def _grouped(
    connection: Connection, kind: str, reason: ColumnElement[str], at: ColumnElement[int], where: ColumnElement[bool]
) -> Iterable[Pile]:
    query = select(reason, func.count(), func.min(at)).where(where).group_by(reason).order_by(reason)
    return [Pile(kind, *row) for row in connection.execute(query)]


def _one(
    connection: Connection, kind: str, at: ColumnElement[int], where: ColumnElement[bool], reason: str = ""
) -> Iterable[Pile]:
    count, oldest = connection.execute(select(func.count(), func.min(at)).where(where)).one()
    return [Pile(kind, reason, count, oldest)] if count else []


def _held(connection: Connection, now: int) -> Iterable[Pile]:
    held = active_holds(connection, now).values()
    return [Pile("held", f"{hold.account}: {hold.reason}", 1, hold.since) for of_one in held for hold in of_one]


def _unattended(connection: Connection, now: int) -> tuple[Snapshot, ...]:
    """Orders that nobody is to look at, of which something is open: news, a write, a read, the last step."""
    news = exists(literal(1)).where(events.c.order == orders.c.id, _OPEN)
    left = or_(
        orders.c.revision > orders.c.seen_revision,
        orders.c.unread,
        orders.c.sending.is_not(None),
        orders.c.place == Place.DELIVERED.value,
        news,
    )
    found = select(orders).where(is_free(now), orders.c.due.is_(None), orders.c.closed.is_(None), left)
    rows, held = connection.execute(found.order_by(orders.c.id).limit(LOOKED_AT)).all(), active_holds(connection, now)
    return tuple(snapshot_of(connection, row, held, now) for row in rows)


def _discrepancies(connection: Connection, since: int) -> dict[str, int]:
    outcomes, ends = [outcome.value for outcome in Outcome], [end.value for end in EventEnd]
    accepted = and_(deliveries.c.outcome == Outcome.ACCEPTED.value, deliveries.c.received_at >= since)
    impossible = {
        "deliveries without an outcome that we know": deliveries.c.outcome.not_in(outcomes),
        # Pruning takes the events first, and their delivery a moment later.
        "accepted deliveries without an event": and_(
            accepted, ~exists(literal(1)).where(events.c.delivery == deliveries.c.id)
        ),
        "events without an end that we know": events.c.end.not_in(ends),
        "events without their order": ~exists(literal(1)).where(orders.c.id == events.c.order),
    }
    tables = {name: deliveries if "deliveries" in name else events for name in impossible}
    counted = {name: select(func.count()).select_from(tables[name]).where(found) for name, found in impossible.items()}
    return {name: connection.execute(query).scalar_one() for name, query in counted.items()}
