"""What an answer says about when to call again (RFC 9110, 10.2.3, and `X-RateLimit-…`), by the platform's clock."""

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

from worker.domain.instants import DAY, MINUTE, SECOND, Duration, Instant

SHORTEST: Duration = SECOND
LONGEST: Duration = DAY
DEFAULT: Duration = MINUTE
"""The pause when an answer says nothing usable: the platforms count their limits by the minute."""
MAX_DATE = 64
"""Characters."""

_SECONDS = re.compile("[0-9]{1,12}")


def is_exhausted(headers: Mapping[str, str]) -> bool:
    """Tell whether this was the last call of the present window."""
    return _number(headers.get("x-ratelimit-remaining", "")) == 0


def pause(headers: Mapping[str, str], now: Instant) -> Duration:
    """Return how long to send nothing, in microseconds: a second at least, a day at most.

    `Retry-After` (seconds or a date) goes before `X-RateLimit-Reset` (unix time). Both instants count
    from the answer's own `Date`; *now*, in microseconds, stands in where it has none.
    """
    date = date_of(headers)
    answered_at = now if date is None else date
    wait = _retry_after(headers.get("retry-after", ""), answered_at)
    reset = _number(headers.get("x-ratelimit-reset", ""))
    if wait is None and reset is not None:
        wait = reset * SECOND - answered_at
    if wait is None or wait < 0:
        return DEFAULT
    return min(max(wait, SHORTEST), LONGEST)


def date_of(headers: Mapping[str, str]) -> Instant | None:
    """Return the instant of the answer by the platform's clock; None if it has no usable `Date`."""
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
    if len(text) > MAX_DATE:
        return None
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return int(moment.timestamp()) * SECOND
    except (ValueError, OverflowError):  # it is no date, or no calendar has it
        return None
