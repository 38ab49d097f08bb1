"""What an operator may do with an order, and what the rules forbid."""

from dataclasses import replace

import pytest

from tests.support.door import KEY, NOW, Door, snapshot
from worker.domain.events import EventName
from worker.domain.orders import ROAD, Ending, OrderKey, Place
from worker.domain.snapshot import Hold, Snapshot


def test_what_is_still_looked_for_is_not_advanced():
    door = Door(snapshot(OrderKey("main", "number:1"), place=None))
    with door.refuses("main/number:1 is still looked for"):
        door.operations.advance(OrderKey("main", "number:1"), Place.SHIPPED, "a reason", create=True)
    assert door.changed_nothing()


def test_an_order_that_the_journal_does_not_know_cannot_be_shown():
    with Door().refuses("knows no order main/17"):
        Door().operations.snapshot(KEY)


# ------------------------------------------------------------------------------------------------------------- advance


def test_advancing_writes_news_down_like_anybodys_and_nudges():
    door = Door(snapshot(place=Place.ACCEPTED))
    assert "main/17 is to reach delivered" in door.operations.advance(KEY, Place.DELIVERED, "the customer called")
    (event,) = (recorded.event for recorded in door.intake.events.values())
    assert (event.source, event.name, event.order) == ("operator", EventName.ORDER_DELIVERED, KEY)
    assert (event.occurred_at, event.note) == (NOW, "the customer called")
    assert door.nudged == [KEY]


@pytest.mark.parametrize("place", [Place.PENDING, Place.ACCEPTED, Place.SHIPPED])
def test_an_order_is_never_advanced_to_where_it_was_or_is(place):
    door = Door(snapshot(place=Place.SHIPPED))
    with door.refuses("pending is where every order begins|already shipped.*never goes back"):
        door.operations.advance(KEY, place, "a reason")
    assert door.changed_nothing()


@pytest.mark.parametrize("closed", [Ending.CANCELLED, Ending.REFUNDED, Place.COMPLETED])
def test_a_closed_order_is_not_advanced(closed):
    door = Door(snapshot(closed=closed))
    with door.refuses(f"closed \\({closed}\\)"):
        door.operations.advance(KEY, Place.DELIVERED, "a reason")
    assert door.changed_nothing()


def test_a_stopped_order_is_released_before_it_is_advanced():
    door = Door(snapshot(stop="shipment_lost", stopped_at=NOW))
    with door.refuses("stopped \\(shipment_lost\\).*orders release"):
        door.operations.advance(KEY, Place.DELIVERED, "a reason")
    assert door.changed_nothing()


def test_an_order_never_seen_is_begun_only_on_demand():
    door = Door()
    with door.refuses("--create"):
        door.operations.advance(KEY, Place.SHIPPED, "a reason")
    assert door.changed_nothing()
    door.operations.advance(KEY, Place.SHIPPED, "a reason", create=True)
    assert door.nudged == [KEY]


@pytest.mark.parametrize("reason", ["", "  ", "\x1b\n"])
def test_nothing_is_done_without_a_reason(reason):
    door = Door(snapshot(stop="gave_up", stopped_at=NOW), snapshot(OrderKey("main", "18")))
    with door.refuses("a reason is needed"):
        door.operations.advance(OrderKey("main", "18"), Place.DELIVERED, reason)
    with door.refuses("a reason is needed"):
        door.operations.release(KEY, reason)
    assert door.changed_nothing()


def test_every_place_but_the_first_can_be_brought_as_news():
    for place in ROAD[1:]:
        Door().operations.advance(KEY, place, "a reason", create=True)


# --------------------------------------------------------------------------------------------------- retry and release


def test_retry_makes_an_order_due_and_nudges():
    door = Door(snapshot(due=NOW + 60_000_000, waiting="api_unavailable"))
    assert "is due" in door.operations.retry(KEY)
    assert (door.desk.hastened, door.nudged) == ([KEY], [KEY])


def test_retry_says_when_the_account_is_held():
    held = replace(snapshot(due=NOW).row, held=(Hold("main", "credentials", NOW),))
    assert "held (credentials)" in Door(Snapshot(NOW, held)).operations.retry(KEY)


def test_retry_lifts_no_stop():
    door = Door(snapshot(stop="refused", stopped_at=NOW))
    with door.refuses("stopped \\(refused\\).*orders release"):
        door.operations.retry(KEY)
    assert door.changed_nothing()


def test_retry_notices_a_stop_that_came_this_very_moment():
    door = Door(snapshot(due=NOW), willing=False)
    with door.refuses("is stopped"):
        door.operations.retry(KEY)
    assert door.nudged == []


def test_release_hands_on_the_stop_that_was_seen_and_the_reason():
    stopped = snapshot(stop="refused", stopped_at=NOW)
    door = Door(stopped)
    assert "released from refused" in door.operations.release(KEY, "address corrected", "refused")
    assert (door.desk.released, door.nudged) == ([(stopped, "address corrected")], [KEY])


def test_release_needs_a_stop_and_the_named_one():
    for seen, match in ((snapshot(), "is not stopped"), (snapshot(stop="conflict", stopped_at=NOW), "not for refused")):
        door = Door(seen)
        with door.refuses(match):
            door.operations.release(KEY, "a reason", "refused")
        assert door.changed_nothing()


def test_a_stop_that_changed_since_it_was_seen_is_not_lifted():
    door = Door(snapshot(stop="refused", stopped_at=NOW), willing=False)
    with door.refuses("has changed meanwhile"):
        door.operations.release(KEY, "a reason")
    assert door.nudged == []
