"""One turn at a time: a turn that wakes after its lease starts no call and writes nothing."""

from contextlib import suppress
from dataclasses import replace

import pytest

from tests.support.events import KEY
from tests.support.fake_order_api import fails, meanwhile
from tests.support.steppers import Sleepy
from worker.domain.errors import Conflict, StoreUnavailable
from worker.domain.instants import MINUTE, SECOND
from worker.domain.orders import Payment
from worker.domain.results import Done, Later, LeaseLost
from worker.reconcile.reconciler import MAX_IN_A_ROW
from worker.reconcile.reconciliation import MIN_LEASE, lease_of


def untimed(row):
    return {name: value for name, value in row.items() if name != "enqueued_at"}


def test_an_order_has_one_turn_at_a_time(harness):
    harness.receive("shipment.picked_up")
    others = []
    harness.api.script("read", meanwhile(lambda: others.append(harness.reconcile())))
    harness.api.script("write", meanwhile(lambda: others.append(harness.reconcile())))
    assert harness.reconcile() == Done()
    assert others == [None, None]


@pytest.mark.parametrize("sleep", [MIN_LEASE, MIN_LEASE + MINUTE])
def test_a_turn_that_wakes_after_its_lease_reads_nothing(harness, sleep):
    harness.receive("shipment.picked_up")
    harness.reconciler(order_store=Sleepy(harness, "take", sleep))(KEY)
    assert harness.api.calls == []
    assert harness.reconcile() == Done()


def test_a_turn_that_slept_past_its_lease_after_announcing_leaves_the_order_to_its_successor(harness):
    harness.receive("order.shipped")
    taken = []

    def successor():
        taken.append(harness.reconcile())
        taken.append(untimed(harness.row()))

    harness.reconciler(order_store=Sleepy(harness, "intend", MIN_LEASE, successor))(KEY)
    # The announced write was never sent, but nobody can know that: its step is repeated, the next one waits.
    assert harness.api.writes == ["accepted"]
    assert isinstance(taken[0], Later)
    assert untimed(harness.row()) == taken[1]
    assert harness.writes() == [("accepted", "sent"), ("accepted", "confirmed")]


def test_an_answer_that_comes_after_the_lease_changes_nothing(harness):
    harness.receive("order.accepted")
    taken = []

    def successor():
        harness.clock.now += MIN_LEASE
        taken.append(harness.reconcile())
        taken.append(untimed(harness.row()))

    harness.api.script("write", meanwhile(successor))
    harness.reconcile()
    assert taken[0] == Done()
    assert untimed(harness.row()) == taken[1]
    assert harness.api.illegal == []


def test_the_release_of_a_lost_lease_leaves_the_order_due(harness):
    harness.receive("hint")
    harness.api.orders["1"].payment = Payment.UNPAID
    harness.api.script("read", meanwhile(lambda: harness.clock.advance(seconds=9)))
    harness.reconciler(order_store=Sleepy(harness, "take", MIN_LEASE - 6 * SECOND))(KEY)
    assert harness.row()["seen_revision"] == 0
    assert harness.row()["due"] <= harness.clock()
    assert harness.reconcile() == Done()
    assert harness.event_results() != {}


