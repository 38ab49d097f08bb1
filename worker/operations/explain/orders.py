"""Sentences about an order that is known by its id: its position, its plan, and its writes."""

from collections.abc import Iterator

from worker.domain.evidence.evidence import Evidence
from worker.domain.instants import Instant
from worker.domain.lifecycle.forecast import Forecast, is_pending
from worker.domain.lifecycle.retries import MAX_CONFLICTS, SECOND_LOOK
from worker.domain.lifecycle.unknown import UNKNOWN_FOR
from worker.domain.orders import Order
from worker.domain.overview.lateness import is_late
from worker.domain.overview.snapshot import Snapshot, State, Write
from worker.domain.policy import Policy
from worker.domain.reasons import Accept, StopReason, WaitReason, WriteOutcome
from worker.domain.results import Done, Later, Result, Step, Stopped
from worker.domain.stages import Stage, TerminalStatus
from worker.operations.instants import moment, span, when
from worker.operations.phrases import counted, with_detail

MAX_WRITES = 5
"""How many writes are shown: the latest ones."""


def position(snapshot: Snapshot, policy: Policy) -> Iterator[str]:
    """Yield sentences about the last read of the platform, and about how long the order has been at its stage."""
    order, now = snapshot.order, snapshot.now
    if order.read_at is None:
        # Calls may have failed, so the sentence must not say that the platform was never called.
        since = when(snapshot.row.first_seen_at, now)
        yield f"The platform has not shown this order yet; it has been known since {since}."
        return
    yield f"The platform showed “{order.status}” on {when(order.read_at, now)}{_confirmed_stage(order)}."
    if order.closed:
        yield f"The order is closed: {order.closed}."
    if order.confirmed_at is not None:
        yield f"Our last confirmed write began on {when(order.confirmed_at, now)}."
    if is_late(order, policy, now):
        limit = "ship_within" if order.stage is Stage.ACCEPTED else "deliver_within"
        yield f"It is late: it has been {order.stage} for {span(now - (order.staged_at or now))}, beyond {limit}."


def _confirmed_stage(order: Order) -> str:
    if order.stage:
        return f"; the confirmed stage is {order.stage}"
    return "" if order.closed else "; no stage is confirmed"


def plan(snapshot: Snapshot, evidence: Evidence, forecast: Forecast, policy: Policy) -> Iterator[str]:
    """Yield sentences about the steps that follow from the events, by the same rules as the worker."""
    order, (steps, result) = snapshot.order, forecast
    if snapshot.state is State.STOPPED:
        yield "Nothing is sent while the order is stopped."
        return
    if order.closed_by_operator and result == Done():
        yield "Nothing is sent, because an operator has closed the order."
        return
    if result is None:
        yield "What follows depends on what the platform shows: the order is read first."
        return
    if steps:
        yield _steps(steps)
    yield from _result(result, snapshot, evidence, policy, has_steps=bool(steps))
    if is_pending(order, evidence):
        yield policy.accept.meaning


def _steps(steps: tuple[Step, ...]) -> str:
    stages = ", then ".join(f"{step.stage}{' (inferred)' if step.inferred else ''}" for step in steps)
    order = "; each step waits for the one before it to be confirmed" if len(steps) > 1 else ""
    return f"The platform is to be asked for {stages}{order}."


def _result(
    result: Result, snapshot: Snapshot, evidence: Evidence, policy: Policy, *, has_steps: bool
) -> Iterator[str]:
    then = "After that" if has_steps else "By the rules"
    match result:
        case Done() if isinstance(snapshot.order.closed, TerminalStatus):
            yield f"Nothing is written to an order that is {snapshot.order.closed}."
        case Done() if policy.accept is Accept.PAID and is_pending(snapshot.order, evidence):
            yield "Whether it is paid is not in the database: the next read tells."
        case Done() if not has_steps:
            yield "No further step is justified now."
        case Later(reason=WaitReason.COMPLETE_AFTER):
            yield f"{then}, it is completed {_completed(result, snapshot, policy)}, unless an event forbids it."
        case Later(reason=WaitReason.PARCELS) if snapshot.state is State.WAITING:
            yield f"{then}, it waits: {WaitReason.PARCELS}."  # which parcels is among the next steps
        case Later(reason=reason, detail=detail):
            yield f"{then}, it waits{_until(result, snapshot)}: {with_detail(reason, detail)}."
        case Stopped(reason, detail):
            yield f"{then}, it will be stopped: {with_detail(reason, detail)}."
        case _:
            pass


