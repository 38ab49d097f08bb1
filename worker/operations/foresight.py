"""What a worker would do with an order next, found by the worker's own rules."""

from dataclasses import replace

from worker.domain.evidence import Evidence, weigh
from worker.domain.lifecycle import confirm, decide
from worker.domain.orders import ROAD, Done, Order, Place, Policy, Reading, Step, TurnEnd
from worker.domain.snapshot import Snapshot, State

Foresight = tuple[tuple[Step, ...], TurnEnd | None]
"""The steps still to take, and how the turn would end after them; None when only a read can tell."""


def foresee(order: Order, evidence: Evidence, policy: Policy, now: int) -> Foresight:
    """Walk *order* on paper at *now*: as if a read showed what the last one did, and every step were confirmed.

    What the platform says of payment is not remembered, so an order that awaits it is foreseen to wait.
    """
    standing = order.closed or order.place
    if standing is None:
        return (), None
    reading = Reading(order.status, standing, order.read_at or now)
    # A read would find the write without an answer, and date the uncertainty by it.
    order = replace(order, uncertain_at=order.sent_at) if order.sending else order
    steps: list[Step] = []
    while isinstance(found := decide(order, evidence, reading, policy, now), Step):
        steps.append(found)
        reading = replace(reading, status=found.place, standing=found.place, read_at=now)
        order = confirm(order, reading)
    return tuple(steps), found


def target(order: Order, evidence: Evidence, steps: tuple[Step, ...]) -> Place:
    """Return the furthest place that the evidence, the account's rules and the platform justify."""
    reached = (order.place or Place.PENDING, evidence.place, *(step.place for step in steps))
    return max(reached, key=ROAD.index)


def is_stranded(snapshot: Snapshot, policy: Policy) -> bool:
    """Tell whether nobody will look at an order for which there is something left to do.

    This must never be: it is what `doctor` looks for.
    """
    if snapshot.state not in {State.SETTLED, State.CLOSED}:
        return False
    order = snapshot.order
    steps, end = foresee(order, weigh(snapshot.events, order.acknowledged), policy, snapshot.now)
    unseen = order.revision > order.seen_revision
    return bool(unseen or order.unread or order.sending or steps or not isinstance(end, Done))
