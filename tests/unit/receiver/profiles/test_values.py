"""Values: texts and whole numbers are read, anything else never is."""

from dataclasses import replace

import pytest

from tests.support.invented import delivery, event, profile
from webhook_receiver.profiles.engine.optional import NO_NUMBER
from webhook_receiver.profiles.engine.values import NoText, folded, note_text, text_of
from webhook_receiver.profiles.reading import ElementReading
from worker.domain.reasons import QuarantineReason
from worker.domain.tracking import parcel_without_number

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
    assert event(PROFILE, GOOD | {"awb": value}).tracking in {text, parcel_without_number(text)}
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


AROUND = ("", " ", "\t\r\n", "\x07", "\u202e", " \u2066\x9f\u3000\xa0\u2003", "\u200e", "\ufeff\u200b\xad")
INSIDE = (*"\t\x1b\x9f\u200b\u2028\u202e\u2067\u3164\ufe0f", " " * 64, " " * 200, " " * 2000)


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
    ("value", "parcels"),
    [(1, 1), (1000, 1000), ("1", 1), ("00007", 7), (" 1 ", 1), ("1000", 1000), (2.0, 2), (None, None), ("", None)],
)
def test_parcels_are_a_whole_number_or_its_digits(value: object, parcels: int | None):
    result = delivery(PROFILE, GOOD | {"pieces": value})
    assert ([each.parcels for each in result.events], "parcels" in result.detail) == ([parcels], False)


@pytest.mark.parametrize("value", [0, -1, "0", "-1", 0.0, False, [], {}])
def test_a_number_of_parcels_that_says_nothing_is_left_out_and_the_delivery_says_so(value: object):
    result = delivery(PROFILE, GOOD | {"pieces": value})
    assert (result.unusable, [each.parcels for each in result.events]) == (None, [None])
    assert "the number of parcels is left out: it says nothing" in result.detail


@pytest.mark.parametrize("value", [1001, "1001", True, 1.5, "two", "2 of 3", "٣", [1], {"a": 1}, " ", "9" * 40])
def test_parcels_that_may_be_several_and_cannot_be_read_quarantine_the_delivery(value: object):
    assert delivery(PROFILE, GOOD | {"pieces": value}).unusable is QuarantineReason.BAD_PARCELS


@pytest.mark.parametrize("value", [7, 1.5, True, [], {"a": 1}])
def test_a_note_that_is_no_text_is_left_out_and_the_delivery_says_so(value: object):
    result = delivery(PROFILE, GOOD | {"note": value})
    assert [each.note for each in result.events] == [""]
    assert "the note is left out: it is no text" in result.detail


def test_a_note_is_one_line_of_at_most_200_characters():
    assert event(PROFILE, GOOD | {"note": " two\r\nlines "}).note == "two lines"
    assert event(PROFILE, GOOD | {"note": "x" * 5000}).note == "x" * 200
    assert note_text(None) == ""


@pytest.mark.parametrize("url", ["https://t.example/1?b=%20", "HTTP://t.example"])
def test_a_tracking_url_is_kept(url: str):
    result = event(PROFILE, GOOD | {"url": url})
    assert result.tracking_url == url


def test_a_tracking_url_that_is_not_ascii_is_kept_with_escapes():
    assert event(PROFILE, GOOD | {"url": "https://t.example/1?a=ü"}).tracking_url == "https://t.example/1?a=%C3%BC"


@pytest.mark.parametrize(
    ("url", "flaw"),
    [
        ("https://me:pass@t.example/1", "it has a user or a password"),
        ("https://t.example:444/1", "it has a port"),
        (
            "https://10.0.0.1/1",
            "it has a host that is no domain name: an IP address, punycode, or a name without a dot",
        ),
        (
            "https://xn--t-xya.example/1",
            "it has a host that is no domain name: an IP address, punycode, or a name without a dot",
        ),
    ],
)
def test_a_tracking_url_that_may_lead_elsewhere_is_left_out_and_the_delivery_says_why(url: str, flaw: str):
    result = delivery(PROFILE, GOOD | {"url": url})
    assert [each.tracking_url for each in result.events] == [""]
    assert result.detail.endswith(f"; the tracking URL is left out: {flaw}")


def test_a_tracking_url_of_a_host_that_the_source_does_not_list_is_left_out():
    hosts = frozenset({"t.example"})
    for url in ("https://t.example/1", "https://eu.t.example/1"):
        assert delivery(PROFILE, GOOD | {"url": url}, tracking_hosts=hosts).events[0].tracking_url == url
    result = delivery(PROFILE, GOOD | {"url": "https://bad-t.example/1"}, tracking_hosts=hosts)
    assert result.events[0].tracking_url == ""
    assert result.detail.endswith("it has a host that the source's tracking_hosts do not list")


NUMBERS = ("<b>T1</b>", "=1+1", "[T1](x)", "T#1", "pay at 12 Main Street", "evil.example/1")


@pytest.mark.parametrize("number", NUMBERS)
def test_a_tracking_number_that_is_no_code_is_left_out_and_its_parcel_stays_another_one(number: str):
    result = delivery(PROFILE, GOOD | {"awb": number})
    (event,) = result.events
    assert (event.tracking, result.unusable) == (parcel_without_number(number), None)
    assert not {"tracking number T1", number} & {name.words for name in event.parcel_names}
    assert NO_NUMBER in result.detail


@pytest.mark.parametrize("number", NUMBERS)
def test_a_tracking_number_that_is_no_code_finds_no_order(number: str):
    result = delivery(PROFILE, {"state": "D", "id": "e1", "awb": number})
    assert (result.events, result.unusable) == ((), QuarantineReason.BAD_TRACKING)


def test_a_shipment_id_finds_the_order_of_a_parcel_whose_number_is_left_out():
    found = event(PROFILE, {"state": "D", "awb": "<b>1</b>", "ship": "S1", "id": "e1"})
    assert str(found.order.reference) == "shipment:S1"


def test_a_tracking_number_that_says_nothing_is_left_out():
    result = delivery(PROFILE, GOOD | {"awb": "-"})
    assert [each.tracking for each in result.events] == [""]
    assert NO_NUMBER in result.detail


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
