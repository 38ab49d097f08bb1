"""Callers that come together are served together; what goes wrong with one is no concern of the others."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise

import pytest

from tests.support.programs import until
from worker.domain.errors import StoreUnavailable
from worker.store.database.group_commit import MOST, GroupCommit


class Bench:
    """Doubles numbers; the first group lasts until it is told to end. *groups* is what came together."""

    def __init__(self, fails: Callable[[Sequence[int]], Exception | None] = lambda _: None, timeout: float = 5.0):
        self.fails, self.groups = fails, list[list[int]]()
        self.begun, self.goes_on = threading.Event(), threading.Event()
        self.double = GroupCommit(self._work, timeout)
        self.pool = ThreadPoolExecutor(MOST * 2)

    def _work(self, items: Sequence[int]) -> list[int]:
        self.groups.append(list(items))
        self.begun.set()
        assert self.goes_on.wait(10)
        if error := self.fails(items):
            raise error
        return [2 * item for item in items]

    def together(self, *items: int) -> list[Future[int]]:
        """Let *items* come, one after the other, while the first of all, 0, is being worked on."""
        first = self.pool.submit(self.double, 0)
        assert self.begun.wait(5)
        asked = []
        for item in items:
            asked.append(self.pool.submit(self.double, item))
            until(lambda: self.double.waiting == len(asked))
        return [first, *asked]


def test_who_comes_alone_is_served_alone():
    bench = Bench()
    bench.goes_on.set()
    assert [bench.double(n) for n in (1, 2)] == [2, 4]
    assert bench.groups == [[1], [2]]


def test_those_who_come_while_a_group_is_served_are_the_next_one_in_their_order():
    bench = Bench()
    asked = bench.together(3, 1, 2)
    bench.goes_on.set()
    assert [one.result(5) for one in asked] == [0, 6, 2, 4]
    assert bench.groups == [[0], [3, 1, 2]]


def test_a_group_has_a_bound():
    bench = Bench()
    asked = bench.together(*range(1, MOST + 2))
    bench.goes_on.set()
    assert [one.result(5) for one in asked] == [2 * n for n in range(MOST + 2)]
    assert [len(group) for group in bench.groups] == [1, MOST, 1]


def test_what_goes_wrong_with_one_item_meets_only_its_caller():
    bench = Bench(lambda items: ValueError("seven") if 7 in items else None)
    asked = bench.together(6, 7, 8)
    bench.goes_on.set()
    assert [asked[n].result(5) for n in (0, 1, 3)] == [0, 12, 16]
    with pytest.raises(ValueError, match="seven"):
        asked[2].result(5)
    assert bench.groups == [[0], [6, 7, 8], [6], [7], [8]]


def test_a_database_that_is_away_is_asked_once_for_all():
    bench = Bench(lambda items: StoreUnavailable("away") if len(items) > 1 else None)
    asked = bench.together(1, 2)
    bench.goes_on.set()
    for one in asked[1:]:
        with pytest.raises(StoreUnavailable, match="away"):
            one.result(5)
    assert bench.double(9) == 18


def test_a_turn_that_does_not_come_is_given_up_and_its_item_left_out():
    bench = Bench(timeout=0.05)
    first, second = bench.together(1)
    with pytest.raises(StoreUnavailable, match="busy"):
        second.result(5)
    bench.goes_on.set()
    assert first.result(5) == 0
    assert bench.double(2) == 4
    assert bench.groups == [[0], [2]]


def test_nobody_is_left_waiting_when_the_one_who_leads_is_interrupted():
    def interrupt(items: Sequence[int]) -> list[int]:
        if items == [0]:
            begun.set()
            assert goes_on.wait(10)
        if len(items) > 1:
            raise KeyboardInterrupt
        return list(items)

    begun, goes_on = threading.Event(), threading.Event()
    work = GroupCommit(interrupt, 5.0)
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(work, 0)]
        assert begun.wait(5)
        for item in (1, 2):
            asked.append(pool.submit(work, item))
            until(lambda: work.waiting == len(asked) - 1)
        goes_on.set()
        assert asked[0].result(5) == 0
        with pytest.raises(KeyboardInterrupt):
            asked[1].result(5)
        with pytest.raises(StoreUnavailable):
            asked[2].result(5)
    assert work(3) == 3


def test_after_a_group_the_database_is_left_to_others_for_a_breath():
    at = list[float]()

    def note(items: Sequence[int]) -> Sequence[int]:
        at.append(time.monotonic())
        return items

    work = GroupCommit(note, 5.0, pause=0.05)
    for n in range(3):
        work(n)
    assert all(later - earlier >= 0.05 for earlier, later in pairwise(at))
