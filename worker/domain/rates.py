"""Rates: how many calls an account may make, so that its platform never sees more than so many in any minute.

A burst is allowed at once, and the rest evenly, so that the two together are what the account may. One instant says
it all: `spent_until`, at which the whole burst will be back (GCRA, the algorithm by which ATM networks admit cells).
Instants and durations are microseconds.
"""

from worker.domain.instants import MINUTE, SECOND

BUDGET = "budget"
"""Why an account is held whose calls are used up. Turns that have calls left go on."""
LEAST_BURST = 5
"""A read, and the four steps of the road: what can never be had at once would be waited for without end."""
AHEAD = 5 * SECOND
"""A call is made no later than this after it was allowed, and the minute that its platform counts may begin then."""


def burst(per_minute: int) -> int:
    """Return how many calls are allowed at once; *per_minute* is at least twice `LEAST_BURST`."""
    return max(LEAST_BURST, per_minute // 10)


def spend(spent_until: int, now: int, calls: int, per_minute: int) -> tuple[int, int]:
    """Take *calls*, no more than the burst, out of an allowance of *per_minute*, all or none.

    Returns the new *spent_until*, and how long to wait: 0 when they were taken; else until the whole burst is back. One
    call would be back sooner, and orders that come back for one call each have little of it.
    """
    latest = now + burst(per_minute) * _interval(per_minute)
    # Later than that it can only be after the clock was set back, or the limit raised.
    known = min(spent_until, latest)
    after = max(known, now) + calls * _interval(per_minute)
    return (after, 0) if after <= latest else (known, known - now)


def refund(calls: int, age: int, per_minute: int) -> int:
    """Return by how much `spent_until` falls when *calls* that were taken *age* ago are not made.

    What may have come back by itself since then is not given a second time.
    """
    return max(0, calls * _interval(per_minute) - age)


def _interval(per_minute: int) -> int:
    """How long it takes until one more call is allowed, in microseconds."""
    return -(-(MINUTE + AHEAD) // (per_minute - burst(per_minute)))
