"""What Cekat answers, and what is read from it."""

import json

import pytest

from worker.domain.errors import ApiError
from worker.order_api.cekat.answers import order_in, page_in
from worker.order_api.cekat.vocabulary import STATUSES
from worker.order_api.client import Answer

NOW = 1_795_262_400_000_000

FIELDS = {
    "id": "ord_7",
    "order_number": "ORD-2024-007",
    "status": "shipped",
    "customer_id": "cus_1",
    "items": [{"product_id": "p1", "name": "Shirt", "quantity": 1, "price": 10}],
    "total": 10,
    "currency": "IDR",
    "tracking_number": "TRK1",
    "tracking_url": "https://courier.example/TRK1",
    "notes": "ring twice\nplease",
    "metadata": {"crm": "42"},
    "status_history": [
        {"status": "pending", "timestamp": "2026-11-20T10:00:00Z"},
        {"status": "shipped", "timestamp": "2026-11-20T12:00:00Z"},
    ],
}

MISSING = object()


def answer(document, status=200, **headers):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Answer(status, headers, body)


def show(**changes):
    fields = {name: value for name, value in (FIELDS | changes).items() if value is not MISSING}
    return answer({"success": True, "data": fields})


def refusal(status, message="Because.", **parts):
    """The shorter of the two shapes that errors have."""
    return answer({"success": False, "status_code": status, "error": {"message": message, **parts}}, status)


def read(reply):
    return order_in(reply, "ord_7", NOW - 5, NOW, STATUSES).reading


def page(document, size=2):
    return page_in(answer(document), size, NOW - 5, NOW, STATUSES)


def failure(reply):
    with pytest.raises(ApiError) as failed:
        read(reply)
    return failed.value
