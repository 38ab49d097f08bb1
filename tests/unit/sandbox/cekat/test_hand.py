"""The control API moves Cekat's orders as it moves any: ids as text, any status, nothing illegal."""

import pytest


def test_ids_are_text_and_integers_become_text(api):
    created = api.control("POST", "/orders", [{"id": "A_b-9"}, {"id": 7}, {}]).json
    assert [order["id"] for order in created] == ["A_b-9", "7", "1"]
    assert [api.seen(order_id)["order_number"] for order_id in ("A_b-9", 7)] == ["ORD-A_b-9", "ORD-7"]
    assert api.control("POST", "/orders", {"id": "7"}).code == 409
    assert (api.control("DELETE", "/orders/A_b-9").code, api.get("A_b-9").code) == (204, 404)


@pytest.mark.parametrize("status", ["pending", "completed", "on hold"])
def test_a_hand_moves_an_order_anywhere_and_it_is_never_illegal(api, status):
    api.order(status="refunded", notes="ring twice", metadata={"shop": 7})
    fields = {"status": status, "notes": None, "metadata": {}}
    assert api.control("PATCH", "/orders/1", fields).code == 200
    assert api.get(1).json["data"]["status"] == status
    totals = api.totals()
    assert [totals[name] for name in ("illegal", "notes_lost", "metadata_lost", "hand_moves")] == [0, 0, 0, 1]


def test_a_hand_may_write_the_history_itself(api):
    api.order()
    history = [{"status": "paid", "timestamp": "yesterday"}]
    api.control("PATCH", "/orders/1", {"status": "shipped", "status_history": history})
    assert api.get(1).json["data"]["status_history"] == history
    api.put(1, status="delivered")
    assert [entry["status"] for entry in api.seen()["status_history"]] == ["paid", "delivered"]


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
        {"entrusted": []},
    ],
)
def test_a_misspelt_order_is_refused(api, fields):
    assert api.control("POST", "/orders", fields).code == 400
    assert api.report()["orders"] == []


def test_an_order_is_reported_with_its_own_fields(api, clock):
    now = int(clock() * 1_000_000)
    api.order(metadata={"shop": 7})
    order = api.seen()
    assert (order["id"], order["metadata"], order["created_at"], order["payment_status"]) == (
        "1",
        {"shop": 7},
        now,
        None,
    )
    assert api.report()["orders"] == [order]
    assert "entrusted" not in order


def test_transitions_name_their_order_by_text(api, clock):
    api.order(id="x-1")
    api.put("x-1", status="processing")
    now = int(clock() * 1_000_000)
    move = {"order_id": "x-1", "from": "pending", "to": "processing", "by": "api", "call": 1, "at": now}
    assert api.report()["transitions"] == [move]


def test_the_totals_have_cekat_s_own_counts_and_no_other_platform_s(api):
    own = {"notes_lost": 0, "metadata_lost": 0}
    totals = api.totals()
    assert {name: totals[name] for name in own} == own
    assert "unpaid_by_default" not in totals
