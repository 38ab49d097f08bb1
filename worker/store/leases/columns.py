"""The columns that a reconciliation writes: the order, its schedule, a write, and what the audit log gets."""

from typing import Any

from worker.domain.instants import Instant
from worker.domain.orders import Order
from worker.domain.reasons import AuditAction
from worker.domain.results import Done, Held, Later, Result, Step, Stopped
from worker.ports import LeasedOrder, Update
from worker.store.audit import Entry
from worker.store.rows import columns_of


def order_columns(order: Order) -> dict[str, object]:
    """Return the columns of *order*. An empty number is not written, because a search may have set the number."""
    return {name: value for name, value in columns_of(order).items() if value or name != "number"}


def write_columns(leased: LeasedOrder, step: Step, update: Update, now: Instant) -> dict[str, object]:
    """Return the columns of a write of *update* that is announced at *now*."""
    return {
        "order_row": leased.row_id,
        "lease_token": leased.token,
        "revision": leased.order.revision,
        "stage": step.stage,
        "inferred": step.inferred,
        "evidence_at": step.evidence_at,
        "fields": dict(update),
        "sent_at": now,
    }


def schedule_columns(leased: LeasedOrder, result: Result, now: Instant) -> dict[str, Any]:
    """Return the values of `FINISH` that clear the lease and say when the order is due.

    `due_with_new_events` is its due time if events came in during the reconciliation, else `due_without` is.
    """
    due, not_before, waiting, detail = _wait(result, now)
    values: dict[str, Any] = {
        "lease_token": None,
        "lease_until": None,
        "enqueued_at": None,
        "seen_revision": leased.order.revision,
        "due_with_new_events": now if not_before is None else max(now, not_before),
        "due_without": due,
        "not_before": not_before,
        "waiting": waiting,
        "waiting_detail": detail,
        "updated_at": now,
    }
    if isinstance(result, Stopped):
        # A stop needs a person, also if an operator has closed the order before.
        opened = {"closed_by_operator": 0}
        values |= {"stop": result.reason, "stop_detail": result.detail, "stopped_at": now, **opened}
    return values


def _wait(result: Result, now: Instant) -> tuple[Instant | None, Instant | None, str, str]:
    """Return when the order is due, the earliest time even with new events, the reason of the wait, and its detail."""
    match result:
        case Later():
            return result.due, result.due if result.firm else None, result.reason, result.detail
        case Held():
            return now, None, result.reason, ""
        case Done() | Stopped():
            return None, None, "", ""


def audit_entries(leased: LeasedOrder, order: Order, result: Result) -> list[Entry]:
    """Return the entries about a reconciliation that closed *order*, or stopped it."""
    entries = []
    if order.closed is not None and order.closed != leased.order.closed:
        entries.append(Entry(AuditAction.CLOSED, str(order.closed)))
    if isinstance(result, Stopped):
        entries.append(Entry(AuditAction.STOPPED, f"{result.reason}: {result.detail}"))
    return entries
