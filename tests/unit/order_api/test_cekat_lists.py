"""A list of Cekat's orders is believed page by page, in either of its shapes."""

import pytest

from tests.support.cekat_answers import FIELDS, page
from worker.domain.errors import Transient


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
def test_a_page_tells_what_follows_it(pagination, total, last):
    found = page({"success": True, "data": [FIELDS, {**FIELDS, "id": 8}], "pagination": pagination})
    assert ([shown.order_id for shown in found.orders], found.total, found.last) == (["ord_7", "8"], total, last)


@pytest.mark.parametrize(("size", "last"), [(1, False), (2, True)])
def test_a_page_of_the_other_shape_is_the_last_one_when_it_is_not_full(size, last):
    fields = {"id": "ord_7", "order_status": "paid"}
    found = page({"message": "success", "data": {"orders": [fields]}, "page": 1}, size)
    assert (found.orders[0].reading.paid, found.orders[0].document, found.last) == (True, fields, last)


@pytest.mark.parametrize(
    "document",
    [
        {"success": True, "data": FIELDS},
        {"success": True, "data": {"orders": FIELDS}},
        {"success": True, "data": [FIELDS, "ord_8"]},
        {"success": True, "data": [{"id": "ord_7"}]},
        {"success": True, "data": [], "pagination": {"total": "5"}},
    ],
)
def test_a_list_that_makes_no_sense_is_no_empty_list(document):
    with pytest.raises(Transient, match="makes no sense"):
        page(document)
