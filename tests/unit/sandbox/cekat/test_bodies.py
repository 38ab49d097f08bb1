"""Cekat refuses bodies that its documentation does not allow, and names the wrong field."""

import json

import pytest

from tests.support.sandbox_api import ITEM, NEW_ORDER
from tests.unit.sandbox.cekat.conftest import invalid_fields


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"payment_status": "paid"}', "payment_status"),
        (b'{"order_status": "paid"}', "order_status"),
        (b'{"status_history": []}', "status_history"),
        (b'{"status": "Paid"}', "status"),
        (b'{"status": "completed"}', "status"),
        (b'{"status": null}', "status"),
        (b'{"tracking_number": 1}', "tracking_number"),
        (b'{"tracking_url": null}', "tracking_url"),
        (b'{"notes": ["x"]}', "notes"),
        (b'{"notes": "%s"}' % (b"x" * 2001), "notes"),
        (b'{"metadata": "x"}', "metadata"),
        (b'{"metadata": []}', "metadata"),
        (b'{"shipping_address": 1}', "shipping_address"),
        (b"", "body"),
        (b"[]", "body"),
        (b'{"notes": "x", "notes": "y"}', "body"),
        (b'{"metadata": {"x": NaN}}', "body"),
    ],
)
def test_an_update_with_an_undocumented_field_or_value_is_refused_by_name(api, body, field):
    before = api.add_order()
    assert invalid_fields(api.call("PUT", "/orders/1", body)) == {field}
    assert api.stored_order() == before


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"customer_id": 5}, "customer_id"),
        ({"items": []}, "items"),
        ({"items": [{**ITEM, "colour": "red"}]}, "items"),
        ({"items": [{"product_id": "mug", "quantity": 1}]}, "items"),
        ({"items": [{**ITEM, "quantity": "2"}]}, "items"),
        ({"items": [{**ITEM, "quantity": 0}]}, "items"),
        ({"items": [{**ITEM, "price": "4.50"}]}, "items"),
        ({"items": ["mug"]}, "items"),
        ({"items": [ITEM] * 1001}, "items"),
        ({"total": "9"}, "total"),
        ({"total": -1}, "total"),
        ({"total": True}, "total"),
        ({"currency": "usd"}, "currency"),
        ({"status": "paid"}, "status"),
        ({"id": "mine"}, "id"),
    ],
)
def test_a_creation_with_an_undocumented_field_or_value_is_refused_by_name(api, fields, field):
    assert invalid_fields(api.create(**fields)) == {field}
    assert api.report()["orders"] == []


@pytest.mark.parametrize("field", NEW_ORDER)
def test_a_creation_requires_customer_items_and_total(api, field):
    body = json.dumps({name: value for name, value in NEW_ORDER.items() if name != field}).encode()
    assert invalid_fields(api.call("POST", "/orders", body)) == {field}


@pytest.mark.parametrize(("method", "path"), [("PUT", "/orders/1"), ("POST", "/orders")])
@pytest.mark.parametrize("content_type", [None, "text/plain"])
def test_the_content_type_of_a_write_must_be_json(api, method, path, content_type):
    api.add_order()
    assert invalid_fields(api.call(method, path, b"{}", Content_Type=content_type)) == {"Content-Type"}
