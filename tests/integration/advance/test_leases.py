"""One turn at a time: a turn that wakes after its lease starts no call and writes nothing."""

from contextlib import suppress
from dataclasses import replace

import pytest

from tests.support.fake_order_api import fails, meanwhile
from tests.support.puppets import Sleepy
from tests.support.stories import KEY
from worker.advance import TURNS_IN_A_ROW
from worker.domain.errors import Conflict, JournalUnavailable
from worker.domain.instants import MINUTE, SECOND
from worker.domain.orders import Done, Later, Lost
from worker.turn import LEASE, lease_of


def untimed(row):
    return {name: value for name, value in row.items() if name != "nudged_at"}


def test_an_order_has_one_turn_at_a_time(stage):
    stage.hear("shipment.picked_up")
    others = []
    stage.api.script("read", meanwhile(lambda: others.append(stage.turn())))
    stage.api.script("write", meanwhile(lambda: others.append(stage.turn())))
    assert stage.turn() == Done()
    assert others == [None, None]


@pytest.mark.parametrize("sleep", [LEASE, LEASE + MINUTE])
def test_a_turn_that_wakes_after_its_lease_reads_nothing(stage, sleep):
    stage.hear("shipment.picked_up")
    stage.advance(turns=Sleepy(stage, "take", sleep))(KEY)
    assert stage.api.calls == []
    assert stage.turn() == Done()


def test_a_turn_that_slept_past_its_lease_after_announcing_leaves_the_order_to_its_successor(stage):
    stage.hear("order.shipped")
    taken = []

    def successor():
        taken.append(stage.turn())
        taken.append(untimed(stage.row()))

    stage.advance(turns=Sleepy(stage, "intend", LEASE, successor))(KEY)
    # The announced write was never sent, but nobody can know that: its step is repeated, the next one waits.
    assert stage.api.writes == ["accepted"]
    assert isinstance(taken[0], Later)
    assert untimed(stage.row()) == taken[1]
    assert stage.steps() == [("accepted", "sent"), ("accepted", "confirmed")]


def test_an_answer_that_comes_after_the_lease_changes_nothing(stage):
    stage.hear("order.accepted")
    taken = []

    def successor():
        stage.clock.now += LEASE
        taken.append(stage.turn())
        taken.append(untimed(stage.row()))

    stage.api.script("write", meanwhile(successor))
    stage.turn()
    assert taken[0] == Done()
    assert untimed(stage.row()) == taken[1]
    assert stage.api.illegal == []


def test_the_release_of_a_lost_lease_leaves_the_order_due(stage):
    stage.hear("hint")
    stage.api.orders["1"].paid = False
    stage.api.script("read", meanwhile(lambda: stage.clock.advance(seconds=9)))
    stage.advance(turns=Sleepy(stage, "take", LEASE - 6 * SECOND))(KEY)
    assert stage.row()["seen_revision"] == 0
    assert stage.row()["due"] <= stage.clock()
    assert stage.turn() == Done()
    assert stage.ends() != {}


