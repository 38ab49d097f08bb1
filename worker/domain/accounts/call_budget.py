"""The call budget: how many calls an account may make at its platform, now and in the next minute.

Two rules hold together. No `WINDOW` has more calls than the limit, because those of the last minute are counted. And
calls come at an even pace, a twentieth of the limit at once, so that no platform sees a minute's calls in a second.

The limit is the lower of the configured ceiling and of what the platform's answers say. A request gets all of its calls
or none, but one for more calls than it could ever get is cut. The caller hands in *now*, by the database's clock.
"""

from dataclasses import replace

from worker.domain.accounts.call_pace import MOST_CALLS, SHARE, Pace, calls_left, most_calls, pace_of
from worker.domain.accounts.call_requests import CallUse, Grant, Request, Seen
from worker.domain.accounts.call_state import GRACE, WINDOW, BudgetState, Taken
from worker.domain.instants import MILLISECOND, MINUTE, SECOND, Duration, Instant

PRECEDENCE: Duration = SECOND
"""Orders get calls this long before operators who have used their share up: workers ask twice a second."""

_OF_ORDERS = (CallUse.ORDERS, CallUse.UNKNOWN)


def learn(state: BudgetState, now: Instant, seen: Seen | None) -> BudgetState:
    """Return *state* at *now*, after what was *seen*."""
    state = state.settled(now)
    if seen is None:
        return state
    at = now - max(0, seen.age)
    return replace(state, learned=state.learned.after(seen.observation, at, state.used_until(at)))


def acquire(
    state: BudgetState, now: Instant, request: Request, ceiling: int | None, seen: Seen | None = None
) -> tuple[BudgetState, Grant]:
    """Return the state after *request*, and its calls, or how long to wait. *ceiling* is in calls a minute."""
    now = _whole(now)
    state = learn(state, now, seen)
    pace = pace_of(state, now, ceiling)
    state, returned = _returned(state, request.unused, pace)
    closed = state.learned.closed_for(now)
    if request.calls <= returned and not closed:
        state = replace(
            state.adding(Taken(request.calls, now)), paced_to=state.paced_to + request.calls * _interval(pace)
        )
        return _granted(state, now, request, pace)
    request = replace(request, yields=not _is_in_share(state, now, request, pace))
    request = replace(request, calls=_possible(state, now, request, pace))
    wait = max(closed, _wait(state, now, request, pace))
    if wait:
        return _queued(state, now, request, wait), Grant(Taken(0, now), wait)
    return _granted(_after(state, now, request, pace), now, request, pace)


def give_back(state: BudgetState, now: Instant, unused: Taken, ceiling: int | None) -> BudgetState:
    """Return the state after *unused* calls were given back."""
    state = state.settled(now)
    return _returned(state, unused, pace_of(state, now, ceiling))[0]


def free_calls(state: BudgetState, now: Instant, ceiling: int | None) -> int | None:
    """Return how many calls orders could begin with now; None when nothing limits them."""
    now = _whole(now)
    state, request = state.settled(now), Request()
    pace = pace_of(state, now, ceiling)
    if state.learned.closed_for(now):
        return 0
    cap, left = _cap(state, now, request, pace), calls_left(state, now)
    rooms = ([] if cap is None else [cap - state.used]) + ([] if left is None else [left])
    if rooms and min(rooms) < _needed(state, now, request, pace):
        return 0
    return min(rooms + ([] if pace is None else [max(0, pace.free(now, state.paced_to))]), default=None)


def may_ask_for_unknown(state: BudgetState, now: Instant, ceiling: int | None) -> int | None:
    """Return for how many orders that the platform does not have it may be asked now; None when nothing limits them."""
    now = _whole(now)
    state = state.settled(now)
    return None if pace_of(state, now, ceiling) is None else int(state.unknown_paced_to <= now)


def _is_in_share(state: BudgetState, now: Instant, request: Request, pace: Pace | None) -> bool:
    """Tell whether the request needs no more than what operators get before orders, if it is one of theirs."""
    if pace is None or request.use is not CallUse.OPERATOR:
        return True
    return max(state.operators_paced_to, now) + pace.share_lasts(request.calls) <= now + WINDOW


def _cap(state: BudgetState, now: Instant, request: Request, pace: Pace | None) -> int | None:
    """Return how many calls a window may have for the request; None for any number."""
    if pace is None or (request.use is CallUse.OPERATOR and not request.yields):
        return most_calls(state, now, pace, 0)
    waiting = (state.operator_until > now) + (request.use is not CallUse.SCAN and state.scan_until > now)
    return most_calls(state, now, pace, pace.reserve + waiting)


def _possible(state: BudgetState, now: Instant, request: Request, pace: Pace | None) -> int:
    """Return how many calls the request can get, however long it waits: at least one."""
    limits = (request.calls, _cap(state, now, request, pace), calls_left(state, now))
    return max(1, min(limit for limit in limits if limit is not None))


