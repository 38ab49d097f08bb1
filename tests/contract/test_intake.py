"""What every intake promises: the fake for the receiver's tests, and the store on both databases."""

from typing import Any

import pytest

from tests.contract.conftest import Contents
from tests.support.clock import Clock
from tests.support.events import KEY, a_delivery, a_hint, an_event
from worker.domain.events import Event, EventName
from worker.domain.orders import OrderKey
from worker.domain.reasons import QuarantineReason

ELSEWHERE = OrderKey("main", "2")
NAMELESS: dict[str, Any] = {"name": EventName.DELIVERED, "tracking": ""}


def test_an_intake_returns_the_time_of_its_clock(contents: Contents, clock: Clock):
    assert contents.intake.now() == clock.now


def test_a_new_event_is_written_raises_its_orders_revision_and_enqueues_its_order(contents: Contents):
    receipt = contents.intake.write(a_delivery(an_event(key="evt_1")))
    assert (receipt.outcome, receipt.reason, receipt.wake_ups) == ("accepted", None, (KEY,))
    assert receipt.delivery_id is not None
    assert receipt.event_id is not None
    assert (contents.revision(KEY), contents.keys(), contents.outcomes()) == (1, ["evt_1"], [("accepted", "")])


def test_a_repeated_event_names_the_first_one_and_changes_nothing(contents: Contents):
    first = contents.intake.write(a_delivery(an_event(key="evt_1", tracking="TRK1")))
    again = contents.intake.write(a_delivery(an_event(key="evt_1", tracking="TRK1", note="a retry", occurred_at=1)))
    assert (again.outcome, again.event_id, again.wake_ups) == ("duplicate", first.event_id, ())
    assert again.delivery_id not in {None, first.delivery_id}
    assert (contents.revision(KEY), contents.keys()) == (1, ["evt_1"])
    assert contents.outcomes() == [("accepted", ""), ("duplicate", "")]


def test_a_repeated_hint_is_a_duplicate_and_still_a_hint(contents: Contents):
    first = contents.intake.write(a_delivery(a_hint()))
    again = contents.intake.write(a_delivery(a_hint()))
    assert (again.outcome, again.event_id, again.wake_ups) == ("duplicate", first.event_id, (KEY,))
    assert (contents.revision(KEY), contents.keys()) == (2, ["hint_1"])


@pytest.mark.parametrize(
    "other",
    [{"order": ELSEWHERE}, {"name": EventName.DELIVERED}, {"tracking": "TRK2"}],
    ids=["order", "name", "tracking"],
)
def test_a_known_key_with_another_event_is_quarantined_and_never_dropped(contents: Contents, other: dict[str, Any]):
    contents.intake.write(a_delivery(an_event(key="evt_1", tracking="TRK1")))
    receipt = contents.intake.write(a_delivery(an_event(key="evt_1", **{"tracking": "TRK1", **other})))
    assert (receipt.outcome, receipt.reason, receipt.event_id) == ("quarantined", "key_reused", None)
    assert receipt.wake_ups == ()
    assert (contents.revision(KEY), contents.revision(ELSEWHERE), contents.keys()) == (1, 0, ["evt_1"])


def test_two_sources_may_use_the_same_key(contents: Contents):
    contents.intake.write(a_delivery(an_event(key="evt_1")))
    hint = Event("awalchat", "evt_1", KEY, EventName.HINT, occurred_at=1, received_at=1)
    receipt = contents.intake.write(a_delivery(hint, source="awalchat"))
    assert (receipt.outcome, contents.revision(KEY)) == ("accepted", 2)


@pytest.mark.parametrize("named", ["TRK1", ""])
def test_a_second_delivery_that_names_none_of_the_announced_parcels_is_quarantined(contents: Contents, named: str):
    created = an_event("shipment.created", "TRK1", key="a", parcels=2)
    contents.intake.write(a_delivery(created, an_event("shipment.delivered", named, key="b")))
    receipt = contents.intake.write(a_delivery(an_event("shipment.delivered", key="c")))
    assert (receipt.outcome, receipt.reason) == ("quarantined", "which_parcel")
    assert contents.intake.write(a_delivery(an_event("shipment.in_transit", key="d"))).outcome == "accepted"


