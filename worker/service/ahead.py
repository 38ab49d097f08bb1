"""How many orders a worker claims ahead: before slots are free for them."""

from collections import Counter
from collections.abc import Mapping

AHEAD_SECONDS = 0.25
"""Orders are claimed ahead for so long. The slots then never wait for a claim, and other workers find orders, too."""
MOST_AHEAD_PER_SLOT = 4
RATE_SECONDS = 0.1
"""The rate at which reconciliations end is measured over this time at least."""


class Ahead:
    """As many orders as begin in a moment, because as many reconciliations ended in the last one.

    `total` is their number for all accounts. *slots* is the number of slots, and *now* is in seconds.
    """

    def __init__(self, slots: int, now: float) -> None:
        self._most = MOST_AHEAD_PER_SLOT * slots
        self._measured_at, self._ended = now, Counter[str]()
        self._by_account: Mapping[str, int] = {}
        self.total = 0

    def measure(self, ended: Counter[str], now: float) -> None:
        """Measure the rate anew; *ended* counts the reconciliations of each account that have ended so far."""
        seconds = now - self._measured_at
        if seconds < RATE_SECONDS:
            return
        counts = {account: count - self._ended[account] for account, count in ended.items()}
        moments = AHEAD_SECONDS / seconds
        self._by_account = {account: min(round(count * moments), self._most) for account, count in counts.items()}
        self.total = min(round(sum(counts.values()) * moments), self._most)
        self._measured_at, self._ended = now, ended

    def of(self, account: str, *, has_slot: bool) -> int:
        """Return the number for *account*.

        One without a slot may have as many as all accounts together, because the next free slot is for it. One whose
        reconciliations do not end, because its platform is silent, has none.
        """
        return self._by_account.get(account, 0) if has_slot else self.total
