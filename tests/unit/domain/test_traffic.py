"""Traffic, states and times of confirmation are summed up without losing or doubling anything."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from worker.domain.accounts.call_budget import acquire
from worker.domain.accounts.call_requests import Request, Seen
from worker.domain.accounts.call_state import BudgetState
from worker.domain.accounts.call_usage import usage_of
from worker.domain.accounts.observations import Observation
from worker.domain.instants import DAY, HOUR, MINUTE, SECOND
from worker.domain.overview.accounts import AccountOrders
from worker.domain.overview.confirmations import Confirmations, summarized
from worker.domain.overview.order_states import OrderStates
from worker.domain.overview.silence import BURST, Burst
from worker.domain.overview.snapshot import State
from worker.domain.overview.traffic import Traffic

NOW = 20_000 * DAY + 12 * HOUR + 20 * MINUTE


def burst(at: int, number: int = 1) -> dict[int, Burst]:
    return {at // BURST: Burst(at, at, number)}


def test_the_last_hours_end_with_the_current_one():
    bursts = {
        ("fastbox", "accepted"): burst(NOW, 2) | burst(NOW - HOUR, 3),
        ("slowbox", "stale"): burst(NOW),
        ("slowbox", "accepted"): burst(NOW - 3 * HOUR),
    }
    hours = Traffic(NOW, bursts).hours(hours=3)
    assert [hour.start for hour in hours] == [NOW // HOUR * HOUR + n * HOUR for n in (-2, -1, 0)]
    assert [dict(hour.outcomes) for hour in hours] == [{}, {"accepted": 3}, {"accepted": 2, "stale": 1}]
    assert [dict(hour.outcomes) for hour in Traffic(NOW, bursts).hours("slowbox", 2)] == [{}, {"stale": 1}]


def test_each_source_has_its_sums_since_an_instant():
    traffic = Traffic(NOW, {("a", "accepted"): burst(NOW, 2) | burst(NOW - DAY, 5), ("b", "stale"): burst(NOW - DAY)})
    assert traffic.sums(NOW - HOUR) == {"a": {"accepted": 2}}
    assert traffic.sums(0) == {"a": {"accepted": 7}, "b": {"stale": 1}}


def test_the_activity_of_a_source_has_all_its_outcomes_in_one_sequence():
    traffic = Traffic(
        NOW,
        {
            ("a", "accepted"): {5: Burst(5 * BURST, 5 * BURST + 9, 2), 3: Burst(3 * BURST, 3 * BURST, 1)},
            ("a", "stale"): {5: Burst(5 * BURST + 4, 5 * BURST + 11, 1)},
        },
    )
    (activity,) = traffic.activities(["a", "never heard of"], {"a": NOW})
    assert activity.bursts == (Burst(3 * BURST, 3 * BURST, 1), Burst(5 * BURST, 5 * BURST + 11, 3))
    assert (activity.source, activity.last_at) == ("a", NOW)


def test_orders_are_summed_up_by_stage_by_state_and_by_account():
    counts = {
        ("main", "shipped", State.WAITING): 2,
        ("main", "shipped", State.DUE): 1,
        ("main", "", State.STOPPED): 4,
        ("other", "shipped", State.WAITING): 8,
    }
    states = OrderStates(NOW, counts, {"main": (1, NOW - HOUR)})
    assert states.total == 15
    assert states.by_stage() == {
        ("shipped", State.WAITING): 10,
        ("shipped", State.DUE): 1,
        ("", State.STOPPED): 4,
    }
    assert states.by_state("main") == {State.STOPPED: 4, State.DUE: 1, State.WAITING: 2}
    assert states.of_accounts() == {
        "main": AccountOrders(total=7, waiting=3, ready=1, ready_since=NOW - HOUR),
        "other": AccountOrders(total=8, waiting=8, ready=0),
    }


@given(st.lists(st.integers(-5, 1000), min_size=1))
def test_half_of_the_confirmations_come_within_p50_and_nearly_all_within_p95(durations: list[int]):
    result = summarized(durations)
    assert result is not None
    within = Counter(duration <= result.p95 for duration in durations)
    assert result.count == len(durations)
    assert 0 <= result.p50 <= result.p95
    assert 100 * within[True] >= 95 * len(durations)
    assert 2 * sum(duration <= result.p50 for duration in durations) >= len(durations)
    assert max(result.p95, result.p50) <= max(0, *durations, 0)


def test_without_confirmations_nothing_is_said_of_them():
    assert summarized([]) is None
    assert summarized(range(1, 101)) == Confirmations(100, 50, 95)


def test_the_calls_of_the_last_minute_are_used():
    state = BudgetState()
    for _ in range(3):
        state, _ = acquire(state, NOW, Request(2, continues=True), 60)
    usage = usage_of(state, NOW, 60)
    assert (usage.used, usage.limit, usage.percent, usage.left, usage.closed_for) == (6, 60, 10, None, 0)
    assert usage_of(state, NOW + 2 * MINUTE, 60).used == 0


def test_without_a_limit_calls_are_counted_and_no_part_is_named():
    state, _ = acquire(BudgetState(), NOW, Request(), None)
    usage = usage_of(state, NOW, None)
    assert (usage.used, usage.limit, usage.percent) == (1, None, None)


def test_what_the_platform_says_of_a_longer_window_and_of_a_pause_is_shown():
    state, _ = acquire(BudgetState(), NOW, Request(), None, Seen(Observation(remaining=5, resets_in=HOUR), 0))
    assert usage_of(state, NOW, None).left == 4
    assert usage_of(state, NOW + 2 * HOUR, None).left is None
    paused, _ = acquire(BudgetState(), NOW, Request(), None, Seen(Observation(pause=30 * SECOND), 0))
    assert usage_of(paused, NOW, None).closed_for == 30 * SECOND
