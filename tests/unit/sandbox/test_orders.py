"""The platform's own rules: steps, the unpaid default, notes, lists."""

from itertools import pairwise

import pytest

ROAD = ["pending", "accepted", "shipped", "delivered", "completed"]
EVERYWHERE = [*ROAD, "cancelled", "refunded"]
LEGAL = {*pairwise(ROAD)} | {(at, off) for at in ROAD[:-1] for off in ("cancelled", "refunded")}


@pytest.mark.parametrize("wanted", EVERYWHERE)
@pytest.mark.parametrize("current", [*EVERYWHERE, "on_hold"])
def test_an_order_takes_only_its_next_step(api, current, wanted):
    api.order(status=current)
    answer = api.put(1, status=wanted)
    if current == wanted:
        assert (answer.code, api.totals()["repeat"], api.totals()["transitions"]) == (200, 1, 0)
    elif (current, wanted) in LEGAL:
        assert (answer.code, api.seen()["status"], api.totals()["transitions"]) == (200, wanted, 1)
    else:
        assert (answer.code, answer.json["error"], api.totals()["illegal"]) == (409, "conflict", 1)
        assert api.seen()["status"] == current


def test_an_illegal_step_changes_nothing_else_either(api):
    before = api.order(payment_status="paid", admin_notes="ring twice")
    assert api.put(1, status="delivered", admin_notes="lost").code == 409
    assert api.seen() == before


def test_an_update_without_payment_status_makes_a_paid_order_unpaid(api):
    api.order(payment_status="paid")
    assert api.put(1, status="accepted").json["data"]["payment_status"] == "unpaid"
    assert api.totals()["unpaid_by_default"] == 1


def test_an_update_that_says_paid_leaves_a_paid_order_paid(api):
    api.order(payment_status="paid")
    assert api.put(1, status="accepted", payment_status="paid").json["data"]["payment_status"] == "paid"
    assert api.totals()["unpaid_by_default"] == 0


def test_notes_that_are_sent_replace_all_notes_and_notes_that_are_not_stay(api):
    api.order(admin_notes="ring twice")
    api.put(1, status="accepted")
    assert api.seen()["admin_notes"] == "ring twice"
    api.put(1, admin_notes="TRK1")
    assert api.seen()["admin_notes"] == "TRK1"


def test_an_order_is_shown_with_its_eight_documented_fields(api, clock):
    clock.now = 1706193000.5
    api.order(order_number="A-1", payment_status="paid", branch_id=3)
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
    answer = api.put(1, status="accepted", payment_status="paid", shipping_date="2024-01-25").json
    assert answer == {"status": True, "message": "Success", "data": data}
    assert api.get(1).json == answer


def test_a_list_has_pages_of_ten(api):
    api.control("POST", "/orders", [{"id": number} for number in range(1, 26)])
    answer = api.call("GET", "/orders", query="phone_number_id=123456&page=3").json
    assert [order["id"] for order in answer["data"]] == [21, 22, 23, 24, 25]
    assert answer["meta"] == {"current_page": 3, "per_page": 10, "total": 25, "last_page": 3}


@pytest.mark.parametrize(
    ("query", "found"),
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
def test_a_list_is_filtered(api, query, found):
    day = 86_400_000_000
    api.order(id=1, order_number="A-1", customer_id=8, created_at=1706193000_000000 - day)
    api.order(id=2, order_number="B-2", status="shipped", created_at=1706193000_000000)
    api.order(id=3, order_number="B-3", branch_id=7, created_at=1706193000_000000 + day)
    answer = api.call("GET", "/orders", query=f"phone_number_id=123456&{query}")
    assert [order["id"] for order in answer.json["data"]] == found


@pytest.mark.parametrize("query", ["limit=101", "limit=0", "page=0", "page=x", "status=gone", "from_date=1", "sort=id"])
def test_a_list_takes_only_documented_parameters(api, query):
    answer = api.call("GET", "/orders", query=f"phone_number_id=123456&{query}")
    assert (answer.code, list(answer.json["details"])) == (400, [query.partition("=")[0]])
