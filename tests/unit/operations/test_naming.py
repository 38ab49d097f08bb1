"""An operator names an order by its id, with or without its account, or by a reference."""

import pytest

from tests.support.operators import KEY, FakeOperatorStore, Operator, snapshot
from worker.domain.errors import IllegalRequest
from worker.domain.orders import OrderKey
from worker.operations.naming import OrderFinder
from worker.order_api.platforms import PLATFORMS


def test_an_id_alone_means_the_only_account():
    assert Operator().operations.find("17") == KEY


def test_an_id_alone_means_the_only_account_that_knows_it():
    operator = Operator(snapshot(OrderKey("other", "17")), accounts=("main", "other"))
    assert operator.operations.find("17") == OrderKey("other", "17")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ((), "the database knows no order 17; for a new one, say "),
        ((snapshot(), snapshot(OrderKey("other", "17"))), "several accounts have this order: say "),
    ],
)
def test_an_id_that_may_be_of_several_accounts_is_refused_with_the_choices(known, said):
    operator = Operator(*known, accounts=("main", "other"))
    with operator.refuses(f"{said}main/17 or other/17"):
        operator.operations.find("17")


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "1_000", "1 OR 1=1", "main/", "main/17/17 ", "9" * 20, "\ud800", "a" * 65]
)
def test_a_text_that_cannot_be_an_order_id_is_refused(text):
    with Operator().refuses("is not an order"):
        Operator().operations.find(text)


def test_a_refusal_says_how_an_order_can_be_named():
    with Operator().refuses("say its id, account/id, number:…, tracking:… or shipment:…"):
        Operator().operations.find("?")


def test_an_unknown_account_is_named():
    with Operator().refuses("no account “mian”"):
        Operator().operations.find("mian/17")


def test_an_order_of_an_account_that_left_the_settings_can_be_shown():
    gone = snapshot(OrderKey("gone", "17"))
    assert Operator(gone).operations.find("gone/17") == gone.order.key


@pytest.mark.parametrize(
    "order_id",
    ["number:ORD-2024-001", "number:2024/7", "number:2024/7: a b", "tracking:TRK1", "shipment:5dd5", "number:number:1"],
)
def test_an_order_that_is_not_found_yet_is_named_by_its_reference(order_id):
    operator = Operator(snapshot(OrderKey("other", order_id), stage=None), accounts=("main", "other"))
    assert (
        operator.operations.find(order_id)
        == operator.operations.find(f"other/{order_id}")
        == OrderKey("other", order_id)
    )
    assert Operator().operations.find(order_id) == OrderKey("main", order_id)


@pytest.mark.parametrize(
    "text", ["number:", "main/tracking:", "numbers:1", "number:\x1b[31m", f"number:{'x' * 65}", "a/b/number:1"]
)
def test_a_text_that_cannot_be_a_reference_is_refused(text):
    with Operator().refuses("is not an order"):
        Operator().operations.find(text)


def test_a_reference_that_may_be_of_several_accounts_is_refused_with_the_choices():
    with Operator(accounts=("main", "other")).refuses("say main/number:1 or other/number:1"):
        Operator(accounts=("main", "other")).operations.find("number:1")


def test_a_reference_whose_order_only_one_account_has_found_means_that_account():
    operator = Operator(snapshot(OrderKey("other", "18"), number="ORD-1"), accounts=("main", "other"))
    assert operator.operations.find("number:ORD-1") == OrderKey("other", "18")


def test_a_reference_that_one_account_has_found_and_another_searches_for_is_refused_with_the_choices():
    known = (snapshot(OrderKey("other", "18"), number="ORD-1"), snapshot(OrderKey("main", "number:ORD-1"), stage=None))
    operator = Operator(*known, accounts=("main", "other", "third"))
    with operator.refuses("say main/number:ORD-1 or other/number:ORD-1$"):
        operator.operations.find("number:ORD-1")


def test_an_unknown_id_may_mean_only_accounts_whose_platform_could_have_it():
    platforms = {"main": "awalchat", "jakarta": "cekat", "bali": "cekat"}
    readers = {account: PLATFORMS[platform].read_order_id for account, platform in platforms.items()}
    with pytest.raises(IllegalRequest, match=r"say bali/nosuch or jakarta/nosuch$"):
        OrderFinder(FakeOperatorStore(), readers).find("nosuch")
    with pytest.raises(IllegalRequest, match=r"say bali/17 or jakarta/17 or main/17$"):
        OrderFinder(FakeOperatorStore(), readers).find("17")
    del readers["bali"]
    assert OrderFinder(FakeOperatorStore(), readers).find("nosuch") == OrderKey("jakarta", "nosuch")


def test_an_id_that_no_platform_could_have_says_what_an_id_is():
    with Operator().refuses("“nosuch” is not an order id: a positive integer"):
        Operator(accounts=("main", "other")).operations.find("nosuch")


def test_a_reference_whose_order_was_found_leads_to_it():
    operator = Operator(snapshot(number="ORD-1"))
    assert operator.operations.find("number:ORD-1") == KEY
    assert operator.operations.find("number:ORD-2") == OrderKey("main", "number:ORD-2")


def test_a_number_that_several_orders_have_is_refused_with_the_choices():
    with Operator().refuses("say main/17 or main/18"):
        Operator(*(snapshot(OrderKey("main", n), number="ORD-1") for n in ("17", "18"))).operations.find("number:ORD-1")
