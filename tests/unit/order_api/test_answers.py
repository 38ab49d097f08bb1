"""An answer of any platform is believed as far as it makes sense; any other is an error that says what to do next."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.answers import BEGAN, answer
from tests.support.dialects import DIALECTS, Dialect
from tests.support.merchant import WAYS
from tests.support.strange_answers import MISSING, without_missing
from worker.domain.errors import ApiError, Transient
from worker.domain.stages import Stage


def test_an_order_is_read_as_it_stood_when_the_call_began(answers):
    reading = answers.read(answers.show())
    assert (reading.position, reading.read_at, reading.number) == (Stage.SHIPPED, BEGAN, "ORD-7")


@pytest.mark.parametrize("word", ["on_hold", "Shipped", "shipped "])
def test_a_status_that_nobody_knows_means_nothing(answers, word):
    assert answers.read(answers.show(status=word)).position is None


def test_an_unknown_status_is_kept_short_and_clean(answers):
    reading = answers.read(answers.show(status="\x1b[2Jlost in\u202e space" + "x" * 100))
    assert reading.status.startswith("[2Jlost in spacexxx")
    assert len(reading.status) == 64


@pytest.mark.parametrize(("notes", "read_as"), [("", ""), (None, ""), (MISSING, None), (" a\tb\nc ", " a\tb\nc ")])
def test_notes_are_kept_to_the_letter_and_notes_not_shown_are_not_taken_for_none(answers, platform, notes, read_as):
    assert answers.read(answers.show(**{WAYS[platform].notes: notes})).notes == read_as


def test_notes_that_are_no_text_make_no_sense(answers, platform):
    assert "makes no sense" in str(answers.failure(answers.show(**{WAYS[platform].notes: ["ring"]})))


@pytest.mark.parametrize("order_id", [7, "7"])
def test_an_id_may_be_an_integer_or_a_string(answers, order_id):
    assert answers.shown(answers.show(id=order_id)).order_id == "7"


@pytest.mark.parametrize(
    "changes",
    [
        *({"id": value} for value in (MISSING, None, 8, "8", "ord_8", "ord/7", "07", 7.0, True, [7])),
        *({"status": value} for value in (MISSING, None, "", " \u202e", True, 3, ["shipped"])),
    ],
)
def test_an_order_with_its_id_or_its_status_missing_or_mistyped_makes_no_sense(answers, changes):
    error = answers.failure(answers.show(**changes))
    assert type(error) is Transient
    assert "makes no sense" in str(error)


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"null", b"[]", b"7", b"[" * 100_000, b"{}"])
def test_a_200_that_is_no_document_of_the_platforms_is_transient(answers, body):
    assert type(answers.failure(answer(body))) is Transient


@pytest.mark.parametrize(
    "piece",
    [b'"status": "shipped"', b'"x": "\\u0000"', b'"x": NaN', b'"x": ' + b"7" * 5000],
    ids=lambda piece: piece[:9],
)
def test_one_dubious_piece_and_the_whole_answer_is_not_believed(answers, piece):
    body = answers.show().body
    assert type(answers.failure(answer(body[:-2] + b", " + piece + body[-2:]))) is Transient


@pytest.mark.parametrize("word", ["true", 1, None, MISSING])
def test_a_success_that_is_not_plainly_told_proves_nothing(answers, word):
    told = answers.dialect.success(answers.order)
    unclear = {name: word if value is True else value for name, value in told.items()}
    assert type(answers.failure(answer(without_missing(unclear)))) is Transient


@pytest.mark.parametrize("data", [MISSING, None, [], {}, 7, "7"])
def test_a_success_that_shows_no_order_proves_nothing(answers, data):
    told = without_missing(answers.dialect.success(data))
    assert type(answers.failure(answer(told))) is Transient


def test_an_order_proves_nothing_without_its_envelope_or_in_a_list(answers):
    for document in (answers.order, answers.dialect.success([answers.order])):
        assert type(answers.failure(answer(document))) is Transient


PAGES = ("orders", "pagination", "meta", "total", "has_more", "current_page", "last_page")


def documents(dialect: Dialect) -> st.SearchStrategy[object]:
    """Draw documents of any shape whose fields have names that mean something to the platform."""
    names = st.sampled_from([*dialect.outer, *dialect.inner, *PAGES])
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
    reply = answer(drawn.draw(st.binary(max_size=50) | DOCUMENTS[platform]), status)
    for judge in (answers.read, answers.page):
        with suppress(ApiError):
            judge(reply)
