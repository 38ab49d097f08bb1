"""The errors of the order API: one exception, one named constructor for each code the vendor documents."""

from collections.abc import Mapping
from http import HTTPStatus


class Refusal(Exception):
    """The API answers *status* with the error *code*; *details* maps a field to what is wrong with it."""

    def __init__(self, status: int, code: str, message: str, details: Mapping[str, object] | None = None) -> None:
        """Keep the parts of the answer; the request id is added by whoever answers."""
        super().__init__(status, code, message, details)
        self.status, self.code, self.message, self.details = status, code, message, dict(details or {})


def missing_headers(names: list[str]) -> Refusal:
    """Refuse a call that lacks one of the five headers."""
    details = dict.fromkeys(names, "is missing or has another value than documented")
    return Refusal(HTTPStatus.BAD_REQUEST, "missing_headers", "Required headers are missing.", details)


def authentication_failed() -> Refusal:
    """Refuse a call whose credentials, timestamp or signature are wrong: one answer that tells no more."""
    return Refusal(HTTPStatus.UNAUTHORIZED, "authentication_failed", "The request could not be authenticated.")


def validation_failed(problems: Mapping[str, str]) -> Refusal:
    """Refuse fields or query parameters, each named with its rule."""
    return Refusal(HTTPStatus.BAD_REQUEST, "validation_failed", "The request is not valid.", problems)


def not_found() -> Refusal:
    """Refuse an order or a resource that does not exist."""
    return Refusal(HTTPStatus.NOT_FOUND, "resource_not_found", "There is no such resource.")


def method_not_allowed() -> Refusal:
    """Refuse a method that the resource does not have."""
    return Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", "The resource does not have this method.")


def illegal_step(current: str, wanted: str) -> Refusal:
    """Refuse a step that the order may not take from where it stands."""
    message = f"An order that is {current} cannot become {wanted}."
    return Refusal(HTTPStatus.CONFLICT, "conflict", message, {"status": {"from": current, "to": wanted}})


def throttled() -> Refusal:
    """Refuse a call beyond the rate limit."""
    return Refusal(HTTPStatus.TOO_MANY_REQUESTS, "rate_limit_exceeded", "Too many requests.")
