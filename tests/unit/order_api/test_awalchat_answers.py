"""An answer is believed as far as it makes sense; any other is an error that says what to do next."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.awalchat_answers import FIELDS, MISSING, NOW, answer, failure, read, show
from worker.domain.errors import ApiError, Transient
from worker.domain.orders import Ending, Place, Reading
from worker.order_api.awalchat.answers import content_of


def test_an_order_is_read_as_it_is_shown():
    assert read(show()) == Reading(
        status="shipped",
        standing=Place.SHIPPED,
        read_at=NOW - 5,
        paid=True,
        notes="ring twice\nplease",
        shipping_date="2026-11-20",
        delivery_date="",
        number="ORD-7",
    )


@pytest.mark.parametrize(
    ("word", "standing"),
    [
        *((place.value, place) for place in Place),
        ("cancelled", Ending.CANCELLED),
        ("refunded", Ending.REFUNDED),
        ("on_hold", None),
        ("Shipped", None),
        ("shipped ", None),
    ],
)
def test_every_status_has_its_meaning_and_an_unknown_word_has_none(word, standing):
    assert read(show(status=word)).standing == standing


def test_an_unknown_status_is_kept_short_and_clean():
    reading = read(show(status="\x1b[2Jlost in\u202e space" + "x" * 100))
    assert reading.status.startswith("[2Jlost in spacexxx")
    assert len(reading.status) == 64


@pytest.mark.parametrize(
    ("word", "paid"), [("paid", True), ("unpaid", False), ("half", None), (None, None), (MISSING, None)]
)
def test_only_the_word_paid_says_paid(word, paid):
    assert read(show(payment_status=word)).paid is paid


@pytest.mark.parametrize(("notes", "read_as"), [("", ""), (None, ""), (MISSING, None), (" a\tb ", " a\tb ")])
def test_notes_are_kept_to_the_letter_and_notes_not_shown_are_not_taken_for_none(notes, read_as):
    assert read(show(admin_notes=notes)).notes == read_as


def test_an_id_may_be_a_string():
    assert read(show(id="7")).standing is Place.SHIPPED


@pytest.mark.parametrize(
    "changes",
    [
        {"id": MISSING},
        {"id": 8},
        {"id": "8"},
        {"id": 7.0},
        {"id": True},
        {"id": "07"},
        {"id": None},
        {"id": [7]},
        {"status": MISSING},
        {"status": None},
        {"status": ""},
        {"status": " \u202e"},
        {"status": True},
        {"status": 3},
        {"status": ["shipped"]},
        {"payment_status": 1},
        {"payment_status": {"paid": True}},
        {"admin_notes": ["ring"]},
        {"shipping_date": 20261120},
        {"delivery_date": False},
    ],
)
def test_an_order_with_a_field_missing_or_mistyped_makes_no_sense(changes):
    error = failure(show(**changes))
    assert type(error) is Transient
    assert "makes no sense" in str(error)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html>",
        b"\xff",
        b"null",
        b"[]",
        b"7",
        b"[" * 100_000,
        b'{"status": true, "status": true, "data": {}}',
        b'{"status": true, "data": {"id": 7, "status": "shipped", "admin_notes": "\\u0000"}}',
        b'{"status": true, "data": {"id": 7, "status": "shipped", "total": NaN}}',
        b'{"status": true, "data": {"id": ' + b"7" * 5000 + b', "status": "shipped"}}',
        {},
        {"status": True},
        {"status": True, "data": None},
        {"status": True, "data": []},
        {"status": True, "data": [FIELDS]},
        {"status": "true", "data": FIELDS},
        {"status": 1, "data": FIELDS},
        {"data": FIELDS},
        FIELDS,
    ],
)
def test_a_200_that_shows_no_order_is_transient(document):
    assert type(failure(answer(document))) is Transient


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*FIELDS, "data", "error"]), inner),
    max_leaves=12,
)


@given(
    st.binary(max_size=50) | JSON | st.builds(lambda data: {"status": True, "data": data}, JSON), st.integers(200, 599)
)
def test_no_answer_raises_anything_but_an_api_error(document, status):
    for judge in (read, lambda reply: content_of(reply, NOW)):
        with suppress(ApiError):
            judge(answer(document, status))
