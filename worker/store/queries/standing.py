"""What stands in a row until it changes: waits of orders, holds of accounts, counts of refused requests.

Each object remembers what it has shown, and yields what is new.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from worker.domain.instants import SECOND, Duration, Instant
from worker.domain.orders import OrderKey
from worker.domain.overview.activity import Activity, ActivityKind
from worker.store.conditions import is_awaited
from worker.store.snapshots import active_holds
from worker.store.tables import orders, refusals

OVERLAP: Duration = 15 * SECOND
"""For so long, an order that has changed is looked at again: its transaction may be late."""
MAX_WAITS = 500
"""How many orders that wait are looked at: those that changed last."""
_WAITS = (
    select(
        orders.c.id,
        orders.c.updated_at,
        orders.c.account,
        orders.c.order_id,
        orders.c.waiting,
        orders.c.waiting_detail,
        orders.c.due,
    )
    .where(is_awaited(), orders.c.waiting != "")
    .order_by(orders.c.updated_at.desc(), orders.c.id.desc())
    .limit(MAX_WAITS)
    .with_hint(orders, "INDEXED BY ix_orders_awaited", "sqlite")
)

_REFUSALS = select(
    refusals.c.source, refusals.c.path, refusals.c.reason, refusals.c.count.label("number"), refusals.c.last_at
)


class Waits:
    """The orders that have begun to wait *since* then, or wait for something else."""

    def __init__(self, since: Instant) -> None:
        self._since = self._looked_at = since
        self._shown: dict[int, tuple[object, ...]] = {}

    def new(self, connection: Connection, now: Instant) -> Iterator[Activity]:
        """Yield the waits that were not shown yet, the oldest first."""
        floor = max(self._since, self._looked_at - OVERLAP)
        self._looked_at = now
        for row in reversed(connection.execute(_WAITS.where(orders.c.updated_at >= floor)).all()):
            facts = (row.waiting, row.waiting_detail, row.due)
            if self._shown.pop(row.id, None) != facts:
                key = OrderKey(row.account, row.order_id)
                yield Activity(
                    row.updated_at,
                    ActivityKind.WAIT,
                    row.waiting,
                    row.waiting_detail,
                    order=key,
                    orders=frozenset({key}),
                    until=row.due,
                )
            self._shown[row.id] = facts
        for row_id in [*self._shown][: -2 * MAX_WAITS]:
            del self._shown[row_id]


class Holds:
    """The holds of accounts that have begun *since* then, and those that have ended."""

    def __init__(self, since: Instant) -> None:
        self._since = since
        self._shown: dict[tuple[str, str], Activity] | None = None

    def new(self, connection: Connection, now: Instant) -> Iterator[Activity]:
        """Yield the holds that were not shown yet; then those that were active at the last look, and are not now."""
        active = {
            (hold.account, hold.reason): Activity(
                hold.since, ActivityKind.HOLD, hold.reason, hold.detail, account=hold.account, until=hold.until
            )
            for holds in active_holds(connection, now).values()
            for hold in holds
        }
        shown, self._shown = self._shown, active
        yield from (entry for key, entry in active.items() if self._is_new(entry, key, shown))
        for (account, reason), entry in (shown or {}).items():
            if (account, reason) not in active:
                yield Activity(now, ActivityKind.LIFTED, reason, entry.detail, account=account)

    def _is_new(self, entry: Activity, key: tuple[str, str], shown: dict[tuple[str, str], Activity] | None) -> bool:
        if shown is None:
            return entry.at >= self._since
        return key not in shown or shown[key].at != entry.at


class Refusals:
    """The requests that were refused after the first look."""

    def __init__(self) -> None:
        self._shown: dict[tuple[str, str, str], int] | None = None

    def new(self, connection: Connection) -> Iterator[Activity]:
        """Yield the counts that have grown since the last look, with the difference."""
        rows = connection.execute(_REFUSALS).all()
        counts: dict[tuple[str, str, str], int] = {(row.source, row.path, row.reason): row.number for row in rows}
        shown, self._shown = self._shown, counts
        if shown is None:
            return
        for row in rows:
            grown = row.number - shown.get((row.source, row.path, row.reason), 0)
            if grown > 0:
                yield Activity(row.last_at, ActivityKind.REFUSED, row.reason, row.path, source=row.source, count=grown)
