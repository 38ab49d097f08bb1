"""Values: texts and whole numbers are read, anything else never is."""

from dataclasses import replace

import pytest

from tests.support.invented import delivery, event, profile
from webhook_receiver.profiles.engine.values import NoText, folded, note_text, text_of, url_text
from webhook_receiver.profiles.reading import ElementReading
from worker.domain.reasons import QuarantineReason

FIELDS = """
number = "ref"
tracking = "awb"
shipment = "ship"
id = "id"
tracking_url = "url"
note = "note"
parcels = "pieces"
"""
PROFILE = profile(read=FIELDS)
GOOD = {"state": "D", "ref": "ORD-1", "awb": "T1"}


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", "a"), ("", ""), (" ", " "), (0, "0"), (-7, "-7"), (10**31, str(10**31)), (True, "true"), (False, "false")],
)
def test_texts_integers_and_truths_have_a_text(value: object, text: str):
    assert text_of(value) == text


def test_null_is_an_empty_text():
    assert text_of(None) == ""


@pytest.mark.parametrize("value", [1.0, 0.0, 1e308, [], [1], {}, {"a": 1}])
def test_floats_lists_and_objects_have_no_text(value: object):
    with pytest.raises(NoText):
        text_of(value)


@pytest.mark.parametrize(("value", "text"), [(17, "17"), (-17, "-17"), ("017", "017"), (10**31, str(10**31))])
def test_a_number_is_a_text_or_a_whole_number(value: object, text: str):
    assert event(PROFILE, GOOD | {"ref": value}).order.order_id == f"number:{text}"
    assert event(PROFILE, GOOD | {"awb": value}).tracking == text
    assert event(PROFILE, GOOD | {"ship": value}).shipment == text
    assert event(PROFILE, GOOD | {"id": value}).key == text


@pytest.mark.parametrize(
    ("field", "reason"),
    [("ref", "bad_order_number"), ("awb", "bad_tracking"), ("id", "bad_id")],
)
@pytest.mark.parametrize("value", [1.0, 1.5, True, False, [], ["x"], {}, {"a": 1}, "x" * 151])
def test_any_other_value_quarantines_the_delivery(field: str, value: object, reason: str):
    result = delivery(PROFILE, GOOD | {field: value})
    assert (result.unusable, result.events) == (reason, ())


@pytest.mark.parametrize(("field", "limit"), [("ref", 64), ("awb", 64), ("id", 150)])
def test_a_text_has_a_limit(field: str, limit: int):
    assert not delivery(PROFILE, GOOD | {field: "x" * limit}).unusable
    assert delivery(PROFILE, GOOD | {field: "x" * (limit + 1)}).unusable


AROUND = ("", " ", "\t\r\n", "\x07", "\u202e", " \u2066\x9f\u3000\xa0\u2003")
INSIDE = ("\t", "\x1b", "\x9f", "\u2028", "\u202e", "\u2067", " " * 64, " " * 200, " " * 2000)


@pytest.mark.parametrize("around", AROUND)
def test_what_cannot_be_seen_around_a_reference_is_no_part_of_it(around: str):
    fields = {"ref": f"{around}ORD 1{around}", "awb": f"{around}T 1{around}", "ship": f"{around}S 1{around}"}
    result = event(PROFILE, GOOD | fields)
    assert (result.order.order_id, result.tracking, result.shipment) == ("number:ORD 1", "T 1", "S 1")


@pytest.mark.parametrize("inside", INSIDE)
def test_nothing_inside_of_a_reference_is_removed_because_the_rest_could_be_another_one(inside: str):
    assert delivery(PROFILE, GOOD | {"ref": f"ORD-1{inside}x"}).unusable is QuarantineReason.BAD_ORDER_NUMBER
    assert delivery(PROFILE, GOOD | {"awb": f"T1{inside}x"}).unusable is QuarantineReason.BAD_TRACKING
    assert event(PROFILE, GOOD | {"ship": f"S1{inside}x"}).shipment == ""


@pytest.mark.parametrize("inside", INSIDE)
def test_a_prefix_does_not_hide_what_is_inside_of_a_number(inside: str):
    result = delivery(PROFILE, GOOD | {"ref": f"TK-ORD-1{inside}x"}, number_prefix="TK-")
    assert result.unusable is QuarantineReason.BAD_ORDER_NUMBER
    result = delivery(PROFILE, GOOD | {"ref": f"TK-1{inside}2"}, number_prefix="TK-", reference="id")
    assert result.unusable is QuarantineReason.BAD_ORDER_ID


