"""Orders at awalchat: steps, the default of `payment_status`, notes, lists."""

from itertools import pairwise

import pytest

STAGES = ["pending", "accepted", "shipped", "delivered", "completed"]
STATUSES = [*STAGES, "cancelled", "refunded"]
LEGAL = {*pairwise(STAGES)} | {(stage, terminal) for stage in STAGES[:-1] for terminal in ("cancelled", "refunded")}


@pytest.mark.parametrize("target", STATUSES)
@pytest.mark.parametrize("current", [*STATUSES, "on_hold"])
def test_an_update_moves_an_order_one_stage_or_to_a_terminal_status(api, current, target):
    api.add_order(status=current)
    response = api.put(1, status=target)
    if current == target:
        assert (response.status, api.totals()["repeat"], api.totals()["transitions"]) == (200, 1, 0)
    elif (current, target) in LEGAL:
        assert (response.status, api.stored_order()["status"], api.totals()["transitions"]) == (200, target, 1)
    else:
        assert (response.status, response.json["error"], api.totals()["illegal"]) == (409, "conflict", 1)
        assert api.stored_order()["status"] == current


def test_an_illegal_step_leaves_all_other_fields_unchanged(api):
    before = api.add_order(payment_status="paid", admin_notes="ring twice")
    assert api.put(1, status="delivered", admin_notes="lost").status == 409
    assert api.stored_order() == before


def test_an_update_without_payment_status_makes_a_paid_order_unpaid(api):
    api.add_order(payment_status="paid")
    assert api.put(1, status="accepted").json["data"]["payment_status"] == "unpaid"
    assert api.totals()["unpaid_by_default"] == 1


def test_an_update_that_sends_paid_leaves_a_paid_order_paid(api):
    api.add_order(payment_status="paid")
    assert api.put(1, status="accepted", payment_status="paid").json["data"]["payment_status"] == "paid"
    assert api.totals()["unpaid_by_default"] == 0


def test_an_update_with_notes_replaces_all_notes_and_one_without_keeps_them(api):
    api.add_order(admin_notes="ring twice")
    api.put(1, status="accepted")
    assert api.stored_order()["admin_notes"] == "ring twice"
    api.put(1, admin_notes="TRK1")
    assert api.stored_order()["admin_notes"] == "TRK1"


def test_a_client_sees_the_eight_documented_fields_of_an_order(api, clock):
    clock.now_s = 1706193000.5
    api.add_order(order_number="A-1", payment_status="paid", branch_id=3)
    data = {
        "id": 1,
        "order_number": "A-1",
        "status": "accepted",
        "payment_status": "paid",
        "shipping_date": "2024-01-25",
        "delivery_date": None,
        "admin_notes": None,
        "updated_at": "2024-01-25T14:30:00Z",
    }
    response = api.put(1, status="accepted", payment_status="paid", shipping_date="2024-01-25").json
    assert response == {"status": True, "message": "Success", "data": data}
    assert api.get(1).json == response


def test_a_list_has_pages_of_ten_orders(api):
    api.control("POST", "/orders", [{"id": number} for number in range(1, 26)])
    response = api.call("GET", "/orders", query="phone_number_id=123456&page=3").json
    assert [order["id"] for order in response["data"]] == [21, 22, 23, 24, 25]
    assert response["meta"] == {"current_page": 3, "per_page": 10, "total": 25, "last_page": 3}


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("status=shipped", [2]),
        ("searchTerm=b-", [2, 3]),
        ("branch_id=7", [3]),
        ("customer_id=8", [1]),
        ("from_date=2024-01-25&to_date=2024-01-25", [2]),
        ("from_date=2024-01-26", [3]),
        ("limit=100", [1, 2, 3]),
        ("page=2", []),
    ],
)
def test_a_list_is_filtered(api, query, ids):
    day = 86_400_000_000
    api.add_order(id=1, order_number="A-1", customer_id=8, created_at=1706193000_000000 - day)
    api.add_order(id=2, order_number="B-2", status="shipped", created_at=1706193000_000000)
    api.add_order(id=3, order_number="B-3", branch_id=7, created_at=1706193000_000000 + day)
    response = api.call("GET", "/orders", query=f"phone_number_id=123456&{query}")
    assert [order["id"] for order in response.json["data"]] == ids


@pytest.mark.parametrize("query", ["limit=101", "limit=0", "page=0", "page=x", "status=gone", "from_date=1", "sort=id"])
def test_a_list_takes_only_documented_parameters(api, query):
    response = api.call("GET", "/orders", query=f"phone_number_id=123456&{query}")
    assert (response.status, list(response.json["details"])) == (400, [query.partition("=")[0]])
