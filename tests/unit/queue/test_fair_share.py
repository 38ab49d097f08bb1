"""How accounts share the slots of one process."""

from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.at_once import at_once
from worker.queue.fair_share import FairShare

ACCOUNTS = ("a", "b", "c", "d")


def fill(slots: FairShare, order_store: ExitStack, account: str) -> int:
    """Let *account* take all that it gets; returns how many that is."""
    taken = 0
    while taken < 100 and order_store.enter_context(slots.occupied(account)):
        taken += 1
    return taken


def test_the_only_account_has_every_slot():
    slots = FairShare(16)
    assert slots.capacity("main") == 16
    with ExitStack() as order_store:
        granted = [order_store.enter_context(slots.occupied("main")) for _ in range(16)]
        assert (all(granted), slots.free, slots.capacity("main")) == (True, 0, 0)
    assert slots.free == 16


@pytest.mark.parametrize(("size", "most"), [(1, 1), (2, 1), (3, 2), (4, 3), (8, 6), (16, 12), (100, 75)])
def test_one_account_of_several_leaves_a_quarter_free_for_the_others(size, most):
    slots = FairShare(size, shared=True)
    with ExitStack() as order_store:
        assert fill(slots, order_store, "greedy") == most
        assert slots.free == size - most


def test_several_greedy_accounts_share_alike():
    slots = FairShare(16, shared=True)
    taken = dict.fromkeys(ACCOUNTS, 0)
    with ExitStack() as order_store:
        for account in [*ACCOUNTS] * 16:
            taken[account] += order_store.enter_context(slots.occupied(account))
    assert sorted(taken.values()) == [3, 4, 4, 4]


def test_an_account_that_has_none_finds_a_free_slot_among_greedy_ones():
    slots = FairShare(16, shared=True)
    with ExitStack() as order_store:
        for account in [*ACCOUNTS] * 16:
            order_store.enter_context(slots.occupied(account))
        assert order_store.enter_context(slots.occupied("newcomer"))


def test_what_one_frees_another_may_take():
    slots = FairShare(8, shared=True)
    with ExitStack() as order_store:
        assert fill(slots, order_store, "a") == 6
        assert slots.capacity("b") == 1
    assert slots.capacity("b") == 6


@given(st.integers(1, 40), st.lists(st.sampled_from(ACCOUNTS), max_size=60), st.sampled_from(ACCOUNTS))
def test_an_account_gets_as_many_slots_as_there_is_room_for_and_not_one_more(size, busy, account):
    slots = FairShare(size, shared=True)
    with ExitStack() as order_store:
        for other in busy:
            order_store.enter_context(slots.occupied(other))
        capacity, free = slots.capacity(account), slots.free
        assert fill(slots, order_store, account) == capacity
        assert slots.free == free - capacity >= 0
        assert capacity or not free or account in slots.accounts


def test_who_gets_no_slot_takes_none_and_tells_nobody_that_one_is_free():
    slots, freed = FairShare(2, shared=True), list[int]()
    slots.freed = lambda: freed.append(slots.free)
    with slots.occupied("a"):
        with slots.occupied("a") as granted:
            assert (granted, slots.free) == (False, 1)
        assert freed == []
    assert freed == [2]


def test_a_nudge_is_under_way_until_its_account_begins_a_turn_or_is_turned_away():
    slots = FairShare(2, shared=True)
    for _ in range(3):
        slots.expect("a")
    slots.expect("b")
    with slots.occupied("a"), slots.occupied("a") as second:
        assert (second, slots.expected("a"), slots.expected("b"), slots.expected()) == (False, 1, 1, 2)
    slots.expect_none()
    assert slots.expected() == 0


def test_turns_that_begin_and_end_at_the_same_time_are_counted_well():
    slots = FairShare(16, shared=True)

    def work(account: str) -> None:
        for _ in range(500):
            slots.expect(account)
            with slots.occupied(account):
                assert slots.free >= 0

    at_once(work, [*ACCOUNTS] * 3)
    assert (slots.free, slots.expected(), slots.accounts) == (16, 0, [])
