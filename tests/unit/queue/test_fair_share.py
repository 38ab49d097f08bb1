"""How accounts share the slots of one process."""

from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.at_once import at_once
from tests.support.slots import occupied
from worker.queue.fair_share import FairShare

ACCOUNTS = ("a", "b", "c", "d")


def fill(share: FairShare, stack: ExitStack, account: str) -> int:
    """Let *account* take all slots that it gets, and return how many they are."""
    taken = 0
    while taken < 100 and stack.enter_context(occupied(share, account)):
        taken += 1
    return taken


def test_the_only_account_has_every_slot():
    share = FairShare(16)
    assert share.capacity("main") == 16
    with ExitStack() as stack:
        granted = [stack.enter_context(occupied(share, "main")) for _ in range(16)]
        assert (all(granted), share.free, share.capacity("main")) == (True, 0, 0)
    assert share.free == 16


@pytest.mark.parametrize(("size", "most"), [(1, 1), (2, 1), (3, 2), (4, 3), (8, 6), (16, 12), (100, 75)])
def test_one_account_of_several_leaves_a_quarter_free_for_the_others(size, most):
    share = FairShare(size, shared=True)
    with ExitStack() as stack:
        assert fill(share, stack, "busy") == most
        assert share.free == size - most


def test_several_busy_accounts_get_equal_shares():
    share = FairShare(16, shared=True)
    taken = dict.fromkeys(ACCOUNTS, 0)
    with ExitStack() as stack:
        for account in [*ACCOUNTS] * 16:
            taken[account] += stack.enter_context(occupied(share, account))
    assert sorted(taken.values()) == [3, 4, 4, 4]


def test_an_account_without_a_slot_finds_a_free_one_among_busy_accounts():
    share = FairShare(16, shared=True)
    with ExitStack() as stack:
        for account in [*ACCOUNTS] * 16:
            stack.enter_context(occupied(share, account))
        assert stack.enter_context(occupied(share, "newcomer"))


def test_another_account_may_take_a_freed_slot():
    share = FairShare(8, shared=True)
    with ExitStack() as stack:
        assert fill(share, stack, "a") == 6
        assert share.capacity("b") == 1
    assert share.capacity("b") == 6


@given(st.integers(1, 40), st.lists(st.sampled_from(ACCOUNTS), max_size=60), st.sampled_from(ACCOUNTS))
def test_an_account_gets_exactly_as_many_slots_as_it_has_capacity_for(size, busy, account):
    share = FairShare(size, shared=True)
    with ExitStack() as stack:
        for other in busy:
            stack.enter_context(occupied(share, other))
        capacity, free = share.capacity(account), share.free
        assert fill(share, stack, account) == capacity
        assert share.free == free - capacity >= 0
        assert capacity or not free or account in share.accounts


def test_a_process_that_stops_grants_no_slot():
    share = FairShare(2)
    share.close()
    assert (share.take("a"), share.busy, share.is_closed()) == (False, 0, True)


def test_reconciliations_that_begin_and_end_at_the_same_time_are_counted_correctly():
    share = FairShare(16, shared=True)

    def work(account: str) -> None:
        for _ in range(500):
            with occupied(share, account):
                assert share.free >= 0

    at_once(work, [*ACCOUNTS] * 3)
    assert (share.free, share.accounts) == (16, [])
