"""An order has one reconciliation at a time: after the end of its lease, it starts no call and writes nothing."""

from contextlib import suppress
from dataclasses import replace

import pytest

from tests.support.events import KEY
from tests.support.fake_order_api import fails, meanwhile
from tests.support.steppers import SleepingOrderStore
from worker.domain.errors import Conflict, StoreUnavailable
from worker.domain.instants import MINUTE, SECOND
from worker.domain.orders import Payment
from worker.domain.reasons import Accept
from worker.domain.results import Done, Later, LeaseLost
from worker.reconcile.reconciler import MAX_IN_A_ROW
from worker.reconcile.reconciliation import MIN_LEASE, lease_length


def without_enqueued_at(row):
    return {name: value for name, value in row.items() if name != "enqueued_at"}


def test_an_order_has_one_reconciliation_at_a_time(harness):
    harness.accept("shipment.picked_up")
    others = []
    harness.api.script("read", meanwhile(lambda: others.append(harness.reconcile())))
    harness.api.script("write", meanwhile(lambda: others.append(harness.reconcile())))
    assert harness.reconcile() == Done()
    assert others == [None, None]


@pytest.mark.parametrize("sleep", [MIN_LEASE, MIN_LEASE + MINUTE])
def test_a_reconciliation_that_wakes_after_its_lease_reads_nothing(harness, sleep):
    harness.accept("shipment.picked_up")
    harness.reconciler(store=SleepingOrderStore(harness, "lease", sleep)).reconcile(KEY)
    assert harness.api.calls == []
    assert harness.reconcile() == Done()


def test_a_reconciliation_that_sleeps_past_its_lease_leaves_its_announced_write_to_the_successor(harness):
    harness.accept("order.shipped")
    successors = []

    def successor():
        successors.append(harness.reconcile())
        successors.append(without_enqueued_at(harness.row()))

    harness.reconciler(store=SleepingOrderStore(harness, "announce", MIN_LEASE, successor)).reconcile(KEY)
    # The successor cannot know that the announced write was never sent: it repeats the step, and the next step waits.
    assert harness.api.writes == ["accepted"]
    assert isinstance(successors[0], Later)
    assert without_enqueued_at(harness.row()) == successors[1]
    assert harness.writes() == [("accepted", "sent"), ("accepted", "confirmed")]


def test_an_answer_that_comes_after_the_lease_changes_nothing(harness):
    harness.accept("order.accepted")
    successors = []

    def successor():
        harness.clock.now += MIN_LEASE
        successors.append(harness.reconcile())
        successors.append(without_enqueued_at(harness.row()))

    harness.api.script("write", meanwhile(successor))
    harness.reconcile()
    assert successors[0] == Done()
    assert without_enqueued_at(harness.row()) == successors[1]
    assert harness.api.illegal == []


def test_the_end_of_a_reconciliation_without_its_lease_leaves_the_order_due(harness):
    harness.accept("hint")
    harness.api.orders["1"].payment = Payment.UNPAID
    harness.api.script("read", meanwhile(lambda: harness.clock.advance(seconds=9)))
    harness.reconciler(store=SleepingOrderStore(harness, "lease", MIN_LEASE - 6 * SECOND)).reconcile(KEY)
    assert harness.row()["seen_revision"] == 0
    assert harness.row()["due"] <= harness.clock()
    assert harness.reconcile() == Done()
    assert harness.event_results() != {}


