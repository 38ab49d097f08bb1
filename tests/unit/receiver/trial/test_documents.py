"""A trial says what is read of each element, and which field a wrong path should have been."""

import json
from typing import Any

import pytest

from tests.support.invented import profile
from tests.support.trials import reading_of, step, steps
from webhook_receiver.profiles.trial.steps import Outcome
from worker.domain.reasons import QuarantineReason
from worker.domain.tracking import parcel_without_number

FULL = 'number = "order.ref"\ntracking = "awb"\nid = "id"\ntime = "at"\ntracking_url = "url"\nnote = "note"'
CASE = profile(read=f'{FULL}\nparcels = "parcels"\nshipment = "shipment"')
DOCUMENT = {
    "id": "e1",
    "state": "D",
    "order": {"ref": "TK-7"},
    "awb": "T1",
    "at": "2026-11-28T10:00:00Z",
    "url": "https://t.example/1",
    "note": "left at the door",
    "parcels": 2,
    "shipment": "s1",
}


def test_each_field_is_shown_with_the_path_that_leads_to_it():
    trial = reading_of(CASE, DOCUMENT, number_prefix="TK-")
    assert step(trial, "order").text == 'order.ref "TK-7", prefix TK- cut off → number:7'
    assert step(trial, "tracking").text == 'awb "T1" → T1'
    assert step(trial, "time").text == 'at "2026-11-28T10:00:00Z", format 1 (iso) → 2026-11-28T10:00:00Z'
    assert step(trial, "key").text == 'the event\'s id: id "e1"'
    assert step(trial, "event").text == (
        "shipment.delivered at 2026-11-28T10:00:00Z, tracking_url https://t.example/1, parcels 2,"
        ' note "left at the door", shipment s1'
    )
    assert not steps(trial, "not there")


def test_a_number_without_the_prefix_is_said():
    trial = reading_of(CASE, DOCUMENT | {"order": {"ref": "7"}}, number_prefix="TK-")
    assert step(trial, "order").text == 'order.ref "7", without the prefix TK- → number:7'


def test_a_reference_may_be_the_orders_id():
    trial = reading_of(CASE, DOCUMENT | {"order": {"ref": 7}}, reference="id")
    assert step(trial, "order").text == "order.ref 7 → order id 7"


def test_fields_that_are_not_there_are_named_and_the_important_ones_with_what_looks_like_them():
    document = {"state": "D", "order": {"ref": "7"}, "awb_no": "T1", "at": DOCUMENT["at"]}
    absent = step(reading_of(CASE, document), "not there")
    assert (
        absent.text
        == "tracking (awb); shipment (shipment); id (id); tracking_url (url); note (note); parcels (parcels)"
    )
    assert absent.advice[0] == "awb leads to nothing; there is awb_no"


@pytest.mark.parametrize(
    ("path", "document", "sentence"),
    [
        ("order.reference", {"order": {"ref": "7"}}, "order.reference leads to nothing; there is order.ref"),
        ("parcel.order_nr", {"parcel": {"order_number": "7"}},
         "parcel.order_nr leads to nothing; there is parcel.order_number"),
        ("order_ref", {"order": {"ref": "7"}}, "order_ref leads to nothing; there is order.ref"),
        ("order.x", {"order": {"ref": "7"}}, "order.x leads to nothing; order has: ref"),
        ("order.x.y", {"order": {"ref": "7"}}, "order.x.y leads to nothing; order has: ref"),
        ("list[4].x", {"list": ["a", "b"]}, "list[4].x leads to nothing; list has: a list of 2"),
        ("x", {"order": {}}, "x leads to nothing; the document has: state, order"),
    ],
)  # fmt: skip
def test_a_wrong_path_of_the_order_is_answered_by_what_is_there(path: str, document: dict[str, Any], sentence: str):
    trial = reading_of(profile(read=f'number = "{path}"'), {"state": "D", **document})
    assert (trial.outcome, trial.reason) == (Outcome.QUARANTINED, "no_order")
    assert step(trial, "quarantine").advice == (sentence,)


def test_a_tracking_number_that_is_no_code_is_shown_with_the_name_that_replaces_it():
    text = step(reading_of(CASE, DOCUMENT | {"awb": "<b>T1</b>"}), "tracking").text
    name = parcel_without_number("<b>T1</b>")
    assert text == f'awb "<b>T1</b>" → {name}, because it is no code: the tracking number is left out'


