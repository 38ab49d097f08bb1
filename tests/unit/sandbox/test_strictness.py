"""awalchat refuses what the vendor does not document, and names it in the error."""

import pytest


def error_of(response):
    return response.status, response.json["error"], set(response.json["details"])


@pytest.mark.parametrize("query", ["", "phone_number_id=", "phone_number_id=654321"])
@pytest.mark.parametrize("path", ["/orders", "/orders/1"])
def test_the_account_s_phone_number_id_is_required(api, path, query):
    api.add_order()
    assert error_of(api.call("GET", path, query=query)) == (400, "validation_failed", {"phone_number_id"})


@pytest.mark.parametrize(
    "query", ["phone_number_id=123456&phone_number_id=123456", "phone_number_id=123456&x", "%ff=1"]
)
def test_an_ambiguous_query_is_refused(api, query):
    assert error_of(api.call("GET", "/orders/1", query=query))[:2] == (400, "validation_failed")


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
def test_an_update_with_an_undocumented_field_or_value_is_refused_by_name(api, body, field):
    before = api.add_order()
    assert error_of(api.call("PUT", "/orders/1", body)) == (400, "validation_failed", {field})
    assert api.stored_order() == before


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/json; charset=latin-1"])
def test_the_content_type_of_an_update_must_be_json(api, content_type):
    api.add_order()
    response = api.call("PUT", "/orders/1", b"{}", Content_Type=content_type)
    assert error_of(response) == (400, "validation_failed", {"Content-Type"})


@pytest.mark.parametrize("order_id", ["2", "0", "01", "1_0", "+1", "x", "1" * 20, "9" * 19, "%31"])
def test_an_unknown_or_malformed_id_is_not_found(api, order_id):
    api.add_order()
    assert error_of(api.get(order_id)) == (404, "resource_not_found", set())
    assert error_of(api.put(order_id, status="accepted")) == (404, "resource_not_found", set())


@pytest.mark.parametrize("path", ["/", "/orders/", "/orders/1/notes", "/order/1", "//orders/1"])
def test_an_undocumented_path_is_not_found(api, path):
    assert error_of(api.call("GET", path)) == (404, "resource_not_found", set())


@pytest.mark.parametrize("target", ["/orders", "/api//v1/orders", "/API/v1/orders"])
def test_another_base_path_is_not_found_and_never_redirected(api, target):
    target += "?phone_number_id=123456"
    assert api.send("GET", target, api.credentials("GET", target), b"").status == 404


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/orders/1"), ("POST", "/orders/1"), ("PATCH", "/orders/1")])
def test_an_undocumented_method_is_not_allowed(api, method, path):
    assert error_of(api.call(method, path)) == (405, "method_not_allowed", set())


def test_every_error_has_the_request_id_of_its_call(api):
    first, second = api.get(1).json, api.get(1).json
    assert set(first) == {"error", "message", "details", "request_id"}
    assert (first["request_id"], second["request_id"]) == ("req-000001", "req-000002")


def test_checks_run_in_the_documented_order(api):
    body = b'{"unknown": 1}'
    all_wrong = {"X_Domain": "other", "query": ""}
    assert api.call("PUT", "/orders/9", body, Accept=None, **all_wrong).json["error"] == "missing_headers"
    assert api.call("PUT", "/orders/9", body, **all_wrong).json["error"] == "authentication_failed"
    assert set(api.call("PUT", "/orders/9", body, query="").json["details"]) == {"phone_number_id"}
    assert set(api.call("PUT", "/orders/9", body).json["details"]) == {"unknown"}
    assert api.call("PUT", "/orders/9", b"{}").json["error"] == "resource_not_found"
