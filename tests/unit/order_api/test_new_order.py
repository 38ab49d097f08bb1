"""A new order is checked before it is sent."""

import pytest
from pydantic import ValidationError

from worker.order_api.cekat.new_order import CekatOrder

ITEM = {"product_id": "p1", "quantity": 2, "price": 10.5}


@pytest.mark.parametrize(
    "change",
    [
        {"customer_id": ""},
        {"items": []},
        {"items": [{**ITEM, "quantity": 0}]},
        {"items": [{**ITEM, "price": -1}]},
        {"items": [{**ITEM, "colour": "red"}]},
        {"total": "NaN"},
        {"total": None},
        {"currency": "usd"},
        {"metadata": "text"},
        {"status": "paid"},
    ],
)
def test_an_order_that_cekat_would_refuse_is_refused_before_the_call(change):
    with pytest.raises(ValidationError):
        CekatOrder.model_validate({"customer_id": "c1", "items": [ITEM], "total": 21, **change})
