"""A platform's error says what to do next; its text is short and clean."""

import pickle

import pytest

from tests.support.answers import ALONE, FAMILIES, answer
from worker.domain.errors import Rejected

SIGNATURE = "c0ffee" * 10 + "beef"


@pytest.mark.parametrize("code", ["", "something_new"])
@pytest.mark.parametrize(("status", "family"), FAMILIES)
def test_the_http_status_tells_what_to_do_unless_a_code_says_more(answers, status, family, code):
    error = answers.failure(answers.refuse(status, "Because.", code))
    assert type(error) is family
    assert (error.status, error.code, error.message) == (status, code, "Because.")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own bytes


@pytest.mark.parametrize("body", [b"<html>Not here</html>", b"", b"[]", b'"no"'])
@pytest.mark.parametrize(("status", "family"), ALONE)
def test_a_refusal_without_the_platforms_envelope_stops_no_order(answers, status, family, body):
    assert type(answers.failure(answer(body, status))) is family


def test_a_throttled_call_has_the_wait_of_the_answer_or_a_minute(answers):
    assert answers.failure(answers.refuse(429, retry_after="3600")).wait == 3600_000_000
    assert answers.failure(answers.refuse(429)).wait == 60_000_000
    assert answers.failure(answer(b"", 429)).wait == 60_000_000


def test_a_rejection_names_its_fields(answers):
    details = {"notes": "is too long", "total": "is missing"}
    error = answers.failure(answers.refuse(400, "No.", "x", details))
    assert error.message == "No. notes: is too long total: is missing"


def test_the_platforms_texts_are_clean_and_short(answers):
    hostile = "\x1b[31m" + "x" * 9000
    error = answers.failure(answers.refuse(400, hostile, hostile, {hostile: hostile}))
    for text in (error.code, error.message):
        assert 64 <= len(text) <= 300
        assert "\x1b" not in text


@pytest.mark.parametrize("before", [0, 30, 280])
def test_no_part_of_a_signature_is_shown_even_where_a_text_is_cut(answers, before):
    hostile = "-" * before + SIGNATURE
    refused = answers.failure(answers.refuse(400, hostile, hostile, {hostile: hostile}))
    named = answers.failure(answers.refuse(400, "No.", "x", {hostile: "no", "notes": hostile}))
    reading = answers.read(answers.show(status=hostile, order_number=hostile))
    assert "c0ffee" not in f"{refused} {named} {reading}"


@pytest.mark.parametrize("strange", [7, True, None, "no", [], [1], {"a": 1}])
def test_an_envelope_may_have_any_values(answers, strange):
    envelope = answers.dialect.failure("Because.", 400, "x", {"notes": "no"})
    for changed in (*([name] for name in envelope), answers.dialect.outer):
        assert type(answers.failure(answer(envelope | dict.fromkeys(changed, strange), 400))) is Rejected