def test_a_tracking_number_that_is_written_differently_is_the_same(contents: Contents):
    contents.intake.write(a_delivery(an_event("shipment.picked_up", "TRK 1", key="a")))
    assert contents.intake.write(a_delivery(an_event("shipment.picked_up", "trk-1", key="a"))).outcome == "duplicate"
    assert contents.intake.write(a_delivery(an_event("shipment.delivered", key="b"))).outcome == "accepted"
    contents.intake.write(a_delivery(an_event("shipment.picked_up", "trk1", key="c")))
    assert contents.intake.write(a_delivery(an_event("shipment.delivered", key="d"))).outcome == "accepted"


def test_a_shipment_event_that_names_none_of_several_parcels_is_quarantined(contents: Contents):
    contents.intake.write(a_delivery(an_event(key="a", tracking="TRK1")))
    contents.intake.write(a_delivery(an_event(key="b", tracking="TRK2")))
    receipt = contents.intake.write(a_delivery(an_event(key="c", **NAMELESS)))
    assert (receipt.outcome, receipt.reason, receipt.wake_ups) == ("quarantined", "which_parcel", ())
    assert (contents.revision(KEY), contents.keys()) == (2, ["a", "b"])


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        ({"tracking": "TRK1"}, {"tracking": "TRK1"}, NAMELESS),
        ({"tracking": "TRK1"}, {"tracking": "TRK2", "order": ELSEWHERE}, NAMELESS),
        ({"tracking": "TRK1"}, {"tracking": "TRK2", "name": EventName.ORDER_SHIPPED}, NAMELESS),
        ({"tracking": "TRK1"}, {"tracking": "TRK2"}, {"name": EventName.ORDER_DELIVERED}),
    ],
    ids=["one parcel", "the parcel of another order", "an order event", "an event of the whole order"],
)
def test_an_event_without_a_tracking_number_concerns_the_only_parcel_or_the_whole_order(
    contents: Contents, first: dict[str, Any], second: dict[str, Any], third: dict[str, Any]
):
    contents.intake.write(a_delivery(an_event(key="a", **first)))
    contents.intake.write(a_delivery(an_event(key="b", **second)))
    assert contents.intake.write(a_delivery(an_event(key="c", **third))).outcome == "accepted"


def test_an_order_takes_a_thousand_events_and_no_more(contents: Contents):
    for n in range(1000):
        assert contents.intake.write(a_delivery(a_hint(f"hint_{n}"))).outcome == "accepted"
    receipt = contents.intake.write(a_delivery(a_hint("hint_1000")))
    assert (receipt.outcome, receipt.reason, contents.revision(KEY)) == ("quarantined", "too_many_events", 1000)
    assert contents.intake.write(a_delivery(a_hint("hint_999"))).outcome == "duplicate"
    assert contents.intake.write(a_delivery(a_hint("other", order=ELSEWHERE))).outcome == "accepted"


def test_an_unusable_delivery_is_quarantined_with_its_reason(contents: Contents):
    receipt = contents.intake.write(a_delivery(unusable=QuarantineReason.NOT_JSON, detail="it is XML"))
    assert (receipt.outcome, receipt.reason) == ("quarantined", "not_json")
    assert (receipt.event_id, receipt.wake_ups) == (None, ())
    assert receipt.delivery_id is not None
    assert contents.outcomes() == [("quarantined", "not_json")]


def test_a_batch_takes_in_its_good_elements_beside_the_bad_ones(contents: Contents):
    good = (an_event(key="a"), an_event(key="b", order=ELSEWHERE), an_event(key="c", order=ELSEWHERE))
    receipt = contents.intake.write(a_delivery(*good, unusable=QuarantineReason.NO_ORDER, detail="data[3]"))
    assert (receipt.outcome, receipt.reason, receipt.event_id) == ("quarantined", "no_order", None)
    assert receipt.wake_ups == (KEY, ELSEWHERE), "each order once, although the delivery is quarantined"
    assert (sorted(contents.keys()), contents.revision(KEY), contents.revision(ELSEWHERE)) == (["a", "b", "c"], 1, 2)
    assert (contents.outcomes(), contents.details()) == ([("quarantined", "no_order")], ["data[3]"])


def test_an_element_that_cannot_be_used_beside_what_is_known_quarantines_its_batch_alone(contents: Contents):
    contents.intake.write(a_delivery(an_event(key="a", tracking="TRK1")))
    receipt = contents.intake.write(a_delivery(an_event(key="a", tracking="TRK2"), an_event(key="b", order=ELSEWHERE)))
    assert (receipt.outcome, receipt.reason, receipt.wake_ups) == ("quarantined", "key_reused", (ELSEWHERE,))
    assert contents.keys() == ["a", "b"]


