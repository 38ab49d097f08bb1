"""Call limit (GCRA, the generic cell rate algorithm of ATM networks): a burst of one tenth at once, the rest evenly
spaced; no window of 60 s holds more than `per_minute` calls.

The whole state is one instant, `refilled_at`: then the full burst is available again.
"""  # noqa: D205 - one sentence

from worker.domain.instants import MINUTE, SECOND, Duration, Instant

MIN_BURST = 5
"""A read and the four steps of an order. Calls that can never be had at once would be waited for without end."""
MAX_CALL_DELAY = 5 * SECOND
"""A call begins at most this long after it was allowed, and the platform's minute may begin then."""


def burst(per_minute: int) -> int:
    """Return how many calls are allowed at once. *per_minute* is at least twice `MIN_BURST`."""
    return max(MIN_BURST, per_minute // 10)


def acquire(refilled_at: Instant, now: Instant, calls: int, per_minute: int) -> tuple[Instant, Duration]:
    """Take *calls*, at most the burst, out of a limit of *per_minute*: all of them or none.

    Returns the new *refilled_at*, and how long to wait: 0 when they were taken, else until the full burst is back. One
    call would be back sooner, but orders that come back for one call each get little done.
    """
    latest = now + burst(per_minute) * _interval(per_minute)
    # Later than that, the clock was set back or the limit was raised.
    known = min(refilled_at, latest)
    after = max(known, now) + calls * _interval(per_minute)
    return (after, 0) if after <= latest else (known, known - now)


def refund(calls: int, age: Duration, per_minute: int) -> Duration:
    """Return by how much `refilled_at` falls when *calls* that were taken *age* ago are not made.

    Calls that have come back by the passing of time since then are not given back a second time.
    """
    return max(0, calls * _interval(per_minute) - age)


def _interval(per_minute: int) -> Duration:
    """Return how long it takes until one more call is allowed."""
    return -(-(MINUTE + MAX_CALL_DELAY) // (per_minute - burst(per_minute)))
