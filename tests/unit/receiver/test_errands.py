"""What is done behind an answer: no request waits for it, none of it grows, and none of it is said twice."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from worker.domain.errors import JournalUnavailable
from worker.domain.orders import OrderKey
from worker.errands import MOST_KEYS, PACE, Errands

KEYS = [OrderKey("main", str(n)) for n in range(5)]


def no_tally(_counts: Mapping[tuple[str, str], int]) -> None:
    raise AssertionError("nothing was counted")


@contextmanager
def broker_that_hangs() -> Iterator[tuple[Errands, list[OrderKey]]]:
    """Errands whose broker hangs over the first of `KEYS`, and what it was given; in the end it takes the rest."""
    hangs, released, published = threading.Event(), threading.Event(), list[OrderKey]()

    def publish(key: OrderKey) -> None:
        published.append(key)
        hangs.set()
        assert released.wait(10)

    errands = Errands(publish, no_tally)
    errands.nudge(KEYS[:1])
    assert hangs.wait(5)
    yield errands, published
    released.set()
    errands.close(5)


def test_no_thread_begins_before_the_first_errand():
    before = threading.active_count()
    errands = Errands(print, no_tally)
    assert threading.active_count() == before
    errands.close(1)


def test_each_order_is_published_and_close_waits_for_the_last():
    published: list[OrderKey] = []
    errands = Errands(published.append, no_tally)
    errands.nudge(KEYS[:2])
    errands.nudge(KEYS[2:])
    errands.close(5)
    assert published == KEYS


def test_between_two_rounds_of_nudges_the_requests_have_the_processor_to_themselves():
    began: list[float] = []
    published = threading.Semaphore(0)

    def publish(_key: OrderKey) -> None:
        began.append(time.monotonic())
        published.release()

    errands = Errands(publish, no_tally)
    for key in KEYS[:3]:
        errands.nudge([key])
        assert published.acquire(timeout=5)
    errands.close(5)
    assert all(later - earlier >= 0.9 * PACE for earlier, later in pairwise(began))


def test_while_the_broker_hangs_nudges_coalesce_and_what_does_not_fit_is_dropped():
    with broker_that_hangs() as (errands, published):
        for n in range(3 * MOST_KEYS):
            errands.nudge([OrderKey("main", str(n % (2 * MOST_KEYS)))])
        errands.nudge(KEYS * MOST_KEYS)
    assert len(published) == 1 + MOST_KEYS
    assert len(set(published)) == MOST_KEYS


def test_no_account_crowds_out_another():
    flood = [OrderKey("busy", str(n)) for n in range(3 * MOST_KEYS)]
    with broker_that_hangs() as (errands, published):
        errands.nudge(flood[:-1])
        errands.nudge([OrderKey("quiet", "1"), OrderKey("quiet", "2")])
        errands.nudge(flood[-1:])
    assert published[1:] == [*flood[: MOST_KEYS - 2], OrderKey("quiet", "1"), OrderKey("quiet", "2")]


def test_close_does_not_wait_for_a_broker_that_hangs():
    with broker_that_hangs() as (errands, published):
        errands.nudge(KEYS[1:])
        errands.close(0.05)
        assert published == KEYS[:1]


def test_an_outage_of_the_broker_is_said_once_and_the_next_nudge_passes():
    published: list[OrderKey] = []
    failed = threading.Semaphore(0)
    down = True

    def publish(key: OrderKey) -> None:
        if down:
            failed.release()
            raise ConnectionError("redis://user:secret@host")
        published.append(key)

    with capture_logs() as logs:
        errands = Errands(publish, no_tally)
        for key in KEYS[:2]:
            errands.nudge([key])
            assert failed.acquire(timeout=5)
        down = False
        errands.nudge(KEYS[3:])
        errands.close(5)
    assert published == KEYS[3:]
    assert [line["event"] for line in logs] == ["errand_fails"]
    assert "secret" not in str(logs)


def test_counts_are_added_up_and_flushed_at_close():
    flushes: list[Counter[tuple[str, str]]] = []
    errands = Errands(print, lambda counts: flushes.append(Counter(counts)))
    for _ in range(500):
        errands.count("courier", "refused")
    errands.count("", "unknown_source")
    errands.close(5)
    assert len(flushes) <= 2
    assert sum(flushes, Counter()) == {("courier", "refused"): 500, ("", "unknown_source"): 1}


def test_counts_that_the_journal_cannot_take_wait_for_it():
    taken: Counter[tuple[str, str]] = Counter()
    refused = threading.Event()

    def tally(counts: Mapping[tuple[str, str], int]) -> None:
        if not refused.is_set():
            refused.set()
            raise JournalUnavailable
        taken.update(counts)

    errands = Errands(print, tally)
    errands.count("courier", "refused")
    assert refused.wait(5)
    errands.count("courier", "refused")
    errands.close(5)
    assert taken == {("courier", "refused"): 2}


@pytest.mark.parametrize("late", ["nudge", "count"])
def test_after_close_no_thread_begins(late: str):
    errands = Errands(print, lambda _counts: None)
    errands.close(1)
    before = threading.active_count()
    errands.nudge(KEYS) if late == "nudge" else errands.count("courier", "refused")
    assert threading.active_count() == before
