"""Call limit (GCRA, the generic cell rate algorithm of ATM networks): a burst of one tenth at once, the rest evenly
spaced; no window of 60 s holds more than `per_minute` calls.

The whole state is one instant, `refilled_at`, at which the full burst is available again.
"""  # noqa: D205 - one sentence

from worker.domain.instants import MINUTE, SECOND, Duration, Instant

MIN_BURST = 5
"""An order may need a read and four steps together. With a smaller burst, it would wait for them without end."""
MAX_CALL_DELAY = 5 * SECOND
"""A call begins at most this long after it was acquired, so the calls of 65 s may fall into one minute."""


def burst(per_minute: int) -> int:
    """Return how many calls are allowed at once. *per_minute* is at least twice `MIN_BURST`."""
    return max(MIN_BURST, per_minute // 10)


def acquire(refilled_at: Instant, now: Instant, calls: int, per_minute: int) -> tuple[Instant, Duration]:
    """Take *calls*, at most the burst, out of a limit of *per_minute*: all of them or none.

    Returns the new *refilled_at*, and how long to wait: 0 when they were taken, else until the full burst is available.
    One call would be available sooner, but orders that resume for one call each make little progress.
    """
    latest = now + burst(per_minute) * _interval(per_minute)
    # It is later only when the clock was set back, or the limit was raised.
    before = min(refilled_at, latest)
    after = max(before, now) + calls * _interval(per_minute)
    return (after, 0) if after <= latest else (before, before - now)


def refund(calls: int, age: Duration, per_minute: int) -> Duration:
    """Return how much earlier `refilled_at` becomes when *calls* that were taken *age* ago are not made.

    Calls that have become available again since then are not given back a second time.
    """
    return max(0, calls * _interval(per_minute) - age)


def _interval(per_minute: int) -> Duration:
    """Return how long it takes until one more call is available."""
    return -(-(MINUTE + MAX_CALL_DELAY) // (per_minute - burst(per_minute)))
