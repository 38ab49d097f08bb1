"""The report tells every call, every transition and every count; hands move orders as they like."""

import pytest


def test_a_call_is_reported_whole(api, clock):
    api.order(payment_status="paid")
    now = int(clock() * 1_000_000)
    api.put(1, status="accepted", payment_status="paid")
    assert api.report()["calls"] == [
        {
            "number": 1,
            "method": "PUT",
            "path": "/api/v1/orders/1",
            "order_id": "1",
            "started_at": now,
            "ended_at": now,
            "status": "accepted",
            "sent": {"status": "accepted", "payment_status": "paid"},
            "fault": None,
            "code": 200,
            "illegal": False,
            "repeat": False,
            "applied": True,
        }
    ]


def test_transitions_tell_who_moved_the_order(api, clock):
    api.order()
    now = int(clock() * 1_000_000)
    api.put(1, status="accepted")
    api.put(1, status="accepted")
    api.control("PATCH", "/orders/1", {"status": "pending"})
    assert api.report()["transitions"] == [
        {"order_id": 1, "from": "pending", "to": "accepted", "by": "api", "call": 1, "at": now},
        {"order_id": 1, "from": "accepted", "to": "pending", "by": "hand", "call": None, "at": now},
    ]


def test_the_totals_add_up(api):
    api.order()
    api.fault("status", code=429, match={"status": "delivered"})
    for status in ("accepted", "accepted", "completed", "delivered", "shipped"):
        api.put(1, status=status)
    api.get(1)
    api.get(2)
    api.control("PATCH", "/orders/1", {"status": "delivered"})
    assert api.report()["totals"] == {
        "calls": 7,
        "reads": 2,
        "writes": 5,
        "applied": 3,
        "illegal": 2,
        "repeat": 1,
        "throttled": 1,
        "faults": 1,
        "answers": {"200": 4, "404": 1, "409": 1, "429": 1},
        "transitions": 2,
        "hand_moves": 1,
        "unpaid_by_default": 0,
        "pending_late": 0,
    }
    assert api.report()["calls_per_order"] == {"1": {"reads": 1, "writes": 5}, "2": {"reads": 1, "writes": 0}}


def test_the_report_can_leave_out_the_calls_already_seen(api):
    for _ in range(3):
        api.get(1)
    assert [call["number"] for call in api.control("GET", "/report?since=2").json["calls"]] == [3]


def test_a_log_that_is_full_goes_on_counting(api, monkeypatch):
    monkeypatch.setattr("deploy.sandbox.ledger.CALLS_KEPT", 1)
    monkeypatch.setattr("deploy.sandbox.store.TRANSITIONS_KEPT", 1)
    api.order()
    api.put(1, status="accepted")
    api.put(1, status="shipped")
    api.get(2)
    report = api.report()
    assert (len(report["calls"]), len(report["transitions"]), list(report["calls_per_order"])) == (1, 1, ["1"])
    assert (report["totals"]["calls"], report["totals"]["transitions"]) == (3, 2)


def test_no_secret_and_no_signature_is_reported(api):
    api.call("GET", "/orders/1")
    report = str(api.report())
    assert "sandbox-secret" not in report
    assert "sha256" not in report


@pytest.mark.parametrize("status", ["pending", "cancelled", "on_hold"])
def test_a_hand_moves_an_order_anywhere_and_it_is_never_illegal(api, status):
    api.order(status="completed", payment_status="paid")
    assert api.control("PATCH", "/orders/1", {"status": status, "admin_notes": "by hand"}).code == 200
    assert (api.get(1).json["data"]["status"], api.seen()["payment_status"]) == (status, "paid")
    assert (api.totals()["illegal"], api.totals()["hand_moves"]) == (0, 1)


def test_orders_are_created_one_or_many_and_an_id_only_once(api):
    assert api.control("POST", "/orders", {}).json["id"] == 1
    assert [order["id"] for order in api.control("POST", "/orders", [{"id": 3}, {}, {}]).json] == [3, 2, 4]
    assert api.control("POST", "/orders", {"id": 3}).code == 409
    assert api.control("POST", "/orders", [{"id": 5}, {"id": "6"}]).code == 400
    assert [order["id"] for order in api.report()["orders"]] == [1, 2, 3, 4]


def test_an_order_can_be_deleted(api):
    api.order()
    assert [api.control("DELETE", "/orders/1").code for _ in range(2)] == [204, 404]
    assert (api.get(1).code, api.control("PATCH", "/orders/1", {}).code) == (404, 404)


def test_a_reset_forgets_everything(api):
    api.order()
    api.fault("outage")
    api.get(1)
    assert api.control("POST", "/reset").code == 204
    report = api.report()
    assert (report["orders"], report["calls"], report["totals"]["calls"]) == ([], [], 0)
    assert api.control("GET", "/faults").json == []


@pytest.mark.parametrize("body", [b"", b"{", b'{"id": 1, "id": 2}', b'{"stat": "x"}', b"[1]"])
def test_a_misspelt_request_to_the_control_api_is_refused(api, body):
    assert api.send("POST", "/_sandbox/orders", {}, body).code == 400
    assert api.report()["orders"] == []
