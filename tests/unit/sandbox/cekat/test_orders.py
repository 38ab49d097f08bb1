"""Orders of Cekat as a client sees them: one, a list, a new one, in both documented shapes."""

import pytest

from tests.support.sandbox_api import ITEM

NEW_ORDER: dict[str, object] = {
    "id": "1",
    "order_number": "ORD-1",
    "status": "pending",
    "total": 0,
    "currency": "USD",
    "created_at": "2024-01-25T14:30:00Z",
    "updated_at": "2024-01-25T14:30:00Z",
}
FULL_ORDER: dict[str, object] = {
    **NEW_ORDER,
    "customer_id": "ann",
    "items": [ITEM],
    "tracking_number": "TRK1",
    "tracking_url": "https://t.example/1",
    "notes": "ring",
    "metadata": {"shop": 7},
    "shipping_address": {"city": "Bandung"},
    "billing_address": "Jl. Braga 1",
}
HISTORY = [{"status": status, "timestamp": "2024-01-25T14:30:00Z"} for status in ("pending", "processing")]
UPDATE = ("id", "order_number", "status", "tracking_number", "tracking_url", "updated_at", "status_history")
LIST = (
    *("id", "order_number", "customer_id", "status", "items_count", "total", "currency", "tracking_number"),
    *("created_at", "updated_at"),
)


def chosen(order, names):
    return {name: order[name] for name in names if name in order}


DAY_US = 86_400_000_000
NOON_US = 1706184000_000000  # 2024-01-25T12:00:00Z


def test_a_client_sees_of_an_order_what_is_not_empty(api, clock):
    clock.now_s = 1706193000.5
    api.add_order()
    assert api.get(1).json == {"success": True, "data": NEW_ORDER}
    api.control("PATCH", "/orders/1", {name: FULL_ORDER[name] for name in FULL_ORDER.keys() - NEW_ORDER.keys()})
    assert api.get(1).json == {"success": True, "data": FULL_ORDER}
    api.put(1, status="processing")
    assert api.get(1).json["data"] == {**FULL_ORDER, "status": "processing", "status_history": HISTORY}


def test_the_answer_to_an_update_has_seven_fields_whatever_was_set(api, clock):
    clock.now_s = 1706193000
    api.add_order(**{name: FULL_ORDER[name] for name in FULL_ORDER.keys() - {"updated_at", "created_at"}})
    answer = api.put(1, status="processing", notes="x", metadata={"a": 1}).json
    full = {**FULL_ORDER, "status": "processing", "status_history": HISTORY}
    assert answer == {"success": True, "data": chosen(full, UPDATE)}
    assert len(answer["data"]) == 7
    api.control("PATCH", "/orders/1", {"tracking_number": None, "tracking_url": None})
    assert api.put(1, notes="y").json["data"].keys() == set(UPDATE) - {"tracking_number", "tracking_url"}


def test_an_order_in_a_list_has_neither_notes_nor_metadata(api, clock):
    clock.now_s = 1706193000
    api.add_order(**{name: FULL_ORDER[name] for name in FULL_ORDER.keys() - {"updated_at", "created_at"}})
    assert api.list()["data"] == [chosen({**FULL_ORDER, "items_count": 1}, LIST)]


def test_the_other_shape_has_message_and_order_status(other_shape_api, clock):
    clock.now_s = 1706193000
    other_shape_api.add_order()
    fields = {"order_status" if name == "status" else name: value for name, value in NEW_ORDER.items()}
    listed = {**fields, "items_count": 0}
    assert other_shape_api.get(1).json == {"message": "success", "data": fields}
    updated = other_shape_api.put(1, notes="x").json
    assert updated == {"message": "success", "data": chosen(fields, (*UPDATE, "order_status"))}
    assert other_shape_api.list() == {"message": "success", "data": {"orders": [listed]}, "page": 1}
    assert set(other_shape_api.create().json) == {"message", "data"}


def test_a_client_sees_a_payment_status_only_if_the_order_has_one(api):
    api.add_order()
    assert "payment_status" not in api.get(1).json["data"]
    api.control("PATCH", "/orders/1", {"payment_status": "paid", "status": "shipping"})
    order = api.get(1).json["data"]
    assert (order["status"], order["payment_status"]) == ("shipping", "paid")


def test_a_new_order_is_pending_and_has_the_next_free_id(api):
    api.add_order()
    response = api.create(items=[ITEM, {**ITEM, "name": "Mug", "sku": "M-2"}], metadata={"shop": 7}, notes="ring twice")
    created = response.json["data"]
    assert (response.status, created["id"], created["status"], created["currency"]) == (201, "2", "pending", "USD")
    assert [created[name] for name in ("customer_id", "total", "metadata", "notes")] == [
        "ann",
        9,
        {"shop": 7},
        "ring twice",
    ]
    assert api.get("2").json["data"] == created
    assert (api.totals()["applied"], api.totals()["transitions"], api.totals()["writes"]) == (1, 0, 1)
    call = api.report()["calls"][0]
    assert (call["order_id"], call["status"], call["fields"]["customer_id"], call["code"]) == (None, None, "ann", 201)


def test_an_update_can_lose_the_metadata_of_the_creation(api):
    api.create(metadata={"shop": 7})
    api.put("1", metadata={"shop": 8})
    assert api.totals()["metadata_lost"] == 1


def test_the_pages_of_a_list_have_every_order_once(api):
    api.control("POST", "/orders", [{"created_at": number} for number in range(120)])
    pages = [api.list(f"offset={offset}") for offset in (0, 50, 100, 150)]
    assert [len(page["data"]) for page in pages] == [50, 50, 20, 0]
    assert [page["pagination"] for page in pages] == [
        {"total": 120, "limit": 50, "offset": offset, "has_more": offset < 70} for offset in (0, 50, 100, 150)
    ]
    assert [order["id"] for page in pages for order in page["data"]] == [str(number) for number in range(1, 121)]


def test_the_other_shape_numbers_its_pages(other_shape_api):
    other_shape_api.control("POST", "/orders", [{} for _ in range(7)])
    pages = [other_shape_api.list(f"limit=3&offset={offset}") for offset in (0, 3, 6)]
    assert [(page["page"], len(page["data"]["orders"])) for page in pages] == [(1, 3), (2, 3), (3, 1)]


def test_a_list_is_sorted_by_creation_then_id(api):
    for order_id, created_at in (("b", 2), ("c", 1), ("a", 2), ("10", 1), ("9", 1)):
        api.add_order(id=order_id, created_at=created_at)
    assert api.listed_ids() == ["10", "9", "c", "a", "b"]


@pytest.mark.parametrize(
    ("query", "ids"),
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
def test_a_list_is_filtered(api, query, ids):
    api.add_order(id=1, order_number="A-1", customer_id="ann", total=9, created_at=NOON_US - DAY_US)
    api.add_order(id=2, order_number="B-2", status="shipped", total=9.5, created_at=NOON_US)
    api.add_order(id=3, order_number="B-3", tracking_number="TRK9", total=10, created_at=NOON_US + DAY_US)
    assert api.listed_ids(query) == ids


def test_a_day_ends_before_the_next_one_begins(api):
    for order_id, created_at in (("first", 0), ("last", DAY_US - 1), ("next", DAY_US)):
        api.add_order(id=order_id, created_at=created_at)
    assert (api.listed_ids("to=1970-01-01"), api.listed_ids("from=1970-01-02")) == (["first", "last"], ["next"])
