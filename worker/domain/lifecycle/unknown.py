"""Orders that the platform has never shown: how few tries each of them gets.

Anybody who can report an event can name an order that does not exist. So such an order comes after the others, and its
calls are few: each try waits longer than the one before, and after an hour a person decides.
"""

from collections.abc import Sequence

from worker.domain.errors import ApiError, OrderMissing, ReadRefused, Unauthorized
from worker.domain.instants import HOUR, MINUTE, SECOND, Duration, Instant
from worker.domain.lanes import is_unknown
from worker.domain.orders import Order

UNKNOWN_FOR = HOUR
"""How long an unknown order is asked for: a platform may announce an order before its own API knows it."""
NOT_THERE_WAITS: Sequence[Duration] = (2 * SECOND, 15 * SECOND, 2 * MINUTE, 10 * MINUTE, 20 * MINUTE)
"""The waits after the first answers that say that there is no such order. The last try comes at the end of the hour."""
REFUSED_WAITS: Sequence[Duration] = (MINUTE, 10 * MINUTE)
"""The same after answers that refuse to show the order: what a platform refuses, it refuses a minute later, too."""
FAILED_WAITS: Sequence[Duration] = (*NOT_THERE_WAITS, HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR)
"""The waits after calls without a usable answer; the last one is repeated. They are tried for `retry_for`."""
SPREAD = 4
"""Up to one part of so many is left out of a wait, by chance, so that orders that fail together spread out."""

STOPPED_ALLOWED = 5
"""How many times as many unknown orders a source may have as `max_unknown` allows, with those that have stopped."""
MAX_EVENTS_OF_UNKNOWN = 50
"""The most events of an unknown order, of a source whose unknown orders are bounded. A parcel has about ten."""


def is_not_there(error: ApiError, order: Order) -> bool:
    """Tell whether *error* says that there is no such order, or that this account may not see it."""
    return isinstance(error, OrderMissing | ReadRefused) or (isinstance(error, Unauthorized) and is_unknown(order))


def unknown_backoff(error: ApiError, order: Order, retry_for: Duration, now: Instant, chance: float) -> Duration:
    """Return how long an order waits after *error*, which is counted in it. *chance* is in [0, 1).

    The last try comes at the end of the hour, or of *retry_for* if calls have no usable answer.
    """
    if is_not_there(error, order):
        waits: Sequence[Duration] = REFUSED_WAITS if isinstance(error, Unauthorized) else NOT_THERE_WAITS
        left = (order.missing_since or now) + UNKNOWN_FOR - now
        wait = _spread(waits[order.failures - 1], chance) if order.failures <= len(waits) else left
    else:
        left = (order.failing_since or now) + retry_for - now
        wait = _spread(FAILED_WAITS[min(order.failures, len(FAILED_WAITS)) - 1], chance)
    return max(0, min(wait, left))


def _spread(wait: Duration, chance: float) -> Duration:
    return wait - int(wait * chance / SPREAD)
