"""What Cekat did not document is refused, in its two forms of an error; only the bearer of our key is heard."""

import json

import pytest

from deploy.sandbox.cekat.account import Account
from tests.unit.sandbox.cekat.conftest import ITEM, KEY, NEW


def invalid(answer):
    """The fields that a refusal names."""
    assert answer.code == 400, answer
    assert set(answer.json) == {"success", "error"}
    assert answer.json["success"] is False
    assert set(answer.json["error"]) == {"code", "message", "details"}
    assert answer.json["error"]["code"] == "VALIDATION_ERROR"
    return {detail["field"] for detail in answer.json["error"]["details"]}


def refused(answer):
    """The status of a refusal of the other form, which has no code."""
    assert set(answer.json) == {"success", "status_code", "error"}
    assert (answer.json["success"], answer.json["status_code"]) == (False, answer.code)
    assert set(answer.json["error"]) == {"message"}
    return answer.code


@pytest.mark.parametrize(
    "bearer",
    [None, "", KEY, f"bearer {KEY}", f"Bearer  {KEY}", "Bearer other", "Bearer", f"Basic {KEY}", "Bearer \xe9"],
)
def test_only_the_bearer_of_our_key_is_heard(api, bearer):
    api.order()
    assert refused(api.call("GET", "/orders/1", Authorization=bearer)) == 401
    assert refused(api.call("PUT", "/orders/1", b'{"status":"paid"}', Authorization=bearer)) == 401
    assert api.seen()["status"] == "pending"


def test_the_key_is_neither_reported_nor_in_the_account_s_repr(api):
    api.get(1)
    assert KEY not in str(api.report())
    assert KEY not in repr(Account(api_key=KEY))


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
def test_an_update_of_anything_but_documented_fields_is_refused_by_name(api, body, field):
    before = api.order()
    assert invalid(api.call("PUT", "/orders/1", body)) == {field}
    assert api.seen() == before


@pytest.mark.parametrize(
    ("changed", "field"),
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
def test_a_creation_of_anything_but_documented_fields_is_refused_by_name(api, changed, field):
    assert invalid(api.create(**changed)) == {field}
    assert api.report()["orders"] == []


@pytest.mark.parametrize("field", NEW)
def test_a_creation_needs_its_customer_its_items_and_its_total(api, field):
    body = json.dumps({name: value for name, value in NEW.items() if name != field}).encode()
    assert invalid(api.call("POST", "/orders", body)) == {field}


@pytest.mark.parametrize(("method", "path"), [("PUT", "/orders/1"), ("POST", "/orders")])
@pytest.mark.parametrize("content_type", [None, "text/plain"])
def test_a_write_must_say_that_it_is_json(api, method, path, content_type):
    api.order()
    assert invalid(api.call(method, path, b"{}", Content_Type=content_type)) == {"Content-Type"}


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "offset=-1", "status=completed", "status=", "from=today", "from=2026-02-30",
     "to=2026-01-01T00:00:00", "to=2026-01-01T00:00:61Z", "min_total=x", "max_total=-1", "page=2", "sort=id"],
)  # fmt: skip
def test_a_list_takes_only_documented_parameters(api, query):
    assert invalid(api.call("GET", "/orders", query=query)) == {query.partition("=")[0]}


@pytest.mark.parametrize(("method", "path"), [("GET", "/orders/1"), ("PUT", "/orders/1"), ("POST", "/orders")])
def test_calls_about_one_order_take_no_parameters(api, method, path):
    api.order()
    assert invalid(api.call(method, path, b"{}", query="phone_number_id=1")) == {"phone_number_id"}


@pytest.mark.parametrize("query", ["limit=1&limit=2", "limit=1&x", "%ff=1"])
def test_a_query_that_can_be_read_in_two_ways_is_refused(api, query):
    assert invalid(api.call("GET", "/orders", query=query)) == {"query"}


@pytest.mark.parametrize("order_id", ["2", "01", "x", "%31", "None", "y" * 300])
def test_other_ids_than_those_of_orders_are_not_found(api, order_id):
    api.order()
    assert refused(api.get(order_id)) == 404
    assert refused(api.put(order_id, status="paid")) == 404


@pytest.mark.parametrize("path", ["", "/", "/orders/", "/orders/1/notes", "/order/1", "//orders/1"])
def test_other_paths_are_not_found(api, path):
    assert refused(api.call("GET", path)) == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/orders/1"), ("POST", "/orders/1"), ("PATCH", "/orders/1"), ("PUT", "/orders"), ("DELETE", "/orders")],
)
def test_other_methods_are_not_allowed(api, method, path):
    assert refused(api.call(method, path)) == 405


def test_checks_run_in_the_documented_order(api):
    body = b'{"unknown": 1}'
    assert refused(api.call("PUT", "/orders/9", body, query="x=1", Authorization=None)) == 401
    assert invalid(api.call("PUT", "/orders/9", body, query="x=1")) == {"x"}
    assert invalid(api.call("PUT", "/orders/9", body)) == {"unknown"}
    assert refused(api.call("PUT", "/orders/9", b"{}")) == 404


def test_an_illegal_step_is_a_conflict_that_says_from_where_to_where(api):
    api.order()
    answer = api.put(1, status="delivered")
    assert refused(answer) == 409
    assert answer.json["error"]["message"] == "An order that is pending cannot become delivered."


def test_no_media_type_has_to_be_accepted(api):
    api.order()
    assert api.call("GET", "/orders/1", Accept="text/html").code == 200


def test_a_base_url_may_have_a_path(another):
    api = another(base_path="/v2")
    api.order()
    assert api.get(1).code == 200
    assert refused(api.send("GET", "/api/orders/1", api.signed("GET", ""), b"")) == 404
