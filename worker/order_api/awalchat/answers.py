"""What awalchat answers ("Update Order", "List Orders"), believed only as far as it makes sense."""

import re
from http import HTTPStatus

from worker.domain.documents import Malformed, read_document
from worker.domain.errors import (
    ApiError,
    Conflict,
    OrderMissing,
    Rejected,
    Throttled,
    Transient,
    Unauthorized,
)
from worker.domain.orders import Reading
from worker.domain.text import clean_text
from worker.order_api.awalchat.vocabulary import STATUSES, read_order_id
from worker.order_api.client import MAX_MESSAGE, Answer
from worker.order_api.rate_limits import pause

SUCCESS = range(200, 300)
MAX_WORD = 64
PAID = {"paid": True, "unpaid": False}

BY_CODE: dict[str, type[ApiError]] = {
    "authentication_failed": Unauthorized,
    "missing_headers": Unauthorized,
    "validation_failed": Rejected,
    "resource_not_found": OrderMissing,
}
"""What the platform's own word for a failure means; it goes before the HTTP status."""

BY_STATUS: dict[int, type[ApiError]] = {
    HTTPStatus.BAD_REQUEST: Rejected,
    HTTPStatus.UNAUTHORIZED: Unauthorized,
    HTTPStatus.FORBIDDEN: Unauthorized,
    HTTPStatus.NOT_FOUND: OrderMissing,
    HTTPStatus.CONFLICT: Conflict,
    HTTPStatus.UNPROCESSABLE_ENTITY: Rejected,
    HTTPStatus.TOO_MANY_REQUESTS: Throttled,
}
"""Any other status may be better later."""

BY_STATUS_ALONE: dict[int, type[ApiError]] = {
    status: family for status, family in BY_STATUS.items() if family in {Unauthorized, Throttled}
}
"""Without the platform's envelope it may be a proxy that speaks: no order is stopped for its word."""

# Some servers are so kind as to show the signature that they had expected.
_SIGNATURE = re.compile("[0-9a-fA-F]{64}")


def content_of(answer: Answer, now: int) -> dict[str, object]:
    """Return the envelope of a call that went well; raises the `ApiError` that fits any other answer.

    *now*, in microseconds since the epoch, dates an answer that does not date itself.
    """
    envelope, flaw = _envelope(answer.body)
    if answer.status not in SUCCESS:
        raise _failure(answer, envelope, now)
    if envelope.get("status") is True:
        return envelope
    if envelope.get("status") is False or "error" in envelope:
        raise _failure(answer, envelope, now)
    raise _senseless(answer, flaw or "its status is neither true nor false")


def reading_of(answer: Answer, order_id: str, read_at: int, now: int) -> Reading:
    """Return what *answer* shows of the order; raises the `ApiError` that fits an answer that does not.

    *read_at*, when the call began, and *now* are microseconds since the epoch.
    """
    fields = content_of(answer, now).get("data")
    if not isinstance(fields, dict):
        raise _senseless(answer, "data is not an object")
    try:
        return _reading(fields, order_id, read_at)
    except ValueError as error:
        raise _senseless(answer, str(error)) from error


def _reading(fields: dict[str, object], order_id: str, read_at: int) -> Reading:
    if read_order_id(fields.get("id")) != order_id:
        raise ValueError("it shows another order")
    status = _text(fields, "status")
    if not status or not clean_text(status):
        raise ValueError("status is missing")
    return Reading(
        status=_words(status, MAX_WORD),
        standing=STATUSES.get(status),
        read_at=read_at,
        paid=PAID.get(_text(fields, "payment_status") or ""),
        notes=_text(fields, "admin_notes") or "" if "admin_notes" in fields else None,
        shipping_date=clean_text(_text(fields, "shipping_date") or "", MAX_WORD),
        delivery_date=clean_text(_text(fields, "delivery_date") or "", MAX_WORD),
    )


def _text(fields: dict[str, object], name: str) -> str | None:
    value = fields.get(name)
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"{name} is not a string")


def _envelope(body: bytes) -> tuple[dict[str, object], str]:
    """Return the JSON object that *body* is, or an empty one and what is wrong with it."""
    try:
        document = read_document(body)
    except Malformed as error:
        return {}, error.reason
    return (document, "") if isinstance(document, dict) else ({}, "not an object")


def _senseless(answer: Answer, flaw: str) -> Transient:
    return Transient(f"the answer makes no sense: {flaw}", answer.status)


def _failure(answer: Answer, envelope: dict[str, object], now: int) -> ApiError:
    code = _words(envelope.get("error"), MAX_WORD)
    named = BY_STATUS if envelope else BY_STATUS_ALONE
    family = BY_CODE.get(code) or named.get(answer.status, Transient)
    request_id = _words(envelope.get("request_id"), MAX_MESSAGE)
    message = _message(envelope, family)
    if family is Throttled:
        return Throttled(message, answer.status, code, request_id, pause(answer.headers, now))
    return family(message, answer.status, code, request_id)


def _message(envelope: dict[str, object], family: type[ApiError]) -> str:
    """Return the platform's own message; for a rejected request with the details that name the field."""
    message = _words(envelope.get("message"), MAX_MESSAGE)
    details = envelope.get("details")
    if family is Rejected and details:
        return _words(f"{message} {details}", MAX_MESSAGE)
    return message


def _words(value: object, limit: int) -> str:
    # Masked before it is cut: of a signature at the edge, a part would stay.
    return clean_text(_SIGNATURE.sub("…", value), limit) if isinstance(value, str) else ""
