"""Every fault does what its name says, to the calls it was meant for, as often as it was asked to."""

import time

import pytest

from tests.support.programs import until


def test_a_status_is_answered_instead_of_carrying_out(api):
    api.order()
    api.fault("status", code=500, retry_after=7)
    answer = api.put(1, status="accepted")
    assert (answer.code, answer.json["error"], answer.headers["Retry-After"]) == (500, "internal_error", "7")
    assert (api.seen()["status"], api.put(1, status="accepted").code) == ("pending", 200)


def test_a_status_may_be_answered_after_carrying_out(api):
    api.order()
    api.fault("status", code=502, when="after")
    assert (api.put(1, status="accepted").code, api.seen()["status"]) == (502, "accepted")


def test_a_body_is_sent_as_it_stands(api):
    api.order()
    api.fault("body", body="<html>", content_type="text/html", headers={"X-RateLimit-Remaining": "0"})
    answer = api.get(1)
    assert (answer.code, answer.body, answer.headers["Content-Type"]) == (200, b"<html>", "text/html")
    assert answer.headers["X-RateLimit-Remaining"] == "0"


def test_a_body_may_be_json_or_huge(api):
    api.fault("body", body={"status": False})
    api.fault("body", body="ab", size=1_000_001)
    assert api.get(1).json == {"status": False}
    assert len(api.get(1).body) == 1_000_001


@pytest.mark.parametrize(
    ("match", "met"),
    [
        ({}, ["GET 1", "PUT 1", "PUT 2"]),
        ({"method": "PUT"}, ["PUT 1", "PUT 2"]),
        ({"order_id": 1}, ["GET 1", "PUT 1"]),
        ({"status": "accepted"}, ["PUT 1"]),
        ({"method": "PUT", "order_id": "2"}, ["PUT 2"]),
        ({"method": "GET", "status": "accepted"}, []),
    ],
)
def test_a_fault_meets_only_the_calls_that_it_fits(api, match, met):
    api.fault("status", code=503, times=None, match=match)
    answers = {"GET 1": api.get(1), "PUT 1": api.put(1, status="accepted"), "PUT 2": api.put(2, status="shipped")}
    assert [name for name, answer in answers.items() if answer.code == 503] == met


def test_faults_are_met_in_the_order_of_posting_and_used_up(api):
    api.fault("status", code=500, times=2)
    api.fault("status", code=503)
    assert [api.get(1).code for _ in range(4)] == [500, 500, 503, 404]
    assert api.control("GET", "/faults").json == []


def test_a_badly_made_call_uses_no_fault_up(api):
    api.fault("status", code=500)
    assert api.call("GET", "/orders/1", Accept=None).code == 400
    assert api.call("GET", "/orders/1", X_Domain="other").code == 401
    assert api.get(1).code == 500


def test_a_fault_is_over_when_its_time_is(api, clock):
    api.fault("outage", lasts=5)
    assert api.get(1).code == 503
    clock.now += 5
    assert api.get(1).code == 404


def test_an_outage_lasts_until_it_is_lifted(api):
    number = api.fault("outage")
    assert {api.call("GET", "/orders/1", Accept=None).code for _ in range(5)} == {503}
    assert api.control("DELETE", f"/faults/{number}").code == 204
    assert api.control("DELETE", f"/faults/{number}").code == 404
    assert api.get(1).code == 404


def test_wrong_credentials_last_until_they_are_lifted(api):
    api.order()
    api.fault("wrong_credentials")
    answers = [api.get(1), api.put(1, status="accepted")]
    assert [(answer.code, answer.json["error"]) for answer in answers] == [(401, "authentication_failed")] * 2
    assert api.seen()["status"] == "pending"
    api.control("DELETE", "/faults")
    assert api.get(1).code == 200


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_delay_holds_the_answer_back(api, when):
    api.order()
    api.fault("delay", seconds=0.2, when=when)
    began = time.monotonic()
    assert api.put(1, status="accepted").code == 200
    assert time.monotonic() - began >= 0.2


def test_an_update_may_be_applied_late(api):
    api.order()
    api.fault("apply_late", seconds=0.1, answer=504)
    assert (api.put(1, status="accepted").code, api.seen()["status"]) == (504, "pending")
    assert api.totals()["pending_late"] == 1
    until(lambda: api.totals()["pending_late"] == 0)
    assert (api.seen()["status"], api.totals()["applied"], api.totals()["illegal"]) == ("accepted", 1, 0)


def test_a_late_update_that_others_overtook_counts_as_illegal(api):
    api.order()
    api.fault("apply_late", seconds=0.1, answer=504)
    assert [api.put(1, status=status).code for status in ("accepted", "accepted", "shipped")] == [504, 200, 200]
    until(lambda: api.totals()["pending_late"] == 0)
    assert (api.seen()["status"], api.totals()["illegal"]) == ("shipped", 1)


def test_an_illegal_step_counts_though_a_fault_hides_it(api):
    api.order()
    api.fault("status", code=500)
    assert (api.put(1, status="completed").code, api.totals()["illegal"]) == (500, 1)


def test_a_storm_strikes_by_its_rates_and_the_same_seed_strikes_the_same(api):
    storm = {"seed": 7, "faults": [{"rate": 0.3, "kind": "status", "code": 500},
                                   {"rate": 0.2, "kind": "status", "code": 429, "retry_after": 2}]}  # fmt: skip
    runs = []
    for _ in range(2):
        api.control("POST", "/reset")
        api.fault("storm", **storm)
        runs.append([api.get(1).code for _ in range(190)])
    assert runs[0] == runs[1]
    assert 38 <= runs[0].count(500) <= 76
    assert 22 <= runs[0].count(429) <= 54
    assert runs[0].count(404) == 190 - runs[0].count(500) - runs[0].count(429)


@pytest.mark.parametrize(
    "fault",
    [
        [],
        {},
        {"kind": "Status"},
        {"kind": "status", "cod": 500},
        {"kind": "status", "code": "500"},
        {"kind": "status", "times": 0},
        {"kind": "delay", "seconds": -1},
        {"kind": "reset", "seconds": 1},
        {"kind": "status", "match": {"order": 1}},
        {"kind": "storm", "faults": [{"kind": "status"}]},
        {"kind": "storm", "faults": [{"rate": 0.1, "kind": "outage"}]},
        {"kind": "storm", "faults": [{"rate": 0.1, "kind": "status", "cod": 1}]},
    ],
)
def test_a_misspelt_fault_is_refused(api, fault):
    assert api.control("POST", "/faults", fault).code == 400
    assert api.control("GET", "/faults").json == []
