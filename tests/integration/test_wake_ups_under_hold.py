"""A nudge that meets a held account is used up; the order must not wait for the next one when the hold is over."""

from tests.support.clock import Clock
from tests.support.harness import NUDGE_AGAIN, Harness
from tests.support.stories import KEY
from worker.domain.events import EventName
from worker.domain.instants import SECOND
from worker.store.database.database import Database


def test_an_order_whose_nudge_met_a_hold_is_nudged_again_as_soon_as_the_hold_is_over(database: Database, clock: Clock):
    harness = Harness(database, clock)
    harness.hear(EventName.DELIVERED)
    assert harness.due.claim(10, NUDGE_AGAIN) == [KEY]
    harness.holds.hold(KEY.account, "rate_limited", SECOND)
    assert harness.leased() is None
    assert harness.due.claim(10, NUDGE_AGAIN) == []
    clock.now += SECOND
    assert harness.due.claim(10, NUDGE_AGAIN) == [KEY]
    assert harness.due.claim(10, NUDGE_AGAIN) == []


def test_a_nudge_that_meets_a_turn_does_not_bring_another_one(database: Database, clock: Clock):
    harness = Harness(database, clock)
    harness.hear(EventName.DELIVERED)
    harness.due.claim(10, NUDGE_AGAIN)
    leased = harness.order_store.lease(KEY, SECOND)
    assert leased is not None
    assert harness.leased() is None
    clock.now += 2 * SECOND
    assert harness.due.claim(10, NUDGE_AGAIN) == []
