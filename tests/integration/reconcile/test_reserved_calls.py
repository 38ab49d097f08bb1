"""A turn reserves the calls that it foresees, gives back those that it does not make, and asks for the others."""

import pytest

from tests.support.events import KEY, an_event
from tests.support.fake_order_api import fails, loses_answer, meanwhile
from tests.support.limits import AT_ONCE, left, use_up
from worker.domain.errors import Rejected
from worker.domain.gcra import AHEAD
from worker.domain.instants import SECOND
from worker.domain.orders import OrderKey
from worker.domain.reasons import HoldReason, WaitReason
from worker.domain.results import Done, Held, Later
from worker.reconcile.budget import GOOD_FOR, Budget
from worker.reconcile.reconciliation import MIN_LEASE
from worker.store.accounts.call_limits import SqlCallLimits


def test_a_turn_takes_the_calls_that_it_makes_and_no_others(limited):
    limited.receive("order.shipped")
    assert limited.reconcile() == Done()
    assert len(limited.api.calls) == 3
    assert left(limited) == AT_ONCE - 3


@pytest.mark.parametrize("kind", ["read", "write"])
def test_calls_that_a_failure_leaves_over_are_given_back(limited, kind):
    limited.receive("order.completed")
    limited.api.script(kind, loses_answer)
    limited.reconcile()
    made = len(limited.api.calls)
    assert made == {"read": 1, "write": 2}[kind]
    assert left(limited) == AT_ONCE - made


def test_calls_that_a_defect_leaves_over_are_given_back(limited):
    def breaks(*_):
        raise KeyError("ours")

    limited.receive("order.completed")
    limited.api.script("read", breaks)
    with pytest.raises(KeyError):
        limited.reconcile()
    assert left(limited) == AT_ONCE - 1


def test_news_of_a_place_already_passed_takes_no_call(limited):
    limited.receive("order.shipped")
    limited.reconcile()
    limited.clock.advance(minutes=1)
    limited.receive("order.accepted")
    assert limited.reconcile() == Done()
    assert left(limited) == AT_ONCE


def test_with_few_calls_left_orders_do_not_read_in_turn_without_ever_writing(limited):
    keys = [OrderKey("main", str(number)) for number in range(1, 9)]
    for key in keys:
        limited.receive(an_event("order.completed", order=key))
    while limited.clock.advance(milliseconds=100) and len(limited.api.transitions) < 4 * len(keys):
        for key in limited.due.claim(len(keys), 15 * SECOND):
            limited.reconcile(key)
    assert (limited.api.reads, len(limited.api.writes)) == (8, 32)


def test_a_call_that_nobody_foresaw_waits_if_there_is_none_left(limited):
    limited.receive("shipment.picked_up", "A")
    limited.receive("order.completed")
    limited.api.script("write", fails(Rejected("no such note", 422)))
    use_up(limited, 1)
    assert limited.reconcile() == Held(HoldReason.BUDGET)
    assert limited.api.writes == ["accepted", "accepted", "shipped", "delivered"]
    limited.run_for(minutes=1)
    assert limited.api.writes[4:] == ["completed"]
    assert (limited.api.reads, limited.row()["stop"]) == (2, None)


def test_calls_that_were_reserved_too_long_ago_are_asked_for_anew(limited):
    limited.receive("order.shipped")
    limited.api.script("read", meanwhile(lambda: limited.clock.advance(seconds=GOOD_FOR / SECOND)))
    asked, began = [], limited.clock()

    class Asked(Budget):
        def allows(self, account: str, calls: int = 1) -> bool:
            asked.append((limited.clock(), calls))
            return super().allows(account, calls)

    budget = Asked(limited.holds, SqlCallLimits(limited.database), limited.limits)
    assert limited.reconciler(budget=budget)(KEY) == Done()
    assert asked == [(began, 4), (began + GOOD_FOR, 1), (began + GOOD_FOR, 1)]
    assert GOOD_FOR + SECOND <= AHEAD


def test_a_walk_that_runs_out_of_calls_records_what_it_has_done(limited):
    limited.receive("order.completed")
    limited.api.script("write", meanwhile(lambda: limited.clock.advance(seconds=GOOD_FOR / SECOND)))
    limited.api.script("write", meanwhile(lambda: left(limited)))
    assert limited.reconcile() == Held(HoldReason.BUDGET)
    assert limited.writes() == [("accepted", "confirmed"), ("shipped", "confirmed")]
    assert limited.row()["stage"] == "shipped"
    limited.run_for(minutes=1)
    assert [outcome for _, outcome in limited.writes()] == ["confirmed"] * 4


def test_a_search_takes_as_many_calls_as_it_may_need(limited):
    limited.receive(an_event("order.shipped", order=OrderKey("main", "number:ORD-7")))
    use_up(limited, 4)
    assert limited.reconcile(OrderKey("main", "number:ORD-7")) == Held(HoldReason.BUDGET)
    assert limited.api.calls == []


@pytest.mark.parametrize(("key", "waits"), [(KEY, (4, 22)), (OrderKey("main", "number:ORD-7"), (26,))])
def test_calls_that_were_long_in_coming_are_not_made_when_the_lease_would_end_before_they_do(limited, key, waits):
    to_come = list(waits)

    class Slow(Budget):
        def allows(self, account: str, calls: int = 1) -> bool:
            limited.clock.advance(seconds=to_come.pop(0))
            return super().allows(account, calls)

    assert GOOD_FOR == 4 * SECOND
    assert limited.api.deadline > MIN_LEASE - 26 * SECOND
    limited.receive(an_event("order.shipped", order=key))
    budget = Slow(limited.holds, SqlCallLimits(limited.database), limited.limits)
    assert limited.reconciler(budget=budget)(key) == Later(limited.clock(), WaitReason.INTERRUPTED)
    assert (limited.api.calls, to_come) == ([], [])
