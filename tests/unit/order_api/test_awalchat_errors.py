"""An error of the platform's says what to do next, and nothing in it is believed further than that."""

import pickle

import pytest

from tests.support.awalchat_answers import FIELDS, answer, failure, read, show
from worker.domain.errors import Conflict, OrderMissing, Rejected, Throttled, Transient, Unauthorized


@pytest.mark.parametrize("status", [200, 201, 404, 500])
def test_a_false_outer_status_is_a_failure_whatever_the_http_status(status):
    error = failure(answer({"status": False, "message": "No.", "data": FIELDS}, status))
    assert (error.status, error.message) == (status, "No.")


@pytest.mark.parametrize(
    ("status", "code", "family"),
    [
        (401, "authentication_failed", Unauthorized),
        (400, "missing_headers", Unauthorized),
        (401, "missing_headers", Unauthorized),
        (400, "validation_failed", Rejected),
        (404, "resource_not_found", OrderMissing),
        (200, "resource_not_found", OrderMissing),
        (200, "something_new", Transient),
        (500, "validation_failed", Rejected),
        (400, "something_new", Rejected),
        (401, "something_new", Unauthorized),
        (403, "forbidden", Unauthorized),
        (404, "", OrderMissing),
        (409, "conflict", Conflict),
        (422, "unprocessable", Rejected),
        (429, "rate_limit_exceeded", Throttled),
        (402, "payment_required", Transient),
        (408, "", Transient),
        (500, "internal_error", Transient),
        (503, "service_unavailable", Transient),
        (599, "", Transient),
    ],
)
def test_the_code_tells_what_to_do_and_where_there_is_none_the_http_status(status, code, family):
    error = failure(answer({"error": code, "message": "Because.", "details": {}, "request_id": "req-1"}, status))
    assert type(error) is family
    assert (error.status, error.code, error.message, error.request_id) == (status, code, "Because.", "req-1")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own bytes


@pytest.mark.parametrize("body", [b"<html>Not here</html>", b"", b"[]", b'"no"'])
@pytest.mark.parametrize(
    ("status", "family"),
    [
        *((status, Transient) for status in (400, 404, 409, 422, 502)),
        (401, Unauthorized),
        (403, Unauthorized),
        (429, Throttled),
    ],
)
def test_a_refusal_without_the_platforms_envelope_condemns_no_order(status, family, body):
    assert type(failure(answer(body, status))) is family


def test_a_throttled_call_says_how_long_to_wait():
    assert failure(answer({"error": "x"}, 429, **{"retry-after": "3600"})).wait == 3600_000_000
    assert failure(answer(b"", 429)).wait == 60_000_000


def test_a_rejection_names_the_field():
    envelope = {"error": "validation_failed", "message": "Not valid.", "details": {"admin_notes": "is too long"}}
    assert "admin_notes" in failure(answer(envelope, 400)).message


def test_what_the_platform_writes_is_clean_and_short_and_shows_no_signature():
    hostile = "\x1b[31m" + "a" * 64 + "b" * 9000
    error = failure(answer({"error": hostile, "message": hostile, "details": hostile, "request_id": hostile}, 400))
    for text in (error.code, error.message, error.request_id):
        assert len(text) <= 300
        assert "\x1b" not in text
        assert "a" * 64 not in text


@pytest.mark.parametrize("before", [0, 30, 280])
def test_no_part_of_a_signature_shows_where_a_text_is_cut(before):
    hostile = "-" * before + "c0ffee" * 10 + "beef"
    refused = failure(answer(dict.fromkeys(["error", "message", "details", "request_id"], hostile), 400))
    assert "c0ffee" not in str(refused) + read(show(status=hostile)).status


@pytest.mark.parametrize("strange", [7, True, None, [], {"a": 1}])
def test_an_envelope_may_hold_anything(strange):
    error = failure(answer(dict.fromkeys(["error", "message", "details", "request_id", "status"], strange), 400))
    assert type(error) is Rejected
