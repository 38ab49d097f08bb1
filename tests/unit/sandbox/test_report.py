"""The report has every call, every transition and every count. A manual change allows any step."""

import pytest


def test_the_report_has_every_property_of_a_call(api, clock):
    api.add_order(payment_status="paid")
    now = clock.now_us()
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
            "fields": {"status": "accepted", "payment_status": "paid"},
            "fault": None,
            "code": 200,
            "illegal": False,
            "repeat": False,
            "applied": True,
            "shown": "accepted",
        }
    ]


def test_a_transition_names_who_moved_the_order(api, clock):
    api.add_order()
    now = clock.now_us()
    api.put(1, status="accepted")
    api.put(1, status="accepted")
    api.control("PATCH", "/orders/1", {"status": "pending"})
    assert api.report()["transitions"] == [
        {"order_id": 1, "from": "pending", "to": "accepted", "by": "api", "call": 1, "at": now},
        {"order_id": 1, "from": "accepted", "to": "pending", "by": "manual", "call": None, "at": now},
    ]


def test_the_totals_add_up(api):
    api.add_order()
    api.add_fault("status", code=429, match={"status": "delivered"})
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
        "manual_moves": 1,
        "unpaid_by_default": 0,
        "pending_late": 0,
        "limits": {"fixed_window": {"allowed": 7, "refused": 0}},
    }
    assert api.report()["calls_per_order"] == {"1": {"reads": 1, "writes": 5}, "2": {"reads": 1, "writes": 0}}


def test_since_leaves_out_earlier_calls(api):
    for _ in range(3):
        api.get(1)
    assert [call["number"] for call in api.control("GET", "/report?since=2").json["calls"]] == [3]


def test_a_full_call_log_still_counts(api, monkeypatch):
    monkeypatch.setattr("deploy.sandbox.call_log.CALLS_KEPT", 1)
    monkeypatch.setattr("deploy.sandbox.order_store.TRANSITIONS_KEPT", 1)
    api.add_order()
    api.put(1, status="accepted")
    api.put(1, status="shipped")
    api.get(2)
    report = api.report()
    assert (len(report["calls"]), len(report["transitions"]), list(report["calls_per_order"])) == (1, 1, ["1"])
    assert (report["totals"]["calls"], report["totals"]["transitions"]) == (3, 2)


def test_the_report_has_no_secret_and_no_signature(api):
    api.call("GET", "/orders/1")
    report = str(api.report())
    assert "sandbox-secret" not in report
    assert "sha256" not in report


@pytest.mark.parametrize("status", ["pending", "cancelled", "on_hold"])
def test_a_manual_change_sets_any_status_and_is_never_illegal(api, status):
    api.add_order(status="completed", payment_status="paid")
    assert api.control("PATCH", "/orders/1", {"status": status, "admin_notes": "written manually"}).status == 200
    assert (api.get(1).json["data"]["status"], api.stored_order()["payment_status"]) == (status, "paid")
    assert (api.totals()["illegal"], api.totals()["manual_moves"]) == (0, 1)


def test_the_control_api_creates_one_order_or_many_and_refuses_a_taken_id(api):
    assert api.control("POST", "/orders", {}).json["id"] == 1
    assert [order["id"] for order in api.control("POST", "/orders", [{"id": 3}, {}, {}]).json] == [3, 2, 4]
    assert api.control("POST", "/orders", {"id": 3}).status == 409
    assert api.control("POST", "/orders", [{"id": 5}, {"id": "6"}]).status == 400
    assert [order["id"] for order in api.report()["orders"]] == [1, 2, 3, 4]


def test_an_order_can_be_deleted(api):
    api.add_order()
    assert [api.control("DELETE", "/orders/1").status for _ in range(2)] == [204, 404]
    assert (api.get(1).status, api.control("PATCH", "/orders/1", {}).status) == (404, 404)


def test_a_reset_removes_everything(api):
    api.add_order()
    api.add_fault("outage")
    api.get(1)
    assert api.control("POST", "/reset").status == 204
    report = api.report()
    assert (report["orders"], report["calls"], report["totals"]["calls"]) == ([], [], 0)
    assert api.control("GET", "/faults").json == []


@pytest.mark.parametrize("body", [b"", b"{", b'{"id": 1, "id": 2}', b'{"stat": "x"}', b"[1]"])
def test_an_invalid_body_to_the_control_api_is_refused(api, body):
    assert api.send("POST", "/_sandbox/orders", {}, body).status == 400
    assert api.report()["orders"] == []
