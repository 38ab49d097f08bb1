"""The life of an order: how a reading changes the order, and what the next step is.

`observe` returns the order after a reading, and `decide` the next step or the result. A reconciliation is a read and
`observe`, then `decide` and one write after another, until `decide` returns a result. *now* is the time of the
database's clock.
"""

from collections.abc import Collection
from dataclasses import replace

from worker.domain.events import EventName, RecordedEvent
from worker.domain.evidence.evidence import Evidence
from worker.domain.evidence.missing import decide_without, is_about_parcels, resting_without
from worker.domain.instants import HOUR, SECOND, Instant
from worker.domain.lifecycle.behind import decide_behind, is_stale
from worker.domain.orders import Order, Payment, Reading
from worker.domain.policy import Policy
from worker.domain.reasons import Accept, StopReason, WaitReason
from worker.domain.results import Done, Later, Result, Step, Stopped
from worker.domain.stages import STAGES, Stage, TerminalStatus, has_reached

RECHECK_DRY_RUN = HOUR
"""In dry run, an order with a step to take is reconciled again after this time."""
COALESCE_HINTS = 5 * SECOND
"""Within this time, hints about one order lead to at most one read."""


def needs_no_read(order: Order, evidence: Evidence, new_events: Collection[RecordedEvent]) -> bool:
    """Tell whether *new_events* can get their results without a read, because they name stages already reached.

    *new_events* are those above `seen_revision`.
    """
    if rests_closed(order, evidence):
        return True
    if not new_events or order.stage is None or order.unread or order.sending or order.behind_at or evidence.alarm:
        return False
    if any(e.event.name is EventName.HINT for e in new_events) or _has_repeated_hint(order, new_events):
        return False
    if isinstance(order.closed, TerminalStatus):
        return not _moves_while_cancelled(order, evidence)
    return has_reached(order.stage, evidence.target)


def rests_closed(order: Order, evidence: Evidence) -> bool:
    """Tell whether an operator has closed the order, and no newer event needs a person.

    A close acknowledges the events of its time, so only newer ones can be alarms.
    """
    return order.closed_by_operator > 0 and evidence.alarm is None and not _moves_while_cancelled(order, evidence)


def _moves_while_cancelled(order: Order, evidence: Evidence) -> bool:
    is_cancelled = isinstance(order.closed, TerminalStatus)
    return is_cancelled and evidence.moved_revision > max(order.closed_revision, order.acknowledged)


def _has_repeated_hint(order: Order, new_events: Collection[RecordedEvent]) -> bool:
    """Tell whether there is a new revision without an event: a repeated hint writes none."""
    return order.revision - order.seen_revision > len({e.revision for e in new_events})


def resting_result(order: Order, evidence: Evidence, policy: Policy) -> Done | Later:
    """Return the result of an order that has no step to take now."""
    if order.closed_by_operator:
        return Done()
    if order.stage is Stage.DELIVERED and order.delivered_at is not None and order.closed is None:
        return Later(order.delivered_at + policy.complete_after, WaitReason.COMPLETE_AFTER)
    return resting_without(order, evidence)


def may_coalesce(order: Order, new_events: Collection[RecordedEvent], now: Instant) -> bool:
    """Tell whether the order may wait for more hints: it has only new hints, soon after its last read."""
    has_new_events = order.revision > order.seen_revision
    # A clock that was set back must not make a read look young for hours.
    fresh = order.read_at is not None and 0 <= now - order.read_at < COALESCE_HINTS
    return has_new_events and fresh and all(e.event.name is EventName.HINT for e in new_events)


def observe(order: Order, reading: Reading) -> Order:
    """Return *order* after *reading*: a later stage is adopted, a terminal status closes the order.

    A reading behind the confirmed stage changes no stage, because `decide` asks for a second one. One that is older
    than the confirmation does not count as behind.
    """
    after = replace(order, status=reading.status, read_at=reading.read_at, unread=False, missing_since=None)
    if reading.number:
        after = replace(after, number=reading.number)
    if order.sending:
        after = replace(after, uncertain_at=order.sent_at)
    if not isinstance(reading.position, Stage):
        return _close(after, reading.position, reading.read_at) if reading.position else after
    if order.stage and not has_reached(reading.position, order.stage):
        return after if is_stale(order, reading) else replace(after, behind_at=order.behind_at or reading.read_at)
    return _reach(after, reading.position, reading.read_at)


def confirm(order: Order, reading: Reading) -> Order:
    """Return *order* after a write that *reading* answers. The answer shows no earlier stage than the wanted one."""
    after = observe(replace(clear_failures(order), sending=None, sent_at=None), reading)
    return replace(after, confirmed_at=reading.read_at)


def _close(order: Order, closed: TerminalStatus | Stage, read_at: Instant) -> Order:
    if order.closed == closed:
        return order
    # A cancelled order may be refunded, too. A parcel that moved between the two moved after the order was cancelled.
    since = order.closed_revision if isinstance(order.closed, TerminalStatus) else order.revision
    return replace(order, closed=closed, closed_revision=since, closed_at=read_at, sending=None, sent_at=None)


