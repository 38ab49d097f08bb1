"""Answers that are older than our last confirmed write: a cache, or a replica, may stand before the platform."""

from worker.domain.instants import MINUTE
from worker.domain.results import Later


def shipped(harness):
    """Bring the order to shipped; from then on, a cache shows it as accepted."""
    harness.accept("shipment.picked_up")
    harness.reconcile()
    harness.api.orders["1"].status = "accepted"
    harness.accept("order.delivered")


def test_an_answer_known_to_be_older_than_our_write_neither_stops_the_order_nor_leads_to_a_write(harness):
    shipped(harness)
    harness.clock.advance(minutes=5)
    harness.api.age = 6 * MINUTE
    result = harness.reconcile()
    assert isinstance(result, Later)
    assert (result.reason, result.due) == ("stale_read", harness.clock() + MINUTE)
    harness.run_for(seconds=30)
    harness.api.age, harness.api.orders["1"].status = 0, "shipped"
    harness.run_for(minutes=1)
    assert harness.api.writes == ["accepted", "shipped", "delivered", "completed"]


def test_the_same_answer_of_unknown_age_does_not_stop_the_order_within_minutes(harness):
    shipped(harness)
    harness.api.age = None
    harness.run_for(minutes=9, seconds=59)
    assert (harness.row()["stop"], harness.row()["waiting"]) == (None, "moved_back")
    harness.api.orders["1"].status = "shipped"
    harness.run_for(minutes=1)
    assert harness.api.writes == ["accepted", "shipped", "delivered", "completed"]


def test_an_answer_of_unknown_age_stops_the_order_after_ten_minutes_without_a_write(harness):
    shipped(harness)
    harness.api.age = None
    harness.run_for(minutes=11)
    assert (harness.row()["stop"], harness.api.writes) == ("moved_back", ["accepted", "shipped"])
    assert harness.api.reads == 7


def test_a_cache_that_never_changes_ends_in_a_stop_and_leads_to_no_write(harness):
    shipped(harness)
    began = harness.clock()
    while harness.row()["stop"] is None:
        harness.api.age = harness.clock() - began + MINUTE
        harness.run_for(minutes=1)
        assert harness.clock() - began < 80 * MINUTE
    assert (harness.row()["stop"], harness.api.writes) == ("moved_back", ["accepted", "shipped"])
