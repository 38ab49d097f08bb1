"""The values of the statements of plain reconciliations, and what their rows say."""

import json
import secrets
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Any, Final, Literal, TypeAlias, TypeVar

from worker.domain.instants import Duration, Instant
from worker.domain.orders import Order, OrderKey
from worker.domain.results import Done, Later, Result, Step
from worker.domain.stages import Stage
from worker.ports import AnnouncedWrite, Finished, LeasedOrder, Update, WriteResult
from worker.store.clock_changes import TOLERANCE
from worker.store.database.statement import Rows
from worker.store.leases.columns import schedule_columns
from worker.store.rows import columns_of, order_from, recorded_from

T = TypeVar("T")


class NotPlain(Enum):
    """The general way has to decide."""

    NOT_PLAIN = auto()


NOT_PLAIN: Final = NotPlain.NOT_PLAIN
Plain: TypeAlias = T | Literal[NotPlain.NOT_PLAIN]


def lease_values(key: OrderKey, lease_for: Duration) -> dict[str, Any]:
    """Return the values of a new lease of *key*."""
    return {
        "its_account": key.account,
        "its_order_id": key.order_id,
        "token": secrets.token_hex(8),
        "lease_for": lease_for,
    }


def leased_order(
    key: OrderKey,
    lease: Mapping[str, Any],
    now: Instant,
    row: Sequence[Any],
    events: Sequence[Sequence[Any]],
    requested: Any,  # noqa: ANN401 - pairs of stages and revisions
) -> LeasedOrder:
    """Return the order that was leased at *now* by the values *lease*: its *row* with its id first, and its *events*.

    *requested* has the newest revision at which each stage was asked for.
    """
    row_id, *order = row
    return LeasedOrder(
        row_id,
        lease["token"],
        now,
        now + lease["lease_for"],
        order_from(key, order),
        tuple(recorded_from(key, event) for event in events),
        {Stage(stage): revision for stage, revision in requested},
    )


def _its_lease(leased: LeasedOrder) -> dict[str, Any]:
    return {
        "its_row": leased.row_id,
        "its_token": leased.token,
        "its_revision": leased.order.revision,
        "earliest": leased.leased_at - TOLERANCE,
    }


def announcement_values(leased: LeasedOrder, step: Step, update: Update, lease_for: Duration) -> dict[str, Any]:
    """Return the values of an announcement of *update*."""
    return _its_lease(leased) | {
        "its_stage": step.stage,
        "inferred": step.inferred,
        "evidence_at": step.evidence_at,
        "fields": json.dumps(dict(update)),
        "lease_for": lease_for,
    }


def announced_write(write_id: int, now: Instant, lease_for: Duration) -> AnnouncedWrite:
    """Return the write that was announced at *now*."""
    return AnnouncedWrite(write_id, now, now + lease_for)


def answer_values(result: WriteResult | None) -> dict[str, Any]:
    """Return the values that record *result* and the order after it; for None, those that record nothing."""
    if result is None:
        return {"its_write": None, "outcome": None, "answer": None}
    answer = {"its_write": result.announced.id, "outcome": result.outcome, "answer": str(result.failure or "")}
    return columns_of(result.order) | answer


def ends_plainly(order: Order, result: Result) -> bool:
    """Tell whether the end needs no person, no instant of the database, and no search."""
    return isinstance(result, Done | Later) and order.key.reference is None


def end_values(leased: LeasedOrder, order: Order, result: Result) -> dict[str, Any]:
    """Return the values of an end with *result*, except those of *order* and of the events."""
    schedule = schedule_columns(leased, result, 0)
    closes = order.closed is not None and order.closed != leased.order.closed
    return _its_lease(leased) | {
        "due": schedule["due_without"],
        "not_before": schedule["not_before"],
        "waiting": schedule["waiting"],
        "waiting_detail": schedule["waiting_detail"],
        "closed_as": str(order.closed) if closes else None,
    }


def finished_as(leased: LeasedOrder, rows: Rows) -> Plain[Finished]:
    """Return how the reconciliation ended, by the *rows* of the statement: one with the revision, or none."""
    if not rows:
        return NOT_PLAIN
    [(revision,)] = rows
    return Finished.HAS_NEW_EVENTS if revision > leased.order.revision else Finished.RESTS
