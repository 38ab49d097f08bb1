"""Errors as senders see them: problem details (RFC 9457), each with a stable reason word."""

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
    """Describe the HTTP *status*; a *reason* that is not given is the status's usual word."""
    words = reason or REASONS.get(status) or HTTPStatus(status).name.lower()
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "reason": words}
