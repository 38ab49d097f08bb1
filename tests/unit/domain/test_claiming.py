"""Known orders come first, unknown ones do not starve, and no more are claimed than can be fed."""

import pytest

from worker.domain.accounts.claiming import choose, most_in_progress
from worker.domain.instants import HOUR, SECOND
from worker.domain.lanes import Lane

KNOWN, NEW, MISSING = ([f"{lane}{n}" for n in range(50)] for lane in "knm")


def queues(known=(), new=(), missing=()):
    return {Lane.KNOWN: known, Lane.NEW: new, Lane.MISSING: missing}


def test_every_fourth_place_is_for_an_unknown_order():
    assert choose(queues(KNOWN, NEW), places=0, most=8) == ["k0", "k1", "k2", "n0", "k3", "k4", "k5", "n1"]


def test_every_sixteenth_place_is_for_an_order_that_the_platform_does_not_have():
    chosen = choose(queues(KNOWN, NEW, MISSING), places=0, most=32)
    assert "".join(order[0] for order in chosen) == "kkknkkknkkknkkkm" * 2


def test_claims_of_single_orders_share_the_places_in_the_same_way():
    chosen = [choose(queues(KNOWN, NEW, MISSING), places=place, most=1)[0][0] for place in range(16)]
    assert "".join(chosen) == "kkknkkknkkknkkkm"


@pytest.mark.parametrize("lanes", [(KNOWN, [], []), ([], NEW, []), ([], [], MISSING)])
def test_without_orders_of_the_other_lanes_those_of_one_get_all_places(lanes):
    assert choose(queues(*lanes), places=0, most=6) == next(filter(None, lanes))[:6]


def test_without_known_orders_those_that_may_exist_come_before_those_that_the_platform_does_not_have():
    assert choose(queues([], NEW[:2], MISSING), places=0, most=4) == ["n0", "n1", "m0", "m1"]


@pytest.mark.parametrize(("calls", "count"), [(0, 0), (1, 1), (5, 1), (6, 2), (10, 2), (11, 3), (None, 20)])
def test_no_more_known_orders_are_chosen_than_the_calls_can_feed(calls, count):
    assert len(choose(queues(KNOWN), places=0, most=20, calls=calls)) == count


def test_an_order_that_may_not_exist_takes_one_call():
    assert choose(queues([], NEW), places=0, most=20, calls=3) == NEW[:3]


@pytest.mark.parametrize(
    ("seconds", "most"), [(0, 2), (4.9, 2), (5, 4), (10, 8), (15, 16), (20, 32), (29.9, 64), (30, None), (HOUR, None)]
)
def test_after_a_hold_orders_double_every_five_seconds(seconds, most):
    assert most_in_progress(int(seconds * SECOND)) == most


def test_without_a_hold_or_with_one_that_ends_after_the_clock_was_set_back_there_is_no_bound():
    assert most_in_progress(None) is None
    assert most_in_progress(-HOUR) is None
