"""awalchat's answers: its success, its list, its errors, and how it tells of its rate limit."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Response

from deploy.sandbox.rate_limit import Allowance
from deploy.sandbox.refusals import Refusal
from deploy.sandbox.replies import as_json


def success(status: int = HTTPStatus.OK, **parts: object) -> Response:
    """Answer *status* with the outer `status` true and *parts* beside it."""
    return as_json(status, {"status": True, "message": "Success", **parts})


def refusal(refused: Refusal, request_id: str) -> Response:
    """Answer with the error envelope."""
    parts = {"error": refused.code, "message": refused.message, "details": refused.details, "request_id": request_id}
    return as_json(refused.status, parts)


def limit_headers(allowance: Allowance) -> Mapping[str, str]:
    """Give the headers that stand on every answer; `Retry-After` only on a refusal."""
    limits = {
        "X-RateLimit-Limit": str(allowance.limit),
        "X-RateLimit-Remaining": str(allowance.remaining),
        "X-RateLimit-Reset": str(allowance.reset),
    }
    return {**limits, **allowance.retry_after()}
