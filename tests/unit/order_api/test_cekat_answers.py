"""An answer of Cekat's is believed as far as it makes sense, in either of its shapes; any other is an error of ours."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.cekat_answers import FIELDS, MISSING, NOW, answer, failure, page, read, show
from worker.domain.errors import ApiError, Transient
from worker.domain.orders import Ending, Place, Reading
from worker.order_api.cekat.answers import is_proven, order_in
from worker.order_api.cekat.vocabulary import STATUSES, read_order_id

COMPLETED = {"fulfillment": {"place": "completed", "at": "2026-11-20T12:00:00+00:00"}, "crm": "42"}


def test_an_order_is_read_as_it_is_shown():
    assert read(show()) == Reading(
        status="shipped",
        standing=Place.SHIPPED,
        read_at=NOW - 5,
        paid=None,
        notes="ring twice\nplease",
        tracking="TRK1",
        tracking_url="https://courier.example/TRK1",
        number="ORD-2024-007",
    )


def test_an_order_of_the_other_shape_is_read_as_well():
    fields = {name: value for name, value in FIELDS.items() if name != "status"}
    other = answer({"message": "success", "data": {**fields, "order_status": "shipped"}})
    assert read(other) == read(show())


@pytest.mark.parametrize(
    ("word", "standing", "paid"),
    [
        ("pending", Place.PENDING, None),
        ("paid", Place.PENDING, True),
        ("processing", Place.ACCEPTED, None),
        ("shipping", Place.SHIPPED, None),
        ("shipped", Place.SHIPPED, None),
        ("delivered", Place.DELIVERED, None),
        ("completed", Place.COMPLETED, None),
        ("cancelled", Ending.CANCELLED, None),
        ("refunded", Ending.REFUNDED, None),
        ("on_hold", None, None),
        ("Shipped", None, None),
    ],
)
def test_every_status_has_its_meaning_and_an_unknown_word_has_none(word, standing, paid):
    reading = read(show(status=word))
    assert (reading.status, reading.standing, reading.paid) == (word, standing, paid)


@pytest.mark.parametrize(
    ("status", "said", "paid"),
    [
        ("pending", "paid", True),
        ("pending", "unpaid", False),
        ("paid", "unpaid", False),
        ("paid", "refunded", None),
        ("paid", None, True),
        ("pending", 7, None),
    ],
)
def test_a_payment_status_of_its_own_goes_before_the_status(status, said, paid):
    assert read(show(status=status, payment_status=said)).paid is paid


@pytest.mark.parametrize(
    ("status", "metadata", "standing"),
    [
        ("delivered", COMPLETED, Place.COMPLETED),
        ("delivered", {"fulfillment": {"place": "delivered"}}, Place.DELIVERED),
        ("delivered", {"fulfillment": "completed"}, Place.DELIVERED),
        ("delivered", {"place": "completed"}, Place.DELIVERED),
        ("delivered", ["fulfillment"], Place.DELIVERED),
        ("delivered", None, Place.DELIVERED),
        ("delivered", MISSING, Place.DELIVERED),
        ("shipped", COMPLETED, Place.SHIPPED),
        ("refunded", COMPLETED, Ending.REFUNDED),
        ("lost", COMPLETED, None),
    ],
)
def test_completion_is_read_from_our_metadata_and_only_of_an_order_that_is_delivered(status, metadata, standing):
    assert read(show(status=status, metadata=metadata)).standing == standing


@pytest.mark.parametrize(("notes", "read_as"), [("", ""), (None, ""), (MISSING, None), (" a\tb ", " a\tb ")])
def test_notes_are_kept_to_the_letter_and_notes_not_shown_are_not_taken_for_none(notes, read_as):
    assert read(show(notes=notes)).notes == read_as


@pytest.mark.parametrize(("value", "tracking"), [(None, ""), ("", ""), (12345, "12345"), (MISSING, None)])
def test_tracking_that_is_not_shown_is_not_taken_for_none(value, tracking):
    assert read(show(tracking_number=value)).tracking == tracking


@pytest.mark.parametrize("value", [None, MISSING, ""])
def test_an_order_without_a_url_or_a_number_has_none(value):
    reading = read(show(tracking_url=value, order_number=value))
    assert (reading.tracking_url, reading.number) == ("", "")


def test_a_success_may_name_an_error_that_is_none():
    assert read(answer({"success": True, "error": None, "data": FIELDS})).status == "shipped"


@pytest.mark.parametrize(
    "changes",
    [
        {"id": MISSING},
        {"id": "ord_8"},
        {"id": 7.0},
        {"id": True},
        {"id": "ord/7"},
        {"id": None},
        {"status": MISSING},
        {"status": ""},
        {"status": " \u202e"},
        {"status": 3},
        {"notes": ["ring"]},
        {"tracking_number": 7.5},
        {"tracking_url": {"a": 1}},
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
        b"[]",
        {"success": True},
        {"success": True, "data": None},
        {"success": True, "data": [FIELDS]},
        {"success": "true", "data": FIELDS},
        {"success": 1, "data": FIELDS},
        {"message": "Success", "data": FIELDS},
        {"success": None, "message": "success", "data": FIELDS},
        {"data": FIELDS},
    ],
)
def test_an_envelope_that_tells_of_no_success_proves_nothing(document):
    assert type(failure(answer(document))) is Transient


@pytest.mark.parametrize(
    ("history", "proven"),
    [
        (MISSING, True),
        (None, True),
        ([], True),
        ("delivered", True),
        ([{"status": "delivered", "timestamp": "x"}], True),
        ([{"order_status": "delivered"}], True),
        ([{"status": "delivered"}, {"status": "shipped"}], True),
        ([{"status": "shipped"}], False),
        ([{"status": {"a": 1}}, 7, None, ["delivered"]], False),
    ],
)
def test_a_status_is_proven_by_the_history_where_the_answer_has_one(history, proven):
    shown = order_in(show(status="delivered", status_history=history), "ord_7", NOW, NOW, STATUSES)
    assert is_proven(shown, "delivered") is proven


@pytest.mark.parametrize("value", ["a", "A-1_b", "x" * 64, "0", 0, 10**63])
def test_an_order_id_may_be_a_word_or_an_integer(value):
    assert read_order_id(value) == str(value)


@pytest.mark.parametrize("value", ["", "x" * 65, "a b", "a/b", "a:b", "é", "a\n", True, 1.0, -1, 10**64, None, [], {}])
def test_nothing_else_is_an_order_id(value):
    with pytest.raises(ValueError, match="is not an order id"):
        read_order_id(value)


SCALARS = st.none() | st.booleans() | st.integers() | st.text()


@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_whatever_the_answer_holds_it_is_a_reading_or_an_error_of_ours(value):
    for document in (value, {"success": True, "data": value}, {"success": False, "error": value}):
        with suppress(ApiError):
            read(answer(document))
        with suppress(ApiError):
            page(document)
