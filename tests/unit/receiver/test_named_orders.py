"""How a courier's news names its order: by its id, its number, or a parcel's."""

import pytest

from tests.support.reading import read, reason
from tests.support.receiver import news
from worker.domain.orders import OrderKey, Reference


@pytest.mark.parametrize(
    ("order_id", "why"),
    [
        (0, "bad_order_id"),
        (True, "bad_order_id"),
        (1.0, "bad_order_id"),
        ("../1", "bad_order_id"),
        ([1], "bad_order_id"),
        (-1, "bad_order_id"),
        ("1" * 20, "bad_order_id"),
    ],
)
def test_an_order_that_cannot_be_read_is_named_so(order_id: object, why: str):
    assert reason(news(order_id=order_id)) == why


@pytest.mark.parametrize("missing", [None, ""])
def test_without_an_id_the_orders_number_names_it_and_without_that_its_parcels(missing):
    numbered = news(order_id=missing, order_number="ORD-2024-001")
    assert read(numbered).order == OrderKey("main", "number:ORD-2024-001")
    assert read(news(order_id=missing, order_number=missing)).order == OrderKey("main", "tracking:TRK1")
    assert reason(news(order_id=missing, order_number=missing, tracking_number=missing)) == "no_order"


@pytest.mark.parametrize("number", ["ORD-1", [], "x" * 65])
def test_an_id_that_is_said_is_the_only_word_for_its_order(number):
    assert read(news(order_number=number)).order == OrderKey("main", "1")
    assert reason(news(order_id="ORD-1", order_number=number)) == "bad_order_id"


@pytest.mark.parametrize(
    ("given", "number"), [(17, "17"), ("  A/b: 1\x07 ", "A/b: 1"), ("ü" * 64, "ü" * 64), ("number:1", "number:1")]
)
def test_an_orders_number_is_cleaned(given: object, number: str):
    order = read(news(order_id=None, order_number=given)).order
    assert order.reference == Reference("number", number)


@pytest.mark.parametrize("given", ["x" * 65, [], {}, True, 1.5, "\x07", " "])
def test_an_orders_number_that_is_none_is_unusable(given: object):
    assert reason(news(order_id=None, order_number=given)) == "bad_order_number"


def test_without_an_id_of_its_own_news_of_another_number_has_another_key():
    first, other = (news(id=None, order_id=None, order_number=number) for number in ("ORD-1", "ORD-2"))
    assert len({read(body).key for body in (first, first, other)}) == 2


def test_data_that_is_no_object_holds_no_order():
    assert reason(b'{"id":"1","event":"order.shipped","data":[1]}') == "no_order"
