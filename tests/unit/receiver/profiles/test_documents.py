"""Documents: JSON or a form, and a document inside of a field."""

import json

import pytest

from tests.support.invented import delivery, event, profile
from webhook_receiver.profiles.engine.documents import MAX_FORM_FIELDS
from worker.domain.reasons import QuarantineReason

FORM = profile(top='content = "form"', read='number = "ref"\nnote = "note"')
WRAPPED = profile(document='unwrap = "data.payload"', read='number = "ref"')
FORM_WITH_JSON = profile(top='content = "form"', document='unwrap = "payload"', read='number = "a.ref"')


def wrapped(inner: object) -> dict[str, object]:
    return {"data": {"payload": inner}, "state": "P", "ref": "outside"}


@pytest.mark.parametrize(
    ("body", "number", "note"),
    [
        (b"state=D&ref=ORD-1", "ORD-1", ""),
        (b"ref=ORD+1%2F2&state=D&note=%D8%B3%D8%B1", "ORD 1/2", "\u0633\u0631"),
        (b"ref=ORD-1&state=D&note=", "ORD-1", ""),
        (b"ref=a%3Db%26c&state=D", "a=b&c", ""),
        (b"ref=x;state=I&state=D", "x;state=I", ""),
    ],
)
def test_the_fields_of_a_form_are_the_document(body: bytes, number: str, note: str):
    result = event(FORM, body)
    assert (result.order.order_id, result.note) == (f"number:{number}", note)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"state", "not_a_form"),
        (b"state=D&&ref=1", "not_a_form"),
        (b"&", "not_a_form"),
        (b'{"state":"D","ref":"1"}', "not_a_form"),
        (b"state=D&ref=%FF", "bad_text"),
        (b"state=D&ref=\xff", "bad_text"),
        (b"state=D&ref=%00", "bad_text"),
        (b"%00=D&ref=1", "unknown_event"),
        (b"state=D&ref=1&state=D", "duplicate_key"),
        (b"state=D&ref=%ED%A0%80", "bad_text"),
        (b"state=D&ref=1&ref=1", "duplicate_key"),
        (b"state=D&ref=1&r%65f=2", "duplicate_key"),
        (b"state=D&ref=&ref=1", "duplicate_key"),
        (b"", "unknown_event"),
    ],
)
def test_a_body_that_is_no_form_is_quarantined(body: bytes, reason: str):
    assert delivery(FORM, body).unusable == reason


@pytest.mark.parametrize("more", [b"x=%FF", b"x=\xff", b"x=%00", b"%00=1", b"x=%ED%A0%80", b"x=1&x=2", b"%FF=1&%FF=2"])
def test_a_flawed_field_of_a_form_that_is_not_read_spoils_nothing(more: bytes):
    assert event(FORM, b"state=D&ref=ORD-1&" + more).order.order_id == "number:ORD-1"


def test_a_note_of_a_form_keeps_what_can_be_stored_of_it():
    assert event(FORM, b"state=D&ref=ORD-1&note=Jos%E9+x").note == "Jos\ufffd x"


def test_a_form_has_a_bounded_number_of_fields():
    fields = b"&".join(b"f%d=1" % number for number in range(MAX_FORM_FIELDS - 2)) + b"&state=D&ref=1"
    assert not delivery(FORM, fields).unusable
    assert delivery(FORM, fields + b"&one=more").unusable is QuarantineReason.NOT_A_FORM


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_json"),
        (b"state=D&ref=1", "not_json"),
        (b'{"state":"D"}{}', "not_json"),
        (b"\xef\xbb\xbf{}", "unknown_event"),
        (b"\xff", "bad_text"),
        (b'{"state":"D","state":"D"}', "duplicate_key"),
        (b"[" * 60_000, "too_deep"),
        (b"NaN", "bad_number"),
        (b'"\\ud800"', "bad_text"),
        (b'{"state":NaN}', "bad_number"),
        (b'{"state":"D","ref":"\\ud800"}', "bad_text"),
        (b'{"state":"D","ref":"\xff"}', "bad_text"),
        (b'{"state":"D","ref":"1","ref":"1"}', "duplicate_key"),
        (b"[]", "unknown_event"),
        (b"null", "unknown_event"),
        (b'"D"', "unknown_event"),
        (b"7", "unknown_event"),
    ],
)
def test_a_body_that_cannot_be_read_is_quarantined(body: bytes, reason: str):
    assert delivery(profile(), body).unusable == reason


def test_a_field_with_a_json_text_is_the_document_from_there_on():
    inner = json.dumps({"state": "D", "ref": "inside"})
    result = event(WRAPPED, wrapped(inner))
    assert (result.name, result.order.order_id) == ("shipment.delivered", "number:inside")


def test_a_form_may_hold_a_json_text():
    body = b"payload=%7B%22state%22%3A%22D%22%2C%22a%22%3A%7B%22ref%22%3A1%7D%7D"
    assert event(FORM_WITH_JSON, body).order.order_id == "number:1"


def test_a_conditions_path_leads_into_the_unwrapped_document():
    chosen = profile(document='unwrap = "p"\nonly = { kind = ["parcel"] }')
    inner = {"state": "D", "ref": "1", "kind": "parcel"}
    assert delivery(chosen, {"p": json.dumps(inner)}).events
    assert not delivery(chosen, {"p": json.dumps(inner | {"kind": "x"}), "kind": "parcel"}).events


@pytest.mark.parametrize("inner", [None, "", 7, True, {"state": "D", "ref": "1"}, ["x"]])
def test_a_field_without_a_text_is_quarantined_and_named(inner: object):
    result = delivery(WRAPPED, wrapped(inner))
    assert (result.unusable, result.detail) == (QuarantineReason.NOT_JSON, "data.payload holds no text")


@pytest.mark.parametrize(
    ("inner", "reason"),
    [
        ("{", "not_json"),
        ('{"state":"D","state":"D"}', "duplicate_key"),
        ("[" * 5000, "too_deep"),
        ('{"state":NaN}', "bad_number"),
        ('"\\u0000"', "bad_text"),
        ('{"state":"D","ref":"\\ud800"}', "bad_text"),
        ("[]", "unknown_event"),
    ],
)
def test_an_inner_text_that_cannot_be_read_is_quarantined(inner: str, reason: str):
    assert delivery(WRAPPED, wrapped(inner)).unusable == reason


@pytest.mark.parametrize(("ref", "number"), [("1", ["number:1"]), ("1\ud83d", [])])
def test_half_a_character_in_a_json_text_spoils_only_its_own_field(ref: str, number: list[str]):
    inner = json.dumps({"state": "D", "ref": ref, "name": "Sara \ud83d"}, ensure_ascii=False)
    result = delivery(WRAPPED, wrapped(inner))
    assert [each.order.order_id for each in result.events] == number
    assert (result.unusable == "bad_text") is not bool(number)
