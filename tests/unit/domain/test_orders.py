"""The road has one order, and an order walks it place by place."""

import pytest

from worker.domain.orders import OrderKey, Reference
from worker.domain.stages import STAGES, Stage, has_reached, stages_ahead

ACCEPTED, SHIPPED, DELIVERED, COMPLETED = STAGES[1:]


@pytest.mark.parametrize(
    ("stage", "goal", "writes"),
    [
        (Stage.PENDING, ACCEPTED, (ACCEPTED,)),
        (Stage.PENDING, DELIVERED, (ACCEPTED, SHIPPED, DELIVERED)),
        (SHIPPED, COMPLETED, (DELIVERED, COMPLETED)),
        (DELIVERED, SHIPPED, ()),
        (SHIPPED, SHIPPED, ()),
    ],
)
def test_an_order_takes_every_step_and_never_turns_back(stage, goal, steps):
    assert stages_ahead(stage, goal) == steps


def test_the_road_is_in_the_order_in_which_places_are_reached():
    assert STAGES == ("pending", "accepted", "shipped", "delivered", "completed")


@pytest.mark.parametrize("stage", STAGES)
def test_a_place_has_reached_itself_and_all_before_it(stage):
    assert [has_reached(stage, goal) for goal in STAGES] == [
        goal in STAGES[: STAGES.index(stage) + 1] for goal in STAGES
    ]


def test_the_same_id_in_two_accounts_is_two_orders():
    assert OrderKey("main", "1") != OrderKey("other", "1")
    assert str(OrderKey("main", "1")) == "main/1"


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        (Reference("number", "ORD-1"), "number ORD-1"),
        (Reference("number", "2024/7: a"), "number 2024/7: a"),
        (Reference("tracking", "TRK1"), "tracking number TRK1"),
    ],
)
def test_an_order_that_is_looked_for_has_its_reference_in_place_of_an_id(reference, words):
    assert OrderKey("main", str(reference)).reference == reference
    assert reference.words == words


@pytest.mark.parametrize("order_id", ["1", "number", "ORD-1_x"])
def test_an_order_with_an_id_has_no_reference(order_id):
    assert OrderKey("main", order_id).reference is None
