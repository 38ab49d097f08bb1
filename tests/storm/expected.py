"""Where each order must end. The rules of the contract in a few lines, without the code under test.

They are applied to what is certain: which deliveries got a 2xx, and what people changed at the platforms.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from tests.storm.journeys import SECOND, Fate, PlannedOrder
from tests.storm.plan import Fact, Flaw
from tests.storm.senders import Answer

STAGES = ("pending", "accepted", "shipped", "delivered", "completed")
MOVES = frozenset({"picked_up", "in_transit", "out_for_delivery", "delivered"})
"""A parcel of which this was said has left."""
SECOND_STATUS = {"pending": "pending", "paid": "pending", "processing": "accepted"}
"""The second platform's statuses that have another name than the stage."""


def facts_by_order(answers: Iterable[Answer]) -> Mapping[PlannedOrder, set[Fact]]:
    """Return what the receiver has acknowledged of each order."""
    facts: defaultdict[PlannedOrder, set[Fact]] = defaultdict(set)
    for answer in answers:
        if answer.outcome in {"accepted", "duplicate"} and answer.delivery.flaw is Flaw.NONE:
            facts[answer.delivery.fact.order].add(answer.delivery.fact)
    return facts


def expected_stages(order: PlannedOrder, facts: set[Fact]) -> frozenset[str]:
    """Return the stages or terminal statuses in which *order* may end: one, unless chance decides when it stops.

    The service lists the orders of its accounts, so it also knows those of which no webhook came.
    """
    if order.fate is Fate.CANCELLED:
        return frozenset({"cancelled"})
    if any(fact.event == "returned" for fact in facts):
        return frozenset(STAGES[:3])
    if order.fate is Fate.MOVED_BY_HAND:
        return frozenset({"completed"})
    arrived = {fact.tracking for fact in facts if fact.event == "delivered"}
    if arrived == set(order.trackings):
        return frozenset({"completed"})
    if any(fact.event in MOVES for fact in facts):
        return frozenset({"shipped"})
    return frozenset({"pending" if order.fate is Fate.UNPAID else "accepted"})


def stage_of(account: str, order: Mapping[str, Any]) -> str:
    """Return the stage of an order as the sandbox has it, or its terminal status."""
    if account != SECOND:
        return str(order["status"])
    stage = SECOND_STATUS.get(order["status"], str(order["status"]))
    is_completed = order["metadata"].get("fulfillment", {}).get("stage") == "completed"
    return "completed" if stage == "delivered" and is_completed else stage
