"""Reads the responses of awalchat (source: its API reference, "Update Order" and "List Orders")."""

from collections.abc import Mapping

from worker.domain.errors import ApiError, OrderMissing, Rejected, Transient, Unauthorized
from worker.domain.instants import Instant
from worker.domain.orders import Payment, Reading
from worker.domain.text import clean_text
from worker.order_api.awalchat.vocabulary import PAYMENTS, read_order_id
from worker.order_api.clients import Page, PlatformOrder
from worker.order_api.envelopes import (
    BY_STATUS,
    BY_STATUS_ALONE,
    MAX_NAME,
    SUCCESS,
    api_error,
    in_answer,
    invalid_answer,
    notes_of,
    read_envelope,
    read_order,
    read_orders,
    safe_name,
    safe_text,
    shown_text,
    text_of,
    whole_number_of,
)
from worker.order_api.freshness import AnswerTimes
from worker.order_api.http.client import HttpResponse
from worker.order_api.statuses import StatusTable

BY_CODE: Mapping[str, type[ApiError]] = {
    "authentication_failed": Unauthorized,
    "missing_headers": Unauthorized,
    "validation_failed": Rejected,
    "resource_not_found": OrderMissing,
}
"""The error that each code of the platform means. The code takes precedence over the HTTP status."""


def content_of(response: HttpResponse, now: Instant) -> dict[str, object]:
    """Return the JSON object of a call that succeeded; raises the `ApiError` that any other response means.

    *now* replaces a missing `Date`.
    """
    envelope, flaw = read_envelope(response.body)
    if response.status not in SUCCESS:
        raise _failure(response, envelope, now)
    if envelope.get("status") is True:
        return envelope
    if envelope.get("status") is False or "error" in envelope:
        raise _failure(response, envelope, now)
    raise invalid_answer(response, flaw or "its status is neither true nor false")


def order_in(
    response: HttpResponse, order_id: str, read_at: Instant, now: Instant, statuses: StatusTable
) -> PlatformOrder:
    """Return the order *order_id*; raises the `ApiError` that any other response means.

    *read_at* is when the call began; *now* as in `content_of`.
    """
    content = content_of(response, now)
    try:
        order = _order(content.get("data"), AnswerTimes(read_at, now, response.headers), statuses)
    except ValueError as error:
        raise invalid_answer(response, str(error)) from error
    if order.order_id != order_id:
        raise invalid_answer(response, "it shows another order")
    return in_answer(order, response, content.get("request_id"))


def page_in(response: HttpResponse, read_at: Instant, now: Instant, statuses: StatusTable) -> Page:
    """Return the page of a list; raises the `ApiError` that any other response means.

    *read_at* and *now* as in `order_in`.
    """
    content = content_of(response, now)
    data, meta = content.get("data"), content.get("meta")
    if not isinstance(data, list):
        raise invalid_answer(response, "data is not a list")
    counts, times = meta if isinstance(meta, dict) else {}, AnswerTimes(read_at, now, response.headers)
    orders, unreadable = read_orders(data, lambda fields: _order(fields, times, statuses))
    try:
        page, last_page, total = (whole_number_of(counts, name) for name in ("current_page", "last_page", "total"))
    except ValueError as error:
        raise invalid_answer(response, str(error)) from error
    return Page(orders, total, page is None or last_page is None or page >= last_page, unreadable)


def _order(fields: object, times: AnswerTimes, statuses: StatusTable) -> PlatformOrder:
    return read_order(fields, read_order_id, lambda fields: _reading(fields, times, statuses))


def _reading(fields: Mapping[str, object], times: AnswerTimes, statuses: StatusTable) -> Reading:
    status = text_of(fields, "status")
    if not status or not clean_text(status):
        raise ValueError("status is missing")
    return Reading(
        status=safe_text(status, MAX_NAME),
        position=statuses.read(status).position,
        read_at=times.read_at,
        as_of=times.as_of(fields.get("updated_at")),
        # No other field says whether the order is paid. A write repeats `paid` from here, and never sets it by itself.
        payment=PAYMENTS.get(text_of(fields, "payment_status") or "", Payment.UNKNOWN),
        notes=notes_of(fields, "admin_notes"),
        shipping_date=clean_text(shown_text(fields, "shipping_date"), MAX_NAME),
        delivery_date=clean_text(shown_text(fields, "delivery_date"), MAX_NAME),
        number=safe_name(fields.get("order_number")),
    )


def _failure(response: HttpResponse, envelope: dict[str, object], now: Instant) -> ApiError:
    code = safe_text(envelope.get("error"), MAX_NAME)
    by_status = BY_STATUS if envelope else BY_STATUS_ALONE
    error_type = BY_CODE.get(code) or by_status.get(response.status, Transient)
    return api_error(
        error_type, response, _message(envelope, error_type), code, safe_text(envelope.get("request_id")), now
    )


def _message(envelope: dict[str, object], error_type: type[ApiError]) -> str:
    """Return the platform's own message. For a rejected request, add the details, which name the wrong fields."""
    message, details = safe_text(envelope.get("message")), envelope.get("details")
    if error_type is not Rejected or not details:
        return message
    fields = [f"{name}: {text}" for name, text in details.items()] if isinstance(details, dict) else [str(details)]
    return safe_text(" ".join([message, *fields]))
