"""The breaker of an account: it trips when calls about several orders fail one after another.

One order that fails for ever never trips it. The caller hands in the time, by a clock that is never set.
"""

from dataclasses import dataclass

from worker.domain.instants import MINUTE, Instant

TRIPS_AT = 5
"""So many orders must have failed, with no success between them."""
WINDOW = MINUTE
"""Older failures do not count."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """The recent failures of one account, each as (order id, instant), the newest last; at most one for each order."""

    failures: tuple[tuple[str, Instant], ...] = ()

    @property
    def is_tripped(self) -> bool:
        """Whether so many orders have failed that the account itself may be in trouble."""
        return len(self.failures) >= TRIPS_AT

    def after_failure(self, order_id: str, now: Instant) -> "Breaker":
        """Return the breaker after a call about *order_id* has failed. After a success, it is a new one."""
        others = [(other, at) for other, at in self.failures if other != order_id and now - at < WINDOW]
        return Breaker((*others, (order_id, now))[-TRIPS_AT:])
