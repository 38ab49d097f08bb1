"""How many orders are at which stage and in which state, counted page by page; and how fast they were confirmed."""

from collections import Counter

from sqlalchemy import ColumnElement, Integer, Select, and_, case, func, literal_column, or_, select

from worker.domain.instants import Duration, Instant
from worker.domain.overview.order_states import OrderStates
from worker.domain.overview.snapshot import State
from worker.domain.reasons import WriteOutcome
from worker.domain.stages import Stage
from worker.store.database.database import Database
from worker.store.queries.row_ranges import PAGE
from worker.store.snapshots import active_holds
from worker.store.tables import events, orders, writes

LAST_WRITES = 1_000
"""Of so many writes, the newest, those that were confirmed are looked at."""
_MAY_BE_HELD = (State.DUE, State.WAITING)


class OrderStateQueries:
    """Counts orders, and confirmations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self) -> OrderStates:
        """Count all orders, `PAGE` ids in a statement, each at its own instant. Raises `StoreUnavailable`."""
        counts, ready = Counter[tuple[str, str, State]](), dict[str, tuple[int, Instant]]()
        with self._database.read() as connection:
            began_at = self._database.now(connection)
            last = connection.scalar(select(func.max(orders.c.id))) or 0
        for first in range(0, last, PAGE):
            with self._database.read() as connection:
                now = self._database.now(connection)
                held = active_holds(connection, now)
                for account, stage, word, count, since in connection.execute(_page(first, now)):
                    state = State(word)
                    if state is State.DUE:
                        before = ready.get(account, (0, since))
                        ready[account] = before[0] + count, min(before[1], since)
                    state = State.HELD if account in held and state in _MAY_BE_HELD else state
                    counts[account, stage or "", state] += count
        return OrderStates(began_at, counts, ready)

    def confirmation_times(self) -> list[Duration]:
        """Return how long each of the last confirmations took, from the newest event that led to it.

        Completions are not among them, because most accounts complete their orders days after the delivery. Steps of
        one reconciliation are one confirmation. Raises `StoreUnavailable`.
        """
        with self._database.read() as connection:
            last = connection.scalar(select(func.max(writes.c.id))) or 0
            durations = connection.execute(_confirmations(last - LAST_WRITES)).scalars()
            return [duration for duration in durations if duration is not None]


def _page(first: int, now: Instant) -> Select[str, str | None, str, int, int]:
    """Count the orders with the ids after *first* by account, stage and state, as if no account were held.

    The last column is the earliest due time.
    """
    by = (orders.c.account, orders.c.stage, _state(now).label("state"))
    where = and_(orders.c.id > first, orders.c.id <= first + PAGE)
    query = select(*by, func.count(), func.min(orders.c.due)).where(where)
    return query.group_by(orders.c.account, orders.c.stage, literal_column("state"))


def _state(now: Instant) -> ColumnElement[str]:
    """The state of an order by the rule of `OrderRow.state`, as if its account were not held."""
    is_closed = or_(orders.c.closed.is_not(None), orders.c.closed_by_operator > 0)
    return case(
        (orders.c.stop.is_not(None), State.STOPPED.value),
        (orders.c.lease_until > now, State.LEASED.value),
        (and_(orders.c.due.is_(None), is_closed), State.CLOSED.value),
        (orders.c.due.is_(None), State.SETTLED.value),
        (orders.c.due <= now, State.DUE.value),
        else_=State.WAITING.value,
    )


def _confirmations(after: int) -> Select[int | None]:
    """Select how long each confirmation took; NULL if its reconciliation had read no event, as after a scan."""
    is_confirmed = and_(writes.c.outcome == WriteOutcome.CONFIRMED.value, writes.c.stage != Stage.COMPLETED.value)
    # By the column itself, SQLite would read all of its index, to group the last rows by it.
    order_row = writes.c.order_row + literal_column("0", Integer)
    confirmed = (
        select(order_row.label("order_row"), writes.c.revision, func.max(writes.c.answered_at).label("answered_at"))
        .where(writes.c.id > after, is_confirmed, writes.c.answered_at.is_not(None))
        .group_by(order_row, writes.c.revision)
        .subquery()
    )
    # One search in the index for each: PostgreSQL would read all events for a join.
    its_event = and_(events.c.order_row == confirmed.c.order_row, events.c.revision == confirmed.c.revision)
    received_at = select(func.min(events.c.received_at)).where(its_event).correlate(confirmed).scalar_subquery()
    return select(confirmed.c.answered_at - received_at)
