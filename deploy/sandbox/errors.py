"""The errors of the simulated API: one exception, and a function for each error that all platforms have."""

from collections.abc import Mapping
from http import HTTPStatus

_CODES = {
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


class ApiError(Exception):
    """The call fails with the HTTP status *status*. *details* maps a field to what is wrong with it.

    *code* is the reason in one word; the default depends on the status.
    A platform shows the code only if its documentation has codes.
    """

    def __init__(
        self, status: int, message: str, details: Mapping[str, object] | None = None, code: str | None = None
    ) -> None:
        """Keep the parts. The platform puts them into its own error format."""
        super().__init__(status, message, details, code)
        self.status, self.message, self.details = status, message, dict(details or {})
        self.code = code or _CODES.get(status, "error")


def authentication_failed() -> ApiError:
    """Return the error for wrong credentials, a wrong timestamp or a wrong signature.

    It does not say which of them is wrong, so that it helps no attacker.
    """
    return ApiError(HTTPStatus.UNAUTHORIZED, "The request could not be authenticated.")


def validation_failed(problems: Mapping[str, str]) -> ApiError:
    """Return the error for invalid fields or parameters. *problems* maps the name of each to the broken rule."""
    return ApiError(HTTPStatus.BAD_REQUEST, "The request is not valid.", problems)


def not_found() -> ApiError:
    """Return the error for an order or a path that does not exist."""
    return ApiError(HTTPStatus.NOT_FOUND, "There is no such resource.")


def method_not_allowed() -> ApiError:
    """Return the error for a method that the path does not allow."""
    return ApiError(HTTPStatus.METHOD_NOT_ALLOWED, "The resource does not have this method.")


def id_taken() -> ApiError:
    """Return the error for a new order whose id already exists."""
    return ApiError(HTTPStatus.CONFLICT, "An order with this id exists.")


def illegal_step(current: str, target: str | None) -> ApiError:
    """Return the error for an illegal step from *current* to *target*; None: the update sets no status."""
    message = f"An order that is {current} cannot {'change' if target is None else f'become {target}'}."
    return ApiError(HTTPStatus.CONFLICT, message, {"status": {"from": current, "to": target}})


def too_many_requests() -> ApiError:
    """Return the error for a call beyond the rate limit."""
    return ApiError(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests.")


def injected(status: int) -> ApiError:
    """Return the error that a fault injects; the call itself may be valid."""
    return ApiError(status, "This error is an injected fault.")
