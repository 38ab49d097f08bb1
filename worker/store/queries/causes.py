"""The causes for which orders are stopped, or wait: groups of orders with the same state, reason and detail."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, case, func, literal, select

from worker.domain.instants import Instant
from worker.domain.overview.snapshot import State
from worker.store.queries.details import without_request
from worker.store.queries.states import IN_STATE
from worker.store.queries.walks import Walk, first_rows
from worker.store.snapshots import Holds
from worker.store.tables import orders

MAX_CAUSES = 200
"""How many causes of one index are counted."""


@dataclass(frozen=True, slots=True)
class Cause:
    """How many orders have one cause, and since when the *oldest* of them has waited.

    *account* is the one that is held; empty for the other states, where the orders may be of several accounts.
    """

    state: State
    reason: str
    detail: str
    count: int
    oldest: Instant
    account: str = ""


@dataclass(frozen=True, slots=True)
class Causes:
    """The causes at *now*, the most frequent first. *is_cut*: there are more orders, or more causes."""

    now: Instant
    causes: Sequence[Cause]
    is_cut: bool = False


def causes_of(connection: Connection, walks: Sequence[Walk], held: Holds, now: Instant) -> Causes:
    """Return the causes of the orders that *walks* find; only as many as the first page of each may look at."""
    causes: list[Cause] = []
    is_cut = False
    for walk in walks:
        rows, has_more = _groups(connection, walk, now)
        causes += [_cause(row, held) for row in rows]
        is_cut = is_cut or has_more or len(rows) == MAX_CAUSES
    return Causes(now, sorted(causes, key=lambda cause: (-cause.count, cause.oldest)), is_cut)


def _cause(row: Row[*tuple[Any, ...]], held: Holds) -> Cause:
    holds = held.get(row.account, ())
    reason = ", ".join(hold.reason for hold in holds) or row.reason
    detail = next((hold.detail for hold in holds if hold.detail), row.detail)
    return Cause(State(row.state), reason, detail, row.number, row.oldest, row.account)


def _groups(connection: Connection, walk: Walk, now: Instant) -> tuple[Sequence[Row[*tuple[Any, ...]]], bool]:
    is_stopped, is_held, none = orders.c.stop.is_not(None), IN_STATE[State.HELD](now), literal("")
    detail = case((is_stopped, orders.c.stop_detail), (is_held, none), else_=orders.c.waiting_detail)
    columns = {
        "state": case(*((IN_STATE[state](now), literal(state.value)) for state in _STATES)),
        # The orders of a held account have one cause, which is in the hold.
        "account": case((is_held, orders.c.account), else_=none),
        "reason": case((is_stopped, orders.c.stop), (is_held, none), else_=orders.c.waiting),
        "detail": without_request(connection, detail),
        "since": case((is_stopped, orders.c.stopped_at), else_=orders.c.updated_at),
    }
    chosen, has_more = first_rows(connection, walk)
    found = select(*(column.label(name) for name, column in columns.items()))
    found = found.with_hint(walk.table, f"INDEXED BY {walk.index}", "sqlite").where(chosen, walk.wanted)
    rows = found.subquery()
    groups = [rows.c[name] for name in columns if name != "since"]
    query = select(*groups, func.count().label("number"), func.min(rows.c.since).label("oldest")).group_by(*groups)
    return connection.execute(query.order_by(func.count().desc()).limit(MAX_CAUSES)).all(), has_more


_STATES = (State.STOPPED, State.HELD, State.DUE, State.WAITING)
