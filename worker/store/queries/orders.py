"""Queries for lists of orders: pages of what a filter chooses, the latest change first; and the causes of stops."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, false, not_, or_, select, true

from worker.domain.instants import Instant
from worker.domain.overview.filters import Cursor, OrderFilter
from worker.domain.overview.snapshot import OrderRow, State
from worker.domain.policy import Policy
from worker.domain.stages import Stage
from worker.store.conditions import is_awaited
from worker.store.database.database import Database
from worker.store.queries.causes import Causes, causes_of
from worker.store.queries.late import is_late
from worker.store.queries.matching import contains, rows_named
from worker.store.queries.states import IN_STATE
from worker.store.queries.walks import Walk, find, join
from worker.store.snapshots import active_holds, order_row
from worker.store.tables import orders

BUDGET = 100_000
"""How many rows a page looks at. The index alone tells most of what a filter asks."""
BUDGET_OF_CAUSES = 50_000
"""How many rows of each index causes are counted from: each row is read, where the rest of a page reads a few."""
BUDGET_OF_TEXTS = 20_000
"""How many of them when it looks for a part of a text."""
AWAITED_STATES = frozenset({State.DUE, State.WAITING, State.HELD})
"""The states of orders that have a due time and no stop, apart from those that are leased."""
WITH_CAUSE = AWAITED_STATES | {State.STOPPED}
"""The states of orders that are stopped or wait, for a reason."""


@dataclass(frozen=True, slots=True)
class OrderPage:
    """A page of a list, at *now*. *next* is the cursor of the next page; empty at the end of the list.

    *searched_to*: the page is not full, because it has looked at as many orders as it may: those that changed after
    this instant. The next page looks at earlier ones. None in all other cases.
    """

    now: Instant
    rows: Sequence[OrderRow]
    next: str = ""
    searched_to: Instant | None = None


class OrderQueries:
    """Lists orders. *policies*, by account, say which orders are late."""

    def __init__(self, database: Database, policies: Mapping[str, Policy] = MappingProxyType({})) -> None:
        self._database, self._policies = database, policies

    def page(self, wanted: OrderFilter, limit: int, after: str = "") -> OrderPage:
        """Return up to *limit* orders, the last changed first, behind the cursor *after*.

        Orders whose whole name is the text of the filter are on the first page, however long ago they changed. Raises
        `IllegalRequest` for a text that is no cursor, and `StoreUnavailable`.
        """
        cursor = Cursor.read(after)
        with self._database.read() as connection:
            now = self._database.now(connection)
            named = rows_named(connection, wanted.matching, wanted.account) if wanted.matching else []
            walks = list(_walks(self._condition(wanted, now), wanted, named, now, is_first=cursor is None))
            found = join([find(connection, walk, orders.c, limit, cursor) for walk in walks], walks, limit)
            rows = list(found.rows)
            if named and cursor is None:
                rows += self._older(connection, wanted, now, named, {row.id for row in rows})
            held = active_holds(connection, now)
            return OrderPage(
                now,
                [order_row(row, held) for row in rows],
                str(found.end) if found.end else "",
                found.end.at if found.end and found.is_cut else None,
            )

    def causes(self, wanted: OrderFilter) -> Causes:
        """Return why orders are stopped or wait, the most frequent cause first. Raises `StoreUnavailable`.

        Settled and closed orders have no cause. Only whole texts of the details tell causes apart.
        """
        with self._database.read() as connection:
            now = self._database.now(connection)
            states = WITH_CAUSE & (wanted.states or WITH_CAUSE)
            if not states:
                return Causes(now, ())
            named = rows_named(connection, wanted.matching, wanted.account) if wanted.matching else []
            chosen = replace(wanted, states=states)
            walks = list(_walks(self._condition(chosen, now), chosen, named, now, is_first=True))
            walks = [replace(walk, budget=min(walk.budget, BUDGET_OF_CAUSES)) for walk in walks]
            return causes_of(connection, walks, active_holds(connection, now), now)

    def _older(
        self, connection: Connection, wanted: OrderFilter, now: Instant, named: Sequence[int], known: set[int]
    ) -> Sequence[Any]:
        """Return the rows *named* that the filter wants and that are not *known*."""
        states = or_(*(IN_STATE[state](now) for state in wanted.states)) if wanted.states else true()
        query = select(orders).where(orders.c.id.in_(set(named) - known), self._condition(wanted, now), states)
        return connection.execute(query.order_by(orders.c.updated_at.desc(), orders.c.id.desc())).all()

    def _condition(self, wanted: OrderFilter, now: Instant) -> ColumnElement[bool]:
        """Return the condition of *wanted*, except its states and its text."""
        conditions: list[ColumnElement[bool]] = []
        if wanted.account:
            conditions.append(orders.c.account == wanted.account)
        if wanted.stage:
            conditions.append(orders.c.stage == wanted.stage.value)
        if wanted.stop:
            conditions.append(orders.c.stop == wanted.stop)
        if wanted.waiting:
            conditions += [is_awaited(), orders.c.waiting == wanted.waiting]
        if wanted.late:
            # What the index of a walk has comes first, so that few rows are read for the rest.
            conditions += [orders.c.closed.is_(None), orders.c.stage.in_([Stage.ACCEPTED.value, Stage.SHIPPED.value])]
            conditions.append(is_late(self._policies, now))
        if wanted.since is not None:
            conditions.append(orders.c.updated_at >= wanted.since)
        if wanted.older_than:
            began = case((orders.c.stop.is_not(None), orders.c.stopped_at), else_=orders.c.updated_at)
            conditions.append(began <= now - wanted.older_than)
        return and_(true(), *conditions)


def _walks(
    condition: ColumnElement[bool], wanted: OrderFilter, named: Sequence[int], now: Instant, *, is_first: bool
) -> Iterator[Walk]:
    """Yield a walk for each index that has the orders. No order is in two of them."""
    matches: ColumnElement[bool] = true()
    if wanted.matching:
        is_named = orders.c.id.in_(named) if named else false()
        # The first page has shown all of these.
        matches = (
            or_(contains(wanted.matching), is_named) if is_first else and_(contains(wanted.matching), not_(is_named))
        )
    budget = BUDGET_OF_TEXTS if wanted.matching else BUDGET
    for index, base, states in _bases(wanted):
        in_states = or_(*(IN_STATE[state](now) for state in states)) if states else true()
        yield Walk(orders, orders.c.updated_at, index, base, and_(condition, in_states, matches), budget)


def _bases(wanted: OrderFilter) -> Iterator[tuple[str, ColumnElement[bool], set[State]]]:
    """Yield each index to walk along, its condition, and the states of the orders there; no states: all orders."""
    states = set(wanted.states)
    if wanted.stop:
        states = states & {State.STOPPED} if states else {State.STOPPED}
    if wanted.waiting and not states:
        yield "ix_orders_awaited", is_awaited(), set()
        return
    if not states:
        if not wanted.stop:
            yield "ix_orders_updated", true(), set()
        return
    for index, base, its_states in (
        ("ix_orders_stopped_updated", orders.c.stop.is_not(None), states & {State.STOPPED}),
        ("ix_orders_awaited", is_awaited(), states & AWAITED_STATES),
        ("ix_orders_updated", true(), states - AWAITED_STATES - {State.STOPPED}),
    ):
        if its_states:
            yield index, base, its_states
