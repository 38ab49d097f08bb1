"""The instant of which an answer speaks: a cache or a replica may answer with what was true some time ago."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from worker.domain.instants import SECOND, Duration, Instant, instant_of
from worker.order_api.http.rate_limits import date_of

MAX_LENGTH = 40
"""Characters of an instant."""
_AGE_SECONDS = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """When a call began (*read_at*) and was answered, by our clock, and the *headers* of the answer."""

    read_at: Instant
    answered_at: Instant
    headers: Mapping[str, str]

    def as_of(self, updated_at: object) -> Instant | None:
        """Return the instant of which the answer speaks, by our clock, and not later than *read_at*.

        Sources: the header `Age` (RFC 9111, 5.1), and *updated_at*, the order's field by the platform's clock. None
        when neither tells anything.
        """
        age = self._age()
        known = [
            instant
            for instant in (self._sent_at() if age is not None else None, self._changed_at(updated_at))
            if instant is not None
        ]
        return min([self.read_at, *known]) if known else None

    def _age(self) -> Duration | None:
        text = self.headers.get("age", "").strip()
        return int(text) * SECOND if _AGE_SECONDS.fullmatch(text) else None

    def _sent_at(self) -> Instant:
        """Return when the platform, and not a cache, sent the answer, at the latest."""
        return self.answered_at - (self._age() or 0)

    def _changed_at(self, updated_at: object) -> Instant | None:
        """Return *updated_at* by our clock. The answer's `Date` tells how far the platform's clock is from ours."""
        date, changed_at = date_of(self.headers), _instant(updated_at)
        if date is None or changed_at is None:
            return None
        # `Date` has whole seconds. An instant too early only makes a fresh answer look older, which does less harm.
        return changed_at + self._sent_at() - (date + SECOND)


def _instant(text: object) -> Instant | None:
    """Return the instant in a text of ISO 8601 with an offset; None for anything else."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) and len(text) <= MAX_LENGTH else None
        return instant_of(moment) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
