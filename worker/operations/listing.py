"""What a list says of one order beside its state: why it is so, and since when or until when."""

from worker.domain.instants import Instant
from worker.domain.orders import Order
from worker.domain.overview.lateness import late_at
from worker.domain.overview.snapshot import OrderRow, State
from worker.domain.policy import Policy
from worker.domain.reasons import AuditAction
from worker.operations.instants import ago, span


def reason_of(row: OrderRow, now: Instant) -> str:
    """Return why the order is in its state at *now*, in few words; empty if the state says it all."""
    match row.state(now):
        case State.STOPPED:
            return row.stop
        case State.HELD:
            return ", ".join(hold.reason for hold in row.held)
        case State.WAITING:
            return f"{row.waiting}, {ago(row.due or now, now)}"
        case State.DUE:
            return f"for {span(now - (row.due or now))}"
        case State.CLOSED:
            return AuditAction.CLOSED_BY_OPERATOR if row.order.closed_by_operator else str(row.order.closed)
        case State.LEASED | State.SETTLED:
            return ""


def detail_of(row: OrderRow) -> str:
    """Return the detail of the stop, else of the wait: words of the platform, for instance. Empty without one."""
    return row.stop_detail if row.stop else row.waiting_detail


def lateness_of(order: Order, now: Instant, policy: Policy) -> str:
    """Return for how long the order has been late, by the *policy* of its account; empty if it is not."""
    at = late_at(order, policy)
    return f"late for {span(now - at)}" if at is not None and at <= now else ""
