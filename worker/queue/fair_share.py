"""Fair share: how many reconciliations one process runs at once, and how accounts share these slots."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MAX_RATIO = 3
"""An account may take another slot while it has less than this many times the free ones."""


def _ignore() -> None: ...


class FairShare:
    """The slots of this process, the accounts that use them, and the wake-ups that are on their way here.

    With *shared*, several accounts share the slots, and none can take them all: a single account fills twelve of
    sixteen, and the more accounts there are, the less each has. The thread that ran a reconciliation calls *on_freed*
    after it.
    """

    def __init__(self, slots: int, *, shared: bool = False) -> None:
        self.slots, self.shared = slots, shared
        self.on_freed: Callable[[], None] = _ignore
        self._busy, self._expected = Counter[str](), Counter[str]()
        self._lock = threading.RLock()

    @contextmanager
    def occupied(self, account: str) -> Iterator[bool]:
        """Occupy a slot for the length of the block, and yield True; yield False if the account has its share."""
        granted = self._take(account)
        try:
            yield granted
        finally:
            if granted:
                self._free(account)

    def _take(self, account: str) -> bool:
        with self._lock:
            _count_down(self._expected, account)
            granted = not self.shared or _may_take(self.free, self._busy[account])
            if granted:
                self._busy[account] += 1
            return granted

    def _free(self, account: str) -> None:
        with self._lock:
            _count_down(self._busy, account)
        self.on_freed()

    @property
    def free(self) -> int:
        """The number of slots that run no reconciliation now."""
        with self._lock:
            return max(0, self.slots - self._busy.total())

    @property
    def accounts(self) -> list[str]:
        """The accounts that have a reconciliation running now."""
        with self._lock:
            return list(self._busy)

    def capacity(self, account: str) -> int:
        """Return how many more slots *account* may take now."""
        with self._lock:
            free, used, more = self.free, self._busy[account], 0
        while more < free and (not self.shared or _may_take(free - more, used + more)):
            more += 1
        return more

    def expect(self, account: str) -> None:
        """Count a wake-up for one order of *account* as on its way."""
        with self._lock:
            self._expected[account] += 1

    def expected(self, account: str | None = None) -> int:
        """Return how many wake-ups are on their way, for *account* or for all."""
        with self._lock:
            return self._expected.total() if account is None else self._expected[account]

    def expect_none(self) -> None:
        """Forget all wake-ups that are on their way, because they may be lost."""
        with self._lock:
            self._expected.clear()


def _may_take(free: int, used: int) -> bool:
    """Tell whether an account with *used* slots may take one of the *free*. The last is for one that has none."""
    return free > 0 and (used == 0 or (free > 1 and used < MAX_RATIO * free))


def _count_down(counts: Counter[str], account: str) -> None:
    """Count one less. An account at zero is removed, because a wake-up may hold any name."""
    counts[account] -= 1
    if counts[account] <= 0:
        del counts[account]
