"""The three limiters of the sandbox: each allows exactly what its description says, in its own way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.sandbox.limiters import LIMITERS, FixedWindow, SlidingWindow, TokenBucket
from deploy.sandbox.rate_limit import Limit

START = 1_800_000_000.0


def allowed(limiter, *instants):
    return [limiter.take(START + instant).is_allowed for instant in instants]


def test_a_fixed_window_opens_with_its_first_call_and_forgets_all_at_its_end():
    assert allowed(FixedWindow(2, 60), 0, 59, 59, 60, 60, 60) == [True, True, False, True, True, False]


def test_a_sliding_window_frees_each_call_after_its_own_minute():
    assert allowed(SlidingWindow(2, 60), 0, 50, 59, 60, 60, 110) == [True, True, False, True, False, True]


def test_a_token_bucket_allows_a_tenth_at_once_and_then_one_at_a_time():
    assert allowed(TokenBucket(60, 60), *[0] * 7, 1, 1, 2) == [True] * 6 + [False, True, False, True]


def test_each_says_when_a_refused_call_would_be_allowed():
    fixed, sliding, bucket = FixedWindow(1, 60), SlidingWindow(1, 60), TokenBucket(10, 60)
    for limiter, wait in ((fixed, 60), (sliding, 60), (bucket, 6)):
        assert limiter.take(START).is_allowed
        assert limiter.take(START).next_at == START + wait
        assert limiter.take(START + wait).is_allowed


@given(
    st.sampled_from(["fixed_window", "sliding_window"]),
    st.integers(0, 5),
    st.lists(st.floats(0, 30), max_size=60).map(sorted),
)
def test_no_window_allows_more_than_its_limit(kind, calls, instants):
    limiter = LIMITERS[kind](calls, 10.0)
    made = [at for at in instants if limiter.take(START + at).is_allowed]
    span = {"fixed_window": 2, "sliding_window": 1}[kind]  # two fixed windows may meet in one window of the same length
    assert all(sum(at <= other < at + 10.0 for other in made) <= span * calls for at in made)


@pytest.mark.parametrize("kind", LIMITERS)
def test_a_limit_of_zero_refuses_every_call(kind):
    limiter = LIMITERS[kind](0, 60.0)
    assert [limiter.take(START + at).is_allowed for at in (0, 60, 3600)] == [False] * 3


def test_the_control_api_chooses_the_limiter_and_counts_what_each_allows(build_api):
    api = build_api(Limit(1, 60))
    api.get(1)
    api.get(1)
    assert api.control("PUT", "/limit", {"limit": 10, "kind": "token_bucket"}).status == 204
    api.get(1)
    api.get(1)
    assert api.totals()["limits"] == {
        "fixed_window": {"allowed": 1, "refused": 1},
        "token_bucket": {"allowed": 1, "refused": 1},
    }
    assert api.control("PUT", "/limit", {"limit": 10, "kind": "leaky"}).status == 400


def test_the_headers_follow_the_limiter(build_api, clock):
    api = build_api(Limit(10, 60, "token_bucket"))
    response = api.get(1)
    names = ("Limit", "Remaining", "Reset")
    assert [int(response.headers[f"X-RateLimit-{name}"]) for name in names] == [10, 0, int(clock.now_s) + 6]
    assert api.get(1).headers["Retry-After"] == "6"