def test_no_call_starts_with_less_lease_left_than_it_may_take(harness):
    harness.receive("order.completed")
    event_results = []
    for _ in range(4):
        harness.api.script("write", meanwhile(lambda: harness.clock.advance(seconds=harness.api.deadline // SECOND)))
    for call in ("read", "write"):
        honest = getattr(harness.api, call)

        def checked(*arguments, honest=honest):
            assert harness.row()["lease_until"] - harness.clock() >= harness.api.deadline
            event_results.append(harness.clock())
            return honest(*arguments)

        setattr(harness.api, call, checked)
    harness.reconciler(order_store=Sleepy(harness, "take", MIN_LEASE - 4 * SECOND))(KEY)
    assert event_results == []
    harness.clock.advance(seconds=30)
    harness.reconcile()
    assert harness.api.writes == ["accepted", "shipped", "delivered", "completed"]


@pytest.mark.parametrize("deadline", [SECOND, 10 * SECOND, 60 * SECOND])
def test_a_lease_outlasts_a_call_whatever_the_settings_say(harness, deadline):
    harness.api.deadline = deadline
    assert lease_of(harness.api) >= 2 * deadline
    harness.receive("order.accepted")
    assert harness.reconcile() == Done()


def test_the_lease_is_renewed_with_every_write(harness):
    harness.receive("order.completed")
    leases = []
    for _ in range(4):
        harness.api.script(
            "write", meanwhile(lambda: leases.append((harness.row()["lease_until"], harness.clock.advance(seconds=9))))
        )
    harness.reconcile()
    assert [until - at for until, at in leases] == [MIN_LEASE - 9 * SECOND] * 4


class Killed(BaseException):
    """The process dies here: nothing that follows is run."""


def kill():
    raise Killed


def test_a_turn_that_died_is_followed_by_another_when_its_lease_ends(harness):
    harness.receive("order.accepted")
    harness.api.script("read", meanwhile(kill))
    with suppress(Killed):
        harness.reconcile()
    assert harness.reconcile() is None
    assert harness.due_orders.claim(10, 0) == []
    harness.clock.now += MIN_LEASE - 1
    assert harness.reconcile() is None
    harness.clock.now += 1
    assert harness.due_orders.claim(10, 0) == [KEY]
    assert harness.reconcile() == Done()


@pytest.mark.parametrize("call", ["intend", "release"])
def test_a_turn_that_lost_the_database_blames_no_order_and_is_followed_when_its_lease_ends(harness, monkeypatch, call):
    def locked(*_):
        raise StoreUnavailable("locked")

    harness.receive("order.accepted")
    with monkeypatch.context() as trouble:
        trouble.setattr(harness.order_store, call, locked)
        with pytest.raises(StoreUnavailable, match="locked"):
            harness.reconcile()
    assert (harness.row()["failures"], harness.row()["lease_until"]) == (0, harness.clock() + MIN_LEASE)
    harness.clock.now += MIN_LEASE
    assert harness.reconcile() == Done()
    assert harness.api.orders["1"].status == "accepted"


def test_an_answer_is_recorded_before_another_call_begins(harness):
    harness.receive("order.accepted")
    harness.receive("order.shipped")
    harness.api.script("write", meanwhile(lambda: harness.clock.advance(seconds=11)))
    known = []
    harness.api.script("read", *2 * [meanwhile(lambda: known.append((harness.row()["stage"], harness.writes())))])
    assert harness.reconcile() == Done()
    assert known == [(None, []), ("accepted", [("accepted", "confirmed")])]
    assert (harness.api.reads, harness.api.orders["1"].status) == (2, "shipped")


def test_a_turn_whose_answer_finds_its_lease_lost_ends_without_another_call(harness, monkeypatch):
    harness.receive("order.accepted")
    harness.receive("order.shipped")
    harness.api.script("write", meanwhile(lambda: harness.clock.advance(seconds=11)))
    monkeypatch.setattr(harness.order_store, "answered", lambda *_: False)
    harness.reconcile()
    assert (harness.api.reads, harness.api.orders["1"].status) == (1, "accepted")


def test_a_storm_of_news_gives_way_to_other_orders(harness):
    harness.policy = replace(harness.policy, accept="manual")
    harness.receive("hint")
    for _ in range(20):
        harness.api.script(
            "read", meanwhile(lambda: (harness.receive("order.accepted"), harness.clock.advance(seconds=1)))
        )
    harness.reconcile()
    assert harness.api.reads == MAX_IN_A_ROW
    assert harness.row()["due"] <= harness.clock()


def test_a_payment_is_not_forgotten_when_the_turn_died_that_was_to_accept_it(harness):
    harness.receive("hint")
    harness.api.script("write", *[fails(Conflict("409"))] * 2)
    harness.reconcile()
    harness.clock.now = harness.row()["due"]
    with suppress(Killed):
        harness.reconciler(order_store=Sleepy(harness, "answered", 1, kill))(KEY)
    harness.receive("shipment.created", "A")
    harness.run_for(minutes=1)
    assert harness.api.writes == ["accepted"] * 3
    assert harness.row()["stage"] == "accepted"


def test_a_turn_that_lost_its_lease_says_so_and_has_no_other_end(harness):
    harness.receive("order.accepted")
    assert harness.reconciler(order_store=Sleepy(harness, "take", MIN_LEASE + SECOND))(KEY) == LeaseLost()
    assert harness.reconcile() == Done()


def test_a_call_that_just_fits_into_the_lease_is_made(harness):
    harness.receive("order.accepted")
    assert harness.reconciler(order_store=Sleepy(harness, "take", MIN_LEASE - harness.api.deadline))(KEY) == Done()
    assert harness.api.reads == 1
