"""A list of Cekat's orders is read page by page, in either of its shapes."""

import pytest

from tests.support.answers import answer
from worker.domain.errors import Transient
from worker.domain.orders import Payment


@pytest.fixture(scope="module")
def platform():
    return "cekat"


@pytest.mark.parametrize(
    ("pagination", "total", "last"),
    [
        ({"total": 5, "limit": 2, "offset": 0, "has_more": True}, 5, False),
        ({"total": 2, "limit": 2, "offset": 0, "has_more": False}, 2, True),
        ({"total": None}, None, False),
        ({"has_more": "no"}, None, False),
        ("none", None, False),
    ],
)
def test_a_page_tells_whether_it_is_the_last_one(answers, pagination, total, last):
    orders = [answers.order, {**answers.order, "id": "ord_8"}]
    page = answers.page(answer({"success": True, "data": orders, "pagination": pagination}), page_size=2)
    assert ([order.order_id for order in page.orders], page.total, page.last) == (["7", "ord_8"], total, last)


@pytest.mark.parametrize(("size", "last"), [(1, False), (2, True)])
def test_a_page_of_the_other_shape_is_the_last_one_when_it_is_not_full(answers, size, last):
    fields = {"id": "ord_7", "order_status": "paid"}
    document = {"message": "success", "data": {"orders": [fields]}, "page": 1}
    page = answers.page(answer(document), page_size=size)
    assert (page.orders[0].reading.payment, page.orders[0].document, page.last) == (Payment.PAID, fields, last)


@pytest.mark.parametrize(
    "document",
    [
        {"success": True, "data": {"id": "ord_7", "status": "paid"}},
        {"success": True, "data": {"orders": {"id": "ord_7", "status": "paid"}}},
        {"success": True, "data": [], "pagination": {"total": "5"}},
    ],
)
def test_a_list_that_makes_no_sense_is_not_taken_for_an_empty_one(answers, document):
    with pytest.raises(Transient, match="makes no sense"):
        answers.page(answer(document))


def test_a_page_with_unreadable_orders_is_as_long_as_it_is(answers):
    document = {"success": True, "data": [{"id": "ord_7"}, "ord_8"]}
    assert [answers.page(answer(document), page_size=size).last for size in (2, 3)] == [False, True]


@pytest.mark.parametrize(("fields", "partial"), [({}, True), ({"metadata": {}}, False)])
def test_an_order_that_a_list_shows_without_metadata_may_be_completed(answers, fields, partial):
    listed = {"id": "ord_7", "status": "delivered", **fields}
    page = answers.page(answer({"success": True, "data": [listed]}))
    assert page.orders[0].reading.partial is partial
