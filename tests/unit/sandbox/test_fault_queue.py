"""Which call gets which fault, when a fault ends, and which faults the control API refuses."""

import pytest


@pytest.mark.parametrize(
    ("match", "hits"),
    [
        ({}, ["GET 1", "PUT 1", "PUT 2"]),
        ({"method": "PUT"}, ["PUT 1", "PUT 2"]),
        ({"order_id": 1}, ["GET 1", "PUT 1"]),
        ({"status": "accepted"}, ["PUT 1"]),
        ({"method": "PUT", "order_id": "2"}, ["PUT 2"]),
        ({"method": "GET", "status": "accepted"}, []),
    ],
)
def test_a_fault_is_injected_only_into_calls_that_match(api, match, hits):
    api.add_fault("status", code=503, times=None, match=match)
    responses = {"GET 1": api.get(1), "PUT 1": api.put(1, status="accepted"), "PUT 2": api.put(2, status="shipped")}
    assert [name for name, response in responses.items() if response.status == 503] == hits


def test_faults_are_used_in_the_order_in_which_they_were_added(api):
    api.add_fault("status", code=500, times=2)
    api.add_fault("status", code=503)
    assert [api.get(1).status for _ in range(4)] == [500, 500, 503, 404]
    assert api.control("GET", "/faults").json == []


def test_an_invalid_call_does_not_use_up_a_fault(api):
    api.add_fault("status", code=500)
    assert api.call("GET", "/orders/1", Accept=None).status == 400
    assert api.call("GET", "/orders/1", X_Domain="other").status == 401
    assert api.get(1).status == 500


def test_a_fault_ends_after_its_lifetime(api, clock):
    api.add_fault("outage", lasts=5)
    assert api.get(1).status == 503
    clock.now_s += 5
    assert api.get(1).status == 404


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
def test_a_fault_with_an_unknown_key_or_a_wrong_value_is_refused(api, fault):
    assert api.control("POST", "/faults", fault).status == 400
    assert api.control("GET", "/faults").json == []
