"""An order is late when it stays at a stage for longer than its account allows."""

from typing import Any

import pytest

from tests.support.clock import START
from tests.support.events import KEY
from worker.domain.instants import DAY, HOUR
from worker.domain.orders import Order
from worker.domain.overview.lateness import is_late, late_at
from worker.domain.policy import Policy
from worker.domain.stages import STAGES, Stage, TerminalStatus

POLICY = Policy(ship_within=DAY, deliver_within=3 * DAY)


def an_order(stage: Stage | None, **fields: Any) -> Order:
    return Order(KEY, **{"stage": stage, "staged_at": START, **fields})


@pytest.mark.parametrize(("stage", "lasts"), [(Stage.ACCEPTED, DAY), (Stage.SHIPPED, 3 * DAY)])
def test_an_order_is_late_from_the_end_of_its_time_on(stage: Stage, lasts: int):
    order = an_order(stage)
    assert late_at(order, POLICY) == START + lasts
    assert not is_late(order, POLICY, START + lasts - 1)
    assert is_late(order, POLICY, START + lasts)


@pytest.mark.parametrize("stage", [None, Stage.PENDING, Stage.DELIVERED, Stage.COMPLETED])
def test_no_other_stage_is_ever_late(stage: Stage | None):
    assert late_at(an_order(stage), POLICY) is None


@pytest.mark.parametrize("stage", STAGES)
def test_nothing_is_late_by_default(stage: Stage):
    assert late_at(an_order(stage), Policy()) is None
    assert late_at(an_order(stage), Policy(ship_within=HOUR)) == (START + HOUR if stage is Stage.ACCEPTED else None)


@pytest.mark.parametrize(
    "fields", [{"closed": TerminalStatus.CANCELLED}, {"closed_by_operator": 1}, {"staged_at": None}]
)
def test_such_an_order_is_not_late(fields: dict[str, Any]):
    assert not is_late(an_order(Stage.SHIPPED, **fields), POLICY, START + 365 * DAY)
