"""What a process remembers of one account's limit: the newest answer, pauses, and the calls that it took ahead."""

import threading
from dataclasses import replace

from worker.domain.accounts.call_requests import CallUse, Grant, Request, Seen
from worker.domain.accounts.observations import Observation
from worker.domain.instants import MINUTE, Duration
from worker.reconcile.calls_ahead import CallsAhead

MAX_REFUSALS = 3
"""After so many short pauses one after another, with no other answer between them, the account is held."""
MAX_ZEROS = 3
"""After so many windows that are used up from their beginning, the headers that say so are not believed any more."""


class BudgetMemory:
    """What this process remembers of one account. Instants are those of `monotonic_us`."""

    def __init__(self) -> None:
        self.empty_until = self.unknown_until = self.paused_until = self.tight_until = 0
        self._news: tuple[Observation, int] | None = None
        self._zeros, self._zero_until, self._refusals = 0, 0, 0
        self.ahead = CallsAhead()
        self._lock = threading.Lock()

    def wait_for(self, request: Request, now: int) -> Duration:
        """Return how long *request* has to wait, as far as this process was told; 0 or less if nothing is known."""
        if request.continues or request.use not in {CallUse.ORDERS, CallUse.UNKNOWN}:
            return 0
        return max(self.empty_until, self.unknown_until if request.use is CallUse.UNKNOWN else 0) - now

    def remember(self, request: Request, now: int, grant: Grant) -> None:
        """Remember how long such requests have to wait. Orders that nobody has seen do not make the others wait."""
        if request.use is CallUse.ORDERS:
            self.empty_until = now + grant.wait
        elif request.use is CallUse.UNKNOWN:
            self.unknown_until = now + grant.wait

    def note(self, seen: Observation, now: int) -> Duration:
        """Note an answer, and return for how long it allows no further call."""
        with self._lock:
            if not seen.refused:
                self._refusals = 0
            seen = self._without_false_zero(seen, now)
            if (seen.limit, seen.remaining) != (None, None):
                self._news = seen, now
            if seen.is_tight:
                self.tight_until = now + MINUTE
            return seen.closed_for

    def _without_false_zero(self, seen: Observation, now: int) -> Observation:
        """Count the windows in a row that are used up with the first answer, and believe only a few of them."""
        if seen.refused or seen.remaining:
            self._zeros = 0
        elif seen.closed_for and now >= self._zero_until:
            self._zeros, self._zero_until = self._zeros + 1, now + seen.closed_for
        return replace(seen, remaining=None) if self._zeros > MAX_ZEROS else seen

    def take_news(self, now: int) -> Seen | None:
        """Return the newest answer that the database does not have yet."""
        with self._lock:
            news, self._news = self._news, None
        return None if news is None else Seen(news[0], now - news[1])

    def refuse(self, now: int, lasts: Duration) -> bool:
        """Note a short pause. Returns False when there were too many in a row.

        Calls that were under way when a pause began are refused like the first one. They are no further pause.
        """
        with self._lock:
            until = now + lasts
            self._refusals += now >= self.paused_until
            self.empty_until, self.paused_until = max(self.empty_until, until), max(self.paused_until, until)
            self.tight_until = max(self.tight_until, until + MINUTE)
            return self._refusals <= MAX_REFUSALS
