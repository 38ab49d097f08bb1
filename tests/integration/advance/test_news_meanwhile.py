"""News that comes in while a turn is under way is neither missed nor acted on too late."""

from dataclasses import replace

import pytest

from tests.support.fake_order_api import fails, meanwhile
from worker.domain.errors import Conflict, Throttled
from worker.domain.instants import DAY, HOUR, MINUTE, SECOND
from worker.domain.orders import Later, Stopped


def test_news_that_comes_in_between_read_and_write_is_read_before_anything_is_written(stage):
    stage.hear("shipment.picked_up")
    stage.api.script("read", meanwhile(lambda: stage.hear("shipment.lost")))
    assert stage.turn() == Stopped("shipment_lost", "the order is pending, and the courier says lost")
    assert (stage.api.reads, stage.api.writes) == (2, [])


def test_news_that_comes_in_during_the_last_write_keeps_the_order_due(stage):
    stage.hear("shipment.picked_up")
    stage.policy = replace(stage.policy, complete_after=DAY)
    stage.api.orders["1"].status = "accepted"
    stage.api.script("write", meanwhile(lambda: stage.hear("shipment.delivered")))
    assert isinstance(stage.turn(), Later)
    assert stage.api.writes == ["shipped", "delivered"]


@pytest.mark.parametrize(
    ("disturbance", "calls"),
    [
        (lambda stage: stage.hear("shipment.created", "A"), 2),
        (lambda stage: stage.holds.hold("main", "operator", HOUR), 1),
    ],
)
def test_a_payment_is_not_forgotten_when_its_step_was_put_off_and_other_news_comes_in(stage, disturbance, calls):
    stage.hear("hint")
    stage.api.script("read", meanwhile(lambda: disturbance(stage)))
    stage.turn()
    assert stage.api.reads == calls
    stage.hear("shipment.created", "B")
    stage.live(hours=2)
    assert stage.api.writes == ["accepted"]


@pytest.mark.parametrize("failure", [Throttled(wait=MINUTE), Conflict("409")])
def test_a_payment_is_not_forgotten_when_its_step_was_refused_and_other_news_comes_in(stage, failure):
    stage.hear("hint")
    stage.api.script("write", fails(failure))
    stage.turn()
    stage.hear("shipment.created", "B")
    stage.live(hours=1)
    assert stage.api.writes == ["accepted", "accepted"]


def test_a_repeated_hint_is_not_forgotten_among_other_news(stage):
    stage.api.orders["1"].paid = False
    stage.hear("hint", key="order.paid")
    stage.turn()
    stage.clock.advance(minutes=1)
    stage.api.orders["1"].paid = True
    stage.hear("hint", key="order.paid")
    stage.hear("shipment.created", "A")
    stage.turn()
    assert stage.api.writes == ["accepted"]


def test_the_platforms_echo_of_our_own_write_does_not_slow_the_walk_down(stage):
    stage.hear("order.completed")
    stage.api.script("write", *4 * [meanwhile(lambda: stage.hear("hint"))])
    end = stage.turn()
    assert stage.api.writes == ["accepted", "shipped", "delivered", "completed"]
    # Only the echo of the last write is left, and waits for others of its kind.
    assert end == Later(stage.row()["read_at"] + 5 * SECOND, "just_read")
