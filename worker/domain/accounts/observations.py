"""What the answers of a platform say about an account's rate limit, and what follows from it.

Only short waits follow: see `MAX_CLOSED`. For a longer one, the account is held.
"""

from dataclasses import dataclass, replace

from worker.domain.instants import MINUTE, SECOND, Duration, Instant

SHORT_PAUSE: Duration = 10 * SECOND
"""A pause that the platform asks for is part of the call budget up to this length; a longer one holds the account."""
MAX_CLOSED: Duration = MINUTE + SHORT_PAUSE
"""The longest time for which anything learned closes an account: a window of a minute, and the error of two clocks."""
LIMIT_LASTS: Duration = 10 * MINUTE
"""For this long after the last answer that named it, a limit counts."""
IN_FLIGHT: Duration = SECOND
"""A call may reach the platform this long after it was taken."""
CALL_LASTS: Duration = 10 * SECOND
"""A call that was taken longer ago than this is answered: it is in the newest figures of the platform."""

_A_MINUTE = range(MINUTE // 2, MINUTE + MINUTE // 2)
"""A reset that is so far away ends a window of a minute. A nearer one may end a window of any length."""
_FIGURES_LAST: Duration = 5 * SECOND
"""The shortest time for which the calls that remain count. A sliding window resets after every call."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What one answer of the platform says. Each part is None when the answer does not say it, or says nonsense.

    *limit* calls are allowed in the platform's window, *remaining* of them are left, and the window ends *resets_in*
    later. *pause*: the platform asks for a pause of this length. *refused*: the call was over the limit.
    """

    limit: int | None = None
    remaining: int | None = None
    resets_in: Duration | None = None
    pause: Duration | None = None
    refused: bool = False

    @property
    def closed_for(self) -> Duration:
        """For how long no call is left, by these figures; 0 when some are. Without a reset, it is a minute."""
        return (MINUTE if self.resets_in is None else self.resets_in) if self.remaining == 0 else 0

    @property
    def is_tight(self) -> bool:
        """Whether little is left. An account without a limit of its own needs the budget only then."""
        few = self.remaining is not None and (self.limit is None or 2 * self.remaining < self.limit)
        return few or self.pause is not None


@dataclass(frozen=True, slots=True)
class Learned:
    """What is known of an account's limit from the newest answer, which came at *seen_at*. Each fact has its end."""

    seen_at: Instant = 0
    limit: int = 0
    """Calls a minute, until *limit_until*."""
    limit_until: Instant = 0
    most: int = 0
    """How many calls of ours a minute may have, until *most_until*: those that we had made, and those that remained."""
    most_until: Instant = 0
    left: int = 0
    """How many calls were left in a window of more than a minute, until *left_until*."""
    left_until: Instant = 0
    spent_until: Instant = 0
    """No call was left; a newer answer may show some."""
    paused_until: Instant = 0
    """The platform asked for a pause."""

    def settled(self, now: Instant) -> "Learned":
        """Return these facts as they are at *now*. After a clock was set back, none lasts longer than it may."""
        return replace(
            self,
            seen_at=min(self.seen_at, now),
            limit_until=min(self.limit_until, now + LIMIT_LASTS),
            most_until=min(self.most_until, now + MINUTE),
            left_until=min(self.left_until, now + LIMIT_LASTS),
            spent_until=min(self.spent_until, now + MAX_CLOSED),
            paused_until=min(self.paused_until, now + MAX_CLOSED),
        )

    def closed_for(self, now: Instant) -> Duration:
        """Return for how long no call may be made; 0 when some may."""
        return max(0, self.spent_until - now, self.paused_until - now)

    def after(self, seen: Observation, at: Instant, own: int) -> "Learned":
        """Return what is known after an answer that came at *at*. The newest answer counts, whoever has seen it.

        *own* is how many calls we had made in the minute before it.
        """
        if seen.pause is not None:
            return replace(self, paused_until=max(self.paused_until, at + min(seen.pause, MAX_CLOSED)))
        if at <= self.seen_at:
            return self
        learned = replace(
            self, seen_at=at, spent_until=at + min(seen.closed_for, MAX_CLOSED), most_until=at, left_until=at
        )
        resets_in, remaining = seen.resets_in or 0, seen.remaining
        if seen.limit and resets_in in _A_MINUTE:
            learned = replace(learned, limit=seen.limit, limit_until=at + LIMIT_LASTS)
        if not remaining:
            return learned
        if resets_in >= _A_MINUTE.stop:
            return replace(learned, left=remaining, left_until=at + min(resets_in, LIMIT_LASTS))
        # Other programs may use the limit, too. In a window of a minute, theirs are the calls that we have not made.
        lasts = min(max(resets_in, _FIGURES_LAST), MINUTE)
        return replace(learned, most=own + remaining, most_until=at + lasts)
