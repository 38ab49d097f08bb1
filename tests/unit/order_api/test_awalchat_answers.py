"""An answer is believed as far as it makes sense; any other is an error that says what to do next."""

import json
import pickle
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.errors import ApiError, Conflict, OrderMissing, Rejected, Throttled, Transient, Unauthorized
from worker.domain.orders import Ending, Place, Reading
from worker.order_api.awalchat.answers import content_of, reading_of
from worker.order_api.client import Answer

NOW = 1_795_262_400_000_000
FIELDS = {
    "id": 7,
    "order_number": "ORD-7",
    "status": "shipped",
    "payment_status": "paid",
    "shipping_date": "2026-11-20",
    "delivery_date": None,
    "admin_notes": "ring twice\nplease",
    "updated_at": "2026-11-20T10:00:00Z",
}
MISSING = object()


def answer(document, status=200, **headers):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Answer(status, headers, body)


def show(**changes):
    fields = {name: value for name, value in (FIELDS | changes).items() if value is not MISSING}
    return answer({"status": True, "message": "Success", "data": fields})


def read(reply):
    return reading_of(reply, "7", NOW - 5, NOW)


def failure(reply):
    with pytest.raises(ApiError) as failed:
        read(reply)
    return failed.value


def test_an_order_is_read_as_it_is_shown():
    assert read(show()) == Reading(
        status="shipped",
        standing=Place.SHIPPED,
        read_at=NOW - 5,
        paid=True,
        notes="ring twice\nplease",
        shipping_date="2026-11-20",
        delivery_date="",
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
