"""The forecast: what a worker would do with an order next, by the worker's own rules."""

from dataclasses import replace
from typing import NamedTuple

from worker.domain.evidence import Evidence, weigh
from worker.domain.instants import Instant
from worker.domain.lifecycle import confirm, decide
from worker.domain.orders import Order, Reading
from worker.domain.policy import Policy
from worker.domain.results import Done, Result, Step
from worker.domain.snapshot import Snapshot, State
from worker.domain.stages import STAGES, Stage


class Forecast(NamedTuple):
    """The steps still to take, and the result after them. None: only a read can tell."""

    steps: tuple[Step, ...]
    result: Result | None


def forecast(order: Order, evidence: Evidence, policy: Policy, now: Instant) -> Forecast:
    """Apply the rules to *order*, as if a read at *now* showed what the last one did and every step were confirmed.

    The database does not keep what the platform says of payment, so an order that waits for it is expected to wait on.
    """
    position = order.closed or order.stage
    if position is None:
        return Forecast((), None)
    reading = Reading(order.status, position, now)
    # A read would find the write without an answer, and date the uncertainty by it.
    order = replace(order, uncertain_at=order.sent_at) if order.sending else order
    steps: list[Step] = []
    while isinstance(step := decide(order, evidence, reading, policy, now), Step):
        steps.append(step)
        reading = replace(reading, status=step.stage, position=step.stage, read_at=now)
        order = confirm(order, reading)
    return Forecast(tuple(steps), step)


def furthest_stage(order: Order, evidence: Evidence, steps: tuple[Step, ...]) -> Stage:
    """Return the furthest stage that the evidence, the account's rules and the platform justify."""
    stages = (order.stage or Stage.PENDING, evidence.target, *(step.stage for step in steps))
    return max(stages, key=STAGES.index)


def is_orphaned(snapshot: Snapshot, policy: Policy) -> bool:
    """Tell whether something is left to do for an order, and nobody will look at it.

    This must never happen: `doctor` looks for it.
    """
    if snapshot.state not in {State.SETTLED, State.CLOSED}:
        return False
    order = snapshot.order
    steps, result = forecast(order, weigh(snapshot.events, order.acknowledged), policy, snapshot.now)
    unseen = order.revision > order.seen_revision
    return bool(unseen or order.unread or order.sending or steps or not isinstance(result, Done))
