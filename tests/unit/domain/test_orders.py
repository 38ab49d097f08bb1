"""The stages have one sequence. An order takes them one by one, and has an id or a reference."""

import pytest

from worker.domain.orders import OrderKey, Reference
from worker.domain.stages import STAGES, Stage, has_reached, stages_ahead

ACCEPTED, SHIPPED, DELIVERED, COMPLETED = STAGES[1:]


@pytest.mark.parametrize(
    ("current", "target", "ahead"),
    [
        (Stage.PENDING, ACCEPTED, (ACCEPTED,)),
        (Stage.PENDING, DELIVERED, (ACCEPTED, SHIPPED, DELIVERED)),
        (SHIPPED, COMPLETED, (DELIVERED, COMPLETED)),
        (DELIVERED, SHIPPED, ()),
        (SHIPPED, SHIPPED, ()),
    ],
)
def test_an_order_takes_every_stage_and_never_goes_back(current, target, ahead):
    assert stages_ahead(current, target) == ahead


def test_the_stages_are_in_the_order_in_which_they_are_reached():
    assert STAGES == ("pending", "accepted", "shipped", "delivered", "completed")


@pytest.mark.parametrize("current", STAGES)
def test_a_stage_has_reached_itself_and_all_before_it(current):
    reached = [target for target in STAGES if has_reached(current, target)]
    assert reached == list(STAGES[: STAGES.index(current) + 1])


def test_the_same_id_in_two_accounts_is_two_orders():
    assert OrderKey("main", "1") != OrderKey("other", "1")
    assert str(OrderKey("main", "1")) == "main/1"


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        (Reference("number", "ORD-1"), "number ORD-1"),
        (Reference("number", "2024/7: a"), "number 2024/7: a"),
        (Reference("tracking", "TRK1"), "tracking number TRK1"),
        (Reference("shipment", "5dd599eb"), "shipment id 5dd599eb"),
    ],
)
def test_an_order_that_is_still_to_be_found_has_a_reference_instead_of_an_id(reference, words):
    assert OrderKey("main", str(reference)).reference == reference
    assert reference.words == words


@pytest.mark.parametrize("order_id", ["1", "number", "ORD-1_x"])
def test_an_order_with_an_id_has_no_reference(order_id):
    assert OrderKey("main", order_id).reference is None
