"""What awalchat answers, and what is read from it."""

import json

import pytest

from worker.domain.errors import ApiError
from worker.order_api.awalchat.answers import order_in
from worker.order_api.awalchat.vocabulary import STATUSES
from worker.order_api.client import Answer

NOW = 1_795_262_400_000_000


FIELDS = {
    "id": 7,
    "order_number": "ORD-7",
    "status": "shipped",
    "payment_status": "paid",
    "shipping_date": "2026-11-20",
    "delivery_date": None,
    "admin_notes": "ring twice\nplease",
    "updated_at": "2026-11-20T10:00:00Z",
}


MISSING = object()


def answer(document, status=200, **headers):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Answer(status, headers, body)


def show(**changes):
    fields = {name: value for name, value in (FIELDS | changes).items() if value is not MISSING}
    return answer({"status": True, "message": "Success", "data": fields})


def read(reply):
    return order_in(reply, "7", NOW - 5, NOW, STATUSES).reading


def failure(reply):
    with pytest.raises(ApiError) as failed:
        read(reply)
    return failed.value