# ------------------------------------------------------------------------------------------------- what cannot be used


@pytest.mark.parametrize(
    ("changes", "reason", "advice"),
    [
        ({"order": {"ref": 1.5}}, QuarantineReason.BAD_ORDER_NUMBER, ("read.number: order.ref 1.5",)),
        ({"awb": True}, QuarantineReason.BAD_TRACKING, ('read.tracking: awb "true"',)),
        ({"id": "x" * 151}, QuarantineReason.BAD_ID, (f'read.id: id "{"x" * 60}…"',)),
        ({"parcels": 1001}, QuarantineReason.BAD_PARCELS, ("read.parcels: parcels 1001",)),
    ],
)
def test_a_field_that_cannot_be_used_is_shown(
    changes: dict[str, object], reason: QuarantineReason, advice: tuple[str, ...]
):
    trial = reading_of(CASE, DOCUMENT | changes)
    assert trial.reason == reason
    assert step(trial, "quarantine").text == f"{reason}: {reason.meaning}"
    assert step(trial, "quarantine").advice == advice


def test_an_order_id_of_the_wrong_form_is_shown():
    trial = reading_of(profile(read='order = "oid"\nnumber = "ref"'), {"state": "D", "oid": "x"})
    assert step(trial, "quarantine").advice == (
        'read.order: oid "x"',
        "ref leads to nothing; the document has: state, oid",
    )


def test_an_event_that_the_source_may_not_send_names_the_setting():
    chosen = profile(status='from = "state"\nrows = [["D", "order.delivered"]]')
    trial = reading_of(chosen, {"state": "D", "ref": "1"})
    assert step(trial, "quarantine").advice == ('the source must have it in its setting allow, as "order.delivered"',)
    allowed = reading_of(chosen, {"state": "D", "ref": "1"}, allow=frozenset({"order"}))
    assert step(allowed, "event").advice == ('the source needs allow = ["order"] for it',)


def test_an_event_that_could_not_be_recognised_again_is_said():
    chosen = profile(read='number = "ref"\nkey = "nonce"')
    assert step(reading_of(chosen, {"state": "D", "ref": "1"}), "quarantine").advice == (
        "read.id or read.key must lead to fields that this delivery has",
    )


# --------------------------------------------------------------------------------------------------- documents, batches

BATCH = profile(
    document="""
each = "items[]"
pick = "latest"
only = { "items[].kind" = ["parcel"], type = ["news"] }
skip = { test = [true] }
""",
    read='number = "items[].ref"\ntime = "items[].at"',
    status='from = "items[].state"\nrows = [["D", "delivered"]]',
)


def item(at: str, **fields: object) -> dict[str, object]:
    return {"kind": "parcel", "state": "D", "ref": "1", "at": f"2026-11-28T{at}:00Z", **fields}


def test_elements_that_are_left_out_are_said_with_the_reason():
    trial = reading_of(
        BATCH, {"type": "news", "items": [item("09:00"), item("10:00"), item("11:00", kind="box"), item("1")]}
    )
    assert step(trial, "document").text == 'JSON, each items[]: 4 elements, pick = "latest"'
    assert step(trial, "document", "[0]").text == 'not the newest, and the profile says pick = "latest"'
    assert step(trial, "event", "[1]").is_well
    assert step(trial, "document", "[2]").text == 'of no interest: document.only: items[2].kind "box"'


def test_each_element_of_a_batch_has_the_advice():
    trial = reading_of(BATCH, {"type": "news", "items": [item("09:00", ref="", refs="1"), item("09:00", ref="")]})
    first, second = (step(trial, "quarantine", element).advice for element in ("[0]", "[1]"))
    assert first == ("items[].ref leads to nothing; there is items[].refs",)
    assert second == first


def test_the_same_field_of_another_element_is_no_advice():
    trial = reading_of(BATCH, {"type": "news", "items": [item("09:00"), item("09:00", ref="")]})
    (sentence,) = step(trial, "quarantine", "[1]").advice
    assert sentence == "items[].ref leads to nothing; items[1] has: kind, state, ref, at"


LIST = profile(
    document='each = "items[]"', read='number = "items[].ref"', status='from = "items[].state"\nrows = [["D", "lost"]]'
)


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        (7, "items[0] is 7, and not an object"),
        ("D", 'items[0] is "D", and not an object'),
        (True, "items[0] is true, and not an object"),
        ([1, 2], "items[0] is a list of 2, and not an object"),
        (None, "items[0] is null or an empty text, and not an object"),
        ("", "items[0] is null or an empty text, and not an object"),
    ],
)
def test_an_element_that_is_no_object_is_said(item: object, sentence: str):
    trial = reading_of(LIST, {"items": [item, {"state": "D", "ref": "1"}]})
    assert step(trial, "status", "[0]").advice == (f"items[].state leads to nothing; {sentence}",)


