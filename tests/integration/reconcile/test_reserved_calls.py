"""A reconciliation reserves the calls that it expects, gives back those that it does not make, and acquires others."""

import pytest

from tests.support.events import KEY, an_event
from tests.support.fake_order_api import fails, loses_answer, meanwhile
from tests.support.limits import AT_ONCE, take_rest, use_up_all
from worker.domain.accounts.call_requests import Request
from worker.domain.accounts.call_state import CALL_DELAY, Taken
from worker.domain.errors import OrderMissing
from worker.domain.instants import SECOND
from worker.domain.orders import OrderKey
from worker.domain.reasons import WaitReason
from worker.domain.results import Done, Later
from worker.reconcile.call_reservation import RESERVATION_LASTS
from worker.reconcile.reconciliation import MIN_LEASE


def test_a_reconciliation_uses_up_only_the_calls_that_it_makes(limited):
    limited.receive("order.shipped")
    assert limited.reconcile() == Done()
    assert len(limited.api.calls) == 3
    assert take_rest(limited) == AT_ONCE - 3


@pytest.mark.parametrize("kind", ["read", "write"])
def test_after_a_failure_unused_calls_are_given_back(limited, kind):
    limited.receive("order.completed")
    limited.api.script(kind, loses_answer)
    limited.reconcile()
    made = len(limited.api.calls)
    assert made == {"read": 1, "write": 2}[kind]
    assert take_rest(limited) == AT_ONCE - made


def test_after_a_defect_unused_calls_are_given_back(limited):
    def breaks(*_):
        raise KeyError("ours")

    limited.receive("order.completed")
    limited.api.script("read", breaks)
    with pytest.raises(KeyError):
        limited.reconcile()
    assert take_rest(limited) == AT_ONCE - 1


def test_an_event_of_a_stage_already_reached_uses_up_no_call(limited):
    limited.receive("order.shipped")
    limited.reconcile()
    limited.clock.advance(minutes=1)
    limited.receive("order.accepted")
    assert limited.reconcile() == Done()
    assert take_rest(limited) == AT_ONCE


def test_with_few_calls_left_an_order_that_is_read_can_also_be_written(limited):
    keys = [OrderKey("main", str(number)) for number in range(1, 9)]
    for key in keys:
        limited.receive(an_event("order.completed", order=key))
    while len(limited.api.transitions) < 4 * len(keys):
        limited.run_for(minutes=1)
    assert (limited.api.reads, len(limited.api.writes)) == (8, 32)


def test_the_steps_of_an_order_that_the_platform_had_never_shown_are_reserved_together_after_its_read(limited):
    limited.receive("order.completed")
    limited.api.script("read", meanwhile(lambda: use_up_all(limited)))
    assert waits_for_calls(limited.reconcile())
    assert (limited.api.reads, limited.api.writes) == (1, [])
    limited.run_for(minutes=2)
    assert (limited.api.reads, limited.api.writes) == (2, ["accepted", "shipped", "delivered", "completed"])
    assert limited.row()["stop"] is None


def test_orders_that_may_not_exist_reserve_one_call_each(limited):
    requests = recorded(limited)
    for number in range(3):
        key = OrderKey("main", str(number))
        limited.receive(an_event("order.completed", order=key))
        limited.api.script("read", fails(OrderMissing("no such order", 404)))
        limited.reconcile(key)
    assert [request.calls for request in requests] == [1, 1, 1]


def test_calls_that_were_reserved_too_long_ago_are_acquired_again(limited):
    limited.receive("order.shipped")
    limited.change(read_at=1)
    began, late = limited.clock(), RESERVATION_LASTS
    limited.api.script("read", meanwhile(lambda: limited.clock.advance(seconds=late / SECOND)))
    requests = recorded(limited)
    assert limited.reconcile() == Done()
    assert requests == [Request(4), Request(3, unused=Taken(3, began), continues=True)]
    assert late + SECOND // 2 <= CALL_DELAY


def test_a_write_whose_announcement_took_too_long_is_not_sent(limited):
    limited.receive("order.accepted")
    limited.change(read_at=1)
    announce = limited.order_store.announce

    def slow(*arguments):
        limited.order_store.announce = announce
        limited.clock.advance(seconds=0.9)
        return announce(*arguments)

    limited.api.script("read", meanwhile(lambda: limited.clock.advance(seconds=0.4)))
    limited.order_store.announce = slow
    assert limited.reconcile() == Done()
    assert limited.writes() == [("accepted", "not_sent"), ("accepted", "confirmed")]


def test_a_reconciliation_that_may_make_no_more_calls_records_its_writes(limited):
    limited.receive("order.completed")
    limited.api.script("write", meanwhile(lambda: None))
    limited.api.script("write", meanwhile(lambda: limited.budget.pause("main", 5 * SECOND)))
    assert waits_for_calls(limited.reconcile())
    assert limited.writes() == [("accepted", "confirmed"), ("shipped", "confirmed")]
    assert limited.row()["stage"] == "shipped"
    assert limited.hold_ends() == {}
    limited.run_for(minutes=1)
    assert [outcome for _, outcome in limited.writes()] == ["confirmed"] * 4


def test_a_search_reserves_one_call_because_most_need_no_more(limited):
    limited.receive(an_event("order.shipped", order=OrderKey("main", "number:ORD-7")))
    requests = recorded(limited)
    limited.reconcile(OrderKey("main", "number:ORD-7"))
    assert [request.calls for request in requests] == [1]


@pytest.mark.parametrize(("key", "delays"), [(KEY, (1, 25)), (OrderKey("main", "number:ORD-7"), (26,))])
def test_a_call_whose_reservation_took_too_long_is_not_made_when_it_might_outlast_the_lease(limited, key, delays):
    to_come = list(delays)
    reserve = limited.budget.reserve

    def slow(account, request):
        limited.clock.advance(seconds=to_come.pop(0))
        return reserve(account, request)

    assert limited.api.deadline > MIN_LEASE - 26 * SECOND
    limited.receive(an_event("order.shipped", order=key))
    limited.budget.reserve = slow
    assert limited.reconcile(key) == Later(limited.clock(), WaitReason.INTERRUPTED)
    assert (limited.api.calls, to_come) == ([], [])


@pytest.mark.parametrize("key", [KEY, OrderKey("main", "number:ORD-7")])
def test_a_read_whose_reservation_took_too_long_to_count_in_its_minute_is_not_made(limited, key):
    acquire = limited.budget._call_limits.acquire  # noqa: SLF001 - the transaction, as a slow disk ends it

    def slow(*arguments):
        grant = acquire(*arguments)
        limited.clock.advance(seconds=CALL_DELAY / SECOND + 0.001)
        return grant

    limited.receive(an_event("order.shipped", order=key))
    limited.budget._call_limits.acquire = slow  # noqa: SLF001 - same
    assert limited.reconcile(key) == Later(limited.clock(), WaitReason.INTERRUPTED)
    assert limited.api.calls == []
    limited.budget._call_limits.acquire = acquire  # noqa: SLF001 - same
    limited.reconcile(key)
    assert limited.api.calls != []


def waits_for_calls(result):
    return isinstance(result, Later) and (result.reason, result.firm) == (WaitReason.BUDGET, False)


def recorded(limited):
    """Return the list of requests for calls from now on."""
    requests, reserve = [], limited.budget.reserve

    def recording(account, request):
        requests.append(request)
        return reserve(account, request)

    limited.budget.reserve = recording
    return requests
