"""The road has one order, and an order walks it place by place."""

import pytest

from worker.domain.orders import ROAD, OrderKey, Place, has_reached, steps_ahead

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
