"""An explanation names one time for which the order waits, and no time that has passed."""

import re
from typing import Any

import pytest
from hypothesis import given

from tests.support.clock import START
from tests.support.events import an_event
from tests.support.generated_snapshots import policies, snapshots
from tests.support.snapshots import explained, snapshot, text
from worker.domain.instants import DAY, HOUR, MINUTE, SECOND
from worker.domain.overview.snapshot import Hold, State
from worker.domain.policy import Policy
from worker.domain.reasons import WaitReason
from worker.domain.stages import Stage
from worker.operations.explain.explanation import explain
from worker.operations.instants import moment

FAILED_TWICE = {"failures": 2, "failing_since": START - MINUTE}
DELIVERED = {"stage": Stage.DELIVERED, "status": "delivered", "delivered_at": START - HOUR}
COMPLETE_AFTER_A_DAY = Policy(complete_after=DAY)


def waiting_times(sentences: str) -> set[str]:
    """Return the instants until which the order waits."""
    return set(re.findall(r"(?:until|is completed on) (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC)", sentences))


def test_a_waiting_order_in_dry_run_has_one_waiting_time():
    waits: dict[str, Any] = {
        "due": START + MINUTE,
        "waiting": "dry_run",
        "waiting_detail": "the next step would be shipped",
    }
    sentences = explained(snapshot(an_event("order.shipped"), **waits), Policy(dry_run=True))
    assert waiting_times(sentences) == {"2026-01-25 12:01:00 UTC"}
    assert sentences.count("dry_run, the next step would be shipped") == 2


def test_a_delivered_order_whose_call_failed_has_one_waiting_time():
    waits: dict[str, Any] = {"due": START + MINUTE, "not_before": START + MINUTE, "waiting": "api_unavailable"}
    sentences = explained(snapshot(order=DELIVERED | FAILED_TWICE, **waits), COMPLETE_AFTER_A_DAY)
    assert waiting_times(sentences) == {"2026-01-25 12:01:00 UTC"}
    assert "it is completed 1 d after its delivery (complete_after)" in sentences


@pytest.mark.parametrize(
    ("holds", "due", "end"),
    [
        ([Hold("main", "rate_limited", START, START + HOUR)], START, START + HOUR),
        ([Hold("main", "rate_limited", START, START + HOUR)], START + DAY, START + DAY),
        (
            [Hold("main", "budget", START, START + SECOND), Hold("main", "rate_limited", START, START + HOUR)],
            START,
            START + HOUR,
        ),
        ([Hold("main", "budget", START, START + SECOND), Hold("main", "credentials", START)], START, None),
    ],
)
def test_a_held_order_waits_until_nothing_holds_it_and_it_is_due(holds, due, end):
    seen = snapshot(an_event("order.shipped"), due=due, waiting="settle", held=tuple(holds))
    assert seen.state is State.HELD
    sentences = explained(seen, Policy(dry_run=True))
    assert waiting_times(sentences) == ({moment(end)} if end else set())
    assert ("until the hold is lifted" in sentences) is (end is None)


def test_an_order_behind_its_stage_does_not_wait_until_a_time_that_has_passed():
    behind = {"behind_at": START - 12 * MINUTE, "read_at": START - 2 * MINUTE, "status": "pending"}
    sentences = explained(snapshot(order=behind, due=START - MINUTE))
    assert waiting_times(sentences) == set()
    assert "it will be stopped: moved_back, the platform shows pending" in sentences


def test_an_end_of_the_attempts_that_has_passed_is_not_named():
    sentences = explained(snapshot(order={"failures": 9, "failing_since": START - 4 * DAY}, due=START))
    assert "one more failure stops the order as gave_up" in sentences
    assert "2026-01-24" not in sentences


def test_the_end_of_the_attempts_is_the_earlier_of_two():
    order = {"failures": 9, "failing_since": START - 71 * HOUR - 30 * MINUTE, "missing_since": START}
    assert "from 2026-01-25 12:30:00 UTC on, one more failure stops the order as gave_up" in explained(
        snapshot(order=order, due=START)
    )


def test_a_hold_postpones_the_end_of_the_attempts():
    held = (Hold("main", "credentials", START - HOUR),)
    sentences = explained(snapshot(order=FAILED_TWICE, due=START, held=held))
    assert "2 calls in a row have failed" in sentences
    assert "stops the order as" not in sentences


@given(snapshots(), policies())
def test_no_explanation_names_two_waiting_times_or_one_that_has_passed(seen, policy):
    explanation = explain(seen, policy)
    times = waiting_times(text(explanation))
    assert len(times) <= 1
    assert all(time > moment(START) for time in times)
    # An order that waits for a parcel goes on waiting, although a person should look at news that was not taken in.
    needs_person = explanation.needs_person and explanation.reason != WaitReason.PARCELS
    assert not (times and (needs_person or explanation.state in {State.CLOSED, State.SETTLED}))


def test_the_end_of_the_attempts_at_a_deleted_order_is_its_second_look():
    gone = {"failures": 1, "failing_since": START, "missing_since": START}
    sentences = explained(snapshot(order=gone, due=START + MINUTE, waiting="order_gone", not_before=START + MINUTE))
    assert "from 2026-01-25 12:01:00 UTC on, one more failure stops the order as unknown_order" in sentences
    sentences = explained(snapshot(order=gone, due=START + MINUTE, waiting="unknown_order", not_before=START + MINUTE))
    assert "from 2026-01-25 13:00:00 UTC on, one more failure stops the order as unknown_order" in sentences


@pytest.mark.parametrize(("conflicts", "is_last"), [(6, False), (7, True)])
def test_before_the_last_conflict_the_next_one_stops_the_order(conflicts, is_last):
    failing = {"failures": conflicts, "conflicts": conflicts, "failing_since": START}
    sentences = explained(snapshot(order=failing, due=START + MINUTE, waiting="conflict"))
    assert ("one more failure stops the order as conflict" in sentences) is is_last
