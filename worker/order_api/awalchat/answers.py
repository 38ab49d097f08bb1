"""What awalchat answers ("Update Order", "List Orders"), believed only as far as it makes sense."""

from collections.abc import Mapping

from worker.domain.errors import ApiError, OrderMissing, Rejected, Transient, Unauthorized
from worker.domain.orders import Reading
from worker.domain.text import clean_text
from worker.order_api.awalchat.vocabulary import read_order_id
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

BY_CODE: Mapping[str, type[ApiError]] = {
    "authentication_failed": Unauthorized,
    "missing_headers": Unauthorized,
    "validation_failed": Rejected,
    "resource_not_found": OrderMissing,
}
"""What the platform's own word for a failure means; it goes before the HTTP status."""


def content_of(answer: HttpResponse, now: int) -> dict[str, object]:
    """Return the envelope of a call that went well; raises the `ApiError` that fits any other answer.

    *now*, in microseconds since the epoch, dates an answer that does not date itself.
    """
    envelope, flaw = read_envelope(answer.body)
    if answer.status not in SUCCESS:
        raise _failure(answer, envelope, now)
    if envelope.get("status") is True:
        return envelope
    if envelope.get("status") is False or "error" in envelope:
        raise _failure(answer, envelope, now)
    raise senseless(answer, flaw or "its status is neither true nor false")


def order_in(answer: HttpResponse, order_id: str, read_at: int, now: int, statuses: StatusTable) -> PlatformOrder:
    """Return the order that *answer* shows; raises the `ApiError` that fits an answer that does not.

    *read_at*, when the call began, and *now* are microseconds since the epoch.
    """
    fields = content_of(answer, now).get("data")
    try:
        shown = _shown(fields, read_at, statuses)
    except ValueError as error:
        raise senseless(answer, str(error)) from error
    if shown.order_id != order_id:
        raise senseless(answer, "it shows another order")
    return shown


def page_in(answer: HttpResponse, read_at: int, now: int, statuses: StatusTable) -> Page:
    """Return the page of a list that *answer* shows ("List Orders"); raises the `ApiError` that fits any other."""
    content = content_of(answer, now)
    orders, meta = content.get("data"), content.get("meta")
    if not isinstance(orders, list):
        raise senseless(answer, "data is not a list")
    told = meta if isinstance(meta, dict) else {}
    try:
        shown = tuple(_shown(fields, read_at, statuses) for fields in orders)
        at, last, total = (whole_of(told, name) for name in ("current_page", "last_page", "total"))
    except ValueError as error:
        raise senseless(answer, str(error)) from error
    return Page(shown, total, last=at is None or last is None or at >= last)


def _shown(fields: object, read_at: int, statuses: StatusTable) -> PlatformOrder:
    return shown_in(fields, read_order_id, lambda fields: _reading(fields, read_at, statuses))


def _reading(fields: Mapping[str, object], read_at: int, statuses: StatusTable) -> Reading:
    status = text_of(fields, "status")
    if not status or not clean_text(status):
        raise ValueError("status is missing")
    meaning = statuses.read(status)
    return Reading(
        status=words(status, MAX_WORD),
        position=meaning.position,
        read_at=read_at,
        # Nothing else proves a payment here: what is read as paid is written as paid with every step.
        paid=PAID.get(text_of(fields, "payment_status") or ""),
        notes=text_of(fields, "admin_notes") or "" if "admin_notes" in fields else None,
        shipping_date=clean_text(text_of(fields, "shipping_date") or "", MAX_WORD),
        delivery_date=clean_text(text_of(fields, "delivery_date") or "", MAX_WORD),
        number=word(fields.get("order_number")),
    )


def _failure(answer: HttpResponse, envelope: dict[str, object], now: int) -> ApiError:
    code = words(envelope.get("error"), MAX_WORD)
    named = BY_STATUS if envelope else BY_STATUS_ALONE
    family = BY_CODE.get(code) or named.get(answer.status, Transient)
    return failure(family, answer, _message(envelope, family), code, words(envelope.get("request_id")), now)


def _message(envelope: dict[str, object], family: type[ApiError]) -> str:
    """Return the platform's own message; for a rejected request with the details that name the field."""
    message, details = words(envelope.get("message")), envelope.get("details")
    if family is not Rejected or not details:
        return message
    fields = [f"{name}: {said}" for name, said in details.items()] if isinstance(details, dict) else [str(details)]
    return words(" ".join([message, *fields]))
