"""When to call again, according to the headers of a response.

Sources: RFC 9110, 10.2.3 (`Retry-After`), and the platforms' API references (`X-RateLimit-…`).
"""

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache

from worker.domain.accounts.observations import Observation
from worker.domain.instants import DAY, MINUTE, SECOND, Duration, Instant

SHORTEST_PAUSE: Duration = SECOND
LONGEST_PAUSE: Duration = DAY
DEFAULT_PAUSE: Duration = MINUTE
"""The pause when no header is usable. The platforms have limits by the minute."""
CLOCK_ERROR: Duration = 5 * SECOND
"""A window that ended no longer ago than this, by the platform's own figures, ends now."""
LARGEST_LIMIT = 10**9
"""No account has more calls in a window; a larger number is something else."""
MAX_DATE = 64
"""Characters of a date."""
KNOWN_DATES = 64
"""How many dates are parsed once for several answers: those of one second have the same."""

_SECONDS = re.compile("[0-9]{1,12}")


def observe(headers: Mapping[str, str], now: Instant, *, refused: bool) -> Observation:
    """Return what the headers say about the limit. *refused*: the call was over the limit; *now* is as in `pause`.

    `X-RateLimit-Reset` is in unix seconds. One that lies in the past, or more than a day ahead, is no such time.
    """
    limit, remaining = (_number(headers.get(f"x-ratelimit-{name}", "")) for name in ("limit", "remaining"))
    resets_in = _resets_in(headers, now)
    usable = resets_in is not None and -CLOCK_ERROR <= resets_in <= LONGEST_PAUSE
    return Observation(
        limit=limit if limit and limit <= LARGEST_LIMIT else None,
        remaining=remaining if remaining is None or remaining <= LARGEST_LIMIT else None,
        resets_in=max(SHORTEST_PAUSE, resets_in) if resets_in is not None and usable else None,
        refused=refused,
    )


def _resets_in(headers: Mapping[str, str], now: Instant) -> Duration | None:
    """Return the time from the response to the end of the window, as the headers have it."""
    reset, date = _number(headers.get("x-ratelimit-reset", "")), date_of(headers)
    return None if reset is None else reset * SECOND - (now if date is None else date)


def pause(headers: Mapping[str, str], now: Instant) -> Duration:
    """Return how long to send nothing, in microseconds: a second at least, a day at most.

    `Retry-After` (seconds or a date) takes precedence over `X-RateLimit-Reset` (unix time). Both count from the `Date`
    of the response, because the platform's clock may differ from ours; *now*, in microseconds, replaces a missing
    `Date`.
    """
    date = date_of(headers)
    answered_at = now if date is None else date
    wait = _retry_after(headers.get("retry-after", ""), answered_at)
    reset = _number(headers.get("x-ratelimit-reset", ""))
    if wait is None and reset is not None:
        wait = reset * SECOND - answered_at
    if wait is None or wait < 0:
        return DEFAULT_PAUSE
    return min(max(wait, SHORTEST_PAUSE), LONGEST_PAUSE)


def date_of(headers: Mapping[str, str]) -> Instant | None:
    """Return the instant of the response by the platform's clock; None if it has no usable `Date`."""
    return _instant(headers.get("date", ""))


def _retry_after(text: str, answered_at: Instant) -> Duration | None:
    seconds = _number(text)
    if seconds is not None:
        return seconds * SECOND
    instant = _instant(text)
    return None if instant is None else instant - answered_at


def _number(text: str) -> int | None:
    return int(text) if _SECONDS.fullmatch(text) else None


def _instant(text: str) -> Instant | None:
    return None if len(text) > MAX_DATE else _parsed(text)


@lru_cache(maxsize=KNOWN_DATES)
def _parsed(text: str) -> Instant | None:
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return int(moment.timestamp()) * SECOND
    except (ValueError, OverflowError):  # not a date, or one outside of the calendar
        return None
