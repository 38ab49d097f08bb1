"""How much of an account's call budget is used at one instant, for people."""

from dataclasses import dataclass

from worker.domain.accounts.call_pace import calls_left, pace_of
from worker.domain.accounts.call_state import BudgetState
from worker.domain.instants import Duration, Instant

NEARLY_ALL = 80
"""From this percentage on, an order finds too few calls: it reserves several, and some are left to operators."""


@dataclass(frozen=True, slots=True)
class CallUsage:
    """The calls of about the last minute. *limit* is what a minute may have; None when nothing limits it.

    *left* is what is left in the platform's own window, if that is longer than a minute. *closed_for* is how long the
    platform wants no call; 0 when it takes some.
    """

    used: int
    limit: int | None = None
    left: int | None = None
    closed_for: Duration = 0

    @property
    def percent(self) -> int | None:
        """Which part of the limit is used, at most 100; None without a limit."""
        return None if self.limit is None else min(100, 100 * self.used // self.limit)

    @property
    def is_nearly_all(self) -> bool:
        """Whether orders have to wait for calls: hardly any are left, or the platform wants none."""
        return self.closed_for > 0 or (self.percent or 0) >= NEARLY_ALL


def usage_of(state: BudgetState, now: Instant, ceiling: int | None) -> CallUsage:
    """Return how much of the budget in *state* is used at *now*. *ceiling* is in calls a minute, if there is one."""
    state = state.settled(now)
    pace, left = pace_of(state, now, ceiling), calls_left(state, now)
    return CallUsage(
        used=state.used,
        limit=pace.per_minute if pace else None,
        left=None if left is None else max(0, left),
        closed_for=state.learned.closed_for(now),
    )
