"""What all platforms' answers have in common: JSON objects from outside, and HTTP statuses with the same meaning."""

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus

from worker.domain.documents import Malformed, read_document
from worker.domain.errors import ApiError, Conflict, OrderMissing, Rejected, Throttled, Transient, Unauthorized
from worker.domain.instants import Instant
from worker.domain.orders import Reading
from worker.domain.text import clean_text
from worker.order_api.clients import PlatformOrder
from worker.order_api.http.client import MAX_MESSAGE, HttpResponse
from worker.order_api.http.rate_limits import pause

SUCCESS = range(200, 300)
MAX_NAME = 64
"""Characters of a status, a code or a number."""

BY_STATUS: Mapping[int, type[ApiError]] = {
    HTTPStatus.BAD_REQUEST: Rejected,
    HTTPStatus.UNAUTHORIZED: Unauthorized,
    HTTPStatus.FORBIDDEN: Unauthorized,
    HTTPStatus.NOT_FOUND: OrderMissing,
    HTTPStatus.CONFLICT: Conflict,
    HTTPStatus.UNPROCESSABLE_ENTITY: Rejected,
    HTTPStatus.TOO_MANY_REQUESTS: Throttled,
}
"""The error that an HTTP status means. Any other status is `Transient`."""

BY_STATUS_ALONE: Mapping[int, type[ApiError]] = {
    status: family for status, family in BY_STATUS.items() if family in {Unauthorized, Throttled}
}
"""The same without the platform's envelope: it may be a proxy that answers, and no order is stopped because of it."""

# Some servers show the signature that they had expected.
_SIGNATURE = re.compile("[0-9a-fA-F]{64}")


def read_envelope(body: bytes) -> tuple[dict[str, object], str]:
    """Return the JSON object that *body* is, or an empty one and what is wrong with it."""
    try:
        document = read_document(body)
    except Malformed as error:
        return {}, error.reason
    return (document, "") if isinstance(document, dict) else ({}, "not an object")


def senseless(response: HttpResponse, flaw: str) -> Transient:
    """Return the error for an answer that cannot be believed: the next one may be better."""
    return Transient(f"the answer makes no sense: {flaw}", response.status)


def failure(
    family: type[ApiError], response: HttpResponse, message: str, code: str, request_id: str, now: Instant
) -> ApiError:
    """Return the error that *response* means; *now* stands in for a `Date` that it does not have."""
    if family is Throttled:
        return Throttled(message, response.status, code, request_id, pause(response.headers, now))
    return family(message, response.status, code, request_id)


def read_order(
    fields: object, read_order_id: Callable[[object], str], read: Callable[[Mapping[str, object]], Reading]
) -> PlatformOrder:
    """Return the order that *fields* show; raises ValueError, whose text names what is wrong with them."""
    if not isinstance(fields, dict):
        raise ValueError("an order is not an object")  # noqa: TRY004 - every flaw of what comes from outside is one
    try:
        order_id = read_order_id(fields.get("id"))
    except ValueError as error:
        raise ValueError("it shows an order without an id") from error
    return PlatformOrder(order_id, read(fields), fields)


def text_of(fields: Mapping[str, object], name: str) -> str | None:
    """Return a field that is a text, null or missing; raises ValueError, which names the field, if it is not."""
    value = fields.get(name)
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"{name} is not a string")


def whole_number_of(fields: Mapping[str, object], name: str) -> int | None:
    """Return a field that is a whole number, null or missing; raises ValueError, which names it, if it is not."""
    value = fields.get(name)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    raise ValueError(f"{name} is not a whole number")


def safe_text(value: object, limit: int = MAX_MESSAGE) -> str:
    """Return a platform's text for people, on one line and without signatures; empty for anything but a text."""
    # It is masked before it is cut, because a part of a signature at the edge would stay otherwise.
    return clean_text(_SIGNATURE.sub("…", value), limit) if isinstance(value, str) else ""


def safe_name(value: object) -> str:
    """Return a name or number that the platform gives to something; empty for any other value, and for a long text.

    A long text is not cut, because it could then be taken for another name.
    """
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return safe_text(text) if isinstance(text, str) and len(text) <= MAX_NAME else ""
