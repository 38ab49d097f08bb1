"""Errors as senders see them: problem details (RFC 9457), each with a stable reason."""

from http import HTTPStatus

REASONS = {
    400: "bad_request",
    401: "unauthenticated",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    413: "payload_too_large",
    431: "headers_too_large",
    501: "not_implemented",
}
CONTENT_TYPE = "application/problem+json"


def problem(status: int, reason: str = "") -> dict[str, object]:
    """Return the problem for the HTTP *status*; without a *reason*, with the usual one of the status."""
    words = reason or REASONS.get(status) or HTTPStatus(status).name.lower()
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "reason": words}
