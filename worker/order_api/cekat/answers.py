"""What Cekat answers (its API reference, "Orders") in the two shapes that it documents, believed if it makes sense.

An order is shown as `data`, a list as `data` with `pagination`, or as `data.orders` with `order_status` in each.
"""

from collections.abc import Mapping

from worker.domain.errors import ApiError, Transient
from worker.domain.orders import Reading
from worker.domain.stages import Position, Stage
from worker.domain.text import clean_text
from worker.order_api.cekat.vocabulary import NAMESPACE, read_order_id
from worker.order_api.clients import Page, PlatformOrder
from worker.order_api.envelopes import (
    BY_STATUS,
    BY_STATUS_ALONE,
    MAX_WORD,
    SUCCESS,
    failure,
    read_envelope,
    senseless,
    shown_in,
    text_of,
    whole_of,
    word,
    words,
)
from worker.order_api.http.client import HttpResponse
from worker.order_api.statuses import StatusTable

PAID = {"paid": True, "unpaid": False}


def content_of(answer: HttpResponse, now: int) -> object:
    """Return the `data` of a call that went well; raises the `ApiError` that fits any other answer.

    *now*, in microseconds since the epoch, dates an answer that does not date itself.
    """
    envelope, flaw = read_envelope(answer.body)
    if answer.status not in SUCCESS or envelope.get("success") is False or envelope.get("error"):
        raise _failure(answer, envelope, now)
    if envelope.get("success") is True or ("success" not in envelope and envelope.get("message") == "success"):
        return envelope.get("data")
    raise senseless(answer, flaw or "it tells of no success")


def order_in(
    answer: HttpResponse, order_id: str | None, read_at: int, now: int, statuses: StatusTable
) -> PlatformOrder:
    """Return the order that *answer* shows; raises the `ApiError` that fits an answer that does not.

    *read_at*, when the call began, and *now* are microseconds since the epoch. None as *order_id* is any order.
    """
    fields = content_of(answer, now)
    try:
        shown = _shown(fields, read_at, statuses)
    except ValueError as error:
        raise senseless(answer, str(error)) from error
    if order_id not in {None, shown.order_id}:
        raise senseless(answer, "it shows another order")
    return shown


def page_in(answer: HttpResponse, size: int, read_at: int, now: int, statuses: StatusTable) -> Page:
    """Return the page of a list that *answer* shows; raises the `ApiError` that fits any other.

    A page is the last one by its own word (`has_more`), or, without such a word, when it has less than *size* orders.
    """
    data, told = content_of(answer, now), read_envelope(answer.body)[0].get("pagination")
    orders, told = (data.get("orders"), told or data.get("pagination")) if isinstance(data, dict) else (data, told)
    if not isinstance(orders, list):
        raise senseless(answer, "data is no list of orders")
    pagination = told if isinstance(told, dict) else {}
    try:
        shown = tuple(_shown(fields, read_at, statuses) for fields in orders)
        total = whole_of(pagination, "total")
    except ValueError as error:
        raise senseless(answer, str(error)) from error
    more = pagination.get("has_more")
    return Page(shown, total, last=not more if isinstance(more, bool) else len(shown) < size)


def is_proven(shown: PlatformOrder, status: str) -> bool:
    """Tell whether the order's `status_history`, where the answer has one, shows that *status* was recorded.

    The status beside it could be the mere echo of a request.
    """
    history = shown.document.get("status_history")
    if not isinstance(history, list) or not history:
        return True
    recorded = [entry.get("status") or entry.get("order_status") for entry in history if isinstance(entry, dict)]
    return status in recorded


def _shown(fields: object, read_at: int, statuses: StatusTable) -> PlatformOrder:
    return shown_in(fields, read_order_id, lambda fields: _reading(fields, read_at, statuses))


def _reading(fields: Mapping[str, object], read_at: int, statuses: StatusTable) -> Reading:
    status = text_of(fields, "status") or text_of(fields, "order_status")
    if not status or not clean_text(status):
        raise ValueError("status is missing")
    meaning = statuses.read(status)
    return Reading(
        status=words(status, MAX_WORD),
        position=_position(meaning.position, fields.get("metadata")),
        read_at=read_at,
        paid=meaning.paid if fields.get("payment_status") is None else PAID.get(str(fields["payment_status"])),
        notes=text_of(fields, "notes") or "" if "notes" in fields else None,
        tracking=_tracking(fields),
        tracking_url=text_of(fields, "tracking_url") or "",
        number=word(fields.get("order_number")),
    )


def _tracking(fields: Mapping[str, object]) -> str | None:
    """Return the parcel that the order names; None when the answer does not show whether it names one."""
    number = fields.get("tracking_number")
    if isinstance(number, int) and not isinstance(number, bool):
        return str(number)
    return text_of(fields, "tracking_number") or "" if "tracking_number" in fields else None


def _position(position: Position, metadata: object) -> Position:
    """Completion stands in our own metadata, and holds only for an order that is still delivered."""
    ours = metadata.get(NAMESPACE) if isinstance(metadata, dict) else None
    completed = isinstance(ours, dict) and ours.get("stage") == Stage.COMPLETED
    return Stage.COMPLETED if position is Stage.DELIVERED and completed else position


def _failure(answer: HttpResponse, envelope: Mapping[str, object], now: int) -> ApiError:
    told = envelope.get("error")
    error = told if isinstance(told, dict) else {}
    status = envelope.get("status_code") if answer.status in SUCCESS else answer.status
    named = BY_STATUS if "success" in envelope or error else BY_STATUS_ALONE
    family = named.get(status, Transient) if isinstance(status, int) else Transient
    request_id = words(answer.headers.get("x-request-id"), MAX_WORD)
    return failure(family, answer, _message(error), words(error.get("code"), MAX_WORD), request_id, now)


def _message(error: Mapping[str, object]) -> str:
    """Return the platform's own message, with the details that name fields."""
    details = error.get("details")
    listed = [entry for entry in details if isinstance(entry, dict)] if isinstance(details, list) else []
    fields = [f"{words(entry.get('field'))}: {words(entry.get('message'))}" for entry in listed]
    return words(" ".join([words(error.get("message")), *fields]))