def test_no_call_starts_with_less_lease_left_than_it_may_take(stage):
    stage.hear("order.completed")
    ends = []
    for _ in range(4):
        stage.api.script("write", meanwhile(lambda: stage.clock.advance(seconds=stage.api.deadline // SECOND)))
    for call in ("read", "write"):
        honest = getattr(stage.api, call)

        def checked(*arguments, honest=honest):
            assert stage.row()["lease_until"] - stage.clock() >= stage.api.deadline
            ends.append(stage.clock())
            return honest(*arguments)

        setattr(stage.api, call, checked)
    stage.advance(turns=Sleepy(stage, "take", LEASE - 4 * SECOND))(KEY)
    assert ends == []
    stage.clock.advance(seconds=30)
    stage.turn()
    assert stage.api.writes == ["accepted", "shipped", "delivered", "completed"]


@pytest.mark.parametrize("deadline", [SECOND, 10 * SECOND, 60 * SECOND])
def test_a_lease_outlasts_a_call_whatever_the_settings_say(stage, deadline):
    stage.api.deadline = deadline
    assert lease_of(stage.api) >= 2 * deadline
    stage.hear("order.accepted")
    assert stage.turn() == Done()


def test_the_lease_is_renewed_with_every_write(stage):
    stage.hear("order.completed")
    leases = []
    for _ in range(4):
        stage.api.script(
            "write", meanwhile(lambda: leases.append((stage.row()["lease_until"], stage.clock.advance(seconds=9))))
        )
    stage.turn()
    assert [until - at for until, at in leases] == [LEASE - 9 * SECOND] * 4


class Killed(BaseException):
    """The process dies here: nothing that follows is run."""


def kill():
    raise Killed


def test_a_turn_that_died_is_followed_by_another_when_its_lease_ends(stage):
    stage.hear("order.accepted")
    stage.api.script("read", meanwhile(kill))
    with suppress(Killed):
        stage.turn()
    assert stage.turn() is None
    assert stage.due.claim(10, 0) == []
    stage.clock.now += LEASE - 1
    assert stage.turn() is None
    stage.clock.now += 1
    assert stage.due.claim(10, 0) == [KEY]
    assert stage.turn() == Done()


@pytest.mark.parametrize("call", ["intend", "release"])
def test_a_turn_that_lost_the_database_blames_no_order_and_is_followed_when_its_lease_ends(stage, monkeypatch, call):
    def locked(*_):
        raise JournalUnavailable("locked")

    stage.hear("order.accepted")
    with monkeypatch.context() as trouble:
        trouble.setattr(stage.turns, call, locked)
        with pytest.raises(JournalUnavailable, match="locked"):
            stage.turn()
    assert (stage.row()["failures"], stage.row()["lease_until"]) == (0, stage.clock() + LEASE)
    stage.clock.now += LEASE
    assert stage.turn() == Done()
    assert stage.api.orders["1"].status == "accepted"


def test_an_answer_is_recorded_before_another_call_begins(stage):
    stage.hear("order.accepted")
    stage.hear("order.shipped")
    stage.api.script("write", meanwhile(lambda: stage.clock.advance(seconds=11)))
    known = []
    stage.api.script("read", *2 * [meanwhile(lambda: known.append((stage.row()["place"], stage.steps())))])
    assert stage.turn() == Done()
    assert known == [(None, []), ("accepted", [("accepted", "confirmed")])]
    assert (stage.api.reads, stage.api.orders["1"].status) == (2, "shipped")


def test_a_turn_whose_answer_finds_its_lease_lost_ends_without_another_call(stage, monkeypatch):
    stage.hear("order.accepted")
    stage.hear("order.shipped")
    stage.api.script("write", meanwhile(lambda: stage.clock.advance(seconds=11)))
    monkeypatch.setattr(stage.turns, "answered", lambda *_: False)
    stage.turn()
    assert (stage.api.reads, stage.api.orders["1"].status) == (1, "accepted")


def test_a_storm_of_news_gives_way_to_other_orders(stage):
    stage.policy = replace(stage.policy, accept="manual")
    stage.hear("hint")
    for _ in range(20):
        stage.api.script("read", meanwhile(lambda: (stage.hear("order.accepted"), stage.clock.advance(seconds=1))))
    stage.turn()
    assert stage.api.reads == TURNS_IN_A_ROW
    assert stage.row()["due"] <= stage.clock()


def test_a_payment_is_not_forgotten_when_the_turn_died_that_was_to_accept_it(stage):
    stage.hear("hint")
    stage.api.script("write", *[fails(Conflict("409"))] * 2)
    stage.turn()
    stage.clock.now = stage.row()["due"]
    with suppress(Killed):
        stage.advance(turns=Sleepy(stage, "answered", 1, kill))(KEY)
    stage.hear("shipment.created", "A")
    stage.live(minutes=1)
    assert stage.api.writes == ["accepted"] * 3
    assert stage.row()["place"] == "accepted"


def test_a_turn_that_lost_its_lease_says_so_and_has_no_other_end(stage):
    stage.hear("order.accepted")
    assert stage.advance(turns=Sleepy(stage, "take", LEASE + SECOND))(KEY) == Lost()
    assert stage.turn() == Done()


def test_a_call_that_just_fits_into_the_lease_is_made(stage):
    stage.hear("order.accepted")
    assert stage.advance(turns=Sleepy(stage, "take", LEASE - stage.api.deadline))(KEY) == Done()
    assert stage.api.reads == 1
