"""The road has one order, and an order walks it place by place."""

import pytest

from worker.domain.orders import ROAD, OrderKey, Place, Reference, has_reached, steps_ahead

ACCEPTED, SHIPPED, DELIVERED, COMPLETED = ROAD[1:]


@pytest.mark.parametrize(
    ("place", "goal", "steps"),
    [
        (Place.PENDING, ACCEPTED, (ACCEPTED,)),
        (Place.PENDING, DELIVERED, (ACCEPTED, SHIPPED, DELIVERED)),
        (SHIPPED, COMPLETED, (DELIVERED, COMPLETED)),
        (DELIVERED, SHIPPED, ()),
        (SHIPPED, SHIPPED, ()),
    ],
)
def test_an_order_takes_every_step_and_never_turns_back(place, goal, steps):
    assert steps_ahead(place, goal) == steps


def test_the_road_is_in_the_order_in_which_places_are_reached():
    assert ROAD == ("pending", "accepted", "shipped", "delivered", "completed")


@pytest.mark.parametrize("place", ROAD)
def test_a_place_has_reached_itself_and_all_before_it(place):
    assert [has_reached(place, goal) for goal in ROAD] == [goal in ROAD[: ROAD.index(place) + 1] for goal in ROAD]


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
