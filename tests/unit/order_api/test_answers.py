"""On every platform, an answer that makes sense is read. Any other answer is an error that says what to do next."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.answers import BEGAN_AT, answer
from tests.support.dialects import DIALECTS, Dialect
from tests.support.sandbox_account import TRAITS
from tests.support.strange_answers import MISSING, without_missing
from worker.domain.errors import ApiError, Transient
from worker.domain.stages import Stage


def test_a_reading_is_dated_to_the_beginning_of_its_call(answers):
    reading = answers.read(answers.show())
    assert (reading.position, reading.read_at, reading.number) == (Stage.SHIPPED, BEGAN_AT, "ORD-7")


@pytest.mark.parametrize("word", ["on_hold", "Shipped", "shipped "])
def test_an_unknown_status_has_no_position(answers, word):
    assert answers.read(answers.show(status=word)).position is None


def test_an_unknown_status_is_short_and_without_control_characters(answers):
    reading = answers.read(answers.show(status="\x1b[2Jlost in\u202e space" + "x" * 100))
    assert reading.status.startswith("[2Jlost in spacexxx")
    assert len(reading.status) == 64


@pytest.mark.parametrize(("notes", "read_as"), [("", ""), (None, ""), (MISSING, None), (" a\tb\nc ", " a\tb\nc ")])
def test_notes_are_kept_exactly_and_notes_that_are_not_shown_are_not_taken_for_empty(answers, platform, notes, read_as):
    assert answers.read(answers.show(**{TRAITS[platform].notes: notes})).notes == read_as


def test_notes_that_are_not_a_text_make_no_sense(answers, platform):
    assert "makes no sense" in str(answers.failure(answers.show(**{TRAITS[platform].notes: ["ring"]})))


@pytest.mark.parametrize("order_id", [7, "7"])
def test_an_id_may_be_an_integer_or_a_string(answers, order_id):
    assert answers.order_in(answers.show(id=order_id)).order_id == "7"


@pytest.mark.parametrize(
    "changes",
    [
        *({"id": value} for value in (MISSING, None, 8, "8", "ord_8", "ord/7", "07", 7.0, True, [7])),
        *({"status": value} for value in (MISSING, None, "", " \u202e", True, 3, ["shipped"])),
    ],
)
def test_an_order_whose_id_or_status_is_missing_or_of_a_wrong_type_makes_no_sense(answers, changes):
    error = answers.failure(answers.show(**changes))
    assert type(error) is Transient
    assert "makes no sense" in str(error)


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"null", b"[]", b"7", b"[" * 100_000, b"{}"])
def test_a_200_without_a_document_of_the_platform_is_transient(answers, body):
    assert type(answers.failure(answer(body))) is Transient


@pytest.mark.parametrize(
    "piece",
    [b'"status": "shipped"', b'"x": "\\u0000"', b'"x": NaN', b'"x": ' + b"7" * 5000],
    ids=lambda piece: piece[:9],
)
def test_an_answer_with_one_invalid_part_is_refused_as_a_whole(answers, piece):
    body = answers.show().body
    assert type(answers.failure(answer(body[:-2] + b", " + piece + body[-2:]))) is Transient


@pytest.mark.parametrize("word", ["true", 1, None, MISSING])
def test_an_answer_that_does_not_plainly_say_success_proves_nothing(answers, word):
    plain = answers.dialect.success(answers.order)
    unclear = {name: word if value is True else value for name, value in plain.items()}
    assert type(answers.failure(answer(without_missing(unclear)))) is Transient


@pytest.mark.parametrize("data", [MISSING, None, [], {}, 7, "7"])
def test_a_success_without_an_order_proves_nothing(answers, data):
    document = without_missing(answers.dialect.success(data))
    assert type(answers.failure(answer(document))) is Transient


def test_an_order_without_its_envelope_or_in_a_list_proves_nothing(answers):
    for document in (answers.order, answers.dialect.success([answers.order])):
        assert type(answers.failure(answer(document))) is Transient


PAGE_FIELDS = ("orders", "pagination", "meta", "total", "has_more", "current_page", "last_page")


def documents(dialect: Dialect) -> st.SearchStrategy[object]:
    """Draw documents of any shape, with field names that the platform uses."""
    names = st.sampled_from([*dialect.outer, *dialect.inner, *PAGE_FIELDS])
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner),
        max_leaves=12,
    )
    enveloped = st.fixed_dictionaries({}, optional=dict.fromkeys(dialect.outer, values))
    return values | enveloped | st.builds(dialect.success, values)


DOCUMENTS = {platform: documents(dialect) for platform, dialect in DIALECTS.items()}


@given(drawn=st.data(), status=st.just(200) | st.integers(200, 599))
def test_no_answer_raises_anything_but_an_api_error(answers, platform, drawn, status):
    response = answer(drawn.draw(st.binary(max_size=50) | DOCUMENTS[platform]), status)
    for read in (answers.read, answers.page):
        with suppress(ApiError):
            read(response)
