"""Slots reconcile as many orders at once as each account may, one after another, and begin none after the stop."""

import threading
from collections.abc import Callable, Iterator

import pytest
from structlog.testing import capture_logs

from tests.support.programs import until
from worker.domain.orders import OrderKey
from worker.queue.fair_share import FairShare
from worker.service.slots import FEWEST_ACTIVE, Slots


def keys(account: str, count: int) -> list[OrderKey]:
    return [OrderKey(account, str(number)) for number in range(count)]


class Work:
    """Reconciliations that wait for a call, once `may_call` is set, until the test lets them end."""

    def __init__(self) -> None:
        self.begun, self.put_back = list[OrderKey](), list[OrderKey]()
        self.may_call, self._may_end = threading.Event(), threading.Semaphore(0)
        self.may_call.set()

    def end(self, count: int) -> None:
        self._may_end.release(count)

    def slots(self, size: int, *, shared: bool = False, few_active: bool = False) -> Slots:
        def reconcile(key: OrderKey) -> None:
            self.begun.append(key)
            assert self.may_call.wait(60)
            with slots.calling():
                assert self._may_end.acquire(timeout=60)

        share = FairShare(size, shared=shared)
        slots = Slots(share, reconcile, self.put_back.append, few_active=few_active)
        return slots


@pytest.fixture
def work() -> Iterator[Work]:
    made = Work()
    yield made
    made.may_call.set()
    made.end(1_000)


def begin(work: Work, count: int) -> Callable[[], bool]:
    return lambda: len(work.begun) == count


def test_claimed_orders_begin_as_soon_as_slots_are_free_for_their_account(work: Work):
    slots = work.slots(2)
    slots.add(keys("main", 5))
    until(begin(work, 2))
    assert (slots.waiting(), slots.waiting("main"), slots.fair_share.free) == (3, 3, 0)
    work.end(1)
    until(begin(work, 3))
    work.end(4)
    until(lambda: slots.ended == {"main": 5})
    assert (sorted(work.begun), slots.waiting()) == (keys("main", 5), 0)


def test_an_account_with_its_share_keeps_the_orders_of_others_waiting_no_longer_than_its_own(work: Work):
    slots = work.slots(4, shared=True)
    slots.add(keys("busy", 9))
    until(begin(work, 3))
    slots.add(keys("quiet", 1))
    until(begin(work, 4))
    assert work.begun[-1] == OrderKey("quiet", "0")


def test_accounts_whose_orders_wait_take_turns(work: Work):
    slots = work.slots(1, shared=True)
    slots.add([*keys("a", 3), *keys("b", 2)])
    work.end(5)
    until(begin(work, 5))
    assert [key.account for key in work.begun] == ["a", "b", "a", "b", "a"]


def test_a_busy_account_has_few_active_reconciliations_and_another_account_begins_at_once(work: Work):
    slots = work.slots(16, shared=True)
    work.may_call.clear()
    slots.add(keys("busy", 40))
    until(begin(work, FEWEST_ACTIVE))
    slots.begin(OrderKey("quiet", "0"))
    until(begin(work, FEWEST_ACTIVE + 1))
    assert [key.account for key in work.begun] == [*["busy"] * FEWEST_ACTIVE, "quiet"]
    work.may_call.set()  # one that waits for a call is not active
    until(begin(work, 12 + 1))


def test_a_single_account_has_as_many_active_reconciliations_as_slots(work: Work):
    slots = work.slots(16)
    work.may_call.clear()
    slots.add(keys("main", 40))
    until(begin(work, 16))
    assert slots.waiting() == 24


def test_a_single_account_takes_all_slots_although_few_of_its_reconciliations_may_be_active(work: Work):
    slots = work.slots(24, few_active=True)
    work.may_call.clear()
    slots.add(keys("main", 40))
    until(begin(work, 3))
    assert slots.waiting() == 37
    work.may_call.set()
    until(begin(work, 24))


def test_the_order_of_a_wake_up_begins_at_once_or_not_at_all(work: Work):
    slots = work.slots(1)
    first, second = keys("main", 2)
    slots.begin(first)
    until(begin(work, 1))
    slots.begin(second)
    work.end(2)
    assert slots.wait(60)
    assert (work.begun, slots.waiting()) == ([first], 0)


def test_after_the_stop_none_begins_and_those_that_wait_are_put_back(work: Work):
    slots = work.slots(1)
    slots.add(keys("main", 3))
    until(begin(work, 1))
    slots.close()
    assert work.put_back == keys("main", 3)[1:]
    work.end(3)
    assert slots.wait(60)
    slots.add([OrderKey("late", "1")])
    slots.begin(OrderKey("late", "2"))
    assert work.begun == keys("main", 1)
    assert work.put_back == [*keys("main", 3)[1:], OrderKey("late", "1")]


def test_the_stop_waits_for_reconciliations_under_way_no_longer_than_it_may(work: Work):
    slots = work.slots(1)
    slots.add(keys("main", 1))
    until(begin(work, 1))
    assert not slots.wait(0.01)
    work.end(1)
    assert slots.wait(60)


def test_a_defect_in_a_reconciliation_is_logged_and_frees_its_slot():
    def fail(_: OrderKey) -> None:
        raise ZeroDivisionError

    slots = Slots(FairShare(1), fail, fail)
    with capture_logs() as lines:
        slots.add(keys("main", 3))
        until(lambda: slots.ended["main"] == 3)
    assert [line["event"] for line in lines] == ["reconciliation_defect"] * 3
    assert slots.fair_share.free == 1


def test_whoever_waits_for_a_free_slot_is_told_after_each_reconciliation(work: Work):
    slots, told = work.slots(2), threading.Semaphore(0)
    slots.on_freed = told.release
    slots.add(keys("main", 3))
    work.end(3)
    assert all(told.acquire(timeout=60) for _ in range(3))
