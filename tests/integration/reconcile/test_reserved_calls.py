"""A reconciliation reserves the calls that it expects, gives back those that it does not make, and acquires others."""

import pytest

from tests.support.events import KEY, an_event
from tests.support.fake_order_api import fails, loses_answer, meanwhile
from tests.support.limits import BURST, take_rest, use_up
from worker.domain.errors import Rejected
from worker.domain.gcra import MAX_CALL_DELAY
from worker.domain.instants import SECOND
from worker.domain.orders import OrderKey
from worker.domain.reasons import HoldReason, WaitReason
from worker.domain.results import Done, Held, Later
from worker.reconcile.budget import RESERVATION_LASTS, Budget
from worker.reconcile.reconciliation import MIN_LEASE
from worker.store.accounts.call_limits import SqlCallLimits


def test_a_reconciliation_uses_up_only_the_calls_that_it_makes(limited):
    limited.receive("order.shipped")
    assert limited.reconcile() == Done()
    assert len(limited.api.calls) == 3
    assert take_rest(limited) == BURST - 3


@pytest.mark.parametrize("kind", ["read", "write"])
def test_after_a_failure_unused_calls_are_given_back(limited, kind):
    limited.receive("order.completed")
    limited.api.script(kind, loses_answer)
    limited.reconcile()
    made = len(limited.api.calls)
    assert made == {"read": 1, "write": 2}[kind]
    assert take_rest(limited) == BURST - made


def test_after_a_defect_unused_calls_are_given_back(limited):
    def breaks(*_):
        raise KeyError("ours")

    limited.receive("order.completed")
    limited.api.script("read", breaks)
    with pytest.raises(KeyError):
        limited.reconcile()
    assert take_rest(limited) == BURST - 1


def test_an_event_of_a_stage_already_reached_uses_up_no_call(limited):
    limited.receive("order.shipped")
    limited.reconcile()
    limited.clock.advance(minutes=1)
    limited.receive("order.accepted")
    assert limited.reconcile() == Done()
    assert take_rest(limited) == BURST


def test_with_few_calls_left_an_order_that_is_read_can_also_be_written(limited):
    keys = [OrderKey("main", str(number)) for number in range(1, 9)]
    for key in keys:
        limited.receive(an_event("order.completed", order=key))
    while limited.clock.advance(milliseconds=100) and len(limited.api.transitions) < 4 * len(keys):
        for key in limited.due_orders.claim(len(keys), 15 * SECOND):
            limited.reconcile(key)
    assert (limited.api.reads, len(limited.api.writes)) == (8, 32)


def test_an_unexpected_call_waits_when_none_is_left(limited):
    limited.receive("shipment.picked_up", "A")
    limited.receive("order.completed")
    limited.api.script("write", fails(Rejected("no such note", 422)))
    use_up(limited, 1)
    assert limited.reconcile() == Held(HoldReason.BUDGET)
    assert limited.api.writes == ["accepted", "accepted", "shipped", "delivered"]
    limited.run_for(minutes=1)
    assert limited.api.writes[4:] == ["completed"]
    assert (limited.api.reads, limited.row()["stop"]) == (2, None)


def test_calls_that_were_reserved_too_long_ago_are_acquired_again(limited):
    limited.receive("order.shipped")
    limited.api.script("read", meanwhile(lambda: limited.clock.advance(seconds=RESERVATION_LASTS / SECOND)))
    acquired, began = [], limited.clock()

    class Recording(Budget):
        def acquire(self, account: str, calls: int = 1) -> bool:
            acquired.append((limited.clock(), calls))
            return super().acquire(account, calls)

    budget = Recording(limited.holds, SqlCallLimits(limited.database), limited.limits)
    assert limited.reconciler(budget=budget).reconcile(KEY) == Done()
    assert acquired == [(began, 4), (began + RESERVATION_LASTS, 1), (began + RESERVATION_LASTS, 1)]
    assert RESERVATION_LASTS + SECOND <= MAX_CALL_DELAY


def test_a_reconciliation_that_runs_out_of_calls_records_its_writes(limited):
    limited.receive("order.completed")
    limited.api.script("write", meanwhile(lambda: limited.clock.advance(seconds=RESERVATION_LASTS / SECOND)))
    limited.api.script("write", meanwhile(lambda: take_rest(limited)))
    assert limited.reconcile() == Held(HoldReason.BUDGET)
    assert limited.writes() == [("accepted", "confirmed"), ("shipped", "confirmed")]
    assert limited.row()["stage"] == "shipped"
    limited.run_for(minutes=1)
    assert [outcome for _, outcome in limited.writes()] == ["confirmed"] * 4


def test_a_search_reserves_as_many_calls_as_it_may_take(limited):
    limited.receive(an_event("order.shipped", order=OrderKey("main", "number:ORD-7")))
    use_up(limited, 4)
    assert limited.reconcile(OrderKey("main", "number:ORD-7")) == Held(HoldReason.BUDGET)
    assert limited.api.calls == []


@pytest.mark.parametrize(("key", "delays"), [(KEY, (4, 22)), (OrderKey("main", "number:ORD-7"), (26,))])
def test_a_call_whose_reservation_took_too_long_is_not_made_when_it_might_outlast_the_lease(limited, key, delays):
    to_come = list(delays)

    class Slow(Budget):
        def acquire(self, account: str, calls: int = 1) -> bool:
            limited.clock.advance(seconds=to_come.pop(0))
            return super().acquire(account, calls)

    assert RESERVATION_LASTS == 4 * SECOND
    assert limited.api.deadline > MIN_LEASE - 26 * SECOND
    limited.receive(an_event("order.shipped", order=key))
    budget = Slow(limited.holds, SqlCallLimits(limited.database), limited.limits)
    assert limited.reconciler(budget=budget).reconcile(key) == Later(limited.clock(), WaitReason.INTERRUPTED)
    assert (limited.api.calls, to_come) == ([], [])
