"""Orders that the platform has never shown: few tries, and a lane behind the others."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import START
from tests.support.events import KEY
from worker.domain.errors import (
    Conflict,
    Defect,
    OrderAmbiguous,
    OrderGone,
    OrderMissing,
    ReadRefused,
    Transient,
    Unauthorized,
)
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.lanes import Lane, lane_of
from worker.domain.lifecycle.retries import on_failure
from worker.domain.orders import Order, OrderKey
from worker.domain.policy import Policy
from worker.domain.reasons import StopReason
from worker.domain.results import Later, Stopped

NEW = Order(KEY, revision=1)
KNOWN = replace(NEW, read_at=START)
REFERENCE = Order(OrderKey("main", "number:ORD-1"), revision=1)
MISSING = OrderMissing("no such order", 404)
REFUSED = ReadRefused("not yours", 403)
CHANCES = st.floats(0, 1, exclude_max=True)


def tries(order, error, chance=0.0, policy=Policy()):  # noqa: B008 - it is frozen
    """Return when the order is tried, with the same answer each time, and the result at the end."""
    now, instants = START, [START]
    while True:
        order, result = on_failure(error, order, policy, now, chance)
        if not isinstance(result, Later):
            return [instant - START for instant in instants], result
        assert result.firm
        now = result.due
        instants.append(now)


@pytest.mark.parametrize("order", [NEW, REFERENCE, replace(REFERENCE, read_at=START)])
def test_an_order_that_the_platform_does_not_have_is_asked_for_seven_times_in_an_hour(order):
    instants, result = tries(order, MISSING)
    assert [at / MINUTE for at in instants] == pytest.approx(
        [0, 1 / 30, 17 / 60, 2 + 17 / 60, 12 + 17 / 60, 32.28, 60], 1e-3
    )
    assert result == Stopped(StopReason.UNKNOWN_ORDER, "HTTP 404, no such order")


@pytest.mark.parametrize("order", [NEW, KNOWN, REFERENCE])
def test_an_order_that_the_platform_refuses_to_show_is_asked_for_four_times_in_an_hour(order):
    instants, result = tries(order, REFUSED)
    assert instants == [0, MINUTE, 11 * MINUTE, HOUR]
    assert result == Stopped(StopReason.UNKNOWN_ORDER, "HTTP 403, not yours")


def test_a_401_about_one_unknown_order_is_a_refusal_and_about_a_known_one_is_tried_for_retry_for():
    denied = Unauthorized("no", 401)
    assert len(tries(NEW, denied)[0]) == 4
    assert tries(KNOWN, denied, 0.5)[0][-1] >= Policy().retry_for


@pytest.mark.parametrize("error", [Transient("HTTP 500", 500), Defect("KeyError"), Transient("no answer")])
def test_calls_without_an_answer_are_tried_for_retry_for_and_few_times(error):
    instants, result = tries(NEW, error)
    assert len(instants) < 25
    assert instants[-1] == Policy().retry_for
    assert instants[:6] == [0, 2 * SECOND, 17 * SECOND, *(17 * SECOND + n * MINUTE for n in (2, 12, 32))]
    assert isinstance(result, Stopped)
    assert result.reason is StopReason.GAVE_UP


def test_an_order_that_the_platform_calls_deleted_is_asked_for_twice():
    assert tries(NEW, OrderGone("gone", 410))[0] == [0, MINUTE]


def test_several_orders_with_one_reference_are_looked_up_as_seldom():
    instants, result = tries(REFERENCE, OrderAmbiguous("two"))
    assert len(instants) == 7
    assert result == Stopped(StopReason.AMBIGUOUS_ORDER, "two")


@given(CHANCES, st.sampled_from([MISSING, REFUSED, Transient("503", 503)]))
def test_chance_shortens_waits_by_a_quarter_at_most_and_never_the_hour(chance, error):
    instants, _ = tries(NEW, error, chance)
    regular, _ = tries(NEW, error)
    assert instants == sorted(instants)
    assert instants[-1] == regular[-1]
    assert all(at >= 0.75 * planned for at, planned in zip(instants, regular, strict=False))
    assert len(instants) <= len(regular) + 5


@given(st.lists(st.sampled_from([MISSING, REFUSED, Transient("503"), Conflict("409"), OrderGone("410")]), max_size=40))
def test_no_mixture_of_answers_buys_more_than_sixteen_tries_in_the_first_hour(errors):
    order, now, instants = NEW, START, [START]
    for error in errors:
        order, result = on_failure(error, order, Policy(), now, 0.999)
        if isinstance(result, Stopped):
            break
        now = result.due
        instants.append(now)
    assert sum(instant - START < HOUR for instant in instants) <= 16


def test_a_reference_gets_one_more_try_an_hour_for_each_new_event():
    order = replace(REFERENCE, failures=7, failing_since=START - HOUR, missing_since=None)
    after, result = on_failure(MISSING, order, Policy(), START, 0.5)
    assert after.missing_since == START
    assert isinstance(result, Later)
    assert result.due == START + HOUR


@pytest.mark.parametrize(
    ("order", "lane"),
    [
        (KNOWN, Lane.KNOWN),
        (replace(KNOWN, missing_since=START), Lane.KNOWN),
        (NEW, Lane.NEW),
        (replace(NEW, missing_since=START), Lane.MISSING),
        (REFERENCE, Lane.NEW),
        (replace(REFERENCE, read_at=START), Lane.NEW),
        (replace(REFERENCE, read_at=START, missing_since=START), Lane.MISSING),
    ],
)
def test_the_lane_says_what_the_platform_has_shown(order, lane):
    assert lane_of(order) is lane


def test_a_refused_read_of_an_unknown_order_puts_it_into_the_lane_of_those_that_are_not_there():
    assert lane_of(on_failure(REFUSED, NEW, Policy(), START, 0.5)[0]) is Lane.MISSING
    assert lane_of(on_failure(Transient("503"), NEW, Policy(), START, 0.5)[0]) is Lane.NEW
