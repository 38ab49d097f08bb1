"""How a turn frees its order: in one statement that no news falls through, over both databases."""

from dataclasses import replace

import pytest

from tests.support.clock import START
from tests.support.stories import KEY
from worker.domain.events import EventEnd
from worker.domain.instants import HOUR, SECOND
from worker.domain.orders import Done, Ending, Held, Later, Place, Stopped
from worker.turn import LEASE


def release(stage, turn, end, ends=(), **known):
    return stage.turns.release(turn, replace(turn.order, **known), end, dict(ends))


def schedule_of(stage):
    row = stage.row()
    return row["due"], row["not_before"], row["waiting"]


def test_a_released_order_is_free_and_remembers_what_the_turn_saw(stage, turn):
    known = {"place": Place.SHIPPED, "read_at": START, "delivered_at": START, "failures": 2, "unread": True}
    assert release(stage, turn, Done(), closed=Ending.REFUNDED, closed_revision=1, **known) is False
    row = stage.row()
    assert (row["lease_token"], row["lease_until"], row["seen_revision"]) == (None, None, 1)
    stage.change(due=START)
    again = stage.turns.take(KEY, LEASE).order
    assert again == replace(turn.order, seen_revision=1, closed=Ending.REFUNDED, closed_revision=1, **known)


@pytest.mark.parametrize(
    ("end", "schedule"),
    [
        (Done(), (None, None, "")),
        (Stopped("gave_up"), (None, None, "")),
        (Held("rate_limited"), (START, None, "rate_limited")),
        (Later(START + HOUR, "settle"), (START + HOUR, None, "settle")),
        (Later(START + HOUR, "api_unavailable", firm=True), (START + HOUR, START + HOUR, "api_unavailable")),
    ],
)
def test_every_end_says_when_to_look_again(stage, turn, end, schedule):
    release(stage, turn, end)
    assert schedule_of(stage) == schedule


@pytest.mark.parametrize(
    ("end", "due"),
    [
        (Done(), START + SECOND),
        (Later(START + HOUR, "complete_after"), START + SECOND),
        (Later(START + HOUR, "api_unavailable", firm=True), START + HOUR),
    ],
)
def test_news_that_came_in_during_the_turn_keeps_the_order_due_but_shortens_no_back_off(stage, turn, end, due):
    stage.clock.now += SECOND
    stage.hear("hint")
    assert release(stage, turn, end) is True
    assert (stage.row()["due"], stage.row()["seen_revision"], stage.row()["revision"]) == (due, 1, 2)


def test_a_stop_keeps_its_reason_and_stays_although_news_came_in(stage, turn):
    stage.hear("hint")
    release(stage, turn, Stopped("refused", "HTTP 422"))
    row = stage.row()
    assert (row["stop"], row["stop_detail"], row["stopped_at"]) == ("refused", "HTTP 422", START)
    assert stage.turns.take(KEY, LEASE) is None
    assert stage.remarks() == ["stopped"]


def test_events_end_with_the_turn(stage, turn):
    release(stage, turn, Done(), {turn.events[0].id: EventEnd.APPLIED})
    assert stage.ends() == {"first": "applied"}


def test_an_ending_is_remarked_once(stage, turn):
    release(stage, turn, Done(), closed=Ending.CANCELLED)
    stage.hear("hint")
    again = stage.turns.take(KEY, LEASE)
    release(stage, again, Done())
    assert stage.remarks() == ["closed"]


def test_a_lost_lease_releases_nothing_and_ends_nothing(stage, turn):
    stage.clock.now += LEASE
    before = stage.row()
    assert release(stage, turn, Stopped("refused"), {turn.events[0].id: EventEnd.STOPPED}) is None
    assert (stage.row(), stage.ends(), stage.remarks()) == (before, {"first": "pending"}, [])


def test_another_turns_lease_is_not_released(stage, turn):
    stage.clock.now += LEASE
    other = stage.turns.take(KEY, LEASE)
    release(stage, turn, Done())
    assert stage.row()["lease_token"] == other.token
