"""What an operator's and the merchant's word about the carrier of an order does, over both databases."""

import pytest

from tests.support.events import KEY, an_event
from tests.support.harness import Harness
from tests.support.searches import NUMBER
from tests.support.two_couriers import ACCEPTED, NOT_YOURS, carrier_of, news, report
from worker.domain.instants import HOUR
from worker.domain.reasons import AuditAction, StopReason
from worker.domain.results import Step, Stopped
from worker.domain.stages import Stage
from worker.reconcile.reconciliation import MIN_LEASE


@pytest.fixture
def wrong(harness: Harness) -> Harness:
    """`south` was the first to report the order of `north`, and says that it is delivered."""
    harness.api.orders["1"].status = "accepted"
    assert report(harness, news("south", "shipment.delivered", "S1", key="wrong")) == ACCEPTED
    assert report(harness, news("north", "shipment.picked_up", "N1")) == NOT_YOURS
    return harness


def assign(harness: Harness, source: str) -> bool:
    return harness.operator_store.assign(harness.snapshot(KEY), source, "the label says so")


def test_what_the_former_carrier_has_said_does_not_count_any_more(wrong: Harness):
    assert assign(wrong, "north")
    assert report(wrong, news("north", "shipment.picked_up", "N1")) == ACCEPTED
    wrong.reconcile()
    assert wrong.snapshot(KEY).order.stage is Stage.SHIPPED
    assert wrong.event_results()["wrong"] == "void"
    assert [entry.recorded.event.source for entry in wrong.snapshot(KEY).event_entries] == ["south", "north"]
    assert [recorded.event.source for recorded in wrong.snapshot(KEY).events] == ["north"]


def test_parcels_of_the_former_carrier_leave_no_doubt(wrong: Harness):
    assert report(wrong, news("south", "shipment.created", "S2", parcels=3)) == ACCEPTED
    assert assign(wrong, "north")
    assert report(wrong, news("north", "shipment.picked_up", "N1")) == ACCEPTED
    assert report(wrong, news("north", "shipment.delivered")) == ACCEPTED
    wrong.reconcile()
    assert wrong.snapshot(KEY).order.stage in {Stage.DELIVERED, Stage.COMPLETED}


def test_an_order_that_gets_its_carrier_back_gets_its_words_back(wrong: Harness):
    assert assign(wrong, "north")
    wrong.reconcile()
    assert assign(wrong, "south")
    assert wrong.event_results()["wrong"] == "pending"
    wrong.run_for(seconds=10)
    assert wrong.event_results()["wrong"] == "applied"


def test_a_reconciliation_that_has_weighed_the_former_words_sends_nothing(wrong: Harness):
    leased = wrong.lease()
    assert assign(wrong, "north")
    step = Step(Stage.SHIPPED, wrong.clock(), inferred=False)
    assert wrong.order_store.announce(leased, step, {"status": "shipped"}, MIN_LEASE) is None


def test_an_order_without_a_carrier_belongs_to_the_next_one_that_reports_it(wrong: Harness):
    assert assign(wrong, "")
    assert report(wrong, news("south", "shipment.lost", "S1")) == NOT_YOURS
    assert report(wrong, news("north", "shipment.picked_up", "N1")) == ACCEPTED
    assert carrier_of(wrong) == ("north", "north")


def test_an_assignment_of_an_order_that_another_operator_has_assigned_meanwhile_changes_nothing(wrong: Harness):
    seen = wrong.snapshot(KEY)
    assert wrong.operator_store.assign(seen, "north", "first")
    assert not wrong.operator_store.assign(seen, "", "second")
    assert wrong.audit_rows()[-1]["detail"] == "to north, after south: first"


def test_a_stop_by_the_former_carrier_stays_until_a_release(harness: Harness):
    harness.api.orders["1"].status = "shipped"
    assert report(harness, news("south", "shipment.picked_up"), news("south", "shipment.lost")) == ACCEPTED
    assert isinstance(harness.reconcile(), Stopped)
    assert assign(harness, "north")
    assert harness.row()["stop"] == StopReason.SHIPMENT_LOST
    assert harness.operator_store.release(harness.snapshot(KEY), "it was not lost")
    assert not isinstance(harness.reconcile(), Stopped)


