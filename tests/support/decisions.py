"""An order as the platform shows it, and what is decided of it."""

from tests.support.clock import START
from tests.support.fake_order_api import position_of
from tests.support.stories import KEY, news, recorded
from worker.domain.evidence import weigh
from worker.domain.instants import DAY
from worker.domain.lifecycle import decide, observe
from worker.domain.orders import Order, Reading
from worker.domain.policy import Policy
from worker.domain.reasons import Accept

MANUAL = Policy(accept=Accept.MANUAL, complete_after=DAY)


def shows(status, at=START, payment=Payment.UNPAID):
    return Reading(status, position_of(status), at, paid)


def order_at(status, revision=1, **known):
    return observe(Order(KEY, revision=revision, **known), shows(status))


def decided(order, reading, *events, policy=MANUAL, now=START):
    return decide(observe(order, reading), weigh(recorded(*events)), reading, policy, now)


def saying(stage):
    return news(f"order.{stage}")
