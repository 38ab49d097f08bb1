"""The responses of awalchat: success, error, and the headers of its rate limit."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Response

from deploy.sandbox.errors import ApiError
from deploy.sandbox.rate_limit import RateLimitResult
from deploy.sandbox.responses import json_response


def success(status: int = HTTPStatus.OK, **parts: object) -> Response:
    """Return a success with the outer `status` true, and *parts*."""
    return json_response(status, {"status": True, "message": "Success", **parts})


def failure(error: ApiError, request_id: str) -> Response:
    """Return *error* in awalchat's format."""
    parts = {"error": error.code, "message": error.message, "details": error.details, "request_id": request_id}
    return json_response(error.status, parts)


def limit_headers(result: RateLimitResult) -> Mapping[str, str]:
    """Return the headers of every response, with `Retry-After` if the call is refused."""
    limits = {
        "X-RateLimit-Limit": str(result.limit),
        "X-RateLimit-Remaining": str(result.remaining),
        "X-RateLimit-Reset": str(result.reset_at),
    }
    return {**limits, **result.retry_after()}
