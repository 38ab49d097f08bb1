"""Which order an event is about: its id, its number, the parcel or the shipment, and what the source says of them."""

from typing import Any

import pytest

from tests.support.invented import delivery, event, profile, reading
from webhook_receiver.profiles.schema.model import ProfileFile
from worker.domain.orders import Reference
from worker.domain.reasons import QuarantineReason

ALL = profile(read='order = "id"\nnumber = ["ref", "ref2"]\ntracking = "awb"\nshipment = "ship"')
NUMBER = profile(read='number = "ref"')


def order(chosen: ProfileFile, **fields: Any) -> str:
    source = fields.pop("source", {})
    return event(chosen, {"state": "D"} | fields, **source).order.order_id


def reason(chosen: ProfileFile, **fields: Any) -> QuarantineReason | None:
    source = fields.pop("source", {})
    result = delivery(chosen, {"state": "D"} | fields, **source)
    assert result.events == ()
    return result.unusable


def test_the_orders_id_goes_before_the_number_the_parcel_and_the_shipment():
    assert order(ALL, id=17, ref="ORD-1", awb="T1", ship="S1") == "17"
    assert order(ALL, ref="ORD-1", awb="T1", ship="S1") == "number:ORD-1"
    assert order(ALL, ref="", ref2="ORD-2", awb="T1", ship="S1") == "number:ORD-2"
    assert order(ALL, awb="T1", ship="S1") == "tracking:T1"
    assert order(ALL, awb=None, ship="S1") == "shipment:S1"


@pytest.mark.parametrize(
    ("fields", "field", "text"),
    [
        ({"id": 17, "ref": "ORD-1"}, "order", "17"),
        ({"ref": " ORD-1\t"}, "number", "ORD-1"),
        ({"awb": 7}, "tracking", "7"),
        ({"ship": "S1"}, "shipment", "S1"),
    ],
)
def test_the_field_that_named_the_order_is_shown(fields: dict[str, object], field: str, text: str):
    found = reading(ALL, {"state": "D"} | fields).order
    assert found
    assert (found.field, found.text) == (field, text)


def test_an_event_has_its_parcel_and_its_shipment_whatever_names_the_order():
    result = event(ALL, {"state": "D", "id": "17", "awb": 5, "ship": "S1"})
    assert (result.order.order_id, result.tracking, result.shipment) == ("17", "5", "S1")
    assert result.order.account == "main"


def test_without_any_of_them_the_delivery_is_quarantined():
    assert reason(ALL) is QuarantineReason.NO_ORDER
    assert reason(ALL, id="", ref=None, ref2="", awb="", ship="") is QuarantineReason.NO_ORDER
    assert reason(ALL, ship=1.5) is QuarantineReason.NO_ORDER


@pytest.mark.parametrize("value", [0, "0", " 0 "])
def test_an_id_of_zero_beside_another_name_stands_for_a_missing_one(value: object):
    assert event(ALL, {"state": "D", "id": value, "ref": "ORD-1", "awb": "T1"}).order.order_id == "number:ORD-1"
    assert event(ALL, {"state": "D", "id": value, "awb": "T1"}).order.order_id == "tracking:T1"
    assert event(ALL, {"state": "D", "id": value, "ship": "S1"}).order.order_id == "shipment:S1"
    assert reason(ALL, id=value) is QuarantineReason.BAD_ORDER_ID


@pytest.mark.parametrize("value", ["x", "017", -1, 1.5, True, [], {}, " 17", "1" * 20, "number:1"])
def test_an_id_that_the_platform_cannot_have_is_quarantined_even_with_a_number(value: object):
    assert reason(ALL, id=value, ref="ORD-1", awb="T1") is QuarantineReason.BAD_ORDER_ID


@pytest.mark.parametrize("value", [1.5, True, [], {}, "x" * 65, "a\tb"])
def test_an_odd_number_is_quarantined_even_with_a_parcel(value: object):
    assert reason(ALL, ref=value, awb="T1") is QuarantineReason.BAD_ORDER_NUMBER


