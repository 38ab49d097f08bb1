"""What a worker would do with an order next, found by the worker's own rules."""

from dataclasses import replace

from worker.domain.evidence import Evidence, weigh
from worker.domain.lifecycle import confirm, decide
from worker.domain.orders import Order, Reading
from worker.domain.policy import Policy
from worker.domain.results import Done, Result, Step
from worker.domain.snapshot import Snapshot, State
from worker.domain.stages import STAGES, Stage

Forecast = tuple[tuple[Step, ...], Result | None]
"""The steps still to take, and how the turn would end after them; None when only a read can tell."""


def forecast(order: Order, evidence: Evidence, policy: Policy, now: int) -> Forecast:
    """Walk *order* on paper at *now*: as if a read showed what the last one did, and every step were confirmed.

    What the platform says of payment is not remembered, so an order that awaits it is foreseen to wait.
    """
    position = order.closed or order.stage
    if position is None:
        return (), None
    reading = Reading(order.status, position, order.read_at or now)
    # A read would find the write without an answer, and date the uncertainty by it.
    order = replace(order, uncertain_at=order.sent_at) if order.sending else order
    steps: list[Step] = []
    while isinstance(found := decide(order, evidence, reading, policy, now), Step):
        steps.append(found)
        reading = replace(reading, status=found.stage, position=found.stage, read_at=now)
        order = confirm(order, reading)
    return tuple(steps), found


def target(order: Order, evidence: Evidence, steps: tuple[Step, ...]) -> Stage:
    """Return the furthest place that the evidence, the account's rules and the platform justify."""
    reached = (order.stage or Stage.PENDING, evidence.stage, *(step.stage for step in steps))
    return max(reached, key=STAGES.index)


def is_orphaned(snapshot: Snapshot, policy: Policy) -> bool:
    """Tell whether nobody will look at an order for which there is something left to do.

    This must never be: it is what `doctor` looks for.
    """
    if snapshot.state not in {State.SETTLED, State.CLOSED}:
        return False
    order = snapshot.order
    steps, result = forecast(order, weigh(snapshot.events, order.acknowledged), policy, snapshot.now)
    unseen = order.revision > order.seen_revision
    return bool(unseen or order.unread or order.sending or steps or not isinstance(result, Done))
