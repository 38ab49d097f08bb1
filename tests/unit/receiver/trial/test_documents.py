"""A trial says what is read of each element, and which field a wrong path, time or status should have been."""

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.invented import profile
from tests.support.trials import reading_of, step, steps
from webhook_receiver.profiles.trial.steps import Outcome
from worker.domain.reasons import QuarantineReason

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


# ---------------------------------------------------------------------------------------------------------------- times


def timed(times: str, text: object, top: str = "", **changes: Any) -> Any:
    chosen = profile(top=top, read=f'number = "ref"\ntime = "at"\ntimes = [{times}]')
    return step(reading_of(chosen, {"state": "D", "ref": "1", "at": text}, **changes), "time")


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("2026-11-28T10:00:00+0300", ('it fits with: times = ["%d %Y %m", "iso"]',)),
        (1795824000, ('it fits with: times = ["%d %Y %m", "unix"]',)),
        (1795824000123, ('it fits with: times = ["%d %Y %m", "unix_ms"]',)),
        ("28/11/2026 09:00", ('it fits with: times = ["%d %Y %m", "%d/%m/%Y %H:%M"]',)),
        ("28 Nov 2026 09:00 PM", ('it fits with: times = ["%d %Y %m", "%d %b %Y %I:%M %p"]',)),
        (
            "05/04/2026 09:00",
            (
                'it fits with: times = ["%d %Y %m", "%d/%m/%Y %H:%M"]',
                'it fits with: times = ["%d %Y %m", "%m/%d/%Y %H:%M"]',
                "several formats fit this text: choose by the courier's documentation",
            ),
        ),
        ("soon", ("write its format into read.times: one of strptime, such as %d/%m/%Y %H:%M:%S",)),
    ],
)
def test_a_time_that_fits_no_format_is_answered_by_formats_that_fit(text: object, advice: tuple[str, ...]):
    given = timed('"%d %Y %m"', text)
    assert given.text == f'at "{text}" fits none of times = ["%d %Y %m"]: the arrival counts'
    assert given.advice == advice
    assert given.is_well


def test_the_zone_of_a_time_without_an_offset_is_shown():
    given = timed('"iso", "%d/%m/%Y %H:%M"', "28/11/2026 09:00", zone=ZoneInfo("Asia/Jakarta"))
    assert given.text == 'at "28/11/2026 09:00", format 2 (%d/%m/%Y %H:%M), Asia/Jakarta → 2026-11-28T02:00:00Z'
    assert given.advice == ()
    of_profile = timed('"iso"', "2026-11-28 09:00", top='zone = "Asia/Riyadh"')
    assert of_profile.text == 'at "2026-11-28 09:00", format 1 (iso), Asia/Riyadh → 2026-11-28T06:00:00Z'


def test_a_zone_that_nobody_has_chosen_is_said():
    assert timed('"iso"', "2026-11-28 09:00").advice == (
        "the text has no offset, and the profile no zone: the source's timezone counts",
    )


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("2026-11-28T15:00:00Z", "that is 3.0 hours after the arrival, so the arrival counts"),
        ("2026-10-01T15:00:00Z", "that is more than 30 days before the arrival, so it counts as 30 days old"),
    ],
)
def test_a_time_that_is_clamped_is_said(text: str, advice: str):
    assert timed('"iso"', text).advice == (advice,)


def test_a_local_time_after_the_arrival_asks_for_the_zone():
    given = timed('"iso"', "2026-11-28T15:00", zone=ZoneInfo("Etc/GMT"))
    assert given.advice == ("that is 3.0 hours after the arrival, so the arrival counts: is the time zone right?",)


def test_a_time_out_of_any_calendar_is_said():
    given = timed('"%Y-%m-%d %H:%M"', "9999-12-31 20:00", zone=ZoneInfo("Etc/GMT+12"))
    assert given.text.endswith("→ a time out of any calendar")


def test_a_missing_time_and_an_odd_one_are_said():
    chosen = profile(read='number = "ref"\ntime = "at"')
    missing = step(reading_of(chosen, {"state": "D", "ref": "1", "at_utc": "x"}), "time")
    assert missing.text == "nothing there: the arrival counts"
    assert missing.advice == ("at leads to nothing; the document has: state, ref, at_utc",)
    assert timed('"iso"', [1]).text == 'at "[[1]]" fits none of times = ["iso"]: the arrival counts'
    assert step(reading_of(profile(), {"state": "D", "ref": "1"}), "time").advice == ("no time is read: see read.time",)


def test_the_parts_of_a_time_are_named():
    chosen = profile(read='number = "ref"\ntime_parts = ["day", "hour"]\ntimes = ["%Y-%m-%d %H:%M"]')
    given = step(reading_of(chosen, {"state": "D", "ref": "1", "day": "2026-11-28", "hour": "09:00"}), "time")
    assert given.text.startswith('day + hour "2026-11-28 09:00", format 1')


@pytest.mark.parametrize("fold", ["", "fold = true\n"])
def test_the_time_of_a_word_is_named(fold: str):
    read = 'number = "ref"\ntime = "at"\n[read.time_of]\nD = "done_at"'
    chosen = profile(read=read, status=f'{fold}from = "state"\nrows = [["D", "delivered"]]')
    document = {"state": "D", "ref": "1", "at": "2026-11-28T01:00:00Z", "done_at": "2026-11-28T02:00:00Z"}
    assert step(reading_of(chosen, document), "time").text.startswith('done_at "2026-11-28T02')


