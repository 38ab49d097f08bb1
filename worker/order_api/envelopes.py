"""Reads the responses of all platforms: the JSON object, the fields of an order, and the error that a status means."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus

from worker.domain.documents import Flawed, Malformed, plain, read_leniently
from worker.domain.errors import (
    ApiError,
    Conflict,
    OrderGone,
    OrderMissing,
    Rejected,
    Throttled,
    Transient,
    Unauthorized,
)
from worker.domain.instants import Instant
from worker.domain.orders import Reading
from worker.domain.text import clean_text
from worker.order_api.clients import PlatformOrder
from worker.order_api.http.client import MAX_MESSAGE, HttpResponse
from worker.order_api.http.rate_limits import pause

SUCCESS = range(200, 300)
MAX_NAME = 64
"""The most characters of a status, an error code or an order number."""

BY_STATUS: Mapping[int, type[ApiError]] = {
    HTTPStatus.BAD_REQUEST: Rejected,
    HTTPStatus.UNAUTHORIZED: Unauthorized,
    HTTPStatus.FORBIDDEN: Unauthorized,
    HTTPStatus.NOT_FOUND: OrderMissing,
    HTTPStatus.CONFLICT: Conflict,
    HTTPStatus.GONE: OrderGone,
    HTTPStatus.LOCKED: Conflict,
    HTTPStatus.UNPROCESSABLE_ENTITY: Rejected,
    HTTPStatus.TOO_MANY_REQUESTS: Throttled,
}
"""The error that an HTTP status means. Any other status is `Transient`."""

BY_STATUS_ALONE: Mapping[int, type[ApiError]] = {
    status: error_type for status, error_type in BY_STATUS.items() if error_type in {Unauthorized, Throttled}
}
"""The error that an HTTP status means when the body is not the platform's. A proxy may have answered, so the status
says nothing about the order."""

# Some servers repeat the signature that they expected.
_SIGNATURE = re.compile("[0-9a-fA-F]{64}")


def read_envelope(body: bytes) -> tuple[dict[str, object], str]:
    """Return the JSON object in *body* and no flaw, or an empty object and a few words that name the flaw.

    A value in it that nothing may use is `Flawed`: most fields are of no interest to us.
    """
    try:
        document = read_leniently(body, cut_deep=True)
    except Malformed as error:
        return {}, error.reason
    return (document, "") if isinstance(document, dict) else ({}, "not an object")


def invalid_answer(response: HttpResponse, flaw: str) -> Transient:
    """Return the error for an answer that makes no sense. The call is tried again, because the next answer may."""
    return Transient(f"the answer makes no sense: {flaw}", response.status)


def api_error(
    error_type: type[ApiError], response: HttpResponse, message: str, code: str, request_id: str, now: Instant
) -> ApiError:
    """Return an error of *error_type* with the parts of *response*. *now* replaces a missing `Date`."""
    if error_type is Throttled:
        return Throttled(message, response.status, code, request_id, pause(response.headers, now))
    return error_type(message, response.status, code, request_id)


def in_answer(order: PlatformOrder, response: HttpResponse, request_id: object = None) -> PlatformOrder:
    """Return *order* with the status of the *response* that shows it, and the platform's name for the call.

    *request_id* is the name that the body gives; the header `X-Request-Id` counts if there is none.
    """
    name = safe_text(request_id or response.headers.get("x-request-id"), MAX_NAME)
    return replace(order, reading=replace(order.reading, http_status=response.status, request_id=name))


def read_order(
    fields: object, read_order_id: Callable[[object], str], read: Callable[[Mapping[str, object]], Reading]
) -> PlatformOrder:
    """Return the order in *fields*, a JSON value. Raises ValueError, whose text names the flaw."""
    if not isinstance(fields, dict):
        raise ValueError("an order is not an object")  # noqa: TRY004 - the caller catches one type for all flaws
    try:
        order_id = read_order_id(fields.get("id"))
    except ValueError as error:
        raise ValueError("it shows an order without an id") from error
    shown = plain(fields)
    return PlatformOrder(order_id, read(fields), shown if isinstance(shown, dict) else {})


def read_orders(
    entries: Iterable[object], read: Callable[[object], PlatformOrder]
) -> tuple[tuple[PlatformOrder, ...], int]:
    """Return the orders of a page, and how many of its *entries* cannot be read: *read* raises ValueError for them."""
    orders, unreadable = [], 0
    for entry in entries:
        try:
            orders.append(read(entry))
        except ValueError:
            unreadable += 1
    return tuple(orders), unreadable


def text_of(fields: Mapping[str, object], name: str) -> str | None:
    """Return the text in a field; None if it is null or missing. Raises ValueError, with the name, for other types."""
    value = fields.get(name)
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"{name} is not a string")


def shown_text(fields: Mapping[str, object], name: str) -> str:
    """Return the text in a field that is only kept as it is: something for any value that is not plainly empty."""
    value = fields.get(name)
    if isinstance(value, str):
        return value
    return (clean_text(str(value), MAX_NAME) or "…") if value or isinstance(value, Flawed) else ""


def notes_of(fields: Mapping[str, object], name: str) -> str | None:
    """Return the notes in a field, exactly; None when they are not shown, or cannot be written back as they are."""
    value = fields.get(name)
    if isinstance(value, str):
        return value
    return "" if name in fields and value is None else None


def whole_number_of(fields: Mapping[str, object], name: str) -> int | None:
    """Return the whole number in a field; None if it is null or missing. Raises ValueError, with the name, else."""
    value = fields.get(name)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    raise ValueError(f"{name} is not a whole number")


def safe_text(value: object, limit: int = MAX_MESSAGE) -> str:
    """Return a text of a platform for people: one line of at most *limit* characters, without signatures.

    Empty for any other type.
    """
    # Masked before it is cut: a signature that is cut would not be recognised.
    return clean_text(_SIGNATURE.sub("…", value), limit) if isinstance(value, str) else ""


def safe_name(value: object) -> str:
    """Return a name or number that the platform gives to an order; empty for any other type, and for a long text.

    A long text is not cut, because it could then equal the name of another order.
    """
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return safe_text(text) if isinstance(text, str) and len(text) <= MAX_NAME else ""
