"""Snapshots that Hypothesis draws: any mixture of what a database can hold about one order."""

from typing import Any

from hypothesis import strategies as st

from tests.support.clock import START
from tests.support.events import KEY, event_lists, recorded
from worker.domain.accounts.workers import Service
from worker.domain.instants import DAY, HOUR, MINUTE, SECOND
from worker.domain.orders import Order, OrderKey
from worker.domain.overview.snapshot import (
    AuditEntry,
    EventEntry,
    Hold,
    OrderRow,
    RefusedDeliveries,
    Snapshot,
    State,
    UnusedDelivery,
    Write,
)
from worker.domain.policy import Policy
from worker.domain.reasons import (
    Accept,
    AuditAction,
    DeliveryOutcome,
    HoldReason,
    QuarantineReason,
    StopReason,
    WaitReason,
    WriteOutcome,
)
from worker.domain.stages import STAGES, Stage, TerminalStatus, has_reached
from worker.operations.explain.today import TodaysSettings

NEWER_WORD = "a_newer_word"
"""A reason that this version does not know."""

past = st.sampled_from([START - DAY * 4, START - 3 * HOUR, START - 5 * MINUTE, START - 30 * SECOND, START])
future = st.sampled_from([START + 20 * SECOND, START + HOUR, START + 2 * DAY])
details = st.sampled_from(["", "HTTP 500"])


def policies() -> st.SearchStrategy[Policy]:
    """Draw the rules of an account."""
    return st.builds(
        Policy,
        accept=st.sampled_from(Accept),
        complete_after=st.sampled_from([0, DAY]),
        retry_for=st.sampled_from([30 * MINUTE, 72 * HOUR]),
        dry_run=st.booleans(),
    )


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Draw an order or a reference in any state, with failures, holds, writes and events."""
    key = draw(st.sampled_from([KEY, KEY, OrderKey("main", "number:ORD-1"), OrderKey("main", "tracking:TRK1")]))
    events = draw(event_lists())
    order: dict[str, Any] = {"revision": len(events) + draw(st.sampled_from([0, 0, 1])), "seen_revision": len(events)}
    order |= draw(_failures())
    if draw(st.booleans()):
        order |= {"read_at": draw(past)} if key.reference else draw(_read())
    writes = () if key.reference or "read_at" not in order else tuple(draw(st.lists(_writes(), max_size=7)))
    if any(write.outcome == WriteOutcome.CONFIRMED for write in writes):
        order["confirmed_at"] = draw(past)
    if draw(st.sampled_from([False, False, True])):
        order["closed_by_operator"] = max(len(events), 1)
    closing = AuditEntry(START - MINUTE, AuditAction.CLOSED_BY_OPERATOR, "a reason")
    row = OrderRow(Order(key, **order), first_seen_at=START - 5 * DAY, updated_at=START, **draw(_schedules()))
    released = AuditEntry(START - HOUR, AuditAction.RELEASED, f"{row.stop}: corrected (an operator)")
    return Snapshot(
        START,
        row,
        event_entries=tuple(EventEntry(event) for event in recorded(*events)),
        writes=writes,
        audit_log=tuple(entry for entry in (released, closing) if draw(st.booleans())),
        service=draw(st.sampled_from([Service.SERVED, Service.SERVED, *Service])),
        refused=tuple(draw(st.lists(_refused(), max_size=1))),
        unused=tuple(draw(st.lists(_unused(), max_size=3))),
        serving_since=draw(st.none() | past),
    )


def todays_settings() -> st.SearchStrategy[TodaysSettings]:
    """Draw what the settings say today."""
    return st.builds(
        TodaysSettings,
        changed_at=st.none() | past,
        has_account=st.booleans(),
        statuses=st.sampled_from([None, ["on its way"], ["accepted"]]),
        usable=st.sampled_from([(), (1,), (1, 2, 3)]),
    )


def _unused() -> st.SearchStrategy[UnusedDelivery]:
    outcomes = st.sampled_from([DeliveryOutcome.QUARANTINED, DeliveryOutcome.STALE])
    reasons = st.sampled_from(["", NEWER_WORD, *QuarantineReason])
    return st.builds(
        UnusedDelivery, st.integers(1, 3), st.just("north"), past, outcomes, reasons, details, st.none() | past
    )


def _refused() -> st.SearchStrategy[RefusedDeliveries]:
    return st.builds(
        RefusedDeliveries, st.sampled_from(["north", "courier"]), st.integers(1, 2), past, st.none() | past
    )


@st.composite
def _failures(draw: st.DrawFn) -> dict[str, Any]:
    failures = draw(st.integers(0, 3))
    missing = failures and draw(st.booleans())
    return {
        "failures": failures,
        "failing_since": draw(past) if failures else None,
        "missing_since": draw(past) if missing else None,
    }


@st.composite
def _read(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the fields of an order that the platform has shown."""
    stage = draw(st.sampled_from([None, *STAGES]))
    closed = Stage.COMPLETED if stage is Stage.COMPLETED else draw(st.sampled_from([None, None, *TerminalStatus]))
    sending = None if closed else draw(st.sampled_from([None, None, *STAGES[1:]]))
    return {
        "read_at": draw(past),
        "stage": stage,
        "staged_at": draw(st.none() | past) if stage else None,
        "closed_at": draw(st.none() | past) if closed else None,
        "status": str(closed or stage or "on its way"),
        "closed": closed,
        "acknowledged": draw(st.sampled_from([0, 0, 4, 8])),
        "delivered_at": draw(past) if stage and has_reached(stage, Stage.DELIVERED) else None,
        "sending": sending,
        "sent_at": draw(past) if sending else None,
        "uncertain_at": draw(st.none() | past),
        "behind_at": draw(st.none() | past) if stage and not closed else None,
        "unread": draw(st.booleans()),
    }


@st.composite
def _writes(draw: st.DrawFn) -> Write:
    outcome = draw(st.sampled_from([*WriteOutcome, NEWER_WORD]))
    answered_at = None if outcome == WriteOutcome.SENT else START
    return Write(
        draw(st.sampled_from(STAGES[1:])),
        {},
        draw(past),
        answered_at=answered_at,
        outcome=outcome,
        answer=draw(details),
    )


@st.composite
def _schedules(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the fields of a row that decide its state."""
    state = draw(st.sampled_from(State))
    row: dict[str, Any] = {"held": tuple(draw(st.lists(_holds(), min_size=state is State.HELD, max_size=2)))}
    match state:
        case State.STOPPED:
            stop = draw(st.sampled_from([*StopReason, NEWER_WORD]))
            return row | {"stop": stop, "stop_detail": draw(details), "stopped_at": draw(past)}
        case State.LEASED:
            return row | {"due": draw(past), "lease_until": START + 20 * SECOND}
        case State.DUE:
            return row | {"due": draw(past), "lease_until": draw(st.none() | st.just(START - SECOND))}
        case State.WAITING | State.HELD:
            due = draw(future) if state is State.WAITING else draw(past | future)
            waiting = draw(st.sampled_from([*WaitReason, NEWER_WORD, ""]))
            row |= {"due": due, "not_before": draw(st.sampled_from([None, due]))}
            return row | {"waiting": waiting, "waiting_detail": draw(details)}
        case State.CLOSED | State.SETTLED:
            pass
    return row


def _holds() -> st.SearchStrategy[Hold]:
    reasons = st.sampled_from([*HoldReason, NEWER_WORD])
    return st.builds(Hold, st.just("main"), reasons, past, st.none() | future, details, st.none() | future)
