"""Why a call is refused: one exception, one named constructor for each reason that platforms share."""

from collections.abc import Mapping
from http import HTTPStatus

_WORDS = {
    400: "validation_failed",
    401: "authentication_failed",
    403: "forbidden",
    404: "resource_not_found",
    405: "method_not_allowed",
    409: "conflict",
    422: "unprocessable",
    429: "rate_limit_exceeded",
    500: "internal_error",
    503: "service_unavailable",
}


class Refusal(Exception):
    """The call is answered *status*; *details* maps a field to what is wrong with it.

    *code* is the reason in a word, by default the status's own. A platform shows it if its documentation names codes.
    """

    def __init__(
        self, status: int, message: str, details: Mapping[str, object] | None = None, code: str | None = None
    ) -> None:
        """Keep the parts of the answer, which the platform puts into its own envelope."""
        super().__init__(status, message, details, code)
        self.status, self.message, self.details = status, message, dict(details or {})
        self.code = code or _WORDS.get(status, "error")


def authentication_failed() -> Refusal:
    """Refuse a call whose credentials, timestamp or signature are wrong: one answer that tells no more."""
    return Refusal(HTTPStatus.UNAUTHORIZED, "The request could not be authenticated.")


def validation_failed(problems: Mapping[str, str]) -> Refusal:
    """Refuse fields or query parameters, each named with its rule."""
    return Refusal(HTTPStatus.BAD_REQUEST, "The request is not valid.", problems)


def not_found() -> Refusal:
    """Refuse an order or a resource that does not exist."""
    return Refusal(HTTPStatus.NOT_FOUND, "There is no such resource.")


def method_not_allowed() -> Refusal:
    """Refuse a method that the resource does not have."""
    return Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "The resource does not have this method.")


def id_taken() -> Refusal:
    """Refuse a new order whose id another one has."""
    return Refusal(HTTPStatus.CONFLICT, "An order with this id exists.")


def illegal_step(current: str, wanted: str | None) -> Refusal:
    """Refuse what the order may not do where it stands; *wanted* None: any change at all."""
    message = f"An order that is {current} cannot {'change' if wanted is None else f'become {wanted}'}."
    return Refusal(HTTPStatus.CONFLICT, message, {"status": {"from": current, "to": wanted}})


def throttled() -> Refusal:
    """Refuse a call beyond the rate limit."""
    return Refusal(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests.")


def on_request(status: int) -> Refusal:
    """Refuse a call for no reason of its own: a fault was asked for."""
    return Refusal(status, "This is a fault on request.")