def test_the_merchants_own_system_assigns_and_only_an_operator_outlasts_it(wrong: Harness):
    wrong.accept("order.accepted", source="shop", carrier="north")
    assert carrier_of(wrong) == ("north", "shop")
    assert assign(wrong, "south")
    wrong.accept("order.accepted", source="shop", carrier="north")
    assert carrier_of(wrong) == ("south", "operator")


def test_an_assignment_comes_before_the_first_news(harness: Harness):
    harness.accept("order.accepted", source="shop", carrier="north")
    assert report(harness, news("south", "shipment.picked_up", "S1")) == NOT_YOURS
    assert report(harness, news("north", "shipment.lost", "N1")) == ACCEPTED


# ------------------------------------------------------------------------------------ the word of the merchant's system


def assignments(harness: Harness) -> list[str]:
    return [row["detail"] for row in harness.audit_rows() if row["action"] == AuditAction.ASSIGNED]


@pytest.mark.parametrize("newest_first", [False, True])
def test_the_word_that_was_said_last_counts_and_not_the_one_that_arrived_last(harness: Harness, *, newest_first: bool):
    words = [("north", harness.clock() - HOUR), ("south", harness.clock())]
    for carrier, occurred_at in reversed(words) if newest_first else words:
        harness.accept("order.accepted", source="shop", carrier=carrier, occurred_at=occurred_at)
    assert carrier_of(harness) == ("south", "shop")


def test_the_words_of_one_delivery_count_by_their_time_too(harness: Harness):
    at = harness.clock()
    words = {"south": at, "north": at - HOUR}
    events = [an_event("order.accepted", source="shop", carrier=carrier, at=at) for carrier, at in words.items()]
    assert report(harness, *events) == ACCEPTED
    assert carrier_of(harness) == ("south", "shop")


def test_an_older_word_that_a_search_brings_changes_no_carrier(harness: Harness):
    harness.accept("order.accepted", source="shop", carrier="south")
    harness.change(number="ORD-1")
    earlier = harness.clock() - HOUR
    harness.accept("order.accepted", source="shop", carrier="north", order=NUMBER, occurred_at=earlier)
    harness.reconcile(NUMBER)
    assert (carrier_of(harness), harness.row()["event_count"]) == (("south", "shop"), 2)


def test_each_new_carrier_is_in_the_audit_log_and_a_repeated_word_is_not(wrong: Harness):
    for event in ("order.accepted", "order.shipped"):
        wrong.accept(event, source="shop", carrier="north")
    assert assignments(wrong) == ["to north, after south: shop says so"]


def test_an_assignment_that_a_search_brings_is_in_the_audit_log(wrong: Harness):
    wrong.change(number="ORD-1")
    wrong.accept("order.accepted", source="shop", carrier="north", order=NUMBER)
    wrong.reconcile(NUMBER)
    assert assignments(wrong) == ["to north, after south: shop says so"]


def test_who_took_the_order_is_no_assignment(wrong: Harness):
    assert assignments(wrong) == []


def test_an_assignment_of_a_stopped_order_says_that_it_is_still_stopped(harness: Harness):
    harness.api.orders["1"].status = "shipped"
    assert report(harness, news("south", "shipment.picked_up"), news("south", "shipment.lost")) == ACCEPTED
    assert isinstance(harness.reconcile(), Stopped)
    harness.accept("order.accepted", source="shop", carrier="north")
    assert harness.row()["stop"] == StopReason.SHIPMENT_LOST
    (detail,) = assignments(harness)
    assert detail.endswith("the order is still stopped (shipment_lost): only `orders release` lifts that")


def test_a_carrier_that_a_system_names_gets_its_words_back(wrong: Harness):
    assert assign(wrong, "")
    wrong.reconcile()
    assert wrong.event_results()["wrong"] == "void"
    wrong.accept("order.accepted", source="shop", carrier="south")
    assert wrong.event_results()["wrong"] == "pending"
