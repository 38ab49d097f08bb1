"""What an answer says about when to call again (RFC 9110, 10.2.3, and `X-RateLimit-…`). Its clock counts, not ours."""

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

from worker.domain.instants import DAY, MINUTE, SECOND

SHORTEST = SECOND
LONGEST = DAY
UNSAID = MINUTE
"""Where nothing usable is said: the limits are counted by the minute."""
MAX_HEADER = 64

_SECONDS = re.compile("[0-9]{1,12}")


def is_exhausted(headers: Mapping[str, str]) -> bool:
    """Tell whether this was the last call of the present window."""
    return _number(headers.get("x-ratelimit-remaining", "")) == 0


def pause(headers: Mapping[str, str], now: int) -> int:
    """Return how long to send nothing, in microseconds: a second at least, a day at most.

    `Retry-After` (seconds or a date) goes before `X-RateLimit-Reset` (unix time). Both instants count
    from the answer's own `Date`; *now*, in microseconds, stands in where it has none.
    """
    here = date_of(headers)
    wait = _retry_after(headers.get("retry-after", ""), now if here is None else here)
    reset = _number(headers.get("x-ratelimit-reset", ""))
    if wait is None and reset is not None:
        wait = reset * SECOND - (now if here is None else here)
    if wait is None or wait < 0:
        return UNSAID
    return min(max(wait, SHORTEST), LONGEST)


def date_of(headers: Mapping[str, str]) -> int | None:
    """Return the instant of the answer by the platform's clock, in microseconds; None if it does not say."""
    return _instant(headers.get("date", ""))


def _retry_after(text: str, here: int) -> int | None:
    seconds = _number(text)
    if seconds is not None:
        return seconds * SECOND
    instant = _instant(text)
    return None if instant is None else instant - here


def _number(text: str) -> int | None:
    return int(text) if _SECONDS.fullmatch(text) else None


def _instant(text: str) -> int | None:
    if len(text) > MAX_HEADER:
        return None
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return int(moment.timestamp()) * SECOND
    except (ValueError, OverflowError):  # no date at all, or one that no calendar holds
        return None
