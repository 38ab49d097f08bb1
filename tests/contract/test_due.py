"""What the tick finds: every due order, each once in a while, whoever asks."""

import pytest
from sqlalchemy import event

from tests.support.at_once import at_once
from tests.support.clock import START
from tests.support.stage import NUDGE_AGAIN, Stage
from tests.support.stories import KEY, news
from worker.domain.instants import HOUR, MINUTE
from worker.domain.orders import Done, Later, OrderKey, Stopped
from worker.turn import LEASE


@pytest.fixture
def stage(database, clock):
    return Stage(database, clock)


def hear_of(stage, *ids, account="main"):
    for order_id in ids:
        stage.hear(news("shipment.picked_up", order=OrderKey(account, order_id)))
        stage.clock.now += 1


def claim(stage, limit=10):
    return stage.due.claim(limit, NUDGE_AGAIN)


def test_a_nudge_that_was_lost_is_found_by_the_tick(stage):
    stage.hear("shipment.picked_up")
    assert claim(stage) == [KEY]


def test_the_longest_due_come_first_and_no_more_than_asked_for(stage):
    hear_of(stage, "3", "1", "2")
    stage.change(due=stage.clock())
    assert {key.order_id for key in claim(stage, 2)} == {"3", "2"}
    assert [key.order_id for key in claim(stage, 2)] == ["1"]


def test_accounts_take_turns_and_the_longest_due_of_them_goes_first(stage):
    hear_of(stage, *map(str, range(1, 21)), account="busy")
    hear_of(stage, "1", "2", account="another")
    hear_of(stage, "1", account="quiet")
    firsts = [OrderKey("busy", "1"), OrderKey("another", "1"), OrderKey("quiet", "1")]
    assert claim(stage, 6) == [*firsts, OrderKey("busy", "2"), OrderKey("another", "2"), OrderKey("busy", "3")]


def test_with_room_for_a_few_accounts_only_new_news_of_one_does_not_wait_for_the_backlogs_of_many(stage):
    for account in "abcdefg":
        hear_of(stage, *map(str, range(20)), account=account)
    hear_of(stage, "1", account="quiet")
    claims = [claim(stage, 2) for _ in range(4)]
    assert OrderKey("quiet", "1") in claims[-1]
    assert len({key.account for keys in claims for key in keys}) == 8


def test_of_an_account_there_are_no_more_than_it_has_room_for(stage):
    hear_of(stage, *map(str, range(1, 9)), account="busy")
    hear_of(stage, "1", account="quiet")
    room = {"busy": 2, "quiet": 5}
    assert stage.due.claim(10, NUDGE_AGAIN, room.__getitem__) == [
        OrderKey("busy", "1"),
        OrderKey("quiet", "1"),
        OrderKey("busy", "2"),
    ]
    assert stage.due.claim(10, NUDGE_AGAIN, lambda _: -1) == []
    assert len(claim(stage)) == 6


def test_an_order_that_is_put_back_is_nudged_again_at_once_and_no_other_one_is(stage):
    hear_of(stage, "1", "2")
    assert len(claim(stage)) == 2
    stage.due.put_back(OrderKey("main", "1"))
    assert claim(stage) == [OrderKey("main", "1")]


def test_an_order_is_nudged_at_most_once_in_fifteen_seconds(stage):
    stage.hear("shipment.picked_up")
    assert claim(stage) == [KEY]
    stage.clock.now += NUDGE_AGAIN - 1
    assert claim(stage) == []
    stage.clock.now += 1
    assert claim(stage) == [KEY]


def test_an_order_that_had_its_turn_and_is_due_again_is_nudged_at_once(stage):
    stage.hear("shipment.picked_up")
    claim(stage)
    turn = stage.turns.take(KEY, LEASE)
    stage.turns.release(turn, turn.order, Later(stage.clock(), "interrupted"), {})
    assert claim(stage) == [KEY]


def test_an_order_that_is_leased_stopped_held_or_done_is_left_alone(stage):
    stage.hear("shipment.picked_up")
    turn = stage.turns.take(KEY, LEASE)
    assert claim(stage) == []
    stage.turns.release(turn, turn.order, Done(), {})
    assert claim(stage) == []
    stage.hear("hint")
    stage.holds.hold("main", "operator", None)
    assert claim(stage) == []
    stage.holds.lift("main", "operator")
    turn = stage.turns.take(KEY, LEASE)
    stage.turns.release(turn, turn.order, Stopped("refused"), {})
    stage.hear("hint")
    assert claim(stage) == []


def test_an_order_whose_worker_died_is_found_when_its_lease_ends(stage):
    stage.hear("shipment.picked_up")
    claim(stage)
    stage.turns.take(KEY, LEASE)
    stage.clock.now += LEASE - 1
    assert claim(stage) == []
    stage.clock.now += 1
    assert claim(stage) == [KEY]


def test_a_back_off_is_waited_for_whatever_news_comes_in(stage):
    stage.hear("shipment.picked_up")
    turn = stage.turns.take(KEY, LEASE)
    stage.turns.release(turn, turn.order, Later(START + HOUR, "api_unavailable", firm=True), {})
    stage.hear("shipment.delivered")
    stage.hear("hint")
    stage.clock.now = START + HOUR - 1
    assert claim(stage) == []
    stage.clock.now += 1
    assert claim(stage) == [KEY]


def test_any_other_wait_ends_with_the_first_news(stage):
    stage.hear("shipment.picked_up")
    turn = stage.turns.take(KEY, LEASE)
    stage.turns.release(turn, turn.order, Later(START + HOUR, "complete_after"), {})
    stage.clock.now += MINUTE
    assert claim(stage) == []
    stage.hear("shipment.delivered")
    assert claim(stage) == [KEY]


def test_workers_that_tick_at_the_same_time_share_what_is_due(stage):
    hear_of(stage, *map(str, range(1, 31)))
    claims = at_once(lambda _: [claim(stage, 3) for _ in range(5)], range(6))
    found = [key for ticks in claims for keys in ticks for key in keys]
    assert len(found) == len(set(found))
    found.extend(claim(stage, 30))
    assert len(found) == len(set(found)) == 30


def test_an_idle_tick_takes_no_lock(stage):
    stage.hear("shipment.picked_up")
    claim(stage)
    statements = []
    event.listen(stage.database.engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
    assert claim(stage) == []
    assert statements
    assert all(said == "BEGIN" or (said.startswith("SELECT") and "FOR UPDATE" not in said) for said in statements)
