"""Cekat refuses other keys, and paths, methods, queries and steps that its documentation does not allow."""

import pytest

from deploy.sandbox.cekat.account import Account
from tests.support.sandbox_api import API_KEY
from tests.unit.sandbox.cekat.conftest import error_status, invalid_fields


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        API_KEY,
        f"bearer {API_KEY}",
        f"Bearer  {API_KEY}",
        "Bearer other",
        "Bearer",
        f"Basic {API_KEY}",
        "Bearer \xe9",
    ],
)
def test_only_the_account_s_key_as_a_bearer_token_is_accepted(api, authorization):
    api.add_order()
    assert error_status(api.call("GET", "/orders/1", Authorization=authorization)) == 401
    assert error_status(api.call("PUT", "/orders/1", b'{"status":"paid"}', Authorization=authorization)) == 401
    assert api.stored_order()["status"] == "pending"


def test_the_key_is_not_in_the_report_and_not_in_the_account_s_repr(api):
    api.get(1)
    assert API_KEY not in str(api.report())
    assert API_KEY not in repr(Account(api_key=API_KEY))


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "offset=-1", "status=completed", "status=", "from=today", "from=2026-02-30",
     "to=2026-01-01T00:00:00", "to=2026-01-01T00:00:61Z", "min_total=x", "max_total=-1", "page=2", "sort=id"],
)  # fmt: skip
def test_a_list_takes_only_documented_parameters(api, query):
    assert invalid_fields(api.call("GET", "/orders", query=query)) == {query.partition("=")[0]}


@pytest.mark.parametrize(("method", "path"), [("GET", "/orders/1"), ("PUT", "/orders/1"), ("POST", "/orders")])
def test_calls_about_one_order_take_no_parameters(api, method, path):
    api.add_order()
    assert invalid_fields(api.call(method, path, b"{}", query="phone_number_id=1")) == {"phone_number_id"}


@pytest.mark.parametrize("query", ["limit=1&limit=2", "limit=1&x", "%ff=1"])
def test_an_ambiguous_query_is_refused(api, query):
    assert invalid_fields(api.call("GET", "/orders", query=query)) == {"query"}


@pytest.mark.parametrize("order_id", ["2", "01", "x", "%31", "None", "y" * 300])
def test_an_unknown_or_malformed_id_is_not_found(api, order_id):
    api.add_order()
    assert error_status(api.get(order_id)) == 404
    assert error_status(api.put(order_id, status="paid")) == 404


@pytest.mark.parametrize("path", ["", "/", "/orders/", "/orders/1/notes", "/order/1", "//orders/1"])
def test_an_undocumented_path_is_not_found(api, path):
    assert error_status(api.call("GET", path)) == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/orders/1"), ("POST", "/orders/1"), ("PATCH", "/orders/1"), ("PUT", "/orders"), ("DELETE", "/orders")],
)
def test_an_undocumented_method_is_not_allowed(api, method, path):
    assert error_status(api.call(method, path)) == 405


def test_checks_run_in_the_documented_order(api):
    body = b'{"unknown": 1}'
    assert error_status(api.call("PUT", "/orders/9", body, query="x=1", Authorization=None)) == 401
    assert invalid_fields(api.call("PUT", "/orders/9", body, query="x=1")) == {"x"}
    assert invalid_fields(api.call("PUT", "/orders/9", body)) == {"unknown"}
    assert error_status(api.call("PUT", "/orders/9", b"{}")) == 404


def test_an_illegal_step_is_a_conflict_that_names_both_statuses(api):
    api.add_order()
    response = api.put(1, status="delivered")
    assert error_status(response) == 409
    assert response.json["error"]["message"] == "An order that is pending cannot become delivered."


def test_any_accept_header_is_allowed(api):
    api.add_order()
    assert api.call("GET", "/orders/1", Accept="text/html").status == 200


def test_the_base_path_can_be_set(build_api):
    api = build_api(base_path="/v2")
    api.add_order()
    assert api.get(1).status == 200
    assert error_status(api.send("GET", "/api/orders/1", api.credentials("GET", ""), b"")) == 404
