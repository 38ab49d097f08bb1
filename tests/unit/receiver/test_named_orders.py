"""How a courier's document names its order: by its id, by its number, or by a tracking number."""

import pytest

from tests.support.reading import read, reason
from tests.support.receiver import document
from worker.domain.orders import OrderKey, Reference


@pytest.mark.parametrize(
    ("order_id", "why"),
    [
        (True, "bad_order_id"),
        (1.0, "bad_order_id"),
        ("../1", "bad_order_id"),
        ([1], "bad_order_id"),
        (-1, "bad_order_id"),
        ("1" * 20, "bad_order_id"),
    ],
)
def test_an_order_id_that_the_platform_cannot_have_is_unusable(order_id: object, why: str):
    assert reason(document(order_id=order_id)) == why


@pytest.mark.parametrize("zero", [0, "0", ""])
def test_an_order_id_of_zero_beside_another_name_stands_for_a_missing_one(zero: object):
    assert read(document(order_id=zero, order_number="ORD-1")).order == OrderKey("main", "number:ORD-1")
    assert read(document(order_id=zero)).order == OrderKey("main", "tracking:TRK1")
    assert reason(document(order_id=zero, tracking_number=None)) == ("bad_order_id" if zero != "" else "no_order")
    assert reason(document(order_id=zero, order_number="x" * 65)) == "bad_order_number"


@pytest.mark.parametrize("missing", [None, ""])
def test_without_an_id_the_order_number_counts_and_without_that_the_tracking_number(missing):
    body = document(order_id=missing, order_number="ORD-2024-001")
    assert read(body).order == OrderKey("main", "number:ORD-2024-001")
    assert read(document(order_id=missing, order_number=missing)).order == OrderKey("main", "tracking:TRK1")
    assert reason(document(order_id=missing, order_number=missing, tracking_number=missing)) == "no_order"


@pytest.mark.parametrize("number", ["ORD-1", [], "x" * 65])
def test_an_order_number_beside_an_order_id_is_ignored(number):
    assert read(document(order_number=number)).order == OrderKey("main", "1")
    assert reason(document(order_id="ORD-1", order_number=number)) == "bad_order_id"


@pytest.mark.parametrize(
    ("given", "number"), [(17, "17"), ("  A/b: 1\x07 ", "A/b: 1"), ("ü" * 64, "ü" * 64), ("number:1", "number:1")]
)
def test_an_order_number_is_cleaned(given: object, number: str):
    order = read(document(order_id=None, order_number=given)).order
    assert order.reference == Reference("number", number)


@pytest.mark.parametrize("given", ["x" * 65, [], {}, True, 1.5, "\x07", " "])
def test_a_malformed_order_number_is_unusable(given: object):
    assert reason(document(order_id=None, order_number=given)) == "bad_order_number"


def test_without_an_event_id_another_order_number_makes_another_key():
    first, other = (document(id=None, order_id=None, order_number=number) for number in ("ORD-1", "ORD-2"))
    assert len({read(body).key for body in (first, first, other)}) == 2


def test_data_that_is_not_an_object_names_no_order():
    assert reason(b'{"id":"1","event":"order.shipped","data":[1]}') == "no_order"
