"""What only Cekat's errors have: two shapes, and sometimes the HTTP status of a success."""

import pytest

from tests.support.answers import ALONE, FAMILIES, answer
from worker.domain.errors import Rejected, Transient


@pytest.fixture(scope="module")
def platform():
    return "cekat"


@pytest.mark.parametrize(("status", "family"), FAMILIES)
def test_a_failure_with_http_status_200_has_its_own_status_inside(answers, status, family):
    envelope = answers.dialect.failure("Because.", status) | {"data": answers.order}
    assert type(answers.failure(answer(envelope))) is family


def test_a_failure_without_a_status_is_transient(answers):
    assert type(answers.failure(answer(answers.dialect.failure("No.", code="VALIDATION")))) is Transient


@pytest.mark.parametrize(("status", "family"), ALONE)
def test_a_document_that_may_not_be_the_platforms_stops_no_order(answers, status, family):
    assert type(answers.failure(answer({"message": "Not Found"}, status))) is family


def test_details_that_name_no_field_are_left_out(answers):
    details = [{"field": "notes", "message": "is too long"}, "and more"]
    error = answers.failure(answer({"success": False, "error": {"message": "No.", "details": details}}, 400))
    assert error.message == "No. notes: is too long"


def test_a_request_id_is_quoted_if_the_answer_has_one(answers):
    error = answers.failure(answers.refuse(400, "No.", x_request_id="req-1"))
    assert str(error) == "HTTP 400, No, request req-1"


@pytest.mark.parametrize("strange", [7, True, None, "no", [], [1], {"a": 1}])
def test_an_error_may_have_any_values(answers, strange):
    envelope = {"success": False, "error": dict.fromkeys(["message", "code", "details"], strange)}
    assert type(answers.failure(answer(envelope, 400))) is Rejected
