"""A clock that was ahead and is put right: nothing waits longer than it was meant to, over both databases."""

from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from sqlalchemy import BigInteger, Connection, select

from tests.support.at_once import at_once
from tests.support.clock import START, Clock
from tests.support.events import KEY
from tests.support.harness import Harness, order_key
from tests.support.integrity import assert_integrity
from worker.domain.instants import DAY, HOUR, MINUTE, SECOND
from worker.domain.orders import OrderKey
from worker.domain.reasons import HoldReason, WaitReason, WriteOutcome
from worker.domain.results import Done, Later, Step
from worker.domain.stages import Stage
from worker.ports import Finished, WriteResult
from worker.store import clock_changes
from worker.store.clock_changes import EVENTS_OF_ORDERS, LONGEST_LEASE, MOST_AHEAD, TOLERANCE, ClockChanges
from worker.store.database.database import Database
from worker.store.tables import budgets, holds, locks, orders, scans, workers

AHEAD = 10 * MINUTE


@pytest.fixture
def harness(database: Database, clock: Clock) -> Harness:
    """A harness whose clock is ahead until `put_right`."""
    clock.now = START + AHEAD
    return Harness(database, clock)


def put_right(harness: Harness, ahead: int = AHEAD, passed: int = SECOND) -> int:
    """Set the clock back, let *passed* go by, and do what maintenance does then."""
    harness.clock.now += passed - ahead
    return ClockChanges(harness.database).put_right()


def later(harness: Harness, wait: int, *, firm: bool = False) -> Later:
    return Later(harness.clock() + wait, WaitReason.API_UNAVAILABLE, firm=firm)


@pytest.mark.parametrize("firm", [True, False])
def test_a_wait_ends_when_it_was_meant_to(harness: Harness, firm: bool):
    harness.accept()
    harness.finish(KEY, later(harness, MINUTE, firm=firm))
    assert put_right(harness) == AHEAD - SECOND
    row = harness.row()
    assert row["due"] == START + MINUTE + SECOND
    assert row["not_before"] == (row["due"] if firm else None)
    assert row["updated_at"] == START + SECOND


def test_an_order_that_was_due_is_enqueued_again_at_once(harness: Harness):
    harness.accept()
    assert harness.due_orders.claim(1, 15 * SECOND) == [KEY]
    put_right(harness)
    harness.clock.now += 15 * SECOND
    assert harness.due_orders.claim(1, 15 * SECOND) == [KEY]


def test_the_facts_of_a_failing_order_move_with_its_waits(harness: Harness):
    harness.accept()
    now = harness.clock()
    harness.finish(KEY, later(harness, MINUTE), failing_since=now, sent_at=now, uncertain_at=now, read_at=now)
    put_right(harness)
    row = harness.row()
    assert {row[name] for name in ("failing_since", "sent_at", "uncertain_at", "read_at")} == {START + SECOND}


def test_every_instant_at_which_something_has_happened_to_an_order_is_known():
    counters = {"id", "body_bytes", "revision", "seen_revision", "closed_revision", "acknowledged"}
    counters |= {"closed_by_operator"}
    planned = {"due", "not_before", "lease_until"}
    numbers = {column.name for column in orders.c if isinstance(column.type, BigInteger)}
    assert {column.name for column in EVENTS_OF_ORDERS} == numbers - counters - planned


def test_a_wait_of_the_right_time_stays_as_it_is(harness: Harness):
    harness.clock.now = START
    harness.accept()
    harness.finish(KEY, later(harness, 2 * HOUR))
    before = harness.row()
    harness.clock.now = START + AHEAD
    harness.accept(order=order_key(7))
    assert put_right(harness) > 0
    assert harness.row() == before


def test_a_lease_of_a_worker_that_died_ends_in_time_and_never_before_it_was_meant_to(harness: Harness):
    harness.accept()
    harness.lease()
    harness.accept(order=order_key(7))
    put_right(harness)
    assert harness.row()["lease_until"] == harness.clock() + LONGEST_LEASE


def test_a_reconciliation_that_runs_while_the_clock_is_put_right_keeps_its_order(harness: Harness):
    harness.accept()
    leased = harness.lease()
    put_right(harness)
    assert harness.order_store.lease(KEY, LONGEST_LEASE) is None
    assert harness.order_store.finish(leased, leased.order, Done(), {}) is Finished.RESTS
    assert harness.row()["lease_until"] is None


