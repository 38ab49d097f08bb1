"""Scanning: what a list at the platform says about an order that the database has, or has not.

A scan decides nothing. It finds the orders with which a reconciliation could do something, asked of the same rules, and
makes them due; the reconciliation then decides from its own read. *now* is the time of the database's clock.
"""

from enum import Enum, auto
from typing import TypeAlias

from worker.domain.evidence.evidence import Evidence
from worker.domain.instants import DAY, HOUR, MINUTE, Duration, Instant
from worker.domain.lanes import is_unknown
from worker.domain.lifecycle.lifecycle import decide, observe
from worker.domain.orders import Order, OrderKey, Reading
from worker.domain.overview.snapshot import OrderRow
from worker.domain.policy import Policy
from worker.domain.reasons import Finding
from worker.domain.results import Done, Later, Step
from worker.domain.stages import Stage, TerminalStatus, has_reached

LIST_LAG: Duration = MINUTE
"""A list may be this far behind the orders themselves: an order that was read or written since is not compared."""
LOOK_AGAIN_AFTER: Duration = DAY
"""An order that was read because of a list is not read again for the same difference until this time has passed."""
MARK_AGAIN_AFTER: Duration = 12 * HOUR
"""How old the mark may be that a list has shown an order: one write for each open order in half a day."""


UNREAD_FOR: Duration = DAY
"""An open order at rest that no list has shown is read again when this time has passed since its last read."""
RESTS_AFTER: Duration = 60 * DAY
"""An order that has been at its stage for this long is not read again by itself: most such orders are abandoned."""


class Unchanged(Enum):
    """Why a scan leaves a listed order as it is."""

    AGREES = auto()
    """The list shows what the database has, and nothing is to be done."""
    NOT_COMPARED = auto()
    """The order is leased, stopped, about to be read or just read; or it was read for the same difference before."""


Comparison: TypeAlias = Finding | Unchanged


def compare(row: OrderRow | None, key: OrderKey, listed: Reading, policy: Policy, now: Instant) -> Comparison:
    """Return what *listed*, an entry of a list, means for the order *key*. *row* is None if the database has none."""
    if row is None:
        return _compare_unknown(key, listed, policy, now)
    if not _is_comparable(row, listed, now):
        return Unchanged.NOT_COMPARED
    finding = _difference(row.order, listed) or _readiness(row, listed, policy, now)
    if finding is None:
        return Unchanged.AGREES
    return Unchanged.NOT_COMPARED if _was_looked_at(row, listed, now) else finding


def difference_of(listed: Reading, order: Order | None) -> str:
    """Return as a text what a list shows, and what the database has of the order.

    The same difference again leads to no further read for a day: the read because of it has not agreed with the list.
    """
    known = f"{order.status} {order.stage} {order.closed}" if order else "nothing"
    return f"{listed.status} {listed.payment}, not {known}"


def needs_mark(row: OrderRow, now: Instant) -> bool:
    """Tell whether to record that a list agrees: for open orders twice a day, and after a list that had differed."""
    if row.listed_as:
        return True
    return row.order.closed is None and (row.listed_at is None or now - row.listed_at >= MARK_AGAIN_AFTER)


def _compare_unknown(key: OrderKey, listed: Reading, policy: Policy, now: Instant) -> Comparison:
    decision = decide(observe(Order(key), listed), Evidence(), listed, policy, now)
    return Finding.NEW if isinstance(decision, Step | Later) else Unchanged.AGREES


def _is_comparable(row: OrderRow, listed: Reading, now: Instant) -> bool:
    order = row.order
    if row.stop or order.closed_by_operator or (row.lease_until is not None and row.lease_until > now):
        return False
    is_read_soon = row.due is not None and row.due <= now
    # An order that the platform had never shown exists, so it need not wait for the next of its few tries.
    backs_off = row.not_before is not None and row.not_before > now and not is_unknown(order)
    last_read = max(order.read_at or 0, order.confirmed_at or 0)
    # A clock that was set back must not make a read look new for hours.
    is_new = listed.read_at - LIST_LAG < last_read <= now
    return not (is_read_soon or backs_off or is_new)


def _difference(order: Order, listed: Reading) -> Finding | None:
    position = listed.position
    if position is None:
        return Finding.UNKNOWN_STATUS if listed.status != order.status else None
    if isinstance(position, TerminalStatus):
        return Finding.LEFT_STAGES if order.closed != position else None
    if isinstance(order.closed, TerminalStatus):
        return Finding.REOPENED
    # A completion that is recorded in the metadata of a delivered order may be left out of a list.
    may_be_completed = position is Stage.DELIVERED and listed.partial
    if order.stage is position or (order.closed is Stage.COMPLETED and may_be_completed):
        return None
    if order.stage is None or has_reached(position, order.stage):
        return Finding.MOVED_FORWARD
    was_read_since = order.confirmed_at is None or (order.read_at or 0) > order.confirmed_at
    return Finding.MOVED_BACK if was_read_since else Finding.UNCONFIRMED


def _readiness(row: OrderRow, listed: Reading, policy: Policy, now: Instant) -> Finding | None:
    """Return `READY` when the rules want something of an order at rest; the others have a due time already."""
    if row.due is not None or row.order.closed or listed.position is None:
        return None
    decision = decide(observe(row.order, listed), Evidence(), listed, policy, now)
    return None if isinstance(decision, Done) else Finding.READY


def _was_looked_at(row: OrderRow, listed: Reading, now: Instant) -> bool:
    """Tell whether a scan has made the order due for the same difference. The read since then has changed nothing."""
    is_old = row.listed_at is None or not 0 <= now - row.listed_at < LOOK_AGAIN_AFTER
    return row.listed_as == difference_of(listed, row.order) and not is_old
