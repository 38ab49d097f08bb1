"""Due orders are claimed as soon as there are slots for them, and never many more than begin in a moment."""

from tests.support.backlogs import Backlog, Seconds, Work, end
from tests.support.programs import until
from tests.support.slots import occupied
from worker.domain.orders import OrderKey
from worker.service.ahead import MOST_AHEAD_PER_SLOT
from worker.service.due_loop import DueLoop


def test_a_run_claims_an_order_for_each_free_slot_and_none_without_one(work: Work):
    backlog, slots = Backlog(main=0), work.slots(2)
    due = DueLoop(backlog.claim, slots)
    due.run()
    with occupied(slots.fair_share, "main"):
        due.run()
        with occupied(slots.fair_share, "main"):
            due.run()
    assert backlog.capacities == [{"main": 2}, {"main": 1}]


def test_with_more_due_orders_than_claimed_the_next_run_comes_as_soon_as_a_slot_is_free(work: Work, start):
    backlog = Backlog(main=40)
    work.may_end.set()
    start(DueLoop(backlog.claim, work.slots(2)))
    until(lambda: work.begun["main"] == 40)
    assert backlog.left.total() == 0


def test_with_fewer_due_orders_than_capacity_no_reconciliation_wakes_an_early_run(work: Work):
    backlog, slots = Backlog(main=1), work.slots(2)
    due = DueLoop(backlog.claim, slots)
    due.run()
    work.may_end.set()
    assert slots.wait(60)
    slots.on_freed()
    assert not due.wake.is_set()


def test_the_more_reconciliations_end_the_more_orders_are_claimed_ahead_within_a_bound(work: Work, seconds: Seconds):
    backlog, slots = Backlog(main=0), work.slots(4)
    due = DueLoop(backlog.claim, slots)
    for ended in (8, 0, 10_000):
        end(due, slots, seconds, main=ended)
        due.run()
    most = 4 * MOST_AHEAD_PER_SLOT
    assert [capacities["main"] for capacities in backlog.capacities] == [4 + 4, 4, 4 + most]


def test_nothing_is_claimed_while_as_many_orders_wait_as_begin_in_a_moment(work: Work, seconds: Seconds):
    backlog, slots = Backlog(main=9), work.slots(2)
    due = DueLoop(backlog.claim, slots)
    slots.add([OrderKey("main", str(number)) for number in range(5)])
    until(lambda: work.begun["main"] == 2)
    end(due, slots, seconds, main=6)
    due.run()
    assert backlog.capacities == []


def test_the_order_of_a_wake_up_that_finds_no_slot_is_claimed_as_soon_as_one_is_free(work: Work, start):
    backlog, slots = Backlog(main=0), work.slots(1)
    due = DueLoop(backlog.claim, slots)
    start(due)
    until(lambda: due.last_run_at is not None)
    slots.begin(OrderKey("main", "1"))
    backlog.left["main"] = 1
    slots.begin(OrderKey("main", "2"))
    assert backlog.left["main"] == 1
    work.may_end.set()
    until(lambda: work.begun["main"] == 2)


def test_a_process_that_stops_claims_nothing(work: Work):
    backlog, slots = Backlog(main=9), work.slots(2)
    slots.close()
    DueLoop(backlog.claim, slots).run()
    assert backlog.capacities == []
