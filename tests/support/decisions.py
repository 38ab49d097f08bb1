"""An order as the platform shows it, and what the rules decide about it."""

from typing import Any

from tests.support.clock import START
from tests.support.events import KEY, an_event, recorded
from tests.support.fake_order_api import position_of
from worker.domain.events import Event
from worker.domain.evidence.evidence import weigh
from worker.domain.instants import DAY
from worker.domain.lifecycle.lifecycle import decide, observe
from worker.domain.orders import Order, Payment, Reading
from worker.domain.policy import Policy
from worker.domain.reasons import Accept
from worker.domain.results import Result, Step

MANUAL = Policy(accept=Accept.MANUAL, complete_after=DAY)


def shows(status: str, at: int = START, payment: Payment = Payment.UNPAID, *, as_of: int | None = None) -> Reading:
    """Return a reading of an order that the platform shows in *status*, with an answer that speaks of *as_of*."""
    return Reading(status, position_of(status), at, payment, as_of=as_of)


def order_at(status: str, revision: int = 1, **fields: Any) -> Order:
    """Return an order that was just read in *status*."""
    return observe(Order(KEY, revision=revision, **fields), shows(status))


def decided(order: Order, reading: Reading, *events: Event, policy: Policy = MANUAL, now: int = START) -> Step | Result:
    """Return what the rules decide about *order* after *reading*, with *events* as its evidence."""
    return decide(observe(order, reading), weigh(recorded(*events)), reading, policy, now)


def naming(stage: str) -> Event:
    """Return an event that names *stage*."""
    return an_event(f"order.{stage}")
