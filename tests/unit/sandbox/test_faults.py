"""Each kind of fault does what the README says."""

import time

import pytest


def test_status_replaces_the_execution_of_the_call(api):
    api.add_order()
    api.add_fault("status", code=500, retry_after=7)
    response = api.put(1, status="accepted")
    assert (response.status, response.json["error"], response.headers["Retry-After"]) == (500, "internal_error", "7")
    assert (api.stored_order()["status"], api.put(1, status="accepted").status) == ("pending", 200)


def test_status_can_replace_the_response_after_the_execution(api):
    api.add_order()
    api.add_fault("status", code=502, when="after")
    assert (api.put(1, status="accepted").status, api.stored_order()["status"]) == (502, "accepted")


def test_a_body_that_is_text_is_sent_unchanged(api):
    api.add_order()
    api.add_fault("body", body="<html>", content_type="text/html", headers={"X-RateLimit-Remaining": "0"})
    response = api.get(1)
    assert (response.status, response.body, response.headers["Content-Type"]) == (200, b"<html>", "text/html")
    assert response.headers["X-RateLimit-Remaining"] == "0"


def test_a_body_can_be_json_or_huge(api):
    api.add_fault("body", body={"status": False})
    api.add_fault("body", body="ab", size=1_000_001)
    assert api.get(1).json == {"status": False}
    assert len(api.get(1).body) == 1_000_001


def test_an_outage_lasts_until_it_is_removed(api):
    number = api.add_fault("outage")
    assert {api.call("GET", "/orders/1", Accept=None).status for _ in range(5)} == {503}
    assert api.control("DELETE", f"/faults/{number}").status == 204
    assert api.control("DELETE", f"/faults/{number}").status == 404
    assert api.get(1).status == 404


def test_wrong_credentials_last_until_they_are_removed(api):
    api.add_order()
    api.add_fault("wrong_credentials")
    responses = [api.get(1), api.put(1, status="accepted")]
    assert [(response.status, response.json["error"]) for response in responses] == [(401, "authentication_failed")] * 2
    assert api.stored_order()["status"] == "pending"
    api.control("DELETE", "/faults")
    assert api.get(1).status == 200


@pytest.mark.parametrize("when", ["before", "after"])
def test_delay_delays_the_response(api, when):
    api.add_order()
    api.add_fault("delay", seconds=0.2, when=when)
    start_s = time.monotonic()
    assert api.put(1, status="accepted").status == 200
    assert time.monotonic() - start_s >= 0.2


def test_apply_late_executes_the_update_after_the_response(api, late):
    api.add_order()
    api.add_fault("apply_late", seconds=5, answer=504)
    assert (api.put(1, status="accepted").status, api.stored_order()["status"]) == (504, "pending")
    assert api.totals()["pending_late"] == 1
    late.pop()()
    assert api.totals()["pending_late"] == 0
    assert (api.stored_order()["status"], api.totals()["applied"], api.totals()["illegal"]) == ("accepted", 1, 0)


def test_a_late_update_that_is_illegal_by_then_counts_as_illegal(api, late):
    api.add_order()
    api.add_fault("apply_late", seconds=5, answer=504)
    assert [api.put(1, status=status).status for status in ("accepted", "accepted", "shipped")] == [504, 200, 200]
    late.pop()()
    assert (api.stored_order()["status"], api.totals()["illegal"]) == ("shipped", 1)


def test_an_illegal_step_counts_even_if_a_fault_replaces_the_response(api):
    api.add_order()
    api.add_fault("status", code=500)
    assert (api.put(1, status="completed").status, api.totals()["illegal"]) == (500, 1)


def test_a_storm_follows_its_rates_and_repeats_with_the_same_seed(api):
    storm = {"seed": 7, "faults": [{"rate": 0.3, "kind": "status", "code": 500},
                                   {"rate": 0.2, "kind": "status", "code": 429, "retry_after": 2}]}  # fmt: skip
    runs = []
    for _ in range(2):
        api.control("POST", "/reset")
        api.add_fault("storm", **storm)
        runs.append([api.get(1).status for _ in range(190)])
    assert runs[0] == runs[1]
    assert 38 <= runs[0].count(500) <= 76
    assert 22 <= runs[0].count(429) <= 54
    assert runs[0].count(404) == 190 - runs[0].count(500) - runs[0].count(429)


def test_a_stale_read_shows_the_order_as_it_was(api, clock):
    api.add_order()
    clock.now_s += 10
    api.put(1, status="accepted")
    api.add_fault("stale", seconds=5, times=4)
    clock.now_s += 4
    stale = api.get(1)
    assert (stale.json["data"]["status"], stale.headers["Age"]) == ("pending", "5")
    assert [order["status"] for order in api.call("GET", "/orders", query=api.query).json["data"]] == ["pending"]
    assert api.put(1, status="shipped").json["data"]["status"] == "shipped"
    clock.now_s += 2
    assert api.get(1).json["data"]["status"] == "accepted"
    assert api.get(1).json["data"]["status"] == "shipped"
    assert [call["shown"] for call in api.report()["calls"]] == [
        "accepted",
        "pending",
        None,
        *["shipped", "accepted"],
        "shipped",
    ]


def test_a_stale_read_of_a_young_order_shows_its_first_state(api, clock):
    api.add_order()
    api.put(1, status="accepted")
    api.add_fault("stale", seconds=60)
    assert api.get(1).json["data"]["status"] == "pending"


def test_a_client_can_pass_by_a_cache_that_allows_it(api, clock):
    api.add_order()
    clock.now_s += 1
    api.put(1, status="accepted")
    api.add_fault("stale", no_cache=True, times=2)
    fresh, stale = api.call("GET", "/orders/1", Cache_Control="no-cache"), api.get(1)
    assert (fresh.json["data"]["status"], "Age" in fresh.headers) == ("accepted", False)
    assert (stale.json["data"]["status"], "Age" in stale.headers) == ("pending", True)
