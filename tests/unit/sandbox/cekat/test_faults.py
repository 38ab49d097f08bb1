"""Faults at Cekat. An injected error has Cekat's format, and a creation can fail like any call."""

import pytest


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


def test_apply_late_creates_the_order_after_the_response(api, late):
    api.add_fault("apply_late", seconds=5, answer=504)
    assert (api.create().status, api.report()["orders"]) == (504, [])
    late.pop()()
    assert len(api.report()["orders"]) == 1


def test_an_invalid_creation_does_not_use_up_a_fault(api):
    api.add_fault("status", code=500)
    assert (api.create(total=None).status, api.create().status) == (400, 500)


def test_an_illegal_update_counts_even_if_a_fault_replaces_the_response(api):
    api.add_order(status="cancelled")
    api.add_fault("status", code=500)
    assert (api.put(1, notes="x").status, api.totals()["illegal"]) == (500, 1)
