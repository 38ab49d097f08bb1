"""Sentences about an order that is known by its id: its position, its plan, and its writes."""

from collections.abc import Iterator

from worker.domain.evidence import Evidence
from worker.domain.instants import Instant
from worker.domain.orders import Order
from worker.domain.policy import Policy
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Done, Later, Result, Stopped
from worker.domain.retries import UNKNOWN_FOR
from worker.domain.snapshot import Snapshot, State, Write
from worker.domain.stages import Stage
from worker.operations.forecast import Forecast
from worker.operations.instants import moment, span, when
from worker.operations.phrases import with_detail

MAX_WRITES = 5
"""How many writes are shown: the latest ones."""


def position(snapshot: Snapshot) -> Iterator[str]:
    """Say what the platform showed last, and when."""
    order, now = snapshot.order, snapshot.now
    if order.read_at is None:
        yield f"The platform has not been asked yet; the order is known since {when(snapshot.row.first_seen_at, now)}."
        return
    stage = order.stage or "none yet"
    yield f"The platform showed “{order.status}” on {when(order.read_at, now)}; the confirmed stage is {stage}."
    if order.closed:
        yield f"The order is closed: {order.closed}."
    if order.confirmed_at is not None:
        yield f"Our last confirmed write began on {when(order.confirmed_at, now)}."


def plan(snapshot: Snapshot, evidence: Evidence, forecast: Forecast, policy: Policy) -> Iterator[str]:
    """Say what follows from the events, by the rules that the worker follows."""
    order, (steps, result) = snapshot.order, forecast
    if snapshot.state is State.STOPPED:
        yield "Nothing is sent while the order is stopped."
        return
    if result is None:
        yield "What follows depends on what the platform shows: the order is read first."
    elif steps:
        stages = ", then ".join(f"{step.stage}{' (inferred)' if step.inferred else ''}" for step in steps)
        yield f"The platform is to be asked for {stages}; each step waits for the one before it to be confirmed."
    if result is not None:
        yield from _result(result, has_steps=bool(steps))
    if order.stage is Stage.PENDING and evidence.target is Stage.PENDING and not order.closed:
        yield policy.accept.meaning


def _result(result: Result, *, has_steps: bool) -> Iterator[str]:
    then = "After that" if has_steps else "By the rules"
    match result:
        case Done() if not has_steps:
            yield "No further step is justified now."
        case Later(due=due, reason=WaitReason.COMPLETE_AFTER):
            yield f"{then}, it is completed on {moment(due)} (complete_after), unless an event forbids it."
        case Later(due=due, reason=reason, detail=detail):
            yield f"{then}, it waits until {moment(due)}: {with_detail(reason, detail)}."
        case Stopped(reason, detail):
            yield f"{then}, it will be stopped: {with_detail(reason, detail)}."
        case _:
            pass


def writes(snapshot: Snapshot, policy: Policy) -> Iterator[str]:
    """Say what was sent to the platform, what came of it, and what is uncertain or failing."""
    order, now = snapshot.order, snapshot.now
    if not snapshot.writes:
        yield "Nothing was ever written to the platform."
    if len(snapshot.writes) > MAX_WRITES:
        yield f"{len(snapshot.writes) - MAX_WRITES} earlier writes are left out here."
    yield from map(_write, snapshot.writes[-MAX_WRITES:])
    if order.sending and order.sent_at is not None:
        yield (
            f"Nobody has the answer to the write of {order.sending} on {when(order.sent_at, now)}: it is uncertain. "
            "The order is read again; then at most the same step is repeated."
        )
    if order.failing_since is not None:
        failing = f"{order.failures} calls in a row have failed since {when(order.failing_since, now)}"
        yield f"{failing}{'' if snapshot.row.stop else _until_it_stops(order, policy, order.failing_since)}."


def _until_it_stops(order: Order, policy: Policy, failing_since: Instant) -> str:
    end, stop = failing_since + policy.retry_for, StopReason.GAVE_UP
    if order.missing_since is not None:
        end, stop = order.missing_since + UNKNOWN_FOR, StopReason.UNKNOWN_ORDER
    return f"; without success the order stops as {stop} on {moment(end)}"


def _write(write: Write) -> str:
    after = f" after {span(write.answered_at - write.sent_at)}" if write.answered_at is not None else ""
    answer = f": {write.answer}" if write.answer else ""
    return f"{write.stage} was sent on {moment(write.sent_at)}: {write.outcome}{after}{answer}."
