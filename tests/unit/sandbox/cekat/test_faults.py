"""Faults strike Cekat's calls as any others, creations included; what they answer by themselves is Cekat's."""

from email.utils import parsedate_to_datetime

import pytest

from deploy.sandbox.world import Limit
from tests.support.programs import until


def test_an_error_on_request_has_cekat_s_envelope(api):
    api.fault("status", code=500, retry_after=7)
    answer = api.get(1)
    assert (answer.code, answer.headers["Retry-After"]) == (500, "7")
    assert answer.json == {"success": False, "status_code": 500, "error": {"message": "This is a fault on request."}}


def test_wrong_credentials_are_answered_in_cekat_s_envelope(api):
    api.fault("wrong_credentials")
    assert (api.get(1).code, api.get(1).json["status_code"]) == (401, 401)


def test_a_body_is_sent_as_it_stands(api):
    api.order()
    api.fault("body", body={"success": True, "data": [1]})
    api.fault("body", body="<html>", content_type="text/html")
    assert (api.get(1).json, api.get(1).body) == ({"success": True, "data": [1]}, b"<html>")


@pytest.mark.parametrize(
    ("match", "met"),
    [
        ({}, ["GET", "PUT", "POST", "LIST"]),
        ({"method": "POST"}, ["POST"]),
        ({"method": "GET"}, ["GET", "LIST"]),
        ({"order_id": "a-1"}, ["GET", "PUT"]),
        ({"status": "paid"}, ["PUT"]),
        ({"method": "POST", "status": "paid"}, []),
    ],
)
def test_a_fault_meets_only_the_calls_that_it_fits(api, match, met):
    api.order(id="a-1")
    api.fault("status", code=503, times=None, match=match)
    answers = {
        "GET": api.get("a-1"),
        "PUT": api.put("a-1", status="paid"),
        "POST": api.create(),
        "LIST": api.call("GET", "/orders"),
    }
    assert [name for name, answer in answers.items() if answer.code == 503] == met


def test_a_creation_that_a_fault_met_before_is_not_carried_out_and_one_met_after_is(api):
    for when in ("before", "after"):
        api.fault("status", code=500, when=when, match={"method": "POST"})
        assert api.create(notes=when).code == 500
    assert [order["notes"] for order in api.report()["orders"]] == ["after"]
    assert (api.totals()["writes"], api.totals()["applied"], api.totals()["faults"]) == (2, 1, 2)


def test_a_creation_may_be_carried_out_late(api):
    api.fault("apply_late", seconds=0.1, answer=504)
    assert (api.create().code, api.report()["orders"]) == (504, [])
    until(lambda: api.totals()["pending_late"] == 0)
    assert len(api.report()["orders"]) == 1


def test_a_badly_made_creation_uses_no_fault_up(api):
    api.fault("status", code=500)
    assert (api.create(total=None).code, api.create().code) == (400, 500)


def test_an_illegal_update_counts_though_a_fault_hides_it(api):
    api.order(status="cancelled")
    api.fault("status", code=500)
    assert (api.put(1, notes="x").code, api.totals()["illegal"]) == (500, 1)


def test_the_limit_is_by_default_the_smallest_plan_s(api):
    assert [api.get(1).code for _ in range(61)] == [404] * 60 + [429]


def test_calls_beyond_the_limit_are_refused_and_only_then_a_header_tells_of_it(another, clock):
    api = another(Limit(2, 60))
    codes, announced = [], []
    for answer in (api.get(1), api.create(), api.get(1)):
        codes.append(answer.code)
        announced.append({name for name in answer.headers if "limit" in name.lower() or "retry" in name.lower()})
    assert (codes, announced) == ([404, 201, 429], [set(), set(), {"retry-after"}])
    clock.now += 60
    assert api.get(1).code == 200


def test_a_refusal_for_the_limit_has_cekat_s_envelope_and_the_platform_s_date(another, clock):
    clock.now += 100_000
    answer = another(Limit(0, 5)).get(1)
    assert (answer.code, answer.json["status_code"], answer.headers["Retry-After"]) == (429, 429, "5")
    assert parsedate_to_datetime(answer.headers["Date"]).timestamp() == clock.now
