"""How many calls an account may have in a minute, and at which pace: by its limit, and by the platform's answers."""

from dataclasses import dataclass

from worker.domain.accounts.call_state import WINDOW, BudgetState
from worker.domain.accounts.observations import CALL_LASTS, IN_FLIGHT
from worker.domain.instants import Duration, Instant

MOST_CALLS = 5
"""The most calls that one order reserves: a read and four steps."""
LEAST_LIMIT = 2
"""An order needs a read and a write together, so a lower limit counts as this one."""
AT_ONCE = 20
"""One call of so many may be made at once; the others follow at an even pace."""
RESERVE = 100
"""Orders and scans leave one call of so many free for operators, and at least one."""
SHARE = 10
"""Scans get one call of so many, at most, and so do orders that the platform does not have. Operators get as many
before orders."""
AHEAD = 100
"""A process takes at most one call of so many ahead."""
LEAST_AHEAD = 2 * MOST_CALLS
"""To take fewer calls ahead saves nothing: so low limits are shared call by call."""


@dataclass(frozen=True, slots=True)
class Pace:
    """A limit of *per_minute* as a pace."""

    per_minute: int

    @property
    def interval(self) -> Duration:
        """The time from one call to the next."""
        return -(-WINDOW // self.per_minute)

    @property
    def ahead(self) -> Duration:
        """How far calls may be ahead of the pace."""
        return max(0, self.per_minute // AT_ONCE - 1) * self.interval

    @property
    def reserve(self) -> int:
        """How many calls a minute are left for operators. A very low limit has none to spare."""
        return max(1, self.per_minute // RESERVE) if self.per_minute >= 2 * MOST_CALLS else 0

    @property
    def ahead_calls(self) -> int:
        """How many calls a process may take ahead; 0 if the limit is too low for that."""
        calls = self.per_minute // AHEAD
        return calls if calls >= LEAST_AHEAD else 0

    def share_lasts(self, calls: int) -> Duration:
        """Return how long *calls* of a share last: all of a share lasts a window."""
        return calls * WINDOW // max(1, self.per_minute // SHARE)

    def free(self, now: Instant, paced_to: Instant) -> int:
        """Return how many calls may be made now, after those that last until *paced_to*."""
        return (now + self.ahead - max(now, paced_to)) // self.interval + 1


def pace_of(state: BudgetState, now: Instant, ceiling: int | None) -> Pace | None:
    """Return the pace of the lower of *ceiling* and the learned limit; None when there is neither."""
    learned = state.learned.limit if state.learned.limit_until > now else None
    limits = [limit for limit in (ceiling, learned) if limit is not None]
    return Pace(max(LEAST_LIMIT, min(limits))) if limits else None


def most_calls(state: BudgetState, now: Instant, pace: Pace | None, reserved: int) -> int | None:
    """Return how many calls a window may have; None for any number.

    *reserved* calls of the limit are left to others. The newest answer of the platform may allow fewer.
    """
    caps = [state.learned.most] if state.learned.most_until > now else []
    if pace is not None:
        caps.append(max(1, pace.per_minute - reserved))
    return min(caps, default=None)


def calls_left(state: BudgetState, now: Instant) -> int | None:
    """Return how many calls are left in the platform's window, if that is longer than a minute; None if it is not.

    Calls that the platform's figure may not count yet are subtracted.
    """
    if state.learned.left_until <= now:
        return None
    since = max(state.learned.seen_at - IN_FLIGHT, now - CALL_LASTS)
    return state.learned.left - sum(taken.calls for taken in state.taken if taken.at > since)