def test_a_batch_with_one_new_event_is_accepted_and_one_without_is_a_duplicate(contents: Contents):
    a, b = an_event(key="a"), an_event(key="b", order=ELSEWHERE)
    first = contents.intake.write(a_delivery(a))
    mixed, again = contents.intake.write(a_delivery(a, b)), contents.intake.write(a_delivery(b, a))
    assert (mixed.outcome, mixed.wake_ups) == ("accepted", (ELSEWHERE,))
    assert (again.outcome, again.wake_ups, again.event_id) == ("duplicate", (), mixed.event_id)
    assert first.event_id != mixed.event_id
    assert contents.keys() == ["a", "b"]


def test_an_event_that_comes_twice_in_one_batch_is_new_once(contents: Contents):
    receipt = contents.intake.write(a_delivery(an_event(key="a"), an_event(key="a")))
    assert (receipt.outcome, receipt.wake_ups, contents.keys(), contents.revision(KEY)) == (
        "accepted",
        (KEY,),
        ["a"],
        1,
    )


def test_the_remarks_about_an_accepted_delivery_are_stored(contents: Contents):
    contents.intake.write(a_delivery(an_event(key="a"), detail="there is no time, so the arrival counts"))
    contents.intake.write(a_delivery(an_event(key="b")))
    assert contents.details() == ["there is no time, so the arrival counts", ""]


def test_the_quarantined_deliveries_of_a_source_are_counted_by_reason_and_since_an_instant(
    contents: Contents, clock: Clock
):
    captured, other = QuarantineReason.CAPTURED, QuarantineReason.NOT_JSON
    for source, reason, age in [("a", captured, 2), ("a", captured, 1), ("a", other, 1), ("b", captured, 1)]:
        contents.intake.write(a_delivery(unusable=reason, source=source, received_at=clock.now - age))
    contents.intake.write(a_delivery(an_event(), source="a", received_at=clock.now - 1))
    counts = [contents.intake.count_quarantined("a", captured, clock.now - age) for age in (3, 2, 1)]
    assert counts == [2, 1, 0]


def test_a_delivery_without_an_event_is_not_dropped(contents: Contents):
    assert contents.intake.write(a_delivery()).reason == "no_event"
    assert contents.outcomes() == [("quarantined", "no_event")]


def test_a_stale_delivery_is_stored_once_and_its_repetitions_are_counted(contents: Contents):
    receipts = [contents.intake.write(a_delivery(keep_once="courier/evt_1")) for _ in range(3)]
    assert {(receipt.outcome, receipt.wake_ups) for receipt in receipts} == {("stale", ())}
    assert [receipt.delivery_id is None for receipt in receipts] == [False, True, True]
    assert (contents.outcomes(), contents.counters()) == ([("stale", "")], {("courier", "stale"): 2})
    assert contents.intake.write(a_delivery(keep_once="courier/evt_2")).delivery_id is not None


def test_a_stale_delivery_has_no_effect(contents: Contents):
    contents.intake.write(a_delivery(keep_once="courier/evt_1"))
    assert (contents.keys(), contents.revision(KEY)) == ([], 0)
    assert contents.intake.write(a_delivery(an_event(key="evt_1"))).outcome == "accepted"


def test_counts_are_added_up(contents: Contents):
    contents.intake.add_counts({("courier", "refused"): 2, ("", "unknown_source"): 1})
    contents.intake.add_counts({("courier", "refused"): 3})
    contents.intake.add_counts({})
    assert contents.counters() == {("courier", "refused"): 5, ("", "unknown_source"): 1}


def test_an_event_of_an_order_wakes_the_references_that_wait_for_its_parcel(contents: Contents):
    waiting = [OrderKey("main", order_id) for order_id in ("number:ORD-1", "shipment:S1", "tracking:TRK1")]
    elsewhere = OrderKey("other", "tracking:TRK1")
    contents.intake.write(a_delivery(an_event(EventName.DELIVERED, "TRK1", order=waiting[0])))
    contents.intake.write(a_delivery(an_event(EventName.DELIVERED, order=waiting[1], shipment="S1")))
    contents.intake.write(a_delivery(an_event(EventName.DELIVERED, "TRK1", order=waiting[2])))
    contents.intake.write(a_delivery(an_event(EventName.DELIVERED, "TRK1", order=elsewhere)))
    receipt = contents.intake.write(a_delivery(an_event(EventName.CREATED, "TRK1", shipment="S1")))
    assert receipt.wake_ups == (KEY, *waiting)
    assert [contents.revision(key) for key in (*waiting, elsewhere)] == [2, 2, 2, 1]
