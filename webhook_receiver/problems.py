"""Errors as the clients of the receiver see them: problem details (RFC 9457), each with a stable reason."""

from enum import StrEnum
from http import HTTPStatus
from typing import Self

CONTENT_TYPE = "application/problem+json"


class ProblemReason(StrEnum):
    """Why a request was not served. Each reason has one HTTP *status*."""

    status: int

    BAD_REQUEST = "bad_request", 400
    UNAUTHENTICATED = "unauthenticated", 401
    STALE = "stale", 401
    NOT_FOUND = "not_found", 404
    UNKNOWN_SOURCE = "unknown_source", 404
    METHOD_NOT_ALLOWED = "method_not_allowed", 405
    REQUEST_TIMEOUT = "request_timeout", 408
    PAYLOAD_TOO_LARGE = "payload_too_large", 413
    HEADERS_TOO_LARGE = "headers_too_large", 431
    NOT_IMPLEMENTED = "not_implemented", 501
    DATABASE_UNAVAILABLE = "database_unavailable", 503
    NOT_READY = "not_ready", 503

    def __new__(cls, word: str, status: int = 0) -> Self:
        """Make the member from its *word* and its *status*."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.status = status
        return member


def problem(reason: ProblemReason) -> dict[str, object]:
    """Return the problem details of *reason*."""
    return _problem(reason.status, reason)


def problem_of_status(status: int) -> dict[str, object]:
    """Return the problem details of an HTTP *status* (4xx or 5xx), with its first reason, else with its own name.

    503 gets its own name, because its reasons say what is unavailable, and the status does not.
    """
    reasons = (reason for reason in ProblemReason if reason.status == status != HTTPStatus.SERVICE_UNAVAILABLE)
    return _problem(status, next(reasons, HTTPStatus(status).name.lower()))


def _problem(status: int, reason: str) -> dict[str, object]:
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "reason": reason}