def test_a_control_character_in_an_id_quarantines_the_delivery():
    assert delivery(PROFILE, GOOD | {"id": "a\nb"}).unusable is QuarantineReason.BAD_ID


@pytest.mark.parametrize("value", [1.5, True, [], {}, "x" * 65, " "])
def test_an_odd_shipment_is_left_out(value: object):
    assert event(PROFILE, GOOD | {"ship": value}).shipment == ""


@pytest.mark.parametrize(
    ("value", "parcels"), [(1, 1), (1000, 1000), ("1", 1), ("007", 7), ("1000", 1000), (None, None), ("", None)]
)
def test_parcels_are_a_whole_number_or_its_digits(value: object, parcels: int | None):
    assert event(PROFILE, GOOD | {"pieces": value}).parcels == parcels


@pytest.mark.parametrize("value", [0, -1, 1001, 1.0, True, "0", "-1", "1001", "00001", "two", "٣", "1 ", [], {}])
def test_other_parcels_quarantine_the_delivery(value: object):
    assert delivery(PROFILE, GOOD | {"pieces": value}).unusable is QuarantineReason.BAD_PARCELS


@pytest.mark.parametrize("value", [7, 1.5, True, [], {"a": 1}])
def test_a_note_that_is_no_text_is_left_out(value: object):
    assert event(PROFILE, GOOD | {"note": value}).note == ""


def test_a_note_is_one_line_of_at_most_200_characters():
    assert event(PROFILE, GOOD | {"note": " two\r\nlines "}).note == "two lines"
    assert event(PROFILE, GOOD | {"note": "x" * 5000}).note == "x" * 200
    assert note_text(None) == ""


@pytest.mark.parametrize("url", ["https://t.example/1?a=ü&b=%20", "HTTP://t.example"])
def test_a_tracking_url_is_kept(url: str):
    result = event(PROFILE, GOOD | {"url": url})
    assert result.tracking_url == url


@pytest.mark.parametrize(
    "url",
    [
        "t.example/1",
        "javascript:alert(1)",
        "ftp://t.example",
        "https://t.example/a b",
        'https://t.example/"><script>',
        "https://t.example/\u202e",
        "https://",
        "https://t.example/" + "x" * 500,
        7,
        True,
        {},
        ["https://t.example"],
    ],
)
def test_an_odd_tracking_url_is_left_out_with_a_remark(url: object):
    result = delivery(PROFILE, GOOD | {"url": url})
    assert result.events[0].tracking_url == ""
    assert result.detail.endswith("; the tracking URL is left out: it is no URL of http or https")
    assert url_text(url) == ""


@pytest.mark.parametrize("nothing", [None, ""])
def test_null_and_an_empty_text_are_missing(nothing: object):
    fields = dict.fromkeys(("id", "url", "note", "pieces", "ship"), nothing)
    with_nothing, without = (delivery(PROFILE, GOOD | more) for more in (fields, {}))
    assert replace(with_nothing, body=b"") == replace(without, body=b"")


@pytest.mark.parametrize("first", [None, "", " ", "\t\u202e", "missing"])
def test_of_several_paths_the_first_that_leads_to_a_value_counts(first: object):
    chosen = profile(read='number = ["a", "b", "c"]')
    fields = {"state": "D", "b": 7, "c": "late"} | ({} if first == "missing" else {"a": first})
    assert event(chosen, fields).order.order_id == "number:7"


@pytest.mark.parametrize("first", [False, 1.5, [], {}, "a\tb", " " * 1001])
def test_a_value_that_cannot_be_used_is_there_nevertheless(first: object):
    chosen = profile(read='number = ["a", "b"]')
    assert delivery(chosen, {"state": "D", "a": first, "b": "ORD-1"}).unusable is QuarantineReason.BAD_ORDER_NUMBER


def test_zero_is_a_value():
    chosen = profile(read='number = ["a", "b"]')
    assert event(chosen, {"state": "D", "a": 0, "b": "ORD-1"}).order.order_id == "number:0"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Out For-Delivery", "outfordelivery"),
        (" _-A- ", "a"),
        ("STRAẞE", "strasse"),
        ("", ""),
        ("تم-التسليم", "تمالتسليم"),
    ],
)
def test_a_folded_text_has_no_case_and_no_separators(text: str, plain: str):
    assert folded(text) == plain


def test_a_reading_begins_with_nothing():
    assert ElementReading(()).event is None
