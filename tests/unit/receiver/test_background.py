"""What is done behind an answer: no request waits for it, none of it grows, and none of it is said twice."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from webhook_receiver.background import MOST_KEYS, PACE, BackgroundSender
from worker.domain.errors import StoreUnavailable
from worker.domain.orders import OrderKey

KEYS = [OrderKey("main", str(n)) for n in range(5)]


def no_tally(_counts: Mapping[tuple[str, str], int]) -> None:
    raise AssertionError("nothing was counted")


@contextmanager
def broker_that_hangs() -> Iterator[tuple[BackgroundSender, list[OrderKey]]]:
    """Errands whose broker hangs over the first of `KEYS`, and what it was given; in the end it takes the rest."""
    hangs, released, published = threading.Event(), threading.Event(), list[OrderKey]()

    def publish(key: OrderKey) -> None:
        published.append(key)
        hangs.set()
        assert released.wait(10)

    background = BackgroundSender(publish, no_tally)
    background.wake_ups(KEYS[:1])
    assert hangs.wait(5)
    yield background, published
    released.set()
    background.close(5)


def test_no_thread_begins_before_the_first_errand():
    before = threading.active_count()
    background = BackgroundSender(print, no_tally)
    assert threading.active_count() == before
    background.close(1)


def test_each_order_is_published_and_close_waits_for_the_last():
    published: list[OrderKey] = []
    background = BackgroundSender(published.append, no_tally)
    background.wake_ups(KEYS[:2])
    background.wake_ups(KEYS[2:])
    background.close(5)
    assert published == KEYS


def test_between_two_rounds_of_nudges_the_requests_have_the_processor_to_themselves():
    began: list[float] = []
    published = threading.Semaphore(0)

    def publish(_key: OrderKey) -> None:
        began.append(time.monotonic())
        published.release()

    background = BackgroundSender(publish, no_tally)
    for key in KEYS[:3]:
        background.wake_ups([key])
        assert published.acquire(timeout=5)
    background.close(5)
    assert all(later - earlier >= 0.9 * PACE for earlier, later in pairwise(began))


def test_while_the_broker_hangs_nudges_coalesce_and_what_does_not_fit_is_dropped():
    with broker_that_hangs() as (background, published):
        for n in range(3 * MOST_KEYS):
            background.wake_ups([OrderKey("main", str(n % (2 * MOST_KEYS)))])
        background.wake_ups(KEYS * MOST_KEYS)
    assert len(published) == 1 + MOST_KEYS
    assert len(set(published)) == MOST_KEYS


def test_no_account_crowds_out_another():
    flood = [OrderKey("busy", str(n)) for n in range(3 * MOST_KEYS)]
    with broker_that_hangs() as (background, published):
        background.wake_ups(flood[:-1])
        background.wake_ups([OrderKey("quiet", "1"), OrderKey("quiet", "2")])
        background.wake_ups(flood[-1:])
    assert published[1:] == [*flood[: MOST_KEYS - 2], OrderKey("quiet", "1"), OrderKey("quiet", "2")]


def test_close_does_not_wait_for_a_broker_that_hangs():
    with broker_that_hangs() as (background, published):
        background.wake_ups(KEYS[1:])
        background.close(0.05)
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
        background = BackgroundSender(publish, no_tally)
        for key in KEYS[:2]:
            background.wake_ups([key])
            assert failed.acquire(timeout=5)
        down = False
        background.wake_ups(KEYS[3:])
        background.close(5)
    assert published == KEYS[3:]
    assert [line["event"] for line in logs] == ["errand_fails"]
    assert "secret" not in str(logs)


def test_counts_are_added_up_and_flushed_at_close():
    flushes: list[Counter[tuple[str, str]]] = []
    background = BackgroundSender(print, lambda counts: flushes.append(Counter(counts)))
    for _ in range(500):
        background.count("courier", "refused")
    background.count("", "unknown_source")
    background.close(5)
    assert len(flushes) <= 2
    assert sum(flushes, Counter()) == {("courier", "refused"): 500, ("", "unknown_source"): 1}


def test_counts_that_the_journal_cannot_take_wait_for_it():
    taken: Counter[tuple[str, str]] = Counter()
    refused = threading.Event()

    def add_counts(counts: Mapping[tuple[str, str], int]) -> None:
        if not refused.is_set():
            refused.set()
            raise StoreUnavailable
        taken.update(counts)

    background = BackgroundSender(print, add_counts)
    background.count("courier", "refused")
    assert refused.wait(5)
    background.count("courier", "refused")
    background.close(5)
    assert taken == {("courier", "refused"): 2}


@pytest.mark.parametrize("late", ["nudge", "count"])
def test_after_close_no_thread_begins(late: str):
    background = BackgroundSender(print, lambda _counts: None)
    background.close(1)
    before = threading.active_count()
    background.wake_ups(KEYS) if late == "nudge" else background.count("courier", "refused")
    assert threading.active_count() == before
