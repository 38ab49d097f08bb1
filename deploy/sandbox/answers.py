"""The order API's answers as bytes: its success, its list, its errors, and whatever a fault wants instead."""

import json
from http import HTTPStatus

from flask import Response

from deploy.sandbox.refusals import Refusal

_CODES = {
    400: "validation_failed",
    401: "authentication_failed",
    403: "forbidden",
    404: "resource_not_found",
    409: "conflict",
    422: "unprocessable",
    429: "rate_limit_exceeded",
    500: "internal_error",
    503: "service_unavailable",
}


def success(**parts: object) -> Response:
    """Answer 200 with the outer `status` true and *parts* beside it."""
    return _json(HTTPStatus.OK, {"status": True, "message": "Success", **parts})


def refusal(refused: Refusal, request_id: str) -> Response:
    """Answer with the error envelope."""
    parts = {"error": refused.code, "message": refused.message, "details": refused.details, "request_id": request_id}
    return _json(refused.status, parts)


def envelope(status: int) -> Response:
    """Answer with the error envelope that fits *status*, for no reason of the call's own."""
    return refusal(Refusal(status, _CODES.get(status, "error"), "This is a fault on request."), "req-fault")


def raw(status: int, body: object, size: int | None, content_type: str) -> Response:
    """Answer with *body* as it stands when it is a string, else as JSON; repeated and cut to *size* bytes if given."""
    content = (body if isinstance(body, str) else json.dumps(body)).encode()
    if size is not None:
        content = (content * (size // max(1, len(content)) + 1))[:size]
    return Response(content, status=status, content_type=content_type)


def _json(status: int, content: object) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), status=status, content_type="application/json")
