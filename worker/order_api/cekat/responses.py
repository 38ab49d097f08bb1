"""Reads the responses of Cekat (source: its API reference, "Orders"), in both shapes that it documents.

An order is `data`. A list is `data` with `pagination`, or `data.orders` with `order_status` in each order.
"""

from collections.abc import Mapping
from dataclasses import replace

from worker.domain.errors import ApiError, Transient
from worker.domain.instants import Instant
from worker.domain.orders import Payment, Reading
from worker.domain.stages import Position, Stage
from worker.domain.text import clean_text
from worker.order_api.cekat.vocabulary import METADATA_KEY, PAYMENTS, read_order_id
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


def content_of(response: HttpResponse, now: Instant) -> object:
    """Return the `data` of a call that succeeded; raises the `ApiError` that any other response means.

    *now* replaces a missing `Date`.
    """
    envelope, flaw = read_envelope(response.body)
    if response.status not in SUCCESS or envelope.get("success") is False or envelope.get("error"):
        raise _failure(response, envelope, now)
    if envelope.get("success") is True or ("success" not in envelope and envelope.get("message") == "success"):
        return envelope.get("data")
    raise invalid_answer(response, flaw or "it does not say that the call succeeded")


def order_in(
    response: HttpResponse, order_id: str | None, read_at: Instant, now: Instant, statuses: StatusTable
) -> PlatformOrder:
    """Return the order *order_id*, or any order if it is None; raises the `ApiError` that any other response means.

    *read_at* is when the call began; *now* as in `content_of`.
    """
    fields = content_of(response, now)
    try:
        order = _order(fields, AnswerTimes(read_at, now, response.headers), statuses)
    except ValueError as error:
        raise invalid_answer(response, str(error)) from error
    if order_id not in {None, order.order_id}:
        raise invalid_answer(response, "it shows another order")
    return in_answer(order, response)


def page_in(response: HttpResponse, size: int, read_at: Instant, now: Instant, statuses: StatusTable) -> Page:
    """Return the page of a list; raises the `ApiError` that any other response means.

    `has_more` says whether another page follows. Without it, a page with less than *size* orders is the last one.
    *read_at* and *now* as in `order_in`.
    """
    orders, pagination = _list_in(content_of(response, now), read_envelope(response.body)[0].get("pagination"))
    if not isinstance(orders, list):
        raise invalid_answer(response, "data is not a list of orders")
    times = AnswerTimes(read_at, now, response.headers)
    page, unreadable = read_orders(orders, lambda fields: _listed(_order(fields, times, statuses)))
    try:
        total = whole_number_of(pagination, "total")
    except ValueError as error:
        raise invalid_answer(response, str(error)) from error
    has_more = pagination.get("has_more")
    is_last = not has_more if isinstance(has_more, bool) else len(orders) < size
    return Page(page, total, is_last, unreadable)


def _listed(order: PlatformOrder) -> PlatformOrder:
    """Return an order of a list. The entries of the documented list have neither notes nor metadata."""
    return replace(order, reading=replace(order.reading, partial="metadata" not in order.document))


def _list_in(data: object, pagination: object) -> tuple[object, Mapping[str, object]]:
    """Return the list of orders, unchecked, and the pagination, from either shape."""
    orders = data
    if isinstance(data, dict):
        orders, pagination = data.get("orders"), pagination or data.get("pagination")
    return orders, pagination if isinstance(pagination, dict) else {}


def history_has(order: PlatformOrder, status: str) -> bool:
    """Tell whether the order's `status_history` has *status*; True for an order without a history.

    The field `status` alone may only repeat the request.
    """
    history = order.document.get("status_history")
    if not isinstance(history, list) or not history:
        return True
    recorded = [entry.get("status") or entry.get("order_status") for entry in history if isinstance(entry, dict)]
    return status in recorded


def _order(fields: object, times: AnswerTimes, statuses: StatusTable) -> PlatformOrder:
    return read_order(fields, read_order_id, lambda fields: _reading(fields, times, statuses))


def _reading(fields: Mapping[str, object], times: AnswerTimes, statuses: StatusTable) -> Reading:
    status = text_of(fields, "status") or text_of(fields, "order_status")
    if not status or not clean_text(status):
        raise ValueError("status is missing")
    meaning, payment = statuses.read(status), fields.get("payment_status")
    return Reading(
        status=safe_text(status, MAX_NAME),
        position=_position(meaning.position, fields.get("metadata")),
        read_at=times.read_at,
        as_of=times.as_of(fields.get("updated_at")),
        payment=meaning.payment if payment is None else PAYMENTS.get(str(payment), Payment.UNKNOWN),
        notes=notes_of(fields, "notes"),
        tracking=_tracking(fields),
        tracking_url=shown_text(fields, "tracking_url"),
        number=safe_name(fields.get("order_number")),
    )


def _tracking(fields: Mapping[str, object]) -> str | None:
    """Return the tracking number; empty when the field is missing, because a created order is shown without it.

    None when the field has something that is no number.
    """
    number = fields.get("tracking_number")
    if isinstance(number, int) and not isinstance(number, bool):
        return str(number)
    return "" if number is None else number if isinstance(number, str) else None


def without_unshown(order: PlatformOrder, *, completes: bool) -> PlatformOrder:
    """Return the order in the answer to an update: a field that it leaves out is unknown, and not empty.

    The documented answer has seven fields, and neither notes nor metadata. So it is partial if the update *completes*
    the order, which the metadata would show.
    """
    tracking = order.reading.tracking if "tracking_number" in order.document else None
    is_partial = completes and "metadata" not in order.document
    return replace(order, reading=replace(order.reading, tracking=tracking, partial=is_partial))


def _position(position: Position, metadata: object) -> Position:
    """Return completed for a delivered order with our completion in its metadata; *position* for any other order.

    The metadata may be out of date: it means nothing for an order that is no longer delivered.
    """
    ours = metadata.get(METADATA_KEY) if isinstance(metadata, dict) else None
    completed = isinstance(ours, dict) and ours.get("stage") == Stage.COMPLETED
    return Stage.COMPLETED if position is Stage.DELIVERED and completed else position


def _failure(response: HttpResponse, envelope: Mapping[str, object], now: Instant) -> ApiError:
    inner = envelope.get("error")
    error = inner if isinstance(inner, dict) else {}
    status = envelope.get("status_code") if response.status in SUCCESS else response.status
    by_status = BY_STATUS if "success" in envelope or error else BY_STATUS_ALONE
    error_type = by_status.get(status, Transient) if isinstance(status, int) else Transient
    request_id = safe_text(response.headers.get("x-request-id"), MAX_NAME)
    return api_error(error_type, response, _message(error), safe_text(error.get("code"), MAX_NAME), request_id, now)


def _message(error: Mapping[str, object]) -> str:
    """Return the platform's own message with the details, which name the wrong fields."""
    details = error.get("details")
    entries = [entry for entry in details if isinstance(entry, dict)] if isinstance(details, list) else []
    fields = [f"{safe_text(entry.get('field'))}: {safe_text(entry.get('message'))}" for entry in entries]
    return safe_text(" ".join([safe_text(error.get("message")), *fields]))
