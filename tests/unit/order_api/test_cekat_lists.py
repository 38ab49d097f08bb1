"""A list of Cekat's orders is believed page by page, in either of its shapes."""

import pytest

from tests.support.answers import answer
from worker.domain.errors import Transient


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
def test_a_page_tells_what_follows_it(answers, pagination, total, last):
    orders = [answers.order, {**answers.order, "id": "ord_8"}]
    found = answers.page(answer({"success": True, "data": orders, "pagination": pagination}), page_size=2)
    assert ([shown.order_id for shown in found.orders], found.total, found.last) == (["7", "ord_8"], total, last)


@pytest.mark.parametrize(("size", "last"), [(1, False), (2, True)])
def test_a_page_of_the_other_shape_is_the_last_one_when_it_is_not_full(answers, size, last):
    fields = {"id": "ord_7", "order_status": "paid"}
    document = {"message": "success", "data": {"orders": [fields]}, "page": 1}
    found = answers.page(answer(document), page_size=size)
    assert (found.orders[0].reading.paid, found.orders[0].document, found.last) == (True, fields, last)


@pytest.mark.parametrize(
    "document",
    [
        {"success": True, "data": {"id": "ord_7", "status": "paid"}},
        {"success": True, "data": {"orders": {"id": "ord_7", "status": "paid"}}},
        {"success": True, "data": [{"id": "ord_7", "status": "paid"}, "ord_8"]},
        {"success": True, "data": [{"id": "ord_7"}]},
        {"success": True, "data": [], "pagination": {"total": "5"}},
    ],
)
def test_a_list_that_makes_no_sense_is_no_empty_list(answers, document):
    with pytest.raises(Transient, match="makes no sense"):
        answers.page(answer(document))
