"""The forecast: the steps that a worker would take with an order now, by the same rules of the domain."""

from dataclasses import replace
from typing import NamedTuple

from worker.domain.evidence.evidence import Evidence, weigh
from worker.domain.evidence.missing import is_about_parcels
from worker.domain.instants import Instant
from worker.domain.lifecycle.lifecycle import confirm, decide, rests_closed
from worker.domain.orders import Order, Reading
from worker.domain.overview.snapshot import Snapshot, State
from worker.domain.policy import Policy
from worker.domain.results import Done, Result, Step
from worker.domain.stages import STAGES, Stage


class Forecast(NamedTuple):
    """The steps still to take, and the result after them. *result* is None when only a read can tell."""

    steps: tuple[Step, ...]
    result: Result | None


def forecast(order: Order, evidence: Evidence, policy: Policy, now: Instant) -> Forecast:
    """Apply the rules to *order*, as if a read at *now* showed the last known status and every step were confirmed.

    The database does not store the payment, so the forecast for an order that waits for its payment is to wait.
    """
    if rests_closed(order, evidence):
        return Forecast((), Done())
    position = order.closed or order.stage
    if position is None:
        return Forecast((), None)
    reading = Reading(order.status, position, now)
    # As a reconciliation does: a write without an answer makes the order uncertain since that write.
    order = replace(order, uncertain_at=order.sent_at) if order.sending else order
    steps: list[Step] = []
    while isinstance(step := decide(order, evidence, reading, policy, now), Step):
        steps.append(step)
        reading = replace(reading, status=step.stage, position=step.stage, read_at=now)
        order = confirm(order, reading)
    return Forecast(tuple(steps), step)


def is_pending(order: Order, evidence: Evidence) -> bool:
    """Tell whether the order is pending, and no event asks for a step: then only the payment, or a person, does."""
    return order.stage is Stage.PENDING and evidence.target is Stage.PENDING and not order.closed


def furthest_stage(order: Order, evidence: Evidence, steps: tuple[Step, ...]) -> Stage:
    """Return the furthest of three stages: the confirmed stage, the target of the evidence, and the last of *steps*."""
    stages = (order.stage or Stage.PENDING, evidence.target, *(step.stage for step in steps))
    return max(stages, key=STAGES.index)


def is_orphaned(snapshot: Snapshot, policy: Policy) -> bool:
    """Tell whether the order has something left to do, but is not due, leased, waiting, held or stopped.

    This would be a defect. `doctor` looks for it.
    """
    if snapshot.state not in {State.SETTLED, State.CLOSED}:
        return False
    order = snapshot.order
    evidence = weigh(snapshot.events, order.acknowledged, order.counting_source)
    steps, result = forecast(order, evidence, policy, snapshot.now)
    unseen = order.revision > order.seen_revision
    # An older version of the program lets an order that waits for a parcel rest.
    rests = isinstance(result, Done) or is_about_parcels(result)
    return bool(unseen or order.unread or order.sending or steps or not rests)