def test_holds_locks_ramps_scans_and_heartbeats_end_when_they_were_meant_to(harness: Harness):
    now = harness.clock()
    harness.holds.hold("main", HoldReason.RATE_LIMITED, MINUTE)
    harness.holds.hold("main", HoldReason.CREDENTIALS, None)
    harness.locks.acquire("prune", HOUR)
    with harness.database.write() as connection:
        connection.execute(budgets.insert().values(account="main", refilled_at=now, resumed_at=now))
        values = {"started_at": now, "seen_at": now, "scheduled_at": now}
        connection.execute(workers.insert().values(name="w", host="h", pid=1, version="1", accounts=["main"], **values))
        connection.execute(scans.insert().values(account="main", started_at=now, finished_at=now, found={}))
        connection.execute(holds.update().where(holds.c.reason == "credentials").values(next_probe=now + MINUTE))
    put_right(harness)
    was = START + SECOND  # the second that has passed before the clock was looked at
    with harness.database.read() as connection:
        by_reason = {row.reason: row for row in connection.execute(select(holds))}
        assert (by_reason["rate_limited"].since, by_reason["rate_limited"].until) == (was, was + MINUTE)
        assert by_reason["credentials"].next_probe == harness.clock()
        lock = connection.execute(select(locks).where(locks.c.name == "prune")).one()
        assert (lock.locked_at, lock.locked_until) == (was, was + HOUR)
        assert connection.scalar(select(budgets.c.resumed_at)) == was
        assert connection.execute(select(workers.c.started_at, workers.c.seen_at, workers.c.scheduled_at)).one() == (
            *(was, was, was),
        )
        assert connection.execute(select(scans.c.started_at, scans.c.finished_at)).one() == (was, was)


def test_a_clock_that_is_right_or_nearly_right_changes_nothing(harness: Harness):
    harness.accept()
    harness.finish(KEY, later(harness, MINUTE))
    before = harness.row()
    assert ClockChanges(harness.database).put_right() == 0
    assert put_right(harness, ahead=TOLERANCE, passed=0) == 0
    assert harness.row() == before


FAR = 3 * MOST_AHEAD


def test_waits_that_a_clock_far_ahead_has_left_end_at_once_and_facts_stay(harness: Harness):
    harness.clock.now = START + FAR
    harness.accept()
    harness.accept(order=order_key(2))
    harness.finish(KEY, later(harness, HOUR, firm=True), failing_since=harness.clock(), read_at=harness.clock())
    assert harness.due_orders.claim(1, 15 * SECOND) == [order_key(2)]
    harness.holds.hold("main", HoldReason.RATE_LIMITED, MINUTE)
    harness.locks.acquire("prune", HOUR)
    before = harness.row()
    assert put_right(harness, FAR) == FAR - SECOND
    now = harness.clock()
    row = harness.row()
    assert (row["due"], row["not_before"]) == (now, now)
    assert {name for name in row if row[name] != before[name]} == {"due", "not_before"}
    assert ClockChanges(harness.database).put_right() == 0, "nothing depends on the far instants any more"
    assert not harness.locks.acquire("prune", HOUR)
    assert harness.hold_ends() == {"rate_limited": now + MINUTE}
    harness.clock.now += MINUTE
    harness.holds.expire()
    harness.clock.now += MINUTE
    assert set(harness.due_orders.claim(2, 15 * SECOND)) == {KEY, order_key(2)}


@pytest.mark.parametrize("outcome", [WriteOutcome.UNCERTAIN, None])
def test_a_write_without_an_answer_of_a_time_far_ahead_settles_from_now_on(
    harness: Harness, outcome: WriteOutcome | None
):
    harness.clock.now = START + FAR
    harness.accept()
    leased = harness.lease()
    step = Step(Stage.SHIPPED, START, inferred=False)
    announced = harness.order_store.announce(leased, step, {"status": "shipped"}, LONGEST_LEASE)
    assert announced is not None
    if outcome:
        order = replace(leased.order, sending=Stage.SHIPPED, sent_at=announced.sent_at)
        wait = Later(announced.sent_at + MINUTE, WaitReason.SETTLE)
        harness.order_store.finish(leased, order, wait, {}, WriteResult(announced, order, outcome))
    put_right(harness, FAR)
    now = harness.clock()
    assert harness.row()["sent_at"] == now
    assert harness.row()["due"] <= now
    assert_integrity(harness.database)
    harness.clock.now += LONGEST_LEASE
    assert harness.due_orders.claim(1, 15 * SECOND) == [KEY]


def test_a_clock_that_was_far_ahead_once_does_not_hide_one_that_is_ahead_a_little_later(harness: Harness):
    harness.clock.now = START + FAR
    harness.accept(order=order_key(2))
    put_right(harness, FAR)
    harness.clock.now += AHEAD
    harness.accept()
    harness.finish(KEY, later(harness, MINUTE))
    assert put_right(harness) == AHEAD - SECOND
    assert harness.row()["due"] == harness.clock() + MINUTE


def test_what_is_written_while_batches_run_stays_as_it_is(harness: Harness, monkeypatch: pytest.MonkeyPatch):
    """The clock goes on during a long correction, so what is right by then is not of the time ahead."""
    monkeypatch.setattr(clock_changes, "BATCH", 1)
    for number in (1, 2, 3):
        harness.accept(order=order_key(number))
    harness.clock.now = START
    read, seen = harness.database.read, dict[str, object]()

    def read_after_a_batch() -> AbstractContextManager[Connection]:
        with read() as connection:
            is_half_done = connection.scalar(select(orders.c.updated_at).where(orders.c.order_id == "2")) == START
        if is_half_done and not seen:
            harness.clock.now += 10 * MINUTE
            write_now(harness, "3")
            with read() as connection:
                seen.update(connection.execute(select(orders).where(orders.c.order_id == "3")).mappings().one())
        return read()

    monkeypatch.setattr(harness.database, "read", read_after_a_batch)
    assert ClockChanges(harness.database).put_right() == AHEAD
    assert seen
    assert harness.row(order_key(3)) == seen