def clear_failures(order: Order) -> Order:
    """Return *order* without its failures, because the step that failed has worked, or is not needed any more."""
    return replace(order, failures=0, failing_since=None, conflicts=0)


def settle(order: Order, result: Result) -> Order:
    """Return *order* after a reconciliation that `decide` has ended with *result*.

    Its failures are reset. When it has no step to take, no write is uncertain any more.
    """
    settled, rests = clear_failures(order), isinstance(result, Done) or is_about_parcels(result)
    return replace(settled, sending=None, sent_at=None) if rests else settled


def _reach(order: Order, stage: Stage, read_at: Instant) -> Order:
    shows_write = order.sending is not None and has_reached(stage, order.sending)
    reached = replace(
        order if stage is order.stage else clear_failures(order),
        stage=stage,
        behind_at=None,
        sending=None if shows_write else order.sending,
        sent_at=None if shows_write else order.sent_at,
        delivered_at=order.delivered_at or (read_at if has_reached(stage, Stage.DELIVERED) else None),
        staged_at=order.staged_at if stage is order.stage and order.staged_at is not None else read_at,
        closed=order.closed if order.closed is stage else None,
        closed_at=order.closed_at if order.closed is stage else None,
    )
    return _close(reached, stage, read_at) if stage is Stage.COMPLETED else reached


def decide(order: Order, evidence: Evidence, reading: Reading, policy: Policy, now: Instant) -> Step | Result:
    """Return the next step of an order that was just read, or the result of the reconciliation.

    *order* is the order that `observe` or `confirm` returned for *reading*.
    """
    if reading.position is None:
        return Stopped(
            StopReason.UNKNOWN_STATUS, f"the platform shows the status “{reading.status}”, which we do not know"
        )
    if isinstance(reading.position, TerminalStatus):
        return _decide_terminal(order, evidence, reading.position)
    if order.behind_at is not None or (order.stage and not has_reached(reading.position, order.stage)):
        return decide_behind(order, reading)
    if evidence.alarm:
        return _decide_alarm(evidence.alarm, reading.position)
    if reading.position is Stage.COMPLETED or order.closed_by_operator:
        return Done()
    return _decide_step(order, evidence, reading, policy, now)


def _decide_terminal(order: Order, evidence: Evidence, status: TerminalStatus) -> Done | Stopped:
    if _moves_while_cancelled(order, evidence):
        detail = f"the order is {status} at the platform, and a parcel moves"
        return Stopped(StopReason.MOVING_WHILE_CANCELLED, detail)
    return Done()


def _decide_alarm(alarm: StopReason, stage: Stage) -> Stopped:
    if stage is Stage.COMPLETED:
        return Stopped(StopReason.RETURNED_AFTER_COMPLETION, f"{alarm} came in, and the order is completed")
    return Stopped(alarm, f"the order is {stage}, and the courier says {alarm.partition('_')[2]}")


def _decide_step(order: Order, evidence: Evidence, reading: Reading, policy: Policy, now: Instant) -> Step | Result:
    stage = order.stage or Stage.PENDING
    goal = STAGES[STAGES.index(stage) + 1]
    ready_at = _ready_at(goal, order, evidence, reading, policy, now)
    settled_at = order.uncertain_at + policy.settle if order.uncertain_at is not None else now
    unsettled = Later(settled_at, WaitReason.SETTLE, "the platform may still apply an earlier write")
    if ready_at is None:
        # No evidence asks for the uncertain step any more. Its effect is read when it cannot change any more.
        return unsettled if order.sending and now < settled_at else decide_without(order, evidence, now)
    if ready_at > now:
        return Later(ready_at, WaitReason.COMPLETE_AFTER)
    if order.sending is not goal and now < settled_at:
        return unsettled
    if policy.dry_run:
        return Later(now + RECHECK_DRY_RUN, WaitReason.DRY_RUN, f"the next step would be {goal}")
    return Step(
        goal,
        evidence.dates.get(goal, now),
        inferred=goal not in evidence.named,
        tracking=evidence.tracking,
        completes=goal is Stage.DELIVERED and _completes_at(order, evidence, policy, now) <= now,
    )


def _ready_at(
    goal: Stage, order: Order, evidence: Evidence, reading: Reading, policy: Policy, now: Instant
) -> Instant | None:
    """Return when the platform may be asked for *goal*, the next stage; None when nothing justifies it."""
    if has_reached(evidence.target, goal):
        return now
    if goal is Stage.ACCEPTED:
        accepts = policy.accept is Accept.ALWAYS or (policy.accept is Accept.PAID and reading.payment is Payment.PAID)
        return now if accepts else None
    return _completes_at(order, evidence, policy, now) if goal is Stage.COMPLETED else None


def _completes_at(order: Order, evidence: Evidence, policy: Policy, now: Instant) -> Instant:
    """Return when an order that is delivered, or is about to be, may be completed."""
    if has_reached(evidence.target, Stage.COMPLETED):
        return now
    return (order.delivered_at or now) + policy.complete_after
