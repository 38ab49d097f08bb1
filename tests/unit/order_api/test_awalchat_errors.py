"""What only awalchat's errors have: a code that takes precedence over the HTTP status, and a request id."""

import pytest

from tests.support.answers import answer
from worker.domain.errors import Conflict, OrderMissing, Rejected, Throttled, Transient, Unauthorized


@pytest.fixture(scope="module")
def platform():
    return "awalchat"


@pytest.mark.parametrize("status", [200, 201, 404, 500])
def test_a_false_outer_status_is_a_failure_whatever_the_http_status(answers, status):
    error = answers.failure(answer({"status": False, "message": "No.", "data": answers.order}, status))
    assert (error.status, error.message) == (status, "No.")


@pytest.mark.parametrize(
    ("status", "code", "family"),
    [
        (401, "authentication_failed", Unauthorized),
        (400, "missing_headers", Unauthorized),
        (401, "missing_headers", Unauthorized),
        (400, "validation_failed", Rejected),
        (500, "validation_failed", Rejected),
        (404, "resource_not_found", OrderMissing),
        (200, "resource_not_found", OrderMissing),
        (200, "something_new", Transient),
        (403, "forbidden", Unauthorized),
        (409, "conflict", Conflict),
        (422, "unprocessable", Rejected),
        (429, "rate_limit_exceeded", Throttled),
        (402, "payment_required", Transient),
        (500, "internal_error", Transient),
        (503, "service_unavailable", Transient),
    ],
)
def test_the_code_takes_precedence_over_the_http_status(answers, status, code, family):
    error = answers.failure(answers.refuse(status, "Because.", code))
    assert type(error) is family
    assert (error.status, error.code, error.message, error.request_id) == (status, code, "Because.", "req-1")


def test_details_and_request_id_are_clean_and_short(answers):
    hostile = "\x1b[31m" + "a" * 64 + "x" * 9000
    error = answers.failure(answer({"error": "x", "details": hostile, "request_id": hostile}, 400))
    for text in (error.message, error.request_id):
        assert 64 <= len(text) <= 300
        assert "\x1b" not in text
        assert "a" * 64 not in text