def test_an_object_in_the_place_of_a_list_is_said():
    chosen = profile(read='number = "list[0].ref"')
    (sentence,) = step(reading_of(chosen, {"state": "D", "list": {"id": "1"}}), "quarantine").advice
    assert sentence == "list[0].ref leads to nothing; list is an object with id, and not a list"


@pytest.mark.parametrize(
    ("document", "text", "advice"),
    [
        ({"type": "invoice"}, 'of no interest: document.only: type "invoice"', ()),
        ({"type": 1.5}, "of no interest: document.only: type 1.5", ()),
        ({"types": "news"}, "of no interest: document.only: type missing", ("type leads to nothing; there is types",)),
        ({"type": "news", "test": True}, 'of no interest: document.skip: test "true"', ()),
    ],
)
def test_a_document_of_no_interest_says_why(document: dict[str, object], text: str, advice: tuple[str, ...]):
    trial = reading_of(BATCH, document)
    assert trial.outcome is Outcome.IGNORED
    assert step(trial, "document").text == text
    assert step(trial, "document").advice == advice


def test_a_document_without_the_list_says_what_it_has():
    trial = reading_of(BATCH, {"type": "news", "item": []})
    assert step(trial, "document").text.startswith("no_list (items[] leads to no list): ")
    assert step(trial, "document").advice == ("document.each: the document has type, item",)


@pytest.mark.parametrize(
    ("body", "top", "advice"),
    [
        (b"", "", ("there is no body",)),
        (b"a=1&b=2", "", ('the body is a form: content = "form"',)),
        (b'{"a": 1', 'content = "form"', ('the body is JSON: content = "json"',)),
        (b'{"a": 1', "", ("at character 8 of 7, which is its end: is it cut off?",)),
        (b'{"a": 1, }', "", ("at character 10 of 10",)),
        (b"\xff", "", ()),
    ],
)
def test_a_body_that_cannot_be_read_is_answered_by_what_it_is(body: bytes, top: str, advice: tuple[str, ...]):
    trial = reading_of(profile(top=top), body)
    assert trial.outcome is Outcome.QUARANTINED
    assert [line.rpartition(" of ")[0] or line for line in step(trial, "document").advice] == [
        line.rpartition(" of ")[0] or line for line in advice
    ]


UNWRAPPED = profile(top='content = "form"', document='unwrap = "payload"')


def test_the_document_inside_a_form_is_named():
    trial = reading_of(UNWRAPPED, b"payload=%7B%22state%22%3A%22D%22%2C%22ref%22%3A%221%22%7D")
    assert step(trial, "document").text == "a form, the JSON text in payload"
    assert trial.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("body", "advice"),
    [
        (b"payloads=x", ("document.unwrap: the document has payloads",)),
        (b"a=x", ("document.unwrap: the document has a",)),
        (b"payload=x", ()),
    ],
)
def test_a_wrong_path_of_the_inner_document_is_answered_by_what_is_there(body: bytes, advice: tuple[str, ...]):
    assert step(reading_of(UNWRAPPED, body), "document").advice == advice


def test_a_large_document_is_searched_in_its_beginning_only():
    document = {"state": "D", "items": [{"x": 1}] * 10, "deep": json.loads("[" * 20 + "]" * 20), "a.b": "7", "n": None}
    trial = reading_of(profile(read='number = "a"'), document)
    assert step(trial, "quarantine").advice == ("a leads to nothing; the document has: state, items, deep, a.b, n",)


def test_a_document_that_is_no_object_is_named():
    top = profile(read='number = "ref"')
    said = "state leads to nothing; the document is {}, and not an object"
    assert step(reading_of(top, [1]), "status").advice == (said.format("a list of 1"),)
    assert step(reading_of(top, 7), "status").advice == (said.format("7"),)
    assert "the document has: no fields" in step(reading_of(top, {}), "status").advice[0]


def test_many_names_are_cut():
    (sentence,) = step(reading_of(profile(), {f"f{n:02}": n for n in range(30)}), "status").advice
    assert sentence.endswith("f18, f19, …")
