"""After a failed call, an order is retried later. After too many failures, it stops."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import START
from tests.support.events import KEY
from worker.domain.errors import (
    ApiError,
    Conflict,
    OrderAmbiguous,
    OrderGone,
    OrderMissing,
    Rejected,
    Transient,
    Unauthorized,
)
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.lifecycle.retries import backoff, on_failure
from worker.domain.orders import Order
from worker.domain.policy import Policy
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Later, Stopped

ORDER = Order(KEY, revision=1, read_at=START)
"""An order that the platform has shown; `test_unknown` has those that it has not."""
POLICY = Policy()
CHANCES = st.floats(0, 1, exclude_max=True)


def fail(order, error, now=START, chance=0.5):
    return on_failure(error, order, POLICY, now, chance)


@given(st.integers(1, 10_000), CHANCES)
def test_a_wait_is_never_negative_and_never_longer_than_ten_minutes(failures, chance):
    assert 0 <= backoff(failures, chance) <= 10 * MINUTE


@given(st.integers(1, 40))
def test_waits_grow_with_every_failure_and_spread_over_their_whole_range(failures):
    assert backoff(failures + 1, 0.99) >= backoff(failures, 0.99)
    assert backoff(failures, 0) == 0
    assert backoff(failures, 0.5) == min(10 * MINUTE, SECOND * 2**failures) // 2


@pytest.mark.parametrize("error", [Transient("503"), Unauthorized("401"), OrderMissing("404")])
def test_after_a_first_failure_the_wait_is_firm(error):
    order, result = fail(ORDER, error)
    assert result == Later(START + SECOND, error.reason, str(error), firm=True)
    assert (order.failures, order.failing_since) == (1, START)


@pytest.mark.parametrize("error", [Transient("503"), Unauthorized("403"), Conflict("409")])
def test_an_order_stops_once_its_step_has_failed_for_retry_for(error):
    failing = replace(ORDER, failing_since=START, failures=40)
    assert isinstance(fail(failing, error, START + POLICY.retry_for - 1)[1], Later)
    assert fail(failing, error, START + POLICY.retry_for) == (
        failing,
        Stopped(StopReason.GAVE_UP, f"the last answer was: {error}"),
    )


def test_an_order_that_the_platform_does_not_know_gets_an_hour():
    missing, _ = fail(ORDER, OrderMissing("404"))
    again, result = fail(missing, OrderMissing("404"), START + HOUR - 1)
    assert isinstance(result, Later)
    assert again.missing_since == START
    assert fail(again, OrderMissing("404"), START + HOUR)[1] == Stopped(StopReason.UNKNOWN_ORDER, "404")
    assert fail(again, OrderAmbiguous("two"), START + HOUR)[1] == Stopped(StopReason.AMBIGUOUS_ORDER, "two")


@pytest.mark.parametrize(("retry_for", "limit"), [(0, HOUR), (2 * HOUR, 2 * HOUR)])
def test_an_order_stops_when_reads_succeed_and_every_write_is_a_404(retry_for, limit):
    policy, failing = Policy(retry_for=retry_for), replace(ORDER, failing_since=START, missing_since=None)
    missing = OrderMissing("404")
    assert isinstance(on_failure(missing, failing, policy, START + limit - 1, 0.5)[1], Later)
    assert on_failure(missing, failing, policy, START + limit, 0.5)[1] == Stopped(
        StopReason.GAVE_UP, "the last answer was: 404"
    )


def test_a_short_retry_for_does_not_shorten_the_hour_of_an_unknown_order():
    missing, _ = fail(ORDER, OrderMissing("404"))
    short = Policy(retry_for=MINUTE)
    assert isinstance(on_failure(OrderMissing("404"), missing, short, START + HOUR - 1, 0.5)[1], Later)


@pytest.mark.parametrize(("chance", "minutes"), [(0, 22.5), (0.999999, 45)])
def test_an_order_that_somebody_has_open_is_tried_again_for_many_minutes(chance, minutes):
    order, now, waits = ORDER, START, []
    while isinstance((failed := fail(order, Conflict("locked", 423), now, chance))[1], Later):
        order, wait = failed
        assert (wait.reason, wait.firm) == ("conflict", True)
        waits.append(wait.due - now)
        now = wait.due
    assert failed[1] == Stopped(StopReason.CONFLICT, "HTTP 423, locked")
    assert len(waits) == 7
    assert (now - START) / MINUTE == pytest.approx(minutes, abs=0.01)
    assert min(waits) >= MINUTE // 2
    assert max(waits) <= 10 * MINUTE
    assert waits == sorted(waits)


def test_a_deleted_order_stops_at_the_second_look():
    gone, first = fail(ORDER, OrderGone("gone", 410))
    assert first == Later(START + MINUTE, WaitReason.ORDER_GONE, "HTTP 410, gone", firm=True)
    assert isinstance(fail(gone, OrderGone("gone", 410), START + MINUTE - 1)[1], Later)
    assert fail(gone, OrderGone("gone", 410), START + MINUTE)[1] == Stopped(StopReason.UNKNOWN_ORDER, "HTTP 410, gone")


def test_a_write_that_calls_an_order_deleted_stops_nothing_while_reads_show_it():
    failing = replace(ORDER, failing_since=START, missing_since=None)
    assert isinstance(fail(failing, OrderGone("gone", 410), START + 2 * HOUR)[1], Later)


def test_only_conflicts_count_as_conflicts():
    order = ORDER
    for error in (Conflict("409"), Transient("503"), Conflict("409"), Transient("503")):
        order, result = fail(order, error)
        assert isinstance(result, Later)
    assert (order.conflicts, order.failures) == (2, 4)


def test_a_refusal_stops_the_order_at_once_with_the_platforms_own_words():
    refusal = Rejected("bad status", 422, "validation_failed", "req_1")
    assert fail(ORDER, refusal) == (ORDER, Stopped(StopReason.REFUSED, str(refusal)))
    assert "bad status" in str(refusal)
    assert "req_1" in str(refusal)


@given(st.lists(st.sampled_from([Transient, Conflict, OrderMissing, Unauthorized]), max_size=12), CHANCES)
def test_a_failing_order_waits_or_stops_and_retry_for_counts_from_the_first_failure(
    failures: list[type[ApiError]], chance
):
    order, now = ORDER, START
    for failure in failures:
        order, result = fail(order, failure("no"), now, chance)
        if isinstance(result, Stopped):
            break
        assert now <= result.due <= now + 10 * MINUTE
        assert order.failing_since == START
        now = result.due + SECOND


def test_only_an_answer_that_the_order_is_unknown_starts_its_hour():
    assert fail(ORDER, Transient("503"))[0].missing_since is None
    assert fail(ORDER, OrderMissing("404"))[0].missing_since == START


def test_a_retry_for_of_less_than_an_hour_applies_to_an_outage():
    failing, short = replace(ORDER, failing_since=START), Policy(retry_for=MINUTE)
    result = on_failure(Transient("503"), failing, short, START + MINUTE, 0.5)[1]
    assert isinstance(result, Stopped)
    assert result.reason == "gave_up"
