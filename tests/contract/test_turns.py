"""What `Turns` promises a turn, over both databases."""

from dataclasses import replace

import pytest

from tests.support.at_once import at_once
from tests.support.clock import START
from tests.support.stories import KEY
from worker.domain.errors import Rejected
from worker.domain.events import EventEnd, EventName
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.orders import Done, Later, OrderKey, Place, Step
from worker.ports import Answer
from worker.turn import LEASE

SHIP = Step(Place.SHIPPED, START - HOUR, inferred=True)
UPDATE = {"status": "shipped", "notes": "é"}


class TestTaking:
    def test_a_turn_knows_all_that_was_written_down(self, stage, turn):
        assert (turn.taken_at, turn.lease_until) == (stage.clock(), stage.clock() + LEASE)
        assert (turn.order.key, turn.order.revision, turn.order.seen_revision) == (KEY, 1, 0)
        assert [(e.revision, e.event.key, e.event.name, e.end) for e in turn.events] == [
            (1, "first", EventName.PICKED_UP, EventEnd.PENDING)
        ]
        assert turn.walked == {}

    def test_an_order_that_nobody_knows_has_no_turn(self, stage):
        assert stage.turns.take(OrderKey("main", "404"), LEASE) is None
        assert stage.turns.take(OrderKey("other", "1"), LEASE) is None

    def test_an_order_is_leased_once_until_its_lease_ends(self, stage, turn):
        stage.clock.now += LEASE - 1
        assert stage.turns.take(KEY, LEASE) is None
        stage.clock.now += 1
        again = stage.turns.take(KEY, LEASE)
        assert again.token != turn.token

    @pytest.mark.parametrize("columns", [{"due": None}, {"due": START + 1}, {"stop": "gave_up"}])
    def test_an_order_that_is_not_due_or_stopped_has_no_turn(self, stage, columns):
        stage.change(**columns)
        assert stage.turns.take(KEY, LEASE) is None

    def test_an_order_has_no_turn_while_its_account_is_held(self, stage):
        stage.holds.hold("other", "operator", None)
        stage.holds.hold("main", "rate_limited", MINUTE)
        assert stage.turns.take(KEY, LEASE) is None
        stage.clock.now += MINUTE
        assert stage.turns.take(KEY, LEASE) is not None

    def test_the_time_of_a_hold_that_is_over_is_forgiven_before_the_turn_looks(self, stage):
        stage.change(failing_since=START)
        stage.holds.hold("main", "rate_limited", HOUR)
        stage.clock.now += HOUR + SECOND
        assert stage.turns.take(KEY, LEASE).order.failing_since == START + HOUR
        assert stage.held() == {}

    def test_of_many_workers_one_gets_the_turn(self, stage):
        taken = at_once(lambda _: stage.turns.take(KEY, LEASE), range(8))
        assert sum(turn is not None for turn in taken) == 1


class TestIntending:
    def test_an_intent_is_written_with_all_that_is_sent_and_renews_the_lease(self, stage, turn):
        stage.clock.now += 7 * SECOND
        intent = stage.turns.intend(turn, SHIP, UPDATE, LEASE)
        assert (intent.sent_at, intent.lease_until) == (stage.clock(), stage.clock() + LEASE)
        row = stage.row()
        assert (row["sending"], row["sent_at"], row["lease_until"]) == ("shipped", stage.clock(), intent.lease_until)
        assert stage.steps() == [("shipped", "sent")]

    def test_news_forbids_a_write(self, stage, turn):
        stage.hear("hint")
        assert stage.turns.intend(turn, SHIP, UPDATE, LEASE) is None
        assert (stage.row()["sending"], stage.steps()) == (None, [])

    def test_a_hold_forbids_a_write(self, stage, turn):
        stage.holds.hold("main", "operator", None)
        assert stage.turns.intend(turn, SHIP, UPDATE, LEASE) is None

    def test_a_lost_lease_forbids_a_write(self, stage, turn):
        stage.clock.now += LEASE
        assert stage.turns.intend(turn, SHIP, UPDATE, LEASE) is None
        other = stage.turns.take(KEY, LEASE)
        assert stage.turns.intend(turn, SHIP, UPDATE, LEASE) is None
        assert stage.turns.intend(other, SHIP, UPDATE, LEASE) is not None


class TestAnswers:
    @pytest.fixture
    def intent(self, stage, turn):
        return stage.turns.intend(turn, SHIP, UPDATE, LEASE)

    def test_an_answer_is_written_down_with_what_it_showed(self, stage, turn, intent):
        order = replace(turn.order, place=Place.SHIPPED, status="shipped", confirmed_at=START)
        assert stage.turns.answered(turn, Answer(intent, order, "confirmed"))
        assert (stage.row()["place"], stage.row()["sending"]) == ("shipped", None)
        assert stage.steps() == [("shipped", "confirmed")]

    def test_a_lost_lease_leaves_the_answer_unwritten(self, stage, turn, intent):
        before = stage.row()
        stage.clock.now = intent.lease_until
        assert not stage.turns.answered(turn, Answer(intent, turn.order, "confirmed"))
        assert (stage.row(), stage.steps()) == (before, [("shipped", "sent")])

    @pytest.mark.parametrize(
        ("outcome", "walked"),
        [("confirmed", {Place.SHIPPED: 1}), ("uncertain", {Place.SHIPPED: 1}), ("failed", {}), ("not_sent", {})],
    )
    def test_a_later_turn_knows_what_was_asked_for_and_not_refused(self, stage, turn, intent, outcome, walked):
        stage.turns.answered(turn, Answer(intent, turn.order, outcome, Rejected("no")))
        stage.turns.release(turn, turn.order, Later(stage.clock(), "again"), {})
        assert stage.turns.take(KEY, LEASE).walked == walked

    def test_a_write_that_nobody_answered_for_may_have_been_taken(self, stage, turn, intent):
        stage.clock.now = intent.lease_until
        again = stage.turns.take(KEY, LEASE)
        assert (again.order.sending, again.order.sent_at) == (Place.SHIPPED, START)
        assert again.walked == {Place.SHIPPED: 1}


def test_the_use_case_moves_an_order_once_however_many_workers_try(stage):
    results = at_once(lambda _: stage.turn(), range(6))
    assert stage.api.writes == ["accepted", "shipped"]
    assert (stage.api.reads, results.count(Done())) == (1, 1)
