"""Faults at Cekat. An injected error has Cekat's format, and a creation can fail like any call."""

from email.utils import parsedate_to_datetime

import pytest

from deploy.sandbox.rate_limit import Limit
from tests.support.programs import until


def test_an_injected_error_has_cekat_s_format(api):
    api.add_fault("status", code=500, retry_after=7)
    response = api.get(1)
    assert (response.status, response.headers["Retry-After"]) == (500, "7")
    assert response.json == {
        "success": False,
        "status_code": 500,
        "error": {"message": "This error is an injected fault."},
    }


def test_the_error_of_wrong_credentials_has_cekat_s_format(api):
    api.add_fault("wrong_credentials")
    assert (api.get(1).status, api.get(1).json["status_code"]) == (401, 401)


def test_a_body_is_json_or_text_that_is_sent_unchanged(api):
    api.add_order()
    api.add_fault("body", body={"success": True, "data": [1]})
    api.add_fault("body", body="<html>", content_type="text/html")
    assert (api.get(1).json, api.get(1).body) == ({"success": True, "data": [1]}, b"<html>")


@pytest.mark.parametrize(
    ("match", "hits"),
    [
        ({}, ["GET", "PUT", "POST", "LIST"]),
        ({"method": "POST"}, ["POST"]),
        ({"method": "GET"}, ["GET", "LIST"]),
        ({"order_id": "a-1"}, ["GET", "PUT"]),
        ({"status": "paid"}, ["PUT"]),
        ({"method": "POST", "status": "paid"}, []),
    ],
)
def test_a_fault_is_injected_only_into_calls_that_match(api, match, hits):
    api.add_order(id="a-1")
    api.add_fault("status", code=503, times=None, match=match)
    responses = {
        "GET": api.get("a-1"),
        "PUT": api.put("a-1", status="paid"),
        "POST": api.create(),
        "LIST": api.call("GET", "/orders"),
    }
    assert [name for name, response in responses.items() if response.status == 503] == hits


def test_a_fault_before_a_creation_prevents_it_and_one_after_does_not(api):
    for when in ("before", "after"):
        api.add_fault("status", code=500, when=when, match={"method": "POST"})
        assert api.create(notes=when).status == 500
    assert [order["notes"] for order in api.report()["orders"]] == ["after"]
    assert (api.totals()["writes"], api.totals()["applied"], api.totals()["faults"]) == (2, 1, 2)


def test_apply_late_creates_the_order_after_the_response(api):
    api.add_fault("apply_late", seconds=0.1, answer=504)
    assert (api.create().status, api.report()["orders"]) == (504, [])
    until(lambda: api.totals()["pending_late"] == 0)
    assert len(api.report()["orders"]) == 1


def test_an_invalid_creation_does_not_use_up_a_fault(api):
    api.add_fault("status", code=500)
    assert (api.create(total=None).status, api.create().status) == (400, 500)


def test_an_illegal_update_counts_even_if_a_fault_replaces_the_response(api):
    api.add_order(status="cancelled")
    api.add_fault("status", code=500)
    assert (api.put(1, notes="x").status, api.totals()["illegal"]) == (500, 1)


def test_the_default_limit_is_that_of_the_smallest_plan(api):
    assert [api.get(1).status for _ in range(61)] == [404] * 60 + [429]


def test_calls_beyond_the_limit_are_refused_and_only_then_a_header_names_the_limit(build_api, clock):
    api = build_api(Limit(2, 60))
    statuses, limit_headers = [], []
    for response in (api.get(1), api.create(), api.get(1)):
        statuses.append(response.status)
        limit_headers.append({name for name in response.headers if "limit" in name.lower() or "retry" in name.lower()})
    assert (statuses, limit_headers) == ([404, 201, 429], [set(), set(), {"retry-after"}])
    clock.now_s += 60
    assert api.get(1).status == 200


def test_a_call_beyond_the_limit_gets_cekat_s_format_and_the_platform_s_date(build_api, clock):
    clock.now_s += 100_000
    response = build_api(Limit(0, 5)).get(1)
    assert (response.status, response.json["status_code"], response.headers["Retry-After"]) == (429, 429, "5")
    assert parsedate_to_datetime(response.headers["Date"]).timestamp() == clock.now_s
