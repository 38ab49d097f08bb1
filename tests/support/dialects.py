"""How each platform writes its answers, for platforms that are simulated in a test."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tests.support.fake_order_api import FakeOrder
from worker.domain.orders import Payment
from worker.domain.stages import Stage

Fields = dict[str, Any]


class Failure(Protocol):
    """Writes a refusal with an HTTP *status*; *details* names fields, and what is wrong with each of them."""

    def __call__(
        self, message: str, status: int = 409, code: str = ..., details: Mapping[str, str] | None = None
    ) -> Fields: ...


@dataclass(frozen=True, slots=True)
class Dialect:
    """The documents of one platform."""

    success: Callable[[object], Fields]
    """Wraps the data of an answer."""
    failure: Failure
    order: Callable[[str, FakeOrder], Fields]
    """Writes an order with an id."""
    requested: Callable[[Mapping[str, Any]], tuple[Stage, ...]]
    """Reads the stages for which a write asks."""
    outer: tuple[str, ...]
    """The fields of an answer."""
    inner: tuple[str, ...]
    """The fields of an order in it."""
    updated: tuple[str, ...]
    """The fields of an order in the answer to a write."""


def _awalchat_order(order_id: str, order: FakeOrder) -> Fields:
    return {
        "id": int(order_id),
        "order_number": f"ORD-{order_id}",
        "status": order.status,
        "payment_status": "paid" if order.payment is Payment.PAID else "unpaid",
        "shipping_date": None,
        "delivery_date": None,
        "admin_notes": order.notes,
        "updated_at": "2026-01-25T12:00:00Z",
    }


def _awalchat_failure(
    message: str, status: int = 409, code: str = "conflict", details: Mapping[str, str] | None = None
) -> Fields:
    return {"error": code, "message": message, "details": details or {}, "request_id": "req-1"}


def _cekat_order(order_id: str, order: FakeOrder) -> Fields:
    status = {"accepted": "processing", "completed": "delivered"}.get(order.status, order.status)
    completed = {"fulfillment": {"stage": "completed"}} if order.status == "completed" else {}
    return {
        "id": order_id,
        "order_number": f"ORD-{order_id}",
        "status": status,
        "tracking_number": None,
        "tracking_url": None,
        "notes": order.notes,
        "metadata": {"crm": 42, **completed},
        "status_history": [{"status": status, "timestamp": "2026-01-25T12:00:00Z"}],
    }


def _cekat_failure(message: str, status: int = 409, code: str = "", details: Mapping[str, str] | None = None) -> Fields:
    """Write the first of the two shapes, or the second if it must hold a code or details."""
    if not code and not details:
        return {"success": False, "status_code": status, "error": {"message": message}}
    entries = [{"field": field, "message": text} for field, text in (details or {}).items()]
    return {"success": False, "error": {"code": code, "message": message, "details": entries}}


def _requested_of_cekat(update: Mapping[str, Any]) -> tuple[Stage, ...]:
    status = {"processing": "accepted"}.get(update.get("status", ""), update.get("status"))
    ours = update.get("metadata", {}).get("fulfillment", {}).get("stage")
    return tuple(Stage(word) for word in dict.fromkeys((status, ours)) if word)


DIALECTS = {
    "awalchat": Dialect(
        success=lambda data: {"status": True, "message": "Success", "data": data},
        failure=_awalchat_failure,
        order=_awalchat_order,
        requested=lambda update: (Stage(update["status"]),),
        outer=("status", "message", "data", "error", "details", "request_id"),
        inner=tuple(_awalchat_order("1", FakeOrder())),
        updated=tuple(_awalchat_order("1", FakeOrder())),
    ),
    "cekat": Dialect(
        success=lambda data: {"success": True, "data": data},
        failure=_cekat_failure,
        order=_cekat_order,
        requested=_requested_of_cekat,
        outer=("success", "status_code", "message", "data", "error"),
        inner=("order_status", "payment_status", *_cekat_order("1", FakeOrder())),
        updated=("id", "order_number", "status", "tracking_number", "tracking_url", "updated_at", "status_history"),
    ),
}


def request_body(raw: bytes) -> Mapping[str, Any]:
    """Return the JSON object in the body of *raw*, a whole request."""
    body: Mapping[str, Any] = json.loads(raw.partition(b"\r\n\r\n")[2])
    return body