def write_now(harness: Harness, order_id: str) -> None:
    """Lease the order and record an uncertain write of it, as another worker does."""
    now = harness.clock()
    row = {"due": now, "enqueued_at": now, "first_seen_at": now, "sent_at": now, "uncertain_at": now, "updated_at": now}
    with harness.database.write() as connection:
        connection.execute(orders.update().where(orders.c.order_id == order_id).values(row))
    harness.lease(OrderKey("main", order_id))


@pytest.mark.parametrize("pause", [6 * SECOND, 10 * MINUTE])
def test_a_worker_that_stands_still_while_it_looks_takes_no_right_clock_for_a_wrong_one(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch, pause: int
):
    harness = Harness(database, clock)
    harness.accept()
    read_clock = database.now

    def pause_after_the_first_reading(connection: Connection) -> int:
        now = read_clock(connection)
        if clock.now == START:
            clock.now += pause
            write_now(harness, "1")
        return now

    monkeypatch.setattr(database, "now", pause_after_the_first_reading)
    assert ClockChanges(database).put_right() == 0
    assert harness.row()["uncertain_at"] == START + pause


@pytest.mark.parametrize("firm", [True, False])
@pytest.mark.parametrize("is_put_right_before", [True, False])
def test_a_reconciliation_during_which_the_clock_is_put_right_waits_as_long_as_it_was_meant_to(
    harness: Harness, *, firm: bool, is_put_right_before: bool
):
    harness.clock.now = START + 20 * HOUR
    harness.accept()
    leased, now = harness.lease(), harness.clock() + 2 * SECOND
    harness.clock.now = START + 2 * SECOND
    if is_put_right_before:
        ClockChanges(harness.database).put_right()
    order = replace(leased.order, failing_since=now - SECOND, read_at=now, staged_at=now, missing_since=START - 1)
    result = Later(now + MINUTE, WaitReason.API_UNAVAILABLE, firm=firm)
    assert harness.order_store.finish(leased, order, result, {}) is Finished.RESTS
    ClockChanges(harness.database).put_right()
    row = harness.row()
    assert row["due"] - harness.clock() in range(MINUTE, MINUTE + 3 * SECOND)
    assert row["not_before"] == (row["due"] if firm else None)
    assert {row["failing_since"], row["read_at"], row["staged_at"]} <= set(range(START, START + 3 * SECOND, SECOND))
    assert row["missing_since"] == START - 1


@pytest.mark.parametrize("is_put_right_before", [True, False])
@pytest.mark.parametrize("is_recorded_alone", [True, False])
def test_a_write_without_an_answer_and_its_order_keep_one_instant(
    harness: Harness, *, is_put_right_before: bool, is_recorded_alone: bool
):
    harness.accept()
    leased = harness.lease()
    step = Step(Stage.SHIPPED, START, inferred=False)
    announced = harness.order_store.announce(leased, step, {"status": "shipped"}, LONGEST_LEASE)
    assert announced is not None
    harness.clock.now -= AHEAD - SECOND
    if is_put_right_before:
        ClockChanges(harness.database).put_right()
        assert_integrity(harness.database)
    order = replace(leased.order, sending=Stage.SHIPPED, sent_at=announced.sent_at, uncertain_at=announced.sent_at)
    write = WriteResult(announced, order, WriteOutcome.UNCERTAIN)
    if is_recorded_alone:
        assert harness.order_store.record_answer(leased, write)
    else:
        wait = Later(announced.sent_at + MINUTE, WaitReason.SETTLE)
        harness.order_store.finish(leased, order, wait, {}, write)
    ClockChanges(harness.database).put_right()
    assert harness.row()["sent_at"] <= harness.clock()
    assert_integrity(harness.database)


def test_many_orders_are_put_right_in_batches_once_also_when_workers_do_it_together(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(clock_changes, "BATCH", 3)
    for number in range(1, 21):
        harness.accept(order=order_key(number))
        harness.finish(order_key(number), later(harness, MINUTE))
    harness.clock.now -= AHEAD
    at_once(lambda _worker: ClockChanges(harness.database).put_right(), range(3))
    with harness.database.read() as connection:
        assert set(connection.execute(select(orders.c.due)).scalars()) == {START + MINUTE}
    assert ClockChanges(harness.database).put_right() == 0


def test_a_clock_that_jumps_forward_ends_waits_early_and_no_order_is_reconciled_twice(harness: Harness):
    harness.clock.now = START
    harness.accept()
    leased = harness.lease()
    harness.clock.now += DAY
    successor = harness.lease()
    assert harness.order_store.finish(successor, successor.order, Done(), {}) is Finished.RESTS
    assert harness.order_store.finish(leased, leased.order, Done(), {}) is Finished.LEASE_LOST