def test_no_call_starts_with_less_lease_left_than_it_may_take(harness):
    harness.accept("order.completed")
    called_at = []
    for _ in range(4):
        harness.api.script("write", meanwhile(lambda: harness.clock.advance(seconds=harness.api.deadline // SECOND)))
    for call in ("read", "write"):
        honest = getattr(harness.api, call)

        def checked(*arguments, honest=honest):
            assert harness.row()["lease_until"] - harness.clock() >= harness.api.deadline
            called_at.append(harness.clock())
            return honest(*arguments)

        setattr(harness.api, call, checked)
    harness.reconciler(store=SleepingOrderStore(harness, "lease", MIN_LEASE - 4 * SECOND)).reconcile(KEY)
    assert called_at == []
    harness.clock.advance(seconds=30)
    harness.reconcile()
    assert harness.api.writes == ["accepted", "shipped", "delivered", "completed"]


@pytest.mark.parametrize("deadline", [SECOND, 10 * SECOND, 60 * SECOND])
def test_a_lease_outlasts_a_call_whatever_its_deadline(harness, deadline):
    harness.api.deadline = deadline
    assert lease_length(harness.api) >= 2 * deadline
    harness.accept("order.accepted")
    assert harness.reconcile() == Done()


def test_the_lease_is_renewed_with_every_write(harness):
    harness.accept("order.completed")
    leases = []
    for _ in range(4):
        harness.api.script(
            "write", meanwhile(lambda: leases.append((harness.row()["lease_until"], harness.clock.advance(seconds=9))))
        )
    harness.reconcile()
    assert [until - at for until, at in leases] == [MIN_LEASE - 9 * SECOND] * 4


class Killed(BaseException):
    """The process is killed here: no later code of it runs."""


def kill():
    raise Killed


def test_after_a_reconciliation_died_the_order_is_due_when_its_lease_ends(harness):
    harness.accept("order.accepted")
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


@pytest.mark.parametrize("call", ["announce", "finish"])
def test_an_unavailable_database_is_no_failure_of_the_order_which_is_due_when_its_lease_ends(
    harness, monkeypatch, call
):
    def locked(*_):
        raise StoreUnavailable("locked")

    harness.accept("order.accepted")
    with monkeypatch.context() as trouble:
        trouble.setattr(harness.order_store, call, locked)
        with pytest.raises(StoreUnavailable, match="locked"):
            harness.reconcile()
    assert (harness.row()["failures"], harness.row()["lease_until"]) == (0, harness.clock() + MIN_LEASE)
    harness.clock.now += MIN_LEASE
    assert harness.reconcile() == Done()
    assert harness.api.orders["1"].status == "accepted"


def test_an_answer_is_recorded_before_another_call_begins(harness):
    harness.accept("order.accepted")
    harness.accept("order.shipped")
    harness.api.script("write", meanwhile(lambda: harness.clock.advance(seconds=11)))
    recorded = []
    harness.api.script("read", *2 * [meanwhile(lambda: recorded.append((harness.row()["stage"], harness.writes())))])
    assert harness.reconcile() == Done()
    assert recorded == [(None, []), ("accepted", [("accepted", "confirmed")])]
    assert (harness.api.reads, harness.api.orders["1"].status) == (2, "shipped")


def test_a_reconciliation_that_cannot_record_an_answer_makes_no_further_call(harness, monkeypatch):
    harness.accept("order.accepted")
    harness.accept("order.shipped")
    harness.api.script("write", meanwhile(lambda: harness.clock.advance(seconds=11)))
    monkeypatch.setattr(harness.order_store, "record_answer", lambda *_: False)
    harness.reconcile()
    assert (harness.api.reads, harness.api.orders["1"].status) == (1, "accepted")


def test_an_order_with_ever_new_events_is_put_back_after_a_limited_number_of_reads(harness):
    harness.policy = replace(harness.policy, accept=Accept.MANUAL)
    harness.accept("hint")
    for _ in range(20):
        harness.api.script(
            "read", meanwhile(lambda: (harness.receive("order.accepted"), harness.clock.advance(seconds=1)))
        )
    harness.reconcile()
    assert harness.api.reads == MAX_IN_A_ROW
    assert harness.row()["due"] <= harness.clock()


def test_a_payment_is_not_forgotten_when_the_reconciliation_that_would_accept_the_order_died(harness):
    harness.accept("hint")
    harness.api.script("write", *[fails(Conflict("409"))] * 2)
    harness.reconcile()
    harness.clock.now = harness.row()["due"]
    with suppress(Killed):
        harness.reconciler(store=SleepingOrderStore(harness, "record_answer", 1, kill)).reconcile(KEY)
    harness.accept("shipment.created", "A")
    harness.run_for(minutes=3)
    assert harness.api.writes == ["accepted"] * 3
    assert harness.row()["stage"] == "accepted"


def test_a_reconciliation_without_its_lease_returns_lease_lost(harness):
    harness.accept("order.accepted")
    sleeping = SleepingOrderStore(harness, "lease", MIN_LEASE + SECOND)
    assert harness.reconciler(store=sleeping).reconcile(KEY) == LeaseLost()
    assert harness.reconcile() == Done()


def test_a_call_that_just_fits_into_the_lease_is_made(harness):
    harness.accept("order.accepted")
    sleeping = SleepingOrderStore(harness, "lease", MIN_LEASE - harness.api.deadline)
    assert harness.reconciler(store=sleeping).reconcile(KEY) == Done()
    assert harness.api.reads == 1
