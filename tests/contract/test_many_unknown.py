"""Each source may name only so many orders that the platform has never shown: more are quarantined, and said."""

import pytest

from tests.support.at_once import at_once
from tests.support.events import a_delivery, an_event
from worker.domain.events import EventResult
from worker.domain.instants import DAY
from worker.domain.lanes import Lane
from worker.domain.lifecycle.unknown import MAX_EVENTS_OF_UNKNOWN, STOPPED_ALLOWED
from worker.domain.orders import OrderKey
from worker.domain.overview.figures import UnknownOrders
from worker.domain.reasons import DeliveryOutcome, QuarantineReason, StopReason
from worker.domain.results import Done, Stopped
from worker.domain.stages import Stage
from worker.store.intake.unknown import orders as unknown_orders
from worker.store.prune import prune
from worker.store.queries.health import HealthQueries

MOST = 3


def key(number):
    return OrderKey("main", str(number))


def receive(harness, number, source="courier", most=MOST, **fields):
    event = an_event(order=key(number), source=source, **fields)
    delivery = a_delivery(event, source=source, received_at=harness.clock(), max_unknown=most)
    return harness.intake.write(delivery)


@pytest.fixture
def full(harness):
    """The source has named as many unknown orders as it may."""
    for number in range(MOST):
        assert receive(harness, number).outcome is DeliveryOutcome.ACCEPTED
    return harness


def test_one_unknown_order_too_many_is_quarantined_and_nothing_is_due(full):
    receipt = receive(full, 99)
    assert (receipt.outcome, receipt.reason) == (DeliveryOutcome.QUARANTINED, QuarantineReason.TOO_MANY_UNKNOWN)
    assert receipt.wake_ups == ()
    assert key(99) not in full.order_keys()


def test_doctor_learns_of_the_same_orders(full):
    full.finish(key(0), Stopped(StopReason.UNKNOWN_ORDER, "HTTP 404"), missing_since=full.clock())
    receive(full, 7, source="other")
    figures = HealthQueries(full.database).health(0).unknown_orders
    assert figures == (UnknownOrders("courier", MOST - 1, MOST), UnknownOrders("other", 1, 1))


def test_the_orders_that_it_has_named_get_further_news(full):
    assert receive(full, 0).outcome is DeliveryOutcome.ACCEPTED


def test_other_sources_operators_and_replays_are_not_affected(full):
    assert receive(full, 98, source="other").outcome is DeliveryOutcome.ACCEPTED
    assert receive(full, 99, most=None).outcome is DeliveryOutcome.ACCEPTED


def test_a_repetition_is_still_a_duplicate(harness):
    for number in range(MOST):
        receive(harness, number, key=f"k{number}")
    assert receive(harness, 0, key="k0").outcome is DeliveryOutcome.DUPLICATE


def test_an_order_that_the_platform_shows_makes_room(full):
    full.finish(key(0), Done(), stage=Stage.SHIPPED, read_at=full.clock())
    full.clock.advance(seconds=1)
    assert receive(full, 99).outcome is DeliveryOutcome.ACCEPTED
    assert receive(full, 100).outcome is DeliveryOutcome.QUARANTINED


def stop_and_go_on(harness, number):
    """The search for the order stops, and a second goes by."""
    harness.finish(key(number), Stopped(StopReason.UNKNOWN_ORDER, "HTTP 404"), missing_since=harness.clock())
    harness.clock.advance(seconds=1)


def test_an_unknown_order_that_has_stopped_makes_room_until_there_are_five_times_as_many(full):
    named = STOPPED_ALLOWED * MOST
    for number in range(MOST, named):
        stop_and_go_on(full, number - MOST)
        assert receive(full, number).outcome is DeliveryOutcome.ACCEPTED
    stop_and_go_on(full, named - 1)
    assert receive(full, 99).outcome is DeliveryOutcome.QUARANTINED
    full.change(key(0), closed_by_operator=1, stop=None)
    full.clock.advance(seconds=1)
    assert receive(full, 99).outcome is DeliveryOutcome.ACCEPTED


def test_an_unknown_order_takes_fifty_events_until_the_platform_shows_it(harness):
    def reported(most=MOST):
        return receive(harness, 0, most=most).reason

    many = [an_event(order=key(0), key=f"e{number}") for number in range(MAX_EVENTS_OF_UNKNOWN + 1)]
    receipt = harness.intake.write(a_delivery(*many, received_at=harness.clock(), max_unknown=MOST))
    assert receipt.reason is reported() is QuarantineReason.TOO_MANY_EVENTS
    assert harness.row(key(0))["event_count"] == MAX_EVENTS_OF_UNKNOWN
    assert reported(most=None) is None
    harness.finish(key(0), Done(), stage=Stage.SHIPPED, read_at=harness.clock())
    assert reported() is None


def test_unknown_orders_that_have_stopped_are_pruned_and_known_ones_that_have_stopped_are_not(full):
    stopped = Stopped(StopReason.UNKNOWN_ORDER, "HTTP 404")
    full.finish(key(0), stopped, EventResult.STOPPED, missing_since=full.clock())
    full.finish(key(1), stopped, EventResult.STOPPED, read_at=full.clock())
    full.clock.now += 91 * DAY
    prune(full.database, keep=90 * DAY, dedupe_for=90 * DAY)
    assert sorted(full.order_keys()) == [key(1), key(2)]


def test_what_a_worker_of_an_earlier_version_has_read_is_known(full):
    full.finish(key(0), Stopped(StopReason.SHIPMENT_LOST, "lost"), EventResult.STOPPED, read_at=full.clock())
    full.change(key(0), lane=Lane.NEW)  # such a worker does not write it
    full.clock.advance(seconds=1)
    assert receive(full, 99).outcome is DeliveryOutcome.ACCEPTED
    full.clock.now += 91 * DAY
    prune(full.database, keep=90 * DAY, dedupe_for=90 * DAY)
    assert key(0) in full.order_keys()


def test_a_new_order_of_a_source_with_plenty_of_room_costs_no_lookup_and_no_count(harness, monkeypatch):
    receive(harness, 0, most=1000)
    for name in ("COUNT_UNKNOWN", "statements"):
        monkeypatch.delattr(unknown_orders, name)
    assert receive(harness, 1, most=1000).outcome is DeliveryOutcome.ACCEPTED


def test_a_batch_gets_the_orders_for_which_there_is_room(harness):
    events = [an_event(order=key(number // 2), key=f"e{number}") for number in range(2 * (MOST + 2))]
    receipt = harness.intake.write(a_delivery(*events, received_at=harness.clock(), max_unknown=MOST))
    assert receipt.reason is QuarantineReason.TOO_MANY_UNKNOWN
    assert harness.order_keys() == [key(number) for number in range(MOST)]
    assert len(harness.event_results()) == 2 * MOST


def test_deliveries_that_come_in_together_exceed_the_bound_by_no_more_than_their_number(harness):
    at_once(lambda number: receive(harness, number), range(8))
    assert MOST <= len(harness.order_keys()) <= 8
    assert receive(harness, 99).outcome is DeliveryOutcome.QUARANTINED
