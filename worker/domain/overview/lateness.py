"""Late orders: those that stay at a stage for longer than their account allows. Late is no stop: the order goes on."""

from worker.domain.instants import Instant
from worker.domain.orders import Order
from worker.domain.policy import Policy
from worker.domain.stages import Stage


def late_at(order: Order, policy: Policy) -> Instant | None:
    """Return when *order* is late if its stage does not change until then; None if it never is.

    Pending orders are never late: they wait for their customer's payment, or for the merchant. An order that waits for
    its second parcel is shipped, and late after `deliver_within`. What an operator has closed is not late.
    """
    if order.closed or order.closed_by_operator or order.staged_at is None:
        return None
    limits = {Stage.ACCEPTED: policy.ship_within, Stage.SHIPPED: policy.deliver_within}
    lasts = limits.get(order.stage) if order.stage else None
    return None if lasts is None else order.staged_at + lasts


def is_late(order: Order, policy: Policy, now: Instant) -> bool:
    """Tell whether *order* is late at *now*."""
    at = late_at(order, policy)
    return at is not None and at <= now
