"""How each platform writes its answers, for platforms that are made up in a test."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tests.support.fake_order_api import PlatformOrder
from worker.domain.stages import Stage

Fields = dict[str, Any]


class Failure(Protocol):
    """Writes a refusal, which comes with an HTTP *status*; *details* are fields, and what is wrong with each."""

    def __call__(
        self, message: str, status: int = 409, code: str = ..., details: Mapping[str, str] | None = None
    ) -> Fields: ...


@dataclass(frozen=True, slots=True)
class Dialect:
    """One platform's way to write.

    *success* wraps what is shown, *failure* what is refused; *outer* and *inner* are the fields of an answer and of an
    order in it. *shown* writes an order, *asked* reads the places that a write asks for.
    """

    success: Callable[[object], Fields]
    failure: Failure
    shown: Callable[[str, PlatformOrder], Fields]
    asked: Callable[[Mapping[str, Any]], tuple[Stage, ...]]
    outer: tuple[str, ...]
    inner: tuple[str, ...]


def _awalchat_order(order_id: str, shown: PlatformOrder) -> Fields:
    return {
        "id": int(order_id),
        "order_number": f"ORD-{order_id}",
        "status": shown.status,
        "payment_status": shown.payment.value,
        "shipping_date": None,
        "delivery_date": None,
        "admin_notes": shown.notes,
        "updated_at": "2026-01-25T12:00:00Z",
    }


def _awalchat_failure(
    message: str, status: int = 409, code: str = "conflict", details: Mapping[str, str] | None = None
) -> Fields:
    return {"error": code, "message": message, "details": details or {}, "request_id": "req-1"}


def _cekat_order(order_id: str, shown: PlatformOrder) -> Fields:
    status = {"accepted": "processing", "completed": "delivered"}.get(shown.status, shown.status)
    completed = {"fulfillment": {"stage": "completed"}} if shown.status == "completed" else {}
    return {
        "id": order_id,
        "order_number": f"ORD-{order_id}",
        "status": status,
        "tracking_number": None,
        "tracking_url": None,
        "notes": shown.notes,
        "metadata": {"crm": 42, **completed},
        "status_history": [{"status": status, "timestamp": "2026-01-25T12:00:00Z"}],
    }


def _cekat_failure(message: str, status: int = 409, code: str = "", details: Mapping[str, str] | None = None) -> Fields:
    """Of its two shapes, the one that can say it."""
    if not code and not details:
        return {"success": False, "status_code": status, "error": {"message": message}}
    listed = [{"field": field, "message": said} for field, said in (details or {}).items()]
    return {"success": False, "error": {"code": code, "message": message, "details": listed}}


def _asked_of_cekat(sent: Mapping[str, Any]) -> tuple[Stage, ...]:
    status = {"processing": "accepted"}.get(sent.get("status", ""), sent.get("status"))
    ours = sent.get("metadata", {}).get("fulfillment", {}).get("stage")
    return tuple(Stage(word) for word in dict.fromkeys((status, ours)) if word)


DIALECTS = {
    "awalchat": Dialect(
        success=lambda data: {"status": True, "message": "Success", "data": data},
        failure=_awalchat_failure,
        shown=_awalchat_order,
        asked=lambda sent: (Stage(sent["status"]),),
        outer=("status", "message", "data", "error", "details", "request_id"),
        inner=tuple(_awalchat_order("1", PlatformOrder())),
    ),
    "cekat": Dialect(
        success=lambda data: {"success": True, "data": data},
        failure=_cekat_failure,
        shown=_cekat_order,
        asked=_asked_of_cekat,
        outer=("success", "status_code", "message", "data", "error"),
        inner=("order_status", "payment_status", *_cekat_order("1", PlatformOrder())),
    ),
}


def request_body(raw: bytes) -> Mapping[str, Any]:
    """Return the JSON object that a request on the wire has for its body."""
    body: Mapping[str, Any] = json.loads(raw.partition(b"\r\n\r\n")[2])
    return body
