"""Queries for a live display: what has happened since the last look, each thing once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import count
from typing import Any

from sqlalchemy import Connection, Row, select

from worker.domain.instants import SECOND, Duration, Instant
from worker.domain.orders import OrderKey
from worker.domain.overview.activity import Activity, ActivityKind
from worker.domain.reasons import WriteOutcome
from worker.store.database.database import Database
from worker.store.queries.feeds import Feed
from worker.store.queries.standing import Holds, Refusals, Waits
from worker.store.tables import audit_log, deliveries, events, orders, writes

UNANSWERED: Duration = 5 * SECOND
"""A write that has no answer after this time is shown without one, and again when it is answered."""
MAX_PENDING = 5_000
"""How many writes without an answer are looked at again."""
MAX_EVENTS = 5_000
"""How many events of the deliveries of one look are read."""

_DELIVERIES = select(
    deliveries.c.id,
    deliveries.c.received_at.label("at"),
    deliveries.c.source,
    deliveries.c.outcome,
    deliveries.c.reason,
    deliveries.c.detail,
    deliveries.c.named,
)
_WRITES = select(
    writes.c.id,
    writes.c.sent_at.label("at"),
    writes.c.answered_at,
    writes.c.stage,
    writes.c.outcome,
    writes.c.answer,
    orders.c.account,
    orders.c.order_id,
).join(orders, orders.c.id == writes.c.order_row)
_DECISIONS = select(
    audit_log.c.id,
    audit_log.c.at,
    audit_log.c.action,
    audit_log.c.detail,
    orders.c.account,
    orders.c.order_id,
).join(orders, orders.c.id == audit_log.c.order_row)


class ActivityQueries:
    """What has happened in *database* since the instant *since*; None: since the first look. One serves one display.

    After a look, *is_behind* says whether there is more to read at once.
    """

    def __init__(self, database: Database, since: Instant | None = None) -> None:
        self._database, self._since = database, since
        self._feeds: list[_Feed] = []
        self._waits, self._holds, self._refusals = Waits(0), Holds(0), Refusals()
        self._ready: list[tuple[Instant, int, Activity]] = []
        self._numbers = count()
        self.is_behind = False

    def look(self) -> list[Activity]:
        """Return what has happened since the last look, the oldest first. Raises `StoreUnavailable`.

        A look reads a limited number of rows. What another table has later than that waits for the next look.
        """
        with self._database.read() as connection:
            now = self._database.now(connection)
            if not self._feeds:
                self._begin(now if self._since is None else self._since)
            for feed in self._slowest():
                self._add(feed.read(connection, now))
            self._add(self._waits.new(connection, now))
            self._add(self._holds.new(connection, now))
            self._add(self._refusals.new(connection))
        ends = [feed.known_to for feed in self._feeds if feed.known_to is not None]
        self.is_behind = bool(ends)
        return [*self._until(min(ends, default=None))]

    def _slowest(self) -> list["_Feed"]:
        """Return the feeds that are read up to now, and the one that is furthest behind: the others wait for it."""
        ends = [feed.known_to for feed in self._feeds if feed.known_to is not None]
        return [feed for feed in self._feeds if feed.known_to is None or feed.known_to == min(ends)]

    def _begin(self, since: Instant) -> None:
        self._waits, self._holds = Waits(since), Holds(since)
        self._feeds = [
            _Deliveries(Feed(deliveries, deliveries.c.received_at, _DELIVERIES, since)),
            _Writes(Feed(writes, writes.c.sent_at, _WRITES, since)),
            _Decisions(Feed(audit_log, audit_log.c.at, _DECISIONS, since)),
        ]

    def _add(self, entries: Iterable[Activity]) -> None:
        for entry in entries:
            heappush(self._ready, (entry.at, next(self._numbers), entry))

    def _until(self, end: Instant | None) -> Iterator[Activity]:
        while self._ready and (end is None or self._ready[0][0] <= end):
            yield heappop(self._ready)[-1]


class _Feed:
    """One table's part. *known_to* is the instant up to which it was read; None: everything was read."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self.known_to: Instant | None = None

    def read(self, connection: Connection, now: Instant) -> Iterator[Activity]:
        rows = self._feed.read(connection, now)
        self.known_to = rows[-1].at if self._feed.is_full else None
        yield from self.entries(connection, rows, now)

    def entries(self, connection: Connection, rows: "_Rows", now: Instant) -> Iterator[Activity]:
        raise NotImplementedError


_Rows = Sequence[Row[*tuple[Any, ...]]]


class _Deliveries(_Feed):
    def entries(self, connection: Connection, rows: _Rows, now: Instant) -> Iterator[Activity]:  # noqa: ARG002 - the signature of all
        brought = _events(connection, [row.id for row in rows])
        for row in rows:
            its = brought[row.id]
            yield Activity(
                row.at,
                ActivityKind.DELIVERY,
                row.outcome,
                ": ".join(filter(None, (row.reason, row.detail))),
                row=row.id,
                order=its[0][0] if its else None,
                orders=frozenset(order for order, _ in its),
                named=row.named,
                source=row.source,
                event=its[0][1] if its else "",
                count=len(its),
            )


class _Decisions(_Feed):
    def entries(self, connection: Connection, rows: _Rows, now: Instant) -> Iterator[Activity]:  # noqa: ARG002 - same
        for row in rows:
            key = OrderKey(row.account, row.order_id)
            yield Activity(row.at, ActivityKind.DECISION, row.action, row.detail, order=key, orders=frozenset({key}))


class _Writes(_Feed):
    """Shows a write when it is answered, and those that have no answer for too long."""

    def __init__(self, feed: Feed) -> None:
        super().__init__(feed)
        self._pending: dict[int, bool] = {}  # by id, whether it was shown without its answer

    def entries(self, connection: Connection, rows: _Rows, now: Instant) -> Iterator[Activity]:
        for row in rows:
            if row.outcome == WriteOutcome.SENT:
                self._pending[row.id] = False
            else:
                yield _write(row)
        for row_id in [*self._pending][:-MAX_PENDING]:
            del self._pending[row_id]
        if not self._pending:
            return
        for row in connection.execute(_WRITES.where(writes.c.id.in_([*self._pending])).order_by(writes.c.id)).all():
            if row.outcome != WriteOutcome.SENT:
                del self._pending[row.id]
                yield _write(row)
            elif not self._pending[row.id] and row.at <= now - UNANSWERED:
                self._pending[row.id] = True
                yield _write(row)


def _write(row: Row[*tuple[Any, ...]]) -> Activity:
    key = OrderKey(row.account, row.order_id)
    return Activity(
        row.at if row.answered_at is None else row.answered_at,
        ActivityKind.WRITE,
        row.outcome,
        row.answer,
        order=key,
        orders=frozenset({key}),
        stage=row.stage,
        answered_after=None if row.answered_at is None else row.answered_at - row.at,
    )


def _events(connection: Connection, delivery_ids: Sequence[int]) -> dict[int, list[tuple[OrderKey, str]]]:
    """Return the orders and the names of the events that deliveries brought, the first written first."""
    query = (
        select(events.c.delivery_id, orders.c.account, orders.c.order_id, events.c.name)
        .join(orders, orders.c.id == events.c.order_row)
        .where(events.c.delivery_id.in_(delivery_ids))
        .order_by(events.c.id)
        .limit(MAX_EVENTS)
    )
    brought: dict[int, list[tuple[OrderKey, str]]] = defaultdict(list)
    if delivery_ids:
        for row in connection.execute(query):
            brought[row.delivery_id].append((OrderKey(row.account, row.order_id), row.name))
    return brought