def _needed(state: BudgetState, now: Instant, request: Request, pace: Pace | None) -> int:
    """Return how many calls must be free for the request: as many as for the largest order that waits.

    One that yields leaves the calls of an order free.
    """
    if request.yields:
        return _possible(state, now, replace(request, calls=request.calls + MOST_CALLS), pace)
    if request.use not in _OF_ORDERS or request.continues or state.need_until <= now:
        return request.calls
    return max(request.calls, _possible(state, now, Request(state.need), pace))


def _wait(state: BudgetState, now: Instant, request: Request, pace: Pace | None) -> Duration:
    """Return how long the request has to wait; 0 when it is granted."""
    left, needed = calls_left(state, now), _needed(state, now, request, pace)
    waits = [0, _wait_for_room(state, now, needed, _cap(state, now, request, pace))]
    if left is not None and left < request.calls:
        waits.append(SECOND)  # by then, newer answers show what is left
    if pace is not None and (request.yields or (request.use in _OF_ORDERS and not request.continues)):
        waits.append(state.paced_to - pace.ahead - now + request.yields * PRECEDENCE)
    if request.use is CallUse.SCAN:
        waits.append(state.scans_paced_to - now)
    if request.use is CallUse.UNKNOWN and not request.continues:
        waits.append(state.unknown_paced_to - now)
    return max(waits)


def _wait_for_room(state: BudgetState, now: Instant, needed: int, cap: int | None) -> Duration:
    """Return how long it takes until *needed* calls fit under *cap*, if nobody else takes any.

    It is no longer than until the newest answer of the platform is too old to count.
    """
    if cap is None or state.used + needed <= cap:
        return 0
    excess, until_old = state.used + needed - cap, max(0, state.learned.most_until - now)
    for taken in state.taken:
        excess -= taken.calls
        if excess <= 0:
            until_free = taken.at + WINDOW + MILLISECOND - now
            return min(until_free, until_old) if until_old else until_free
    return max(MILLISECOND, until_old)


def _queued(state: BudgetState, now: Instant, request: Request, wait: Duration) -> BudgetState:
    """Return the state after *request* had to wait. Others leave room for it until it comes again."""
    until = now + min(wait, MINUTE) + GRACE
    if request.yields or request.use is CallUse.UNKNOWN:
        return state
    if request.use is CallUse.OPERATOR:
        return replace(state, operator_until=until)
    if request.use is CallUse.SCAN:
        return replace(state, scan_until=until if state.scans_paced_to <= now else 0)
    need = max(request.calls, state.need if state.need_until > now else 0)
    return replace(state, need=need, need_until=until)


def _after(state: BudgetState, now: Instant, request: Request, pace: Pace | None) -> BudgetState:
    """Return the state after *request* was granted."""
    lasts = request.calls * _interval(pace)
    state = replace(state.adding(Taken(request.calls, now)), paced_to=max(state.paced_to, now) + lasts)
    if request.use is CallUse.OPERATOR:
        if pace is None or request.yields:
            return state
        paced_to = max(state.operators_paced_to, now) + pace.share_lasts(request.calls)
        return replace(state, operator_until=0, operators_paced_to=paced_to)
    if request.use is CallUse.SCAN:
        paced_to = max(state.scans_paced_to, now) + SHARE * lasts
        return replace(state, scan_until=0, scans_paced_to=paced_to)
    if request.use is CallUse.UNKNOWN:
        return replace(state, unknown_paced_to=max(state.unknown_paced_to, now) + SHARE * lasts)
    return state if request.calls < state.need else replace(state, need=0, need_until=0)


def _granted(state: BudgetState, now: Instant, request: Request, pace: Pace | None) -> tuple[BudgetState, Grant]:
    """Return the state after *request* was granted, and its grant with the calls that are taken ahead.

    There are none while anybody waits, or the platform counts in a longer window, whose last calls must not lie idle.
    """
    grant = Grant(Taken(request.calls, now))
    waits_until = max(state.need_until, state.operator_until, state.scan_until)
    if not request.ahead or pace is None or waits_until > now or calls_left(state, now) is not None:
        return state, grant
    ahead = Request(pace.ahead_calls)
    if not ahead.calls or _possible(state, now, ahead, pace) < ahead.calls or _wait(state, now, ahead, pace):
        return state, grant
    return _after(state, now, ahead, pace), replace(grant, ahead=ahead.calls)


def _returned(state: BudgetState, unused: Taken | None, pace: Pace | None) -> tuple[BudgetState, int]:
    """Return the state without *unused* calls, and how many of them still counted."""
    if unused is None:
        return state, 0
    state, returned = state.without(unused)
    return replace(state, paced_to=max(0, state.paced_to - returned * _interval(pace))), returned


def _whole(now: Instant) -> Instant:
    """Return *now* in whole milliseconds, which the state has. Rounded up, calls count for a moment longer."""
    return -(-now // MILLISECOND) * MILLISECOND


def _interval(pace: Pace | None) -> Duration:
    return 0 if pace is None else pace.interval
