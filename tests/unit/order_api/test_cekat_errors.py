"""An error of Cekat's, in either shape, says what to do next, and nothing in it is believed further than that."""

import pytest

from tests.support.cekat_answers import FIELDS, answer, failure, refusal
from worker.domain.errors import Conflict, OrderMissing, Rejected, Throttled, Transient, Unauthorized

FAMILIES = [
    (400, Rejected),
    (401, Unauthorized),
    (402, Transient),
    (403, Unauthorized),
    (404, OrderMissing),
    (408, Transient),
    (409, Conflict),
    (422, Rejected),
    (429, Throttled),
    (500, Transient),
    (503, Transient),
]


@pytest.mark.parametrize(("status", "family"), FAMILIES)
def test_the_http_status_tells_what_to_do(status, family):
    error = failure(refusal(status))
    assert type(error) is family
    assert (error.status, error.message) == (status, "Because.")


@pytest.mark.parametrize(("status", "family"), FAMILIES)
def test_a_failure_that_comes_as_a_success_has_its_status_inside(status, family):
    told = {"success": False, "status_code": status, "error": {"message": "Because."}, "data": FIELDS}
    assert type(failure(answer(told))) is family


def test_a_failure_without_any_status_may_be_better_later():
    assert type(failure(answer({"success": False, "error": {"message": "No."}}))) is Transient


def test_the_longer_shape_names_its_code_and_its_fields():
    details = [{"field": "notes", "message": "is too long"}, {"field": "total", "message": "is missing"}, "and more"]
    error = failure(
        answer({"success": False, "error": {"code": "VALIDATION", "message": "No.", "details": details}}, 400)
    )
    assert (error.code, error.message) == ("VALIDATION", "No. notes: is too long total: is missing")


def test_a_request_id_is_quoted_where_the_answer_has_one():
    error = failure(answer({"success": False, "error": {"message": "No."}}, 400, **{"x-request-id": "req-1"}))
    assert str(error) == "HTTP 400, No., request req-1"


@pytest.mark.parametrize("body", [b"<html>Not here</html>", b"", b"[]", b'"no"', {"message": "Not Found"}])
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


def test_a_throttled_call_says_how_long_to_wait_or_a_minute():
    assert failure(answer({"success": False, "error": {}}, 429, **{"retry-after": "7"})).wait == 7_000_000
    assert failure(refusal(429)).wait == 60_000_000


def test_what_the_platform_writes_is_clean_and_short():
    hostile = "\x1b[31m" + "a" * 9000
    error = failure(refusal(400, hostile, code=hostile, details=[{"field": hostile, "message": hostile}]))
    for text in (error.code, error.message):
        assert len(text) <= 300
        assert "\x1b" not in text


@pytest.mark.parametrize("strange", [7, True, None, "no", [], [1], {"a": 1}])
def test_an_envelope_may_hold_anything(strange):
    told = {
        "success": False,
        "status_code": strange,
        "error": {"message": strange, "code": strange, "details": strange},
    }
    assert type(failure(answer(told, 400))) is Rejected
    assert type(failure(answer(told | {"error": strange}, 400))) is Rejected
