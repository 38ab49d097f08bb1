"""How many due orders of an account are claimed, and which come first. Pure."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from worker.domain.accounts.call_pace import MOST_CALLS
from worker.domain.instants import SECOND, Duration
from worker.domain.lanes import Lane

UNKNOWN_EVERY = 4
"""Orders that the platform has never shown get every fourth place, so that they neither delay others nor starve."""
MISSING_EVERY = 4
"""Of these places, every fourth is for an order that the platform was asked for and does not have."""
CALLS_OF: Mapping[Lane, int] = {Lane.KNOWN: MOST_CALLS, Lane.NEW: 1, Lane.MISSING: 1}
"""How many calls an order of each lane reserves when it begins."""
FIRST_ORDERS = 2
DOUBLES_EVERY: Duration = 5 * SECOND
FULL_AFTER: Duration = 30 * SECOND
"""After a hold, at first so few orders are in progress. They double in each of these times, and then have no bound."""

T = TypeVar("T")


def most_in_progress(resumed_for: Duration | None) -> int | None:
    """Return how many orders of an account may be in progress *resumed_for* after its last hold; None for any number.

    A hold that ends in the future ended before a clock was set back.
    """
    if resumed_for is None or not 0 <= resumed_for < FULL_AFTER:
        return None
    return FIRST_ORDERS << (resumed_for // DOUBLES_EVERY)


def choose(queues: Mapping[Lane, Sequence[T]], *, places: int, most: int, calls: int | None = None) -> list[T]:
    """Return up to *most* of the orders in *queues*, for which *calls* suffice; each queue has the orders of a lane.

    *places* is how many were chosen before: every fourth place is for an unknown order, and every fourth of these for
    a missing one. The last order may need more calls than are left, so that there is one whenever any call is.
    """
    chosen, left = list[T](), {lane: list(queues.get(lane, ())) for lane in Lane}
    while len(chosen) < most and (calls is None or calls > 0) and any(left.values()):
        lane = next(lane for lane in _preferred(places + len(chosen)) if left[lane])
        chosen.append(left[lane].pop(0))
        if calls is not None:
            calls -= CALLS_OF[lane]
    return chosen


def _preferred(place: int) -> tuple[Lane, ...]:
    """Return the lanes in the sequence in which they may have this place."""
    if place % UNKNOWN_EVERY != UNKNOWN_EVERY - 1:
        return Lane.KNOWN, Lane.NEW, Lane.MISSING
    is_for_missing = place // UNKNOWN_EVERY % MISSING_EVERY == MISSING_EVERY - 1
    return (Lane.MISSING, Lane.NEW, Lane.KNOWN) if is_for_missing else (Lane.NEW, Lane.MISSING, Lane.KNOWN)
