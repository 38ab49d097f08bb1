"""On every platform, an answer that makes sense is read. Any other answer is an error that says what to do next."""

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.answers import BEGAN_AT, answer
from tests.support.dialects import DIALECTS, Dialect
from tests.support.sandbox_account import TRAITS
from tests.support.strange_answers import MISSING, without_missing
from worker.domain.errors import ApiError, Rejected, Transient
from worker.domain.stages import Stage
from worker.domain.text import is_storable


def test_a_reading_is_dated_to_the_beginning_of_its_call(answers):
    reading = answers.read(answers.show())
    assert (reading.position, reading.read_at, reading.number) == (Stage.SHIPPED, BEGAN_AT, "ORD-7")


def test_a_reading_has_the_status_of_its_answer_and_the_platforms_name_of_the_call(answers):
    shown = answers.show()
    assert (answers.read(shown).http_status, answers.read(shown).request_id) == (200, "")
    named = replace(shown, headers={**shown.headers, "x-request-id": "req\x1b-" + "z" * 100})
    assert answers.read(named).request_id == "req -" + "z" * 59
    assert answers.read(named) == answers.read(shown), "the same order"


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


@pytest.mark.parametrize("notes", [["ring"], [], {}, 7, False])
def test_notes_that_are_not_a_text_are_unknown_so_that_no_write_replaces_them(answers, platform, notes):
    assert answers.read(answers.show(**{TRAITS[platform].notes: notes})).notes is None


@pytest.mark.parametrize("raw", [b'"ring \\ud83d"', b'"a\\u0000"', b'"Jos\xe9"'])
def test_notes_that_cannot_be_written_back_as_they_are_are_unknown(answers, platform, raw):
    body = answers.show(**{TRAITS[platform].notes: "?"}).body.replace(b'"?"', raw)
    assert answers.read(answer(body)).notes is None


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


FLAWS = {
    "half an emoji": b'"Sara \\ud83d"',
    "NUL": b'"\\u0000"',
    "Latin-1": b'"Jos\xe9"',
    "NaN": b"NaN",
    "infinity": b"Infinity",
    "40 digits": b"7" * 40,
    "5,000 digits": b"7" * 5000,
    "a huge float": b"1e999",
    "a repeated key": b'{"a": 1, "a": 2}',
    "deep": b"[" * 100 + b"]" * 100,
    "deep objects": b'{"a":' * 100 + b'"}"' + b"}" * 100,
}


def with_field(body, name, raw):
    """Return the answer *body* with one more member at the end of its data."""
    return body[:-2] + f', "{name}": '.encode() + raw + body[-2:]


@pytest.mark.parametrize("raw", FLAWS.values(), ids=FLAWS)
def test_a_field_that_we_do_not_use_may_be_anything(answers, raw):
    response = answer(with_field(answers.show().body, "customer_name", raw))
    assert answers.read(response) == answers.read(answers.show())
    document = answers.order_in(response).document
    json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    assert document["customer_name"] is not None


@pytest.mark.parametrize("raw", FLAWS.values(), ids=FLAWS)
@pytest.mark.parametrize("name", ["id", "status"])
def test_a_flawed_value_where_we_act_makes_no_sense(answers, name, raw):
    body = answers.show(**{name: "?"}).body.replace(b'"?"', raw)
    error = answers.failure(answer(body))
    assert type(error) is Transient
    assert is_storable(str(error))


@pytest.mark.parametrize("name", ["id", "status"])
def test_a_used_key_that_comes_twice_makes_no_sense(answers, name):
    raw = json.dumps(answers.order[name]).encode()
    assert type(answers.failure(answer(with_field(answers.show().body, name, raw)))) is Transient


@pytest.mark.parametrize("raw", FLAWS.values(), ids=FLAWS)
def test_a_flawed_order_of_a_page_spoils_only_itself(answers, raw):
    others = [{**answers.order, "id": number, "x": "?"} for number in (8, 9)]
    bad = {**answers.order, "status": "!"}
    body = answer(answers.dialect.success([others[0], bad, others[1], "no order", None])).body
    page = answers.page(answer(body.replace(b'"!"', raw).replace(b'"?"', raw)))
    assert ([order.order_id for order in page.orders], page.unreadable) == (["8", "9"], 3)


@pytest.mark.parametrize("raw", FLAWS.values(), ids=FLAWS)
def test_the_message_of_a_refusal_may_be_flawed(answers, raw):
    refusal = answers.refuse(422, "?", details={"total": "?"}).body.replace(b'"?"', raw)
    error = answers.failure(answer(refusal, 422))
    assert type(error) is Rejected
    assert is_storable(str(error))


def test_a_byte_order_mark_is_passed_over(answers):
    assert answers.read(answer(b"\xef\xbb\xbf" + answers.show().body)) == answers.read(answers.show())


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


@given(drawn=st.data(), status=st.just(200) | st.integers(100, 999))
def test_no_answer_raises_anything_but_an_api_error(answers, platform, drawn, status):
    response = answer(drawn.draw(st.binary(max_size=50) | DOCUMENTS[platform]), status)
    for read in (answers.read, answers.page):
        with suppress(ApiError):
            read(response)
