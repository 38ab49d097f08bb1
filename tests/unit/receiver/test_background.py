"""The background sender: no request waits for it, its lists are bounded, and an outage is logged once."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise

import pytest
import structlog
from structlog.testing import capture_logs
from structlog.typing import EventDict

from tests.support.programs import until
from webhook_receiver.background.delivery_lines import MAX_LINES, DeliveryLines, write
from webhook_receiver.background.sender import ENQUEUE_INTERVAL_SECONDS, MAX_KEYS, BackgroundSender
from webhook_receiver.requests import Sender
from worker.domain.errors import StoreUnavailable
from worker.domain.kept import KeptKey
from worker.domain.orders import OrderKey
from worker.domain.reasons import DeliveryOutcome
from worker.ports import Receipt

KEYS = [OrderKey("main", str(n)) for n in range(5)]


def refuse_counts(_counts: Mapping[tuple[str, str], int]) -> None:
    raise AssertionError("nothing was counted")


@contextmanager
def hanging_broker() -> Iterator[tuple[BackgroundSender, list[OrderKey]]]:
    """Yield a sender and the keys that its broker got. The broker hangs on the first key until the block ends."""
    is_hanging, may_go_on, enqueued = threading.Event(), threading.Event(), list[OrderKey]()

    def enqueue(key: OrderKey) -> None:
        enqueued.append(key)
        is_hanging.set()
        assert may_go_on.wait(60)

    background = BackgroundSender(enqueue, refuse_counts)
    background.enqueue(KEYS[:1])
    assert is_hanging.wait(60)
    yield background, enqueued
    may_go_on.set()
    background.close(5)


def test_no_thread_starts_before_the_first_work():
    before = {*threading.enumerate()}
    background = BackgroundSender(print, refuse_counts)
    assert {*threading.enumerate()} <= before
    background.close(1)


def test_each_order_is_enqueued_and_close_waits_for_the_last():
    enqueued: list[OrderKey] = []
    background = BackgroundSender(enqueued.append, refuse_counts)
    background.enqueue(KEYS[:2])
    background.enqueue(KEYS[2:])
    background.close(5)
    assert enqueued == KEYS


def test_there_is_a_pause_between_two_rounds_of_wake_ups():
    started_at: list[float] = []
    calls = threading.Semaphore(0)

    def enqueue(_key: OrderKey) -> None:
        started_at.append(time.monotonic())
        calls.release()

    background = BackgroundSender(enqueue, refuse_counts)
    for key in KEYS[:3]:
        background.enqueue([key])
        assert calls.acquire(timeout=60)
    background.close(5)
    assert all(later - earlier >= 0.9 * ENQUEUE_INTERVAL_SECONDS for earlier, later in pairwise(started_at))


def test_while_the_broker_hangs_wake_ups_coalesce_and_the_excess_is_dropped():
    with hanging_broker() as (background, enqueued):
        for n in range(3 * MAX_KEYS):
            background.enqueue([OrderKey("main", str(n % (2 * MAX_KEYS)))])
        background.enqueue(KEYS * MAX_KEYS)
    assert len(enqueued) == 1 + MAX_KEYS
    assert len(set(enqueued)) == MAX_KEYS


def test_one_account_cannot_crowd_out_another():
    flood = [OrderKey("busy", str(n)) for n in range(3 * MAX_KEYS)]
    with hanging_broker() as (background, enqueued):
        background.enqueue(flood[:-1])
        background.enqueue([OrderKey("quiet", "1"), OrderKey("quiet", "2")])
        background.enqueue(flood[-1:])
    assert enqueued[1:] == [*flood[: MAX_KEYS - 2], OrderKey("quiet", "1"), OrderKey("quiet", "2")]


def test_close_does_not_wait_for_a_hanging_broker():
    with hanging_broker() as (background, enqueued):
        background.enqueue(KEYS[1:])
        background.close(0.05)
        assert enqueued == KEYS[:1]


def test_an_outage_of_the_broker_is_logged_once_and_later_wake_ups_are_enqueued():
    enqueued: list[OrderKey] = []
    failures = threading.Semaphore(0)
    is_down = True

    def enqueue(key: OrderKey) -> None:
        if is_down:
            failures.release()
            raise ConnectionError("redis://user:secret@host")
        enqueued.append(key)

    with capture_logs() as logs:
        background = BackgroundSender(enqueue, refuse_counts)
        for key in KEYS[:2]:
            background.enqueue([key])
            assert failures.acquire(timeout=60)
        is_down = False
        background.enqueue(KEYS[3:])
        background.close(5)
    assert enqueued == KEYS[3:]
    assert [line["event"] for line in logs] == ["background_task_failed"]
    assert "secret" not in str(logs)


def test_counts_are_added_up_and_flushed_at_close():
    flushes: list[Counter[tuple[str, str]]] = []
    background = BackgroundSender(print, lambda counts: flushes.append(Counter(counts)))
    for _ in range(500):
        background.count("courier", "refused")
    background.count("", "unknown_source")
    background.close(5)
    assert len(flushes) < 10, "a few on a busy machine"
    assert sum(flushes, Counter()) == {("courier", "refused"): 500, ("", "unknown_source"): 1}


def test_counts_that_the_database_cannot_take_are_kept():
    written: Counter[tuple[str, str]] = Counter()
    failure = threading.Event()

    def add_counts(counts: Mapping[tuple[str, str], int]) -> None:
        if not failure.is_set():
            failure.set()
            raise StoreUnavailable
        written.update(counts)

    background = BackgroundSender(print, add_counts)
    background.count("courier", "refused")
    assert failure.wait(60)
    background.count("courier", "refused")
    background.close(5)
    assert written == {("courier", "refused"): 2}


def test_what_was_not_accepted_has_a_line_for_each_sender_with_the_reasons():
    forger, courier = Sender("courier", "refused", "203.0.113.5"), Sender("courier", "quarantined", "198.51.100.9")
    with capture_logs() as logs:
        background = BackgroundSender(print, refuse_counts)
        for _ in range(1000):
            background.note(forger)
        background.note(courier, "no_order")
        background.note(courier, "no_key")
        background.close(5)
    assert {line["event"] for line in logs} == {"deliveries_not_accepted"}
    assert {line["log_level"] for line in logs} == {"warning"}
    assert len(logs) < 10, "one at once, one at the end, and a few more on a busy machine"
    counts: Counter[object] = Counter()
    for line in logs:
        counts[line["source"], line["outcome"], line["peer"]] += line["count"]
    assert counts == {forger: 1000, courier: 2}
    reasons = [line.get("reasons") for line in logs if line["outcome"] == "quarantined"]
    assert sum(map(Counter, reasons), Counter()) == {"no_order": 1, "no_key": 1}
    assert not any("reasons" in line for line in logs if line["outcome"] == "refused")


def test_a_sender_has_its_first_line_at_once_and_its_last_one_at_the_end():
    with capture_logs() as logs:
        background = BackgroundSender(print, refuse_counts)
        background.note(Sender("", "unknown_source", "203.0.113.5"))
        until(lambda: bool(logs))
        background.note(Sender("", "unknown_source", "203.0.113.5"))
        background.close(5)
    assert [(line["peer"], line["count"]) for line in logs] == [("203.0.113.5", 1)] * 2


WORK: dict[str, Callable[[BackgroundSender], None]] = {
    "wake-up": lambda background: background.enqueue(KEYS),
    "count": lambda background: background.count("courier", "refused"),
    "note": lambda background: background.note(Sender("courier", "refused", "")),
    "delivery": lambda background: background.note_delivery(Receipt(DeliveryOutcome.DUPLICATE, 1), "courier"),
    "failure": lambda background: background.note_delivery(StoreUnavailable(), "courier"),
    "eviction": lambda background: background.note_evicted({KeptKey("courier", "stale"): 1}),
}


@pytest.mark.parametrize("work", WORK)
def test_no_thread_starts_after_close(work: str):
    background = BackgroundSender(print, lambda _counts: None)
    background.close(1)
    before = {*threading.enumerate()}
    WORK[work](background)
    assert {*threading.enumerate()} <= before


@pytest.mark.parametrize("work", ["note", "delivery", "failure", "eviction"])
def test_no_line_is_written_by_the_thread_that_answers_because_the_log_may_take_no_more(work: str):
    writers = list[str]()

    def note_writer(_logger: object, _method: str, _event: EventDict) -> EventDict:
        writers.append(threading.current_thread().name)
        raise structlog.DropEvent

    processors = structlog.get_config()["processors"]
    former = [*processors]
    processors[:] = [note_writer]
    try:
        background = BackgroundSender(print, lambda _counts: None)
        WORK[work](background)
        background.close(60)
    finally:
        processors[:] = former
    assert writers == ["background-sender"]


def test_a_delivery_that_was_not_written_gets_a_warning():
    with capture_logs() as logs:
        background = BackgroundSender(print, refuse_counts)
        background.note_delivery(StoreUnavailable(), "courier")
        background.close(60)
    (line,) = logs
    assert (line["event"], line["log_level"]) == ("delivery_not_written", "warning")
    assert (line["source"], line["reason"]) == ("courier", "database_unavailable")


def test_each_delivery_gets_a_line_with_the_time_at_which_it_came():
    with capture_logs() as logs:
        background = BackgroundSender(print, refuse_counts)
        background.note_delivery(Receipt(DeliveryOutcome.DUPLICATE, 1), "courier")
        background.note_delivery(Receipt(DeliveryOutcome.DUPLICATE, 2), "courier")
        noted_at = datetime.now(UTC)
        background.close(60)
    assert [(line["event"], line["log_level"], line["delivery"]) for line in logs] == [
        ("delivery_received", "info", 1),
        ("delivery_received", "info", 2),
    ]
    assert all(datetime.fromisoformat(line["timestamp"]) <= noted_at for line in logs)


def test_lines_that_nobody_writes_are_bounded_and_the_rest_is_counted():
    lines = DeliveryLines()
    for number in range(MAX_LINES + 3):
        lines.add({"delivery": number})
    kept, left_out = lines.take()
    assert (len(kept), kept[-1].values["delivery"], left_out) == (MAX_LINES, MAX_LINES - 1, 3)
    assert lines.take() == ([], 0)


def test_lines_that_were_left_out_are_a_warning_with_their_number():
    with capture_logs() as logs:
        write([], 3)
    assert logs == [{"event": "deliveries_not_logged", "log_level": "warning", "count": 3}]
