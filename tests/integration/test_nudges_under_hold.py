"""A nudge that meets a held account is used up; the order must not wait for the next one when the hold is over."""

from tests.support.clock import Clock
from tests.support.stage import NUDGE_AGAIN, Stage
from tests.support.stories import KEY
from worker.domain.events import EventName
from worker.domain.instants import SECOND
from worker.journal.database import Database


def test_an_order_whose_nudge_met_a_hold_is_nudged_again_as_soon_as_the_hold_is_over(database: Database, clock: Clock):
    stage = Stage(database, clock)
    stage.hear(EventName.DELIVERED)
    assert stage.due.claim(10, NUDGE_AGAIN) == [KEY]
    stage.holds.hold(KEY.account, "rate_limited", SECOND)
    assert stage.turn() is None
    assert stage.due.claim(10, NUDGE_AGAIN) == []
    clock.now += SECOND
    assert stage.due.claim(10, NUDGE_AGAIN) == [KEY]
    assert stage.due.claim(10, NUDGE_AGAIN) == []


def test_a_nudge_that_meets_a_turn_does_not_bring_another_one(database: Database, clock: Clock):
    stage = Stage(database, clock)
    stage.hear(EventName.DELIVERED)
    stage.due.claim(10, NUDGE_AGAIN)
    turn = stage.turns.take(KEY, SECOND)
    assert turn is not None
    assert stage.turn() is None
    clock.now += 2 * SECOND
    assert stage.due.claim(10, NUDGE_AGAIN) == []
