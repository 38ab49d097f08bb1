"""What the vendor did not document is refused, and the answer names it."""

import pytest


def refused(answer):
    return answer.code, answer.json["error"], set(answer.json["details"])


@pytest.mark.parametrize("query", ["", "phone_number_id=", "phone_number_id=654321"])
@pytest.mark.parametrize("path", ["/orders", "/orders/1"])
def test_our_phone_number_id_is_demanded(api, path, query):
    api.order()
    assert refused(api.call("GET", path, query=query)) == (400, "validation_failed", {"phone_number_id"})


@pytest.mark.parametrize(
    "query", ["phone_number_id=123456&phone_number_id=123456", "phone_number_id=123456&x", "%ff=1"]
)
def test_a_query_that_can_be_read_in_two_ways_is_refused(api, query):
    assert refused(api.call("GET", "/orders/1", query=query))[:2] == (400, "validation_failed")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"tracking_number": "TRK1"}', "tracking_number"),
        (b'{"status": "Shipped"}', "status"),
        (b'{"status": null}', "status"),
        (b'{"payment_status": "refunded"}', "payment_status"),
        (b'{"shipping_date": "2026-02-30"}', "shipping_date"),
        (b'{"delivery_date": "2026-02-01T00:00:00Z"}', "delivery_date"),
        (b'{"branch_id": "7"}', "branch_id"),
        (b'{"branch_id": true}', "branch_id"),
        (b'{"branch_id": 7.0}', "branch_id"),
        (b'{"admin_notes": 5}', "admin_notes"),
        (b'{"admin_notes": "%s"}' % (b"x" * 2001), "admin_notes"),
        (b"", "body"),
        (b"[]", "body"),
        (b'{"status": "accepted", "status": "accepted"}', "body"),
        (b'{"branch_id": NaN}', "body"),
        (b'{"admin_notes": "\\ud800"}', "body"),
        (b'{"admin_notes": "\xe9"}', "body"),
        (b'\xef\xbb\xbf{"status": "accepted"}', "body"),
        (b"[" * 100_000, "body"),
    ],
)
def test_an_update_of_anything_but_documented_fields_is_refused_by_name(api, body, field):
    before = api.order()
    assert refused(api.call("PUT", "/orders/1", body)) == (400, "validation_failed", {field})
    assert api.seen() == before


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/json; charset=latin-1"])
def test_an_update_must_say_that_it_is_json(api, content_type):
    api.order()
    answer = api.call("PUT", "/orders/1", b"{}", Content_Type=content_type)
    assert refused(answer) == (400, "validation_failed", {"Content-Type"})


@pytest.mark.parametrize("order_id", ["2", "0", "01", "1_0", "+1", "x", "1" * 20, "9" * 19, "%31"])
def test_other_ids_than_those_of_orders_are_not_found(api, order_id):
    api.order()
    assert refused(api.get(order_id)) == (404, "resource_not_found", set())
    assert refused(api.put(order_id, status="accepted")) == (404, "resource_not_found", set())


@pytest.mark.parametrize("path", ["/", "/orders/", "/orders/1/notes", "/order/1", "//orders/1"])
def test_other_paths_are_not_found(api, path):
    assert refused(api.call("GET", path)) == (404, "resource_not_found", set())


@pytest.mark.parametrize("target", ["/orders", "/api//v1/orders", "/API/v1/orders"])
def test_a_base_url_that_is_not_ours_is_not_found_and_never_redirected(api, target):
    target += "?phone_number_id=123456"
    assert api.send("GET", target, api.signed("GET", target), b"").code == 404


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/orders/1"), ("POST", "/orders/1"), ("PATCH", "/orders/1")])
def test_other_methods_are_not_allowed(api, method, path):
    assert refused(api.call(method, path)) == (405, "method_not_allowed", set())


def test_every_error_carries_the_request_id_of_its_call(api):
    first, second = api.get(1).json, api.get(1).json
    assert set(first) == {"error", "message", "details", "request_id"}
    assert (first["request_id"], second["request_id"]) == ("req-000001", "req-000002")


def test_checks_run_in_the_documented_order(api):
    body = b'{"unknown": 1}'
    nothing_right = {"X_Domain": "other", "query": ""}
    assert api.call("PUT", "/orders/9", body, Accept=None, **nothing_right).json["error"] == "missing_headers"
    assert api.call("PUT", "/orders/9", body, **nothing_right).json["error"] == "authentication_failed"
    assert set(api.call("PUT", "/orders/9", body, query="").json["details"]) == {"phone_number_id"}
    assert set(api.call("PUT", "/orders/9", body).json["details"]) == {"unknown"}
    assert api.call("PUT", "/orders/9", b"{}").json["error"] == "resource_not_found"
