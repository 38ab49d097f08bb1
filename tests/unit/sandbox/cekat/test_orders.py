"""Orders as clients of Cekat see them: one, many, new ones, in both shapes."""

import pytest

from tests.unit.sandbox.cekat.conftest import ITEM

SHOWN: dict[str, object] = {
    "id": "1",
    "order_number": "ORD-1",
    "status": "pending",
    "customer_id": None,
    "items": [],
    "total": 0,
    "currency": "USD",
    "tracking_number": None,
    "tracking_url": None,
    "notes": None,
    "metadata": {},
    "shipping_address": None,
    "billing_address": None,
    "status_history": [{"status": "pending", "timestamp": "2024-01-25T14:30:00Z"}],
    "created_at": "2024-01-25T14:30:00Z",
    "updated_at": "2024-01-25T14:30:00Z",
}
DAY = 86_400_000_000
NOON = 1706184000_000000  # 2024-01-25T12:00:00Z


def test_an_order_is_shown_with_all_that_is_documented(api, clock):
    clock.now = 1706193000.5
    api.order()
    assert api.get(1).json == {"success": True, "data": SHOWN}
    assert api.put(1, notes="x").json == {"success": True, "data": {**SHOWN, "notes": "x"}}


def test_the_other_shape_says_message_and_order_status(other, clock):
    clock.now = 1706193000
    other.order()
    shown = {"order_status" if name == "status" else name: value for name, value in SHOWN.items()}
    assert other.get(1).json == {"message": "success", "data": shown}
    assert other.put(1, notes="x").json == {"message": "success", "data": {**shown, "notes": "x"}}
    assert other.list() == {"message": "success", "data": {"orders": [{**shown, "notes": "x"}]}, "page": 1}
    assert set(other.create().json) == {"message", "data"}


def test_a_payment_status_is_shown_when_there_is_one(api):
    api.order()
    assert "payment_status" not in api.get(1).json["data"]
    api.control("PATCH", "/orders/1", {"payment_status": "paid", "status": "shipping"})
    shown = api.get(1).json["data"]
    assert (shown["status"], shown["payment_status"]) == ("shipping", "paid")


def test_an_order_is_created_pending_and_has_the_next_free_id(api):
    api.order()
    answer = api.create(items=[ITEM, {**ITEM, "name": "Mug", "sku": "M-2"}], metadata={"shop": 7}, notes="ring twice")
    created = answer.json["data"]
    assert (answer.code, created["id"], created["status"], created["currency"]) == (201, "2", "pending", "USD")
    assert [created[name] for name in ("customer_id", "total", "metadata", "notes")] == [
        "ann",
        9,
        {"shop": 7},
        "ring twice",
    ]
    assert api.get("2").json["data"] == created
    assert (api.totals()["applied"], api.totals()["transitions"], api.totals()["writes"]) == (1, 0, 1)
    call = api.report()["calls"][0]
    assert (call["order_id"], call["status"], call["sent"]["customer_id"], call["code"]) == (None, None, "ann", 201)


def test_metadata_that_a_call_created_can_be_lost(api):
    api.create(metadata={"shop": 7})
    api.put("1", metadata={"shop": 8})
    assert api.totals()["metadata_lost"] == 1


def test_a_list_is_paged_to_its_end(api):
    api.control("POST", "/orders", [{"created_at": number} for number in range(120)])
    pages = [api.list(f"offset={offset}") for offset in (0, 50, 100, 150)]
    assert [len(page["data"]) for page in pages] == [50, 50, 20, 0]
    assert [page["pagination"] for page in pages] == [
        {"total": 120, "limit": 50, "offset": offset, "has_more": offset < 70} for offset in (0, 50, 100, 150)
    ]
    assert [order["id"] for page in pages for order in page["data"]] == [str(number) for number in range(1, 121)]


def test_the_other_shape_numbers_its_pages(other):
    other.control("POST", "/orders", [{} for _ in range(7)])
    pages = [other.list(f"limit=3&offset={offset}") for offset in (0, 3, 6)]
    assert [(page["page"], len(page["data"]["orders"])) for page in pages] == [(1, 3), (2, 3), (3, 1)]


def test_a_list_is_ordered_by_creation_then_id(api):
    for order_id, created_at in (("b", 2), ("c", 1), ("a", 2), ("10", 1), ("9", 1)):
        api.order(id=order_id, created_at=created_at)
    assert api.found() == ["10", "9", "c", "a", "b"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=shipped", ["2"]),
        ("customer_id=ann", ["1"]),
        ("customer_id=an", []),
        ("search=b-", ["2", "3"]),
        ("search=trk9", ["3"]),
        ("search=ANN", ["1"]),
        ("search=2", ["2"]),
        ("search=b-2%202", []),
        ("min_total=9.5", ["2", "3"]),
        ("max_total=9.5", ["1", "2"]),
        ("min_total=9.5&max_total=9.5", ["2"]),
        ("from=2024-01-25&to=2024-01-25", ["2"]),
        ("from=2024-01-26", ["3"]),
        ("to=2024-01-24", ["1"]),
        ("from=2024-01-25T12:00:00Z", ["2", "3"]),
        ("from=2024-01-25T12:00:00.000001Z", ["3"]),
        ("to=2024-01-25T15:00:00%2B03:00", ["1", "2"]),
        ("to=2024-01-25T11:59:59Z", ["1"]),
        ("from=0001-01-01&to=9999-12-31", ["1", "2", "3"]),
        ("limit=1&offset=1", ["2"]),
        ("limit=100", ["1", "2", "3"]),
    ],
)
def test_a_list_is_filtered(api, query, found):
    api.order(id=1, order_number="A-1", customer_id="ann", total=9, created_at=NOON - DAY)
    api.order(id=2, order_number="B-2", status="shipped", total=9.5, created_at=NOON)
    api.order(id=3, order_number="B-3", tracking_number="TRK9", total=10, created_at=NOON + DAY)
    assert api.found(query) == found


def test_a_day_ends_before_the_next_one_begins(api):
    for order_id, instant in (("first", 0), ("last", DAY - 1), ("next", DAY)):
        api.order(id=order_id, created_at=instant)
    assert (api.found("to=1970-01-01"), api.found("from=1970-01-02")) == (["first", "last"], ["next"])