# ------------------------------------------------------------------------------------------------------------- statuses

TWO = """
from = ["state", "sub"]
rows = [["Picked_Up", "*", "picked_up"], ["done", "A*", "delivered"], ["x", ["", "y"], "info"]]
"""


@pytest.mark.parametrize(
    ("document", "shown", "advice"),
    [
        ({"state": "picked up"}, '("picked up", "")', ["row 1 fits with: fold = true in [status]"]),
        ({"state": "DONE", "sub": "abc"}, '("DONE", "abc")', ["row 2 fits with: fold = true in [status]"]),
        ({"state": "Picked_Upp"}, '("Picked_Upp", "")', ['the rows have "Picked_Up"']),
        ({"state": "done", "sub": "B"}, '("done", "B")', ['rows 2 have "done", but with other cells behind it']),
        ({"state": "new"}, '("new", "")', []),
    ],
)
def test_an_unknown_status_is_answered_by_rows_that_look_like_it(
    document: dict[str, str], shown: str, advice: list[str]
):
    trial = reading_of(profile(status=TWO), {"ref": "1", **document})
    status = step(trial, "status")
    assert status.text == f"{shown} fits no row of status.rows"
    cells = ", ".join(f'"{document.get(name, "")}"' for name in ("state", "sub"))
    word = " | ".join(document.values())
    assert [line for line in status.advice if "statuses" not in line] == [
        *advice,
        f"add a row to status.rows: [{cells}, EVENT], where EVENT is an event such as in_transit, or info",
    ]
    assert status.advice[-1] == f'or, for one source: statuses = {{ "{word}" = EVENT }}'
    assert (trial.outcome, trial.reason) == (Outcome.QUARANTINED, "unknown_event")


def test_a_profile_that_folds_is_not_told_to():
    status = f"fold = true\n{TWO}"
    assert (
        step(reading_of(profile(status=status), {"ref": "1", "state": "nothing"}), "status").advice[0].startswith("add")
    )


def test_a_status_that_is_not_there_is_a_matter_of_the_path():
    trial = reading_of(profile(), {"ref": "1", "status": {"state": "D"}})
    assert step(trial, "status").advice == ("state leads to nothing; there is status.state",)


def test_a_status_that_is_no_text_is_shown():
    trial = reading_of(profile(), {"ref": "1", "state": 1.5})
    assert step(trial, "quarantine").advice == ("status.from: state 1.5",)


def test_who_has_decided_on_a_status_is_said():
    document = {"ref": "1", "state": "On-Its Way"}
    own = step(reading_of(profile(), document, statuses={"On-Its Way": "in_transit"}), "status")
    assert own.text == '("On-Its Way") → the source\'s own statuses → shipment.in_transit'
    nobody = profile(status='from = "state"\nunknown = "info"\nrows = [["D", "delivered"]]')
    assert step(reading_of(nobody, document), "status").text == '("On-Its Way") → no row → info: of no interest'
    assert reading_of(nobody, document).outcome is Outcome.IGNORED


# ------------------------------------------------------------------------------------------------- what cannot be used


@pytest.mark.parametrize(
    ("changes", "reason", "advice"),
    [
        ({"order": {"ref": 1.5}}, QuarantineReason.BAD_ORDER_NUMBER, ("read.number: order.ref 1.5",)),
        ({"awb": True}, QuarantineReason.BAD_TRACKING, ('read.tracking: awb "true"',)),
        ({"id": "x" * 151}, QuarantineReason.BAD_ID, (f'read.id: id "{"x" * 60}…"',)),
        ({"parcels": 0}, QuarantineReason.BAD_PARCELS, ("read.parcels: parcels 0",)),
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


OFFSET = 'If it is always this one: times = ["{}"] and zone = {}'


@pytest.mark.parametrize(
    ("end", "zone"),
    [
        (" +3", '"Etc/GMT-3"'),
        ("+3", '"Etc/GMT-3"'),
        (" UTC+3", '"Etc/GMT-3"'),
        (" UTC+03:00", '"Etc/GMT-3"'),
        (" GMT-5", '"Etc/GMT+5"'),
        (" +5:30", "the zone that has it"),
        (" UTC", '"UTC"'),
        (" AST", "the zone that it names"),
    ],
)
def test_an_offset_that_no_format_reads_may_stand_in_the_format(end: str, zone: str):
    given = timed('"iso"', f"28/11/2026 09:00{end}")
    written = f"%d/%m/%Y %H:%M{end}"
    assert given.advice == (f"no format reads {end.strip()}. {OFFSET.format(written, zone)}",)
    assert timed(f'"{written}"', f"28/11/2026 09:00{end}", top='zone = "Etc/GMT-3"').text.endswith("T06:00:00Z")


@pytest.mark.parametrize("text", ["soon +3", "2026-13-28", "soon UTC"])
def test_what_only_ends_like_an_offset_is_no_time(text: str):
    assert timed('"iso"', text).advice == (
        "write its format into read.times: one of strptime, such as %d/%m/%Y %H:%M:%S",
    )


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
