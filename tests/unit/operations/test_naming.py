"""Which order an operator means: by its id, with or without its account, or by a reference."""

import pytest

from tests.support.door import KEY, Door, snapshot
from worker.domain.orders import OrderKey


def test_an_id_alone_means_the_only_account():
    assert Door().operations.find("17") == KEY


def test_an_id_alone_means_the_only_account_that_knows_it():
    door = Door(snapshot(OrderKey("other", "17")), accounts=("main", "other"))
    assert door.operations.find("17") == OrderKey("other", "17")


@pytest.mark.parametrize("known", [(), (snapshot(), snapshot(OrderKey("other", "17")))])
def test_an_id_that_may_be_of_several_accounts_asks_which(known):
    door = Door(*known, accounts=("main", "other"))
    with door.refuses("say main/17 or other/17"):
        door.operations.find("17")


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "1_000", "1 OR 1=1", "main/", "main/17/17 ", "9" * 20, "\ud800", "a" * 65]
)
def test_what_is_no_order_id_gets_no_further(text):
    with Door().refuses("is not an order"):
        Door().operations.find(text)


def test_an_account_that_nobody_knows_is_named():
    with Door().refuses("no account “mian”"):
        Door().operations.find("mian/17")


def test_an_order_of_an_account_that_left_the_settings_can_still_be_looked_at():
    gone = snapshot(OrderKey("gone", "17"))
    assert Door(gone).operations.find("gone/17") == gone.order.key


@pytest.mark.parametrize(
    "order_id", ["number:ORD-2024-001", "number:2024/7", "number:2024/7: a b", "tracking:TRK1", "number:number:1"]
)
def test_an_order_that_is_looked_for_is_named_by_its_reference(order_id):
    door = Door(snapshot(OrderKey("other", order_id), place=None), accounts=("main", "other"))
    assert door.operations.find(order_id) == door.operations.find(f"other/{order_id}") == OrderKey("other", order_id)
    assert Door().operations.find(order_id) == OrderKey("main", order_id)


@pytest.mark.parametrize(
    "text", ["number:", "main/tracking:", "numbers:1", "number:\x1b[31m", f"number:{'x' * 65}", "a/b/number:1"]
)
def test_what_is_no_reference_gets_no_further(text):
    with Door().refuses("is not an order"):
        Door().operations.find(text)


def test_a_reference_that_several_accounts_may_mean_asks_which():
    with Door(accounts=("main", "other")).refuses("say main/number:1 or other/number:1"):
        Door(accounts=("main", "other")).operations.find("number:1")


def test_a_reference_whose_order_was_found_leads_to_it():
    door = Door(snapshot(number="ORD-1"))
    assert door.operations.find("number:ORD-1") == KEY
    assert door.operations.find("number:ORD-2") == OrderKey("main", "number:ORD-2")


def test_a_number_that_several_orders_have_asks_which():
    with Door().refuses("say main/17 or main/18"):
        Door(*(snapshot(OrderKey("main", n), number="ORD-1") for n in ("17", "18"))).operations.find("number:ORD-1")
