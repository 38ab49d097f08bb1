"""Health: what waits and since when, whether the tables agree, and whether a commit survives a power failure."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain, groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    func,
    or_,
    select,
    text,
    union_all,
)

from worker.domain.errors import StoreUnavailable
from worker.domain.events import EventResult
from worker.domain.instants import Duration, Instant
from worker.domain.orders import OrderKey
from worker.domain.overview.figures import (
    MAX_DETAILS,
    MAX_NAMED_ORDERS,
    Backlog,
    BacklogKind,
    FarAhead,
    Health,
    Integrity,
    UnknownWords,
)
from worker.domain.policy import Policy
from worker.domain.reasons import DeliveryOutcome, QuarantineReason, WaitReason
from worker.store.clock_changes import EVENTS_OF_ORDERS, MOST_AHEAD
from worker.store.conditions import is_awaited, is_due
from worker.store.database.database import Database
from worker.store.queries.details import without_request
from worker.store.queries.integrity import IntegrityQueries
from worker.store.queries.kept import kept_deliveries
from worker.store.queries.planning import use_indexes, without_compiling
from worker.store.queries.refusals import refused_requests
from worker.store.queries.unknown import unknown_orders
from worker.store.queries.watch import last_deliveries
from worker.store.snapshots import active_holds
from worker.store.tables import deliveries, events, orders

NO_POLICIES: Mapping[str, Policy] = {}

MAX_WORDS = 10
"""How many unknown words of each source are returned."""

_PENDING = events.c.result == EventResult.PENDING.value
_INTENDED_WAITS = (WaitReason.PARCELS.value, WaitReason.COMPLETE_AFTER.value)
"""The waits for something that is to come, not for something that is wrong."""
_WAITING_COLUMNS = (
    *(orders.c.id, orders.c.account, orders.c.order_id, orders.c.waiting),
    *(orders.c.sending, orders.c.sent_at, orders.c.lease_until),
)
_WAITING = union_all(
    select(*_WAITING_COLUMNS).where(orders.c.stop.is_not(None)), select(*_WAITING_COLUMNS).where(is_awaited())
).subquery()
"""The orders that wait for a person, or have a due time: the indexes on stopped and on due orders have them all."""
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

    def health(
        self, never_pruned: Duration, policies: Mapping[str, Policy] = NO_POLICIES, *, checks_all: bool = False
    ) -> Health:
        """Count everything that waits, in one transaction, by the indexes on it. Raises `StoreUnavailable`.

        Nothing younger than *never_pruned* is ever deleted, so the tables must agree on these rows. *policies* is by
        account; other accounts have the defaults. Whether the tables agree is checked in the recent rows, or in all.
        """
        integrity = self._integrity(never_pruned, policies, checks_all=checks_all)
        with self._database.read() as connection:
            without_compiling(connection)
            use_indexes(connection)
            now = self._database.now(connection)
            return Health(
                now=now,
                backlogs=(*_backlogs(connection, now), *_held(connection, now)),
                unknown_words=tuple(_unknown_words(connection)),
                refusals=refused_requests(connection),
                last_stored_at=max(last_deliveries(connection).values(), default=None),
                far_ahead=_far_ahead(connection, now),
                kept=kept_deliveries(connection),
                unknown_orders=unknown_orders(connection),
                integrity=integrity,
            )

    def _integrity(
        self, never_pruned: Duration, policies: Mapping[str, Policy], *, checks_all: bool
    ) -> Integrity | None:
        queries = IntegrityQueries(self._database)
        # With very many open orders, a statement may take longer than any may. All else is worth knowing all the same.
        with suppress(StoreUnavailable):
            return (queries.check_all if checks_all else queries.check_recent)(policies, never_pruned)
        return None

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
    reason, source = deliveries.c.reason, deliveries.c.source
    waiting = _WAITING.c
    # A pending event of an order at rest is no backlog: it waits for other events, say the delivery of a second parcel.
    # If the order is due in the end and nobody takes it, it is among the due ones.
    waits = and_(_PENDING, events.c.order_row == waiting.id, waiting.waiting.not_in(_INTENDED_WAITS))
    return (
        *_stopped(connection),
        *_grouped(connection, BacklogKind.QUARANTINED, deliveries.c.received_at, _NOT_REPLAYED, by=(reason, source)),
        *_one(connection, BacklogKind.DUE, orders, orders.c.due, is_due(now)),
        *_one(connection, BacklogKind.LEASE, _WAITING, waiting.lease_until, waiting.lease_until <= now),
        *_one(connection, BacklogKind.UNCERTAIN, _WAITING, waiting.sent_at, waiting.sending.is_not(None)),
        *_pending(connection, waits),
    )


def _stopped(connection: Connection) -> Iterable[Backlog]:
    stop, at, is_stopped = orders.c.stop, orders.c.stopped_at, orders.c.stop.is_not(None)
    details = _details(connection)
    for backlog in _grouped(connection, BacklogKind.STOPPED, at, is_stopped, by=(stop,)):
        some = _some(connection, orders, at, stop == backlog.reason)
        yield replace(backlog, some=some, details=tuple(details.get(backlog.reason, ())))


def _details(connection: Connection) -> Mapping[str, Sequence[tuple[str, int]]]:
    """Return the most frequent details of the stopped orders, with their counts, by the reason of the stop."""
    detail = without_request(connection, orders.c.stop_detail).label("detail")
    rows, number = select(orders.c.stop, detail).where(orders.c.stop.is_not(None)).subquery().c, func.count()
    place = func.row_number().over(partition_by=rows.stop, order_by=(number.desc(), rows.detail))
    groups = (
        select(rows.stop, rows.detail, number.label("number"), place.label("place"))
        .group_by(rows.stop, rows.detail)
        .subquery()
    )
    query = select(groups).where(groups.c.place <= MAX_DETAILS).order_by(groups.c.stop, groups.c.place)
    by_stop = groupby(connection.execute(query), lambda row: row.stop)
    return {stop: [(row.detail, row.number) for row in its] for stop, its in by_stop}


def _some(
    connection: Connection, of: FromClause, at: ColumnElement[int], where: ColumnElement[bool]
) -> tuple[OrderKey, ...]:
    """Return the orders with rows *where*, the one with the earliest *at* first, at most `MAX_NAMED_ORDERS`."""
    key = (of.c.account, of.c.order_id)
    query = select(*key).where(where)
    if getattr(at, "table", None) is events:  # an order may have several
        query = query.group_by(of.c.id, *key).order_by(func.min(at), of.c.id)
    else:
        query = query.order_by(at, of.c.id)
    return tuple(OrderKey(*row) for row in connection.execute(query.limit(MAX_NAMED_ORDERS)))


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
    connection: Connection, kind: BacklogKind, of: FromClause, at: ColumnElement[int], where: ColumnElement[bool]
) -> Iterable[Backlog]:
    count, oldest = connection.execute(select(func.count(), func.min(at)).where(where)).one()
    return [Backlog(kind, "", count, oldest, some=_some(connection, of, at, where))] if count else []


def _pending(connection: Connection, where: ColumnElement[bool]) -> Iterable[Backlog]:
    """Count the pending events *where* by what their orders wait for.

    Those in a dry run are divided by account, because each account has its own `dry_run`.
    """
    in_dry_run, received_at = _WAITING.c.waiting == WaitReason.DRY_RUN.value, events.c.received_at
    account = case((in_dry_run, _WAITING.c.account), else_="").label("dry")
    groups = (account, _WAITING.c.waiting)
    counts = select(*groups, func.count(), func.min(received_at)).where(where).group_by(*groups).order_by(*groups)
    for name, waiting, count, oldest in connection.execute(counts).all():
        reason = f"{name}: {waiting}" if name else waiting
        some = () if name else _some(connection, _WAITING, received_at, and_(where, _WAITING.c.waiting == waiting))
        yield Backlog(BacklogKind.PENDING, reason, count, oldest, some=some)


def _far_ahead(connection: Connection, now: Instant) -> FarAhead | None:
    # Nothing follows from the times of a closed order.
    where = and_(orders.c.closed.is_(None), or_(*(column > now + MOST_AHEAD for column in EVENTS_OF_ORDERS)))
    count = connection.execute(select(func.count()).where(where)).scalar_one()
    return FarAhead(count, _some(connection, orders, orders.c.updated_at, where)) if count else None


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
        # To group them, SQLite would read all of the index on sources.
        .with_hint(deliveries, "INDEXED BY ix_deliveries_outcome", "sqlite")
        .where(_NOT_REPLAYED, deliveries.c.reason == QuarantineReason.UNKNOWN_EVENT.value)
        .group_by(source, deliveries.c.detail)
        .subquery()
    )
    return select(groups).where(groups.c.place <= MAX_WORDS).order_by(groups.c.source, groups.c.place)


_UNKNOWN_WORDS = _select_unknown_words()


def _held(connection: Connection, now: Instant) -> Iterable[Backlog]:
    held = chain.from_iterable(active_holds(connection, now).values())
    return [Backlog(BacklogKind.HELD, f"{hold.account}: {hold.reason}", 1, hold.since) for hold in held]
