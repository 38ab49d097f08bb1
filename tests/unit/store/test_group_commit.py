"""Items that are submitted before a transaction begins share it. The error of an item is raised to its caller only."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from tests.support.programs import until
from worker.domain.errors import StoreUnavailable
from worker.store.database import group_commit
from worker.store.database.group_commit import MAX_ITEMS, MAX_UNASKED, MAX_WEIGHT, GroupCommit


class Doubling:
    """Doubles numbers in groups. The first group lasts until `goes_on` is set. *groups* has the items of each group."""

    def __init__(
        self,
        fails: Callable[[Sequence[int]], Exception | None] = lambda _: None,
        timeout: float = 60.0,
        weigh: Callable[[int], int] = lambda _: 0,
    ):
        self.fails, self.groups = fails, list[list[int]]()
        self.begun, self.goes_on = threading.Event(), threading.Event()
        self.commits = GroupCommit(self._work, timeout, weigh=weigh)
        self.pool = ThreadPoolExecutor(MAX_ITEMS * 2)

    def _work(self, items: Sequence[int]) -> list[int]:
        self.groups.append(list(items))
        self.begun.set()
        assert self.goes_on.wait(60)
        if error := self.fails(items):
            raise error
        return [2 * item for item in items]

    def together(self, *items: int) -> list[Future[int]]:
        """Submit *items* one after the other, while the work on the first item, 0, still runs."""
        first = self.pool.submit(self.commits.run, 0)
        assert self.begun.wait(60)
        calls = []
        for item in items:
            calls.append(self.pool.submit(self.commits.run, item))
            until(lambda: self.commits.waiting == len(calls))
        return [first, *calls]


def test_a_lone_caller_runs_alone():
    doubling = Doubling()
    doubling.goes_on.set()
    assert [doubling.commits.run(n) for n in (1, 2)] == [2, 4]
    assert doubling.groups == [[1], [2]]


def test_callers_that_come_while_a_group_runs_are_the_next_group_in_their_order():
    doubling = Doubling()
    calls = doubling.together(3, 1, 2)
    doubling.goes_on.set()
    assert [one.result(60) for one in calls] == [0, 6, 2, 4]
    assert doubling.groups == [[0], [3, 1, 2]]


def test_the_first_result_that_is_asked_for_has_all_submitted_items_done_at_once():
    doubling = Doubling()
    doubling.goes_on.set()
    submitted = [doubling.commits.submit(n) for n in (1, 2, 3)]
    assert doubling.groups == []
    assert [one.result() for one in reversed(submitted)] == [6, 4, 2]
    assert doubling.groups == [[1, 2, 3]]


def test_items_that_do_not_fit_into_one_group_are_done_when_their_results_are_asked_for():
    doubling = Doubling()
    doubling.goes_on.set()
    submitted = [doubling.commits.submit(n) for n in range(MAX_ITEMS + 2)]
    assert submitted[-1].result() == 2 * (MAX_ITEMS + 1)
    assert [len(group) for group in doubling.groups] == [MAX_ITEMS, 2]
    assert [one.result() for one in submitted] == [2 * n for n in range(MAX_ITEMS + 2)]
    assert [len(group) for group in doubling.groups] == [MAX_ITEMS, 2]


def test_an_item_whose_result_nobody_asks_for_keeps_nobody_waiting():
    doubling = Doubling()
    first = doubling.pool.submit(doubling.commits.run, 0)
    assert doubling.begun.wait(60)
    doubling.commits.submit(1)
    second = doubling.pool.submit(doubling.commits.run, 2)
    until(lambda: doubling.commits.waiting == 2)
    doubling.goes_on.set()
    assert [one.result(60) for one in (first, second)] == [0, 4]
    assert doubling.groups == [[0], [1, 2]]


def test_items_whose_results_nobody_asks_for_take_a_bounded_room():
    doubling = Doubling(weigh=lambda item: item)
    first = doubling.pool.submit(doubling.commits.run, 0)
    assert doubling.begun.wait(60)
    asked = doubling.pool.submit(doubling.commits.run, 1)
    until(lambda: doubling.commits.waiting == 1)
    heavy = [doubling.commits.submit(MAX_WEIGHT) for _ in range(MAX_UNASKED + 3)]
    assert doubling.commits.waiting == 1 + MAX_UNASKED
    doubling.goes_on.set()
    assert [one.result(60) for one in (first, asked)] == [0, 2]
    for left_out in heavy[:3]:
        with pytest.raises(StoreUnavailable):
            left_out.result()
    assert [one.result() for one in heavy[3:]] == [2 * MAX_WEIGHT] * MAX_UNASKED


def test_a_result_may_be_asked_for_again_after_the_timeout():
    doubling = Doubling(timeout=0.1)
    first = doubling.pool.submit(doubling.commits.run, 0)
    assert doubling.begun.wait(60)
    late = doubling.commits.submit(1)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            late.result()
        doubling.goes_on.set()
        assert first.result(60) == 0


def test_an_unavailable_database_fails_all_submitted_items_after_one_attempt():
    doubling = Doubling(lambda _: StoreUnavailable("away"))
    doubling.goes_on.set()
    for one in [doubling.commits.submit(n) for n in (1, 2, 3)]:
        with pytest.raises(StoreUnavailable, match="away"):
            one.result()
    assert doubling.groups == [[1, 2, 3]]


def test_a_group_has_a_bound():
    doubling = Doubling()
    calls = doubling.together(*range(1, MAX_ITEMS + 2))
    doubling.goes_on.set()
    assert [one.result(60) for one in calls] == [2 * n for n in range(MAX_ITEMS + 2)]
    assert [len(group) for group in doubling.groups] == [1, MAX_ITEMS, 1]


def test_heavy_items_wait_for_a_group_with_room_for_them_and_do_not_keep_light_ones_waiting():
    half, whole, too_heavy = MAX_WEIGHT // 2, MAX_WEIGHT, MAX_WEIGHT + 1
    doubling = Doubling(weigh=lambda item: item if item >= half else 0)
    calls = doubling.together(1, half, whole, half, too_heavy, 2)
    doubling.goes_on.set()
    assert [one.result(60) for one in calls] == [2 * item for item in (0, 1, half, whole, half, too_heavy, 2)]
    assert doubling.groups == [[0], [1, half, half, 2], [whole], [too_heavy]]


def test_a_failure_of_one_item_is_raised_to_its_caller_only():
    doubling = Doubling(lambda items: ValueError("seven") if 7 in items else None)
    calls = doubling.together(6, 7, 8)
    doubling.goes_on.set()
    assert [calls[n].result(60) for n in (0, 1, 3)] == [0, 12, 16]
    with pytest.raises(ValueError, match="seven"):
        calls[2].result(60)
    assert doubling.groups == [[0], [6, 7, 8], [6], [7], [8]]


def test_an_unavailable_database_is_asked_once_for_the_whole_group():
    doubling = Doubling(lambda items: StoreUnavailable("away") if len(items) > 1 else None)
    calls = doubling.together(1, 2)
    doubling.goes_on.set()
    for one in calls[1:]:
        with pytest.raises(StoreUnavailable, match="away"):
            one.result(60)
    assert doubling.commits.run(9) == 18


def test_a_caller_that_waits_too_long_gives_up_and_its_item_is_left_out():
    doubling = Doubling(timeout=2)
    first, second = doubling.together(1)
    with pytest.raises(StoreUnavailable, match="busy"):
        second.result(60)
    doubling.goes_on.set()
    assert first.result(60) == 0
    assert doubling.commits.run(2) == 4
    assert doubling.groups == [[0], [2]]


def test_no_caller_waits_for_ever_when_the_leader_is_interrupted():
    def interrupt(items: Sequence[int]) -> list[int]:
        if items == [0]:
            begun.set()
            assert goes_on.wait(60)
        if len(items) > 1:
            raise KeyboardInterrupt
        return list(items)

    begun, goes_on = threading.Event(), threading.Event()
    commits = GroupCommit(interrupt, 60.0)
    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(commits.run, 0)]
        assert begun.wait(60)
        for item in (1, 2):
            calls.append(pool.submit(commits.run, item))
            until(lambda: commits.waiting == len(calls) - 1)
        goes_on.set()
        assert calls[0].result(60) == 0
        with pytest.raises(KeyboardInterrupt):
            calls[1].result(60)
        with pytest.raises(StoreUnavailable):
            calls[2].result(60)
    assert commits.run(3) == 3


def test_a_leader_that_is_interrupted_in_the_pause_leaves_the_lead_to_others(monkeypatch: pytest.MonkeyPatch):
    pauses = Mock(side_effect=[KeyboardInterrupt, None])
    monkeypatch.setattr(group_commit, "time", SimpleNamespace(monotonic=lambda: 1e6, sleep=pauses))
    commits: GroupCommit[int, int] = GroupCommit(lambda items: items, 5.0, pause_seconds=0.05)
    commits.run(1)
    with pytest.raises(KeyboardInterrupt):
        commits.run(2)
    assert commits.run(3) == 3
    assert pauses.call_count == 2


def test_a_pause_after_each_group_leaves_the_database_to_others():
    ran_at = list[float]()

    def note(items: Sequence[int]) -> Sequence[int]:
        ran_at.append(time.monotonic())
        return items

    commits = GroupCommit(note, 5.0, pause_seconds=0.05)
    for n in range(3):
        commits.run(n)
    assert all(later - earlier >= 0.05 for earlier, later in pairwise(ran_at))