def test_an_odd_tracking_number_is_quarantined_even_with_an_id():
    assert reason(ALL, id=17, awb=1.5) is QuarantineReason.BAD_TRACKING


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        ("TK-ORD-1", "ORD-1"),
        ("TK- ORD-1 ", "ORD-1"),
        ("ORD-1", "ORD-1"),
        ("tk-ORD-1", "tk-ORD-1"),
        ("TK-TK-ORD-1", "TK-ORD-1"),
        ("XTK-ORD-1", "XTK-ORD-1"),
        (" TK-ORD-1", "ORD-1"),
        (17, "17"),
    ],
)
def test_the_sources_prefix_is_cut_off_the_number_where_it_is(sent: object, number: str):
    assert order(NUMBER, ref=sent, source={"number_prefix": "TK-"}) == f"number:{number}"
    found = reading(NUMBER, {"state": "D", "ref": sent}, number_prefix="TK-").order
    assert found
    assert (found.field, found.text) == ("number", str(sent).strip())


def test_the_prefix_is_cut_off_a_whole_number_too():
    assert order(NUMBER, ref=100042, source={"number_prefix": "1000"}) == "number:42"


def test_a_prefix_may_be_words():
    chosen = {"number_prefix": "Order "}
    assert order(NUMBER, ref="Order ORD-7", source=chosen) == "number:ORD-7"


@pytest.mark.parametrize("reference", ["number", "id"])
@pytest.mark.parametrize("empty", [" ", "\t", "\u202e", "TK-", " TK- ", "TK-\n"])
def test_a_number_of_nothing_or_only_of_the_prefix_is_missing(empty: str, reference: str):
    source = {"number_prefix": "TK- ", "reference": reference}
    assert reason(NUMBER, ref=empty, source=source) is QuarantineReason.NO_ORDER
    assert order(ALL, ref=empty, awb="T1", source=source) == "tracking:T1"
    assert order(ALL, ref=empty, ref2="17", awb="T1", source=source).removeprefix("number:") == "17"


def test_a_parcel_and_a_shipment_of_nothing_are_missing():
    assert order(ALL, awb=" ", ship="S1") == "shipment:S1"
    assert reason(ALL, awb="\t", ship="\u202e") is QuarantineReason.NO_ORDER


def test_a_number_may_be_longer_with_its_prefix():
    source = {"number_prefix": "a long prefix of the courier "}
    assert order(NUMBER, ref=source["number_prefix"] + "x" * 64, source=source) == "number:" + "x" * 64


@pytest.mark.parametrize("sent", [17, "17", " 17 ", "TK-17", "TK- 17", "TK-\t17"])
def test_the_reference_may_be_the_orders_id(sent: object):
    assert order(NUMBER, ref=sent, source={"reference": "id", "number_prefix": "TK-"}) == "17"


@pytest.mark.parametrize("sent", ["ORD-1", "017", 1.5, True, [], {}, -1])
def test_a_reference_that_can_be_no_id_is_quarantined(sent: object):
    source = {"reference": "id", "number_prefix": "TK-"}
    assert reason(NUMBER, ref=sent, source=source) is QuarantineReason.BAD_ORDER_ID


def test_the_prefix_is_not_cut_off_an_order_id_of_the_profile():
    assert reason(ALL, id="TK-17", source={"number_prefix": "TK-"}) is QuarantineReason.BAD_ORDER_ID


@pytest.mark.parametrize("value", ["number:7", "a:b:c", "tracking:x", "::"])
def test_a_colon_in_a_number_is_a_part_of_it(value: str):
    reference = event(NUMBER, {"state": "D", "ref": value}).order.reference
    assert reference == Reference("number", value)


@pytest.mark.parametrize(
    ("allow", "state", "is_allowed"),
    [
        ({"shipment"}, "D", True),
        ({"shipment.delivered"}, "D", True),
        ({"shipment.picked_up"}, "D", False),
        ({"order"}, "D", False),
        ({"order"}, "S", True),
        ({"order.shipped"}, "S", True),
        ({"shipment"}, "S", False),
        ({"shipment.delivered", "order.shipped"}, "S", True),
        (set(), "I", True),
    ],
)
def test_a_source_reports_only_what_it_may(allow: set[str], state: str, is_allowed: bool):
    chosen = profile(status='from = "state"\nrows = [["D", "delivered"], ["S", "order.shipped"], ["I", "info"]]')
    result = delivery(chosen, {"state": state, "ref": "1"}, allow=frozenset(allow))
    names = {"D": "shipment.delivered", "S": "order.shipped", "I": ""}
    expected = (None, "") if is_allowed else (QuarantineReason.NOT_ALLOWED, names[state])
    assert (result.unusable, result.detail if result.unusable else "") == expected
