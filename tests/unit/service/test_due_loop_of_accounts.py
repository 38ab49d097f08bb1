"""Accounts that share the slots keep no due orders of each other waiting, whatever their platforms do."""

from functools import partial

from tests.support.backlogs import Backlog, Seconds, Work, end
from tests.support.programs import until
from worker.domain.orders import OrderKey
from worker.service.due_loop import DueLoop
from worker.service.slots import Slots


def test_an_account_with_its_share_is_not_claimed_again_before_a_reconciliation_of_it_ends(work: Work, start):
    backlog, slots = Backlog(busy=100, quiet=1), work.slots(16, shared=True)
    due = DueLoop(backlog.claim, slots)
    start(due)
    until(lambda: work.begun == {"busy": 12, "quiet": 1})
    until(lambda: due.last_run_at is not None)
    for _ in range(20):
        slots.on_freed()
        assert not due.wake.is_set()
    work.may_end.set()
    until(lambda: work.begun == {"busy": 100, "quiet": 1})


def add_more_than_its_share(work: Work, slots: Slots) -> None:
    slots.add([OrderKey("busy", str(number)) for number in range(30)])
    until(lambda: work.begun["busy"] == 6)


def test_orders_that_were_claimed_ahead_leave_room_for_those_of_other_accounts(work: Work, seconds: Seconds):
    backlog, slots = Backlog(busy=100, quiet=1), work.slots(8, shared=True)
    due = DueLoop(backlog.claim, slots)
    add_more_than_its_share(work, slots)
    end(due, slots, seconds, busy=48)
    due.run()
    until(lambda: work.begun["quiet"] == 1)
    assert (backlog.left["busy"], slots.waiting("busy")) == (100, 24)


def test_orders_that_wait_for_a_platform_which_has_fallen_silent_keep_no_other_account_waiting(
    work: Work, seconds: Seconds
):
    backlog, slots = Backlog(busy=100, quiet=40), work.slots(8, shared=True)
    due = DueLoop(backlog.claim, slots)
    add_more_than_its_share(work, slots)
    end(due, slots, seconds, busy=48)
    end(due, slots, seconds, quiet=8)  # and none of the busy account any more
    due.run()
    until(lambda: work.begun["quiet"] == 1)
    assert (backlog.left["busy"], slots.waiting("busy")) == (100, 24)
    assert slots.waiting("quiet") == 4, "as many as begin in a moment"


def test_an_account_goes_on_at_its_full_speed_beside_a_platform_that_has_fallen_silent(work: Work, start, seconds):
    backlog, slots = Backlog(quiet=40), work.slots(8, shared=True)
    due = DueLoop(backlog.claim, slots)
    add_more_than_its_share(work, slots)
    start(due)
    until(lambda: work.begun["quiet"] == 1)
    for number in range(2, 41):
        work.end("quiet")
        until(partial(work.has_begun, "quiet", number), what="the next one begins without an interval")
    assert work.begun["busy"] == 6
