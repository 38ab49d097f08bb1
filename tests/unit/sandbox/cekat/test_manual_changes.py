"""Orders of Cekat in the control API: ids are text, and a manual change sets any status."""

import pytest


def test_an_id_is_text_and_an_integer_becomes_text(api):
    created = api.control("POST", "/orders", [{"id": "A_b-9"}, {"id": 7}, {}]).json
    assert [order["id"] for order in created] == ["A_b-9", "7", "1"]
    assert [api.stored_order(order_id)["order_number"] for order_id in ("A_b-9", 7)] == ["ORD-A_b-9", "ORD-7"]
    assert api.control("POST", "/orders", {"id": "7"}).status == 409
    assert (api.control("DELETE", "/orders/A_b-9").status, api.get("A_b-9").status) == (204, 404)


@pytest.mark.parametrize("status", ["pending", "completed", "on hold"])
def test_a_manual_change_sets_any_status_and_is_never_illegal(api, status):
    api.add_order(status="refunded", notes="ring twice", metadata={"shop": 7})
    fields = {"status": status, "notes": None, "metadata": {}}
    assert api.control("PATCH", "/orders/1", fields).status == 200
    assert api.get(1).json["data"]["status"] == status
    totals = api.totals()
    assert [totals[name] for name in ("illegal", "notes_lost", "metadata_lost", "manual_moves")] == [0, 0, 0, 1]


def test_a_manual_change_can_set_the_history(api):
    api.add_order()
    history = [{"status": "paid", "timestamp": "yesterday"}]
    api.control("PATCH", "/orders/1", {"status": "shipped", "status_history": history})
    assert api.get(1).json["data"]["status_history"] == history
    api.put(1, status="delivered")
    assert [entry["status"] for entry in api.stored_order()["status_history"]] == ["paid", "delivered"]


@pytest.mark.parametrize(
    "fields",
    [
        {"id": ""},
        {"id": "a b"},
        {"id": "x" * 65},
        {"id": True},
        {"id": 1.5},
        {"admin_notes": "x"},
        {"metadata": None},
        {"status_history": [{"status": "paid"}]},
        {"protected_keys": []},
    ],
)
def test_an_order_with_an_unknown_key_or_a_wrong_value_is_refused(api, fields):
    assert api.control("POST", "/orders", fields).status == 400
    assert api.report()["orders"] == []


def test_the_report_has_the_fields_of_cekat_s_orders(api, clock):
    now = clock.now_us()
    api.add_order(metadata={"shop": 7})
    order = api.stored_order()
    assert (order["id"], order["metadata"], order["created_at"], order["payment_status"]) == (
        "1",
        {"shop": 7},
        now,
        None,
    )
    assert api.report()["orders"] == [order]
    assert "protected_keys" not in order


def test_a_transition_names_its_order_by_text(api, clock):
    api.add_order(id="x-1")
    api.put("x-1", status="processing")
    now = clock.now_us()
    transition = {"order_id": "x-1", "from": "pending", "to": "processing", "by": "api", "call": 1, "at": now}
    assert api.report()["transitions"] == [transition]


def test_the_totals_have_the_losses_of_cekat_and_of_no_other_platform(api):
    losses = {"notes_lost": 0, "metadata_lost": 0}
    totals = api.totals()
    assert {name: totals[name] for name in losses} == losses
    assert "unpaid_by_default" not in totals
