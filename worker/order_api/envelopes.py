"""What every platform's answers have in common: JSON objects from outside, and HTTP statuses that mean the same."""

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus

from worker.domain.documents import Malformed, read_document
from worker.domain.errors import ApiError, Conflict, OrderMissing, Rejected, Throttled, Transient, Unauthorized
from worker.domain.orders import Reading
from worker.domain.text import clean_text
from worker.order_api.clients import PlatformOrder
from worker.order_api.http.client import MAX_MESSAGE, HttpResponse
from worker.order_api.http.rate_limits import pause

SUCCESS = range(200, 300)
MAX_WORD = 64

BY_STATUS: Mapping[int, type[ApiError]] = {
    HTTPStatus.BAD_REQUEST: Rejected,
    HTTPStatus.UNAUTHORIZED: Unauthorized,
    HTTPStatus.FORBIDDEN: Unauthorized,
    HTTPStatus.NOT_FOUND: OrderMissing,
    HTTPStatus.CONFLICT: Conflict,
    HTTPStatus.UNPROCESSABLE_ENTITY: Rejected,
    HTTPStatus.TOO_MANY_REQUESTS: Throttled,
}
"""Any other status may be better later."""

BY_STATUS_ALONE: Mapping[int, type[ApiError]] = {
    status: family for status, family in BY_STATUS.items() if family in {Unauthorized, Throttled}
}
"""Without the platform's envelope it may be a proxy that speaks: no order is stopped for its word."""

# Some servers are so kind as to show the signature that they had expected.
_SIGNATURE = re.compile("[0-9a-fA-F]{64}")


def read_envelope(body: bytes) -> tuple[dict[str, object], str]:
    """Return the JSON object that *body* is, or an empty one and what is wrong with it."""
    try:
        document = read_document(body)
    except Malformed as error:
        return {}, error.reason
    return (document, "") if isinstance(document, dict) else ({}, "not an object")


def senseless(answer: HttpResponse, flaw: str) -> Transient:
    """Make the error for an answer that cannot be believed: it may be better next time."""
    return Transient(f"the answer makes no sense: {flaw}", answer.status)


def failure(
    family: type[ApiError], answer: HttpResponse, message: str, code: str, request_id: str, now: int
) -> ApiError:
    """Make the error that *answer* is; *now*, in microseconds, dates one that does not date itself."""
    if family is Throttled:
        return Throttled(message, answer.status, code, request_id, pause(answer.headers, now))
    return family(message, answer.status, code, request_id)


def shown_in(
    fields: object, read_order_id: Callable[[object], str], read: Callable[[Mapping[str, object]], Reading]
) -> PlatformOrder:
    """Return the order that *fields* show; raises ValueError, naming what is wrong with them."""
    if not isinstance(fields, dict):
        raise ValueError("an order is not an object")  # noqa: TRY004 - of what comes from outside, every flaw is one
    try:
        order_id = read_order_id(fields.get("id"))
    except ValueError as error:
        raise ValueError("it shows an order without an id") from error
    return PlatformOrder(order_id, read(fields), fields)


def text_of(fields: Mapping[str, object], name: str) -> str | None:
    """Return a field that may be missing, or null, and is a text otherwise; raises ValueError, naming it."""
    value = fields.get(name)
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"{name} is not a string")


def whole_of(fields: Mapping[str, object], name: str) -> int | None:
    """Return a field that may be missing, or null, and is a whole number otherwise; raises ValueError, naming it."""
    value = fields.get(name)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    raise ValueError(f"{name} is not a whole number")


def words(value: object, limit: int = MAX_MESSAGE) -> str:
    """Return a platform's text for people, on one line and without signatures; empty for anything but a text."""
    # Masked before it is cut: of a signature at the edge, a part would stay.
    return clean_text(_SIGNATURE.sub("…", value), limit) if isinstance(value, str) else ""


def word(value: object) -> str:
    """Return a name or a number that the platform gives to something; empty for anything else, and for what is long.

    Cut short, it could be taken for another one.
    """
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return words(text) if isinstance(text, str) and len(text) <= MAX_WORD else ""