def _completed(later: Later, snapshot: Snapshot, policy: Policy) -> str:
    at = f"on {moment(later.due)}" if _begins_now(snapshot) else f"{span(policy.complete_after)} after its delivery"
    return f"{at} (complete_after)"


def _until(later: Later, snapshot: Snapshot) -> str:
    return f" until {moment(later.due)}" if _begins_now(snapshot) else ""


def _begins_now(snapshot: Snapshot) -> bool:
    """Tell whether a worker follows the plan now. If not, only the next steps name a time: when the wait ends."""
    return snapshot.state in {State.DUE, State.LEASED}


def writes(snapshot: Snapshot, policy: Policy) -> Iterator[str]:
    """Yield sentences about the writes, their outcomes, and the calls that fail."""
    order, now, hidden = snapshot.order, snapshot.now, len(snapshot.writes) - MAX_WRITES
    if not snapshot.writes:
        yield "Nothing was ever written to the platform."
    if hidden > 0:
        yield f"{counted(hidden, 'earlier write is', 'earlier writes are')} left out here."
    yield from map(_write, snapshot.writes[-MAX_WRITES:])
    if order.sending and order.sent_at is not None:
        yield (
            f"There is no answer to the write of {order.sending} on {when(order.sent_at, now)}: it is uncertain. "
            "The next reconciliation begins with a read; then at most the same step is repeated."
        )
    if order.failing_since is not None:
        failed = counted(order.failures, "call has", "calls in a row have")
        yield f"{failed} failed since {when(order.failing_since, now)}{_last_attempt(snapshot, policy)}."


def _last_attempt(snapshot: Snapshot, policy: Policy) -> str:
    """Return the end of the sentence: when one more failure stops the order. Unknown during a hold, which adds time."""
    if snapshot.state in {State.STOPPED, State.HELD}:
        return ""
    end, stop = min(_ends(snapshot, policy))
    since = f"from {moment(end)} on, " if end > snapshot.now else ""
    return f"; {since}one more failure stops the order as {stop}"


def _ends(snapshot: Snapshot, policy: Policy) -> Iterator[tuple[Instant, StopReason]]:
    """Yield each time at which failures lead to a stop, with its reason, by the rules of `domain.lifecycle.retries`."""
    order = snapshot.order
    failing_since, lasts = order.failing_since or 0, policy.retry_for
    if order.conflicts + 1 >= MAX_CONFLICTS:
        yield failing_since, StopReason.CONFLICT
    if order.missing_since is not None:
        lasts = max(lasts, UNKNOWN_FOR)
        is_deleted = snapshot.row.waiting == WaitReason.ORDER_GONE
        yield order.missing_since + (SECOND_LOOK if is_deleted else UNKNOWN_FOR), StopReason.UNKNOWN_ORDER
    yield failing_since + lasts, StopReason.GAVE_UP


def _write(write: Write) -> str:
    if write.outcome == WriteOutcome.NOT_SENT:
        return f"{write.stage} was announced on {moment(write.sent_at)}, and not sent."
    if write.answered_at is None:
        return f"{write.stage} was sent, or about to be, on {moment(write.sent_at)}: no answer is known."
    answer = f": {write.answer}" if write.answer else ""
    after = span(write.answered_at - write.sent_at)
    return f"{write.stage} was sent on {moment(write.sent_at)}: {write.outcome} after {after}{answer}."
